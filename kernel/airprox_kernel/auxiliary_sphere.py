"""Geodesics of WGS84 on their auxiliary sphere: the two classical problems in sines and cosines.

Bessel's auxiliary sphere maps a geodesic to a great circle: latitude becomes the reduced latitude
beta, azimuths stay, and with k**2 = e'**2 cos(alpha0)**2 (alpha0 the azimuth at the equator, sigma
the arc from the northward crossing of it) length and longitude are

    s / b  = integral of sqrt(1 + k**2 sin(sigma)**2)                              (7)
    lambda = omega - f sin(alpha0) integral of (2 - f) / (1 + (1 - f) sqrt(...))   (8)

(C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87 (2013) 43-55). Both integrands are
smooth and periodic, so ten Gauss-Legendre nodes give them to 1e-15 over half a turn, and no series
is truncated. Angles are radians and lengths metres.
"""

import math

from ._jit import jit
from .surface import FLATTENING, SECOND_ECCENTRICITY_SQUARED, SEMI_MAJOR_AXIS, SEMI_MINOR_AXIS
from .trigonometry import arc_tangent, sine_cosine

# Positive half of the ten nodes and weights on [-1, 1] (NIST DLMF, table 3.5.2, more digits).
NODES = (
    0.14887433898163122,
    0.4333953941292472,
    0.6794095682990244,
    0.8650633666889845,
    0.9739065285171717,
)
WEIGHTS = (
    0.29552422471475287,
    0.26926671930999635,
    0.21908636251598204,
    0.1494513491505806,
    0.06667134430868814,
)

NEARLY_OPPOSITE = -0.99
"""Cosine of the arc from which the azimuth is bisected: at 8 degrees from the antipode each step
of the fixed point still gains a factor of 13, at half a degree it would gain nothing."""

NEGLIGIBLE = 1e-30
"""Sine of a latitude that counts as the equator: 6e-24 m."""

COINCIDENT = 1e-140
"""Sine of an arc that counts as none: the squares of smaller ones lose digits."""


@jit
def reduced_latitude(sine: float, cosine: float) -> tuple[float, float]:
    """Sine and cosine of the reduced latitude, from any multiple of (1 - f) sin(latitude), cos.

    Near the poles the cosine stays above 1e-100, near the equator a sine below 1e-30 becomes 0:
    no azimuth is lost, and no place moves by an atom.
    """
    length = math.sqrt(sine * sine + cosine * cosine)
    if length == 0.0:
        return 0.0, 1.0
    sine = sine / length
    return (sine if abs(sine) > NEGLIGIBLE else 0.0), max(cosine / length, 1e-100)


@jit
def integrals(k_squared: float, start: float, arc: float) -> tuple[float, float]:
    """The integrals (7) and (8) over [start, start + arc] of the great circle, |arc| <= pi."""
    half = 0.5 * arc
    middle = start + half
    length = 0.0
    shift = 0.0
    for index in range(5):
        for side in (-1.0, 1.0):
            sine = sine_cosine(middle + side * half * NODES[index])[0]
            root = math.sqrt(1.0 + k_squared * sine * sine)
            length += WEIGHTS[index] * root
            shift += WEIGHTS[index] * (2.0 - FLATTENING) / (1.0 + (1.0 - FLATTENING) * root)
    return half * length, half * shift


@jit
def solve(
    sine1: float, cosine1: float, sine2: float, cosine2: float, turn: float
) -> tuple[float, float, float]:
    """The shortest geodesic: its length (m), and sine and cosine of its azimuth at the first place.

    (sine, cosine) are of the reduced latitudes, `turn` is the difference of longitude, within
    [-pi, pi]. The length keeps its bits when the two places are exchanged: the one nearer to a
    pole goes first and to the south, the other to the east of it, and two that tie are each
    other's mirror image.
    """
    swapped = abs(sine1) < abs(sine2) or (abs(sine1) == abs(sine2) and cosine1 > cosine2)
    if swapped:
        sine1, cosine1, sine2, cosine2 = sine2, cosine2, sine1, cosine1
    northern = sine1 > 0.0
    if northern:
        sine1, sine2 = -sine1, -sine2
    length, east1, north1, east2, north2 = _standard(sine1, cosine1, sine2, cosine2, abs(turn))
    if swapped:  # the azimuth at the other end, and seen backwards: north and east both turn
        east1, north1 = east2, -north2
    if northern:
        north1 = -north1
    return length, east1 if turn >= 0.0 else -east1, north1


@jit
def advance(
    sine1: float, cosine1: float, sine_azimuth: float, cosine_azimuth: float, distance: float
) -> tuple[float, float, float]:
    """Reduced latitude (sine, cosine) and longitude difference `distance` along a geodesic.

    The azimuth is that at the first place; |distance| up to half the way around the Earth.
    """
    equator_sine, equator_cosine, k_squared = _equator(sine1, cosine1, sine_azimuth, cosine_azimuth)
    start = arc_tangent(sine1, cosine1 * cosine_azimuth)
    arc = distance / (SEMI_MINOR_AXIS * math.sqrt(1.0 + 0.5 * k_squared))
    length, shift = integrals(k_squared, start, arc)
    for _ in range(3):  # Newton: an error e of the arc becomes at most e**2 k**2 / 2 < e**2 / 24
        sine = sine_cosine(start + arc)[0]
        excess = length - distance / SEMI_MINOR_AXIS
        better = arc - excess / math.sqrt(1.0 + k_squared * sine * sine)
        if better == arc:
            break
        arc = better
        length, shift = integrals(k_squared, start, arc)
    sine, cosine = sine_cosine(start + arc)
    # Next to a pole cos(start) has lost what its two factors still have.
    omega1 = arc_tangent(equator_sine * sine1, cosine1 * cosine_azimuth)
    omega2 = arc_tangent(equator_sine * sine, cosine)
    longitude = omega2 - omega1 - FLATTENING * equator_sine * shift
    level = equator_cosine * cosine
    return equator_cosine * sine, math.sqrt(equator_sine * equator_sine + level * level), longitude


