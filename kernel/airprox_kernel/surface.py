"""The WGS84 ellipsoid: surface vectors, normals, radii of curvature, arcs and chords.

A place is the Earth-centred vector (m) of the point of the ellipsoid below it: x towards
latitude 0, longitude 0, z towards the north pole. Angles are degrees, lengths metres.

Every function here is a fixed sequence of IEEE additions, products, divisions and square roots, so
it gives the same bits on every machine, compiled or not.
"""

import math

from ._jit import jit
from ._types import FloatArray
from .trigonometry import sine_cosine_degrees

# NGA.STND.0036, "World Geodetic System 1984", version 1.0.0 (2014), table 3.1: a and 1/f define it.
SEMI_MAJOR_AXIS = 6378137.0
FLATTENING = 1.0 / 298.257223563
SEMI_MINOR_AXIS = SEMI_MAJOR_AXIS * (1.0 - FLATTENING)
ECCENTRICITY_SQUARED = FLATTENING * (2.0 - FLATTENING)
SECOND_ECCENTRICITY_SQUARED = ECCENTRICITY_SQUARED / (1.0 - ECCENTRICITY_SQUARED)
MEAN_RADIUS = (2.0 * SEMI_MAJOR_AXIS + SEMI_MINOR_AXIS) / 3.0
"""R1 of the IUGG, 6371008.7714 m (Moritz, "Geodetic Reference System 1980")."""

SINE_SERIES = tuple((-1.0) ** k / math.factorial(2 * k + 1) for k in range(7, 0, -1))
"""sin(u)/u - 1 in powers of u**2, highest first: Taylor, the next term is 1e-23 at u = 0.28."""
ARCSINE_SERIES = tuple(math.comb(2 * k, k) / (4**k * (2 * k + 1)) for k in range(15, 0, -1))
"""asin(u)/u - 1 in powers of u**2, highest first: Taylor, the next term is 1e-20 at u = 0.28."""


@jit
def surface_vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Earth-centred vector (m) of the place at `latitude`, `longitude` (degrees), at height 0.

    Within 5e-9 m for |latitude| <= 90. All longitudes of a pole, and longitudes a whole number of
    turns apart, give the same bits.
    """
    distance, z = _meridian(latitude)
    x, y = _around(distance, longitude)
    return x, y, z


@jit
def surface_vectors(
    latitude: FloatArray, longitude: FloatArray, x: FloatArray, y: FloatArray, z: FloatArray
) -> None:
    """Fill `x`, `y`, `z` with the `surface_vector` of each place; all arrays have one length.

    Two loops, since LLVM does not inline both halves into one: 10 ms against 67 ms for 2.6 million
    places (the compiled code then has packed divisions and square roots).
    """
    for place in range(latitude.size):
        x[place], z[place] = _meridian(latitude[place])
    for place in range(latitude.size):
        x[place], y[place] = _around(x[place], longitude[place])


@jit
def _meridian(latitude: float) -> tuple[float, float]:
    """Distance from the Earth's axis and height above the equator's plane (m)."""
    sine, cosine = sine_cosine_degrees(latitude)
    radius = SEMI_MAJOR_AXIS / math.sqrt(1.0 - ECCENTRICITY_SQUARED * sine * sine)
    return radius * cosine, radius * (1.0 - ECCENTRICITY_SQUARED) * sine


@jit
def _around(distance: float, longitude: float) -> tuple[float, float]:
    """(x, y) at this `distance` from the Earth's axis; adding 0.0 leaves no -0.0."""
    sine, cosine = sine_cosine_degrees(longitude)
    return distance * cosine + 0.0, distance * sine + 0.0


@jit
def normal(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Unit normal of the ellipsoid in the direction of (x, y, z).

    It is the normal at the point of the ellipsoid that is a multiple of (x, y, z): exact for a
    point of the ellipsoid, and within 5e-9 (radians) of that at the foot of a point 8 m below it.
    The centre of the Earth has none and gives (0, 0, 0).
    """
    up = z / (1.0 - ECCENTRICITY_SQUARED)
    length = math.sqrt(x * x + y * y + up * up)
    if length == 0.0:
        return 0.0, 0.0, 0.0
    return x / length, y / length, up / length


@jit
def foot(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Foot on the ellipsoid (m) of a point at most 100 m below or above it, within 1 mm.

    One Newton step along the normal (to the centre, a point 8 m deep would move by 2.7 cm).
    """
    nx, ny, nz = normal(x, y, z)
    across = (x * x + y * y) / (SEMI_MAJOR_AXIS * SEMI_MAJOR_AXIS)
    along = z * z / (SEMI_MINOR_AXIS * SEMI_MINOR_AXIS)
    # The form (x/a)**2 + (y/a)**2 + (z/b)**2 - 1 over the length of its gradient.
    slope = math.sqrt(across + along / (1.0 - ECCENTRICITY_SQUARED))
    height = (across + along - 1.0) / (2.0 * slope / SEMI_MAJOR_AXIS)
    return x - height * nx, y - height * ny, z - height * nz


@jit
def euler_radius(nx: float, ny: float, nz: float, hx: float, hy: float, hz: float) -> float:
    """Radius of curvature (m) where the unit normal is n, along the horizontal vector h.

    Euler's formula 1/R = cos(azimuth)**2 / M + sin(azimuth)**2 / N, with
    N = a / sqrt(1 - e2 nz**2), N / M = 1 + e'2 cos(latitude)**2 and
    hz = |h| cos(latitude) cos(azimuth), becomes R = N / (1 + e'2 hz**2 / |h|**2): nothing
    degenerates at the poles. hz**2 / |h|**2 is cut at cos(latitude)**2, so R is within [M, N] even
    where h is not quite horizontal; h = 0 gives N. -h gives the same bits as h.
    """
    prime_vertical = SEMI_MAJOR_AXIS / math.sqrt(1.0 - ECCENTRICITY_SQUARED * (nz * nz))
    length_squared = hx * hx + hy * hy + hz * hz
    if length_squared == 0.0:
        return prime_vertical
    north = min(hz * hz / length_squared, nx * nx + ny * ny)
    return prime_vertical / (1.0 + SECOND_ECCENTRICITY_SQUARED * north)


@jit
def chord_of_arc(arc: float, radius: float) -> float:
    """Chord 2 R sin(arc / 2R) of an `arc` on a circle of `radius` R > 0 (one unit, same as result).

    Odd in `arc`; within 2e-16 of the chord, relatively, for |arc| <= 0.56 R (3,500 km on Earth)
    and `arc` itself where the two do not differ. Beyond, the series is short: 1e-6 at arc = 2 R.
    """
    ratio = arc / (2.0 * radius)
    return arc + arc * _series(SINE_SERIES, ratio * ratio)


@jit
def arc_of_chord(chord: float, radius: float) -> float:
    """Arc 2 R asin(chord / 2R) over a `chord` of a circle of `radius` R > 0.

    Odd in `chord`; within 2e-16 of the arc, relatively, for |chord| <= 0.56 R (3,500 km on Earth)
    and `chord` itself where the two do not differ. Beyond, the series is short and the arc too.
    """
    ratio = chord / (2.0 * radius)
    return chord + chord * _series(ARCSINE_SERIES, ratio * ratio)


@jit
def _series(coefficients: tuple[float, ...], square: float) -> float:
    """Horner's rule for a power series in `square` without constant term, highest power first."""
    total = 0.0
    for coefficient in coefficients:
        total = square * (coefficient + total)
    return total
