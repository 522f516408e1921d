// Numbers as people read them. The exact ones are beside them, in `data-value` and in titles.

const NM = 1852;
const FT = 0.3048;

let aviation = contents.frame === "geodetic";

const grouped = (value, digits = 0) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** The unit for horizontal lengths about as long as this one (m): its name and its metres. */
function lengthUnit(typical) {
  if (aviation && typical >= 0.1 * NM) return { name: "NM", metres: NM };
  if (!aviation && typical >= 1000) return { name: "km", metres: 1000 };
  return { name: "m", metres: 1 };
}

const heightUnit = () => (aviation ? { name: "ft", metres: FT } : { name: "m", metres: 1 });

/** A horizontal length (m) in the unit of a typical one. */
function length(value, typical = value) {
  const unit = lengthUnit(typical);
  return `${grouped(value / unit.metres, unit.metres === 1 ? (typical < 10 ? 2 : 0) : 2)} ${unit.name}`;
}

function height(value) {
  const unit = heightUnit();
  return `${grouped(value / unit.metres, Math.abs(value) < 10 ? 1 : 0)} ${unit.name}`;
}

/** An instant (seconds since the origin) as a clock shows it. */
function clock(seconds, digits = 0) {
  if (!utc) return `${grouped(contents.time.origin + seconds, digits)} s`;
  return moment(seconds).toISOString().slice(11, digits ? 20 + digits : 19);
}

const day = (seconds) => moment(seconds).toISOString().slice(0, 10);
const moment = (seconds) => new Date(Date.parse(`${contents.time.origin.slice(0, 23)}Z`) + seconds * 1000);

/** A time of the table, exactly: nanoseconds of UTC, or the seconds that stand there. */
function exactTime(stated) {
  if (!utc) return String(stated);
  const [whole, fraction = ""] = contents.time.origin.split(".");
  const nanoseconds = BigInt(fraction.padEnd(9, "0")) + BigInt(stated);
  const second = BigInt(1_000_000_000);
  let seconds = nanoseconds / second;
  let rest = nanoseconds % second;
  if (rest < 0) {
    rest += second;
    seconds -= 1n;
  }
  const text = new Date(Date.parse(`${whole}Z`) + Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${text}.${String(rest).padStart(9, "0")}Z`;
}

function duration(seconds) {
  if (seconds < 100) return `${grouped(seconds, seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return (parts[0] ? parts : parts.slice(1)).map((each, index) => (index ? String(each).padStart(2, "0") : each)).join(":") + (parts[0] ? " h" : " min");
}

/** A round step of which about `count` fit into an extent: 1, 2 or 5 times a power of ten. */
function roundStep(extent, count) {
  const rough = extent / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((each) => each * power >= rough);
}
