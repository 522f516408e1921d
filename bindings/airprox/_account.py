"""The account of a call: its receipt, with pairs counted independently of any search."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.job import Job, Window
from airprox_kernel.knots import Knots

from ._job import Sides
from .minima import Minima
from .receipt import Receipt, Trajectories


def write_receipt(
    job: Job, sides: Sides, minima: Minima | None, *, finished: bool, **counts: Any
) -> Receipt:
    """Return the receipt of a job; `counts` are the fields that only its search can know."""
    common, exempt = count_common(job)
    fleets = (sides.own,) if sides.single else sides
    screened = sum(len(fleet) for fleet in fleets)
    rejected = sum(fleet.rejected.num_rows for fleet in fleets)
    slabs = job.slabs
    length = float((slabs.end - slabs.start).max()) if slabs.start.size else 0.0
    return Receipt(
        trajectories=Trajectories(screened + rejected, screened, rejected),
        pairs_common=common,
        pairs_exempt=exempt,
        exempt_by_rule={"same id": exempt} if exempt else {},
        joined_gaps=sum(fleet.joined_gaps for fleet in fleets),
        duplicates_dropped=sum(fleet.duplicates_dropped for fleet in fleets),
        max_gap=tuple(fleet.max_gap for fleet in fleets),
        minima=minima,
        slabs=slabs.start.size,
        slab_length=length / (1e9 if job.own.time.dtype.kind == "i" else 1.0),
        complete=finished and rejected == 0,
        **counts,
    )


def count_common(job: Job) -> tuple[int, int]:
    """Return how many pairs share an instant, and how many of them are one aircraft."""
    own = row_spans(job.own, job.window)
    if job.single:
        return common_within(*own), 0
    other = row_spans(job.other, job.window)
    shared = np.flatnonzero(job.other_identity >= 0)
    twin = job.other_identity[shared]
    start = np.maximum(own[0][twin], other[0][shared])
    end = np.minimum(own[1][twin], other[1][shared])
    return common_between(*own, *other), int(np.count_nonzero(start <= end))


def row_spans(knots: Knots, window: Window) -> tuple[NDArray, NDArray]:
    """Return the first and the last instant of each trajectory within the window.

    The last is before the first where the trajectory is wholly outside.
    """
    start = knots.time[knots.part_start[knots.row_start[:-1]]]
    end = knots.time[knots.part_start[knots.row_start[1:]] - 1]
    return np.maximum(start, window.start), np.minimum(end, window.end)


def common_within(start: NDArray, end: NDArray) -> int:
    """Return how many pairs of the closed spans share an instant; empty spans share none."""
    start, end = _present(start, end)
    ended_before = np.searchsorted(np.sort(end), start, side="left")
    return start.size * (start.size - 1) // 2 - int(ended_before.sum())


def common_between(
    own_start: NDArray, own_end: NDArray, other_start: NDArray, other_end: NDArray
) -> int:
    """Return how many pairs of an own and an other closed span share an instant."""
    own_start, own_end = _present(own_start, own_end)
    other_start, other_end = _present(other_start, other_end)
    own_before = np.searchsorted(np.sort(own_end), other_start, side="left")
    other_before = np.searchsorted(np.sort(other_end), own_start, side="left")
    return own_start.size * other_start.size - int(own_before.sum()) - int(other_before.sum())


def _present(start: NDArray, end: NDArray) -> tuple[NDArray, NDArray]:
    present = start <= end
    return start[present], end[present]
