"""The search: chunks of slabs to merged pieces, one chunk a task."""

import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.boxes import Boxes, Places, Side, fill_boxes
from airprox_kernel.broad import Candidates, Found, find_candidates
from airprox_kernel.chunks import Chunk
from airprox_kernel.encounters import merge_pieces, order_pieces
from airprox_kernel.narrow import find_pieces
from airprox_kernel.pieces import PieceArray, piece_type

from ._job import Plan

BUFFER = 32_768
"""Candidates, and pieces, that one call of a kernel may write: some 10 ms of work."""
WIDTH_SAMPLE = 512
ROOM = 0.9
"""The widest box of the sample, in cells: unseen ones may be a little wider."""
WIDEST = 2.5
"""The widest box of the finest level, in typical ones."""


class Harvest(NamedTuple):
    """What one chunk gave, and the counts of work."""

    pieces: PieceArray
    """Its pieces, merged; none where there were too many of them to keep."""
    weights: NDArray[np.int64] | None
    """Where there were too many: how many each row had, own rows or (of one own row) others."""
    pair_visits: int
    legs_tested: int


def make_boxes(plan: Plan, index: int) -> tuple[Boxes, Places]:
    """Return the boxes of one chunk."""
    job = plan.job
    chunk = chunk_of(plan, index)
    own = plan.own_boxes[chunk.first : chunk.last]
    other = plan.other_boxes[chunk.first : chunk.last]
    start = np.zeros(own.size + 1, np.int64)
    np.cumsum(own + other, out=start[1:])
    middle = start[:-1] + own
    bounds = np.empty((start[-1], 8), np.float32)
    places = Places(np.empty(start[-1], np.int32), np.empty(start[-1], np.int64))
    own_side = Side(job.own, job.limits.own_category, plan.own_presence)
    sides = [(own_side, plan.own_roll, start[:-1])]
    if not job.single:
        other_side = Side(job.other, job.limits.other_category, plan.other_presence)
        sides.append((other_side, plan.other_roll, middle))
    for side, roll, cursor in sides:
        parts = roll.part[roll.start[index] : roll.start[index + 1]]
        fill_boxes(side, job.slabs, chunk, parts, plan.reach, cursor.copy(), bounds, places)
    return Boxes(bounds, start, middle), places


def chunk_of(plan: Plan, index: int) -> Chunk:
    """Return the slabs of one chunk."""
    return Chunk(int(plan.chunk_start[index]), int(plan.chunk_start[index + 1]))


def cell_scale(bounds: NDArray[np.float32]) -> float:
    """Return 1 / (width of the grid's finest cells), from a sample of the boxes.

    Wider boxes go to coarser levels, so one giant box costs the others no more than a look. Boxes
    of usual traffic are alike and share one level, with cells as wide as the widest.
    """
    sample = bounds[:: max(1, len(bounds) // WIDTH_SAMPLE)]
    width = (sample[:, 4:7] - sample[:, 0:3]).max(axis=1).astype(np.float64)
    return ROOM / min(float(width.max()), WIDEST * float(np.median(width)))


def search_chunk(plan: Plan, index: int, capacity: int) -> Harvest:
    """Return the merged pieces of one chunk, or only their number by row if over `capacity`."""
    boxes, places = make_boxes(plan, index)
    chunk = chunk_of(plan, index)
    scale = cell_scale(boxes.bounds)
    out = _candidates(max(BUFFER, int(np.diff(boxes.start).max())))
    basket = _Basket(plan, capacity)
    visits = legs = 0
    since = Found(chunk.first, 0, 0)
    while since.slab < chunk.last:
        since = find_candidates(plan.job, boxes, places, chunk, scale, since, out)
        visits += since.pairs
        legs += _narrow(plan, places, out, since.pairs, basket)
    return Harvest(merge(basket.found, plan), basket.weights, visits, legs)


class _Basket:
    """Pieces found so far; once they are more than `capacity`, only their number by row."""

    def __init__(self, plan: Plan, capacity: int) -> None:
        self._plan = plan
        self._capacity = capacity
        self._size = 0
        self.found: list[PieceArray] = []
        self.weights: NDArray[np.int64] | None = None

    def add(self, pieces: PieceArray) -> None:
        """Take pieces in."""
        if self.weights is not None:
            self.weights += weigh(pieces, self._plan)
            return
        self.found.append(pieces)
        self._size += pieces.size
        if self._size > self._capacity:
            self.found = [merge(self.found, self._plan)]
            self._size = self.found[0].size
            if self._size > self._capacity // 2:
                self.weights = weigh(self.found.pop(), self._plan)

    def add_weights(self, weights: NDArray[np.int64]) -> None:
        """Take the numbers by row of pieces that were too many to keep."""
        if self.weights is None:
            self.weights = sum((weigh(p, self._plan) for p in self.found), np.zeros_like(weights))
            self.found.clear()
        self.weights += weights


class Gathering:
    """What all chunks of one block give, taken in as they come from several threads."""

    def __init__(self, plan: Plan, capacity: int) -> None:
        self._plan = plan
        self._capacity = capacity
        self._basket = _Basket(plan, capacity)
        self._lock = threading.Lock()
        self.pair_visits = 0
        self.legs_tested = 0

    @property
    def pieces(self) -> list[PieceArray]:
        """The pieces, in the order in which they came."""
        return self._basket.found

    @property
    def weights(self) -> NDArray[np.int64] | None:
        """Where the pieces were too many: their number by row."""
        return self._basket.weights

    def search(self, index: int) -> None:
        """Search one chunk."""
        harvest = search_chunk(self._plan, index, self._capacity)
        with self._lock:
            self.pair_visits += harvest.pair_visits
            self.legs_tested += harvest.legs_tested
            if harvest.weights is not None:
                self._basket.add_weights(harvest.weights)
            else:
                self._basket.add(harvest.pieces)


def weigh(pieces: PieceArray, plan: Plan) -> NDArray[np.int64]:
    """Return how many pieces each own row has; of a single own row, how many each other row."""
    job = plan.job
    if job.block.own_last - job.block.own_first > 1:
        return np.bincount(job.own.part_row[pieces["own"]], minlength=job.own_identity.size)
    return np.bincount(job.other.part_row[pieces["other"]], minlength=job.other_identity.size)


def _candidates(size: int) -> Candidates:
    return Candidates(np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32))


def _narrow(plan: Plan, places: Places, candidates: Candidates, count: int, basket: _Basket) -> int:
    """Put the pieces of the candidates into the basket; return how many intervals were tested."""
    done = legs = 0
    size = BUFFER
    scratch = np.empty(plan.job.limits.horizontal.shape[2], np.int64)
    while done < count:
        out = np.empty(size, piece_type(plan.job.own.time.dtype))
        result = find_pieces(plan.job, places, candidates, done, count, scratch, out)
        if result.candidate == done:
            size *= 2
        done = result.candidate
        legs += result.legs
        if result.pieces:
            basket.add(out[: result.pieces].copy())
    return legs


def merge(found: list[PieceArray], plan: Plan) -> PieceArray:
    """Return all pieces in order, adjacent ones joined and repeats dropped."""
    pieces = np.concatenate([np.empty(0, piece_type(plan.job.own.time.dtype)), *found])
    pieces = pieces[order_pieces(pieces)]
    return pieces[: merge_pieces(pieces)].copy()
