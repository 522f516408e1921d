// What the report holds, unpacked. Times are seconds since the report's origin, places are metres of a plane.

const contents = JSON.parse(document.getElementById("data").textContent);
const utc = contents.time.kind === "utc";
const flights = contents.flights;

/** Seconds since the origin of a time of the table: whole nanoseconds since it, or seconds as given. */
const sinceOrigin = (value) => (utc ? value / 1e9 : value - contents.time.origin);

/** One object for each encounter, with the table's own numbers. */
const encounters = (() => {
  const columns = contents.encounters;
  return columns.own.map((own, index) => ({
    index,
    own,
    other: columns.other[index],
    ratio: columns.critical_ratio[index],
    horizontal: columns.cpa_horizontal[index],
    vertical: columns.cpa_vertical[index],
    level: columns.level ? columns.level[index] : null,
    stated: {
      start: columns.start[index],
      end: columns.end[index],
      closest: columns.cpa_time[index],
      critical: columns.critical_time[index],
    },
    start: sinceOrigin(columns.start[index]),
    end: sinceOrigin(columns.end[index]),
    closest: sinceOrigin(columns.cpa_time[index]),
    critical: sinceOrigin(columns.critical_time[index]),
    startClipped: columns.start_clipped[index],
    endClipped: columns.end_clipped[index],
    minima: columns.minima[index] === null ? null : contents.minima[columns.minima[index]],
    from: columns.from[index],
    to: columns.to[index],
    x: columns.x[index],
    y: columns.y[index],
    scale: columns.scale[index],
  }));
})();

/** The side and the category of a flight, "" where they are not known. */
const labelOf = (name, flight) => (flights[name] ? flights[name].names[flights[name].of[flight]] : "");

/** Columns of whole numbers: each its length and then differences, of variable length, deflated. */
async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let place = 0;
  const next = () => {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = bytes[place++];
      value += (byte & 127) * unit;
      if (byte < 128) break;
      unit *= 128;
    }
    // Not by shifts: those keep 32 bits only.
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  const columns = [];
  while (place < bytes.length) {
    const column = new Float64Array(next());
    let sum = 0;
    for (let index = 0; index < column.length; index++) column[index] = sum += next();
    columns.push(column);
  }
  return columns;
}

const scaled = (column, step) => column.map((value) => value * step);

/** The first knot of each run of `count` knots, and the end of the last one. */
function offsets(count) {
  const first = new Int32Array(count.length + 1);
  count.forEach((each, index) => (first[index + 1] = first[index] + each));
  return first;
}

/** Parts of tracks: part p has the knots first[p] to first[p + 1] and is of flight row[p]. */
async function unpackTracks() {
  const [row, count, time, x, y, z] = await unpack(contents.tracks);
  const { time: second, plane, altitude } = contents.accuracy;
  const first = offsets(count);
  const parts = new Map();
  row.forEach((flight, part) => {
    if (!parts.has(flight)) parts.set(flight, []);
    parts.get(flight).push(part);
  });
  return {
    row, first, parts,
    time: scaled(time, second), x: scaled(x, plane), y: scaled(y, plane), z: scaled(z, altitude),
  };
}

/** Coasts (0), borders (1), meridians (2) and parallels (3) of so many hundredths of a degree, as tracks are. */
async function unpackOutline() {
  const [kind = [], count = [], degrees = [], x = [], y = []] = await unpack(contents.outline);
  const step = contents.outlineStep;
  return { kind, degrees, first: offsets(count), x: scaled(x, step), y: scaled(y, step) };
}

/** The knot of a part at or before an instant that it holds. */
function knotBefore(tracks, part, instant) {
  let low = tracks.first[part];
  let high = tracks.first[part + 1] - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (tracks.time[middle] <= instant) low = middle;
    else high = middle;
  }
  return low;
}

/** Where a part is at an instant, and which way it goes; null where it has no position. */
function stateOf(tracks, part, instant) {
  const begin = tracks.first[part];
  const last = tracks.first[part + 1] - 1;
  if (instant < tracks.time[begin] || instant > tracks.time[last]) return null;
  const knot = knotBefore(tracks, part, instant);
  const next = Math.min(knot + 1, last);
  const lasts = tracks.time[next] - tracks.time[knot];
  const share = lasts > 0 ? (instant - tracks.time[knot]) / lasts : 0;
  const between = (values) => values[knot] + share * (values[next] - values[knot]);
  return {
    x: between(tracks.x), y: between(tracks.y), z: between(tracks.z),
    vx: tracks.x[next] - tracks.x[knot], vy: tracks.y[next] - tracks.y[knot],
  };
}

/** Where a flight is at an instant; null before, after and in its gaps. */
function stateOfFlight(tracks, flight, instant) {
  for (const part of tracks.parts.get(flight) ?? []) {
    const state = stateOf(tracks, part, instant);
    if (state) return state;
  }
  return null;
}
