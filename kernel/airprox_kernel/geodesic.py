"""Geodesics of WGS84: how far, which way, where to; and long legs cut into short ones.

Latitudes, longitudes and azimuths are degrees (azimuth clockwise from north), lengths metres. The
mathematics is in `auxiliary_sphere`; distances are within 0.3 um of GeographicLib's at any range.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ._jit import jit
from ._types import FloatArray, IndexArray, Time, TimeArray
from .auxiliary_sphere import advance, reduced_latitude, solve
from .surface import (
    FLATTENING,
    RADIANS,
    ROUNDER,
    SEMI_MAJOR_AXIS,
    SEMI_MINOR_AXIS,
    foot,
    sine_cosine_degrees,
)

LONGEST_LEG = 18_000.0
"""At this length (m) a leg's chord dips 6 m, and runs at most 3 mm ahead or behind along it.

At 20 km, distances in trail could be 10.15 mm short at 150 m and 21.6 mm at 5 NM, over the bounds
of 1 cm and 2 cm: two chords that dip differently are seen along one normal."""

LEG_FINE, LEG_NEARLY_ANTIPODAL, LEG_TOO_QUICK = 0, 1, 2
"""Status of a leg: fine; its end is within `ANTIPODE` of the antipode of its start; shorter in time
than its cuts can be told apart."""

ANTIPODE = 111_195.0
"""Metres, one degree. Within about 0.6 degree of the antipode several geodesics are shortest."""


@jit
def inverse(
    latitude1: float, longitude1: float, latitude2: float, longitude2: float
) -> tuple[float, float, float]:
    """Length of the shortest geodesic between two places, sine and cosine of its azimuth at 1.

    Coincident places give (0, 0, 1). Where several geodesics are shortest one of them is taken.
    The length is bit for bit the same when the two places are exchanged.
    """
    sine1, cosine1 = _reduced(latitude1)
    sine2, cosine2 = _reduced(latitude2)
    turn = _within_half_turn(longitude2 - longitude1) * RADIANS
    return solve(sine1, cosine1, sine2, cosine2, turn)


@jit
def distance_between(
    latitude1: float, longitude1: float, latitude2: float, longitude2: float
) -> float:
    """Length of the shortest geodesic between two places, the first result of `inverse`."""
    return inverse(latitude1, longitude1, latitude2, longitude2)[0]


@jit
def distance_of_vectors(x1: float, y1: float, z1: float, x2: float, y2: float, z2: float) -> float:
    """Length of the shortest geodesic between the feet of two Earth-centred vectors.

    The vectors may lie up to some 100 m below or above the ellipsoid, as points of chords do. No
    NaN at any range; bit for bit the same when the two are exchanged.
    """
    x1, y1, z1 = foot(x1, y1, z1)
    x2, y2, z2 = foot(x2, y2, z2)
    flat = 1.0 - FLATTENING
    sine1, cosine1 = reduced_latitude(z1, flat * math.sqrt(x1 * x1 + y1 * y1))
    sine2, cosine2 = reduced_latitude(z2, flat * math.sqrt(x2 * x2 + y2 * y2))
    turn = math.atan2(x1 * y2 - x2 * y1, x1 * x2 + y1 * y2)
    return solve(sine1, cosine1, sine2, cosine2, turn)[0]


@jit
def destination(
    latitude: FloatArray,
    longitude: FloatArray,
    azimuth: FloatArray,
    distance: FloatArray,
    out_latitude: FloatArray,
    out_longitude: FloatArray,
) -> None:
    """Fill in the places `distance` along the geodesics that leave at `azimuth`.

    All arrays have one length; |distance| is at most 20,000 km. Longitudes are within [-180, 180].
    At a pole the azimuth counts from the meridian of the given longitude.
    """
    for place in range(latitude.size):
        sine, cosine = _reduced(latitude[place])
        east, north = sine_cosine_degrees(azimuth[place])
        sine, cosine, turn = advance(sine, cosine, east, north, distance[place])
        out_latitude[place] = math.atan2(sine, (1.0 - FLATTENING) * cosine) / RADIANS
        out_longitude[place] = _within_half_turn(longitude[place] + turn / RADIANS)


@jit
def count_cuts(
    time: TimeArray,
    x: FloatArray,
    y: FloatArray,
    z: FloatArray,
    latitude: FloatArray,
    longitude: FloatArray,
    part_start: IndexArray,
    pieces: IndexArray,
    status: NDArray[np.uint8],
) -> None:
    """Count the pieces, each at most `LONGEST_LEG`, into which the leg after each knot is cut.

    `pieces[knot]` >= 1, 1 at the last knot of a part; `status[knot]` says why a leg is refused
    (`LEG_NEARLY_ANTIPODAL`, `LEG_TOO_QUICK`), and a refused leg has 1 piece.
    """
    for part in range(part_start.size - 1):
        for knot in range(part_start[part], part_start[part + 1]):
            pieces[knot] = 1
            status[knot] = LEG_FINE
            if knot + 1 == part_start[part + 1]:
                continue
            after = knot + 1
            dx, dy, dz = x[after] - x[knot], y[after] - y[knot], z[after] - z[knot]
            # An arc of 18 km is 6 mm longer than its chord: below, no geodesic is solved.
            if dx * dx + dy * dy + dz * dz <= (LONGEST_LEG - 0.1) * (LONGEST_LEG - 0.1):
                continue
            dx, dy, dz = x[after] + x[knot], y[after] + y[knot], z[after] + z[knot]
            if dx * dx + dy * dy + dz * dz < ANTIPODE * ANTIPODE:
                status[knot] = LEG_NEARLY_ANTIPODAL
                continue
            length = distance_between(
                latitude[knot], longitude[knot], latitude[after], longitude[after]
            )
            count = math.ceil(length / LONGEST_LEG)
            if _can_be_told_apart(time[knot], time[after], count):
                pieces[knot] = count
            else:
                status[knot] = LEG_TOO_QUICK


@jit
def cut_legs(
    time: TimeArray,
    latitude: FloatArray,
    longitude: FloatArray,
    x: FloatArray,
    y: FloatArray,
    z: FloatArray,
    altitude: FloatArray,
    pieces: IndexArray,
    out_time: TimeArray,
    out_x: FloatArray,
    out_y: FloatArray,
    out_z: FloatArray,
    out_altitude: FloatArray,
    source: IndexArray,
) -> None:
    """Fill the longer arrays (length: the sum of `pieces`) with the knots and the cuts after them.

    `source` is the knot of a copied knot, which keeps its bits, and -1 at a cut. Cuts are at equal
    steps of time, rounded to a whole number for int64 times, and lie on the geodesic of the leg at
    exactly their fraction of its time; the altitude is linear.
    """
    place = 0
    for knot in range(time.size):
        out_time[place] = time[knot]
        out_x[place], out_y[place], out_z[place] = x[knot], y[knot], z[knot]
        out_altitude[place] = altitude[knot]
        source[place] = knot
        place += 1
        if pieces[knot] == 1:
            continue
        after = knot + 1
        length, east, north = inverse(
            latitude[knot], longitude[knot], latitude[after], longitude[after]
        )
        sine1, cosine1 = _reduced(latitude[knot])
        rise = altitude[after] - altitude[knot]
        duration = float(time[after] - time[knot])
        for cut in range(1, pieces[knot]):
            instant = _cut_time(time[knot], time[after], cut, pieces[knot])
            fraction = float(instant - time[knot]) / duration
            sine, cosine, turn = advance(sine1, cosine1, east, north, fraction * length)
            out_time[place] = instant
            out_x[place], out_y[place] = _around(cosine, longitude[knot], turn)
            out_z[place] = SEMI_MINOR_AXIS * sine
            out_altitude[place] = altitude[knot] + fraction * rise
            source[place] = -1
            place += 1


@jit
def _cut_time(start: Time, end: Time, cut: int, count: int) -> Time:
    """Instant `cut` of `count` equal steps from `start` to `end`; whole for whole numbers."""
    duration = end - start
    if isinstance(duration, float):
        return start + duration * (cut / count)
    # In whole numbers, halves upwards, and no product exceeds the duration.
    step = duration // count
    rest = duration - step * count
    return start + (step * cut + (2 * rest * cut + count) // (2 * count))


@jit
def _can_be_told_apart(start: Time, end: Time, count: int) -> bool:
    """Whether the cut times from `start` to `end` are strictly increasing, both ends included."""
    before = start
    for cut in range(1, count):
        instant = _cut_time(start, end, cut, count)
        if not instant > before:
            return False
        before = instant
    return end > before


@jit
def _around(cosine: float, longitude: float, turn: float) -> tuple[float, float]:
    """(x, y) of a reduced latitude's cosine, `turn` (radians) past `longitude` (degrees)."""
    sine1, cosine1 = sine_cosine_degrees(longitude)
    sine2, cosine2 = math.sin(turn), math.cos(turn)
    radius = SEMI_MAJOR_AXIS * cosine
    return (
        radius * (cosine1 * cosine2 - sine1 * sine2),
        radius * (sine1 * cosine2 + cosine1 * sine2),
    )


@jit
def _reduced(latitude: float) -> tuple[float, float]:
    """Sine and cosine of the reduced latitude of a latitude (degrees)."""
    sine, cosine = sine_cosine_degrees(latitude)
    return reduced_latitude((1.0 - FLATTENING) * sine, cosine)


@jit
def _within_half_turn(angle: float) -> float:
    """`angle` less whole turns, in [-180, 180]."""
    return angle - 360.0 * ((angle / 360.0 + ROUNDER) - ROUNDER)
