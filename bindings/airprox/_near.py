"""Approaches within a limit: pruned by space and time, as a screening is."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.approach import RATIO, SLANT
from airprox_kernel.boxes import Places, Reach
from airprox_kernel.broad import Candidates, find_candidates
from airprox_kernel.broad import Found as Progressed
from airprox_kernel.chunks import part_spans
from airprox_kernel.job import Job
from airprox_kernel.near import MeetingArray, find_meetings, meeting_type
from airprox_kernel.reports import Columns

from ._arrow import frozen
from ._dense import Dense
from ._found import Found, append, pick, that_met
from ._limits import SAG, STRETCH
from ._plan import make_plan
from ._search import Workspace, chunk_of, make_boxes
from ._tasks import Spare, Tasks

FARTHEST = 1.0e6
"""Distances over the ground (m) up to which boxes are used on the Earth: beyond, nothing is pruned
that would pay, and far pairs report a geodesic."""
WIDE = 0.25
"""Limits above this share of the extent of the traffic prune next to nothing."""
VISIT = 3
"""What a pair of boxes costs, at most, in pairs computed through chords: with more of them than
that would be, the search is given up for these."""
ROOM = 1.0 + 1e-12
"""Squares of values below a limit are below its square times this, whatever the rounding."""


class GivenUp(Exception):
    """There are so many pairs of boxes that chords are the cheaper way."""


class Near:
    """The pairs of a job that come nearer than a limit, by boxes that meet."""

    def __init__(self, job: Job, metric: int, limit: float, budget: int, tasks: Tasks) -> None:
        self._metric = metric
        self._limit = limit
        self._tasks = tasks
        self._budget = budget
        self._visits = 0
        self._lock = threading.Lock()
        self._plan = make_plan(job, reach_of(job, metric, limit), None)
        self._workspaces = Spare(lambda: Workspace(job.own.time.dtype))

    def search(self) -> MeetingArray:
        """Return a record for each pair, by rows; raises `GivenUp` when over budget."""
        chunks = range(self._plan.chunk_start.size - 1)
        found = self._tasks.run(self._search_chunk, chunks)
        kind = meeting_type(self._plan.job.own.time.dtype)
        rows = self._plan.job.other_identity.size
        return first_of_each(_strung_together(found, kind), rows)

    def _search_chunk(self, index: int) -> MeetingArray:
        plan = self._plan
        found: list[MeetingArray] = []
        with self._workspaces.one() as workspace:
            boxes, places = make_boxes(plan, index, workspace)
            chunk = chunk_of(plan, index)
            out = workspace.candidates(int(np.diff(boxes.start).max()), 4 * len(boxes.bounds))
            since = Progressed(chunk.first, 0, 0)
            while since.slab < chunk.last:
                since = find_candidates(plan.job, boxes, places, chunk, since, out)
                self._spend(since.pairs)
                found.append(self._meet(places, out, since.pairs))
        return _strung_together(found, meeting_type(plan.job.own.time.dtype))

    def _spend(self, visits: int) -> None:
        with self._lock:
            self._visits += visits
            if self._visits > self._budget:
                raise GivenUp

    def _meet(self, places: Places, candidates: Candidates, count: int) -> MeetingArray:
        out = np.empty(count, meeting_type(self._plan.job.own.time.dtype))
        square = self._limit * self._limit * ROOM
        met = find_meetings(self._plan.job, places, candidates, 0, count, self._metric, square, out)
        self._tasks.count(count, met.legs)
        return out[: met.records].view(np.uint8).copy().view(out.dtype)


def reach_of(job: Job, metric: int, limit: float) -> Reach:
    """Return how far boxes are widened to meet wherever the metric is below the limit."""
    limits = job.limits
    kinds = limits.horizontal.shape[0]
    across, upward = np.full(kinds, limit), np.full(kinds, np.inf)
    if metric == SLANT:
        upward[:] = limit
    elif metric == RATIO:
        horizontal = np.maximum(limits.horizontal, limits.arc)[:, :, 0].max(axis=1)
        across, upward = limit * horizontal, limit * limits.vertical[:, :, 0].max(axis=1)
    if job.own.geodetic:
        across = STRETCH * across + SAG
    # One part in a million more, for what the tolerance takes off the minima.
    return Reach(frozen(across * 0.5000005), frozen(upward * 0.5000005))


def worth_it(job: Job, metric: int, limit: float) -> bool:
    """Return whether boxes can tell what is within the limit, and may pay."""
    reach = 2.0 * float(reach_of(job, metric, limit).horizontal.max(initial=0.0))
    if not reach < (FARTHEST if job.own.geodetic else np.inf):
        return False
    extent = 0.0
    for name in "xyz"[: 3 if job.own.geodetic else 2]:
        sides = [getattr(job.own, name), getattr(job.other, name)]
        low = min(float(side.min(initial=np.inf)) for side in sides)
        extent = max(extent, max(float(side.max(initial=-np.inf)) for side in sides) - low)
    return reach < WIDE * extent


def first_of_each(records: MeetingArray, rows: int) -> MeetingArray:
    """Return for each pair its least value, and of equal ones the earliest; by rows.

    The records come in order of time; `rows` is how many the other side has.
    """
    pair = records["own"].astype(np.int64) * rows + records["other"]
    order = np.lexsort((records["value"], pair))
    pair = pair[order]
    return records.take(order[np.flatnonzero(np.diff(pair, prepend=-1))])


def _strung_together(found: list[MeetingArray], kind: np.dtype[Any]) -> MeetingArray:
    """Return all records, as bytes: NumPy copies records field by field otherwise."""
    none = np.empty(0, np.uint8)
    return np.concatenate([none, *(part.view(np.uint8) for part in found)]).view(kind)


def touching_pairs(job: Job, most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Return the pairs of rows that have an instant in common at an end of both, by rows.

    Boxes do not meet there. None if there are more than `most` or if some part is an instant.
    """
    own = _parts(job, 0)
    other = own if job.single else _parts(job, 1)
    if any((start == end).any() for _, start, end in (own, other)):
        return None
    pairs = np.concatenate([_touching(own, other), _touching(other, own)[:, ::-1]])
    if len(pairs) > most:
        return None
    if job.single:
        pairs = np.sort(pairs, axis=1)
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    pairs = np.unique(pairs, axis=0)
    return np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])


