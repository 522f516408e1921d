"""The k closest others of each trajectory: a guess at how far they are, boxes, and chords."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from airprox_kernel.nearest import Contest, Ranking, nearest_rows
from airprox_kernel.reports import Columns

from ._arrow import plain
from ._buffers import as_numpy
from ._dense import Dense
from ._found import Found, append, new_columns, pick, value_of
from ._near import find_near
from ._tasks import Tasks

SAMPLE = 192
"""Rows that are looked at to learn how far the closest are."""
SHARE = 0.97
"""Share of the rows that the first guess should do for."""
FEW_ROWS = 1024
"""Fewer rows go through chords at once."""
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

    def __init__(
        self, dense: Dense, metric: str, k: int, ids: pa.Array, pairs: int, tasks: Tasks
    ) -> None:
        self._dense = dense
        self._pairs = pairs
        self._metric = metric
        self._k = k
        self._ranks = id_ranks(ids)
        self._tasks = tasks

    def of(self, rows: NDArray[np.int64]) -> Found:
        """Return the closest others of some rows, ascending; each row's best first."""
        if rows.size < FEW_ROWS:
            return self._through_chords(rows)
        sample = self._through_chords(rows[:: max(1, rows.size // SAMPLE)])
        return self._through_chords(rows) if sample.own.size == 0 else self._guess(rows, sample)

    def _guess(self, rows: NDArray[np.int64], sample: Found) -> Found:
        """Look within the distance that does for most rows of the sample; do the rest by chords."""
        last = sample.rank == self._k
        assert last is not None
        values = value_of(sample.columns, self._metric)[last]
        if values.size == 0:
            return self._through_chords(rows)
        return self._within(rows, float(np.quantile(values, SHARE)))

    def _within(self, rows: NDArray[np.int64], limit: float) -> Found:
        limit = min(limit, self._dense.limit)
        near = find_near(self._dense, limit, self._pairs, self._tasks)
        if near is None:
            return self._through_chords(rows)
        chosen = self._best(near, limit)
        counts = np.bincount(chosen.own, minlength=self._dense.job.own_identity.size)
        done = (counts >= self._k) | (limit == self._dense.limit)
        rest = self._through_chords(rows[~done[rows]])
        mine = np.zeros(done.size, np.bool_)
        mine[rows] = True
        return _sorted(
            append(
                [pick(chosen, np.flatnonzero((done & mine)[chosen.own])), rest],
                pick(rest, slice(0)),
            )
        )

    def _best(self, near: Found, limit: float) -> Found:
        """Return the first k others of each row among pairs nearer than the limit."""
        below = value_of(near.columns, self._metric) < limit
        near = pick(near, np.flatnonzero(below))
        if self._dense.job.single:
            back = near._replace(own=near.other, other=near.own)
            near = append([near, back], pick(near, slice(0)))
        value = value_of(near.columns, self._metric)
        order = np.lexsort((self._ranks[near.other], near.columns.time, value, near.own))
        near = pick(near, order)
        counts = np.bincount(near.own)
        rank = np.arange(1, near.own.size + 1) - np.repeat(np.cumsum(counts) - counts, counts)
        return pick(near._replace(rank=rank), np.flatnonzero(rank <= self._k))

    def _through_chords(self, rows: NDArray[np.int64]) -> Found:
        """Return the closest others of some rows by branch and bound."""
        dense, k = self._dense, self._k
        search, lanes = dense.chords()
        # Rows of about one time look at the same chords, one after another.
        rows = rows[np.argsort(search.own.begin[rows], kind="stable")]
        others = search.other.begin.size
        lengths = [np.empty((rows.size, k)) for _ in range(5)]
        ranking = Ranking(
            np.full((rows.size, k), -1, np.int64),
            lengths[0],
            np.zeros((rows.size, k), dense.job.own.time.dtype),
            *lengths[1:],
        )

        def work(first: int) -> None:
            last = min(first + ROWS, rows.size)
            contest = Contest(
                self._ranks,
                np.empty(others, np.int64),
                np.empty(others),
                np.empty(k),
                new_columns(1, dense.job.own.time.dtype, True),
            )
            with dense.scratch.one() as scratch:
                legs = nearest_rows(
                    dense.job, search, lanes, rows, first, last, contest, scratch, ranking
                )
            self._tasks.count((last - first) * others, legs)

        self._tasks.run(work, range(0, rows.size, ROWS))
        return _sorted(_ranked(rows, ranking, dense.with_ratio))


def _ranked(rows: NDArray[np.int64], ranking: Ranking, with_ratio: bool) -> Found:
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


def _sorted(found: Found) -> Found:
    assert found.rank is not None
    return pick(found, np.lexsort((found.rank, found.own)))
