"""Pairs that come near, within a limit or nearest of all: by boxes around chords that meet."""

import math
import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.boxes import Boxes, Places, Reach
from airprox_kernel.broad import Found as Progressed
from airprox_kernel.broad import find_candidates
from airprox_kernel.chord_boxes import box_chords
from airprox_kernel.chunks import Chunk
from airprox_kernel.dense import LEADS
from airprox_kernel.job import Job
from airprox_kernel.lead_records import lead_type
from airprox_kernel.leads import Search
from airprox_kernel.near import (
    Ceilings,
    Meetings,
    NearPairs,
    approach_near_pairs,
    bound_meetings,
    lower_ceilings,
)

from ._boxed import ROOM, divided, reach_of
from ._dense import Dense, most_leads, part_of
from ._found import Found, new_columns
from ._parallel import pause
from ._tasks import Spare, Tasks, ranges
from ._workspace import Workspace

WIDE = 0.25
"""Limits above this share of the extent of the traffic prune next to nothing."""
VISIT = 3
"""What a pair of boxes costs, at most, in pairs computed through chords: with more of them than
that would be, the search is given up for these."""
TASK_PAIRS = 50_000
"""Pairs per task of a thread: some 10 ms."""


class GivenUp(Exception):
    """So many pairs of boxes meet that they would not fit, or chords of all pairs are cheaper."""


class Budget(NamedTuple):
    """What a search may cost before it is given up."""

    visits: int
    """Pairs of boxes."""
    meetings: float
    """Pairs of boxes that meet and are kept, of 20 bytes each."""


class Near:
    """The pairs of a job that come nearer than a limit; of these, if k > 0, only the k nearest."""

    def __init__(self, dense: Dense, limit: float, k: int, budget: Budget, tasks: Tasks) -> None:
        self._dense = dense
        self._job = dense.job
        self._search = dense.search()._replace(limit=limit)
        self._reach = reach_of(self._job.limits, self._search.metric, limit)
        self._k = k
        self._tasks = tasks
        self._budget = budget
        self._visits = self._meetings = 0
        self._lock = threading.Lock()
        self._boxed = divided(self._job, self._search)
        self._rooms = Spare(self._new_room)
        self._made: list[_Room] = []

    def _new_room(self) -> "_Room":
        room = _Room(self._job, self._search, self._k)
        self._made.append(room)
        return room

    def search(self) -> Found:
        """Return the pairs, by rows; raises `GivenUp` when over budget.

        Those with a greater value than the limit, or than each of the two has k others nearer, are
        not all there, and what they come to may be too large.
        """
        chunks = range(self._boxed.chunk_start.size - 1)
        found = self._tasks.run(self._sweep, chunks)
        with self._tasks.timed("group"):
            pairs = self._group(found)
        columns = new_columns(pairs.own.size, self._job.own.time.dtype, self._dense.with_ratio)

        def work(span: tuple[int, int]) -> None:
            part = slice(*span)
            with self._rooms.one() as room:
                some = NearPairs._make(column[part] for column in pairs)
                legs = approach_near_pairs(
                    self._job, self._search, some, room.leads, part_of(columns, part)
                )
            self._tasks.count(0, legs)

        self._tasks.run(work, ranges(pairs.own.size, TASK_PAIRS))
        return Found(pairs.own, pairs.other, columns)

    def _sweep(self, index: int) -> list[Meetings]:
        """Return the meetings of one chunk of slabs."""
        start = self._boxed.chunk_start
        chunk = Chunk(int(start[index]), int(start[index + 1]))
        found: list[Meetings] = []
        with self._rooms.one() as room:
            boxes, places = self._boxes(index, chunk, room.workspace)
            out = room.workspace.candidates(boxes)
            kept = room.meetings(out.own.size)
            since = Progressed(chunk.first, 0, 0)
            while since.slab < chunk.last:
                pause()
                since = Progressed(*find_candidates(self._job, boxes, places, chunk, since, out))
                count = bound_meetings(
                    self._job, self._search, places, out, since.pairs, *room.ceilings, kept
                )
                self._spend(since.pairs, count)
                found.append(Meetings._make(column[:count].copy() for column in kept))
        return found

    def _boxes(self, index: int, chunk: Chunk, workspace: Workspace) -> tuple[Boxes, Places]:
        """Return the boxes of one chunk, of the one side before those of the other."""
        boxed = self._boxed
        counts = [count[chunk.first : chunk.last] for count in boxed.counts]
        start = np.zeros(chunk.last - chunk.first + 1, np.int64)
        np.cumsum(sum(counts), out=start[1:])
        middle = start[:-1] + counts[0]
        bounds, places = workspace.boxes(int(start[-1]))
        for side, roll, cursor in zip(boxed.sides, boxed.rolls, (start[:-1], middle), strict=False):
            rows = roll.part[roll.start[index] : roll.start[index + 1]]
            box_chords(side, chunk, rows, self._reach, cursor.copy(), bounds, places)
        return Boxes(bounds, start, middle), places

    def _spend(self, visits: int, meetings: int) -> None:
        with self._lock:
            self._visits += visits
            self._meetings += meetings
            if self._visits > self._budget.visits or self._meetings > self._budget.meetings:
                raise GivenUp
        self._tasks.count(visits, 0)

    def _group(self, found: list[list[Meetings]]) -> NearPairs:
        """Return the pairs of the meetings that are not above both ceilings."""
        own, other, slab, lower = (
            np.concatenate([column[:0], *columns])
            for column, *columns in zip(
                _meetings(0), *(meetings for part in found for meetings in part), strict=True
            )
        )
        ceilings = self._ceilings()
        highest = np.maximum(ceilings[0][own], ceilings[1][other]) * ROOM
        kept = np.flatnonzero(lower <= highest)
        # One number a meeting, which sorts by pair, then by slab.
        others, slabs = self._search.other.begin.size, int(self._boxed.counts[0].size)
        key = (own[kept].astype(np.int64) * others + other[kept]) * slabs + slab[kept]
        key.sort()
        pair = key // slabs
        last = np.flatnonzero(np.diff(pair, append=-1))
        first = np.append(0, last[:-1] + 1)[: last.size]
        own, other = np.divmod(pair[first], others)
        return NearPairs(
            own,
            other,
            key[first] % slabs,
            key[last] % slabs,
            np.maximum(ceilings[0][own], ceilings[1][other]),
        )

    def _ceilings(self) -> list[NDArray[np.float64]]:
        """Return above what nothing matters to a row, for the rows of each side."""
        if self._k == 0 or not self._made:
            sizes = (self._search.own.begin.size, self._search.other.begin.size)
            return [np.full(size, self._search.limit) for size in sizes]
        own, other = self._made[0].ceilings
        for room in self._made[1:]:
            lower_ceilings(own, room.ceilings[0])
        return [own.value[:, -1], other.value[:, -1]]


