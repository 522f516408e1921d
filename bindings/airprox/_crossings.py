"""Which far knots a slab needs: those of the legs that cross its edges, by trajectory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._moves import ranges
from ._prepared import duration
from ._spill import Records, Spill
from ._survey import Survey


def crossings(
    found: Survey, first: NDArray[np.int64], max_gap: float, folder: Path | None = None
) -> Spill:
    """Return who has a leg in each slab, and the far knots of those that reach out of it.

    Slab s is made of the fine slabs ``first[s] : first[s + 1]`` of the survey. Of each record
    `high` is the last knot before the slab and `low` the first one after it, if a leg joins them to
    a knot in the slab or to each other, else `no_before` and `no_after`. A leg over `max_gap`
    seconds is none.
    """
    time = found.edges.dtype
    legs = Spill(len(first) - 1, time, folder)
    limit = duration(max_gap, np.empty(0, time))
    last_slab = np.full(len(found.ids), -1, np.int32)
    last_time = np.zeros(len(found.ids), time)
    none, later = no_before(time), no_after(time)
    for slab, seen in enumerate(_by_slab(found, first)):
        row = seen.row
        legs.add(slab, row, np.full(len(row), later), np.full(len(row), none))
        joined = np.flatnonzero(last_slab[row] >= 0)
        joined = joined[~(seen.low[joined] - last_time[row[joined]] > limit)]
        row, begin, end = row[joined], last_time[row[joined]], seen.low[joined]
        since = last_slab[row]
        legs.add(since, row, end, np.full(len(row), none))
        # All slabs after that of the leg's first knot, up to this one, have that knot before them.
        steps = (slab - since).astype(np.int64)
        within = ranges(since.astype(np.int64) + 1, steps)
        after = np.where(within == slab, later, np.repeat(end, steps))
        legs.add(within, np.repeat(row, steps), after, np.repeat(begin, steps))
        last_slab[seen.row], last_time[seen.row] = slab, seen.high
    return legs


def _by_slab(found: Survey, first: NDArray[np.int64]) -> Iterator[Records]:
    for begin, end in zip(first[:-1].tolist(), first[1:].tolist(), strict=True):
        yield found.visits.of_slabs(begin, end)


def no_before(time: np.dtype[Any]) -> Any:
    """Return what stands for no knot before a slab: an instant that no knot has."""
    return -no_after(time)


def no_after(time: np.dtype[Any]) -> Any:
    """Return what stands for no knot after a slab."""
    return np.int64(2**62) if time == np.int64 else np.float64(np.inf)
