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
    begin, finish = start[long], end[long]
    begin.sort()
    finish.sort()
    begin, finish = begin[depth - 1 :], finish[: max(finish.size - depth + 1, 0)]
    kept = begin <= finish
    begin, finish = begin[kept], finish[kept]
    edge = np.ones(begin.size + 1, np.bool_)
    np.greater(begin[1:], finish[:-1], out=edge[1:-1])
    return begin[edge[:-1]], finish[edge[1:]]


def _intersection(
    one: tuple[TimeArray, TimeArray], two: tuple[TimeArray, TimeArray]
) -> tuple[TimeArray, TimeArray]:
    """Return what two ascending lists of disjoint periods have in common."""
    return _covered(np.concatenate([one[0], two[0]]), np.concatenate([one[1], two[1]]), 2)


def cut_periods(start: TimeArray, end: TimeArray, length: float) -> Slabs:
    """Return the slabs of at most about `length` into which the periods are cut evenly."""
    span = (end - start).astype(np.float64)
    if not (span > length).any():
        return _as_slabs(start, end)  # a tenth of the time of a call for few flights
    counts = np.maximum(np.ceil(span / length), 1.0).astype(np.int64)
    after = counts.cumsum()
    origin = start.repeat(counts)
    step = np.arange(origin.size) - (after - counts).repeat(counts)
    offset: NDArray[np.float64] = span.repeat(counts) * (step / counts.repeat(counts))
    edges = cast("TimeArray", origin + offset.astype(start.dtype))
    ends = np.empty_like(edges)
    ends[:-1] = edges[1:]
    ends[after - 1] = end
    return _as_slabs(edges, ends)


def _as_slabs(start: TimeArray, end: TimeArray) -> Slabs:
    """Return those that are longer than an instant."""
    kept = start < end
    slabs = Slabs(start[kept], end[kept])
    for array in slabs:  # as knots are: kernels that search in either are compiled once
        array.flags.writeable = False
    return slabs
