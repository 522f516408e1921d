// The table of encounters: sorted, filtered, and one row of it chosen.

const table = (() => {
  const body = document.querySelector("#rows tbody");
  const head = document.querySelector("#rows thead tr");
  const more = document.getElementById("more");
  const count = document.getElementById("count");
  const field = (name) => document.getElementById(name);
  const PAGE = 300;
  /** How a column is called, what its cells say and what they are sorted by; the first sorts at the start. */
  const COLUMNS = [
    { key: "critical_ratio", name: "Ratio", number: true, value: (each) => each.ratio, text: (each) => grouped(each.ratio, 3), swatch: true },
    { key: "own", name: "Own", value: (each) => flights.id[each.own] },
    { key: "other", name: "Other", value: (each) => flights.id[each.other] },
    ...(sideNames.length > 1 || flights.category ? [{ key: "sides", name: "Sides", value: sidesOf }] : []),
    { key: "start", name: "Start", number: true, value: (each) => each.start, exact: (each) => exactTime(each.stated.start), text: (each) => clock(each.start, 1) },
    { key: "lasting", name: "Lasting", number: true, value: (each) => each.end - each.start, text: (each) => duration(each.end - each.start) },
    { key: "cpa_horizontal", name: "Closest", number: true, value: (each) => each.horizontal, text: (each) => length(each.horizontal, typical) },
    { key: "cpa_vertical", name: "Height then", number: true, value: (each) => each.vertical, text: (each) => height(each.vertical) },
    ...(contents.encounters.level ? [{ key: "level", name: "Level", value: (each) => each.level }] : []),
  ];
  const typical = Math.max(...contents.minima.map((each) => each.horizontal), 1);
  let order = { column: COLUMNS[0], down: false };
  let found = encounters;
  let limit = PAGE;
  let chosen = null;
  let onChoose = () => {};
  let onFilter = () => {};

  function sidesOf(encounter) {
    const label = (flight) => [labelOf("side", flight), labelOf("category", flight)].filter(Boolean).join(" ");
    return `${label(encounter.own)}, ${label(encounter.other)}`;
  }

  /** Both sides of an encounter, in either order. */
  const pairOf = (encounter) => [labelOf("side", encounter.own), labelOf("side", encounter.other)].sort().join(" and ");

  function start(choose, filtered) {
    onChoose = choose;
    onFilter = filtered;
    for (const column of COLUMNS) {
      const button = make("button", { type: "button" }, column.name);
      button.addEventListener("click", () => sortBy(column));
      const cell = make("th", { scope: "col", "data-key": column.key }, button);
      if (column.number) cell.className = "number";
      head.append(cell);
    }
    offer("sides", "side-filter", sideNames.length > 1 ? encounters.map(pairOf) : []);
    offer("levels", "level-filter", contents.encounters.level ?? []);
    for (const name of ["search", "below", "sides", "levels"]) field(name).addEventListener("input", filter);
    more.addEventListener("click", () => {
      limit += 10 * PAGE;
      draw();
    });
    filter();
  }

  function offer(name, label, values) {
    const different = [...new Set(values)].sort();
    field(label).hidden = different.length < 2;
    field(name).append(make("option", { value: "" }, "all"), ...different.map((each) => make("option", { value: each }, each)));
  }

  function sortBy(column) {
    order = { column, down: order.column === column ? !order.down : false };
    draw();
  }

  function filter() {
    const words = field("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const below = field("below").value === "" ? Infinity : Number(field("below").value);
    const [pair, level] = [field("sides").value, field("levels").value];
    found = encounters.filter((each) => {
      const ids = `${flights.id[each.own]} ${flights.id[each.other]}`.toLowerCase();
      return each.ratio < below && (!pair || pairOf(each) === pair) && (!level || each.level === level) && words.every((word) => ids.includes(word));
    });
    limit = PAGE;
    draw();
    onFilter(found);
  }

  function draw() {
    const { column, down } = order;
    const compare = (one, two) => (one < two ? -1 : one > two ? 1 : 0);
    const sorted = [...found].sort((one, two) => (down ? -1 : 1) * compare(column.value(one), column.value(two)) || one.index - two.index);
    for (const cell of head.children) {
      const here = cell.dataset.key === column.key;
      if (here) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    const held = body.contains(document.activeElement);
    body.replaceChildren(...sorted.slice(0, limit).map(row));
    more.hidden = sorted.length <= limit;
    more.textContent = `Show more of the other ${grouped(sorted.length - limit)}`;
    count.textContent = found.length === encounters.length ? grouped(found.length) : `${grouped(found.length)} of ${grouped(encounters.length)}`;
    mark();
    if (held) body.querySelector("tr[tabindex='0']")?.focus();
  }

  function row(encounter) {
    const line = make("tr", { "data-index": encounter.index, tabindex: -1 });
    for (const column of COLUMNS) {
      const value = column.value(encounter);
      const exact = column.exact ? column.exact(encounter) : value;
      const cell = make("td", { "data-key": column.key, "data-value": exact, title: String(exact) }, column.text ? column.text(encounter) : String(value));
      if (column.swatch) cell.prepend(swatch(encounter.ratio));
      if (column.number) cell.className = "number";
      line.append(cell);
    }
    return line;
  }

  /** One row takes part in the order of focus: the chosen one, or the first. */
  function mark() {
    let stop = null;
    for (const line of body.children) {
      const here = chosen !== null && Number(line.dataset.index) === chosen.index;
      if (here) stop = line;
      line.toggleAttribute("data-chosen", here);
      if (here) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
      line.tabIndex = -1;
    }
    if (stop ?? body.firstElementChild) (stop ?? body.firstElementChild).tabIndex = 0;
    return stop;
  }

  function choose(encounter) {
    chosen = encounter;
    const line = mark();
    const box = field("rows");
    if (!line) return;
    const [top, bottom] = [line.offsetTop - head.offsetHeight, line.offsetTop + line.offsetHeight];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  }

  const encounterOf = (line) => encounters[Number(line.dataset.index)];
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr");
    if (line) onChoose(encounterOf(line));
  });
  body.addEventListener("keydown", (event) => {
    const line = event.target.closest("tr");
    const next = { ArrowDown: line?.nextElementSibling, ArrowUp: line?.previousElementSibling, Home: body.firstElementChild, End: body.lastElementChild, Enter: line, " ": line }[event.key];
    if (!next) return;
    event.preventDefault();
    onChoose(encounterOf(next));
    next.focus({ preventScroll: true });
  });

  return { start, choose, draw };
})();
