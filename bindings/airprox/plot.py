"""Pictures of encounters and of traffic, by matplotlib (``pip install 'airprox[plot]'``).

Every function draws into axes that are given, or makes a figure, and returns the figure, which a
notebook shows. Pictures are for people: distances on them are within 1 % up to 500 km.
"""

from typing import Any

import numpy as np

from ._annotations import positions_at_closest
from ._density import Density, time_in_cells
from ._encounter_rows import read_encounters
from ._geometry import latitude_longitude
from ._job import pair_up
from ._pair_view import PairView, view_pair
from ._text_table import counted
from ._units import FT, NM
from .errors import AirproxError, SchemaError
from .fleet import Fleet
from .minima import Minima

OWN, OTHER, LOST, QUIET = "#1b6ca8", "#d1711c", "#c0392b", "#7f8c8d"


def encounter(
    result: object,
    fleet: Fleet,
    against: Fleet | None = None,
    *,
    row: int = 0,
    minima: Minima | None = None,
    margin: float = 180.0,
    axes: Any = None,
) -> Any:
    """Draw one encounter: the plan view with the horizontal minimum, and the vertical profile.

    Parameters
    ----------
    result
        A `Screening` or its table (or closest approaches and theirs).
    fleet, against
        What was screened.
    row
        Which row of the table.
    minima
        The minima to draw; by default those of the `Screening`, which for a table nobody knows.
    margin
        Seconds before and after the encounter, as far as both are there.
    axes
        Two matplotlib axes, for the plan and the profile; by default a new figure's.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SchemaError
        If there is no such row, or the fleets are not those that were screened.
    AirproxError
        If matplotlib is not installed.
    """
    view = view_pair(result, fleet, against, row, minima, margin)
    plan, profile = _axes(axes, 2, figsize=(11, 5), width_ratios=(3, 2))
    _draw_plan(plan, view)
    _draw_profile(profile, view)
    return plan.figure


def distances(
    result: object,
    fleet: Fleet,
    against: Fleet | None = None,
    *,
    row: int = 0,
    minima: Minima | None = None,
    margin: float = 180.0,
    axes: Any = None,
) -> Any:
    """Draw the horizontal and the vertical distance of one encounter against time.

    Parameters, result and errors are those of `encounter`; the two axes are the horizontal's and
    the vertical's. The time in which separation is lost is shaded.
    """
    view = view_pair(result, fleet, against, row, minima, margin)
    upper, lower = _axes(axes, 2, figsize=(8, 5.5), rows=True)
    unit, name = _length_unit(float(view.horizontal.max()))
    upper.plot(view.seconds, view.horizontal / unit, color="black")
    lower.plot(view.seconds, view.vertical / FT, color="black")
    if view.minima is not None:
        limit = view.minima.horizontal / unit
        upper.axhline(limit, color=LOST, linestyle="--", label=f"minimum {limit:.3g} {name}")
        upper.legend(loc="best", frameon=False)
    if np.isfinite(view.vertical_minimum).any():
        lower.plot(view.seconds, view.vertical_minimum / FT, color=LOST, linestyle="--")
    for each in (upper, lower):
        each.axvspan(*view.lost, color=LOST, alpha=0.12, linewidth=0)
        each.set_ylim(bottom=0.0)
        each.margins(x=0.0)
        _quiet(each)
    upper.set(ylabel=f"horizontal distance ({name})", title=" and ".join(view.names))
    lower.set(ylabel="vertical distance (ft)", xlabel=f"seconds from {view.moment}")
    return upper.figure


def density(
    fleet: Fleet,
    result: object = None,
    against: Fleet | None = None,
    *,
    cells: int = 300,
    axes: Any = None,
) -> Any:
    """Draw where the aircraft of a fleet are, and where they meet.

    Parameters
    ----------
    fleet
        Its trajectories are drawn as the time spent in each cell of a map, in colours by logarithm.
    result, against
        A `Screening` of it (against the other side), or the table: a point for each encounter.
    cells
        How many along the longer side of the map.
    axes
        One matplotlib axes; by default a new figure's.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SchemaError
        If the fleet is empty or `cells` is not a whole number from 1 to 2,000.
    """
    if isinstance(cells, bool) or not isinstance(cells, int) or not 1 <= cells <= 2_000:
        raise SchemaError(f"cells must be a whole number from 1 to 2,000, found {cells!r}")
    found = time_in_cells(fleet, cells)
    (map_,) = _axes(None if axes is None else [axes], 1, figsize=(9, 7))
    _draw_density(map_, found)
    if result is not None:
        required = ("own", "other", "own_row", "other_row", "start", "cpa_time", "end")
        table = read_encounters(result, required)
        place, _ = positions_at_closest(table, pair_up(fleet, against))
        x, y = place.x / 1e3, place.y / 1e3
        if found.geodetic:
            y, x = latitude_longitude(place)
        label = counted(table.num_rows, "encounters")
        map_.plot(x, y, ".", color=LOST, markersize=4, label=label)
        map_.legend(loc="upper right", frameon=True)
    return map_.figure


