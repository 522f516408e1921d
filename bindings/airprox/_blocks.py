"""A screening under way: blocks of rows small enough to hold, and what the receipt counts."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.job import Block
from airprox_kernel.pieces import PieceArray

from ._account import write_receipt
from ._aftermath import Encounters, finish
from ._basket import merge
from ._buffers import as_arrow
from ._encounters import encounters_schema, encounters_table
from ._job import Case, make_case, pair_up
from ._levels import AnyMinima, as_levels
from ._parallel import Progress, Stopped, run, thread_count
from ._plan import Plan, is_small, make_plan, plans_of_block
from ._search import Gathering
from ._stopwatch import Timed
from .errors import Cancelled
from .fleet import Fleet
from .receipt import Receipt
from .rules import Rules

if TYPE_CHECKING:
    from ._edges import Edges

UNLIMITED = 2**62
PIECE_BYTES = 512
"""Memory that a piece takes on its way to the table: the record, its sorted copy, the columns."""
LEAST_CAPACITY = 256


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
    exact_edges: bool
    slab: float | None


class Search:
    """One screening under way: the plan, and what the receipt counts."""

    def __init__(self, request: Request) -> None:
        self.seconds: dict[str, float] = {}
        self._request = request
        self._threads = thread_count(request.threads)
        with Timed(self.seconds, "prepare"):
            self._levels = as_levels(request.minima)
            self._sides = pair_up(request.fleet, request.against)
            case = make_case(
                self._sides, request.minima, request.same_id, request.window, request.rules
            )
            self._edges = self._make_edges(case) if request.exact_edges else None
            if self._edges is not None:
                case = case._replace(reach=self._edges.reach)
            self._plan = make_plan(case, self._sides.paces, request.slab)
        uncertain = case.variations is not None and case.variations.uncertain
        self.schema = encounters_schema(self._sides, self._levels, uncertain)
        self.encounters = 0
        self._by_level = np.zeros(len(self._levels.tables), np.int64)
        self._pairs_in_conflict = self._diverging = self._visits = self._legs = 0
        self._tasks_done = self._tasks = 0
        self._sweeps = Counter[str]()
        self._finished = False
        self._verified: int | None = None

    def _make_edges(self, case: Case) -> "Edges":
        # Loaded where asked for: exact arithmetic takes a module that nothing else needs.
        from ._edges import Edges

        return Edges(case, self._levels, self._sides)

    def tables(self, capacity: int) -> Iterator[pa.Table]:
        """Yield the table of encounters in parts that have at most about `capacity` pieces."""
        blocks = [self._plan.job.block]
        while blocks:
            block = blocks.pop()
            is_one_pair = _rows(block) == (1, 1)
            plans = self._plans_of(block)
            harvest = self._harvest(plans, UNLIMITED if is_one_pair else capacity)
            if harvest.weights is not None:
                blocks.extend(reversed(_split(block, harvest.weights, capacity // 2)))
                continue
            with Timed(self.seconds, "assemble"):
                found, table = self._assemble(merge(harvest.pieces, self._plan.time_kind))
                self.encounters += table.num_rows
                self._count_levels(found)
                self._diverging += found.diverging
                self._pairs_in_conflict += count_pairs_of(found)
            self._finished = not blocks
            yield table

    def verify(self, table: pa.Table) -> None:
        """Hold the whole table to the exact test of pairs; raises `VerificationFailed`."""
        from ._verification import Verification

        block = self._plan.job.block
        (plan,) = self._plans_of(block)
        check = Verification(plan, table, lambda found: self._assemble(found)[1])
        self._finished = False
        with Timed(self.seconds, "verify"):
            self._run(check.test, check.tasks, self._threads)
        self._finished = True
        self._verified = check.keys.size

    def _plans_of(self, block: Block) -> list[Plan]:
        """Return the plans of a block, as it is searched; of everything there is one."""
        plans = plans_of_block(self._plan, block)
        if self._edges is None:
            return plans
        return [plan._replace(job=self._edges.widened(plan.job)) for plan in plans]

    def _assemble(self, pieces: PieceArray) -> tuple[Encounters, pa.Table]:
        """Return the encounters that merged pieces are, and the table of them."""
        if self._edges is not None:
            pieces = self._edges.settle(pieces)
        found = finish(pieces, self._plan, self._request.skip_diverging)
        own_row, other_row = as_arrow(found.own_row), as_arrow(found.other_row)
        ids = self._sides.own.ids.take(own_row), self._sides.other.ids.take(other_row)
        return found, encounters_table(found, ids, self._levels, self.schema)

    def batches(self, batch_bytes: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the table in record batches."""
        capacity = max(LEAST_CAPACITY, batch_bytes // (PIECE_BYTES * (self._threads + 1)))
        for table in self.tables(capacity):
            batches = table.to_batches(max_chunksize=capacity)
            # Complete is what has been handed over, not what lies here waiting to be.
            is_last, self._finished = self._finished, False
            yield from batches[:-1]
            self._finished = is_last
            yield from batches[-1:]

    def _harvest(self, plans: list[Plan], capacity: int) -> Gathering:
        """Search one block."""
        gathering = Gathering(plans, capacity)
        threads = 1 if is_small(self._plan.job) else self._threads
        with Timed(self.seconds, "search"):
            self._run(gathering.search, gathering.tasks, threads, gathering)
        return gathering

    def _run(
        self,
        work: Callable[[Any], object],
        tasks: Sequence[Any],
        threads: int,
        gathering: Gathering | None = None,
    ) -> None:
        """Do tasks, and take in what they count; raises `Cancelled` with the receipt so far."""
        self._tasks += len(tasks)
        done = len(tasks)
        try:
            run(work, tasks, threads, self._reporter(), self._request.cancel)
        except Stopped as stop:
            done = stop.done
        self._tasks_done += done
        if gathering is not None:
            self._visits += gathering.pair_visits
            self._legs += gathering.legs_tested
            self._sweeps += gathering.sweeps
        if done < len(tasks):
            raise Cancelled(
                f"cancelled after {self._tasks_done} of {self._tasks} parts of the work",
                self.receipt(),
            )

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
            tasks=dict(sorted(self._sweeps.items())),
            pairs_verified=self._verified,
            seconds=dict(self.seconds),
        )

    def _count_levels(self, found: Encounters) -> None:
        if self._levels.names is not None:
            self._by_level += np.bincount(found.pieces["level"], minlength=self._by_level.size)

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


def count_pairs_of(found: Encounters) -> int:
    """Return the number of different pairs of encounters that are sorted by pair."""
    own, other = found.own_row, found.other_row
    changes = (own[1:] != own[:-1]) | (other[1:] != other[:-1])
    return int(np.count_nonzero(changes)) + (own.size > 0)
