"""To follow leads: the elementary intervals that meet them, tested exactly and in order of time."""

import numpy as np

from ._jit import jit, jit_inner, zero
from .approach import Best, Legs, PairMinima, nothing_yet, pair_minima, take_rows, take_span
from .job import Job, Window
from .leads import LeadArray
from .reports import Columns, report


@jit
def follow_leads(job: Job, metric: int, leads: LeadArray, count: int, out: Columns) -> int:
    """Write the closest approach of each pair that has leads; return the intervals tested."""
    tested = zero()
    index = zero()
    while index < count:
        place: int = leads["place"][index]
        best, legs, index = _follow_pair(job, metric, leads, index, count)
        tested += legs
        if best.value < np.inf:
            report(job, best, place, out)
    return tested


@jit
def follow_one(job: Job, metric: int, leads: LeadArray, count: int) -> tuple[Best, int]:
    """Return the closest approach of the only pair that has leads, and the intervals tested."""
    best, tested, _ = _follow_pair(job, metric, leads, zero(), count)
    return best, tested


@jit_inner
def _follow_pair(
    job: Job, metric: int, leads: LeadArray, index: int, count: int
) -> tuple[Best, int, int]:
    """Follow the leads of the pair at `index`; return too the index after the last of them."""
    best = nothing_yet(job.window.start)
    tested = zero()
    if index == count:
        return best, tested, index
    own: int = leads["own"][index]
    other: int = leads["other"][index]
    place: int = leads["place"][index]
    minima = pair_minima(job.limits, own, other)
    least = np.inf
    while index < count and leads["place"][index] == place:
        if leads["lower"][index] <= least:
            span = Window(leads["start"][index], leads["end"][index])
            if leads["whole"][index]:
                common = Window(leads["common_start"][index], leads["common_end"][index])
                own_legs = Legs(leads["own_first"][index], leads["own_last"][index])
                other_legs = Legs(leads["other_first"][index], leads["other_last"][index])
                best, legs = take_span(
                    job, own_legs, other_legs, common, span, minima, metric, best
                )
            else:
                best, legs = _take_parts(job, own, other, span, minima, metric, best)
            tested += legs
            least = np.sqrt(best.value)
        index += 1
    return best, tested, index


@jit
def _take_parts(
    job: Job,
    own_row: int,
    other_row: int,
    span: Window,
    minima: PairMinima,
    metric: int,
    best: Best,
) -> tuple[Best, int]:
    """Do as `take_rows`, not inlined into the loop over pairs of one part each."""
    return take_rows(job, own_row, other_row, span, minima, metric, best)