def _axes(given: Any, number: int, *, rows: bool = False, **options: Any) -> list[Any]:
    """The axes that were given, or those of a new figure."""
    if given is not None:
        axes = list(np.ravel(given))
        if len(axes) != number:
            raise SchemaError(f"axes must be {number} matplotlib axes, found {len(axes)}")
        return axes
    try:
        from matplotlib import pyplot as plt  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise AirproxError(
            "airprox.plot must have matplotlib: pip install 'airprox[plot]'"
        ) from error
    shape = (number, 1) if rows else (1, number)
    _, made = plt.subplots(*shape, squeeze=False, sharex=rows, layout="constrained", **options)
    return list(made.ravel())


def _length_unit(longest: float) -> tuple[float, str]:
    """Nautical miles, or metres where the whole picture is smaller than two of them."""
    return (NM, "NM") if longest > 2.0 * NM else (1.0, "m")


def _draw_plan(axes: Any, view: PairView) -> None:
    unit, name = _length_unit(float(view.horizontal.max()))
    here, lost = view.closest, _lost(view)
    places = []
    for track, label, color in zip((view.own, view.other), view.names, (OWN, OTHER), strict=True):
        x, y = track.x / unit, track.y / unit
        axes.plot(x, y, color=color, linewidth=1)
        axes.plot(x[lost], y[lost], color=color, linewidth=3.5, solid_capstyle="butt", label=label)
        axes.plot(x[here], y[here], "o", color=color)
        axes.annotate(
            "", (x[-1], y[-1]), (x[-3], y[-3]), arrowprops={"arrowstyle": "-|>", "color": color}
        )
        places.append((x[here], y[here]))
    (x0, y0), (x1, y1) = places
    axes.plot([x0, x1], [y0, y1], color="black", linewidth=1, linestyle=":")
    if view.minima is not None:
        angle = np.linspace(0.0, 2.0 * np.pi, 181)
        radius = view.minima.horizontal / unit
        label = f"minimum {radius:.3g} {name}"
        circle = (x0 + radius * np.cos(angle), y0 + radius * np.sin(angle))
        axes.plot(*circle, "--", color=LOST, linewidth=1, label=label)
    closest = view.horizontal[here] / unit
    axes.set(
        xlabel=f"east ({name})",
        ylabel=f"north ({name})",
        title=f"closest at {view.moment}: {closest:.3g} {name}, {view.vertical[here] / FT:,.0f} ft",
    )
    axes.set_aspect("equal", adjustable="datalim")
    axes.legend(frameon=False)
    _quiet(axes)


def _draw_profile(axes: Any, view: PairView) -> None:
    lost = _lost(view)
    for altitude, color in zip(view.altitudes, (OWN, OTHER), strict=True):
        axes.plot(view.seconds, altitude / FT, color=color, linewidth=1)
        axes.plot(view.seconds[lost], altitude[lost] / FT, color=color, linewidth=3.5)
    low, high = view.altitudes[0] - view.vertical_minimum, view.altitudes[0] + view.vertical_minimum
    if np.isfinite(low).all():
        for edge in (low, high):
            axes.plot(view.seconds, edge / FT, "--", color=LOST)
    axes.axvline(0.0, color="black", linewidth=1, linestyle=":")
    axes.set(xlabel=f"seconds from {view.moment}", ylabel="altitude (ft)", title="vertical profile")
    axes.margins(x=0.0)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    _quiet(axes)


def _draw_density(axes: Any, found: Density) -> None:
    from matplotlib.colors import LogNorm  # pyright: ignore[reportMissingImports]

    minutes = np.ma.masked_equal(found.seconds.T / 60.0, 0.0)
    norm = LogNorm() if minutes.count() else None
    mesh = axes.pcolormesh(*found.edges, minutes, norm=norm, cmap="viridis", rasterized=True)
    axes.figure.colorbar(mesh, ax=axes, label="aircraft minutes in a cell", shrink=0.8)
    axes.set_aspect(found.aspect)
    names = (
        ("longitude (degrees)", "latitude (degrees)") if found.geodetic else ("x (km)", "y (km)")
    )
    axes.set(xlabel=names[0], ylabel=names[1])
    _quiet(axes)


def _lost(view: PairView) -> Any:
    return (view.seconds >= view.lost[0]) & (view.seconds <= view.lost[1])


def _quiet(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=QUIET, alpha=0.2, linewidth=0.6)
