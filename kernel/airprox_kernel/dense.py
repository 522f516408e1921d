"""Closest approach of many pairs: bounds choose the few elementary intervals that are tested.

For each pair, the chords of all slabs give an upper bound of the least value and a lower bound for
each slab (`bounds`). Slabs whose lower bound is above the upper one do not hold the least value; in
the others, `leads` narrows down the time that is tested exactly.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import FloatArray, IndexArray, IntArray
from .chords import slab_of
from .following import follow_leads
from .job import Job
from .lane_leads import Scratch, Task, leads_of_block
from .lanes import FARTHEST_VALUE, Lanes
from .lead_records import LeadArray
from .leads import Search, add_leads, bound_slab, is_flown, pairing
from .reports import Columns
from .side_by_side import begin_trials, follow_side_by_side, goes_side_by_side, settle
from .trials import TESTED

LEADS = 256
"""Leads that are found before any is followed."""


class Asked(NamedTuple):
    """The pairs asked for: row r of the own side with ``other[start[r] : start[r + 1]]``."""

    start: IndexArray
    """(own rows + 1,)"""
    other: IndexArray
    """(pairs,)"""


@jit
def approach_rows(
    job: Job,
    search: Search,
    lanes: Lanes,
    asked: Asked,
    first_row: int,
    last_row: int,
    scratch: Scratch,
    out: Columns,
) -> int:
    """Write the closest approaches of all pairs of the own rows [first_row, last_row).

    `lanes` are those of the other side; `out` begins with the first pair of `first_row`. The
    horizontal distance stays as it is where a pair has no instant in common or nothing within the
    limit. Returns the number of intervals tested.
    """
    tested = zero()
    count = zero()
    group = scratch.place.shape[0]
    begin_trials(scratch.trials)
    for first in range(first_row, last_row, group):
        last = min(first + group, last_row)
        _note_places(asked, first, last, asked.start[first_row], scratch.place)
        for block in range(lanes.first.size):
            for row in range(first, last):
                if asked.start[row] < asked.start[row + 1] and not (
                    search.single and lanes.highest[block] <= row
                ):
                    place = scratch.place[row - first]
                    task = Task(job, search, lanes, scratch, out)
                    count = leads_of_block(task, row, block, place, count)
                    if count >= LEADS:
                        tested += _follow(job, search, count, scratch, out)
                        count = zero()
    return tested + _follow(job, search, count, scratch, out) + _end(job, search, scratch, out)


@jit_inner
def _follow(job: Job, search: Search, count: int, scratch: Scratch, out: Columns) -> int:
    """Follow the leads; return the number of intervals tested at once."""
    if goes_side_by_side(job, search.metric.kind):
        follow_side_by_side(job, search.metric.kind, scratch.leads, count, scratch.trials, out)
        return zero()
    return follow_leads(job, search.metric.kind, scratch.leads, count, out)


@jit_inner
def _end(job: Job, search: Search, scratch: Scratch, out: Columns) -> int:
    """Settle the trials that are left; return how many there have been."""
    settle(job, scratch.trials, search.metric.kind, out)
    tested: int = scratch.trials.tally[TESTED]
    return tested


@jit_inner
def _note_places(asked: Asked, first: int, last: int, origin: int, place: IntArray) -> None:
    for row in range(first, last):
        place[row - first, :] = -1
        for index in range(asked.start[row], asked.start[row + 1]):
            place[row - first, asked.other[index]] = index - origin


@jit
def approach_pairs(
    job: Job,
    search: Search,
    own_rows: IndexArray,
    other_rows: IndexArray,
    scratch: Scratch,
    out: Columns,
) -> int:
    """Write the closest approaches of a list of pairs, in its order.

    Returns as `approach_rows`.
    """
    tested = zero()
    count = zero()
    begin_trials(scratch.trials)
    for index in range(own_rows.size):
        count = leads_of_pair(
            search,
            own_rows[index],
            other_rows[index],
            search.limit,
            index,
            scratch.lower,
            count,
            scratch.leads,
        )
        if count >= LEADS:
            tested += _follow(job, search, count, scratch, out)
            count = zero()
    return tested + _follow(job, search, count, scratch, out) + _end(job, search, scratch, out)


@jit_inner
def leads_of_pair(
    search: Search,
    own_row: int,
    other_row: int,
    limit: float,
    place: int,
    lower: FloatArray,
    count: int,
    leads: LeadArray,
) -> int:
    """Append the leads of one pair to values up to `limit`; return their new number."""
    pair = pairing(search, own_row, other_row)
    if pair.begin > pair.end:
        return count
    begin = slab_of(search.own.grid, pair.begin)
    end = slab_of(search.own.grid, pair.end)
    upper = min(limit, FARTHEST_VALUE)
    for slab in range(begin, end + 1):
        lower[slab - begin] = np.inf
        if is_flown(search, pair, slab):
            bound = bound_slab(search, pair, slab)
            lower[slab - begin] = bound.lower
            upper = min(upper, bound.upper)
    first = begin
    while first <= end and lower[first - begin] > upper:
        first += 1
    while end >= first and lower[end - begin] > upper:
        end -= 1
    return add_leads(search, pair, first, end, upper, place, count, leads)
