"""Closest approach of many pairs through chords, or of few one by one."""

from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.approach import HORIZONTAL
from airprox_kernel.bounds import metric_of
from airprox_kernel.chord_filling import fill_chords
from airprox_kernel.chords import Chords
from airprox_kernel.dense import LEADS, Asked, approach_pairs, approach_rows
from airprox_kernel.lane_leads import Scratch
from airprox_kernel.lane_ranges import GATHERED, WANTED
from airprox_kernel.lanes import LANES, LOWER, Lanes, fill_lanes
from airprox_kernel.lead_records import lead_type
from airprox_kernel.leads import Search
from airprox_kernel.pairs import ByRows, Spans, order_by_rows
from airprox_kernel.passages import new_passages
from airprox_kernel.reports import Columns
from airprox_kernel.tables import center_of, choose_grid, new_chords, new_lanes
from airprox_kernel.trials import new_trials

from ._found import Found, new_columns
from ._job import Case
from ._listing import Listed, few_intervals, spans_of
from ._merge import Merge
from ._outermost import bands_of, outermost
from ._tasks import Spare, Tasks, ranges

TASK_PAIRS = 200_000
"""Pairs per task of a thread: some 20 ms."""
CROWDED = 32
"""Of lists with more than one of so many possible pairs, whole rows are bounded at once: a million
pairs of 3,000 flights took 0.73 s one by one."""
FILL_ROWS = 2048
GROUP_PLACES = 2**21
"""Entries of the table of places of a group of own rows: 8 MB a thread."""
MOST_GROUP, LEAST_GROUP = 256, 16