Parts = tuple[NDArray[np.int64], NDArray, NDArray]


def _parts(job: Job, side: int) -> Parts:
    """Return row, start and end of the parts within the window."""
    knots = (job.own, job.other)[side]
    start, end = part_spans(knots)
    start, end = np.maximum(start, job.window.start), np.minimum(end, job.window.end)
    here = start <= end
    return knots.part_row[here].astype(np.int64), start[here], end[here]


def _touching(one: Parts, two: Parts) -> NDArray[np.int64]:
    """Return the rows of parts of `one` that end when a part of `two` starts, (pairs, 2)."""
    order = np.argsort(two[1], kind="stable")
    starts = two[1][order]
    ends = np.argsort(one[2], kind="stable")
    first = np.searchsorted(starts, one[2][ends], side="left")
    counts = np.searchsorted(starts, one[2][ends], side="right") - first
    place = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    return np.stack([np.repeat(one[0][ends], counts), two[0][order][place]], axis=1)


def find_near(dense: Dense, metric: int, limit: float, pairs: int, tasks: Tasks) -> Found | None:
    """Return the pairs nearer than a limit, by rows; None where boxes are not the way."""
    job = dense.job
    if not worth_it(job, metric, limit):
        return None
    touching = touching_pairs(job, max(pairs // 16, 1024))
    if touching is None:
        return None
    budget = max(pairs // VISIT, 100_000)
    try:
        records = Near(job, metric, limit, budget, tasks).search()
    except GivenUp:
        return None
    found = _as_found(records, dense)
    if touching[0].size:
        found = _joined(found, dense.merged(*_allowed(job, *touching)), job)
    return found


def _as_found(records: MeetingArray, dense: Dense) -> Found:
    horizontal, vertical = (
        np.ascontiguousarray(records[name]) for name in ("horizontal", "vertical")
    )
    ratio = np.ascontiguousarray(records["ratio"])
    columns = Columns(
        np.ascontiguousarray(records["time"]),
        horizontal,
        vertical,
        np.sqrt(horizontal * horizontal + vertical * vertical),
        ratio if dense.with_ratio else ratio[:0],
    )
    return Found(records["own"].astype(np.int64), records["other"].astype(np.int64), columns)


def _allowed(
    job: Job, own: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    kept = job.own_identity[own] != job.other_identity[other]
    return own[kept], other[kept]


def _joined(found: Found, more: Found, job: Job) -> Found:
    """Return both by rows; of a pair in both, what `more` says, which is of all its time."""
    more = that_met(more, None, "")
    rows = job.other_identity.size
    known = np.isin(found.own * rows + found.other, more.own * rows + more.other)
    found = pick(found, np.flatnonzero(~known))
    joined = append([found, more], pick(found, slice(0)))
    return pick(joined, np.lexsort((joined.other, joined.own)))
