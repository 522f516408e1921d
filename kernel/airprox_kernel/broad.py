"""The broad phase: pairs of boxes of one slab that meet, found through a hashed grid.

Every box is entered into all cells that it touches; cells are hashed into buckets, so the extent
of the airspace does not matter. Two boxes that meet share the cell of the larger of their low
corners, and only there are they reported. Cells whose keys are equal by accident (their numbers
are kept to 21 bits) can report a pair twice; the merge drops the repeat.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_allocating, jit_inner, zero
from ._types import BoolArray, Float32Array, IndexArray, IntArray
from .boxes import Boxes, Places
from .chunks import Chunk
from .job import Job, is_pair

CELL_BITS = 21
CELL_MASK = (1 << CELL_BITS) - 1
Y_STRIDE = 40503
Z_STRIDE = 24917
"""Odd strides near the golden sections of 2**16: neighbouring cells fall into distant buckets."""
LARGE = 256
"""A box that touches more cells than this stays out of the grid and is compared with all."""


class Candidates(NamedTuple):
    """Pairs of boxes that meet, (pairs,) each: indices of boxes, and their slab."""

    own: IntArray
    other: IntArray
    slab: IntArray


class Cells(NamedTuple):
    """The cells that a box touches, first and last per axis."""

    x0: int
    y0: int
    z0: int
    x1: int
    y1: int
    z1: int


class Grid(NamedTuple):
    """The boxes of one slab, entered into cells.

    Entries of bucket b are ``start[2b] : start[2b + 2]``, those of the own fleet before
    ``start[2b + 1]``. Boxes are ascending in each of the two.
    """

    start: IntArray
    box: IntArray
    key: IndexArray
    large: IntArray
    """The boxes that are too large for the grid."""
    is_large: BoolArray
    """(boxes of the slab,)"""


class Found(NamedTuple):
    """Where to go on: slab, task within it (entries, then large boxes), pairs written."""

    slab: int
    task: int
    pairs: int


@jit
def box_cells(bounds: Float32Array, box: int, scale: float) -> Cells:
    """Return the cells of side 1/scale that a box touches."""
    return Cells(
        int(np.floor(bounds[box, 0] * scale)),
        int(np.floor(bounds[box, 1] * scale)),
        int(np.floor(bounds[box, 2] * scale)),
        int(np.floor(bounds[box, 4] * scale)),
        int(np.floor(bounds[box, 5] * scale)),
        int(np.floor(bounds[box, 6] * scale)),
    )


@jit
def cell_count(cells: Cells) -> int:
    """Return the number of cells, at most `LARGE` + 1 (their product may overflow)."""
    along_x = cells.x1 - cells.x0 + 1
    along_y = cells.y1 - cells.y0 + 1
    along_z = cells.z1 - cells.z0 + 1
    if along_x > LARGE or along_y > LARGE or along_z > LARGE:
        return LARGE + 1
    return min(along_x * along_y * along_z, LARGE + 1)


@jit
def cell_key(x: int, y: int, z: int) -> int:
    """Return a number that equal cells share; different ones share it 2**21 cells apart."""
    low = (x & CELL_MASK) | ((y & CELL_MASK) << CELL_BITS)
    return low | ((z & CELL_MASK) << (2 * CELL_BITS))


@jit
def boxes_meet(bounds: Float32Array, a: int, b: int) -> bool:
    """Return whether two boxes share a point."""
    return (
        bounds[a, 3] <= bounds[b, 7]
        and bounds[b, 3] <= bounds[a, 7]
        and bounds[a, 0] <= bounds[b, 4]
        and bounds[b, 0] <= bounds[a, 4]
        and bounds[a, 1] <= bounds[b, 5]
        and bounds[b, 1] <= bounds[a, 5]
        and bounds[a, 2] <= bounds[b, 6]
        and bounds[b, 2] <= bounds[a, 6]
    )


@jit_allocating
def enter_boxes(bounds: Float32Array, start: int, middle: int, end: int, scale: float) -> Grid:
    """Enter the boxes [start, end) into a grid; those from `middle` on are the other fleet's."""
    is_large = np.zeros(end - start, np.bool_)
    entries = 0
    large_count = 0
    for box in range(start, end):
        count = cell_count(box_cells(bounds, box, scale))
        if count > LARGE:
            is_large[box - start] = True
            large_count += 1
        else:
            entries += count
    buckets = 16
    while buckets < entries:
        buckets *= 2
    grid = Grid(
        np.zeros(2 * buckets + 1, np.int32),
        np.empty(entries, np.int32),
        np.empty(entries, np.int64),
        np.empty(large_count, np.int32),
        is_large,
    )
    _count_entries(grid, bounds, start, middle, end, scale)
    _fill_entries(grid, bounds, start, middle, end, scale)
    return grid


