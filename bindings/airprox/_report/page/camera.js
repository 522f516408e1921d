// Where the map looks: metres of the plane in the middle, and pixels for a metre.

const camera = {
  x: 0, y: 0, zoom: 1,
  width: 1, height: 1, ratio: 1,
  /** All of the tracks. */
  whole: { x: 0, y: 0, width: 1, height: 1 },

  toX(x) { return (x - this.x) * this.zoom + this.width / 2; },
  toY(y) { return this.height / 2 - (y - this.y) * this.zoom; },
  fromX(px) { return this.x + (px - this.width / 2) / this.zoom; },
  fromY(py) { return this.y - (py - this.height / 2) / this.zoom; },

  resize(width, height, ratio) { Object.assign(this, { width, height, ratio }); },

  frame(tracks) {
    const reach = (values) => values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
    if (!tracks.x.length) return;
    const [[left, right], [bottom, top]] = [reach(tracks.x), reach(tracks.y)];
    this.whole = { x: (left + right) / 2, y: (bottom + top) / 2, width: Math.max(right - left, 1), height: Math.max(top - bottom, 1) };
  },

  /** Pixels for a metre that show all of it. */
  get least() { return Math.min(this.width / this.whole.width, this.height / this.whole.height); },

  showAll() { Object.assign(this, { x: this.whole.x, y: this.whole.y, zoom: 0.92 * this.least }); },

  /** The place under the pointer stays where it is. */
  zoomBy(factor, px = this.width / 2, py = this.height / 2) {
    const [x, y] = [this.fromX(px), this.fromY(py)];
    this.zoom = Math.min(Math.max(this.zoom * factor, 0.2 * this.least), 5 / contents.accuracy.plane);
    this.x += x - this.fromX(px);
    this.y += y - this.fromY(py);
  },

  moveBy(px, py) {
    this.x -= px / this.zoom;
    this.y += py / this.zoom;
  },

  /** Where to look for an encounter to be seen with what is around it. */
  around(encounter) {
    const metres = Math.max(encounter.minima ? 6 * encounter.minima.horizontal : 0, this.whole.width / 12, 1);
    return { x: encounter.x, y: encounter.y, zoom: Math.max(this.width * encounter.scale / metres, this.width / this.whole.width) };
  },

  /** A share of the way from one look to another; it shrinks with the zoom, so that the motion looks even. */
  between(from, to, share) {
    const eased = share * share * (3 - 2 * share);
    const zoom = from.zoom * (to.zoom / from.zoom) ** eased;
    const moved = to.zoom === from.zoom ? eased : (1 / from.zoom - 1 / zoom) / (1 / from.zoom - 1 / to.zoom);
    Object.assign(this, { zoom, x: from.x + moved * (to.x - from.x), y: from.y + moved * (to.y - from.y) });
  },
};
