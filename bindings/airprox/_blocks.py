"""A screening under way: blocks of rows small enough to hold, and what the receipt counts."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.job import Block

from ._account import write_receipt
from ._aftermath import finish
from ._arrow import joined
from ._buffers import as_numpy
from ._encounters import encounters_schema, encounters_table
from ._job import make_case, pair_up
from ._levels import AnyMinima, as_levels
from ._parallel import Progress, Stopped, run, thread_count
from ._plan import Plan, make_plan, plans_of_block
from ._search import Gathering, merge
from .errors import Cancelled
from .fleet import Fleet
from .receipt import Receipt
from .rules import Rules

UNLIMITED = 2**62
PIECE_BYTES = 512
"""Memory that a piece takes on its way to the table: the record, its sorted copy, the columns."""
LEAST_CAPACITY = 256
SMALL = 20_000
"""Fleets of fewer knots are screened in the calling thread: a second one would not pay."""


class Request(NamedTuple):
    """The arguments of a screening, as `screen` documents them."""

    fleet: Fleet
    minima: AnyMinima
    against: Fleet | None
    same_id: str
    rules: Rules | None
    window: tuple[Any, Any] | None
    threads: int | None
    progress: Progress | None
    cancel: threading.Event | None
    skip_diverging: bool
    slab: float | None


class Search:
    """One screening under way: the plan, and what the receipt counts."""

    def __init__(self, request: Request) -> None:
        self.seconds: dict[str, float] = {}
        self._request = request
        self._threads = thread_count(request.threads)
        with self._timed("prepare"):
            self._levels = as_levels(request.minima)
            self._sides = pair_up(request.fleet, request.against)
            case = make_case(
                self._sides, request.minima, request.same_id, request.window, request.rules
            )
            plan = make_plan(case.job, case.reach, request.slab)
            self._plan = plan._replace(variations=case.variations)
        uncertain = case.variations is not None and case.variations.uncertain
        self.schema = encounters_schema(self._sides, self._levels, uncertain)
        self.encounters = 0
        self._by_level = np.zeros(len(self._levels.tables), np.int64)
        self._pairs_in_conflict = self._diverging = self._visits = self._legs = 0
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
            is_one_pair = _rows(block) == (1, 1)
            harvest = self._harvest(
                plans_of_block(self._plan, block), UNLIMITED if is_one_pair else capacity
            )
            if harvest.weights is not None:
                blocks.extend(reversed(_split(block, harvest.weights, capacity // 2)))
                continue
            with self._timed("assemble"):
                plan = self._plan
                found = finish(merge(harvest.pieces, plan), plan, self._request.skip_diverging)
                table = encounters_table(found, plan.job, self._sides, self._levels, self.schema)
                self.encounters += table.num_rows
                self._by_level += np.bincount(found.pieces["level"], minlength=self._by_level.size)
                self._diverging += found.diverging
                self._pairs_in_conflict += _count_pairs(table)
            self._finished = not blocks
            yield table

    def batches(self, batch_bytes: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the table in record batches."""
        capacity = max(LEAST_CAPACITY, batch_bytes // (PIECE_BYTES * (self._threads + 1)))
        for table in self.tables(capacity):
            yield from table.to_batches(max_chunksize=capacity)

    def _harvest(self, plans: list[Plan], capacity: int) -> Gathering:
        """Search one block."""
        gathering = Gathering(plans, capacity)
        self._tasks += len(gathering.tasks)
        threads = self._threads if self._plan.job.own.time.size > SMALL else 1
        with self._timed("search"):
            try:
                run(
                    gathering.search,
                    gathering.tasks,
                    threads,
                    self._reporter(),
                    self._request.cancel,
                )
            except Stopped as stop:
                self._take(gathering, stop.done)
                raise Cancelled(
                    f"cancelled after {self._tasks_done} of {self._tasks} parts of the work",
                    self.receipt(),
                ) from None
        self._take(gathering, len(gathering.tasks))
        return gathering

    def _take(self, gathering: Gathering, chunks: int) -> None:
        self._tasks_done += chunks
        self._visits += gathering.pair_visits
        self._legs += gathering.legs_tested

    def _reporter(self) -> Progress | None:
        """Return `progress` for one block, counted over all blocks known so far."""
        progress, before, tasks = self._request.progress, self._tasks_done, self._tasks
        if progress is None:
            return None
        return lambda done, _: progress(before + done, tasks)

    def receipt(self) -> Receipt:
        """Return the account of the work so far."""
        window = self._request.window
        return write_receipt(
            self._plan.job,
            self._sides,
            self._request.minima,
            finished=self._finished,
            pairs_in_conflict=self._pairs_in_conflict,
            encounters=self.encounters,
            encounters_by_level=self._counts_by_level(),
            diverging_skipped=self._diverging,
            window=(None, None) if window is None else tuple(window),
            threads=self._threads,
            pair_visits=self._visits,
            legs_tested=self._legs,
            seconds=dict(self.seconds),
        )

    def _counts_by_level(self) -> dict[str, int]:
        names = self._levels.names or ()
        return dict(zip(names, self._by_level.tolist(), strict=False))


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
    own, other = (as_numpy(joined(table[name])) for name in ("own_row", "other_row"))
    if own.size == 0:
        return 0
    return 1 + int(np.count_nonzero((np.diff(own) != 0) | (np.diff(other) != 0)))
