"""The search: chunks of slabs to merged pieces, one chunk a task."""

import threading
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel._direct import Direct
from airprox_kernel.boxes import Boxes, Places, Room, Side, altitude_scale, fill_boxes
from airprox_kernel.broad import Candidates, Found, find_candidates
from airprox_kernel.chunks import Chunk
from airprox_kernel.encounters import merge_pieces, order_pieces
from airprox_kernel.narrow import Narrowed, find_pieces, find_varying_pieces
from airprox_kernel.pieces import PieceArray, copied, piece_type
from airprox_kernel.tubes import COLUMNS, NO_TUBES
from airprox_kernel.widening import Aircraft, Run, widen_boxes

from ._parallel import pause
from ._plan import Plan

BUFFER = 32_768
"""Candidates, and pieces, that one call of a kernel may write: some 10 ms of work."""
ROUGH = 32_768
"""Pieces that may wait to be merged: sorting the few of each task would take longer than the
search for them."""
AXES = ("x", "y", "z", "altitude")
"""Names of the axes of boxes, in the order of their columns."""

_fill_boxes, _find_candidates = Direct(fill_boxes), Direct(find_candidates)
_find_pieces = Direct(find_pieces)


class Harvest(NamedTuple):
    """What one chunk gave, and the counts of work."""

    pieces: list[PieceArray]
    """Its pieces; none where there were too many of them to keep."""
    weights: NDArray[np.int64] | None
    """Where there were too many: how many each row had, own rows or (of one own row) others."""
    pair_visits: int
    legs_tested: int
    sweep: str
    """How its boxes were put in order."""


class Workspace:
    """The arrays that one thread works in, kept from chunk to chunk: new ones are slow to touch."""

    _bounds = np.empty((0, 8), np.float32)
    _tubes = NO_TUBES
    _places = Places(np.empty(0, np.int32), np.empty(0, np.int64))
    _legs = np.empty(0, np.int64)
    _candidates = Candidates(*(np.empty(0, np.int32) for _ in range(3)))

    def __init__(self, time: np.dtype[Any]) -> None:
        self._pieces = np.empty(0, piece_type(time))

    def boxes(self, count: int) -> tuple[NDArray[np.float32], Places]:
        """Return room for the boxes of a chunk."""
        if len(self._bounds) < count:
            self._bounds = np.empty((count, 8), np.float32)
            self._places = Places(np.empty(count, np.int32), np.empty(count, np.int64))
        part, leg = self._places
        return self._bounds[:count], Places(part[:count], leg[:count])

    def tubes(self, count: int) -> NDArray[np.float32]:
        """Return room for the tubes of a chunk."""
        if len(self._tubes) < count:
            self._tubes = np.empty((count, COLUMNS), np.float32)
        return self._tubes[:count]

    def legs(self, count: int) -> NDArray[np.int64]:
        """Return room for a leg of each part of a chunk."""
        if self._legs.size < count:
            self._legs = np.empty(count, np.int64)
        return self._legs[:count]

    def candidates(self, boxes: Boxes) -> Candidates:
        """Return room for the candidates of the fullest slab, or more where that is of use."""
        fullest = int((boxes.start[1:] - boxes.start[:-1]).max())
        size = max(fullest, min(BUFFER, 4 * len(boxes.bounds)))
        if self._candidates.own.size < size:
            self._candidates = Candidates(*np.empty((3, size), np.int32))
        return self._candidates

    def pieces(self, least: int, useful: int) -> PieceArray:
        """Return room for at least so many pieces, or more where that is of use."""
        size = max(least, min(BUFFER, useful))
        if self._pieces.size < size:
            self._pieces = np.empty(size, self._pieces.dtype)
        return self._pieces


def make_boxes(plan: Plan, index: int, workspace: Workspace) -> tuple[Boxes, Places]:
    """Return the boxes of one chunk."""
    job = plan.job
    chunk = chunk_of(plan, index)
    own = plan.own_boxes[chunk.first : chunk.last]
    other = plan.other_boxes[chunk.first : chunk.last]
    start = np.zeros(own.size + 1, np.int64)
    (own + other).cumsum(out=start[1:])
    middle = start[:-1] + own
    bounds, places = workspace.boxes(int(start[-1]))
    tubes = workspace.tubes(len(bounds))
    own_side = Side(job.own, job.limits.own_category, plan.own_presence)
    sides = [(own_side, plan.own_roll, start[:-1])]
    if not job.single:
        other_side = Side(job.other, job.limits.other_category, plan.other_presence)
        sides.append((other_side, plan.other_roll, middle))
    fill = _fill_boxes.of(plan.kind)
    for side, roll, cursor in sides:
        parts = roll.part[roll.start[index] : roll.start[index + 1]]
        room = Room(cursor.copy(), bounds, tubes, places, workspace.legs(parts.size))
        fill(side, job.slabs, chunk, parts, plan.reach, room)
    boxes = Boxes(bounds, start, middle, tubes)
    if plan.variations is not None and plan.variations.uncertain:
        _widen(boxes, places, plan, chunk)
    return boxes, places


def _widen(boxes: Boxes, places: Places, plan: Plan, chunk: Chunk) -> None:
    """Widen the boxes by the radii of the aircraft."""
    job, variations = plan.job, plan.variations
    assert variations is not None
    first, last = boxes.start[:-1], boxes.start[1:]
    middle = last if job.single else boxes.middle
    scale = altitude_scale(plan.reach)
    for knots, radii, begin, end in (
        (job.own, variations.own_radii, first, middle),
        (job.other, variations.other_radii, middle, last),
    ):
        run = Run(chunk, begin, end)
        widen_boxes(Aircraft(knots, radii), job.slabs, run, places, boxes, scale)


