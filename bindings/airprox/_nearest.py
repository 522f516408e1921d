"""The k closest others of each trajectory: a guess at how far they are, boxes, and chords."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from airprox_kernel.nearest import Contest, nearest_rows
from airprox_kernel.ranking import Ranking, rank_pairs
from airprox_kernel.reports import Columns

from ._arrow import plain
from ._buffers import as_numpy
from ._dense import Dense
from ._found import Found, new_columns
from ._near import find_near
from ._tasks import Tasks, ranges

SAMPLE = 192
"""Rows that are looked at to learn how far the closest are."""
SHARE = 0.995
"""Share of the rows that the first guess should do for."""
LEAST_GUESS = 1e-3
"""Metres, or a ratio: who meets somebody exactly is found within more than nothing."""
FEW_ROWS = 1024
"""Fewer rows go through chords at once."""
WHOLE = 8
"""So does less than this fraction of all rows: boxes are made for all of them."""
MOST = 64
"""And so do more closest others than this: ceilings are looked through one by one."""
ROWS = 32
"""Rows per task of a thread: some 5 ms."""


def id_ranks(ids: pa.Array) -> NDArray[np.int64]:
    """Return the place of each id in their order."""
    storage = plain(pa.chunked_array([ids])).combine_chunks()
    order = as_numpy(pc.call_function("sort_indices", [storage]).cast(pa.int64()))
    ranks = np.empty(len(ids), np.int64)
    ranks[order] = np.arange(len(ids))
    return ranks


class Nearest:
    """The k closest others of rows of a job."""

    def __init__(self, dense: Dense, k: int, ids: pa.Array, pairs: int, tasks: Tasks) -> None:
        self._dense = dense
        self._pairs = pairs
        self._k = k
        self._order = id_ranks(ids)
        self._tasks = tasks

    def of(self, rows: NDArray[np.int64]) -> Found:
        """Return the closest others of some rows, ascending; each row's best first."""
        everybody = self._dense.job.own_identity.size
        ranking = None
        if rows.size >= max(FEW_ROWS, everybody // WHOLE) and self._k <= MOST:
            ranking = self._through_boxes(rows)
        if ranking is None:
            ranking = self._one_by_one(rows)
        return _ranked(rows, ranking, self._dense.with_ratio)

    def _one_by_one(self, rows: NDArray[np.int64]) -> Ranking:
        in_bands = self._dense.bands is not None
        return self._among_all(rows) if in_bands else self._through_chords(rows)

    def _through_boxes(self, rows: NDArray[np.int64]) -> Ranking | None:
        """Look within the distance that does for most rows of a sample; do the rest by chords."""
        dense = self._dense
        sample = self._one_by_one(rows[:: max(1, rows.size // SAMPLE)])
        values = sample.value[sample.partner[:, -1] >= 0, -1]
        if values.size == 0:
            return None
        limit = min(max(float(np.quantile(values, SHARE)), LEAST_GUESS), dense.limit)
        k = self._k if dense.bands is None else 0
        near = find_near(dense, limit, k, self._pairs, self._tasks)
        if near is None:
            return None
        ranking = self._new_ranking(dense.job.own_identity.size)
        rank_pairs(near.columns, near.own, near.other, dense.metric, dense.job.single, ranking)
        ranking = _rows_of(ranking, rows)
        if limit < dense.limit:
            rest = np.flatnonzero(~(ranking.value[:, -1] < limit))
            more = self._one_by_one(rows[rest])
            for column, values in zip(_columns(ranking), _columns(more), strict=True):
                column[rest] = values
        return ranking

    def _among_all(self, rows: NDArray[np.int64]) -> Ranking:
        """Return the closest others of some rows, all of whose pairs are computed."""
        dense, job = self._dense, self._dense.job
        own, other = dense.spans[0], dense.spans[-1]
        ranking = self._new_ranking(job.own_identity.size)
        for row in rows.tolist():
            met = np.maximum(own.begin[row], other.begin) <= np.minimum(own.end[row], other.end)
            others = np.flatnonzero(met & (job.other_identity != job.own_identity[row]))
            found = dense.merged(np.full(others.size, row), others)
            rank_pairs(found.columns, found.own, found.other, dense.metric, False, ranking)
        return _rows_of(ranking, rows)

    def _through_chords(self, rows: NDArray[np.int64]) -> Ranking:
        """Return the closest others of some rows by branch and bound."""
        dense, k = self._dense, self._k
        search, lanes = dense.search(), dense.lanes(by_time=True)
        # Rows of about one time look at the same chords, one after another.
        order = np.argsort(search.own.begin[rows], kind="stable")
        asked = rows[order]
        ranking = self._new_ranking(rows.size)

        def work(span: tuple[int, int]) -> None:
            part = slice(*span)
            others = search.other.begin.size
            judged = new_columns(1, dense.job.own.time.dtype, True)
            contest = Contest(np.empty(others, np.int64), np.empty(others), np.empty(k), judged)
            some = _rows_of(ranking, part)
            with dense.scratch.one() as scratch:
                legs = nearest_rows(dense.job, search, lanes, asked[part], contest, scratch, some)
            self._tasks.count((part.stop - part.start) * others, legs)

        self._tasks.run(work, ranges(rows.size, ROWS))
        return _rows_of(ranking, np.argsort(order))

    def _new_ranking(self, rows: int) -> Ranking:
        """Return a ranking of nobody."""
        shape = (rows, self._k)
        time = np.zeros(shape, self._dense.job.own.time.dtype)
        horizontal, vertical, slant, ratio = (np.empty(shape) for _ in range(4))
        nobody, never = np.full(shape, -1, np.int64), np.full(shape, np.inf)
        return Ranking(nobody, never, time, horizontal, vertical, slant, ratio, self._order)


def _columns(ranking: Ranking) -> tuple[NDArray, ...]:
    """Return what has a row for each row asked about."""
    return ranking[:-1]


def _rows_of(ranking: Ranking, rows: NDArray[np.int64] | slice) -> Ranking:
    """Return some of the rows."""
    return Ranking._make([*(column[rows] for column in _columns(ranking)), ranking.order])


def _ranked(rows: NDArray[np.int64], ranking: Ranking, with_ratio: bool) -> Found:
    """Return what is ranked, row by row."""
    filled = ranking.partner >= 0
    ratio = ranking.ratio[filled]
    columns = Columns(
        ranking.time[filled],
        ranking.horizontal[filled],
        ranking.vertical[filled],
        ranking.slant[filled],
        ratio if with_ratio else ratio[:0],
        ratio[:0],
    )
    place, rank = np.nonzero(filled)
    return Found(rows[place], ranking.partner[filled], columns, rank.astype(np.int64) + 1)
