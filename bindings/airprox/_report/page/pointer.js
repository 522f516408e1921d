// The map under a pointer, fingers and keys.

/** The nearest to a place of the screen of [thing, x, y] in the plane, within so many pixels; null if none is. */
function nearest(things, px, py, reach) {
  let best = null;
  for (const [thing, x, y] of things) {
    const distance = Math.hypot(camera.toX(x) - px, camera.toY(y) - py);
    if (distance < reach) [best, reach] = [thing, distance];
  }
  return best;
}

const encounterAt = (px, py) => nearest(scene.shown.map((each) => [each, each.x, each.y]), px, py, 12);
const flyingAt = (px, py) => nearest([...flying()].map((each) => [each, each[1].x, each[1].y]), px, py, 10);

function listen(onChoose) {
  const { canvas } = map;
  const tip = document.getElementById("tip");
  /** Where each finger is. */
  const fingers = new Map();
  let travelled = 0;

  const inside = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const spread = () => {
    const [one, two] = [...fingers.values()];
    return { px: (one.x + two.x) / 2, py: (one.y + two.y) / 2, wide: Math.hypot(one.x - two.x, one.y - two.y) };
  };
  const look = (change) => {
    change();
    map.request();
  };

  function showTip(px, py) {
    const encounter = encounterAt(px, py);
    const [part, state] = (!encounter && flyingAt(px, py)) || [];
    tip.hidden = !encounter && !state;
    canvas.style.cursor = encounter ? "pointer" : "";
    if (tip.hidden) return;
    tip.textContent = encounter ? sayEncounter(encounter) : sayFlight(scene.tracks.row[part], state.z);
    tip.style.left = `${Math.max(4, Math.min(px + 12, camera.width - tip.offsetWidth - 6))}px`;
    tip.style.top = `${Math.max(4, py - 34)}px`;
  }

  const sayEncounter = (each) => `${flights.id[each.own]} and ${flights.id[each.other]}, ${clock(each.critical)}, ratio ${grouped(each.ratio, 2)}`;
  const sayFlight = (flight, altitude) => [flights.id[flight], labelOf("side", flight), labelOf("category", flight), height(altitude)].filter(Boolean).join(", ");

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, inside(event));
    travelled = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const place = inside(event);
    const before = fingers.get(event.pointerId);
    if (!before) return showTip(place.x, place.y);
    const old = fingers.size === 2 ? spread() : null;
    fingers.set(event.pointerId, place);
    travelled += Math.hypot(place.x - before.x, place.y - before.y);
    if (!old) return look(() => camera.moveBy(place.x - before.x, place.y - before.y));
    const { px, py, wide } = spread();
    look(() => {
      camera.zoomBy(wide / Math.max(old.wide, 1), px, py);
      camera.moveBy(px - old.px, py - old.py);
    });
  });
  canvas.addEventListener("pointerup", (event) => {
    fingers.delete(event.pointerId);
    const place = inside(event);
    const found = travelled < 5 ? encounterAt(place.x, place.y) : null;
    if (found) onChoose(found);
  });
  canvas.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const place = inside(event);
    look(() => camera.zoomBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), place.x, place.y));
  }, { passive: false });

  const LOOKS = {
    ArrowLeft: () => camera.moveBy(60, 0), ArrowRight: () => camera.moveBy(-60, 0),
    ArrowUp: () => camera.moveBy(0, 60), ArrowDown: () => camera.moveBy(0, -60),
    "+": () => camera.zoomBy(1.5), "=": () => camera.zoomBy(1.5), "-": () => camera.zoomBy(1 / 1.5),
    0: () => camera.showAll(),
  };
  canvas.addEventListener("keydown", (event) => {
    if (!LOOKS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    look(LOOKS[event.key]);
  });
  document.getElementById("zoom").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) look(LOOKS[button.dataset.key]);
  });
}
