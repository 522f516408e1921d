"""To follow leads: the elementary intervals that meet them, tested exactly and in order of time."""

import numpy as np

from ._jit import jit, zero
from .approach import Legs, nothing_yet, pair_minima, take_span
from .job import Job, Window
from .leads import LeadArray
from .reports import Columns, report


@jit
def follow_leads(job: Job, metric: int, leads: LeadArray, count: int, out: Columns) -> int:
    """Write the closest approach of each pair that has leads; return the intervals tested."""
    tested = zero()
    index = zero()
    while index < count:
        own: int = leads["own"][index]
        other: int = leads["other"][index]
        place: int = leads["place"][index]
        minima = pair_minima(job.limits, own, other)
        best = nothing_yet(job.window.start)
        least = np.inf
        while index < count and leads["place"][index] == place:
            if leads["lower"][index] <= least:
                best, legs = take_span(
                    job,
                    Legs(leads["own_first"][index], leads["own_last"][index]),
                    Legs(leads["other_first"][index], leads["other_last"][index]),
                    Window(leads["common_start"][index], leads["common_end"][index]),
                    Window(leads["start"][index], leads["end"][index]),
                    minima,
                    metric,
                    best,
                )
                tested += legs
                least = np.sqrt(best.value)
            index += 1
        if best.value < np.inf:
            report(job, best, place, out)
    return tested
