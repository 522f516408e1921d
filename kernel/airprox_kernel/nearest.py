"""The k closest others of each trajectory, by branch and bound over all that share its time.

Bounds from chords, taken 128 at once, give each other trajectory a lower and an upper bound. The
k-th smallest upper bound is above the k-th least value, so that only those with a lower bound up to
it are computed exactly, and of these only while their lower bound is not above the k-th value.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import FloatArray, IndexArray, Time, TimeArray
from .approach import HORIZONTAL, RATIO
from .blocks import bound_block
from .dense import Scratch, leads_of_pair
from .following import follow_leads
from .job import Job, is_pair
from .lanes import LANES, LOWER, UPPER, Lanes
from .leads import Search
from .reports import Columns
from .surface import arc_of_chord

SMALLEST_RADIUS = 6.33e6
"""Below every radius of curvature of the ellipsoid (m)."""
SERIES_END = 3.1e6
"""Chords (m) up to here become arcs; beyond, the farthest place is taken."""
FARTHEST_PLACE = 2.1e7


class Ranking(NamedTuple):
    """The closest others of each row asked about, best first: (rows, k) each."""

    partner: IndexArray
    """Their rows; -1 after the last."""
    value: FloatArray
    """What they are ordered by, then by time and by `Contest.rank`; inf after the last."""
    time: TimeArray
    horizontal: FloatArray
    vertical: FloatArray
    slant: FloatArray
    ratio: FloatArray


class Contest(NamedTuple):
    """Room for the others of one row, (other rows,) each, and how to break ties."""

    rank: IndexArray
    """The place of each other row in the order of ids."""
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
    first: int,
    last: int,
    contest: Contest,
    scratch: Scratch,
    out: Ranking,
) -> int:
    """Write the closest others of the own rows ``rows[first:last]``, in those places of `out`.

    A pair counts from either side, also of a single fleet. Returns the number of intervals tested.
    """
    tested = zero()
    for place in range(first, last):
        row: int = rows[place]
        out.partner[place, :] = -1
        out.value[place, :] = np.inf
        count = _find_candidates(job, search, lanes, row, contest, scratch)
        for index in range(count):
            if contest.lower[index] <= min(out.value[place, -1], contest.upper[-1]):
                tested += _judge(job, search, row, contest, index, place, scratch, out)
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


@jit
def reported_bound(search: Search, upper: float) -> float:
    """Return a bound on the reported value where the metric is at most `upper`.

    Ratios are reported as they are. A reported distance is an arc over the chord, with a radius
    above `SMALLEST_RADIUS`, or a geodesic; of a slant distance, the horizontal part is.
    """
    if search.metric.kind == RATIO or search.metric.dip == 0.0:
        return upper
    return arc_of_chord(upper, SMALLEST_RADIUS) if upper < SERIES_END else upper + FARTHEST_PLACE


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
    contest: Contest,
    index: int,
    place: int,
    scratch: Scratch,
    out: Ranking,
) -> int:
    """Compute one candidate exactly and put it in its place; return the intervals tested."""
    other: int = contest.candidate[index]
    limit = min(out.value[place, -1], contest.upper[-1])
    count = leads_of_pair(search, row, other, limit, zero(), scratch.lower, zero(), scratch.leads)
    found = contest.judged
    found.horizontal[0] = np.inf
    tested = follow_leads(job, search.metric.kind, scratch.leads, count, found)
    if found.horizontal[0] == np.inf:
        return tested
    value, time = _value_of(found, search.metric.kind), found.time[0]
    last = out.partner.shape[1] - 1
    if not value <= search.limit or not _is_before(contest, value, time, other, place, last, out):
        return tested
    rank = last
    while rank > 0 and _is_before(contest, value, time, other, place, rank - 1, out):
        _move(place, rank - 1, rank, out)
        rank -= 1
    out.partner[place, rank] = other
    out.value[place, rank] = value
    out.time[place, rank] = time
    out.horizontal[place, rank] = found.horizontal[0]
    out.vertical[place, rank] = found.vertical[0]
    out.slant[place, rank] = found.slant[0]
    out.ratio[place, rank] = found.ratio[0]
    return tested


@jit_inner
def _value_of(found: Columns, metric: int) -> float:
    """Return the reported value of the metric."""
    if metric == RATIO:
        return found.ratio[0]
    return found.horizontal[0] if metric == HORIZONTAL else found.slant[0]


@jit_inner
def _is_before(
    contest: Contest, value: float, time: Time, other: int, place: int, rank: int, out: Ranking
) -> bool:
    """Return whether an approach comes before the one at `rank`: by value, time, then id."""
    partner: int = out.partner[place, rank]
    if partner < 0 or value != out.value[place, rank]:
        return partner < 0 or value < out.value[place, rank]
    if time != out.time[place, rank]:
        return time < out.time[place, rank]
    return contest.rank[other] < contest.rank[partner]


@jit_inner
def _move(place: int, source: int, target: int, out: Ranking) -> None:
    out.partner[place, target] = out.partner[place, source]
    out.value[place, target] = out.value[place, source]
    out.time[place, target] = out.time[place, source]
    out.horizontal[place, target] = out.horizontal[place, source]
    out.vertical[place, target] = out.vertical[place, source]
    out.slant[place, target] = out.slant[place, source]
    out.ratio[place, target] = out.ratio[place, source]
