"""Legs between knots: where a trajectory is at a given time, and which leg holds a time."""

from typing import NamedTuple

from ._jit import jit, jit_inner
from ._types import Time, TimeArray
from .knots import Knots


class Position(NamedTuple):
    """A place in the fleet's frame (m): horizontal ``x``, ``y`` (and ``z``, geodetic)."""

    x: float
    y: float
    z: float
    altitude: float


@jit
def knot_position(knots: Knots, knot: int) -> Position:
    """Return the position of one knot, bit for bit as given; ``z`` is 0 in the planar frame."""
    z = knots.z[knot] if knots.geodetic else 0.0
    return Position(knots.x[knot], knots.y[knot], z, knots.altitude[knot])


@jit
def position_at(knots: Knots, leg: int, time: Time) -> Position:
    """Return the position at `time` on the leg from knot `leg` to the next.

    Domain: ``knots.time[leg] <= time <= knots.time[leg + 1]``, or `time` is that of the knot `leg`,
    which may then be the last of its part. At the two knots the result is the
    knot itself, bit for bit, so that both legs that meet there say the same.
    """
    start = knots.time[leg]
    if time <= start:
        return knot_position(knots, leg)
    end = knots.time[leg + 1]
    if time >= end:
        return knot_position(knots, leg + 1)
    fraction = float(time - start) / float(end - start)
    return _part_way(knot_position(knots, leg), knot_position(knots, leg + 1), fraction)


@jit_inner
def position_between(p: Position, q: Position, start: Time, end: Time, time: Time) -> Position:
    """Return what `position_at` does, of a leg from `p` at `start` to `q` at `end`.

    Both knots are at hand, so that a loop over many legs needs no branches. Where the leg has no
    length, or less, whatever `q` is makes no difference, as long as `time` is `start`.
    """
    length = float(end - start)
    place = _part_way(p, q, float(time - start) / (length if length > 0.0 else 1.0))
    at_start, at_end = time <= start, time >= end
    return Position(
        p.x if at_start else (q.x if at_end else place.x),
        p.y if at_start else (q.y if at_end else place.y),
        p.z if at_start else (q.z if at_end else place.z),
        p.altitude if at_start else (q.altitude if at_end else place.altitude),
    )


@jit_inner
def _part_way(p: Position, q: Position, fraction: float) -> Position:
    return Position(
        p.x + fraction * (q.x - p.x),
        p.y + fraction * (q.y - p.y),
        p.z + fraction * (q.z - p.z),
        p.altitude + fraction * (q.altitude - p.altitude),
    )


@jit
def leg_at(times: TimeArray, first: int, last: int, time: Time) -> int:
    """Return the leg that holds `time`: the largest k in [first, last) with ``times[k] <= time``.

    Domain: ``first <= last`` (first and last knot of one part) and ``times[first] <= time``. At the
    last knot and beyond the answer is the last leg; a part of one knot has its knot for a leg.
    """
    low = first
    high = last
    while high - low > 1:
        middle = (low + high) // 2
        if times[middle] <= time:
            low = middle
        else:
            high = middle
    return low


@jit
def leg_near(times: TimeArray, first: int, last: int, time: Time) -> int:
    """Return what `leg_at` does, looking first where it would be if knots were evenly spaced.

    In memory that is not cached each look is a miss: on usual tracks there are two, not six.
    """
    if last - first < 2:
        return first
    share = float(time - times[first]) / float(times[last] - times[first])
    low = min(first + int(share * (last - first)), last - 1)
    step = 1
    while times[low] > time:
        low = max(first, low - step)
        step *= 2
    high = low + 1
    step = 1
    while high < last and times[high] <= time:
        high = min(last, high + step)
        step *= 2
    return leg_at(times, low, high, time)


@jit
def advance(times: TimeArray, leg: int, time: Time) -> int:
    """Return the first leg at or after `leg` that ends after `time`.

    Domain: some knot of the part at or after ``leg + 1`` is later than `time`.
    """
    while times[leg + 1] <= time:
        leg += 1
    return leg
