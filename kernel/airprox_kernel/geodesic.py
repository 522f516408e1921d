"""Geodesics of WGS84: how far, which way, where to.

Latitudes, longitudes and azimuths are degrees (azimuth clockwise from north), lengths metres. The
mathematics is in `auxiliary_sphere`; distances are within 0.3 um of GeographicLib's at any range.
`short_geodesic` is for legs of up to 54 km, and ten times as fast.
"""

import math

from ._jit import jit
from ._types import FloatArray
from .auxiliary_sphere import advance, reduced_latitude, solve
from .surface import FLATTENING, SEMI_MAJOR_AXIS, foot
from .trigonometry import RADIANS, ROUNDER, arc_tangent, sine_cosine, sine_cosine_degrees


@jit
def inverse(
    latitude1: float, longitude1: float, latitude2: float, longitude2: float
) -> tuple[float, float, float]:
    """Length of the shortest geodesic between two places, sine and cosine of its azimuth at 1.

    Coincident places give (0, 0, 1). Where several geodesics are shortest one of them is taken.
    The length is bit for bit the same when the two places are exchanged.
    """
    sine1, cosine1 = reduced(latitude1)
    sine2, cosine2 = reduced(latitude2)
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
    turn = arc_tangent(x1 * y2 - x2 * y1, x1 * x2 + y1 * y2)
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
        sine, cosine = reduced(latitude[place])
        east, north = sine_cosine_degrees(azimuth[place])
        sine, cosine, turn = advance(sine, cosine, east, north, distance[place])
        out_latitude[place] = arc_tangent(sine, (1.0 - FLATTENING) * cosine) / RADIANS
        out_longitude[place] = _within_half_turn(longitude[place] + turn / RADIANS)


@jit
def around(cosine: float, longitude: float, turn: float) -> tuple[float, float]:
    """(x, y) of a reduced latitude's cosine, `turn` (radians) past `longitude` (degrees)."""
    sine1, cosine1 = sine_cosine_degrees(longitude)
    sine2, cosine2 = sine_cosine(turn)
    radius = SEMI_MAJOR_AXIS * cosine
    return (
        radius * (cosine1 * cosine2 - sine1 * sine2),
        radius * (sine1 * cosine2 + cosine1 * sine2),
    )


@jit
def reduced(latitude: float) -> tuple[float, float]:
    """Sine and cosine of the reduced latitude of a latitude (degrees)."""
    sine, cosine = sine_cosine_degrees(latitude)
    return reduced_latitude((1.0 - FLATTENING) * sine, cosine)


@jit
def _within_half_turn(angle: float) -> float:
    """`angle` less whole turns, in [-180, 180]."""
    return angle - 360.0 * ((angle / 360.0 + ROUNDER) - ROUNDER)
