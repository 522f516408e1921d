"""Rows in any order become trajectories in order of time: grouping, sorting, ties.

Rows are the caller's, one knot each; a code numbers the trajectory of a row. An *order* is a
permutation of rows in which trajectory ``r`` owns the places ``start[r] : start[r + 1]``; an order
of length 0 stands for the rows as they are, so that data in order is never moved.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ._jit import jit
from ._types import FloatArray, IndexArray, IntArray, TimeArray

MarkArray: TypeAlias = NDArray[np.uint8]

INCREASING = 0
"""Every knot is later than the one before it."""
TIES = 1
"""No knot is earlier than the one before it, and some are at the same time."""
DECREASING = 2
"""Some knot is earlier than the one before it."""


@jit
def row_at(order: IndexArray, place: int) -> int:
    """The row at a place of an order."""
    return place if order.size == 0 else order[place]


@jit
def renumber(codes: IntArray, number: IntArray, renumbered: IntArray) -> tuple[int, bool]:
    """Number the codes by first appearance; return how many there are and whether grouped.

    ``number`` (one per possible code) comes filled with -1 and leaves with each code's number.
    Rows are grouped, that is each code's rows are neighbours, if and only if no number decreases.
    """
    count = 0
    previous = 0
    grouped = True
    for row in range(codes.size):
        code = codes[row]
        if number[code] < 0:
            number[code] = count
            count += 1
        current = number[code]
        if current < previous:
            grouped = False
        renumbered[row] = current
        previous = current
    return count, grouped


@jit
def count_rows(codes: IntArray, start: IndexArray) -> None:
    """Fill ``start`` (codes + 1, zero on entry) with the offsets of each code's rows."""
    for row in range(codes.size):
        start[codes[row] + 1] += 1
    for code in range(1, start.size):
        start[code] += start[code - 1]


@jit
def order_rows(codes: IntArray, cursor: IndexArray, order: IndexArray) -> None:
    """Stable counting sort of the rows by code; ``cursor`` enters as a copy of the offsets."""
    for row in range(codes.size):
        code = codes[row]
        order[cursor[code]] = row
        cursor[code] += 1


@jit
def first_change(codes: IntArray, order: IndexArray, begin: int, end: int) -> int:
    """The first of the places ``begin : end`` whose code is not that of ``begin``, else -1."""
    for place in range(begin + 1, end):
        if codes[row_at(order, place)] != codes[row_at(order, begin)]:
            return place
    return -1


@jit
def first_changes(
    codes: IntArray, order: IndexArray, start: IndexArray, changes: IndexArray
) -> None:
    """`first_change` of every trajectory."""
    for row in range(start.size - 1):
        changes[row] = first_change(codes, order, start[row], start[row + 1])


@jit
def progress_of(time: TimeArray, order: IndexArray, begin: int, end: int) -> int:
    """INCREASING, TIES or DECREASING: how the times at the places ``begin : end`` go on."""
    progress = INCREASING
    for place in range(begin + 1, end):
        earlier = time[row_at(order, place - 1)]
        later = time[row_at(order, place)]
        if later < earlier:
            return DECREASING
        if later == earlier:
            progress = TIES
    return progress


@jit
def progress_of_all(
    time: TimeArray, order: IndexArray, start: IndexArray, progress: MarkArray
) -> int:
    """`progress_of` every trajectory; returns the largest."""
    largest = INCREASING
    for row in range(start.size - 1):
        progress[row] = progress_of(time, order, start[row], start[row + 1])
        largest = max(largest, progress[row])
    return largest


@jit
def merge_runs(
    time: TimeArray, rows: IndexArray, begin: int, middle: int, end: int, merged: IndexArray
) -> None:
    """Merge two sorted runs of rows into ``merged[begin:end]``; equal times keep their order."""
    left = begin
    right = middle
    for place in range(begin, end):
        take_left = right >= end
        if not take_left and left < middle:
            take_left = time[rows[left]] <= time[rows[right]]
        if take_left:
            merged[place] = rows[left]
            left += 1
        else:
            merged[place] = rows[right]
            right += 1


@jit
def sort_by_time(
    time: TimeArray, order: IndexArray, begin: int, end: int, scratch: IndexArray
) -> None:
    """Stable merge sort of the places ``begin : end`` of a written-out order by time."""
    width = 1
    while width < end - begin:
        for left in range(begin, end, 2 * width):
            middle = min(left + width, end)
            merge_runs(time, order, left, middle, min(middle + width, end), scratch)
        for place in range(begin, end):
            order[place] = scratch[place]
        width *= 2


@jit
def sort_decreasing(
    time: TimeArray,
    order: IndexArray,
    start: IndexArray,
    progress: MarkArray,
    scratch: IndexArray,
) -> None:
    """Sort by time the trajectories that are DECREASING; ``scratch`` is as long as the order."""
    for row in range(start.size - 1):
        if progress[row] == DECREASING:
            sort_by_time(time, order, start[row], start[row + 1], scratch)


@jit
def find_ties(
    time: TimeArray,
    first: FloatArray,
    second: FloatArray,
    third: FloatArray,
    begin: int,
    end: int,
    repeated: MarkArray,
) -> int:
    """Mark each knot that repeats the one before it, time and position.

    Returns the first knot that has the time of the one before it and another position, else -1.
    """
    conflict = -1
    for knot in range(begin + 1, end):
        before = knot - 1
        if time[knot] != time[before]:
            continue
        if (
            first[knot] == first[before]
            and second[knot] == second[before]
            and third[knot] == third[before]
        ):
            repeated[knot] = 1
        elif conflict < 0:
            conflict = knot
    return conflict


@jit
def find_all_ties(
    time: TimeArray,
    first: FloatArray,
    second: FloatArray,
    third: FloatArray,
    start: IndexArray,
    repeated: MarkArray,
    conflicts: IndexArray,
) -> None:
    """`find_ties` of every trajectory; the knots are sorted, so no order is needed."""
    for row in range(start.size - 1):
        conflicts[row] = find_ties(time, first, second, third, start[row], start[row + 1], repeated)


@jit
def outside(value: float, low: float, high: float) -> bool:
    """Whether `value` is not in [low, high]; true for NaN."""
    return not low <= value <= high


@jit
def mark_outside(
    time: TimeArray,
    time_limit: float,
    first: FloatArray,
    second: FloatArray,
    third: FloatArray,
    low: FloatArray,
    high: FloatArray,
    marks: MarkArray,
) -> int:
    """Mark each row with the first of its values that is out of range: 1 time, 2 to 4 position.

    The time must lie within `time_limit` of 0, the k-th coordinate in [low[k], high[k]]. A row
    that is in order gets 0. Returns the number of rows that are not.
    """
    count = 0
    for row in range(time.size):
        mark = 0
        if outside(third[row], low[2], high[2]):
            mark = 4
        if outside(second[row], low[1], high[1]):
            mark = 3
        if outside(first[row], low[0], high[0]):
            mark = 2
        if outside(time[row], -time_limit, time_limit):
            mark = 1
        marks[row] = mark
        count += mark != 0
    return count
