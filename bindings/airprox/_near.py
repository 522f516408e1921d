"""Approaches within a limit: pruned by space and time, as a screening is."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.apart import SAG, STRETCH
from airprox_kernel.approach import RATIO, SLANT
from airprox_kernel.boxes import Places, Reach
from airprox_kernel.broad import Candidates, find_candidates
from airprox_kernel.broad import Found as Progressed
from airprox_kernel.chunks import part_spans
from airprox_kernel.following import follow_leads
from airprox_kernel.job import Job
from airprox_kernel.leads import lead_type
from airprox_kernel.near import list_leads
from airprox_kernel.reports import Columns

from ._arrow import frozen
from ._dense import Dense
from ._found import Found, append, empty_found, new_columns, pick, that_met
from ._job import Case
from ._pace import pace_of
from ._parallel import pause
from ._plan import make_plan
from ._search import Workspace, chunk_of, make_boxes
from ._tasks import Spare, Tasks
from .minima import LEAST

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

    def __init__(self, dense: Dense, limit: float, budget: int, tasks: Tasks) -> None:
        job, metric = dense.job, dense.metric
        self._metric = metric
        self._limit = limit
        self._with_ratio = dense.with_ratio
        time = job.own.time.dtype
        self._nothing = empty_found(new_columns(0, time, self._with_ratio, True))
        self._tasks = tasks
        self._budget = budget
        self._visits = 0
        self._lock = threading.Lock()
        sides = [job.own] if job.single else [job.own, job.other]
        case = Case(job, reach_of(job, metric, limit), None)
        self._plan = make_plan(case, [pace_of(knots) for knots in sides], None)
        self._rooms = Spare(lambda: _Room(time, self._with_ratio))

    def search(self) -> Found:
        """Return the pairs, by rows; raises `GivenUp` when over budget."""
        chunks = range(self._plan.chunk_start.size - 1)
        found = self._tasks.run(self._search_chunk, chunks)
        return first_of_each(append([self._nothing, *found], self._nothing), self._plan.job)

    def _search_chunk(self, index: int) -> Found:
        plan = self._plan
        found = [self._nothing]
        with self._rooms.one() as room:
            boxes, places = make_boxes(plan, index, room.workspace)
            chunk = chunk_of(plan, index)
            out = room.workspace.candidates(boxes)
            since = Progressed(chunk.first, 0, 0)
            while since.slab < chunk.last:
                pause()
                since = Progressed(*find_candidates(plan.job, boxes, places, chunk, since, out))
                self._spend(since.pairs)
                found.append(self._meet(places, out, since.pairs, room))
        return append(found, self._nothing)

    def _spend(self, visits: int) -> None:
        with self._lock:
            self._visits += visits
            if self._visits > self._budget:
                raise GivenUp

    def _meet(self, places: Places, candidates: Candidates, count: int, room: "_Room") -> Found:
        """Return the candidates that are near enough in their slabs."""
        job = self._plan.job
        room.make(count)
        columns = room.columns
        columns.square[:count] = np.inf
        list_leads(job, places, candidates, count, room.leads, room.own, room.other)
        legs = follow_leads(job, self._metric, room.leads, count, columns)
        self._tasks.count(count, legs)
        near = np.flatnonzero(columns.square[:count] <= self._limit * self._limit * ROOM)
        rows = Found(room.own[near].astype(np.int64), room.other[near].astype(np.int64), columns)
        picked = [column[near] if column.size else column for column in columns]
        return rows._replace(columns=Columns._make(picked))


class _Room:
    """The arrays that one thread works in, kept from task to task: new ones are slow to touch."""

    def __init__(self, time: np.dtype[Any], with_ratio: bool) -> None:
        self._time = time
        self._with_ratio = with_ratio
        self.workspace = Workspace(time)
        self._resize(0)

    def make(self, size: int) -> None:
        """See that there is room for so many candidates."""
        if self.own.size < size:
            self._resize(2 * size)

    def _resize(self, size: int) -> None:
        self.leads = np.empty(size, lead_type(self._time))
        self.own, self.other = np.empty(size, np.int32), np.empty(size, np.int32)
        self.columns = new_columns(size, self._time, self._with_ratio, True)


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
    # One part in a million more, for what the tolerance takes off the minima; and no less than the
    # least minima have, for which boxes are made.
    across, upward = np.maximum(across, LEAST), np.maximum(upward, LEAST)
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


def first_of_each(found: Found, job: Job) -> Found:
    """Return for each pair its least value, and of equal ones the earliest; by rows.

    What is found in one slab comes before what is found in a later one.
    """
    pair = found.own * job.other_identity.size + found.other
    order = np.lexsort((found.columns.square, pair))
    return pick(found, order[np.flatnonzero(np.diff(pair[order], prepend=-1))])


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


def find_near(dense: Dense, limit: float, pairs: int, tasks: Tasks) -> Found | None:
    """Return the pairs nearer than a limit, by rows; None where boxes are not the way."""
    job = dense.job
    if not worth_it(job, dense.metric, limit):
        return None
    touching = touching_pairs(job, max(pairs // 16, 1024))
    if touching is None:
        return None
    budget = max(pairs // VISIT, 100_000)
    try:
        found = Near(dense, limit, budget, tasks).search()
    except GivenUp:
        return None
    found = found._replace(columns=found.columns._replace(square=np.empty(0)))
    if touching[0].size:
        found = _joined(found, dense.merged(*_allowed(job, *touching)), job)
    return found


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
