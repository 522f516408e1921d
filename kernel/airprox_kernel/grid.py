"""A hierarchical hashed grid over the boxes of one slab.

Each box is entered once, into the cell of its low corner, on the finest level whose cells are at
least as wide as the box. Boxes that meet have low corners no farther apart than the wider of the
two is wide, so on the wider one's level their cells are the same or neighbours. Cells are hashed
into buckets, row by row: neighbours along x are neighbours in memory, and the extent of the
airspace does not matter. Entries of a foreign cell that falls into the same bucket cost a
comparison.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_allocating, jit_inner, zero
from ._types import Float32Array, IntArray

Y_STRIDE = 40503
Z_STRIDE = 24917
"""Odd strides near the golden sections of 2**16: neighbouring rows fall into distant buckets."""
REFINEMENT = 4.0
"""Width of a cell in cells of the next finer level."""
FILL = 0.99
"""The widest box of a level, in cells: the rest is room for the rounding of cell numbers."""


class Cell(NamedTuple):
    """The number of a cell along each axis."""

    x: int
    y: int
    z: int


class Grid(NamedTuple):
    """Boxes by level and bucket; level k has the buckets ``table[k] : table[k + 1]``."""

    scale: float
    """1 / (width of the finest cells), in 1/m."""
    table: IntArray
    """(levels + 1,) offsets into `start`; a level has a power of two of buckets, or none."""
    start: IntArray
    """(buckets + 1,) offsets into `box`."""
    box: IntArray
    """(boxes,) ascending within a bucket."""
    level: IntArray
    """(boxes,) the level of each entry."""
    bounds: Float32Array
    """(boxes, 8) the bounds in the order of the entries: neighbours lie side by side."""


@jit
def box_level(bounds: Float32Array, box: int, scale: float) -> int:
    """Return the finest level, from 0, whose cells are wide enough for a box."""
    width = max(
        float(bounds[box, 4]) - float(bounds[box, 0]),
        float(bounds[box, 5]) - float(bounds[box, 1]),
        float(bounds[box, 6]) - float(bounds[box, 2]),
    )
    level = zero()
    cells = width * scale
    while cells > FILL:
        cells /= REFINEMENT
        level += 1
    return level


@jit
def level_scale(scale: float, level: int) -> float:
    """Return 1 / (width of the cells of a level)."""
    for _ in range(level):
        scale /= REFINEMENT
    return scale


@jit
def box_cell(bounds: Float32Array, box: int, scale: float) -> Cell:
    """Return the cell of width 1/scale that holds the low corner of a box."""
    return Cell(
        int(np.floor(float(bounds[box, 0]) * scale)),
        int(np.floor(float(bounds[box, 1]) * scale)),
        int(np.floor(float(bounds[box, 2]) * scale)),
    )


@jit
def cell_bucket(cell: Cell, buckets: int) -> int:
    """Return the bucket of a cell among `buckets`, a power of two."""
    return (cell.x + cell.y * Y_STRIDE + cell.z * Z_STRIDE) & (int(buckets) - 1)


@jit_allocating
def enter_boxes(bounds: Float32Array, first: int, last: int, scale: float) -> Grid:
    """Return the grid of the boxes [first, last) with finest cells of width 1/scale."""
    levels = np.empty(last - first, np.int32)
    depth = _find_levels(bounds, first, scale, levels)
    table = np.zeros(depth + 1, np.int32)
    buckets = _size_tables(levels, table)
    start = np.zeros(buckets + 1, np.int32)
    slots = np.empty(last - first, np.int32)
    grid = Grid(
        scale,
        table,
        start,
        np.empty(last - first, np.int32),
        np.empty(last - first, np.int32),
        np.empty((last - first, 8), np.float32),
    )
    _fill(grid, bounds, first, levels, slots)
    return grid


@jit_inner
def _find_levels(bounds: Float32Array, first: int, scale: float, levels: IntArray) -> int:
    """Write the level of each box; return the number of levels."""
    depth = zero()
    for index in range(levels.size):
        level = box_level(bounds, first + index, scale)
        levels[index] = level
        depth = max(depth, level + 1)
    return depth


@jit_inner
def _size_tables(levels: IntArray, table: IntArray) -> int:
    """Write the offset of each level's buckets, about eight a box; return their number.

    With two a box, three of four comparisons were with boxes of foreign cells.
    """
    for index in range(levels.size):
        table[levels[index]] += 1
    total = zero()
    for level in range(table.size):
        count = table[level]
        table[level] = total
        if count > 0:
            buckets = 16
            while buckets < 8 * count:
                buckets *= 2
            total += buckets
    return total


@jit_inner
def _fill(grid: Grid, bounds: Float32Array, first: int, levels: IntArray, slots: IntArray) -> None:
    """Enter the boxes: count, sum up, and write from the last box to the first."""
    for index in range(levels.size):
        level: int = levels[index]
        cell = box_cell(bounds, first + index, level_scale(grid.scale, level))
        slot = grid.table[level] + cell_bucket(cell, grid.table[level + 1] - grid.table[level])
        slots[index] = slot
        grid.start[slot] += 1
    total = zero()
    for slot in range(grid.start.size):
        total += grid.start[slot]
        grid.start[slot] = total
    for index in range(levels.size - 1, -1, -1):
        slot = slots[index]
        entry = grid.start[slot] - 1
        grid.start[slot] = entry
        grid.box[entry] = first + index
        grid.level[entry] = levels[index]
        for bound in range(8):
            grid.bounds[entry, bound] = bounds[first + index, bound]
