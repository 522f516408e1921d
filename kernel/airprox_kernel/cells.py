"""Cells: where in a slab's buckets a box is entered.

A box goes into the cell of its low corner, on the finest level whose cells are at least as wide as
it is. Boxes that meet a given one have their low corners in the cells from one before that of its
own low corner to that of its high one.
"""

import numpy as np

from ._jit import jit_inner, zero
from ._types import Float32Array

Y_STRIDE = 40503
Z_STRIDE = 24917
LEVEL_STRIDE = 11003
"""Odd strides: neighbouring rows, and the levels, fall into distant buckets."""
REFINEMENT = 4.0
"""Width of a cell in cells of the next finer level."""
FILL = 0.99
"""The widest box of a level, in cells: the rest is room for the rounding of cell numbers."""


@jit_inner
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


@jit_inner
def level_scale(scale: float, level: int) -> float:
    """Return 1 / (width of the cells of a level)."""
    for _ in range(level):
        scale /= REFINEMENT
    return scale


@jit_inner
def cell_of(value: float, scale: float) -> int:
    """Return the number of the cell of width 1/scale along one axis."""
    return int(np.floor(value * scale))


@jit_inner
def entry_bucket(bounds: Float32Array, box: int, scale: float, level: int, buckets: int) -> int:
    """Return the bucket of the cell that holds a box's low corner."""
    scale = level_scale(scale, level)
    x = cell_of(float(bounds[box, 0]), scale)
    y = cell_of(float(bounds[box, 1]), scale)
    z = cell_of(float(bounds[box, 2]), scale)
    return cell_bucket(x, y, z, level, buckets)


@jit_inner
def cell_bucket(x: int, y: int, z: int, level: int, buckets: int) -> int:
    """Return the bucket of a cell among `buckets`, a power of two."""
    return (x + y * Y_STRIDE + z * Z_STRIDE + level * LEVEL_STRIDE) & (buckets - 1)