class _Room:
    """The arrays that one thread works in, kept from task to task: new ones are slow to touch."""

    def __init__(self, job: Job, search: Search, k: int) -> None:
        time = job.own.time.dtype
        self.workspace = Workspace(time)
        self.leads = np.empty(LEADS + most_leads(search), lead_type(time))
        own = new_ceilings(search.own.begin.size, k, search.limit)
        # Of two sides, only rows of the first are asked about.
        other = own if job.single else new_ceilings(search.other.begin.size, min(k, 1), -np.inf)
        self.ceilings = (own, other)
        self._meetings = _meetings(0)

    def meetings(self, size: int) -> Meetings:
        """Return room for so many meetings."""
        if self._meetings.own.size < size:
            self._meetings = _meetings(size)
        return self._meetings


def new_ceilings(rows: int, k: int, limit: float) -> Ceilings:
    """Return ceilings of which nothing is known yet."""
    return Ceilings(np.full((rows, k), limit), np.full((rows, k), -1, np.int32))


def _meetings(size: int) -> Meetings:
    own, other, slab = (np.empty(size, np.int32) for _ in range(3))
    return Meetings(own, other, slab, np.empty(size))


def worth_it(search: Search, reach: Reach) -> bool:
    """Return whether boxes may pay."""
    return 2.0 * float(reach.horizontal.max(initial=0.0)) < WIDE * search.own.scale


def find_near(
    dense: Dense, limit: float, k: int, pairs: int, tasks: Tasks, most: float = math.inf
) -> Found | None:
    """Return the pairs as `Near.search` does; None where boxes are not the way.

    `pairs` is how many pairs there are at all, `most` how many meetings may be kept.
    """
    search = dense.search()
    if not worth_it(search, reach_of(search.limits, search.metric, limit)):
        return None
    try:
        budget = Budget(max(pairs // VISIT, 100_000), most)
        found = Near(dense, limit, k, budget, tasks).search()
    except GivenUp:
        tasks.give_up()
        return None
    # What is near under the bands of altitude is near under the largest minima that they have.
    return found if dense.bands is None else dense.merged(found.own, found.other)
