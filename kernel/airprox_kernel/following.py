"""To follow leads: the elementary intervals that meet them, tested exactly and in order of time."""

import numpy as np

from ._jit import jit, zero
from .approach import nothing_yet, pair_minima, take_span
from .job import Job
from .lead_records import LeadArray, read_lead
from .reports import Columns, report


@jit
def follow_leads(job: Job, metric: int, leads: LeadArray, count: int, out: Columns) -> int:
    """Write the closest approach of each pair that has leads; return the intervals tested."""
    tested = zero()
    index = zero()
    while index < count:
        lead = read_lead(leads, index)
        place = lead.place
        minima = pair_minima(job.limits, lead.own, lead.other)
        best = nothing_yet(job.window.start)
        least = np.inf
        while index < count and leads["place"][index] == place:
            if leads["lower"][index] <= least:
                lead = read_lead(leads, index)
                best, legs = take_span(
                    job,
                    lead.own_legs,
                    lead.other_legs,
                    lead.common,
                    lead.span,
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
