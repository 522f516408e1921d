"""Positions over the ground by GeographicLib, for traffic that `conditions_built` lays there."""

from fractions import Fraction
from typing import NamedTuple

from pyproj import Geod

from conditions_built import degrees
from exact import fraction
from exact_cells import Flown
from realisations import whereabouts

WGS84 = Geod(ellps="WGS84")


def error_at(distance: float) -> float:
    """What a distance (m) may be off: 2 cm at 5 NM, 12 cm at 50 NM, and in proportion beyond."""
    return 0.01 + 1.2e-6 * distance


class GroundState(NamedTuple):
    """A nominal position in degrees and metres, and the radii of its bounds."""

    east: float
    north: float
    altitude: float
    horizontal: float
    vertical: float


def ground_state(flown: Flown, time: Fraction) -> GroundState:
    """Where an aircraft is at an instant: legs are geodesics flown at constant speed."""
    here = whereabouts(flown, time)
    part = next(part for part in flown.track if part[0][0] <= time <= part[-1][0])
    times = [fraction(knot[0]) for knot in part]
    after = next(place for place, knot in enumerate(times) if time <= knot) or 1
    lon, lat = zip(*(degrees(float(knot[1]), float(knot[2])) for knot in part), strict=True)
    azimuth, _, length = WGS84.inv(lon[after - 1], lat[after - 1], lon[after], lat[after])
    share = float((time - times[after - 1]) / (times[after] - times[after - 1]))
    east, north, _ = WGS84.fwd(lon[after - 1], lat[after - 1], azimuth, share * length)
    return GroundState(east, north, float(here.z), float(here.horizontal), float(here.vertical))


def ground_distances(own: GroundState, other: GroundState, side: int) -> tuple[float, float]:
    """Horizontal and vertical distance: nominal (0), the least (1) or the largest (-1) possible."""
    azimuth, back, nominal = WGS84.inv(own.east, own.north, other.east, other.north)
    rise = abs(other.altitude - own.altitude)
    reach, height = own.horizontal + other.horizontal, own.vertical + other.vertical
    along = max(rise - side * height, 0.0)
    if side > 0 and nominal < reach:
        return 0.0, along
    a = WGS84.fwd(own.east, own.north, azimuth, side * own.horizontal)
    b = WGS84.fwd(other.east, other.north, back, side * other.horizontal)
    return WGS84.inv(a[0], a[1], b[0], b[1])[2], along