@jit
def _standard(
    sine1: float, cosine1: float, sine2: float, cosine2: float, longitude: float
) -> tuple[float, float, float, float, float]:
    """`solve` where -sine1 >= |sine2| and `longitude` is within [0, pi].

    Returns the length, then sine and cosine of the azimuth at either end; coincident places give
    length 0 and azimuth 0.
    """
    if sine1 * sine2 + cosine1 * cosine2 * sine_cosine(longitude)[1] > NEARLY_OPPOSITE:
        return _fixed_point(sine1, cosine1, sine2, cosine2, longitude)
    if sine1 == 0.0 and longitude <= (1.0 - FLATTENING) * math.pi:
        return SEMI_MAJOR_AXIS * longitude, 1.0, 0.0, 1.0, 0.0
    return _bisection(sine1, cosine1, sine2, cosine2, longitude)


@jit
def _equator(
    sine1: float, cosine1: float, sine_azimuth: float, cosine_azimuth: float
) -> tuple[float, float, float]:
    """Sine and cosine (>= 0) of the azimuth at the equator, and k**2."""
    sine = sine_azimuth * cosine1
    tilt = sine_azimuth * sine1
    square = cosine_azimuth * cosine_azimuth + tilt * tilt
    return sine, math.sqrt(square), SECOND_ECCENTRICITY_SQUARED * square


@jit
def _fixed_point(
    sine1: float, cosine1: float, sine2: float, cosine2: float, longitude: float
) -> tuple[float, float, float, float, float]:
    """`_standard` by omega = lambda + f sin(alpha0) I3(omega): the iteration of T. Vincenty (1975).

    Each step gains a factor of about f pi / (distance to the antipode).
    """
    omega = longitude
    length = 0.0
    east1 = east2 = 0.0
    north1 = north2 = 1.0
    for _ in range(30):  # 15 steps are enough where `_standard` uses it, 3 for a leg of 500 km
        sine, cosine = sine_cosine(omega)
        east1, north1 = cosine2 * sine, cosine1 * sine2 - sine1 * cosine2 * cosine
        east2, north2 = cosine1 * sine, cosine1 * sine2 * cosine - sine1 * cosine2
        size1 = math.sqrt(east1 * east1 + north1 * north1)
        size2 = math.sqrt(east2 * east2 + north2 * north2)
        if size1 < COINCIDENT or size2 < COINCIDENT:
            return 0.0, 0.0, 1.0, 0.0, 1.0
        east1, north1, east2, north2 = east1 / size1, north1 / size1, east2 / size2, north2 / size2
        arc = arc_tangent(size1, sine1 * sine2 + cosine1 * cosine2 * cosine)
        equator_sine, _cosine, k_squared = _equator(sine1, cosine1, east1, north1)
        start = arc_tangent(sine1, cosine1 * north1)
        length, shift = integrals(k_squared, start, arc)
        better = longitude + FLATTENING * equator_sine * shift
        if abs(better - omega) < 1e-15:
            break
        omega = better
    return SEMI_MINOR_AXIS * length, east1, north1, east2, north2


@jit
def _bisection(
    sine1: float, cosine1: float, sine2: float, cosine2: float, longitude: float
) -> tuple[float, float, float, float, float]:
    """`_standard` by bisecting the azimuth at the first place.

    The longitude reached where the geodesic of that azimuth, going north, meets the second
    latitude grows through `longitude` exactly once (Karney 2013, section 4). The azimuth is
    counted from east: near the equator the root is next to 0 and needs its relative precision.
    """
    low, high = -0.5 * math.pi, 0.5 * math.pi
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        _arc, reached, _north = _meeting(sine1, cosine1, sine2, cosine2, middle)
        if reached < longitude:
            low = middle
        else:
            high = middle
    length, _reached, level2 = _meeting(sine1, cosine1, sine2, cosine2, high)
    south, east = sine_cosine(high)
    return length, east, -south, east * cosine1 / cosine2, level2 / cosine2


@jit
def _meeting(
    sine1: float, cosine1: float, sine2: float, cosine2: float, turn: float
) -> tuple[float, float, float]:
    """Where the geodesic that leaves at `turn` south of east meets the second latitude northwards.

    Returns its length, the longitude difference, and cos(azimuth) cos(latitude) there.
    """
    south, east = sine_cosine(turn)
    north = -south
    equator_sine, _cosine, k_squared = _equator(sine1, cosine1, east, north)
    level1 = north * cosine1
    # cosine2**2 - cosine1**2, from the pair that does not cancel
    if cosine1 < -sine1:
        gain = (cosine2 - cosine1) * (cosine2 + cosine1)
    else:
        gain = (sine1 - sine2) * (sine1 + sine2)
    level2 = math.sqrt(max(level1 * level1 + gain, 0.0))
    arc = _turned(level1, sine1, level2, sine2)
    omega = _turned(level1, equator_sine * sine1, level2, equator_sine * sine2)
    length, shift = integrals(k_squared, arc_tangent(sine1, level1), arc)
    return SEMI_MINOR_AXIS * length, omega - FLATTENING * equator_sine * shift, level2


@jit
def _turned(x1: float, y1: float, x2: float, y2: float) -> float:
    """Angle from (x1, y1) counter-clockwise to (x2, y2), known to be in [0, pi]."""
    cross = max(x1 * y2 - y1 * x2, 0.0) + 0.0  # never -0.0, which would turn pi into -pi
    return arc_tangent(cross, x1 * x2 + y1 * y2)
