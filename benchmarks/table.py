"""The README's tables, written from the committed results.

    python -m benchmarks.table              from benchmarks/results.json
    python -m benchmarks.table --run        measure first (some minutes, on a quiet machine)
    python -m benchmarks.table --json FILE  from a report of pytest-benchmark

Every figure measured stands in a table, wins and losses alike.
"""

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from . import bench_peers, results

README = results.ROOT / "README.md"
BEGIN = "<!-- benchmarks: begin, written by `python -m benchmarks.table` -->"
END = "<!-- benchmarks: end -->"
Rows = Iterable[tuple[str, ...]]

WORK = {
    "`np.argsort` of the time column, one thread": "screening::argsort",
    "`np.sort` of it": "screening::sort",
    "`screen`, plane, 2 threads": "screening::screen_planar[2]",
    "`screen`, plane, 1 thread": "screening::screen_planar[1]",
    "`screen`, WGS84, 2 threads": "screening::screen_geodetic[2]",
    "`screen`, WGS84, 1 thread": "screening::screen_geodetic[1]",
    "`screen` of a tenth against the rest": "screening::screen_two_sides",
    "`Fleet.from_arrow`, plane, grouped, number ids": "fleet::load_planar[grouped]",
    "the same, text ids": "fleet::load_text_ids[grouped]",
    "the same, number ids, rows interleaved by time": "fleet::load_planar[interleaved]",
    "the same, text ids, interleaved": "fleet::load_text_ids[interleaved]",
    "`Fleet.from_arrow`, WGS84, text ids, timestamps, grouped": "fleet::load_geodetic[grouped]",
    "the same, interleaved": "fleet::load_geodetic[interleaved]",
}
"""Rows by name; benchmarks that have none here and none in `ELSEWHERE` follow by their own name."""
ELSEWHERE = (
    "peers::",
    "unfriendly::",
    "memory::",
    "first_call::",
    "screening::screen_world",
    "screening::native_sorts",
)


def text(measured: dict[str, Any]) -> str:
    """Return all tables with their captions, as Markdown."""
    if not measured.get("benchmarks"):
        return "`python -m benchmarks` writes its tables here; none have been committed yet."
    parts = [caption(measured["environment"])]
    parts += [section(measured["benchmarks"]) for section in SECTIONS]
    return "\n\n".join(part for part in parts if part)


def caption(environment: dict[str, Any]) -> str:
    features = ", ".join(name.upper() for name in environment["features"]) or "unknown"
    lacking = "" if "avx512f" in environment["features"] else ", no AVX-512"
    if environment["numpy_without"]:
        lacking += "; NumPy kept to AVX2, as the yardsticks were defined"
    return (
        f"Medians of one run of `{results.COMMAND}`: {environment['processors']} processors, "
        f"{environment['processor']} ({features}{lacking}), Python {environment['python']}, NumPy "
        f"{environment['numpy']}, Numba {environment['numba']}, pyarrow {environment['pyarrow']}."
    )


def work(benchmarks: dict[str, Any]) -> str:
    """The European day beside the two sorts of its time column."""
    bases = [benchmarks.get(f"screening::{of}", {}).get("median") for of in ("argsort", "sort")]
    rows = [
        (name, duration(taken := benchmarks[key]["median"]), *_ratios(taken, bases))
        for name, key in WORK.items()
        if key in benchmarks
    ]
    rows += [
        (f"`{key}`", duration(entry["median"]), *_ratios(entry["median"], bases))
        for key, entry in benchmarks.items()
        if key not in WORK.values() and not key.startswith(ELSEWHERE)
    ]
    native = benchmarks.get("screening::native_sorts", {})
    rows += [
        (
            f"`np.{of}` with whatever NumPy has here",
            duration(native[of]),
            *_ratios(native[of], bases),
        )
        for of in ("argsort", "sort")
        if of in native
    ]
    return table(("the European day", "time", "× argsort", "× sort"), rows)


def _ratios(seconds: float, bases: Iterable[float | None]) -> tuple[str, ...]:
    return tuple(ratio(seconds, base) for base in bases)


def rivals(benchmarks: dict[str, Any]) -> str:
    """Every peer on the same flights, `screen` from a loaded fleet beside it."""
    rows = []
    for name, sizes in bench_peers.SIZES.items():
        for size in sizes:
            peer = benchmarks.get(f"peers::peer[{name}-{size}]")
            own = benchmarks.get(f"peers::airprox[{size}]")
            if peer and own:
                rows.append((f"{size:,} flights", *_against(peer, own)))
    peer = benchmarks.get("peers::states_bluesky")
    own = benchmarks.get("peers::states_airprox")
    if peer and own:
        rows.append((f"{bench_peers.STATES:,} states, 300 s", *_against(peer, own)))
    heads = ("work", "who", "time", "airprox", "× airprox", "conflicts", "missing", "extra")
    return table(heads, rows)


