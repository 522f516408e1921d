"""One pair around one encounter: where both are and how far apart, sampled to be looked at."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.surface import MEAN_RADIUS

from ._encounter_rows import fleet_rows, read_encounters, read_times
from ._geometry import (
    Floats,
    States,
    Vectors,
    latitude_longitude,
    part_ends,
    parts_at,
    relative_motion,
    states_at,
)
from ._job import pair_up
from ._times import NANOSECONDS
from .errors import SchemaError
from .fleet import Fleet
from .minima import Minima
from .minima_table import MinimaTable
from .screening import Screening

SAMPLES = 601


class PairView(NamedTuple):
    """Samples of both aircraft; lengths are metres."""

    names: tuple[str, str]
    moment: str
    """The closest approach, for people."""
    seconds: Floats
    """From the closest approach."""
    lost: tuple[float, float]
    """Start and end of the encounter, in the same seconds."""
    own: Vectors
    """x to the east and y to the north of the own aircraft's place at the closest approach."""
    other: Vectors
    altitudes: tuple[Floats, Floats]
    horizontal: Floats
    minima: Minima | None
    vertical_minimum: Floats
    """By the bands that both are in; NaN without minima."""

    @property
    def vertical(self) -> Floats:
        """The vertical distance."""
        return np.abs(self.altitudes[0] - self.altitudes[1])

    @property
    def closest(self) -> int:
        """The sample of the closest approach."""
        return int(np.argmin(np.abs(self.seconds)))


def view_pair(
    result: object,
    fleet: Fleet,
    against: Fleet | None,
    row: int,
    minima: Minima | None,
    margin: float,
) -> PairView:
    """Sample the pair in one row of a table of encounters, from `margin` seconds before it.

    Raises `SchemaError` if there is no such row, or it is not of these fleets.
    """
    required = ("own", "other", "own_row", "other_row", "cpa_time")
    table = read_encounters(result, required, ("start", "end", "level"))
    if not 0 <= row < table.num_rows:
        raise SchemaError(f"row must be one of the {table.num_rows:,} encounters, found {row!r}")
    sides, chosen = pair_up(fleet, against), table.slice(row, 1)
    rows = fleet_rows(chosen, sides)
    ends = [name if name in chosen.column_names else "cpa_time" for name in ("start", "end")]
    start, middle, end = (
        read_times(chosen, name).values[0] for name in (ends[0], "cpa_time", ends[1])
    )
    unit = NANOSECONDS if isinstance(middle, np.integer) else 1.0
    parts = [
        parts_at(side._knots, place, np.array([middle]))
        for side, place in zip(sides, rows, strict=True)
    ]
    time = _instants(sides, parts, (start, middle, end), margin * unit)
    own, other = (
        states_at(side._knots, np.repeat(part, len(time)), time)
        for side, part in zip(sides, parts, strict=True)
    )
    geodetic = fleet.frame == "geodetic"
    apart = relative_motion(own, other, geodetic)[0].length()
    if geodetic:
        apart = 2.0 * MEAN_RADIUS * np.arcsin(np.minimum(apart / (2.0 * MEAN_RADIUS), 1.0))
    here = int(np.searchsorted(time, middle))
    known = minima if minima is not None else _minima_of(result, chosen, sides, rows)
    altitudes = (own.altitude, other.altitude)
    return PairView(
        names=(str(chosen["own"][0].as_py()), str(chosen["other"][0].as_py())),
        moment=_told(middle),
        seconds=(time - middle).astype(np.float64) / unit,
        lost=(float(start - middle) / unit, float(end - middle) / unit),
        own=_plan(own, own, here, geodetic),
        other=_plan(other, own, here, geodetic),
        altitudes=altitudes,
        horizontal=apart,
        minima=known,
        vertical_minimum=_vertical(known, altitudes),
    )


def _instants(
    sides: tuple[Fleet, Fleet], parts: list[NDArray[np.int64]], moments: Any, margin: float
) -> NDArray[Any]:
    """Evenly spaced instants at which both are there, and the three moments themselves."""
    first, last = moments[0] - type(moments[0])(margin), moments[2] + type(moments[2])(margin)
    for side, part in zip(sides, parts, strict=True):
        begin, end = part_ends(side._knots, part)
        first = max(first, side._knots.time[begin[0]])
        last = min(last, side._knots.time[end[0]])
        if begin[0] == end[0]:
            raise SchemaError("a trajectory of one point has no motion to be drawn")
    even = first + ((last - first) * np.linspace(0.0, 1.0, SAMPLES)).astype(type(first))
    return np.unique(np.clip(np.append(even, moments), first, last))


def _plan(states: States, own: States, here: int, geodetic: bool) -> Vectors:
    """Ways to the east and north of own's place `here`; an orthographic map where geodetic."""
    place = Vectors(*(values[here : here + 1] for values in own.position))
    away = states.position.minus(place)
    if not geodetic:
        return away
    latitude, longitude = (np.radians(each[0]) for each in latitude_longitude(place))
    east = -np.sin(longitude) * away.x + np.cos(longitude) * away.y
    outwards = np.cos(longitude) * away.x + np.sin(longitude) * away.y
    north = np.cos(latitude) * away.z - np.sin(latitude) * outwards
    return Vectors(east, north, np.zeros(len(east)))


def _minima_of(result: object, chosen: pa.Table, sides: Any, rows: Any) -> Minima | None:
    """The minima that the row was found by, as far as the result says."""
    minima = result.receipt.minima if isinstance(result, Screening) else None
    if isinstance(minima, dict):
        minima = minima.get(chosen["level"][0].as_py())
    if isinstance(minima, MinimaTable):
        own, other = (
            side.carried[minima.column][int(place[0])].as_py()
            if minima.column in side.carried.column_names
            else None
            for side, place in zip(sides, rows, strict=True)
        )
        minima = minima.minima_of(own, other)
    return minima if isinstance(minima, Minima) else None


def _vertical(minima: Minima | None, altitudes: tuple[Floats, Floats]) -> Floats:
    """The larger vertical minimum of the two altitudes, at each instant."""
    if minima is None:
        return np.full(len(altitudes[0]), np.nan)
    found = np.full((2, len(altitudes[0])), minima.vertical)
    for band in minima.bands:
        for place, altitude in enumerate(altitudes):
            inside = (altitude > band.floor) & (altitude <= band.ceiling)
            found[place, inside] = band.vertical
    return found.max(axis=0)


def _told(moment: Any) -> str:
    if isinstance(moment, np.integer):
        text = str(np.datetime64(int(moment), "ns").astype("datetime64[s]"))
        return f"{text.replace('T', ' ')} UTC"
    return f"{float(moment):,.1f} s"
