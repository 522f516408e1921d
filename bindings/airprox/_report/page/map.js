// The map: a background that is drawn anew only when the view changes, and what moves on top of it.

const map = (() => {
  const canvas = document.getElementById("map");
  const context = canvas.getContext("2d");
  const base = document.createElement("canvas");
  const tip = document.getElementById("tip");
  /** Metres of the plane in the middle, and pixels for a metre. */
  const view = { x: 0, y: 0, zoom: 1 };
  let whole = { x: 0, y: 0, width: 1, height: 1 };
  let tracks;
  let outline;
  let size = { width: 1, height: 1, ratio: 1 };
  /** The view for which the background was drawn, and how long that took (ms). */
  let drawn = null;
  let cost = 0;
  let settle = 0;
  let waiting = false;
  let now = 0;
  let shown = encounters;
  let chosen = null;
  let onChoose = () => {};

  const toX = (x, from = view) => (x - from.x) * from.zoom + size.width / 2;
  const toY = (y, from = view) => size.height / 2 - (y - from.y) * from.zoom;

  function start(given, background, choose) {
    tracks = given;
    outline = background;
    onChoose = choose;
    const reach = (values) => values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
    if (tracks.x.length) {
      const [[left, right], [bottom, top]] = [reach(tracks.x), reach(tracks.y)];
      whole = { x: (left + right) / 2, y: (bottom + top) / 2, width: Math.max(right - left, 1), height: Math.max(top - bottom, 1) };
    }
    new ResizeObserver(resize).observe(canvas);
    resize();
    all();
  }

  function resize() {
    const box = canvas.getBoundingClientRect();
    size = { width: Math.max(box.width, 1), height: Math.max(box.height, 1), ratio: devicePixelRatio || 1 };
    for (const each of [canvas, base]) {
      each.width = Math.round(size.width * size.ratio);
      each.height = Math.round(size.height * size.ratio);
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
    const same = drawn && drawn.x === view.x && drawn.y === view.y && drawn.zoom === view.zoom;
    // While a heavy map is dragged its picture is moved, and drawn again once it rests.
    if (!drawn || (!same && cost < 12)) drawBase();
    else if (!same) {
      clearTimeout(settle);
      settle = setTimeout(refresh, 90);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = palette.ground;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const grown = view.zoom / drawn.zoom;
    context.setTransform(
      grown, 0, 0, grown,
      toX(drawn.x) * size.ratio - grown * base.width / 2, toY(drawn.y) * size.ratio - grown * base.height / 2,
    );
    context.drawImage(base, 0, 0);
    context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    drawMoving();
  }

  // ---- what rests

  function drawBase() {
    const began = performance.now();
    const pen = base.getContext("2d");
    pen.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    pen.fillStyle = palette.ground;
    pen.fillRect(0, 0, size.width, size.height);
    pen.lineJoin = "round";
    drawn = { ...view };
    if (contents.frame === "geodetic") drawOutline(pen);
    else drawAxes(pen);
    drawTracks(pen);
    drawScale(pen);
    cost = performance.now() - began;
  }

  /** Lines of points of a plane into the path, those outside of the view left out. */
  function trace(pen, lines, index) {
    const { x, y, first } = lines;
    const margin = 2 * Math.max(size.width, size.height) / view.zoom;
    let pending = true;
    for (let at = first[index]; at < first[index + 1]; at++) {
      if (Math.abs(x[at] - view.x) > margin || Math.abs(y[at] - view.y) > margin) {
        // The last point before the view is entered is still drawn from, by the next one inside.
        pending = true;
        continue;
      }
      if (pending && at > first[index]) pen.moveTo(toX(x[at - 1]), toY(y[at - 1]));
      if (pending && at === first[index]) pen.moveTo(toX(x[at]), toY(y[at]));
      else pen.lineTo(toX(x[at]), toY(y[at]));
      pending = false;
    }
  }

  function drawOutline(pen) {
    const looks = [
      { kind: 2, colour: palette.grid, width: 1, dash: [] },
      { kind: 1, colour: palette.border, width: 1, dash: [4, 3] },
      { kind: 0, colour: palette.coast, width: 1.3, dash: [] },
    ];
    for (const { kind, colour, width, dash } of looks) {
      pen.beginPath();
      outline.kind.forEach((each, index) => each === kind && trace(pen, outline, index));
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.setLineDash(dash);
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  function drawAxes(pen) {
    const step = roundStep(size.width / view.zoom, size.width / 110);
    const unit = aviation ? { name: "NM", metres: NM } : { name: "km", metres: 1000 };
    const digits = Math.max(0, -Math.floor(Math.log10(step / unit.metres) + 1e-9));
    pen.strokeStyle = palette.grid;
    pen.fillStyle = palette.soft;
    pen.font = "11px system-ui, sans-serif";
    pen.lineWidth = 1;
    pen.beginPath();
    const left = Math.ceil((view.x - size.width / 2 / view.zoom) / step);
    for (let n = left; toX(n * step) < size.width; n++) {
      pen.moveTo(toX(n * step), 0);
      pen.lineTo(toX(n * step), size.height);
      pen.fillText(`${grouped(n * step / unit.metres + 0, digits)} ${n === left ? unit.name : ""}`, toX(n * step) + 4, size.height - 6);
    }
    const bottom = Math.ceil((view.y - size.height / 2 / view.zoom) / step);
    for (let n = bottom; toY(n * step) > 0; n++) {
      pen.moveTo(0, toY(n * step));
      pen.lineTo(size.width, toY(n * step));
      if (toY(n * step) < size.height - 24) pen.fillText(grouped(n * step / unit.metres + 0, digits), 6, toY(n * step) - 4);
    }
    pen.stroke();
  }

  function drawTracks(pen) {
    const bySide = new Map();
    tracks.row.forEach((flight, part) => {
      const colour = sideColour(flight);
      if (!bySide.has(colour)) bySide.set(colour, []);
      bySide.get(colour).push(part);
    });
    // The more tracks there are, the fainter each.
    const strength = Math.max(0.09, Math.min(0.55, 14 / Math.sqrt(tracks.x.length)));
    for (const [colour, parts] of bySide) {
      pen.beginPath();
      for (const part of parts) trace(pen, tracks, part);
      pen.strokeStyle = colour;
      pen.globalAlpha = strength;
      pen.lineWidth = 1;
      pen.stroke();
    }
    pen.globalAlpha = 1;
    for (const encounter of [...shown].sort((one, two) => two.ratio - one.ratio)) dot(pen, encounter, 0.85);
  }

  function dot(pen, encounter, strength) {
    const place = severity(encounter.ratio);
    pen.globalAlpha = strength;
    pen.beginPath();
    pen.arc(toX(encounter.x), toY(encounter.y), SEVERITIES[place].size, 0, 7);
    pen.fillStyle = palette.severity[place];
    pen.fill();
    pen.globalAlpha = 1;
    pen.lineWidth = 1;
    pen.strokeStyle = palette.ground;
    pen.stroke();
  }

  function drawScale(pen) {
    const unit = aviation ? NM : 1000;
    const local = contents.encounters.scale[0] ?? 1;
    const metres = roundStep(local * 110 / view.zoom / unit, 1) * unit / (local * 110 / view.zoom / unit > 0 ? 2 : 1);
    const wide = metres / local * view.zoom;
    const [x, y] = [size.width - wide - 14, size.height - (contents.frame === "geodetic" ? 14 : 30)];
    pen.strokeStyle = pen.fillStyle = palette.soft;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(x, y - 4);
    pen.lineTo(x, y);
    pen.lineTo(x + wide, y);
    pen.lineTo(x + wide, y - 4);
    pen.stroke();
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.fillText(`${+(metres / unit).toPrecision(3)} ${aviation ? "NM" : "km"}`, x + wide / 2, y - 6);
    pen.textAlign = "start";
  }

  // ---- what moves

  /** Parts in the air now, as [part, state]. */
  function* flying() {
    for (let part = 0; part < tracks.row.length; part++) {
      const state = stateOf(tracks, part, now);
      if (state) yield [part, state];
    }
  }

  function drawMoving() {
    if (chosen) drawChosen();
    let count = 0;
    for (const [part, state] of flying()) {
      aircraft(state, sideColour(tracks.row[part]));
      count++;
    }
    canvas.dataset.flying = count;
    const active = shown.filter((each) => each.start <= now && now <= each.end);
    for (const encounter of active) drawActive(encounter);
    drawLabels(active.includes(chosen) ? [chosen] : active.slice(0, 6));
    if (chosen && !active.includes(chosen)) dot(context, chosen, 1);
    if (chosen) {
      context.beginPath();
      context.arc(toX(chosen.x), toY(chosen.y), 11, 0, 7);
      context.strokeStyle = palette.ink;
      context.lineWidth = 1.5;
      context.stroke();
    }
  }

  function drawChosen() {
    [chosen.own, chosen.other].forEach((flight, index) => {
      context.beginPath();
      for (const part of tracks.parts.get(flight) ?? []) trace(context, tracks, part);
      context.strokeStyle = index ? palette.other : palette.own;
      context.lineWidth = 1.8;
      context.setLineDash(index ? [6, 4] : []);
      context.stroke();
    });
    context.setLineDash([]);
  }

  function aircraft({ x, y, vx, vy }, colour) {
    const long = Math.hypot(vx, vy);
    context.fillStyle = colour;
    context.beginPath();
    if (long === 0) context.arc(toX(x), toY(y), 2.5, 0, 7);
    else {
      // Along the motion on the screen, where y goes down.
      const [a, b, px, py] = [vx / long, -vy / long, toX(x), toY(y)];
      context.moveTo(px + 6 * a, py + 6 * b);
      context.lineTo(px - 4 * a - 3.4 * b, py - 4 * b + 3.4 * a);
      context.lineTo(px - 2 * a, py - 2 * b);
      context.lineTo(px - 4 * a + 3.4 * b, py - 4 * b - 3.4 * a);
    }
    context.fill();
  }

  /** Two aircraft in loss of separation: joined, each in a circle of half of the minimum. */
  function drawActive(encounter) {
    const pair = [encounter.own, encounter.other];
    const states = pair.map((flight) => stateOfFlight(tracks, flight, now));
    if (!states[0] || !states[1]) return;
    context.strokeStyle = palette.severity[severity(encounter.ratio)];
    context.lineWidth = 2;
    context.beginPath();
    const half = encounter.minima ? encounter.minima.horizontal / 2 / encounter.scale * view.zoom : 0;
    for (const { x, y } of states) {
      context.moveTo(toX(x) + Math.max(half, 7), toY(y));
      context.arc(toX(x), toY(y), Math.max(half, 7), 0, 7);
    }
    context.moveTo(toX(states[0].x), toY(states[0].y));
    context.lineTo(toX(states[1].x), toY(states[1].y));
    context.stroke();
  }

  /** Who the aircraft of these encounters are, once each. */
  function drawLabels(list) {
    const named = new Set();
    for (const { own, other } of list) {
      const states = [own, other].map((flight) => stateOfFlight(tracks, flight, now));
      [own, other].forEach((flight, index) => {
        if (states[0] && states[1] && !named.has(flight)) drawLabel(flight, states[index], states[1 - index]);
        named.add(flight);
      });
    }
  }

  function drawLabel(flight, state, away) {
    const level = aviation ? `FL${String(Math.max(0, Math.round(state.z / FT / 100))).padStart(3, "0")}` : height(state.z);
    const text = `${flights.id[flight]}  ${level}`;
    context.font = "600 11px system-ui, sans-serif";
    const wide = context.measureText(text).width;
    const below = state.y < away.y ? 20 : -11;
    const [x, y] = [toX(state.x) - wide / 2, toY(state.y) + below];
    context.lineWidth = 3;
    context.strokeStyle = palette.ground;
    context.strokeText(text, x, y);
    context.fillStyle = palette.ink;
    context.fillText(text, x, y);
  }

  // ---- the view

  function all() {
    Object.assign(view, { x: whole.x, y: whole.y, zoom: 0.92 * Math.min(size.width / whole.width, size.height / whole.height) });
    request();
  }

  function zoomBy(factor, px = size.width / 2, py = size.height / 2) {
    const [x, y] = [view.x + (px - size.width / 2) / view.zoom, view.y - (py - size.height / 2) / view.zoom];
    const least = 0.2 * Math.min(size.width / whole.width, size.height / whole.height);
    view.zoom = Math.min(Math.max(view.zoom * factor, least), 50 / contents.accuracy.plane / 10);
    view.x = x - (px - size.width / 2) / view.zoom;
    view.y = y + (py - size.height / 2) / view.zoom;
    request();
  }

  function moveBy(px, py) {
    view.x -= px / view.zoom;
    view.y += py / view.zoom;
    request();
  }

  /** Go to an encounter, in steps unless motion is to be reduced. */
  function goTo(encounter) {
    const metres = Math.max(encounter.minima ? 6 * encounter.minima.horizontal : 0, whole.width / 12, 1);
    const from = { ...view };
    const to = { x: encounter.x, y: encounter.y, zoom: Math.max(size.width * encounter.scale / metres, whole.width ? size.width / whole.width : 1) };
    if (still.matches) {
      Object.assign(view, to);
      return request();
    }
    const began = performance.now();
    const step = () => {
      const share = Math.min(1, (performance.now() - began) / 450);
      const eased = share * share * (3 - 2 * share);
      view.zoom = from.zoom * (to.zoom / from.zoom) ** eased;
      // The way shrinks with the zoom, so that the motion looks even.
      const moved = to.zoom === from.zoom ? eased : (1 / from.zoom - 1 / view.zoom) / (1 / from.zoom - 1 / to.zoom);
      view.x = from.x + moved * (to.x - from.x);
      view.y = from.y + moved * (to.y - from.y);
      request();
      if (share < 1 && chosen === encounter) requestAnimationFrame(step);
    };
    step();
  }

  // ---- pointer and keys

  function encounterAt(px, py) {
    let best = null;
    let least = 12;
    for (const each of shown) {
      const distance = Math.hypot(toX(each.x) - px, toY(each.y) - py);
      if (distance < least) [best, least] = [each, distance];
    }
    return best;
  }

  function flightAt(px, py) {
    let best = null;
    let least = 10;
    for (const [part, state] of flying()) {
      const distance = Math.hypot(toX(state.x) - px, toY(state.y) - py);
      if (distance < least) [best, least] = [{ flight: tracks.row[part], state }, distance];
    }
    return best;
  }

  function showTip(px, py) {
    const encounter = encounterAt(px, py);
    const flight = encounter ? null : flightAt(px, py);
    tip.hidden = !encounter && !flight;
    canvas.style.cursor = encounter ? "pointer" : "";
    if (tip.hidden) return;
    tip.textContent = encounter
      ? `${flights.id[encounter.own]} and ${flights.id[encounter.other]}, ${clock(encounter.critical)}, ratio ${grouped(encounter.ratio, 2)}`
      : [flights.id[flight.flight], labelOf("side", flight.flight), labelOf("category", flight.flight), height(flight.state.z)].filter(Boolean).join(", ");
    tip.style.left = `${Math.max(4, Math.min(px + 12, size.width - tip.offsetWidth - 6))}px`;
    tip.style.top = `${Math.max(4, py - 34)}px`;
  }

  const pointers = new Map();
  const spread = () => {
    const [one, two] = [...pointers.values()];
    return { px: (one.x + two.x) / 2, py: (one.y + two.y) / 2, wide: Math.hypot(one.x - two.x, one.y - two.y) };
  };
  let travelled = 0;
  const inside = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, inside(event));
    travelled = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const place = inside(event);
    const before = pointers.get(event.pointerId);
    if (!before) return showTip(place.x, place.y);
    const old = pointers.size === 2 ? spread() : null;
    pointers.set(event.pointerId, place);
    if (old) {
      const { px, py, wide } = spread();
      zoomBy(wide / Math.max(old.wide, 1), px, py);
      moveBy(px - old.px, py - old.py);
      travelled = Infinity;
    } else if (pointers.size === 1) {
      moveBy(place.x - before.x, place.y - before.y);
      travelled += Math.hypot(place.x - before.x, place.y - before.y);
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    pointers.delete(event.pointerId);
    const place = inside(event);
    const found = travelled < 5 ? encounterAt(place.x, place.y) : null;
    if (found) onChoose(found);
  });
  canvas.addEventListener("pointercancel", (event) => pointers.delete(event.pointerId));
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const place = inside(event);
    zoomBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), place.x, place.y);
  }, { passive: false });
  const KEYS = {
    ArrowLeft: () => moveBy(60, 0), ArrowRight: () => moveBy(-60, 0),
    ArrowUp: () => moveBy(0, 60), ArrowDown: () => moveBy(0, -60),
    "+": () => zoomBy(1.4), "=": () => zoomBy(1.4), "-": () => zoomBy(1 / 1.4), 0: all,
  };
  canvas.addEventListener("keydown", (event) => {
    if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  document.getElementById("zoom").addEventListener("click", (event) => {
    const kind = event.target.closest("button")?.dataset.zoom;
    if (kind === "all") all();
    else if (kind) zoomBy(kind === "in" ? 1.6 : 1 / 1.6);
  });

  return {
    start, refresh, goTo,
    at(instant) { now = instant; request(); },
    show(list) { shown = list; refresh(); },
    choose(encounter) { chosen = encounter; request(); },
  };
})();