def chunk_of(plan: Plan, index: int) -> Chunk:
    """Return the slabs of one chunk."""
    return Chunk(int(plan.chunk_start[index]), int(plan.chunk_start[index + 1]))


def search_chunk(plan: Plan, index: int, capacity: int, workspace: Workspace) -> Harvest:
    """Return the pieces of one chunk, or only their number by row if over `capacity`."""
    boxes, places = make_boxes(plan, index, workspace)
    chunk = chunk_of(plan, index)
    out = workspace.candidates(boxes)
    basket = _Basket(plan, capacity)
    visits = legs = 0
    since = Found(chunk.first, 0, 0)
    find = _find_candidates.of(plan.kind)
    while since.slab < chunk.last:
        pause()
        since = Found(*find(plan.job, boxes, places, chunk, since, out))
        visits += since.pairs
        legs += _narrow(plan, places, out, since.pairs, basket, workspace)
    sweep = AXES[since.sweep] + (" in strips" if since.striped else "")
    return Harvest(basket.found, basket.weights, visits, legs, sweep)


class _Basket:
    """Pieces found so far; once they are more than `capacity`, only their number by row."""

    def __init__(self, plan: Plan, capacity: int) -> None:
        self._plan = plan
        self._capacity = capacity
        self._size = self._merged = 0
        self.found: list[PieceArray] = []
        self.weights: NDArray[np.int64] | None = None

    def add(self, pieces: PieceArray) -> None:
        """Take pieces in, and merge them where many have come since the last time."""
        if self.weights is not None:
            self.weights += weigh(pieces, self._plan)
            return
        self.found.append(pieces)
        self._size += pieces.size
        many = self._size > self._capacity
        if many or self._size > max(ROUGH, 2 * self._merged):
            self.found = [merge(self.found, self._plan.time_kind)]
            self._size = self._merged = self.found[0].size
            if many and self._size > self._capacity // 2:
                self.weights = weigh(self.found.pop(), self._plan)

    def add_weights(self, weights: NDArray[np.int64]) -> None:
        """Take the numbers by row of pieces that were too many to keep."""
        if self.weights is None:
            self.weights = sum((weigh(p, self._plan) for p in self.found), np.zeros_like(weights))
            self.found.clear()
        self.weights += weights


class Gathering:
    """What the plans of one block give, taken in as it comes from several threads.

    Its tasks are their chunks.
    """

    def __init__(self, plans: list[Plan], capacity: int) -> None:
        self.tasks = [(plan, index) for plan in plans for index in range(plan.chunk_start.size - 1)]
        self._capacity = capacity
        self._basket = _Basket(plans[0], capacity)
        self._lock = threading.Lock()
        self._spare: list[Workspace] = []
        self.pair_visits = 0
        self.legs_tested = 0
        self.sweeps = Counter[str]()

    @property
    def pieces(self) -> list[PieceArray]:
        """The pieces, in the order in which they came."""
        return self._basket.found

    @property
    def weights(self) -> NDArray[np.int64] | None:
        """Where the pieces were too many: their number by row."""
        return self._basket.weights

    def search(self, task: tuple[Plan, int]) -> None:
        """Search one chunk."""
        plan, index = task
        with self._lock:
            spare = self._spare.pop() if self._spare else None
        workspace = Workspace(plan.job.own.time.dtype) if spare is None else spare
        harvest = search_chunk(plan, index, self._capacity, workspace)
        with self._lock:
            self._spare.append(workspace)
            self.pair_visits += harvest.pair_visits
            self.legs_tested += harvest.legs_tested
            self.sweeps[harvest.sweep] += 1
            if harvest.weights is not None:
                self._basket.add_weights(harvest.weights)
            for pieces in harvest.pieces:
                self._basket.add(pieces)


def weigh(pieces: PieceArray, plan: Plan) -> NDArray[np.int64]:
    """Return how many pieces each own row has; of a single own row, how many each other row."""
    job = plan.job
    if job.block.own_last - job.block.own_first > 1:
        return np.bincount(job.own.part_row[pieces["own"]], minlength=job.own_identity.size)
    return np.bincount(job.other.part_row[pieces["other"]], minlength=job.other_identity.size)


def _narrow(
    plan: Plan,
    places: Places,
    candidates: Candidates,
    count: int,
    basket: _Basket,
    workspace: Workspace,
) -> int:
    """Put the pieces of the candidates into the basket; return how many intervals were tested."""
    done = legs = least = 0
    scratch = np.empty(plan.job.limits.horizontal.shape[2], np.int64)
    while done < count:
        pause()
        out = workspace.pieces(least, 2 * count)
        if plan.variations is None:
            find = _find_pieces.of(plan.kind)
            progress = find(plan.job, places, candidates, done, count, scratch, out)
        else:
            progress = find_varying_pieces(
                plan.job, plan.variations, places, candidates, done, count, scratch, out
            )
        result = Narrowed(*progress)
        if result.candidate == done:
            least = 2 * out.size
        done = result.candidate
        legs += result.legs
        if result.pieces:
            basket.add(copied(out[: result.pieces]))
    return legs


def merge(found: list[PieceArray], time_kind: np.dtype[Any]) -> PieceArray:
    """Return all pieces in order, adjacent ones joined and repeats dropped."""
    if len(found) == 1:
        pieces = found[0]
    else:
        none = np.empty(0, np.uint8)
        pieces = np.concatenate([none, *(part.view(np.uint8) for part in found)])
        pieces = pieces.view(piece_type(time_kind))
    if pieces.size < 2:
        return pieces
    pieces = pieces.take(order_pieces(pieces))
    return copied(pieces[: merge_pieces(pieces)])
