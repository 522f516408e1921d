"""How time, memory and candidates grow from 1,000 to 120,000 flights, as a picture.

    python -m benchmarks.growth         measure, keep in benchmarks/results.json, draw
    python -m benchmarks.growth --draw  draw what was kept

Flights are those of the European day, in its square and its 24 hours: conflicts grow with the
square of their number. The picture is plain SVG, legible on light and dark pages.
"""

import argparse
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from . import memory, results

PICTURE = results.ROOT / "docs" / "growth.svg"
SIZES = (1_000, 2_000, 5_000, 10_000, 20_000, 33_000, 60_000, 120_000)
THREADS = 2
WIDTH, HEIGHT = 260, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 20, 34, 30
STYLE = """
text { font: 11px system-ui, sans-serif; fill: #444 }
.title { font-weight: 600; font-size: 12px }
.grid { stroke: #888; stroke-opacity: 0.35; stroke-width: 1 }
.line { fill: none; stroke: #2563c9; stroke-width: 2 }
.dot { fill: #2563c9 }
@media (prefers-color-scheme: dark) {
  text { fill: #ccc }
  .line { stroke: #7fb2ff }
  .dot { fill: #7fb2ff }
}
"""


class Panel(NamedTuple):
    title: str
    values: list[float]
    unit: str


def measure(sizes: Sequence[int] = SIZES) -> list[dict[str, float]]:
    """Screen days of growing numbers of flights, each in a process of its own."""
    return [memory.run(size, THREADS) for size in sizes]


def panels(points: Sequence[dict[str, float]]) -> list[Panel]:
    return [
        Panel("time of screen, 2 threads", [p["seconds"] for p in points], "s"),
        Panel("memory beyond the fleet", [max(p["beyond"], 1.0) / 1e6 for p in points], "MB"),
        Panel(
            "candidates for each conflict",
            [p["pair_visits"] / max(p["conflicts"], 1) for p in points],
            "",
        ),
    ]


def picture(points: Sequence[dict[str, float]]) -> str:
    """Return the SVG: three panels, both axes logarithmic."""
    shown = panels(points)
    flights = [float(p["flights"]) for p in points]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(shown)} {HEIGHT}" '
        f'width="{WIDTH * len(shown)}" height="{HEIGHT}" role="img">',
        "<title>Growth with the number of flights in a day</title>",
        f"<style>{STYLE}</style>",
    ]
    for number, panel in enumerate(shown):
        parts += [f'<g transform="translate({number * WIDTH} 0)">', *_drawn(panel, flights), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _drawn(panel: Panel, flights: Sequence[float]) -> list[str]:
    across = (math.log10(min(flights)), math.log10(max(flights)))
    up = _decades(panel.values)
    title = panel.title + (f" ({panel.unit})" if panel.unit else "")
    parts = [f'<text class="title" x="{LEFT}" y="16">{title}</text>']
    for value in _ticks(*across):
        x = _place(value, across, LEFT, WIDTH - RIGHT)
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{x}" y="{HEIGHT - 12}" text-anchor="middle">{value:,.0f}</text>')
    for value in _ticks(*up):
        y = _place(value, up, HEIGHT - BOTTOM, TOP)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{y + 4}" text-anchor="end">{value:g}</text>')
    places = [
        (_place(x, across, LEFT, WIDTH - RIGHT), _place(y, up, HEIGHT - BOTTOM, TOP))
        for x, y in zip(flights, panel.values, strict=True)
    ]
    parts.append(f'<polyline class="line" points="{" ".join(f"{x},{y}" for x, y in places)}"/>')
    parts += [f'<circle class="dot" cx="{x}" cy="{y}" r="3"/>' for x, y in places]
    return parts


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """Return the powers of ten that hold all values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _ticks(low: float, high: float) -> list[float]:
    return [10.0**power for power in range(math.ceil(low), math.floor(high) + 1)]


def _place(value: float, decades: tuple[float, float], begin: float, end: float) -> float:
    share = (math.log10(value) - decades[0]) / (decades[1] - decades[0])
    return round(begin + share * (end - begin), 1)


def draw(measured: dict[str, Any]) -> None:
    """Write the picture of the results, if growth has been measured."""
    if measured.get("growth"):
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(picture(measured["growth"]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--draw", action="store_true", help="draw what was kept")
    measured = results.load()
    if not parser.parse_args().draw:
        measured["growth"] = measure()
        results.save(measured)
    draw(measured)


if __name__ == "__main__":
    main()
