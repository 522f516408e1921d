"""Relative motion of two legs on a time interval that both of them cover.

Everything downstream (closest approach, violation) sees only a `Motion`; the frame matters in
this module alone.
"""

from typing import NamedTuple

from ._jit import jit, jit_inner
from ._types import Time
from .knots import Knots
from .segments import Position, position_at
from .surface import arc_of_chord, euler_radius, normal

FAR = 3.0e6
"""Beyond this distance (m) the geodetic frame drops the projection along the normal."""


class Motion(NamedTuple):
    """Other minus own on one elementary interval, as a function of u from 0 (start) to 1 (end).

    s(u) = (x, y, z) + u * (dx, dy, dz) is the horizontal separation vector in metres, and
    vertical + u * rise the vertical one. The values at u = 1 are kept too, since start plus
    displacement may differ from them in the last bit. `normal_*` is the ellipsoid's normal at the
    pair's middle; it is zero in the planar frame and for far pairs.
    """

    x: float
    y: float
    z: float
    vertical: float
    dx: float
    dy: float
    dz: float
    rise: float
    end_x: float
    end_y: float
    end_z: float
    end_vertical: float
    normal_x: float
    normal_y: float
    normal_z: float
    duration: float
    """Length of the interval, in the unit of the fleet's times (ns or s)."""


class Separation(NamedTuple):
    """The separation vector at one instant."""

    x: float
    y: float
    z: float
    vertical: float


class Instant(NamedTuple):
    """An instant inside an interval: one of its ends, and an offset from it in the same unit."""

    origin: Time
    offset: float


@jit
def instant_at(start: Time, end: Time, duration: float, u: float) -> Instant:
    """Return the instant at u in [0, 1] of [start, end].

    Counted from the nearer end, so that no rounding leads out of the interval, and the ends are
    exact: in floating point, start + (end - start) may miss end.
    """
    if u > 0.5:
        return Instant(end, (u - 1.0) * duration)
    return Instant(start, u * duration)


@jit
def relative_motion(
    own: Knots, own_leg: int, other: Knots, other_leg: int, start: Time, end: Time
) -> Motion:
    """Return the motion of `other` relative to `own` on [start, end], which both legs cover.

    Formed as other minus own from sums that commute, so that swapping the two negates every
    component exactly and everything even in them keeps its bits.
    """
    own_start = position_at(own, own_leg, start)
    own_end = position_at(own, own_leg, end)
    other_start = position_at(other, other_leg, start)
    other_end = position_at(other, other_leg, end)
    duration = float(end - start)
    return motion_between(own_start, own_end, other_start, other_end, duration, own.geodetic)


@jit_inner
def motion_between(
    own_start: Position,
    own_end: Position,
    other_start: Position,
    other_end: Position,
    duration: float,
    geodetic: bool,
) -> Motion:
    """Return the motion between the positions of both at the two ends of an interval."""
    x = other_start.x - own_start.x
    y = other_start.y - own_start.y
    z = other_start.z - own_start.z
    end_x = other_end.x - own_end.x
    end_y = other_end.y - own_end.y
    end_z = other_end.z - own_end.z
    nx, ny, nz = 0.0, 0.0, 0.0
    if geodetic and _is_near(x + end_x, y + end_y, z + end_z):
        nx, ny, nz = normal(
            (own_start.x + other_start.x) + (own_end.x + other_end.x),
            (own_start.y + other_start.y) + (own_end.y + other_end.y),
            (own_start.z + other_start.z) + (own_end.z + other_end.z),
        )
        along = x * nx + y * ny + z * nz
        x, y, z = x - along * nx, y - along * ny, z - along * nz
        along = end_x * nx + end_y * ny + end_z * nz
        end_x, end_y, end_z = end_x - along * nx, end_y - along * ny, end_z - along * nz
    vertical = other_start.altitude - own_start.altitude
    end_vertical = other_end.altitude - own_end.altitude
    return Motion(
        x,
        y,
        z,
        vertical,
        end_x - x,
        end_y - y,
        end_z - z,
        end_vertical - vertical,
        end_x,
        end_y,
        end_z,
        end_vertical,
        nx,
        ny,
        nz,
        duration,
    )


@jit_inner
def _is_near(x: float, y: float, z: float) -> bool:
    """Return whether twice the mean separation is that of a pair closer than `FAR`."""
    return x * x + y * y + z * z < 4.0 * FAR * FAR


@jit
def separation_at(motion: Motion, u: float) -> Separation:
    """Return the separation at u in [0, 1]; at 0 and 1 it is that of the interval's ends."""
    if u >= 1.0:
        return Separation(motion.end_x, motion.end_y, motion.end_z, motion.end_vertical)
    return Separation(
        motion.x + u * motion.dx,
        motion.y + u * motion.dy,
        motion.z + u * motion.dz,
        motion.vertical + u * motion.rise,
    )


@jit
def horizontal_square(separation: Separation) -> float:
    """Return |s_h|², in m²."""
    return separation.x * separation.x + separation.y * separation.y + separation.z * separation.z


@jit
def is_curved(motion: Motion) -> bool:
    """Return whether the motion has a normal: geodetic frame, and a pair closer than FAR."""
    return motion.normal_x != 0.0 or motion.normal_y != 0.0 or motion.normal_z != 0.0


@jit
def pair_radius(motion: Motion, separation: Separation) -> float:
    """Return Euler's radius of curvature (m) at the pair's middle along the pair's azimuth."""
    return euler_radius(
        motion.normal_x,
        motion.normal_y,
        motion.normal_z,
        separation.x,
        separation.y,
        separation.z,
    )


@jit
def surface_distance(motion: Motion, separation: Separation, chord: float) -> float:
    """Return the distance over the ground (m) that belongs to the horizontal separation `chord`.

    Planar frame: the chord itself. Geodetic frame: the arc over the chord with the pair's radius.
    """
    if not is_curved(motion):
        return chord
    return arc_of_chord(chord, pair_radius(motion, separation))
