"""Tubes: how a trajectory crosses a slab, as one straight line in time with a radius around it.

Boxes of what flies slantwise are mostly empty, and are not all full at one time: of the pairs of
boxes that meet on a day over Europe, four of five are never near. Their tubes tell: two points that
move in straight lines, and how near they come, in a tenth of the time that it takes to walk along
two trajectories.

A tube is a filter like a box, and in float32 too: it may be too wide, never too narrow.
"""

import math

import numpy as np

from ._jit import jit, jit_inner
from ._types import Float32Array, Time
from .knots import Knots
from .segments import Position

COLUMNS = 8
"""Of a tube: x, y, z (m) where the slab starts, the same where it ends, the radius (m), and one
more, so that two tubes share a line of the cache."""
END, RADIUS = 3, 6
NO_TUBES = np.empty((0, COLUMNS), np.float32)
"""For boxes without: then they alone are asked."""
ROUNDING = 1.2e-7
"""Of the sum of the coordinates, twice the unit roundoff 2**-24: room for the rounding of the two
ends, and far more than float64 needs."""


@jit_inner
def measure_tube(
    tubes: Float32Array,
    index: int,
    knots: Knots,
    legs: tuple[int, int],
    ends: tuple[Position, Position],
    span: tuple[Time, Time],
    reach: float,
) -> None:
    """Write the tube of a stretch that fills its slab, widened by `reach` (m).

    The stretch begins at the time ``span[0]`` and the place ``ends[0]`` on the leg ``legs[0]``, and
    ends on ``legs[1]``. Between knots both it and its line are linear in time, so that they are
    farthest from each other at a knot.
    """
    (first, last), (here, there), (start, end) = legs, ends, span
    share = 1.0 / float(end - start)
    x, y, z = there.x - here.x, there.y - here.y, there.z - here.z
    square = 0.0
    for knot in range(first + 1, last + 1):
        u = float(knots.time[knot] - start) * share
        off_x = knots.x[knot] - (here.x + u * x)
        off_y = knots.y[knot] - (here.y + u * y)
        off_z = knots.z[knot] - (here.z + u * z) if knots.geodetic else 0.0
        square = max(square, off_x * off_x + off_y * off_y + off_z * off_z)
    sizes = abs(here.x) + abs(here.y) + abs(here.z) + abs(there.x) + abs(there.y) + abs(there.z)
    radius = math.sqrt(square) + reach + ROUNDING * sizes
    tubes[index, 0] = np.float32(here.x)
    tubes[index, 1] = np.float32(here.y)
    tubes[index, 2] = np.float32(here.z)
    tubes[index, END] = np.float32(there.x)
    tubes[index, END + 1] = np.float32(there.y)
    tubes[index, END + 2] = np.float32(there.z)
    tubes[index, RADIUS] = np.float32(radius + ROUNDING * radius)


@jit_inner
def open_tube(tubes: Float32Array, index: int) -> None:
    """Write the tube of a stretch that begins or ends inside its slab: it is everywhere."""
    tubes[index, :] = np.float32(0.0)
    tubes[index, RADIUS] = np.float32(np.inf)


@jit
def tubes_meet(tubes: Float32Array, a: int, b: int) -> bool:
    """Return whether two tubes of one slab come as near to each other as their radii, at one time.

    Always, if there are none.
    """
    if tubes.shape[0] == 0:
        return True
    x = np.float64(tubes[b, 0]) - np.float64(tubes[a, 0])
    y = np.float64(tubes[b, 1]) - np.float64(tubes[a, 1])
    z = np.float64(tubes[b, 2]) - np.float64(tubes[a, 2])
    dx = np.float64(tubes[b, END]) - np.float64(tubes[a, END]) - x
    dy = np.float64(tubes[b, END + 1]) - np.float64(tubes[a, END + 1]) - y
    dz = np.float64(tubes[b, END + 2]) - np.float64(tubes[a, END + 2]) - z
    square = dx * dx + dy * dy + dz * dz
    u = 0.0
    if square > 0.0:
        u = min(max(-(x * dx + y * dy + z * dz) / square, 0.0), 1.0)
    x, y, z = x + u * dx, y + u * dy, z + u * dz
    reach = np.float64(tubes[a, RADIUS]) + np.float64(tubes[b, RADIUS])
    return not x * x + y * y + z * z > reach * reach
