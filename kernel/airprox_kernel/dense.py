"""Closest approach of many pairs: bounds choose the few elementary intervals that are tested.

For each pair, the chords of all slabs give an upper bound of the least value and a lower bound for
each slab (`bounds`). Slabs whose lower bound is above the upper one do not hold the least value; in
the others, `leads` narrows down the time that is tested exactly.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import Float32Array, FloatArray, IndexArray, IntArray
from .approach import RATIO
from .blocks import bound_block, choose_in_block
from .bounds import Range
from .chords import slab_of
from .following import follow_leads
from .job import Job
from .lanes import FARTHEST_VALUE, FIRST, LANES, LAST, NEAR_HIGH, NEAR_LOW, UPPER, Lanes
from .leads import LeadArray, Search, add_lead, add_leads, bound_slab, is_flown, pairing
from .reports import Columns

LEADS = 256
"""Leads that are found before any is followed."""


class Asked(NamedTuple):
    """The pairs asked for: row r of the own side with ``other[start[r] : start[r + 1]]``."""

    start: IndexArray
    """(own rows + 1,)"""
    other: IndexArray
    """(pairs,)"""


class Scratch(NamedTuple):
    """Room for one thread."""

    lanes: Float32Array
    """(LOWER + slabs of the longest row, LANES)"""
    gathered: FloatArray
    """(GATHERED, LANES), zeros to begin with"""
    place: IntArray
    """(other rows, group) where the result of a pair goes, by own row of the group; -1: nowhere. A
    group of own rows goes through the blocks together, so that a block stays in the second-level
    cache: with 256 rows rather than 16, 3,000 flights took half the time."""
    lower: FloatArray
    """(slabs of the longest row,)"""
    leads: LeadArray
    """(`LEADS` + LANES * (slabs and parts of the longest row, and parts of the other side's),)"""


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
    group = scratch.place.shape[1]
    for first in range(first_row, last_row, group):
        last = min(first + group, last_row)
        _note_places(asked, first, last, asked.start[first_row], scratch.place)
        for block in range(lanes.first.size):
            for row in range(first, last):
                if asked.start[row] < asked.start[row + 1] and not (
                    search.single and lanes.highest[block] <= row
                ):
                    count = _leads_of_block(search, lanes, row, block, scratch, row - first, count)
                    if count >= LEADS:
                        tested += follow_leads(job, search.metric.kind, scratch.leads, count, out)
                        count = zero()
    return tested + follow_leads(job, search.metric.kind, scratch.leads, count, out)


@jit_inner
def _note_places(asked: Asked, first: int, last: int, origin: int, place: IntArray) -> None:
    place[:, :] = -1
    for row in range(first, last):
        for index in range(asked.start[row], asked.start[row + 1]):
            place[asked.other[index], row - first] = index - origin


@jit_inner
def _leads_of_block(
    search: Search,
    lanes: Lanes,
    row: int,
    block: int,
    scratch: Scratch,
    member: int,
    count: int,
) -> int:
    """Append the leads of one own row with the rows of one block; return their new number."""
    slabs = bound_block(search, lanes, row, block, search.limit, scratch.lanes)
    if slabs.first == slabs.last:
        return count
    choose_in_block(search, lanes, row, block, slabs, scratch.lanes, scratch.gathered)
    first = slabs.first
    for lane in range(LANES):
        last = int(scratch.lanes[LAST, lane])
        other: int = lanes.row[block * LANES + lane]
        if last < 0 or other < 0:
            continue
        place: int = scratch.place[other, member]
        if place < 0:
            continue
        begin = int(scratch.lanes[FIRST, lane])
        pair = pairing(search, row, other)
        if begin == last and search.metric.kind != RATIO:
            near = Range(
                np.float64(scratch.lanes[NEAR_LOW, lane]),
                np.float64(scratch.lanes[NEAR_HIGH, lane]),
            )
            count = add_lead(search, pair, first + last, near, 0.0, place, count, scratch.leads)
        else:
            upper = np.float64(scratch.lanes[UPPER, lane])
            count = add_leads(
                search, pair, first + begin, first + last, upper, place, count, scratch.leads
            )
    return count


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
            tested += follow_leads(job, search.metric.kind, scratch.leads, count, out)
            count = zero()
    return tested + follow_leads(job, search.metric.kind, scratch.leads, count, out)


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
