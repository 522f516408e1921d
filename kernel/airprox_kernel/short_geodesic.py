"""Short geodesics of WGS84 as bent chords: no trigonometry, no iteration, no square root.

A geodesic r(s) accelerates along the ellipsoid's normal only: r'' = -n / R, R the radius of
curvature along it. With both ends given and f = s / L in [0, 1], that is

    r(f) = (1 - f) r1 + f r2 + L**2 * integral of G(f, g) n(g) / R(g) dg,

G(f, g) = min(f, g) (1 - max(f, g)), Green's function of -r'' for fixed ends. The bend n / R is
taken as the parabola through its values at the ends and in the middle, for which the integral is a
polynomial. What that leaves out grows with the fifth power of the length: 0.11 um at
60 km, and nothing that float64 can show at 36 km. Lengths are metres.
"""

from typing import NamedTuple

from ._jit import jit, jit_inner
from .surface import ECCENTRICITY_SQUARED

AXES_SQUARED = 1.0 / (1.0 - ECCENTRICITY_SQUARED)
"""a**2 / b**2."""


class Vector(NamedTuple):
    """An Earth-centred vector."""

    x: float
    y: float
    z: float


class Bow(NamedTuple):
    """A chord and how it is bent: n L**2 / R at the start, in the middle and at the end."""

    start: Vector
    end: Vector
    first: Vector
    middle: Vector
    last: Vector


@jit
def bend_chord(start: Vector, end: Vector) -> Bow:
    """The geodesic between two points of the ellipsoid, at most some 60 km apart."""
    chord = Vector(end.x - start.x, end.y - start.y, end.z - start.z)
    square = chord.x * chord.x + chord.y * chord.y + chord.z * chord.z
    first = _bend(start, chord, square)
    last = _bend(end, chord, square)
    between = Vector(
        0.5 * (start.x + end.x) + 0.0625 * (first.x + last.x),
        0.5 * (start.y + end.y) + 0.0625 * (first.y + last.y),
        0.5 * (start.z + end.z) + 0.0625 * (first.z + last.z),
    )
    middle = _bend(between, chord, square)
    if square == 0.0:
        return Bow(start, end, first, middle, last)
    # The bends so far are those of the chord's square c**2. The arc's is (asin(u) / u)**2 times as
    # much, u = c / 2R, and the middle bend is as long as c**2 / R.
    u = (middle.x * middle.x + middle.y * middle.y + middle.z * middle.z) / (4.0 * square)
    longer = 1.0 + u * (1.0 / 3.0 + u * (8.0 / 45.0))
    return Bow(start, end, _scaled(first, longer), _scaled(middle, longer), _scaled(last, longer))


@jit
def point_of_bow(bow: Bow, fraction: float) -> tuple[float, float, float]:
    """The point at a `fraction` in [0, 1] of the geodesic's length."""
    rest = 1.0 - fraction
    square = fraction * fraction
    # Integrals of G(f, g) times 1, g and g**2.
    zeroth = fraction * rest / 2.0
    linear = fraction * (1.0 - square) / 6.0
    squared = fraction * (1.0 - square * fraction) / 12.0
    first = zeroth - 3.0 * linear + 2.0 * squared
    middle = 4.0 * (linear - squared)
    last = 2.0 * squared - linear
    x = first * bow.first.x + middle * bow.middle.x + last * bow.last.x
    y = first * bow.first.y + middle * bow.middle.y + last * bow.last.y
    z = first * bow.first.z + middle * bow.middle.z + last * bow.last.z
    return (
        (rest * bow.start.x + fraction * bow.end.x) + x,
        (rest * bow.start.y + fraction * bow.end.y) + y,
        (rest * bow.start.z + fraction * bow.end.z) + z,
    )


@jit_inner
def _bend(point: Vector, chord: Vector, square: float) -> Vector:
    """N / R times `square` at a point, R being the radius along the chord's horizontal part h.

    With g = (x, y, z a**2 / b**2), which is along the normal, and A = diag(1, 1, a**2 / b**2), the
    ellipsoid's second fundamental form gives n / R = g / (g . g) * (h . A h) / (h . h).
    """
    gz = AXES_SQUARED * point.z
    steep = point.x * point.x + point.y * point.y + gz * gz
    up = (chord.x * point.x + chord.y * point.y + chord.z * gz) / steep
    hx, hy, hz = chord.x - up * point.x, chord.y - up * point.y, chord.z - up * gz
    level = hx * hx + hy * hy
    long = level + hz * hz
    form = (level + AXES_SQUARED * (hz * hz)) / long if long > 0.0 else 1.0
    bend = square * form / steep
    return Vector(bend * point.x, bend * point.y, bend * gz)


@jit_inner
def _scaled(vector: Vector, factor: float) -> Vector:
    return Vector(factor * vector.x, factor * vector.y, factor * vector.z)
