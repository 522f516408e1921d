"""Excerpts of parts: the whole legs that reach into a span of time.

Whatever is computed from the four knots of two legs comes out of excerpts bit for bit as out of
the whole, as long as it is known where a part goes on beyond its excerpt.
"""

from ._jit import jit
from ._types import IndexArray, Time, TimeArray
from .segments import leg_at


@jit
def find_excerpts(
    time: TimeArray,
    part_start: IndexArray,
    start: Time,
    end: Time,
    first: IndexArray,
    last: IndexArray,
) -> None:
    """Write the first and the last knot of each part's legs that share more than an instant.

    With [start, end], that is; ``last <= first`` iff there is no such leg.
    """
    for part in range(part_start.size - 1):
        low = part_start[part]
        high = part_start[part + 1] - 1
        first[part] = last[part] = low
        if low < high and time[low] < end and time[high] > start:
            if time[low] < start:
                first[part] = leg_at(time, low, high, start)
            last[part] = high
            if time[high] > end:
                knot = leg_at(time, low, high, end)
                last[part] = knot + (time[knot] < end)


@jit
def copy_runs(source: IndexArray, first: IndexArray, start: IndexArray, out: IndexArray) -> None:
    """Copy runs of 8-byte values: run k from ``first[k]`` on fills ``out[start[k]:start[k + 1]]``.

    Whatever their type, they come viewed as integers, so that this is compiled once.
    """
    for run in range(first.size):
        shift = first[run] - start[run]
        for place in range(start[run], start[run + 1]):
            out[place] = source[place + shift]
