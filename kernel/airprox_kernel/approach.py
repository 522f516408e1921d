"""The closest approach so far: elementary intervals are taken in one by one, in order of time."""

from typing import NamedTuple

import numpy as np

from ._jit import jit_inner, zero
from ._types import Time, TimeArray
from .cpa import CriticalPoint, critical_point, cylinder_square, horizontal_cpa, slant_cpa
from .intervals import Interval, Pair, first_interval, motion_on, next_interval
from .job import Job, Window, component
from .knots import Knots
from .limits import Limits, on_own_radius, pair_arc, pair_cylinder
from .motion import Motion, horizontal_square, is_curved, separation_at, surface_distance
from .violation import Cylinder

HORIZONTAL, SLANT, RATIO = 0, 1, 2
"""Metrics: |s_h|², |s_h|² + s_z², N."""
UNSOLVED = -1.0
"""Stands for the distance over the ground of a far pair until the approach is known to be the
closest: a geodesic takes 1 µs."""


class PairMinima(NamedTuple):
    """What the minima of one pair depend on."""

    general: Cylinder
    arc: float
    """The horizontal minimum (m) where it needs the pair's own radius, else 0."""


class Best(NamedTuple):
    """The least value so far, and where it was found; `value` is inf before the first."""

    value: float
    """Least value of the metric: a square (m²), or N."""
    own_leg: int
    other_leg: int
    start: Time
    """The elementary interval."""
    end: Time
    u: float
    """Where on it, from 0 to 1."""
    horizontal: float
    """Distance over the ground then (m), or `UNSOLVED`."""
    vertical: float
    """|s_z| then (m)."""
    ratio_square: float
    """N then."""


@jit_inner
def pair_minima(limits: Limits, own_row: int, other_row: int) -> PairMinima:
    """Return the minima of a pair: the one place where they are looked up."""
    return PairMinima(
        pair_cylinder(limits, own_row, other_row, 0), pair_arc(limits, own_row, other_row, 0)
    )


@jit_inner
def minima_on(motion: Motion, minima: PairMinima) -> Cylinder:
    """Return the minima of a pair on one interval."""
    if minima.arc > 0.0 and is_curved(motion):
        return on_own_radius(motion, minima.general, minima.arc)
    return minima.general


@jit_inner
def nothing_yet(time: Time) -> Best:
    """Return what any interval improves; `time` gives the kind of time."""
    return Best(np.inf, zero(), zero(), time, time, 0.0, np.inf, np.inf, np.inf)


@jit_inner
def take(job: Job, interval: Interval, minima: PairMinima, metric: int, best: Best) -> Best:
    """Return the better of `best` and one elementary interval; of equal ones, `best`."""
    motion = motion_on(job, interval)
    limit = minima_on(motion, minima)
    if metric == RATIO:
        point = critical_point(motion, limit.horizontal_weight, limit.vertical_weight)
    else:
        point = nearest_point(motion, metric)
    if not point.square < best.value:
        return best
    ratio = cylinder_square(motion, point.u, limit.horizontal_weight, limit.vertical_weight)
    return best_at(job, interval, motion, point, ratio)


@jit_inner
def nearest_point(motion: Motion, metric: int) -> CriticalPoint:
    """Return where a distance is least on an interval, and its square."""
    if metric == HORIZONTAL:
        u = horizontal_cpa(motion, 0.0, 1.0)
        return CriticalPoint(u, horizontal_square(separation_at(motion, u)))
    u = slant_cpa(motion)
    separation = separation_at(motion, u)
    square = horizontal_square(separation) + separation.vertical * separation.vertical
    return CriticalPoint(u, square)


@jit_inner
def best_at(
    job: Job, interval: Interval, motion: Motion, point: CriticalPoint, ratio_square: float
) -> Best:
    """Return the least value at a point of an interval."""
    return Best(
        point.square,
        interval.own_leg,
        interval.other_leg,
        interval.start,
        interval.end,
        point.u,
        _near_distance(job, motion, point.u),
        abs(separation_at(motion, point.u).vertical),
        ratio_square,
    )


@jit_inner
def _near_distance(job: Job, motion: Motion, u: float) -> float:
    separation = separation_at(motion, u)
    if job.own.geodetic and not is_curved(motion):
        return UNSOLVED
    return surface_distance(motion, separation, np.sqrt(horizontal_square(separation)))


