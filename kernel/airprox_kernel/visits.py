"""Visits: when each trajectory was first and last seen in each slab of time."""

from ._jit import jit, zero
from ._types import IndexArray, IntArray, TimeArray


@jit
def note_visits(
    row: IntArray,
    time: TimeArray,
    edges: TimeArray,
    first: TimeArray,
    last: TimeArray,
    knots: IndexArray,
) -> None:
    """Take knots into the first and the last instant of each trajectory in each slab.

    Slab ``s`` is [edges[s], edges[s + 1]); knots outside of all slabs, and those of the row -1, are
    passed over. Row r has its slabs at ``r * slabs + s`` of `first` and `last`, which come filled
    with more than any instant and less than any; ``knots[s]`` counts.
    """
    slabs = edges.size - 1
    slab = zero()
    for knot in range(row.size):
        now = time[knot]
        if row[knot] < 0 or not (edges[0] <= now < edges[slabs]):
            continue
        # Neighbours in a file are neighbours in time more often than not.
        if not (edges[slab] <= now < edges[slab + 1]):
            slab = slab_of(edges, now)
        place = row[knot] * slabs + slab
        first[place] = min(first[place], now)
        last[place] = max(last[place], now)
        knots[slab] += 1


@jit
def slab_of(edges: TimeArray, now: float) -> int:
    """Return the slab that holds an instant; domain: ``edges[0] <= now < edges[-1]``."""
    low = zero()
    high = edges.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if edges[middle] <= now:
            low = middle
        else:
            high = middle
    return low
