"""Approaches within a limit, found by boxes: the exact test in the slabs where boxes meet.

With boxes widened by half of the limit, a pair that comes as near as that at an instant has boxes
that meet in the slab of the instant. So the least value of such a pair is among those of the slabs
that propose it; what a pair comes to in other slabs is above the limit.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ._jit import jit, zero
from .approach import Legs, nothing_yet, pair_minima, take_span
from .boxes import Places
from .broad import Candidates
from .job import Job, Window, component
from .reports import ground_distance, instant_of

MeetingArray: TypeAlias = NDArray[np.void]
"""A structured array of `meeting_type`."""


def meeting_type(time: DTypeLike) -> np.dtype[Any]:
    """Return the record of a pair in one slab for times of type `time`."""
    return np.dtype(
        [
            ("value", np.float64),  # least value of the metric: a square, or N
            ("start", time),  # of the elementary interval that it is on
            ("time", time),  # as reported
            ("horizontal", np.float64),
            ("vertical", np.float64),
            ("ratio", np.float64),
            ("own", np.int32),  # rows
            ("other", np.int32),
        ],
        align=True,
    )


class Met(NamedTuple):
    """The number of records written, and of intervals tested."""

    records: int
    legs: int


@jit
def find_meetings(
    job: Job,
    places: Places,
    candidates: Candidates,
    first: int,
    last: int,
    metric: int,
    limit: float,
    out: MeetingArray,
) -> Met:
    """Write the least value of each candidate [first, last) in its slab, if not above `limit`.

    `limit` is a square, or N. There is room for a record of each candidate.
    """
    count = zero()
    tested = zero()
    for index in range(first, last):
        own: int = candidates.own[index]
        other: int = candidates.other[index]
        slab: int = candidates.slab[index]
        own_part: int = places.part[own]
        other_part: int = places.part[other]
        own_row: int = job.own.part_row[own_part]
        other_row: int = job.other.part_row[other_part]
        own_legs = Legs(places.leg[own], job.own.part_start[own_part + 1] - 1)
        other_legs = Legs(places.leg[other], job.other.part_start[other_part + 1] - 1)
        common = component(job, own_part, other_part)
        span = Window(job.slabs.start[slab], job.slabs.end[slab])
        minima = pair_minima(job.limits, own_row, other_row)
        best, legs = take_span(
            job, own_legs, other_legs, common, span, minima, metric, nothing_yet(span.start)
        )
        tested += legs
        if best.value <= limit:
            out["value"][count] = best.value
            out["start"][count] = best.start
            out["time"][count] = instant_of(best)
            out["horizontal"][count] = ground_distance(job, best)
            out["vertical"][count] = best.vertical
            out["ratio"][count] = np.sqrt(best.ratio_square)
            out["own"][count] = own_row
            out["other"][count] = other_row
            count += 1
    return Met(count, tested)
