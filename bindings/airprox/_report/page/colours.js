// Colours by severity and by side, safe for the colour-blind: severity goes by lightness and size too.

const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Severity by the critical ratio: 0 is a collision, 1 the edge of the minima. */
const SEVERITIES = [
  { below: 0.5, text: "below 0.5", size: 6.5 },
  { below: 0.75, text: "0.5 to 0.75", size: 5.5 },
  { below: 0.9, text: "0.75 to 0.9", size: 4.5 },
  { below: Infinity, text: "0.9 and more", size: 3.5 },
];
const severity = (ratio) => SEVERITIES.findIndex((each) => ratio < each.below);

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The colours of the page's style, read again when light and dark change. */
const palette = {};
function readPalette() {
  for (const name of ["ink", "soft", "line", "paper", "ground", "coast", "border", "grid", "own", "other"]) {
    palette[name] = style(`--${name}`);
  }
  palette.severity = SEVERITIES.map((_, index) => style(`--severity-${index}`));
  palette.sides = Array.from({ length: 6 }, (_, index) => style(`--side-${index}`));
}

const sideNames = flights.side ? flights.side.names : [];
/** Sides that are called by a colour get one like it. */
const NAMED = { blue: 0, friendly: 0, purple: 1, green: 2, neutral: 2, yellow: 3, grey: 4, gray: 4, red: 5, hostile: 5 };
/** The place in the palette of each side: its own, or the next that nobody has. */
const sidePlaces = (() => {
  const places = sideNames.map((name) => NAMED[name.toLowerCase()] ?? -1);
  const free = [0, 1, 2, 3, 4, 5].filter((place) => !places.includes(place));
  if (!free.length) free.push(0, 1, 2, 3, 4, 5);
  return places.map((place) => (place >= 0 ? place : free.push(free[0]) && free.shift()));
})();
/** One colour for all where sides are not known. */
const sideColour = (flight) => palette.sides[sideNames.length > 1 ? sidePlaces[flights.side.of[flight]] : 0];

/** An element with attributes and children; text is always text. */
function make(name, attributes = {}, ...children) {
  const svg = ["svg", "g", "path", "line", "circle", "text", "title", "rect", "polygon"].includes(name);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
