"""The k closest others of each trajectory, by branch and bound over all that share its time.

Bounds from chords, taken 128 at once, give each other trajectory a lower and an upper bound. The
k-th smallest upper bound is above the k-th least value, so that only those with a lower bound up to
it are computed exactly, and of these only while their lower bound is not above the k-th value.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import FloatArray, IndexArray
from .blocks import bound_block
from .dense import leads_of_pair
from .following import follow_leads
from .job import Job, is_pair
from .lane_leads import Scratch
from .lanes import LANES, LOWER, UPPER, Lanes
from .leads import Search
from .near import reported_bound
from .ranking import Ranking, enter
from .reports import Columns


class Contest(NamedTuple):
    """Room for the others of one row, (other rows,) each."""

    candidate: IndexArray
    lower: FloatArray
    upper: FloatArray
    """(k,) the smallest upper bounds, ascending."""
    judged: Columns
    """Room for one."""


@jit
def nearest_rows(
    job: Job,
    search: Search,
    lanes: Lanes,
    rows: IndexArray,
    contest: Contest,
    scratch: Scratch,
    out: Ranking,
) -> int:
    """Write the closest others of the own rows ``rows``, in the same places of `out`.

    A pair counts from either side, also of a single fleet. Returns the number of intervals tested.
    """
    tested = zero()
    for place in range(rows.size):
        row: int = rows[place]
        out.partner[place, :] = -1
        out.value[place, :] = np.inf
        count = _find_candidates(job, search, lanes, row, contest, scratch)
        for index in range(count):
            limit = min(out.value[place, -1], contest.upper[-1])
            if contest.lower[index] <= limit:
                other: int = contest.candidate[index]
                tested += _judge(job, search, row, other, limit, contest.judged, scratch)
                enter(contest.judged, zero(), search.metric.kind, place, other, out)
    return tested


@jit_inner
def _find_candidates(
    job: Job, search: Search, lanes: Lanes, row: int, contest: Contest, scratch: Scratch
) -> int:
    """Write all others that may be among the closest; return their number."""
    contest.upper[:] = search.limit
    count = zero()
    for block in range(lanes.first.size):
        slabs = bound_block(search, lanes, row, block, contest.upper[-1], scratch.lanes)
        if slabs.first == slabs.last:
            continue
        _least_lower(slabs.last - slabs.first, scratch)
        for lane in range(LANES):
            lower = np.float64(scratch.lanes[LOWER, lane])
            if lower > contest.upper[-1]:
                continue
            other: int = lanes.row[block * LANES + lane]
            if other < 0 or not _is_met(job, search, row, other):
                continue
            contest.candidate[count] = other
            contest.lower[count] = lower
            count += 1
            upper = reported_bound(search, np.float64(scratch.lanes[UPPER, lane]))
            _insert_upper(contest.upper, upper)
    return count


@jit_inner
def _least_lower(slabs: int, scratch: Scratch) -> None:
    """Write each lane's least lower bound over the slabs into the first of them."""
    for slab in range(1, slabs):
        for lane in range(LANES):
            lower = scratch.lanes[LOWER + slab, lane]
            scratch.lanes[LOWER, lane] = min(scratch.lanes[LOWER, lane], lower)


@jit_inner
def _is_met(job: Job, search: Search, row: int, other: int) -> bool:
    """Return whether two rows are a pair whose spans share an instant."""
    start = max(search.own.begin[row], search.other.begin[other])
    if start > min(search.own.end[row], search.other.end[other]):
        return False
    if search.single:
        return is_pair(job, min(row, other), max(row, other))
    return is_pair(job, row, other)


@jit_inner
def _insert_upper(uppers: FloatArray, upper: float) -> None:
    place = uppers.size - 1
    if not upper < uppers[place]:
        return
    while place > 0 and upper < uppers[place - 1]:
        uppers[place] = uppers[place - 1]
        place -= 1
    uppers[place] = upper


@jit_inner
def _judge(
    job: Job,
    search: Search,
    row: int,
    other: int,
    limit: float,
    found: Columns,
    scratch: Scratch,
) -> int:
    """Compute one candidate exactly, up to a limit; return the number of intervals tested."""
    count = leads_of_pair(search, row, other, limit, zero(), scratch.lower, zero(), scratch.leads)
    found.horizontal[0] = np.inf
    return follow_leads(job, search.metric.kind, scratch.leads, count, found)
