// The chosen encounter: its numbers as they are in the table, and four pictures of it.

const detail = (() => {
  const body = document.getElementById("detail-body");
  const title = document.getElementById("detail-title");
  let tracks;
  let moves = [];
  let now = 0;

  /** The vertical minimum of a pair at two altitudes; the larger one where bands differ. */
  function verticalMinimum(minima, altitudes) {
    const at = (altitude) => {
      const band = (minima.bands ?? []).find((each) => (each.floor ?? -Infinity) < altitude && altitude <= (each.ceiling ?? Infinity));
      return (band ?? minima).vertical ?? Infinity;
    };
    return Math.max(...altitudes.map(at));
  }

  /** Where both are, at many instants of the span that is shown and at every knot. */
  function sampled(encounter) {
    const { from, to } = encounter;
    const instants = new Set([encounter.start, encounter.end, encounter.closest, encounter.critical]);
    for (let n = 0; n <= 160; n++) instants.add(from + (to - from) * n / 160);
    for (const flight of [encounter.own, encounter.other]) {
      for (const part of tracks.parts.get(flight) ?? []) {
        for (let knot = tracks.first[part]; knot < tracks.first[part + 1]; knot++) {
          if (tracks.time[knot] >= from && tracks.time[knot] <= to) instants.add(tracks.time[knot]);
        }
      }
    }
    return [...instants].sort((one, two) => one - two).map((instant) => ({ instant, ...bothAt(encounter, instant) }));
  }

  /** Metres east and north of the closest approach, and altitudes; null where there is no position. */
  function bothAt(encounter, instant) {
    const [own, other] = [encounter.own, encounter.other].map((flight) => {
      const state = stateOfFlight(tracks, flight, instant);
      return state && [(state.x - encounter.x) * encounter.scale, (state.y - encounter.y) * encounter.scale, state.z];
    });
    return { own, other };
  }

  /** The span in which either of the two is there. */
  function spanOf(samples) {
    const seen = samples.filter(({ own, other }) => own || other);
    const [first, last] = seen.length ? [seen[0].instant, seen[seen.length - 1].instant] : [0, 1];
    return last > first ? [first, last] : [first - 0.5, first + 0.5];
  }

  function show(encounter) {
    moves = [];
    const samples = sampled(encounter);
    const span = spanOf(samples);
    const loss = [encounter.start, encounter.end];
    const names = [encounter.own, encounter.other].map((flight) => flights.id[flight]);
    const { minima } = encounter;
    const both = samples.map(({ instant, own, other }) => ({ instant, pair: own && other ? [own, other] : null }));
    const line = (value) => both.map(({ instant, pair }) => pair && [instant, value(pair)]);
    const level = (value) => (value < Infinity ? [[span[0], value], [span[1], value]] : null);
    const heightMinimum = minima && line(([own, other]) => verticalMinimum(minima, [own[2], other[2]])).map((point) => (point && point[1] < Infinity ? point : null));
    const plan = planView({
      text: `${names[0]} and ${names[1]} from above; the closest they come horizontally is ${length(encounter.horizontal)}.`,
      paths: ["own", "other"].map((look) => ({
        look,
        points: samples.map((sample) => sample[look]),
        loss: samples.map((sample) => (sample.instant >= loss[0] && sample.instant <= loss[1] ? sample[look] : null)),
      })),
      limit: minima ? minima.horizontal : 0,
      tone: palette.severity[severity(encounter.ratio)],
    });
    const typical = minima ? minima.horizontal : encounter.horizontal;
    const charts = [
      ["Horizontal distance", {
        unit: lengthUnit(typical), fromZero: true, least: Math.max(typical / 5, 1e-3),
        text: `It falls to ${length(encounter.horizontal, typical)}${minima ? `; the minimum is ${length(minima.horizontal, typical)}` : ""}.`,
        series: [{ look: "apart", points: line(([own, other]) => Math.hypot(other[0] - own[0], other[1] - own[1])) }],
        limits: minima && level(minima.horizontal), mark: [encounter.closest, encounter.horizontal],
      }],
      ["Vertical distance", {
        unit: heightUnit(), fromZero: true, least: Math.max((minima?.vertical ?? 300) / 5, 1e-3),
        text: `At the horizontal closest approach it is ${height(encounter.vertical)}${minima?.vertical ? `; the minimum is ${height(minima.vertical)}` : ""}.`,
        series: [{ look: "apart", points: line(([own, other]) => Math.abs(other[2] - own[2])) }],
        limits: heightMinimum && heightMinimum.some(Boolean) ? heightMinimum : null, mark: [encounter.closest, encounter.vertical],
      }],
      ["Altitudes", {
        unit: heightUnit(), least: minima?.vertical ?? 300, text: `${names[0]} solid, ${names[1]} dashed.`,
        series: ["own", "other"].map((look) => ({ look, points: samples.map((sample) => sample[look] && [sample.instant, sample[look][2]]) })),
      }],
    ].map(([name, chart]) => [name, chart.unit, timeChart({ title: name, loss, span, ...chart })]);
    title.replaceChildren(swatch(encounter.ratio), `${names[0]} and ${names[1]}`);
    body.replaceChildren(
      facts(encounter),
      figure(legend(encounter), plan.svg),
      ...charts.map(([name, unit, chart]) => figure(make("span", {}, `${name}, ${unit.name}`), chart.svg)),
    );
    moves = [(instant) => { const { own, other } = bothAt(encounter, instant); plan.move([own, other]); }, ...charts.map(([, , chart]) => chart.move)];
    at(now);
  }

  const figure = (caption, svg) => make("figure", {}, make("figcaption", {}, caption), svg);

  function legend(encounter) {
    const entry = (look, flight) => {
      const label = [labelOf("side", flight), labelOf("category", flight)].filter(Boolean).join(" ");
      return make("span", { class: `key ${look}` }, flights.id[flight], label ? make("small", {}, ` ${label}`) : "");
    };
    return make("span", { class: "keys" }, entry("own", encounter.own), entry("other", encounter.other));
  }

  /** The encounter's row of the table in words; exact numbers are in `data-value`. */
  function facts(encounter) {
    const { stated } = encounter;
    const typical = encounter.minima ? encounter.minima.horizontal : encounter.horizontal;
    const list = make("dl", { class: "facts" });
    const fact = (name, key, exact, text, more = "") => {
      const value = make("dd", { "data-name": key, "data-value": exact, title: String(exact) }, text);
      list.append(make("div", {}, make("dt", {}, name), value, make("dd", { class: "more" }, more)));
    };
    fact("Critical ratio", "critical_ratio", encounter.ratio, grouped(encounter.ratio, 3), `at ${clock(encounter.critical, 1)}`);
    fact("Closest", "cpa_horizontal", encounter.horizontal, length(encounter.horizontal, typical), `at ${clock(encounter.closest, 1)}`);
    fact("Height then", "cpa_vertical", encounter.vertical, height(encounter.vertical));
    const cut = (clipped) => (clipped ? "cut by the tracks' span" : "");
    fact("Loss from", "start", exactTime(stated.start), clock(encounter.start, 1), cut(encounter.startClipped));
    fact("To", "end", exactTime(stated.end), clock(encounter.end, 1), cut(encounter.endClipped) || `${duration(encounter.end - encounter.start)} later`);
    if (encounter.level !== null) fact("Level", "level", encounter.level, encounter.level);
    return list;
  }

  function at(instant) {
    now = instant;
    for (const move of moves) move(instant);
  }

  return { show, at, start(given) { tracks = given; } };
})();

/** A dot in the colour of a severity, as large as on the map. */
function swatch(ratio) {
  const place = severity(ratio);
  return make("i", { class: `swatch severity-${place}`, "aria-hidden": "true" });
}
