"""Tubes: how a trajectory crosses a slab, as one straight line in time with a radius around it.

Boxes of what flies slantwise are mostly empty, and are not all full at one time: of the pairs of
boxes that meet on a day over Europe, four of five are never near. Their tubes tell: two points that
move in straight lines, and how near they come, in a tenth of the time that it takes to walk along
two trajectories.

A tube is a filter like a box, and in float32 too: it may be too wide, never too narrow.
"""

import math
from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner
from ._types import Float32Array, Time
from .job import Window
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
SPARE = 1.0 / 64.0
"""Of a slab, by which the part of it in which two are near is lengthened."""


class Passing(NamedTuple):
    """The line from one tube to another as a function of u, from 0 to 1 through the slab."""

    x: float
    y: float
    z: float
    dx: float
    dy: float
    dz: float
    square: float
    """Of (dx, dy, dz)."""
    nearest: float
    """The u, of any size, at which the lines are nearest."""
    reach: float
    """The sum of the radii."""


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
    passing = _passing(tubes, a, b)
    u = min(max(passing.nearest, 0.0), 1.0)
    return not _square_at(passing, u) > passing.reach * passing.reach


@jit
def near_span(tubes: Float32Array, a: int, b: int, slab: Window) -> Window:
    """Return the part of a slab outside of which two tubes are farther apart than their radii.

    All of it, if there are none. It is longer than it has to be by `SPARE` at either end, which is
    more than what rounding takes: the radii have room for that as well.
    """
    if tubes.shape[0] == 0:
        return slab
    passing = _passing(tubes, a, b)
    length = float(slab.end - slab.start)
    if passing.square < 1.0 or passing.reach == np.inf or not _can_be_cut(slab.start, length):
        return slab
    rest = passing.reach * passing.reach - _square_at(passing, passing.nearest)
    half = math.sqrt(max(rest, 0.0) / passing.square)
    low, high = passing.nearest - half - SPARE, passing.nearest + half + SPARE
    start = slab.start if low <= 0.0 else _later(slab.start, min(low, 1.0) * length)
    end = slab.end if high >= 1.0 else _later(slab.start, max(high, 0.0) * length)
    return Window(start, end)


@jit_inner
def _later(time: Time, duration: float) -> Time:
    return time + duration if isinstance(time, float) else time + int(duration)


@jit_inner
def _can_be_cut(time: Time, length: float) -> bool:
    """Return whether instants that are half of `SPARE` apart can be told apart."""
    return _later(time, 0.5 * SPARE * length) > time


@jit_inner
def _passing(tubes: Float32Array, a: int, b: int) -> Passing:
    """Return how two tubes pass each other; `nearest` is 0 where that does not change."""
    x = np.float64(tubes[b, 0]) - np.float64(tubes[a, 0])
    y = np.float64(tubes[b, 1]) - np.float64(tubes[a, 1])
    z = np.float64(tubes[b, 2]) - np.float64(tubes[a, 2])
    dx = np.float64(tubes[b, END]) - np.float64(tubes[a, END]) - x
    dy = np.float64(tubes[b, END + 1]) - np.float64(tubes[a, END + 1]) - y
    dz = np.float64(tubes[b, END + 2]) - np.float64(tubes[a, END + 2]) - z
    square = dx * dx + dy * dy + dz * dz
    nearest = -(x * dx + y * dy + z * dz) / square if square > 0.0 else 0.0
    reach = np.float64(tubes[a, RADIUS]) + np.float64(tubes[b, RADIUS])
    return Passing(x, y, z, dx, dy, dz, square, nearest, reach)


@jit_inner
def _square_at(passing: Passing, u: float) -> float:
    """Return the squared distance of the two lines."""
    x, y, z = passing.x + u * passing.dx, passing.y + u * passing.dy, passing.z + u * passing.dz
    return x * x + y * y + z * z
