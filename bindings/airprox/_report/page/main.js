// The parts put together.

(async () => {
  readPalette();
  const [tracks, outline] = await Promise.all([unpackTracks(), unpackOutline()]);
  const said = document.getElementById("said");
  let chosen = null;

  /** Show an encounter everywhere, at the time of its critical point. */
  function show(encounter) {
    chosen = encounter;
    timeline.pause();
    table.choose(encounter);
    detail.show(encounter);
    map.choose(encounter);
    timeline.set(encounter.critical);
  }

  function choose(encounter) {
    show(encounter);
    timeline.suit(encounter.to - encounter.from);
    map.goTo(encounter);
    said.textContent = `${flights.id[encounter.own]} and ${flights.id[encounter.other]}, ratio ${grouped(encounter.ratio, 2)}, closest ${length(encounter.horizontal)} at ${clock(encounter.closest)}`;
  }

  function describe() {
    const fact = (name, text) => make("div", {}, make("dt", {}, name), make("dd", {}, text));
    const pairs = new Set(encounters.map((each) => `${each.own} ${each.other}`)).size;
    const last = contents.time.seconds;
    const span = utc ? `${day(0)} ${clock(0).slice(0, 5)} to ${day(last) === day(0) ? "" : `${day(last)} `}${clock(last).slice(0, 5)} UTC` : `${clock(0)} to ${clock(last)}`;
    const minima = contents.minima.length === 1 ? contents.minima[0] : null;
    document.getElementById("facts").replaceChildren(
      fact("Trajectories", grouped(flights.id.length)),
      fact("Encounters", grouped(encounters.length)),
      fact("Pairs", grouped(pairs)),
      fact("Span", span),
      ...(minima ? [fact("Minima", `${length(minima.horizontal)}${minima.vertical ? `, ${height(minima.vertical)}${minima.bands ? " and bands" : ""}` : ""}`)] : []),
      ...(contents.minima.length > 1 ? [fact("Minima", `${contents.minima.length} different`)] : []),
    );
    const { across, up } = contents.accuracy;
    const sources = contents.frame === "geodetic" ? " Coasts and borders: Natural Earth (public domain)." : "";
    document.getElementById("about").textContent = `Numbers in the table are exact, and in full where the pointer rests on them. Tracks are drawn within ${length(across)} and ${height(up)}, and all points of them near encounters.${sources} Made by airprox.`;
  }

  function legend() {
    const entry = (text, ...look) => make("li", {}, ...look, text);
    const used = new Set(encounters.map((each) => severity(each.ratio)));
    const severities = SEVERITIES.map((each, place) => [place, each]).filter(([place]) => used.has(place));
    const sides = sideNames.length > 1 ? sideNames.map((name, place) => entry(name, make("i", { class: "side", style: `background:${palette.sides[sidePlaces[place]]}` }))) : [];
    document.getElementById("legend").replaceChildren(
      ...(severities.length ? [make("p", {}, "Critical ratio"), make("ul", {}, ...severities.map(([place, each]) => entry(each.text, make("i", { class: `swatch severity-${place}` }))))] : []),
      ...(sides.length ? [make("p", {}, "Sides"), make("ul", {}, ...sides)] : []),
    );
  }

  function repaint() {
    readPalette();
    legend();
    describe();
    map.refresh();
    timeline.draw();
    table.draw();
    if (chosen) detail.show(chosen);
  }

  const units = document.getElementById("units");
  units.value = aviation ? "aviation" : "metric";
  units.addEventListener("change", () => {
    aviation = units.value === "aviation";
    repaint();
  });
  dark.addEventListener("change", repaint);

  detail.start(tracks);
  map.start(tracks, outline);
  listen(choose);
  describe();
  legend();
  timeline.start((instant) => {
    map.at(instant);
    detail.at(instant);
  });
  table.start(choose, (found) => {
    map.show(found);
    timeline.show(found);
  });
  const worst = encounters.reduce((one, two) => (one && one.ratio <= two.ratio ? one : two), null);
  if (worst) show(worst);
  document.body.dataset.ready = "";
})().catch((error) => {
  document.getElementById("detail-body").textContent = `This report could not be drawn: ${error.message}`;
  throw error;
});
