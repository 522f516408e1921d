// What rests on the map: coasts, borders, a grid, tracks, a bar of scale, and where encounters are.

const FONT = "11px system-ui, sans-serif";

function drawBackground(pen) {
  pen.fillStyle = palette.ground;
  pen.fillRect(0, 0, camera.width, camera.height);
  pen.lineJoin = "round";
  if (contents.frame === "geodetic") drawOutline(pen, scene.outline);
  else drawAxes(pen);
  drawTracks(pen, scene.tracks);
  // The worst on top.
  for (const each of [...scene.shown].sort((one, two) => two.ratio - one.ratio)) drawDot(pen, each, 0.85);
  drawScale(pen);
}

/** The legs of a line of points into the path, but for those that are beside the view. */
function trace(pen, lines, index) {
  const { x, y, first } = lines;
  const [left, right] = [camera.fromX(-20), camera.fromX(camera.width + 20)];
  const [bottom, top] = [camera.fromY(camera.height + 20), camera.fromY(-20)];
  let pending = true;
  for (let at = first[index] + 1; at < first[index + 1]; at++) {
    const beside =
      (x[at] < left && x[at - 1] < left) || (x[at] > right && x[at - 1] > right) ||
      (y[at] < bottom && y[at - 1] < bottom) || (y[at] > top && y[at - 1] > top);
    if (!beside && pending) pen.moveTo(camera.toX(x[at - 1]), camera.toY(y[at - 1]));
    if (!beside) pen.lineTo(camera.toX(x[at]), camera.toY(y[at]));
    pending = beside;
  }
}

function drawOutline(pen, outline) {
  const looks = [
    { kind: 3, colour: palette.grid, width: 1, dash: [] },
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
  outline.kind.forEach((kind, index) => kind >= 2 && nameLine(pen, outline, index));
}

/** Degrees of a meridian (2) at the lower edge, or of a parallel (3) at the left one. */
function nameLine(pen, { kind, degrees, first, x, y }, index) {
  const meridian = kind[index] === 2;
  const value = degrees[index] / 100;
  const text = `${Math.abs(value)}°${value ? (meridian ? "WE" : "SN")[+(value > 0)] : ""}`;
  for (let at = first[index] + 1; at < first[index + 1]; at++) {
    const [a, b] = [camera.toX(x[at - 1]), camera.toX(x[at])];
    const [c, d] = [camera.toY(y[at - 1]), camera.toY(y[at])];
    const edge = meridian ? camera.height - 18 : 22;
    const [from, to] = meridian ? [c, d] : [a, b];
    if ((from < edge) === (to < edge)) continue;
    const share = (edge - from) / (to - from);
    const [px, py] = [a + share * (b - a), c + share * (d - c)];
    pen.font = FONT;
    pen.fillStyle = palette.soft;
    if (meridian && px > 30 && px < camera.width - 170) pen.fillText(text, px + 4, py + 10);
    if (!meridian && py > 220 && py < camera.height - 30) pen.fillText(text, px - 16, py - 4);
    return;
  }
}

function drawAxes(pen) {
  const step = roundStep(camera.width / camera.zoom, camera.width / 110);
  const unit = aviation ? { name: "NM", metres: NM } : { name: "km", metres: 1000 };
  const digits = Math.max(0, -Math.floor(Math.log10(step / unit.metres) + 1e-9));
  pen.strokeStyle = palette.grid;
  pen.fillStyle = palette.soft;
  pen.font = FONT;
  pen.lineWidth = 1;
  pen.beginPath();
  const left = Math.ceil((camera.x - camera.width / 2 / camera.zoom) / step);
  for (let n = left; camera.toX(n * step) < camera.width; n++) {
    pen.moveTo(camera.toX(n * step), 0);
    pen.lineTo(camera.toX(n * step), camera.height);
    pen.fillText(`${grouped(n * step / unit.metres + 0, digits)} ${n === left ? unit.name : ""}`, camera.toX(n * step) + 4, camera.height - 6);
  }
  const bottom = Math.ceil((camera.y - camera.height / 2 / camera.zoom) / step);
  for (let n = bottom; camera.toY(n * step) > 0; n++) {
    pen.moveTo(0, camera.toY(n * step));
    pen.lineTo(camera.width, camera.toY(n * step));
    if (camera.toY(n * step) < camera.height - 24) pen.fillText(grouped(n * step / unit.metres + 0, digits), 6, camera.toY(n * step) - 4);
  }
  pen.stroke();
}

function drawTracks(pen, tracks) {
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
}

function drawDot(pen, encounter, strength) {
  const place = severity(encounter.ratio);
  pen.globalAlpha = strength;
  pen.beginPath();
  pen.arc(camera.toX(encounter.x), camera.toY(encounter.y), SEVERITIES[place].size, 0, 7);
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
  const metres = roundStep(local * 110 / camera.zoom / unit, 1) * unit / (local * 110 / camera.zoom / unit > 0 ? 2 : 1);
  const wide = metres / local * camera.zoom;
  const [x, y] = [camera.width - wide - 14, camera.height - (contents.frame === "geodetic" ? 14 : 30)];
  pen.strokeStyle = pen.fillStyle = palette.soft;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(x, y - 4);
  pen.lineTo(x, y);
  pen.lineTo(x + wide, y);
  pen.lineTo(x + wide, y - 4);
  pen.stroke();
  pen.font = FONT;
  pen.textAlign = "center";
  pen.fillText(`${+(metres / unit).toPrecision(3)} ${aviation ? "NM" : "km"}`, x + wide / 2, y - 6);
  pen.textAlign = "start";
}