@jit_inner
def _slot(x: int, y: int, z: int, grid: Grid, side: int) -> int:
    """Return the index into `grid.start` of one side's entries of a cell's bucket."""
    bucket = (x + y * Y_STRIDE + z * Z_STRIDE) & (grid.start.size // 2 - 1)
    return 2 * bucket + side


@jit_inner
def _count_entries(
    grid: Grid, bounds: Float32Array, start: int, middle: int, end: int, scale: float
) -> None:
    """Leave in ``grid.start`` the end of each slot's entries."""
    for box in range(start, end):
        if not grid.is_large[box - start]:
            side = 1 if box >= middle else 0
            c = box_cells(bounds, box, scale)
            for z in range(c.z0, c.z1 + 1):
                for y in range(c.y0, c.y1 + 1):
                    for x in range(c.x0, c.x1 + 1):
                        grid.start[_slot(x, y, z, grid, side)] += 1
    total = 0
    for slot in range(grid.start.size):
        total += grid.start[slot]
        grid.start[slot] = total


@jit_inner
def _fill_entries(
    grid: Grid, bounds: Float32Array, start: int, middle: int, end: int, scale: float
) -> None:
    """Write the entries from the last box to the first; ``grid.start`` ends as offsets."""
    large = grid.large.size
    for box in range(end - 1, start - 1, -1):
        if grid.is_large[box - start]:
            large -= 1
            grid.large[large] = box
            continue
        side = 1 if box >= middle else 0
        c = box_cells(bounds, box, scale)
        for z in range(c.z0, c.z1 + 1):
            for y in range(c.y0, c.y1 + 1):
                for x in range(c.x0, c.x1 + 1):
                    slot = _slot(x, y, z, grid, side)
                    index = grid.start[slot] - 1
                    grid.start[slot] = index
                    grid.box[index] = box
                    grid.key[index] = cell_key(x, y, z)


@jit_allocating
def find_candidates(
    job: Job,
    boxes: Boxes,
    places: Places,
    chunk: Chunk,
    scale: float,
    since: Found,
    out: Candidates,
) -> Found:
    """Write the pairs of boxes that meet, from `since` on, until done or `out` is full.

    All are found iff the returned slab is ``chunk.last``; until then a call makes progress if
    `out` holds at least as many pairs as the fullest slab has boxes, and twice as many entries.
    """
    count = zero()
    task = since.task
    for slab in range(since.slab, chunk.last):
        start = boxes.start[slab - chunk.first]
        end = boxes.start[slab - chunk.first + 1]
        middle = boxes.middle[slab - chunk.first]
        grid = enter_boxes(boxes.bounds, start, middle, end, scale)
        work = Slab(slab, start, middle, end, boxes.bounds, places, grid)
        entries = grid.box.size
        if task < entries:
            task, count = _pair_entries(job, work, scale, task, count, out)
        while entries <= task < entries + grid.large.size:
            if count + end - start > out.own.size:
                break
            count = _pair_large(job, work, grid.large[task - entries], count, out)
            task += 1
        if task < entries + grid.large.size:
            return Found(slab, task, count)
        task = zero()
    return Found(chunk.last, 0, count)


class Slab(NamedTuple):
    """The boxes [start, end) of one slab, the other fleet's from `middle` on, and their grid."""

    number: int
    start: int
    middle: int
    end: int
    bounds: Float32Array
    places: Places
    grid: Grid


@jit_inner
def _pair_entries(
    job: Job, slab: Slab, scale: float, task: int, count: int, out: Candidates
) -> tuple[int, int]:
    """Compare the entries of each bucket, from entry `task` on, while `out` has room.

    Returns the entry to go on with (the number of entries, if all are done) and the pairs written.
    """
    offsets = slab.grid.start
    for bucket in range(offsets.size // 2):
        end = offsets[2 * bucket + 2]
        middle = offsets[2 * bucket + 1]
        for entry in range(max(offsets[2 * bucket], task), middle):
            if count + end - entry > out.own.size:
                return entry, count
            first = entry + 1 if job.single else middle
            count = _pair_entry(job, slab, scale, entry, first, end, count, out)
    return slab.grid.box.size, count


@jit_inner
def _pair_entry(
    job: Job,
    slab: Slab,
    scale: float,
    entry: int,
    first: int,
    end: int,
    count: int,
    out: Candidates,
) -> int:
    """Write the pairs of one entry with the entries [first, end) of its bucket."""
    grid = slab.grid
    box = grid.box[entry]
    for partner in range(first, end):
        other = grid.box[partner]
        if grid.key[partner] == grid.key[entry] and boxes_meet(slab.bounds, box, other):
            home = _home_key(slab.bounds, box, other, scale)
            if home == grid.key[entry] and _is_pair(job, slab.places, box, other):
                count = _write(slab.number, box, other, count, out)
    return count


@jit_inner
def _pair_large(job: Job, slab: Slab, box: int, count: int, out: Candidates) -> int:
    """Write the pairs of one large box; two large ones meet once, at the first of them."""
    is_own = box < slab.middle
    first = slab.start if job.single or not is_own else slab.middle
    last = slab.end if job.single or is_own else slab.middle
    for other in range(first, last):
        if slab.grid.is_large[other - slab.start] and other <= box:
            continue
        low, high = min(box, other), max(box, other)
        if boxes_meet(slab.bounds, low, high) and _is_pair(job, slab.places, low, high):
            count = _write(slab.number, low, high, count, out)
    return count


@jit_inner
def _write(slab: int, own: int, other: int, count: int, out: Candidates) -> int:
    out.own[count] = own
    out.other[count] = other
    out.slab[count] = slab
    return count + 1


@jit_inner
def _home_key(bounds: Float32Array, a: int, b: int, scale: float) -> int:
    """Return the key of the cell that holds the larger of the low corners of two boxes."""
    return cell_key(
        int(np.floor(max(bounds[a, 0], bounds[b, 0]) * scale)),
        int(np.floor(max(bounds[a, 1], bounds[b, 1]) * scale)),
        int(np.floor(max(bounds[a, 2], bounds[b, 2]) * scale)),
    )


@jit_inner
def _is_pair(job: Job, places: Places, own: int, other: int) -> bool:
    own_part: int = places.part[own]
    other_part: int = places.part[other]
    own_row: int = job.own.part_row[own_part]
    other_row: int = job.other.part_row[other_part]
    return is_pair(job, own_row, other_row)
