"""The search: chunks of slabs to merged pieces, one chunk a task."""

import threading
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel._direct import Direct
from airprox_kernel.boxes import Boxes, Places, Room, Side, fill_boxes
from airprox_kernel.broad import Candidates, Found, find_candidates
from airprox_kernel.chunks import Chunk
from airprox_kernel.narrow import Narrowed, find_pieces, find_varying_pieces
from airprox_kernel.pieces import PieceArray, copied
from airprox_kernel.steps import altitude_scale
from airprox_kernel.widening import Aircraft, Run, widen_boxes

from ._basket import Basket
from ._parallel import idle_threads, pause, run
from ._plan import Plan
from ._workspace import Workspace

ROUGH = 32_768
"""Pieces of a chunk that may wait to be merged: many times as many would fill the memory, and few
are sorted quickest all together."""
SHARED = 4096
"""Candidates, some milliseconds of work, that are worth waking other threads for."""
PARTS = 2
"""Parts of them for each thread."""
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
    places = places._replace(tube=workspace.tubes(len(bounds)))
    own_side = Side(job.own, job.limits.own_category, plan.own_presence)
    sides = [(own_side, plan.own_roll, start[:-1])]
    if not job.single:
        other_side = Side(job.other, job.limits.other_category, plan.other_presence)
        sides.append((other_side, plan.other_roll, middle))
    fill = _fill_boxes.of(plan.kind)
    for side, roll, cursor in sides:
        parts = roll.part[roll.start[index] : roll.start[index + 1]]
        room = Room(cursor.copy(), bounds, places, workspace.legs(parts.size))
        fill(side, job.slabs, chunk, parts, plan.reach, room)
    boxes = Boxes(bounds, start, middle)
    if plan.variations is not None and plan.variations.uncertain:
        _widen(boxes, places, plan, chunk)
    return boxes, places


def _widen(boxes: Boxes, places: Places, plan: Plan, chunk: Chunk) -> None:
    """Widen the boxes by the radii of the aircraft."""
    job, variations = plan.job, plan.variations
    assert variations is not None
    first, last = boxes.start[:-1], boxes.start[1:]
    middle = last if job.single else boxes.middle
    scale = altitude_scale(plan.reach.vertical)
    for knots, radii, begin, end in (
        (job.own, variations.own_radii, first, middle),
        (job.other, variations.other_radii, middle, last),
    ):
        run = Run(chunk, begin, end)
        widen_boxes(Aircraft(knots, radii), job.slabs, run, places, boxes.bounds, scale)


def chunk_of(plan: Plan, index: int) -> Chunk:
    """Return the slabs of one chunk."""
    return Chunk(int(plan.chunk_start[index]), int(plan.chunk_start[index + 1]))


def search_chunk(plan: Plan, index: int, capacity: int, workspace: Workspace) -> Harvest:
    """Return the pieces of one chunk, or only their number by row if over `capacity`."""
    boxes, places = make_boxes(plan, index, workspace)
    chunk = chunk_of(plan, index)
    out = workspace.candidates(boxes)
    basket = Basket(plan, capacity, ROUGH)
    visits = legs = 0
    since = Found(chunk.first, 0, 0)
    find = _find_candidates.of(plan.kind)
    while since.slab < chunk.last:
        pause()
        since = Found(*find(plan.job, boxes, places, chunk, since, out))
        visits += since.pairs
        for pieces, tested in _narrow(plan, places, out, since.pairs, workspace):
            legs += tested
            for some in pieces:
                basket.add(since.slab, some)
    sweep = AXES[since.sweep] + (" in strips" if since.striped else "")
    return Harvest(basket.found, basket.weights, visits, legs, sweep)


class Gathering:
    """What the plans of one block give, taken in as it comes from several threads.

    Its tasks are their chunks.
    """

    def __init__(self, plans: list[Plan], capacity: int) -> None:
        self.tasks = [(plan, index) for plan in plans for index in range(plan.chunk_start.size - 1)]
        self._capacity = capacity
        self._basket = Basket(plans[0], capacity, capacity)
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
                self._basket.add(index, pieces)


Part = tuple[list[PieceArray], int]
"""The pieces of some candidates, and how many intervals were tested."""


def _narrow(
    plan: Plan, places: Places, candidates: Candidates, count: int, workspace: Workspace
) -> list[Part]:
    """Return the pieces of the candidates, in their order.

    Threads that have no task left do a part of many: where all flights meet in one place and at one
    time, nearly all candidates are in one slab.
    """
    threads = 1 + (idle_threads() if count > SHARED else 0)
    if threads == 1:
        return [_pieces_of(plan, places, candidates, (0, count), workspace)]
    edges = np.linspace(0, count, PARTS * threads + 1).astype(np.int64).tolist()

    def find(part: tuple[int, int]) -> Part:
        room = Workspace(plan.job.own.time.dtype)
        return _pieces_of(plan, places, candidates, part, room)

    return run(find, list(pairwise(edges)), threads)


def _pieces_of(
    plan: Plan,
    places: Places,
    candidates: Candidates,
    part: tuple[int, int],
    workspace: Workspace,
) -> Part:
    """Return the pieces of a part of the candidates, and how many intervals were tested."""
    found: list[PieceArray] = []
    done, last = part
    legs = least = 0
    scratch = np.empty(plan.job.limits.horizontal.shape[2], np.int64)
    while done < last:
        pause()
        out = workspace.pieces(least, 2 * (last - done))
        if plan.variations is None:
            find = _find_pieces.of(plan.kind)
            progress = find(plan.job, places, candidates, done, last, scratch, out)
        else:
            progress = find_varying_pieces(
                plan.job, plan.variations, places, candidates, done, last, scratch, out
            )
        result = Narrowed(*progress)
        if result.candidate == done:
            least = 2 * out.size
        done = result.candidate
        legs += result.legs
        if result.pieces:
            found.append(copied(out[: result.pieces]))
    return found, legs