class Legs(NamedTuple):
    """Legs [first, last) among which the one is that holds an instant, see `leg_at`."""

    first: int
    last: int


@jit_inner
def legs_of(knots: Knots, part: int) -> Legs:
    """Return all legs of a part."""
    return Legs(knots.part_start[part], knots.part_start[part + 1] - 1)


@jit_inner
def take_span(
    job: Job,
    own_legs: Legs,
    other_legs: Legs,
    common: Window,
    span: Window,
    minima: PairMinima,
    metric: int,
    best: Best,
) -> tuple[Best, int]:
    """Take in the elementary intervals of two parts that meet `span`, each one whole.

    `common` is what the parts have in common; the legs that hold the span's start, or where that is
    earlier the common start, are among those given. Returns the best and the number of intervals.
    An interval may be left out that only touches the start of the span.
    """
    tested = zero()
    begin = max(common.start, span.start)
    finish = min(common.end, span.end)
    if begin > finish:
        return best, tested
    interval = interval_at(job, own_legs, other_legs, common, begin)
    # One call of `take` only: the compiler does not inline what it calls into two places, and
    # passing tuples of arrays costs more than the work.
    while True:
        best = take(job, interval, minima, metric, best)
        tested += 1
        if interval.end >= finish:
            return best, tested
        interval = next_interval(job, interval, common)


@jit_inner
def interval_at(
    job: Job, own_legs: Legs, other_legs: Legs, common: Window, begin: Time
) -> Interval:
    """Return the first interval of two parts that holds more of them than what ends at `begin`.

    Domain: `begin` is within `common`, and the legs that hold it are among those given.
    """
    own_leg = _leg_among(job.own.time, own_legs, begin)
    other_leg = _leg_among(job.other.time, other_legs, begin)
    return interval_from(job, own_leg, other_leg, common, begin)


@jit_inner
def interval_from(job: Job, own_leg: int, other_leg: int, common: Window, begin: Time) -> Interval:
    """Do as `interval_at`, from the legs that hold `begin`."""
    if begin == common.end:
        return _last_interval(job, own_leg, other_leg, common)
    return first_interval(job, Pair(zero(), own_leg, zero(), other_leg), common, begin)


@jit_inner
def _leg_among(times: TimeArray, legs: Legs, time: Time) -> int:
    """Return what `leg_at` does, halving without a branch that could be guessed wrong."""
    leg = legs.first
    step = 1
    while 2 * step < legs.last - leg:
        step *= 2
    while step > 0:
        knot = min(leg + step, legs.last)
        leg += step * ((knot < legs.last) & (times[knot] <= time))
        step //= 2
    return leg


@jit_inner
def _last_interval(job: Job, own_leg: int, other_leg: int, common: Window) -> Interval:
    """Return the interval that ends where the common span does; an instant is one by itself."""
    if common.start == common.end:
        return Interval(own_leg, other_leg, common.start, common.end)
    own_leg -= job.own.time[own_leg] == common.end
    other_leg -= job.other.time[other_leg] == common.end
    start = max(max(job.own.time[own_leg], job.other.time[other_leg]), common.start)
    return Interval(own_leg, other_leg, start, common.end)


@jit_inner
def take_rows(
    job: Job,
    own_row: int,
    other_row: int,
    span: Window,
    minima: PairMinima,
    metric: int,
    best: Best,
) -> tuple[Best, int]:
    """Take in the elementary intervals of two trajectories that meet `span`.

    The parts of each trajectory are ascending in time, so one pass over both lists meets every
    pair of parts that have an instant in common.
    """
    own_part = job.own.row_start[own_row]
    other_part = job.other.row_start[other_row]
    tested = zero()
    while own_part < job.own.row_start[own_row + 1] and (
        other_part < job.other.row_start[other_row + 1]
    ):
        common = component(job, own_part, other_part)
        own_legs, other_legs = legs_of(job.own, own_part), legs_of(job.other, other_part)
        best, count = take_span(job, own_legs, other_legs, common, span, minima, metric, best)
        tested += count
        own_end = job.own.time[job.own.part_start[own_part + 1] - 1]
        other_end = job.other.time[job.other.part_start[other_part + 1] - 1]
        own_part += own_end <= other_end
        other_part += other_end <= own_end
    return best, tested