def _against(peer: dict[str, Any], own: dict[str, Any]) -> tuple[str, ...]:
    counts = (f"{peer[name]:,}" for name in ("conflicts", "missing", "extra"))
    times = (peer["median"], own["median"])
    return (
        f"{peer['peer']} ({peer['version'].rpartition(' ')[2]})",
        *map(duration, times),
        ratio(*times),
        *counts,
    )


def scale(benchmarks: dict[str, Any]) -> str:
    """The world day for each knot, and unfriendly fleets for each unit of work."""
    rows = []
    day = benchmarks.get("screening::screen_planar[2]")
    world = benchmarks.get("screening::screen_world")
    if day and world and "knots" in day:
        base, each = (entry["median"] / entry["knots"] for entry in (day, world))
        rows.append(("world day, 120,000 flights, for each knot", *_each(world, each, base)))
    friendly = benchmarks.get("unfriendly::unfriendly[friendly day]")
    for key, entry in benchmarks.items():
        if key.startswith("unfriendly::") and friendly and entry is not friendly:
            base = friendly["median"] / friendly["units"]
            name = key.partition("[")[2].rstrip("]")
            each = entry["median"] / entry["units"]
            rows.append((f"{name}, for each unit", *_each(entry, each, base)))
    return table(("unusual fleets", "time", "each", "× the European day"), rows)


def _each(entry: dict[str, Any], each: float, base: float) -> tuple[str, ...]:
    return duration(entry["median"]), f"{each * 1e9:.0f} ns", ratio(each, base)


def starts(benchmarks: dict[str, Any]) -> str:
    """Whole processes: cold starts, and peaks of memory."""
    rows = []
    start = benchmarks.get("first_call::start", {})
    for name in ("import argparse", "import airprox", "airprox --help"):
        if name in start:
            base = ratio(start[name], start["import argparse"])
            rows.append((f"`{name}`", duration(start[name]), f"{base} × `import argparse`"))
    warm = benchmarks.get("first_call::first_call_warm", {})
    if "trivial" in warm:
        trivial = warm["trivial"]
        rows.append(("a trivial cached Numba function, first call", duration(trivial), ""))
        beyond = duration(warm["load and screen"] - trivial)
        named = "import, load and screen two flights, code from the cache"
        rows.append((named, duration(warm["load and screen"]), f"{beyond} beyond the trivial one"))
    cold = benchmarks.get("first_call::first_call_compiles")
    if cold:
        rows.append(("the same, compiling", duration(cold["median"]), "once a user"))
    for key, entry in benchmarks.items():
        if key.startswith("memory::") and "beyond" in entry:
            share = f"{entry['beyond'] / entry['fleet']:.2f} × the fleet's bytes"
            name = f"memory of `screen`, {entry['flights']:,} flights, beyond fleet and result"
            rows.append((name, f"{entry['beyond'] / 1e6:.0f} MB", share))
    return table(("whole processes", "", ""), rows)


SECTIONS: tuple[Callable[[dict[str, Any]], str], ...] = (work, rivals, scale, starts)


def table(heads: tuple[str, ...], rows: Rows) -> str:
    """Return a Markdown table, or nothing where there are no rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *lines])


def duration(seconds: float) -> str:
    """Three digits and a unit."""
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms")):
        if seconds < limit:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s" if seconds < 1000.0 else f"{seconds:.0f} s"


def ratio(value: float, base: float | None) -> str:
    """Two digits, or three from 100 up."""
    if not base:
        return ""
    quotient = value / base
    return f"{quotient:.2g}" if quotient < 100.0 else f"{quotient:.0f}"


def replaced(readme: str, block: str) -> str:
    """Return the README with the block between the marks; raises `ValueError` without marks."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README must have the marks {BEGIN!r} and {END!r}, in this order")
    return f"{before}{begin}\n\n{block}\n\n{end}{after}"


def write(measured: dict[str, Any]) -> None:
    README.write_text(replaced(README.read_text(), text(measured)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.table", description=__doc__)
    parser.add_argument("--run", action="store_true", help="measure first")
    parser.add_argument("--json", type=Path, help="a report of pytest-benchmark to read")
    chosen = parser.parse_args()
    measured = results.load()
    if chosen.run:
        measured |= results.measure()
    elif chosen.json:
        measured |= results.distilled(json.loads(chosen.json.read_text()))
    results.save(measured)
    write(measured)
    print(text(measured))


if __name__ == "__main__":
    main()
