"""Legs that take too long: recorded tracks fall into parts at their gaps."""

from ._jit import jit
from ._types import IndexArray, TimeArray


@jit
def count_parts(time: TimeArray, start: IndexArray, max_gap: float, parts: IndexArray) -> None:
    """Fill in how many parts each trajectory has: one more than it has legs above `max_gap`."""
    for row in range(start.size - 1):
        count = 1
        for knot in range(start[row] + 1, start[row + 1]):
            count += time[knot] - time[knot - 1] > max_gap
        parts[row] = count


@jit
def fill_parts(
    time: TimeArray,
    start: IndexArray,
    max_gap: float,
    row_start: IndexArray,
    part_start: IndexArray,
    part_row: IndexArray,
) -> None:
    """Fill in where each part starts and whose it is; `row_start` sums up `count_parts`."""
    for row in range(start.size - 1):
        part = row_start[row]
        part_start[part] = start[row]
        part_row[part] = row
        for knot in range(start[row] + 1, start[row + 1]):
            if time[knot] - time[knot - 1] > max_gap:
                part += 1
                part_start[part] = knot
                part_row[part] = row
    part_start[part_start.size - 1] = time.size


@jit
def count_long_legs(time: TimeArray, part_start: IndexArray, limit: float) -> int:
    """The number of legs, within parts of at least one knot, that take longer than `limit`.

    Counted as if all knots were one part, which is vectorised (part by part it took five times as
    long), less the joints between parts.
    """
    count = 0
    for knot in range(1, time.size):
        count += time[knot] - time[knot - 1] > limit
    for part in range(1, part_start.size - 1):
        knot = int(part_start[part])
        count -= time[knot] - time[knot - 1] > limit
    return count


@jit
def first_long_legs(
    time: TimeArray, part_start: IndexArray, limit: float, legs: IndexArray
) -> None:
    """Fill in the end knot of each part's first leg that takes longer than `limit`, else -1."""
    for part in range(part_start.size - 1):
        legs[part] = -1
        for knot in range(part_start[part + 1] - 1, part_start[part], -1):
            if time[knot] - time[knot - 1] > limit:
                legs[part] = knot
