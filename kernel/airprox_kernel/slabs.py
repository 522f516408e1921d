"""The division of time into slabs, over the periods in which there is anything to compare."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from ._types import TimeArray
from .job import Slabs


def busy_periods(
    own_start: TimeArray, own_end: TimeArray, other_start: TimeArray, other_end: TimeArray
) -> tuple[TimeArray, TimeArray]:
    """Return start and end of the periods in which each side has a span open, ascending.

    Spans of no length are passed over. Periods are disjoint; neighbouring ones may touch, and one
    may be an instant, which `cut_periods` leaves out.
    """
    own_busy = _covered(own_start, own_end, 1)
    return _intersection(own_busy, _covered(other_start, other_end, 1))


def crowded_periods(start: TimeArray, end: TimeArray) -> tuple[TimeArray, TimeArray]:
    """Return start and end of the periods in which at least two of the spans are open."""
    return _covered(start, end, 2)


def _covered(start: TimeArray, end: TimeArray, depth: int) -> tuple[TimeArray, TimeArray]:
    """Return the periods in which at least `depth` of the spans are open.

    With starts and ends sorted each for itself, the k-th period in which so many are open begins
    at the start number ``k + depth - 1`` and ends at the end number k, since by then k spans are
    over; those that are not empty may overlap. Two sorts of numbers cost a quarter of sorting
    events with their signs.
    """
    long = start < end
    begin = np.sort(start[long])[depth - 1 :]
    finish = np.sort(end[long])[: begin.size]
    kept = begin <= finish
    begin, finish = begin[kept], finish[kept]
    if begin.size == 0:
        return begin, finish
    before = np.flatnonzero(begin[1:] > finish[:-1])
    return begin[np.append(0, before + 1)], finish[np.append(before, begin.size - 1)]


def _intersection(
    one: tuple[TimeArray, TimeArray], two: tuple[TimeArray, TimeArray]
) -> tuple[TimeArray, TimeArray]:
    """Return what two ascending lists of disjoint periods have in common."""
    return _covered(np.concatenate([one[0], two[0]]), np.concatenate([one[1], two[1]]), 2)


def cut_periods(start: TimeArray, end: TimeArray, length: float) -> Slabs:
    """Return the slabs of at most about `length` into which the periods are cut evenly."""
    span = (end - start).astype(np.float64)
    counts = np.maximum(np.ceil(span / length), 1.0).astype(np.int64)
    period = np.repeat(np.arange(counts.size), counts)
    step = np.arange(period.size) - np.repeat(np.cumsum(counts) - counts, counts)
    edges = _edge(start[period], span[period], step, counts[period])
    ends = _edge(start[period], span[period], step + 1, counts[period])
    is_last = step + 1 == counts[period]
    ends[is_last] = end[period][is_last]
    kept = edges < ends
    slabs = Slabs(np.ascontiguousarray(edges[kept]), np.ascontiguousarray(ends[kept]))
    for array in slabs:  # as knots are: kernels that search in either are compiled once
        array.flags.writeable = False
    return slabs


def _edge(
    start: TimeArray, span: NDArray[np.float64], step: NDArray[np.int64], count: NDArray[np.int64]
) -> TimeArray:
    """Return start + span * step / count in the type of the times, the same for a shared edge."""
    offset: NDArray[np.float64] = span * (step / count)
    if start.dtype.kind == "i":
        return cast("TimeArray", start + offset.astype(np.int64))
    return cast("TimeArray", start + offset)
