"""A search for closest approaches under way: what is asked, in which way, and its receipt."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._account import write_receipt
from ._approach_request import METRICS, Request, check
from ._counts import Counts, count_pairs
from ._dense import Dense
from ._found import Found, append, empty_found, found_schema, found_table, new_columns, that_met
from ._job import make_case, pair_up
from ._listing import list_block
from ._near import find_near
from ._nearest import Nearest
from ._pairs import (
    PAIR_BYTES,
    Pairs,
    check_number,
    find_pairs,
    pair_limit,
    without_exempt,
)
from ._parallel import Stopped
from ._tasks import Tasks
from .errors import Cancelled
from .minima import Minima
from .receipt import Receipt

NO_MINIMA = Minima(horizontal=1e6, vertical=1e6)
"""Stands in where none are given; its ratio is not reported."""
MEETINGS = 4
"""Boxes that meet, for each row of a batch: what both take is about the same."""
BLOCK_PAIRS = 2_000_000
"""Pairs that are computed before those that are not near enough are let go: 100 MB."""


class ApproachSearch:
    """One search under way, and what its receipt counts."""

    def __init__(self, request: Request) -> None:
        self._request = check(request)
        self._tasks = Tasks(request.threads, request.progress, request.cancel)
        with self._tasks.timed("prepare"):
            self._sides = pair_up(request.fleet, request.against)
            minima = NO_MINIMA if request.minima is None else request.minima
            case = make_case(self._sides, minima, request.same_id, request.window, None)
            limit = np.inf if request.within is None else float(request.within)
            self._dense = Dense(
                case, METRICS[request.metric], limit, request.minima is not None, self._tasks
            )
            self._job = self._dense.job
        self._counts: Counts | None = None
        self.schema = found_schema(self._sides, request.minima, request.nearest is not None)
        self._asked = self._apart = self._reported = 0
        self._finished = False
        self._asked_pairs: Pairs | None = None

    @property
    def _pairs(self) -> int:
        """The number of pairs that share an instant and are not exempt."""
        if self._counts is None:
            self._counts = count_pairs(self._job)
        return self._counts.common - sum(self._counts.exempt.values())

    def table(self, max_pairs: int | None) -> pa.Table:
        """Return the whole result; raises `TooManyPairs`."""
        limit = pair_limit(max_pairs)
        request = self._request
        if request.nearest is not None:
            others = max(len(self._sides.other) - self._sides.single, 0)
            check_number(len(self._sides.own) * min(request.nearest, others), limit)
        elif request.within is None and request.pairs is None:
            check_number(self._pairs, limit)
        self._take_pairs(limit)
        rows = len(self._sides.own) if self._asked_pairs is None else self._asked_pairs.own.size
        with self._cancellable():
            found = self._search(0, rows, limit)
        with self._tasks.timed("assemble"):
            table = found_table(found, self._sides, self.schema)
        self._finished = True
        return table

    def batches(self, batch_bytes: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the table in record batches, in its order."""
        capacity = max(1, batch_bytes // PAIR_BYTES)
        self._take_pairs(None)
        for found in self._parts(capacity):
            with self._tasks.timed("assemble"):
                table = found_table(found, self._sides, self.schema)
            yield from table.to_batches(max_chunksize=capacity)
        self._finished = True

    def _parts(self, capacity: int) -> Iterator[Found]:
        """Yield what is found in parts of about `capacity` rows, or all of it where that is less.

        What comes within a distance is looked for at once, as far as the boxes that meet fit.
        """
        request = self._request
        if request.within is not None and request.nearest is None and request.pairs is None:
            with self._cancellable():
                near = self._near_by_boxes(MEETINGS * capacity)
            if near is not None:
                self._reported += near.own.size
                yield near
                return
        for first, last in self._blocks(capacity):
            with self._cancellable():
                found = self._search(first, last, None)
            yield found

    def _take_pairs(self, limit: int | None) -> None:
        """Look up the pairs that are asked for."""
        if self._request.pairs is not None:
            asked = find_pairs(self._sides, self._request.pairs, limit)
            self._asked = asked.own.size
            self._asked_pairs = without_exempt(self._job, asked)

    def _blocks(self, capacity: int) -> list[tuple[int, int]]:
        """Return runs of own rows, or of pairs asked for, with about `capacity` results at most."""
        if self._asked_pairs is None:
            return self._cuts(0, len(self._sides.own), capacity)
        size = self._asked_pairs.own.size
        return [(first, min(first + capacity, size)) for first in range(0, size, capacity)]

    def _cuts(self, first: int, last: int, capacity: int) -> list[tuple[int, int]]:
        """Return runs of own rows with about `capacity` results, or one row, at most."""
        nearest = self._request.nearest
        weight = self._partners() if nearest is None else np.full(last, nearest, np.int64)
        before = np.cumsum(weight[first:last]) - weight[first:last]
        starts = (first + np.flatnonzero(np.diff(before // capacity, prepend=-1))).tolist()
        return list(zip(starts, [*starts[1:], last], strict=False))

    def _partners(self) -> NDArray[np.int64]:
        """Return at least how many others each own row shares an instant with."""
        own, other = self._dense.spans[0], self._dense.spans[-1]
        start, end = np.sort(other.begin), np.sort(other.end)
        before = np.searchsorted(end, own.begin, side="left")
        after = other.begin.size - np.searchsorted(start, own.end, side="right")
        return np.maximum(other.begin.size - before - after, 0)

    @contextmanager
    def _cancellable(self) -> Iterator[None]:
        try:
            with self._tasks.timed("search"):
                yield
        except Stopped:
            raise Cancelled(
                f"cancelled after {self._tasks.done} of {self._tasks.total} parts of the work",
                self.receipt(),
            ) from None

    def _search(self, first: int, last: int, limit: int | None) -> Found:
        """Return what is found for own rows, or pairs asked for, [first, last)."""
        request = self._request
        if self._asked_pairs is not None:
            own, other = (rows[first:last] for rows in self._asked_pairs)
            found = self._count(self._dense.pairs(own, other), own.size)
        elif request.nearest is not None:
            rows = np.arange(first, last)
            nearest = Nearest(
                self._dense,
                request.nearest,
                self._sides.other.ids,
                self._pairs,
                self._tasks,
            )
            found = that_met(nearest.of(rows), request.within, request.metric)
        elif request.within is not None:
            found = self._near(first, last, limit)
        else:
            listed = list_block(self._job, self._dense.spans, first, last)
            found = self._count(self._dense.rows(listed), listed.other.size)
        self._reported += found.own.size
        return found

    def _count(self, found: Found, listed: int) -> Found:
        met = that_met(found, None, self._request.metric)
        self._apart += listed - met.own.size
        return that_met(met, self._request.within, self._request.metric)

    def _near(self, first: int, last: int, limit: int | None) -> Found:
        """Return what is nearer than `within`: by boxes, or block by block through chords."""
        dense, request = self._dense, self._request
        if limit is not None:  # for the table; for batches, boxes have been tried
            near = self._near_by_boxes(np.inf)
            if near is not None:
                return self._limited([near], limit)
        found: list[Found] = []
        for begin, end in self._cuts(first, last, BLOCK_PAIRS):
            listed = list_block(self._job, dense.spans, begin, end)
            found.append(that_met(dense.rows(listed), request.within, request.metric))
            self._limited(found, limit)
        return self._limited(found, limit)

    def _near_by_boxes(self, most: float) -> Found | None:
        """Return all that is nearer than `within`; None where boxes are not the way."""
        dense, request = self._dense, self._request
        near = find_near(dense, dense.limit, 0, self._pairs, self._tasks, most)
        return None if near is None else that_met(near, request.within, request.metric)

    def _limited(self, found: list[Found], limit: int | None) -> Found:
        if limit is not None:
            check_number(sum(part.own.size for part in found), limit)
        return append(found, self._empty())

    def _empty(self) -> Found:
        request = self._request
        columns = new_columns(0, self._job.own.time.dtype, request.minima is not None)
        return empty_found(columns, request.nearest is not None)

    def receipt(self) -> Receipt:
        """Return the account of the work so far."""
        return self.account()()

    def account(self) -> Callable[[], Receipt]:
        """Return what makes the receipt of the work so far; it keeps nothing that was worked in."""
        request, tasks = self._request, self._tasks
        pruned = request.within is not None or request.nearest is not None
        known, minima = self._counts, request.minima
        asked = None if request.pairs is None else self._asked
        found: dict[str, Any] = {
            "finished": self._finished,
            "pairs_in_conflict": None,
            "encounters": None,
            "pairs_apart": None if pruned else self._apart,
            "pairs_reported": self._reported,
            "window": (None, None) if request.window is None else tuple(request.window),
            "threads": tasks.threads,
            "pair_visits": tasks.pair_visits,
            "legs_tested": tasks.legs_tested,
            "seconds": dict(tasks.seconds),
        }
        job, sides = self._job, self._sides

        def write() -> Receipt:
            counts = known or count_pairs(job)
            pairs = counts.common if asked is None else asked
            return write_receipt(job, sides, minima, counts=counts, pairs_asked=pairs, **found)

        return write
