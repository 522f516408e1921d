"""Intervals on which two legs are too far apart, seen from their ends alone.

Most candidates pass each other at different altitudes, or far from where their boxes meet. Looking
at the ranges of the coordinates takes a tenth of the exact test, and comes to the same: it says
"apart" only where that test could not find a loss, whatever its rounding.
"""

from typing import NamedTuple

from ._jit import jit, jit_inner
from ._types import FloatArray
from .intervals import Interval
from .job import Job
from .limits import Limits

MARGIN = 5e-8
"""Metres beyond the minima, which the touch tolerance has shortened by twice as much: flight levels
that are exactly a minimum apart are seen to be."""
LAST_BITS = 2.0**-46
"""Relative error of a separation, and of its square against 1, that 128 roundings could add up to;
adding it to the bound keeps the exact test, of 20 roundings, from seeing a loss."""


STRETCH = 1.01
SAG = 20.0
"""Coordinates of the geodetic frame differ by no more than the chord |s|, minima are held to the
projected |s_h|, and |s| <= |s_h| + |s . n|. The normal n at the middle of an interval differs from
that at the aircraft by up to 9 km / R = 0.0014 on a leg of 18 km, and each chord dips by up to 6 m;
so |s| < 1.01 |s_h| + 20 m, with room. (Boxes are widened by as much, for the same reason.)"""


class Bounds(NamedTuple):
    """How far apart (m) means no loss: along any axis of the frame, and vertically."""

    horizontal: float
    vertical: float


@jit
def pair_bounds(limits: Limits, own_row: int, other_row: int, geodetic: bool) -> Bounds:
    """Return the bounds of two trajectories, from their largest minima over all levels."""
    own = limits.own_category[own_row]
    other = limits.other_category[other_row]
    horizontal = vertical = 0.0
    for level in range(limits.horizontal.shape[2]):
        horizontal = max(horizontal, limits.horizontal[own, other, level])
        vertical = max(vertical, limits.vertical[own, other, level])
    return Bounds(STRETCH * horizontal + SAG if geodetic else horizontal, vertical)


@jit_inner
def legs_apart(job: Job, interval: Interval, bounds: Bounds) -> bool:
    """Return whether two legs are farther apart than the bounds, in altitude or along an axis."""
    one, two = job.own, job.other
    own, other = interval.own_leg, interval.other_leg
    return (
        is_gap(one.altitude, own, two.altitude, other, bounds.vertical)
        or is_gap(one.x, own, two.x, other, bounds.horizontal)
        or is_gap(one.y, own, two.y, other, bounds.horizontal)
        or (one.geodetic and is_gap(one.z, own, two.z, other, bounds.horizontal))
    )


@jit
def is_gap(
    own: FloatArray, own_leg: int, other: FloatArray, other_leg: int, minimum: float
) -> bool:
    """Return whether one coordinate of two legs differs by surely more than `minimum` all along."""
    a, b = own[own_leg], own[own_leg + 1]
    c, d = other[other_leg], other[other_leg + 1]
    gap = max(min(a, b) - max(c, d), min(c, d) - max(a, b))
    largest = max(max(abs(a), abs(b)), max(abs(c), abs(d)))
    return gap > minimum + MARGIN + LAST_BITS * (largest + minimum)
