"""Leads of one own row with a block of others: bounds of all at once, then spans of time.

Where nothing but the exact test is left to do, in the plane, the intervals of a lead become trials
at once: by way of records they took a fifth longer.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit_inner, zero
from ._types import Float32Array, FloatArray, IndexArray, IntArray
from .approach import RATIO
from .blocks import bound_block, choose_in_block
from .bounds import Range
from .job import Job
from .lane_ranges import (
    NEAR_HIGH,
    NEAR_LOW,
    WANTED_LANE,
    WANTED_PLACE,
    WANTED_SLAB,
    Partners,
    Wanted,
    gather_plane,
    gather_space,
    narrow,
    note_wanted,
)
from .lanes import LANES, LAST, PLANE, UPPER, Lanes
from .lead_records import LeadArray
from .leads import Search, add_lead, add_leads, pairing
from .passages import (
    BEGIN,
    OTHER_LAST,
    OTHER_LEG,
    OWN_LAST,
    OWN_LEG,
    Passages,
    enter_passages,
    find_legs,
    mark_passages,
)
from .reports import Columns
from .side_by_side import goes_side_by_side
from .trials import Trials


class Scratch(NamedTuple):
    """Room for one thread."""

    lanes: Float32Array
    """(LOWER + slabs of the longest row, LANES)"""
    gathered: FloatArray
    """(GATHERED, room of `wanted`), zeros to begin with"""
    wanted: IndexArray
    """See `Wanted.entry`."""
    passages: Passages
    place: IntArray
    """(group, other rows) where the result of a pair goes, by own row of the group; -1: nowhere. A
    group of own rows goes through the blocks together, so that a block stays in the second-level
    cache: with 256 rows rather than 16, 3,000 flights took half the time."""
    lower: FloatArray
    """(slabs of the longest row,)"""
    leads: LeadArray
    """(`LEADS` + LANES * (slabs and parts of the longest row, and parts of the other side's),)"""
    trials: Trials


class Task(NamedTuple):
    """What one thread works on."""

    job: Job
    search: Search
    lanes: Lanes
    scratch: Scratch
    out: Columns


@jit_inner
def leads_of_block(task: Task, row: int, block: int, place: IntArray, count: int) -> int:
    """Append the leads of one own row with the rows of one block; return their new number.

    `place` is where the results go, see `note_wanted`.
    """
    search, lanes, scratch = task.search, task.lanes, task.scratch
    is_ratio = search.metric.kind == RATIO
    slabs = bound_block(search, lanes, row, block, search.limit, scratch.lanes)
    if slabs.first == slabs.last:
        return count
    choose_in_block(search, slabs, scratch.lanes)
    rows = lanes.row[block * LANES : (block + 1) * LANES]
    partners = Partners(rows, place, slabs.first)
    lane = zero()
    while lane < LANES:
        some, lane = note_wanted(
            search.other, partners, lane, is_ratio, scratch.lanes, scratch.wanted
        )
        wanted = Wanted(some, scratch.wanted, scratch.lanes[UPPER])
        if is_ratio:
            count = _leads_of_ratios(task, row, partners, wanted, count)
        else:
            _narrow(task, row, wanted)
            at_once = goes_side_by_side(task.job, search.metric.kind) and search.own.whole[row]
            left = _enter_passages(task, row, rows, wanted) if at_once else wanted.size
            if left > 0:
                count = _leads_of_distances(task, row, rows, wanted, at_once, count)
    return count


@jit_inner
def _narrow(task: Task, row: int, wanted: Wanted) -> None:
    """Find the range of u of each wanted slab that may hold the least distance."""
    search, near = task.search, task.scratch.gathered
    own, other, edge = search.own, search.other, search.own.start[row] - search.own.first[row]
    if task.lanes.slot.shape[1] == PLANE:
        gather_plane(own.edge, edge, other.edge, wanted, near)
    else:
        gather_space(own.edge, edge, other.edge, search.metric.kind, wanted, near)
    narrow(search.metric, wanted.size, near)


@jit_inner
def _enter_passages(task: Task, row: int, rows: IndexArray, wanted: Wanted) -> int:
    """Enter trials of what wanted slabs have been narrowed to, of pairs of one part each.

    Returns the number of wanted slabs of others.
    """
    job, scratch, kind = task.job, task.scratch, task.search.metric.kind
    passages = scratch.passages
    count, parted = mark_passages(task.search, row, rows, wanted, scratch.gathered, passages)
    when = passages.time[BEGIN]
    find_legs(job.own.time, when, passages.entry[OWN_LEG], passages.entry[OWN_LAST], count)
    find_legs(job.other.time, when, passages.entry[OTHER_LEG], passages.entry[OTHER_LAST], count)
    enter_passages(job, kind, row, passages, count, scratch.trials, task.out)
    return parted


@jit_inner
def _leads_of_distances(
    task: Task, row: int, rows: IndexArray, wanted: Wanted, partly: bool, count: int
) -> int:
    """Append the leads of the ranges that wanted slabs have been narrowed to.

    Iff `partly`, only of pairs of which one is of several parts.
    """
    search, near, leads = task.search, task.scratch.gathered, task.scratch.leads
    for index in range(wanted.size):
        span = Range(near[NEAR_LOW, index], near[NEAR_HIGH, index])
        lane: int = wanted.entry[WANTED_LANE, index]
        if span.low > span.high or lane < 0:
            continue
        pair = pairing(search, row, rows[lane])
        if not (partly and pair.whole):
            slab: int = wanted.entry[WANTED_SLAB, index]
            place: int = wanted.entry[WANTED_PLACE, index]
            count = add_lead(search, pair, slab, span, 0.0, place, count, leads)
    return count


@jit_inner
def _leads_of_ratios(task: Task, row: int, partners: Partners, wanted: Wanted, count: int) -> int:
    """Append the leads of wanted lanes from their first slab to their last."""
    search, scratch = task.search, task.scratch
    for index in range(wanted.size):
        lane: int = wanted.entry[WANTED_LANE, index]
        place: int = wanted.entry[WANTED_PLACE, index]
        first: int = wanted.entry[WANTED_SLAB, index]
        last = partners.first + int(scratch.lanes[LAST, lane])
        pair = pairing(search, row, partners.row[lane])
        upper = np.float64(wanted.upper[lane])
        count = add_leads(search, pair, first, last, upper, place, count, scratch.leads)
    return count
