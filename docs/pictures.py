"""Draws the pictures of the documentation: `python docs/pictures.py` (needs matplotlib)."""

import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt

import airprox
from airprox import demo
from airprox.plot import LOST, OTHER, OWN

STYLE = {"svg.hashsalt": "airprox", "font.size": 10}


def draw(folder: Path) -> None:
    """Draw every picture into a folder."""
    folder.mkdir(exist_ok=True)
    with mpl.rc_context(STYLE):
        for name, figure in {**_tutorial(), **_mathematics()}.items():
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None}, dpi=90)
            plt.close(figure)


def _tutorial() -> dict[str, Any]:
    fleet = demo.everybody()
    minima = airprox.Minima(5 * airprox.NM, 1000 * airprox.FT)
    result = airprox.screen(fleet, minima)
    worst = airprox.filter_encounters(result, top=10, min_duration=30.0)
    return {
        "encounter": airprox.plot.encounter(worst, fleet, row=3, minima=minima),
        "distances": airprox.plot.distances(worst, fleet, row=3, minima=minima),
        "density": airprox.plot.density(fleet, result),
    }


def _mathematics() -> dict[str, Any]:
    return {"relative_motion": _relative_motion(), "critical": _critical()}


def _relative_motion() -> Any:
    """The other aircraft seen from the own one: a straight line past a disc."""
    figure, axes = plt.subplots(figsize=(6, 4.2), layout="constrained")
    start, velocity = np.array([-9.0, -2.0]), np.array([2.0, 1.0])
    path = start + np.array([[0.0], [8.5]]) * velocity
    middle = start - (start @ velocity) / (velocity @ velocity) * velocity
    half = np.sqrt((25.0 - middle @ middle) / (velocity @ velocity)) * velocity
    circle = plt.Circle((0, 0), 5.0, facecolor=LOST, alpha=0.1)
    axes.add_patch(circle)
    axes.add_patch(plt.Circle((0, 0), 5.0, fill=False, edgecolor=LOST, linestyle="--"))
    axes.annotate("", path[1], path[0], arrowprops={"arrowstyle": "-|>", "color": OTHER})
    inside = np.array([middle - half, middle + half])
    axes.plot(*inside.T, color=OTHER, linewidth=4, solid_capstyle="butt")
    axes.plot(*np.array([(0, 0), middle]).T, ":", color="black")
    for place, label, shift in (
        ((0.0, 0.0), "own", (6, -14)),
        (path[0], "s(a)", (-4, -16)),
        (path[1], "s(b)", (-24, 4)),
        (inside[0], "$t_{in}$", (-24, 2)),
        (inside[1], "$t_{out}$", (2, -14)),
        (middle, "$t_{cpa}$", (-10, 8)),
    ):
        axes.plot(*place, "o", color=OWN if label == "own" else OTHER)
        axes.annotate(label, place, xytext=shift, textcoords="offset points")
    axes.annotate("D", (2.2, -4.2))
    axes.set_aspect("equal")
    axes.set_axis_off()
    return figure


def _critical() -> Any:
    """N(t) on one interval: the larger of two parabolas."""
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    time = np.linspace(0.0, 10.0, 401)
    across, up = 0.25 + 0.09 * (time - 4.0) ** 2, (0.24 * (time - 8.0)) ** 2
    both = np.maximum(across, up)
    axes.plot(time, across, color=OWN, label="|s_h|² / D'²")
    axes.plot(time, up, color=OTHER, label="s_z² / H'²")
    axes.plot(time, both, color="black", linewidth=2.5, label="N, the larger")
    axes.axhline(1.0, color=LOST, linestyle="--")
    lost = time[both < 1.0]
    axes.axvspan(lost[0], lost[-1], color=LOST, alpha=0.12, linewidth=0, label="loss of separation")
    least = int(both.argmin())
    axes.plot(time[least], both[least], "ko")
    axes.annotate(
        "critical point", (time[least], both[least]), xytext=(10, -8), textcoords="offset points"
    )
    axes.set(xlabel="t", ylim=(0.0, 2.2), xlim=(0.0, 10.0))
    axes.legend(loc="upper right")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "pictures")