class Dense:
    """The chords of a job for one metric, and what is found through them.

    They are made when they are first needed. `limit` is a distance (m) or a ratio above which
    values are of no interest.
    """

    def __init__(
        self, case: Case, metric: int, limit: float, with_ratio: bool, tasks: Tasks
    ) -> None:
        self.bands = bands_of(case)
        """None where no vertical minimum depends on the altitude. Else bounds are those of the
        largest minima that the bands of a pair have, and no more than lower bounds."""
        self.job = case.job if self.bands is None else outermost(case.job, self.bands.bands)
        self.metric = metric
        self.limit = limit
        self.with_ratio = with_ratio
        self._tasks = tasks
        self._search: Search | None = None
        self._lanes: Lanes | None = None

    @cached_property
    def spans(self) -> list[Spans]:
        """The spans of the rows of each side; of a single fleet, once."""
        return spans_of(self.job)

    @cached_property
    def scratch(self) -> Spare[Scratch]:
        """Room for each thread; made late, since it and this refer to each other.

        With such a circle in every call for a pair, collecting them took as long as all the rest.
        """
        return Spare(self._new_scratch)

    def search(self) -> Search:
        """Return what is asked, with the chords of both sides."""
        if self._search is None:
            with self._tasks.timed("chords"):
                self._search = self._new_search()
        return self._search

    def lanes(self, by_time: bool = False) -> Lanes:
        """Return the lanes of the other side's chords, which go one way or the other in a call."""
        search = self.search()
        if self._lanes is None:
            with self._tasks.timed("lanes"):
                self._lanes = self._new_lanes(search, by_time)
        return self._lanes

    def _new_search(self) -> Search:
        job = self.job
        sides = [job.own] if job.single else [job.own, job.other]
        grid = choose_grid(list(zip(sides, self.spans, strict=True)))
        center = center_of(sides)
        chords: list[Chords] = []
        for knots, spans in zip(sides, self.spans, strict=True):
            made = new_chords(knots, job.window, grid, center)
            self._tasks.run(
                lambda rows, knots=knots, made=made: fill_chords(knots, made, *rows),
                ranges(spans.begin.size, FILL_ROWS),
            )
            chords.append(made)
        metric = metric_of(self.metric, job.own.geodetic, bool((job.limits.arc > 0.0).any()))
        return Search(chords[0], chords[-1], job.limits, metric, self.limit, job.single)

    def _new_lanes(self, search: Search, by_time: bool) -> Lanes:
        kind = search.metric.kind
        deep = kind != HORIZONTAL or self.job.own.geodetic
        lanes = new_lanes(search.other, search.own, deep, by_time)
        self._tasks.run(
            lambda blocks: fill_lanes(search.other, kind, lanes, *blocks),
            ranges(lanes.first.size, FILL_ROWS // LANES),
        )
        return lanes

    def _new_scratch(self) -> Scratch:
        search = self.search()
        rows = search.other.begin.size
        slabs = int(np.diff(search.own.start).max(initial=1))
        group = min(MOST_GROUP, max(LEAST_GROUP, GROUP_PLACES // max(rows, 1)))
        return Scratch(
            np.empty((LOWER + slabs, LANES), np.float32),
            np.zeros((GATHERED, LANES + slabs)),
            np.empty((WANTED, LANES + slabs), np.int64),
            new_passages(search.own.begin.dtype, LANES + slabs),
            np.empty((group, rows), np.int32),
            np.empty(slabs),
            np.empty(LEADS + LANES * most_leads(search), lead_type(search.own.begin.dtype)),
            new_trials(search.own.begin.dtype),
        )

    def rows(self, listed: Listed) -> Found:
        """Return the closest approaches of pairs listed by own row, in their order."""
        counts = np.diff(listed.start)
        own = np.repeat(np.arange(listed.first, listed.first + counts.size), counts)
        if self.bands is not None or few_intervals(self.job, own.size):
            return self.merged(own, listed.other)
        search, lanes = self.search(), self.lanes()
        start = np.zeros(search.own.begin.size + 1, np.int64)
        start[listed.first : listed.first + counts.size + 1] = listed.start
        start[listed.first + counts.size + 1 :] = listed.start[-1]
        asked = Asked(start, listed.other)
        columns = new_columns(own.size, self.job.own.time.dtype, self.with_ratio)

        def work(rows: tuple[int, int]) -> None:
            first, last = rows
            part = slice(start[first], start[last])
            with self.scratch.one() as scratch:
                legs = approach_rows(
                    self.job, search, lanes, asked, first, last, scratch, part_of(columns, part)
                )
            self._tasks.count(part.stop - part.start, legs)

        cuts = np.searchsorted(listed.start, np.arange(0, own.size + TASK_PAIRS, TASK_PAIRS))
        cuts = np.unique(np.minimum(cuts, counts.size)) + listed.first
        self._tasks.run(work, list(pairwise([listed.first, *cuts[cuts > listed.first].tolist()])))
        return Found(own, listed.other, columns)

    def pairs(self, own: NDArray[np.int64], other: NDArray[np.int64]) -> Found:
        """Return the closest approaches of a list of pairs, in its order."""
        if self.bands is not None or few_intervals(self.job, own.size):
            return self.merged(own, other)
        search = self.search()
        rows, others = search.own.begin.size, search.other.begin.size
        if own.size * CROWDED > rows * others:
            return self._by_rows(own, other, rows, others)
        columns = new_columns(own.size, self.job.own.time.dtype, self.with_ratio)

        def work(pairs: tuple[int, int]) -> None:
            part = slice(*pairs)
            with self.scratch.one() as scratch:
                legs = approach_pairs(
                    self.job, search, own[part], other[part], scratch, part_of(columns, part)
                )
            self._tasks.count(part.stop - part.start, legs)

        self._tasks.run(work, ranges(own.size, TASK_PAIRS // 2))
        return Found(own, other, columns)

    def _by_rows(
        self, own: NDArray[np.int64], other: NDArray[np.int64], rows: int, others: int
    ) -> Found:
        """Return the closest approaches of a long list: each pair once by rows, then in its order.

        What is found does not depend on which of a pair is asked about.
        """
        one, two = (
            (np.minimum(own, other), np.maximum(own, other)) if self.job.single else (own, other)
        )
        order, seen = np.empty(own.size, np.int64), np.empty(others, np.int64)
        by_rows = ByRows(np.empty(rows + 1, np.int64), np.empty_like(order), np.empty_like(order))
        order_by_rows(one, two, order, seen, by_rows)
        place = by_rows.place
        found = self.rows(Listed(0, by_rows.start, by_rows.partner[: by_rows.start[-1]]))
        columns = [column[place] if column.size else column for column in found.columns]
        return Found(own, other, Columns._make(columns))

    def merged(self, own: NDArray[np.int64], other: NDArray[np.int64]) -> Found:
        """Return the closest approaches of a few pairs, from all their elementary intervals."""
        merge = Merge(self.job, self.bands, self.metric, self.with_ratio, self._tasks)
        return merge.of(own, other)


def most_leads(search: Search) -> int:
    """Return how many leads a pair can have: a slab has one, and one more for each further part."""
    sides = (search.own, search.other)
    parts = sum(int(np.diff(side.parts.row_start).max(initial=1)) for side in sides)
    return parts + int(np.diff(search.own.start).max(initial=1))


def part_of(columns: Columns, part: slice) -> Columns:
    """Return some of the rows, in the same memory."""
    return Columns._make(column[part] if column.size else column for column in columns)
