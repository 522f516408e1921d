"""Closest approach where the vertical minimum depends on the altitude, merge by merge.

An elementary interval falls into parts on which both altitudes stay in one band (`varying`). N is
minimised on each part by itself; at a cut minima are one-sided limits, and the smaller N counts.
"""

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import IndexArray
from .approach import (
    RATIO,
    Best,
    PairMinima,
    best_at,
    minima_on,
    nearest_point,
    nothing_yet,
    pair_minima,
)
from .bands import Steps, line_at, vertical_minimum
from .closest import Approaches, note
from .cpa import CriticalPoint, critical_point_within, cylinder_square
from .intervals import Interval, first_interval, motion_on, next_interval, pair_of_parts
from .job import Job, component
from .varying import Variations, course_on, next_cut, pair_steps
from .violation import cylinder


@jit
def closest_in_bands(
    job: Job,
    variations: Variations,
    own_rows: IndexArray,
    other_rows: IndexArray,
    metric: int,
    out: Approaches,
) -> int:
    """Do as `closest.closest_approaches` under the bands of the variations, which are certain."""
    tested = zero()
    for index in range(own_rows.size):
        own_row: int = own_rows[index]
        other_row: int = other_rows[index]
        minima = pair_minima(job.limits, own_row, other_row)
        steps = pair_steps(variations.bands, job.limits, own_row, other_row, 0)
        best = nothing_yet(job.window.start)
        for own_part in range(job.own.row_start[own_row], job.own.row_start[own_row + 1]):
            for other_part in range(
                job.other.row_start[other_row], job.other.row_start[other_row + 1]
            ):
                best, count = _take_parts(
                    job, variations, own_part, other_part, minima, steps, metric, best
                )
                tested += count
        note(job, best, index, out)
    return tested


@jit_inner
def _take_parts(
    job: Job,
    variations: Variations,
    own_part: int,
    other_part: int,
    minima: PairMinima,
    steps: Steps,
    metric: int,
    best: Best,
) -> tuple[Best, int]:
    """Take in all that two parts have in common; return the best and the number of intervals."""
    tested = zero()
    common = component(job, own_part, other_part)
    if common.start > common.end:
        return best, tested
    pair = pair_of_parts(job, own_part, other_part, common.start)
    interval = Interval(pair.own_leg, pair.other_leg, common.start, common.end)
    if common.start < common.end:
        interval = first_interval(job, pair, common, common.start)
    while True:
        best = _take(job, variations, interval, minima, steps, metric, best)
        tested += 1
        if interval.end >= common.end:
            return best, tested
        interval = next_interval(job, interval, common)


@jit_inner
def _take(
    job: Job,
    variations: Variations,
    interval: Interval,
    minima: PairMinima,
    steps: Steps,
    metric: int,
    best: Best,
) -> Best:
    """Return the better of `best` and one elementary interval; of equal ones, `best`."""
    motion = motion_on(job, interval)
    limit = minima_on(motion, minima)
    course = course_on(job, variations, interval)
    point = nearest_point(motion, metric) if metric != RATIO else CriticalPoint(0.0, np.inf)
    ratio = np.inf
    low = 0.0
    while low < 1.0:
        high = next_cut(variations, course, steps, low)
        middle = 0.5 * (low + high)
        own, other = line_at(course.own, middle), line_at(course.other, middle)
        held = cylinder(limit.horizontal, vertical_minimum(variations.bands, steps, own, other))
        across, upward = held.horizontal_weight, held.vertical_weight
        if metric == RATIO:
            here = critical_point_within(motion, across, upward, low, high)
            if here.square < point.square:
                point, ratio = here, here.square
        elif low <= point.u <= high:
            ratio = min(ratio, cylinder_square(motion, point.u, across, upward))
        low = high
    return best_at(job, interval, motion, point, ratio) if point.square < best.value else best
