"""Chords: each trajectory as one straight line per slab of a common time grid, and how far off.

A slab's chord is linear in time between the two edges of the slab; the edges of neighbouring slabs
are shared. Its radii bound the distance between the trajectory and the chord at every instant of
the slab at which there is a position. Both are piecewise linear in time, so their difference is
greatest at a knot or at an end of a stretch that is flown: there it is measured, in float64, from
the edges as they are stored, so that no rounding of the edges is left out.

Where a trajectory begins or ends inside a slab, its line is continued to the edge: the chord is
right where there is a position, and nothing is said about the rest.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit
from ._types import BoolArray, Float32Array, IndexArray, Time, TimeArray
from .segments import Position

X, Y, Z, ALTITUDE, STANDING, ACROSS, UPWARD, PARTIAL, LOW, HIGH = range(10)
"""Columns of an edge: the position (m, from the center; altitude as it is) and how well it stands;
and of the slab that begins there the radii (m), horizontally and vertically, the part of it that is
flown, as a range of u, and whether there are gaps in that (`OPEN`, else 0)."""
COLUMNS = 10
ABSENT = np.float32(-1e15)
"""The radius where there is no position at all: lower bounds become enormous."""
OPEN = np.float32(1e18)
"""Added to upper bounds where a slab has gaps: they do not hold."""
UP = 1.0 + 1e-6
"""Rounding to float32 changes a radius by less."""
ROUNDING = 1e-9
"""Room for float64, in the greatest coordinate: sums of a few terms are within 1e-15 of it."""
BEYOND = 0.6
"""Lines are continued up to this far from the center, in extents of the whole: just outside of it,
so that the greatest coordinate, and with it the room for float32, does not grow."""
UNSET, CONTINUED, EXACT = 0.0, 1.0, 2.0
"""How well the position of an edge stands."""


class TimeGrid(NamedTuple):
    """Slab k is [start + k * length, start + (k + 1) * length]."""

    start: Time
    length: Time


class PartSpans(NamedTuple):
    """When parts are flown; row r has the parts ``row_start[r] : row_start[r + 1]``."""

    row_start: IndexArray
    knot_start: IndexArray
    """(parts + 1,) offsets into the knots."""
    begin: TimeArray
    """(parts,) first and last instant within the window; none iff end < begin."""
    end: TimeArray


class Chords(NamedTuple):
    """The chords of one fleet; row r has the edges ``start[r] : start[r + 1]``."""

    grid: TimeGrid
    begin: TimeArray
    """(rows,) first and last instant within the window; a row is wholly outside iff end < begin."""
    end: TimeArray
    first: IndexArray
    """(rows,) the slab of the first edge."""
    start: IndexArray
    """(rows + 1,) offsets into the edges; a row has one more edge than slabs, or none."""
    edge: Float32Array
    """(edges, COLUMNS), see `X` and the names after it."""
    leg: IndexArray
    """(edges,) the leg that holds the slab's first position; -1 where there is none."""
    leg_end: IndexArray
    """(edges,) the legs of the slab are among [leg, leg_end), if the row is of one part."""
    whole: BoolArray
    """(rows,) whether the row is of one part."""
    parts: PartSpans
    center: Position
    """Taken off the positions before they are stored."""
    scale: float
    """The widest extent (m) of all knots along an axis; altitudes count from 0."""


@jit
def slab_time(grid: TimeGrid, slab: int) -> Time:
    """Return the start of a slab."""
    return grid.start + slab * grid.length


@jit
def slab_of(grid: TimeGrid, time: Time) -> int:
    """Return the slab with start <= `time` < end of the next one's start; domain: on the grid."""
    slab = int(float(time - grid.start) / float(grid.length))
    while slab_time(grid, slab) > time:
        slab -= 1
    while slab_time(grid, slab + 1) <= time:
        slab += 1
    return slab


@jit
def count_edges(grid: TimeGrid, begin: TimeArray, end: TimeArray, counts: IndexArray) -> None:
    """Write how many edges each row has: one more than slabs, 0 where it is outside."""
    for row in range(begin.size):
        counts[row] = 0
        if begin[row] <= end[row]:
            counts[row] = slab_of(grid, end[row]) - slab_of(grid, begin[row]) + 2


@jit
def greatest_numbers(chords: Chords) -> tuple[float, float]:
    """Return the greatest coordinate of all edges, and the greatest change of one along a chord."""
    coordinate, change = np.float32(0.0), np.float32(0.0)
    for row in range(chords.begin.size):
        for edge in range(chords.start[row], chords.start[row + 1]):
            for axis in range(ALTITUDE + 1):
                here = chords.edge[edge, axis]
                coordinate = max(coordinate, abs(here))
                if edge + 1 < chords.start[row + 1]:
                    change = max(change, abs(chords.edge[edge + 1, axis] - here))
    return np.float64(coordinate), np.float64(change)
