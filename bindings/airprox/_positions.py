"""Where an aircraft was at an instant: for people to read, not for screening."""

import math
from typing import NamedTuple

import numpy as np

from airprox_kernel.knots import Knots
from airprox_kernel.surface import ECCENTRICITY_SQUARED

from ._units import FT


class Position(NamedTuple):
    """Geodetic: latitude and longitude in degrees. Planar: x and y in metres."""

    first: float
    second: float
    altitude: float
    """Metres."""
    geodetic: bool

    def __str__(self) -> str:
        feet = f"{self.altitude / FT:,.0f} ft"
        if not self.geodetic:
            return f"x {self.first / 1000.0:.2f} km, y {self.second / 1000.0:.2f} km, {feet}"
        north, east = "SN"[self.first >= 0.0], "WE"[self.second >= 0.0]
        lat, lon = f"{abs(self.first):07.4f}°{north}", f"{abs(self.second):08.4f}°{east}"
        return f"{lat} {lon}, {feet}"


def position(knots: Knots, row: int, instant: float) -> Position:
    """The position of trajectory `row` at `instant` (the knots' kind of time).

    Linear between the prepared knots, which for a geodetic fleet are at most 18 km apart along the
    geodesic: within 5 cm of what was screened. Before its first knot, after its last one and in a
    gap a trajectory is held to be where it last was, or first will be.
    """
    first, last = knots.part_start[knots.row_start[row : row + 2]]
    time = knots.time[first:last]
    after = int(np.searchsorted(time, instant, side="right"))
    if after == 0 or after == len(time) or _in_gap(knots, row, int(first) + after):
        return _at(knots, int(first) + max(after - 1, 0), 0.0)
    before = int(first) + after - 1
    fraction = float(instant - time[after - 1]) / float(time[after] - time[after - 1])
    return _at(knots, before, fraction)


def _in_gap(knots: Knots, row: int, knot: int) -> bool:
    """Whether a part of `row` begins at `knot`, so that nothing joins it to the one before."""
    begin, end = knots.row_start[row : row + 2]
    return knot in knots.part_start[begin:end]


def _at(knots: Knots, knot: int, fraction: float) -> Position:
    """The position `fraction` of the way from `knot` to the next one; 0 does not look at it."""
    following = knot if fraction == 0.0 else knot + 1

    def between(values: np.ndarray) -> float:
        return float(values[knot] + fraction * (values[following] - values[knot]))

    x, y, altitude = between(knots.x), between(knots.y), between(knots.altitude)
    if not knots.geodetic:
        return Position(x, y, altitude, False)
    # On the ellipsoid tan(latitude) = z / ((1 - e²) p); a chord of 18 km dips 6 m below it, which
    # moves that latitude by less than 3 cm.
    p = math.sqrt(x * x + y * y)
    latitude = math.degrees(math.atan2(between(knots.z), (1.0 - ECCENTRICITY_SQUARED) * p))
    return Position(latitude, math.degrees(math.atan2(y, x)), altitude, True)
