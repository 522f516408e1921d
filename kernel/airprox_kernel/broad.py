"""The broad phase: pairs of boxes of one slab that meet.

Each box asks the grid for its neighbours. On its own level it looks at half of the neighbouring
cells, since the other half look at it; on coarser levels at all of them, since boxes there do not
look down.
"""

from typing import NamedTuple

from ._jit import jit, jit_allocating, jit_inner, zero
from ._types import Float32Array, IntArray
from .boxes import Boxes, Places
from .chunks import Chunk
from .grid import Cell, Grid, box_cell, cell_bucket, enter_boxes, level_scale
from .job import Job, is_pair


class Candidates(NamedTuple):
    """Pairs of boxes that meet, (pairs,) each, no pair twice: indices of boxes, and their slab."""

    own: IntArray
    other: IntArray
    slab: IntArray


class Found(NamedTuple):
    """Where to go on: slab, task within it (own entries, then other ones), pairs written."""

    slab: int
    task: int
    pairs: int


@jit
def boxes_meet(one: Float32Array, a: int, two: Float32Array, b: int) -> bool:
    """Return whether box a of `one` and box b of `two` share a point.

    The greatest distance between opposite bounds is not above 0 iff none is; one branch that is
    rarely taken costs half of what eight unforeseeable ones do.
    """
    x = max(one[a, 0] - two[b, 4], two[b, 0] - one[a, 4])
    y = max(one[a, 1] - two[b, 5], two[b, 1] - one[a, 5])
    z = max(one[a, 2] - two[b, 6], two[b, 2] - one[a, 6])
    altitude = max(one[a, 3] - two[b, 7], two[b, 3] - one[a, 7])
    return max(max(x, y), max(z, altitude)) <= 0.0


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

    All are found iff the returned slab is ``chunk.last``. A call makes progress if `out` holds at
    least as many pairs as the fullest slab has boxes.
    """
    count = zero()
    task = since.task
    for slab in range(since.slab, chunk.last):
        start = boxes.start[slab - chunk.first]
        end = boxes.start[slab - chunk.first + 1]
        middle = boxes.middle[slab - chunk.first]
        grid = enter_boxes(boxes.bounds, start, middle, scale)
        begin = count
        if job.single:
            task, count = _search_within(boxes.bounds, grid, job.own.geodetic, task, count, out)
        else:
            others = enter_boxes(boxes.bounds, middle, end, scale)
            task, count = _search_between(
                boxes.bounds, grid, others, job.own.geodetic, task, count, out
            )
        count = _keep_pairs(job, places, slab, begin, count, out)
        if task >= 0:
            return Found(slab, task, count)
        task = zero()
    return Found(chunk.last, 0, count)


@jit_inner
def _search_within(
    bounds: Float32Array, grid: Grid, deep: bool, task: int, count: int, out: Candidates
) -> tuple[int, int]:
    """Let each box from entry `task` on ask its own level and those above it.

    Returns the entry to go on with where `out` is full, else -1, and the number of pairs.
    """
    for entry in range(task, grid.box.size):
        if count + grid.box.size > out.own.size:
            return entry, count
        box: int = grid.box[entry]
        level: int = grid.level[entry]
        count = _ask(bounds, grid, deep, box, level, entry, count, out)
        for upper in range(level + 1, grid.table.size - 1):
            count = _ask(bounds, grid, deep, box, upper, -1, count, out)
    return -1, count


@jit_inner
def _search_between(
    bounds: Float32Array,
    own: Grid,
    other: Grid,
    deep: bool,
    task: int,
    count: int,
    out: Candidates,
) -> tuple[int, int]:
    """Let each own box ask the other side from its own level up, each other box from the next.

    Returns as `_search_within`; tasks are the own entries, then the other ones.
    """
    for index in range(task, own.box.size + other.box.size):
        is_own = index < own.box.size
        asking, asked = (own, other) if is_own else (other, own)
        entry = index if is_own else index - own.box.size
        if count + asked.box.size > out.own.size:
            return index, count
        first = asking.level[entry] + (0 if is_own else 1)
        for level in range(first, asked.table.size - 1):
            count = _ask(bounds, asked, deep, asking.box[entry], level, -1, count, out)
    return -1, count


@jit_inner
def _ask(
    bounds: Float32Array,
    grid: Grid,
    deep: bool,
    box: int,
    level: int,
    entry: int,
    count: int,
    out: Candidates,
) -> int:
    """Write the pairs of a box with those of one level in its cell and the neighbouring ones.

    Where the box is itself an entry of the level (`entry` >= 0), only what comes after it counts:
    later entries of its cell, and the half of the neighbours that are greater by (z, y, x). The
    cells of a row along x are one run of entries.
    """
    first: int = grid.table[level]
    buckets: int = grid.table[level + 1] - first
    if buckets == 0:
        return count
    scale = level_scale(grid.scale, level)
    mine = box_cell(bounds, box, scale)
    depth = 1 if deep else 0
    is_entry = entry >= 0
    for z in range(mine.z if is_entry else mine.z - depth, mine.z + depth + 1):
        for y in range(mine.y if is_entry and z == mine.z else mine.y - 1, mine.y + 2):
            is_own_row = is_entry and z == mine.z and y == mine.y
            x = mine.x if is_own_row else mine.x - 1
            bucket = cell_bucket(Cell(x, y, z), buckets)
            left = mine.x + 2 - x
            while left > 0:  # once, unless the row goes on in the table's first bucket
                last = min(bucket + left, buckets)
                start: int = entry + 1 if is_own_row and left == 2 else grid.start[first + bucket]
                for index in range(start, grid.start[first + last]):
                    if boxes_meet(bounds, box, grid.bounds, index):
                        partner: int = grid.box[index]
                        # Of a foreign cell in this bucket, the pair is found elsewhere, or not.
                        cell = box_cell(bounds, partner, scale)
                        if cell.z == z and cell.y == y and x <= cell.x <= mine.x + 1:
                            out.own[count] = min(box, partner)
                            out.other[count] = max(box, partner)
                            count += 1
                left -= last - bucket
                bucket = zero()
    return count


@jit_inner
def _keep_pairs(job: Job, places: Places, slab: int, begin: int, end: int, out: Candidates) -> int:
    """Drop what is no pair from [begin, end) of `out`; return the new end.

    Own boxes come before other ones and parts are ascending, so the first box of a pair is own.
    """
    kept = begin
    for index in range(begin, end):
        own_box: int = out.own[index]
        other_box: int = out.other[index]
        own_part: int = places.part[own_box]
        other_part: int = places.part[other_box]
        if is_pair(job, job.own.part_row[own_part], job.other.part_row[other_part]):
            out.own[kept] = out.own[index]
            out.other[kept] = out.other[index]
            out.slab[kept] = slab
            kept += 1
    return kept
