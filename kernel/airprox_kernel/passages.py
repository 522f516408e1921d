"""Passages: spans of time in which pairs in the plane may be closest, many of them at once.

What a wanted slab has been narrowed to is a passage. To find the legs that hold its start takes two
halvings, each step of which goes one way or the other by chance: as a walk with branches it was
30 ns a pair. Here every step is a loop over all passages, in which nothing is to be guessed.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from ._jit import jit, jit_inner, zero
from ._types import FloatArray, IndexArray, TimeArray
from .approach import interval_from
from .bounds import Range
from .job import Job, Window
from .lane_ranges import (
    NEAR_HIGH,
    NEAR_LOW,
    WANTED_EDGE,
    WANTED_LANE,
    WANTED_PLACE,
    WANTED_SLAB,
    Wanted,
)
from .leads import Search, span_of
from .reports import Columns
from .side_by_side import Visit, enter_intervals
from .trials import Trials

COMMON_START, COMMON_END, BEGIN, FINISH = range(4)
OWN_LEG, OWN_LAST, OTHER_LEG, OTHER_LAST, OTHER_ROW, GOES_TO = range(6)


class Passages(NamedTuple):
    """Room for the passages of one own row and the wanted slabs of one block."""

    time: TimeArray
    """(4, room of `Wanted`): what the pair has in common, and the passage within it."""
    entry: IndexArray
    """(6, room of `Wanted`): the legs [leg, last) of each side among which the one is that holds
    the start, then the leg itself; the other row, and where the result goes."""


@jit
def mark_passages(
    search: Search, row: int, rows: IndexArray, wanted: Wanted, near: FloatArray, out: Passages
) -> tuple[int, int]:
    """Write the passages of an own row that is of one part with others that are, too.

    Returns their number, and that of the wanted slabs of others. Slabs that a pair does not share,
    or in which it is known not to be closest, have none.
    """
    own, other, grid = search.own, search.other, search.own.grid
    own_edge = own.start[row] - own.first[row]
    begin, end = own.begin[row], own.end[row]
    count, parted = zero(), zero()
    for index in range(wanted.size):
        lane: int = wanted.entry[WANTED_LANE, index]
        partner: int = rows[lane]
        slab: int = wanted.entry[WANTED_SLAB, index]
        mine, yours = own_edge + slab, wanted.entry[WANTED_EDGE, index]
        if partner < 0 or mine < 0 or yours < 0:
            continue
        near_here = Range(near[NEAR_LOW, index], near[NEAR_HIGH, index])
        span = span_of(grid, slab, near_here)
        common = Window(max(begin, other.begin[partner]), min(end, other.end[partner]))
        start, finish = max(common.start, span.start), min(common.end, span.end)
        out.time[COMMON_START, count] = common.start
        out.time[COMMON_END, count] = common.end
        out.time[BEGIN, count] = start
        out.time[FINISH, count] = finish
        out.entry[OWN_LEG, count] = own.leg[mine]
        out.entry[OWN_LAST, count] = own.leg_end[mine]
        out.entry[OTHER_LEG, count] = other.leg[yours]
        out.entry[OTHER_LAST, count] = other.leg_end[yours]
        out.entry[OTHER_ROW, count] = partner
        out.entry[GOES_TO, count] = wanted.entry[WANTED_PLACE, index]
        holds = (near_here.low <= near_here.high) & (start <= finish)
        flown = (own.leg[mine] >= 0) & (other.leg[yours] >= 0)
        whole = other.whole[partner]
        # What does not count is written over: a branch would be guessed wrong.
        count += holds & flown & whole
        parted += not whole
    return count, parted


@jit
def find_legs(
    times: TimeArray, when: TimeArray, leg: IndexArray, last: IndexArray, count: int
) -> None:
    """Move each of the first `count` legs on to the one, before `last`, that holds an instant."""
    longest = zero()
    for index in range(count):
        longest = max(longest, last[index] - leg[index])
    step = 1
    while 2 * step < longest:
        step *= 2
    while step > 0:
        for index in range(count):
            here: int = leg[index]
            knot = min(here + step, last[index])
            if here < 0 or knot < 0:  # none is; so the compiler leaves out counting from the end
                continue
            holds = (knot < last[index]) & (times[knot] <= when[index])
            leg[index] = knot if holds else here
        step //= 2


@jit_inner
def enter_passages(
    job: Job, metric: int, row: int, passages: Passages, count: int, trials: Trials, out: Columns
) -> None:
    """Enter the elementary intervals of the first `count` passages of an own row."""
    time, entry = passages.time, passages.entry
    for index in range(count):
        common = Window(time[COMMON_START, index], time[COMMON_END, index])
        own_leg: int = entry[OWN_LEG, index]
        other_leg: int = entry[OTHER_LEG, index]
        other_row: int = entry[OTHER_ROW, index]
        if own_leg < 0 or other_leg < 0 or other_row < 0:
            continue
        interval = interval_from(job, own_leg, other_leg, common, time[BEGIN, index])
        visit = Visit(row, other_row, entry[GOES_TO, index], common, time[FINISH, index])
        enter_intervals(job, metric, visit, interval, trials, out)


def new_passages(time: DTypeLike, room: int) -> Passages:
    """Return room for passages, of times of type `time`."""
    return Passages(np.empty((4, room), time), np.empty((6, room), np.int64))
