// The map: a background that is drawn anew only when the view changes, and what moves on top of it.

/** What there is to see, and what of it is asked for. */
const scene = { tracks: null, outline: null, now: 0, shown: encounters, chosen: null };

const map = (() => {
  const canvas = document.getElementById("map");
  const pen = canvas.getContext("2d", { alpha: false });
  const base = document.createElement("canvas");
  /** Where the camera was when the background was drawn, and how long that took (ms). */
  let drawn = null;
  let cost = 0;
  let settle = 0;
  let waiting = false;

  function start(tracks, outline) {
    Object.assign(scene, { tracks, outline });
    camera.frame(tracks);
    new ResizeObserver(resize).observe(canvas);
    resize();
    camera.showAll();
  }

  function resize() {
    const box = canvas.getBoundingClientRect();
    camera.resize(Math.max(box.width, 1), Math.max(box.height, 1), devicePixelRatio || 1);
    for (const each of [canvas, base]) {
      each.width = Math.round(camera.width * camera.ratio);
      each.height = Math.round(camera.height * camera.ratio);
    }
    refresh();
  }

  /** Draw everything anew with the next frame. */
  function refresh() {
    drawn = null;
    request();
  }

  function request() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      frame();
    });
  }

  function frame() {
    const same = drawn && drawn.x === camera.x && drawn.y === camera.y && drawn.zoom === camera.zoom;
    // While a heavy map is dragged its picture is moved, and drawn again once it rests.
    if (!drawn || (!same && cost < 12)) drawBase();
    else if (!same) {
      clearTimeout(settle);
      settle = setTimeout(refresh, 90);
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = palette.ground;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const grown = camera.zoom / drawn.zoom;
    const [x, y] = [camera.toX(drawn.x) * camera.ratio, camera.toY(drawn.y) * camera.ratio];
    pen.setTransform(grown, 0, 0, grown, x - grown * base.width / 2, y - grown * base.height / 2);
    pen.drawImage(base, 0, 0);
    pen.setTransform(camera.ratio, 0, 0, camera.ratio, 0, 0);
    canvas.dataset.flying = drawMoving(pen);
  }

  function drawBase() {
    const began = performance.now();
    const below = base.getContext("2d", { alpha: false });
    below.setTransform(camera.ratio, 0, 0, camera.ratio, 0, 0);
    drawBackground(below);
    drawn = { x: camera.x, y: camera.y, zoom: camera.zoom };
    cost = performance.now() - began;
  }

  /** Go to an encounter, in steps unless motion is to be reduced. */
  function goTo(encounter) {
    const from = { x: camera.x, y: camera.y, zoom: camera.zoom };
    const to = camera.around(encounter);
    const began = performance.now();
    const step = () => {
      const share = still.matches ? 1 : Math.min(1, (performance.now() - began) / 450);
      camera.between(from, to, share);
      request();
      if (share < 1 && scene.chosen === encounter) requestAnimationFrame(step);
    };
    step();
  }

  return {
    canvas, start, refresh, request, goTo,
    at(instant) { scene.now = instant; request(); },
    show(list) { scene.shown = list; refresh(); },
    choose(encounter) { scene.chosen = encounter; request(); },
  };
})();
