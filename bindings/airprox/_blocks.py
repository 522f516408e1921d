"""A screening under way: blocks of rows small enough to hold, and what the receipt counts."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.job import Block

from ._account import write_receipt
from ._encounters import encounters_schema, encounters_table
from ._job import Plan, make_job, make_plan, make_reach, pair_up
from ._parallel import Progress, Stopped, run, thread_count
from ._search import Gathering, merge
from .errors import Cancelled
from .fleet import Fleet
from .minima import Minima
from .receipt import Receipt

UNLIMITED = 2**62
PIECE_BYTES = 512
"""Memory that a piece takes on its way to the table: the record, its sorted copy, the columns."""
LEAST_CAPACITY = 256
SMALL = 20_000
"""Fleets of fewer knots are screened in the calling thread: a second one would not pay."""


class Search:
    """One screening under way: the plan, and what the receipt counts."""

    def __init__(
        self,
        fleet: Fleet,
        minima: Minima,
        against: Fleet | None,
        same_id: str,
        window: tuple[Any, Any] | None,
        threads: int | None,
        progress: Progress | None,
        cancel: threading.Event | None,
        slab: float | None,
    ) -> None:
        self.seconds: dict[str, float] = {}
        self._threads = thread_count(threads)
        self._progress = progress
        self._cancel = cancel
        self._minima = minima
        with self._timed("prepare"):
            self._sides = pair_up(fleet, against)
            job = make_job(self._sides, minima, same_id, window)
            self._plan = make_plan(job, make_reach(minima, self._sides), slab)
        self._window = (None, None) if window is None else tuple(window)
        self.schema = encounters_schema(self._sides, minima)
        self.encounters = 0
        self._pairs_in_conflict = self._visits = self._legs = 0
        self._tasks_done = self._tasks = 0
        self._finished = False

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[phase] = self.seconds.get(phase, 0.0) + time.perf_counter() - start

    def tables(self, capacity: int) -> Iterator[pa.Table]:
        """Yield the table of encounters in parts that have at most about `capacity` pieces."""
        blocks = [self._plan.job.block]
        while blocks:
            block = blocks.pop()
            plan = self._plan._replace(job=self._plan.job._replace(block=block))
            is_one_pair = _rows(block) == (1, 1)
            harvest = self._harvest(plan, UNLIMITED if is_one_pair else capacity)
            if harvest.weights is not None:
                blocks.extend(reversed(_split(block, harvest.weights, capacity // 2)))
                continue
            with self._timed("assemble"):
                pieces = merge(harvest.pieces, plan)
                table = encounters_table(pieces, plan.job, self._sides, self._minima)
                self.encounters += table.num_rows
                self._pairs_in_conflict += _count_pairs(table)
            self._finished = not blocks
            yield table

    def batches(self, batch_bytes: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the table in record batches."""
        capacity = max(LEAST_CAPACITY, batch_bytes // (PIECE_BYTES * (self._threads + 1)))
        for table in self.tables(capacity):
            yield from table.to_batches(max_chunksize=capacity)

    def _harvest(self, plan: Plan, capacity: int) -> Gathering:
        """Search one block; the chunks are the tasks."""
        gathering = Gathering(plan, capacity)
        chunks = plan.chunk_start.size - 1
        self._tasks += chunks
        threads = self._threads if plan.job.own.time.size > SMALL else 1
        with self._timed("search"):
            try:
                run(gathering.search, range(chunks), threads, self._reporter(), self._cancel)
            except Stopped as stop:
                self._take(gathering, stop.done)
                raise Cancelled(
                    f"cancelled after {self._tasks_done} of {self._tasks} parts of the work",
                    self.receipt(),
                ) from None
        self._take(gathering, chunks)
        return gathering

    def _take(self, gathering: Gathering, chunks: int) -> None:
        self._tasks_done += chunks
        self._visits += gathering.pair_visits
        self._legs += gathering.legs_tested

    def _reporter(self) -> Progress | None:
        """Return `progress` for one block, counted over all blocks known so far."""
        progress, before, tasks = self._progress, self._tasks_done, self._tasks
        if progress is None:
            return None
        return lambda done, _: progress(before + done, tasks)

    def receipt(self) -> Receipt:
        """Return the account of the work so far."""
        return write_receipt(
            self._plan.job,
            self._sides,
            self._minima,
            finished=self._finished,
            pairs_in_conflict=self._pairs_in_conflict,
            encounters=self.encounters,
            window=self._window,
            threads=self._threads,
            pair_visits=self._visits,
            legs_tested=self._legs,
            seconds=dict(self.seconds),
        )


def _rows(block: Block) -> tuple[int, int]:
    return block.own_last - block.own_first, block.other_last - block.other_first


def _split(block: Block, weights: NDArray[np.int64], target: int) -> list[Block]:
    """Return the block in parts of about `target` pieces: runs of own rows, or of other rows.

    There are always at least two parts, so that splitting again and again comes to an end.
    """
    own_rows, _ = _rows(block)
    first, last = block[:2] if own_rows > 1 else block[2:]
    before = np.cumsum(weights[first:last]) - weights[first:last]
    target = max(1, min(target, int(weights[first:last].sum()) // 2))
    starts = first + np.flatnonzero(np.diff(before // target, prepend=-1))
    # A row that is heavier than the target stands alone, so that it can be split further.
    heavy = first + np.flatnonzero(weights[first:last] > target)
    edges = np.unique(np.concatenate([starts, heavy, heavy + 1, [first, last]])).tolist()
    parts = pairwise(edges)
    if own_rows > 1:
        return [block._replace(own_first=a, own_last=b) for a, b in parts]
    return [block._replace(other_first=a, other_last=b) for a, b in parts]


def _count_pairs(table: pa.Table) -> int:
    """Return the number of different pairs in a table that is sorted by pair."""
    own, other = table["own_row"].to_numpy(), table["other_row"].to_numpy()
    if own.size == 0:
        return 0
    return 1 + int(np.count_nonzero((np.diff(own) != 0) | (np.diff(other) != 0)))
