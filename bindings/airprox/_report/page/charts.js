// Charts in SVG: lines against time, and a plan view of two paths.

const CHART = { width: 400, left: 46, right: 12, top: 8, bottom: 20 };

/** Round numbers from low to high, about `count` of them. */
function ticks(low, high, count) {
  const step = roundStep(high - low || 1, count);
  const found = [];
  // Adding 0 makes 0 of -0.
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++) found.push(n * step + 0);
  return found;
}

const number = (value) => +value.toFixed(2);

/** A path through points, broken where one is null. */
function pathOf(points, toX, toY) {
  let pending = true;
  let text = "";
  for (const point of points) {
    if (point) text += `${pending ? "M" : "L"}${number(toX(point[0]))} ${number(toY(point[1]))}`;
    pending = !point;
  }
  return text;
}

/**
 * Lines against time. `series` are {points, name, dashed}, `limits` the minimum as points or null, `loss` the span
 * that is shaded, `mark` a point of the table, `least` what the axis spans at least. Returns the element and a
 * function that moves the cursor.
 */
function timeChart({ title, text, series, limits, loss, mark, span, unit, least, fromZero }) {
  const tall = 90;
  const { width, left, right, top, bottom } = CHART;
  const values = [...series.flatMap((each) => each.points), ...(limits ?? [])].filter(Boolean).map((point) => point[1]);
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (fromZero) low = 0;
  const room = Math.max((high - low) * 0.12, (least - high + low) / 2);
  [low, high] = [fromZero ? 0 : low - room, high + room];
  const toX = (instant) => left + (instant - span[0]) / (span[1] - span[0]) * (width - left - right);
  const toY = (value) => top + (high - value) / (high - low) * (tall - top - bottom);
  const svg = make("svg", { viewBox: `0 0 ${width} ${tall}`, role: "img", "aria-label": `${title}. ${text}` });
  svg.append(make("rect", { class: "loss", x: toX(loss[0]), y: top, width: Math.max(1, toX(loss[1]) - toX(loss[0])), height: tall - top - bottom }));
  for (const value of ticks(low / unit.metres, high / unit.metres, 4)) {
    const y = number(toY(value * unit.metres));
    svg.append(make("line", { class: "rule", x1: left, x2: width - right, y1: y, y2: y }));
    svg.append(make("text", { class: "tick", x: left - 6, y: y + 3.5, "text-anchor": "end" }, grouped(value, +value.toFixed(6) % 1 ? (high - low) / unit.metres < 1 ? 2 : 1 : 0)));
  }
  for (const instant of timeTicks(span)) {
    const x = number(toX(instant));
    svg.append(make("text", { class: "tick", x, y: tall - 6, "text-anchor": "middle" }, clock(instant)));
  }
  if (limits) svg.append(make("path", { class: "limit", d: pathOf(limits, toX, toY) }));
  for (const { points, look } of series) svg.append(make("path", { class: `curve ${look}`, d: pathOf(points, toX, toY) }));
  if (mark) svg.append(make("circle", { class: "mark", cx: toX(mark[0]), cy: toY(mark[1]), r: 3.5 }));
  const cursor = make("line", { class: "cursor", y1: top, y2: tall - bottom });
  svg.append(cursor);
  const move = (instant) => {
    const seen = instant >= span[0] && instant <= span[1];
    cursor.style.display = seen ? "" : "none";
    if (seen) for (const key of ["x1", "x2"]) cursor.setAttribute(key, number(toX(instant)));
  };
  return { svg, move };
}

/** Instants at round clock times, three or so in a span. */
function timeTicks([start, end]) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  const extent = end - start;
  const step = extent < 4 ? roundStep(extent, 3) : steps.find((each) => extent / each <= 4.5) ?? roundStep(extent, 3);
  const shift = utc ? (moment(0).getTime() / 1000) % 86400 : contents.time.origin;
  const found = [];
  for (let n = Math.ceil((start + shift) / step); n * step - shift <= end; n++) found.push(n * step - shift);
  // Labels in the middle of their ticks must not leave the chart.
  const margin = extent * 0.06;
  return found.filter((instant) => instant >= start + margin && instant <= end - margin);
}

/** Paths of two aircraft from above (m around the middle), with the minimum around each of them. */
function planView({ text, paths, limit, tone }) {
  const [width, tall] = [400, 216];
  const points = paths.flatMap(({ points }) => points).filter(Boolean);
  const reach = (place, sign) => Math.max(limit * 0.6, ...points.map((point) => sign * point[place]));
  const lost = paths.flatMap(({ loss }) => loss).filter(Boolean).flat().map(Math.abs);
  const far = limit ? Math.max(1.25 * limit, ...lost) : Infinity;
  const [east, west, north, south] = [reach(0, 1), reach(0, -1), reach(1, 1), reach(1, -1)].map((each) => Math.min(each, far));
  const scale = 0.88 * Math.min(width / Math.max(east + west, 1e-3), tall / Math.max(north + south, 1e-3));
  const toX = (x) => width / 2 + (x - (east - west) / 2) * scale;
  const toY = (y) => tall / 2 - (y - (north - south) / 2) * scale;
  const svg = make("svg", { viewBox: `0 0 ${width} ${tall}`, role: "img", "aria-label": `Plan view. ${text}`, class: "plan" });
  for (const { points, loss, look } of paths) {
    svg.append(make("path", { class: `curve ${look}`, d: pathOf(points, toX, toY) }));
    svg.append(make("path", { class: "lost", d: pathOf(loss, toX, toY), style: `stroke:${tone}` }));
  }
  const rings = paths.map(({ look }) => make("circle", { class: `ring ${look}`, r: number(limit / 2 * scale) }));
  const dots = paths.map(({ look }) => make("circle", { class: `dot ${look}`, r: 4.5 }));
  const link = make("line", { class: "link", style: `stroke:${tone}` });
  if (limit) svg.append(...rings);
  svg.append(link, ...dots);
  const unit = lengthUnit((east + west) / 2);
  const bar = roundStep(width / scale / unit.metres, 4) * unit.metres;
  svg.append(make("path", { class: "scale", d: `M12 ${tall - 14}v4h${number(bar * scale)}v-4` }));
  svg.append(make("text", { class: "tick", x: 16, y: tall - 15 }, `${+(bar / unit.metres).toPrecision(3)} ${unit.name}`));
  /** Show the two where they are, or nowhere. */
  const move = (places) => {
    places.forEach((place, index) => {
      for (const element of [rings[index], dots[index]]) {
        element.style.display = place ? "" : "none";
        if (!place) continue;
        element.setAttribute("cx", number(toX(place[0])));
        element.setAttribute("cy", number(toY(place[1])));
      }
    });
    link.style.display = places[0] && places[1] ? "" : "none";
    if (!places[0] || !places[1]) return;
    places.forEach(([x, y], index) => {
      link.setAttribute(`x${index + 1}`, number(toX(x)));
      link.setAttribute(`y${index + 1}`, number(toY(y)));
    });
  };
  return { svg, move };
}
