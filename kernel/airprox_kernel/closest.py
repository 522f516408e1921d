"""Closest approach of a pair of trajectories over everything they have in common, merge by merge.

Every elementary interval is put to the exact test. That is the definition, and the right way for a
pair or two; `dense` gives the same bits for many pairs, testing few intervals of each.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import FloatArray, IndexArray, TimeArray
from .approach import Best, nothing_yet, pair_minima, take_rows
from .job import Job
from .motion import instant_at
from .reports import ground_distance


class Approaches(NamedTuple):
    """Results, (pairs,) each; `value` is inf where the pair has no common instant."""

    origin: TimeArray
    """The nearer end of the elementary interval that holds the closest approach."""
    offset: FloatArray
    """From `origin`, in the unit of the times."""
    value: FloatArray
    """Least value of the metric."""
    horizontal: FloatArray
    """Distance over the ground then (m)."""
    vertical: FloatArray
    """|s_z| then (m)."""
    ratio_square: FloatArray
    """N then."""


@jit
def closest_approaches(
    job: Job, own_rows: IndexArray, other_rows: IndexArray, metric: int, out: Approaches
) -> int:
    """Write the closest approach of each pair of rows; return the number of intervals tested."""
    tested = zero()
    for index in range(own_rows.size):
        tested += closest_approach(job, own_rows[index], other_rows[index], metric, index, out)
    return tested


@jit
def closest_approach(
    job: Job, own_row: int, other_row: int, metric: int, index: int, out: Approaches
) -> int:
    """Write the closest approach of one pair at `index`; return the number of intervals tested."""
    minima = pair_minima(job.limits, own_row, other_row)
    nothing = nothing_yet(job.window.start)
    best, tested = take_rows(job, own_row, other_row, job.window, minima, metric, nothing)
    note(job, best, index, out)
    return tested


@jit_inner
def note(job: Job, best: Best, index: int, out: Approaches) -> None:
    """Write the closest approach of a pair, or that there is none."""
    out.value[index] = best.value
    if best.value < np.inf:
        moment = instant_at(best.start, best.end, float(best.end - best.start), best.u)
        out.origin[index] = moment.origin
        out.offset[index] = moment.offset
        out.horizontal[index] = ground_distance(job, best)
        out.vertical[index] = best.vertical
        out.ratio_square[index] = best.ratio_square
