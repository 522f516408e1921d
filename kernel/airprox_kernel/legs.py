"""Single legs, and two of them as the delays between them see it: in one plane."""

import math
from typing import NamedTuple

from ._jit import jit, jit_inner
from ._types import FloatArray, Time
from .delays import LegPair
from .knots import Knots
from .segments import Position, knot_position
from .surface import normal
from .uncertain import Radii


class Leg(NamedTuple):
    """One leg of one aircraft."""

    start: Position
    end: Position
    begin: Time
    finish: Time
    across: float
    """The largest radii (m) of the aircraft on the leg, horizontally and vertically."""
    upward: float


@jit
def leg_of(knots: Knots, radii: Radii, leg: int) -> Leg:
    """Return the leg from a knot to the next."""
    return Leg(
        knot_position(knots, leg),
        knot_position(knots, leg + 1),
        knots.time[leg],
        knots.time[leg + 1],
        _largest(radii.horizontal, leg),
        _largest(radii.vertical, leg),
    )


@jit_inner
def _largest(radii: FloatArray, leg: int) -> float:
    """Return the larger radius at the ends of a leg, 0 without radii."""
    return max(radii[leg], radii[leg + 1]) if radii.size > 0 else 0.0


@jit
def is_first(own: Leg, other: Leg) -> bool:
    """Return whether own's leg comes before other's by its coordinates, or by its duration.

    Of two legs that are alike in all of these both come first; swapping them changes nothing but
    the sign of the time between them.
    """
    for one, two in ((own.start, other.start), (own.end, other.end)):
        if one.x != two.x:
            return one.x < two.x
        if one.y != two.y:
            return one.y < two.y
        if one.z != two.z:
            return one.z < two.z
        if one.altitude != two.altitude:
            return one.altitude < two.altitude
    return own.finish - own.begin <= other.finish - other.begin


@jit
def leg_pair(own: Leg, other: Leg, second: float, geodetic: bool) -> LegPair:
    """Return two legs as delays see them; `second` is how many seconds the unit of time has.

    In the geodetic frame the plane is the tangent plane at the middle of the four ends.
    """
    middle = _middle(_difference(other.start, own.start), _difference(other.end, own.end))
    own_half, other_half = _half(own), _half(other)
    if geodetic:
        plane = _tangent_plane(
            (own.start.x + own.end.x) + (other.start.x + other.end.x),
            (own.start.y + own.end.y) + (other.start.y + other.end.y),
            (own.start.z + own.end.z) + (other.start.z + other.end.z),
        )
        middle = _projected(plane, middle)
        own_half, other_half = _projected(plane, own_half), _projected(plane, other_half)
    delay = float((own.begin - other.begin) + (own.finish - other.finish))
    return LegPair(
        middle.x,
        middle.y,
        middle.altitude,
        own_half.x,
        own_half.y,
        own_half.altitude,
        0.5 * second * float(own.finish - own.begin),
        other_half.x,
        other_half.y,
        other_half.altitude,
        0.5 * second * float(other.finish - other.begin),
        0.5 * second * delay,
    )


@jit_inner
def _difference(one: Position, two: Position) -> Position:
    return Position(one.x - two.x, one.y - two.y, one.z - two.z, one.altitude - two.altitude)


@jit_inner
def _middle(one: Position, two: Position) -> Position:
    return Position(
        0.5 * (one.x + two.x),
        0.5 * (one.y + two.y),
        0.5 * (one.z + two.z),
        0.5 * (one.altitude + two.altitude),
    )


@jit_inner
def _half(leg: Leg) -> Position:
    """Return half of the way from the start of a leg to its end."""
    way = _difference(leg.end, leg.start)
    return Position(0.5 * way.x, 0.5 * way.y, 0.5 * way.z, 0.5 * way.altitude)


class _Plane(NamedTuple):
    """Two unit vectors across each other."""

    one_x: float
    one_y: float
    one_z: float
    two_x: float
    two_y: float
    two_z: float


@jit_inner
def _tangent_plane(x: float, y: float, z: float) -> _Plane:
    """Return the plane across the normal n in a direction: n x e and n x (n x e).

    e is an axis at an angle of at least 45 degrees from n.
    """
    nx, ny, nz = normal(x, y, z)
    if nz * nz < 0.5:
        length = math.sqrt(nx * nx + ny * ny)
        ux, uy, uz = -ny / length, nx / length, 0.0
    else:
        length = math.sqrt(ny * ny + nz * nz)
        ux, uy, uz = 0.0, -nz / length, ny / length
    return _Plane(ux, uy, uz, ny * uz - nz * uy, nz * ux - nx * uz, nx * uy - ny * ux)


@jit_inner
def _projected(plane: _Plane, way: Position) -> Position:
    """Return a vector's part in the plane, as x and y."""
    return Position(
        plane.one_x * way.x + plane.one_y * way.y + plane.one_z * way.z,
        plane.two_x * way.x + plane.two_y * way.y + plane.two_z * way.z,
        0.0,
        way.altitude,
    )
