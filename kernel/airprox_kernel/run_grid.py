"""A grid of runs: which of them have boxes that meet a box, in space and in time.

Each run is entered once, into the cell of its low corner, on the finest level whose cells are at
least as wide as its box; so runs that meet a box have their low corners between one cell below the
box and its high corner. Cells are hashed into buckets, and within a bucket runs are sorted by time.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._jit import jit, jit_inner
from ._types import Float32Array, FloatArray, IndexArray, IntArray
from .runs import BOUNDS, HIGH_TIME, LOW_TIME

REFINEMENT = 4.0
"""Width of a cell in cells of the next finer level."""
FILL = 0.99
"""The widest box of a level, in cells: the rest is room for the rounding of cell numbers."""
Y_STRIDE = 40503
Z_STRIDE = 24917
WIDEST = 2.5
"""The widest box of the finest level, in typical ones."""
BUCKETS = 2
"""Buckets for each run of a level."""


class RunGrid(NamedTuple):
    """Runs by level and bucket; level k has the buckets ``table[k] : table[k + 1]``."""

    scale: float
    """1 / (width of the finest cells), in 1/m."""
    table: IndexArray
    """(levels + 1,) offsets into `start`; a level has a power of two of buckets, or none."""
    start: IndexArray
    """(buckets + 1,) offsets into the entries."""
    longest: FloatArray
    """(levels,) the longest time (s) that a run of the level takes."""
    run: IntArray
    """(entries,) ascending in low time within a bucket."""
    bounds: Float32Array
    """(entries, 10)"""
    extent: Float32Array
    """(1, 10) the box around all runs."""


def enter_runs(bounds: NDArray[np.float32], least_width: float) -> RunGrid:
    """Return the grid of all runs; the finest cells are no narrower than `least_width` > 0."""
    width = (bounds[:, 5:8].astype(np.float64) - bounds[:, 0:3]).max(axis=1, initial=0.0)
    common = float(np.median(width)) if width.size else 0.0
    scale = FILL / max(min(float(width.max(initial=0.0)), WIDEST * common), least_width)
    level = np.zeros(width.size, np.int64)
    size = width * scale
    while np.any(size > FILL):
        level += size > FILL
        size[size > FILL] /= REFINEMENT
    table = np.zeros(level.max(initial=-1) + 2, np.int64)
    for index, count in enumerate(np.bincount(level)):
        buckets = 1 << (BUCKETS * int(count)).bit_length() if count else 0
        table[index + 1] = table[index] + buckets
    low = bounds[:, 0:3].astype(np.float64)
    cell = np.floor(low * (scale / REFINEMENT ** level.astype(np.float64))[:, None])
    x, y, z = (cell.astype(np.int64)[:, axis] for axis in range(3))
    mask = np.diff(table)[level] - 1
    bucket = table[level] + ((x + y * Y_STRIDE + z * Z_STRIDE) & mask)
    order = np.lexsort((bounds[:, LOW_TIME], bucket))
    start = np.zeros(table[-1] + 1, np.int64)
    np.cumsum(np.bincount(bucket, minlength=int(table[-1])), out=start[1:])
    longest = np.zeros(table.size - 1)
    np.maximum.at(longest, level, bounds[:, HIGH_TIME].astype(np.float64) - bounds[:, LOW_TIME])
    extent = np.empty((1, BOUNDS), np.float32)
    extent[0, :5] = bounds[:, :5].min(axis=0, initial=np.inf)
    extent[0, 5:] = bounds[:, 5:].max(axis=0, initial=-np.inf)
    entries = np.ascontiguousarray(bounds[order])
    run = order.astype(np.int32)
    for array in (table, start, longest, run, entries, extent):
        array.flags.writeable = False
    return RunGrid(scale, table, start, longest, run, entries, extent)


@jit
def boxes_meet(one: Float32Array, a: int, two: Float32Array, b: int) -> bool:
    """Return whether box a of `one` and box b of `two` share a point and an instant.

    The greatest distance between opposite bounds is not above 0 iff none is: one branch that is
    rarely taken in place of ten.
    """
    x = max(one[a, 0] - two[b, 5], two[b, 0] - one[a, 5])
    y = max(one[a, 1] - two[b, 6], two[b, 1] - one[a, 6])
    z = max(one[a, 2] - two[b, 7], two[b, 2] - one[a, 7])
    altitude = max(one[a, 3] - two[b, 8], two[b, 3] - one[a, 8])
    time = max(one[a, 4] - two[b, 9], two[b, 4] - one[a, 9])
    return max(max(max(x, y), max(z, altitude)), time) <= 0.0


@jit
def find_meeting(grid: RunGrid, box: Float32Array, found: IntArray) -> int:
    """Write the runs whose boxes meet a box; return how many, or -1 if `found` is too short.

    A run may be found twice, where two cells share a bucket.
    """
    count = 0
    if not boxes_meet(box, 0, grid.extent, 0):
        return count
    scale = grid.scale
    for level in range(grid.table.size - 1):
        if grid.table[level] < grid.table[level + 1]:
            count = _ask_level(grid, level, scale, box, count, found)
            if count < 0:
                return -1
        scale /= REFINEMENT
    return count


@jit_inner
def _ask_level(
    grid: RunGrid, level: int, scale: float, box: Float32Array, count: int, found: IntArray
) -> int:
    first_slot: int = grid.table[level]
    buckets: int = grid.table[level + 1] - first_slot
    low_x, high_x = np.floor(box[0, 0] * scale) - 1.0, np.floor(box[0, 5] * scale)
    low_y, high_y = np.floor(box[0, 1] * scale) - 1.0, np.floor(box[0, 6] * scale)
    low_z, high_z = np.floor(box[0, 2] * scale) - 1.0, np.floor(box[0, 7] * scale)
    cells = (high_x - low_x + 1.0) * (high_y - low_y + 1.0) * (high_z - low_z + 1.0)
    longest: float = grid.longest[level]
    if cells >= buckets:  # a box wider than most of the level
        for slot in range(first_slot, first_slot + buckets):
            count = _ask_bucket(grid, slot, longest, box, count, found)
            if count < 0:
                return -1
        return count
    for z in range(int(low_z), int(high_z) + 1):
        for y in range(int(low_y), int(high_y) + 1):
            for x in range(int(low_x), int(high_x) + 1):
                slot = first_slot + ((x + y * Y_STRIDE + z * Z_STRIDE) & (buckets - 1))
                count = _ask_bucket(grid, slot, longest, box, count, found)
                if count < 0:
                    return -1
    return count


@jit
def _ask_bucket(
    grid: RunGrid, slot: int, longest: float, box: Float32Array, count: int, found: IntArray
) -> int:
    begin: int = grid.start[slot]
    end: int = grid.start[slot + 1]
    if begin == end:
        return count
    for entry in range(_first_since(grid, begin, end, box[0, LOW_TIME] - longest), end):
        if grid.bounds[entry, LOW_TIME] > box[0, HIGH_TIME]:
            break
        if boxes_meet(grid.bounds, entry, box, 0):
            if count == found.size:
                return -1
            found[count] = grid.run[entry]
            count += 1
    return count


@jit_inner
def _first_since(grid: RunGrid, begin: int, end: int, time: float) -> int:
    """Return the first entry of a bucket that begins at `time` or later."""
    while begin < end:
        middle = (begin + end) // 2
        if grid.bounds[middle, LOW_TIME] < time:
            begin = middle + 1
        else:
            end = middle
    return begin
