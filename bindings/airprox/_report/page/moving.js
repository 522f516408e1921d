// What moves on the map: aircraft, and pairs in loss of separation.

/** Parts in the air now, as [part, state]. */
function* flying() {
  const { tracks, now } = scene;
  for (let part = 0; part < tracks.row.length; part++) {
    const state = stateOf(tracks, part, now);
    if (state) yield [part, state];
  }
}

/** Draw everything that moves; returns how many aircraft there are. */
function drawMoving(pen) {
  const { chosen, now, tracks, shown } = scene;
  if (chosen) drawChosen(pen);
  let count = 0;
  for (const [part, state] of flying()) {
    drawAircraft(pen, state, sideColour(tracks.row[part]));
    count++;
  }
    const active = shown.filter((each) => each.start <= now && now <= each.end);
  for (const encounter of active) drawActive(pen, encounter);
  drawLabels(pen, active.includes(chosen) ? [chosen] : active.slice(0, 6));
  if (chosen && !active.includes(chosen)) drawDot(pen, chosen, 1);
  if (chosen) {
    pen.beginPath();
    pen.arc(camera.toX(chosen.x), camera.toY(chosen.y), 11, 0, 7);
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 1.5;
    pen.stroke();
  }
  return count;
}

function drawChosen(pen) {
  const { chosen, tracks } = scene;
  [chosen.own, chosen.other].forEach((flight, index) => {
    pen.beginPath();
    for (const part of tracks.parts.get(flight) ?? []) trace(pen, tracks, part);
    pen.strokeStyle = index ? palette.other : palette.own;
    pen.lineWidth = 1.8;
    pen.setLineDash(index ? [6, 4] : []);
    pen.stroke();
  });
  pen.setLineDash([]);
}

function drawAircraft(pen, { x, y, vx, vy }, colour) {
  const long = Math.hypot(vx, vy);
  pen.fillStyle = colour;
  pen.beginPath();
  if (long === 0) pen.arc(camera.toX(x), camera.toY(y), 2.5, 0, 7);
  else {
    // Along the motion on the screen, where y goes down.
    const [a, b, px, py] = [vx / long, -vy / long, camera.toX(x), camera.toY(y)];
    pen.moveTo(px + 6 * a, py + 6 * b);
    pen.lineTo(px - 4 * a - 3.4 * b, py - 4 * b + 3.4 * a);
    pen.lineTo(px - 2 * a, py - 2 * b);
    pen.lineTo(px - 4 * a + 3.4 * b, py - 4 * b - 3.4 * a);
  }
  pen.fill();
}

/** Two aircraft in loss of separation: joined, each in a circle of half of the minimum. */
function drawActive(pen, encounter) {
  const { tracks, now } = scene;
  const pair = [encounter.own, encounter.other];
  const states = pair.map((flight) => stateOfFlight(tracks, flight, now));
  if (!states[0] || !states[1]) return;
  pen.strokeStyle = palette.severity[severity(encounter.ratio)];
  pen.lineWidth = 2;
  pen.beginPath();
  const half = encounter.minima ? encounter.minima.horizontal / 2 / encounter.scale * camera.zoom : 0;
  for (const { x, y } of states) {
    pen.moveTo(camera.toX(x) + Math.max(half, 7), camera.toY(y));
    pen.arc(camera.toX(x), camera.toY(y), Math.max(half, 7), 0, 7);
  }
  pen.moveTo(camera.toX(states[0].x), camera.toY(states[0].y));
  pen.lineTo(camera.toX(states[1].x), camera.toY(states[1].y));
  pen.stroke();
}

/** Who the aircraft of these encounters are, once each. */
function drawLabels(pen, list) {
  const { tracks, now } = scene;
  const named = new Set();
  for (const { own, other } of list) {
    const states = [own, other].map((flight) => stateOfFlight(tracks, flight, now));
    [own, other].forEach((flight, index) => {
      if (states[0] && states[1] && !named.has(flight)) drawLabel(pen, flight, states[index], states[1 - index]);
      named.add(flight);
    });
  }
}

function drawLabel(pen, flight, state, away) {
  const level = aviation ? `FL${String(Math.max(0, Math.round(state.z / FT / 100))).padStart(3, "0")}` : height(state.z);
  const text = `${flights.id[flight]}  ${level}`;
  pen.font = "600 11px system-ui, sans-serif";
  const wide = pen.measureText(text).width;
  const below = state.y < away.y ? 20 : -11;
  const [x, y] = [camera.toX(state.x) - wide / 2, camera.toY(state.y) + below];
  pen.lineWidth = 3;
  pen.strokeStyle = palette.ground;
  pen.strokeText(text, x, y);
  pen.fillStyle = palette.ink;
  pen.fillText(text, x, y);
}
