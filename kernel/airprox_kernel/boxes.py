"""Boxes: where each trajectory is during each slab, as float32 boxes rounded outwards.

A box holds every position of one part during one slab, widened by half of the largest minima
that the trajectory can be held to, so that a pair that loses separation at an instant of a slab
has boxes that meet in that slab. Boxes are a filter: they may be too large, never too small.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner
from ._types import Float32Array, FloatArray, IndexArray, IntArray
from .chunks import Chunk, Presence
from .job import Slabs
from .knots import Knots
from .segments import Position, knot_position, leg_at, position_at

OUTWARD = 1.2e-7
"""Relative widening before rounding to float32: twice the unit roundoff 2**-24, so that the
rounded bound lies outside by more than the float64 rounding of interpolated positions."""


class Reach(NamedTuple):
    """Half-widths (m) that boxes are widened by, (categories,) each."""

    horizontal: FloatArray
    vertical: FloatArray


class Places(NamedTuple):
    """Which stretch of which trajectory each box of a chunk stands for, (boxes,) each."""

    part: IntArray
    leg: IndexArray
    """The leg that holds the start of the stretch."""


class Boxes(NamedTuple):
    """The boxes of a chunk of slabs, sorted by slab and within it own before other."""

    bounds: Float32Array
    """(boxes, 8): the low x, y, z, altitude, then the high ones; z is 0 in the plane."""
    start: IndexArray
    """(slabs of the chunk + 1,) offsets into the boxes."""
    middle: IndexArray
    """(slabs of the chunk,) where the other fleet's boxes begin; the slab's end if `single`."""


class Extent(NamedTuple):
    """The bounding box (m) of some positions, before widening."""

    low: Position
    high: Position


class Side(NamedTuple):
    """One fleet, the category of each of its rows, and the slabs in which its parts are present."""

    knots: Knots
    category: IntArray
    presence: Presence


class Widening(NamedTuple):
    """What a box is widened by (m) along x and y, along z, and vertically."""

    across: float
    deep: float
    upward: float


@jit
def fill_boxes(
    side: Side,
    slabs: Slabs,
    chunk: Chunk,
    parts: IntArray,
    reach: Reach,
    cursor: IndexArray,
    bounds: Float32Array,
    places: Places,
) -> None:
    """Write the boxes of `parts`; `cursor` (slabs of the chunk,) is the next free box per slab."""
    knots = side.knots
    for present in range(parts.size):
        part: int = parts[present]
        row: int = knots.part_row[part]
        kind: int = side.category[row]
        across: float = reach.horizontal[kind]
        by = Widening(across, across if knots.geodetic else 0.0, reach.vertical[kind])
        first = max(side.presence.first[part], chunk.first)
        last = min(side.presence.last[part] + 1, chunk.last)
        _fill_part(knots, slabs, chunk, part, first, last, by, cursor, bounds, places)


@jit_inner
def _fill_part(
    knots: Knots,
    slabs: Slabs,
    chunk: Chunk,
    part: int,
    first: int,
    last: int,
    by: Widening,
    cursor: IndexArray,
    bounds: Float32Array,
    places: Places,
) -> None:
    """Write the boxes of one part in the slabs [first, last).

    Where slabs follow on each other, the position at the end of one is that at the start of the
    next, and is formed once.
    """
    begin: int = knots.part_start[part]
    final: int = knots.part_start[part + 1] - 1
    until = knots.time[begin]
    leg = begin
    here = knot_position(knots, begin)
    for slab in range(first, last):
        start = max(slabs.start[slab], knots.time[begin])
        end = min(slabs.end[slab], knots.time[final])
        if start > until:
            leg = leg_at(knots.time, leg, final, start)
            here = position_at(knots, leg, start)
        index = cursor[slab - chunk.first]
        cursor[slab - chunk.first] = index + 1
        places.part[index] = part
        places.leg[index] = leg
        extent = Extent(here, here)
        while knots.time[leg + 1] < end:
            leg += 1
            extent = _extended(extent, knot_position(knots, leg))
        here = position_at(knots, leg, end)
        _store(bounds, index, _extended(extent, here), by)
        until = end


@jit_inner
def _extended(e: Extent, p: Position) -> Extent:
    return Extent(
        Position(
            min(e.low.x, p.x), min(e.low.y, p.y), min(e.low.z, p.z), min(e.low.altitude, p.altitude)
        ),
        Position(
            max(e.high.x, p.x),
            max(e.high.y, p.y),
            max(e.high.z, p.z),
            max(e.high.altitude, p.altitude),
        ),
    )


@jit_inner
def _store(
    bounds: Float32Array,
    index: int,
    extent: Extent,
    by: Widening,
) -> None:
    bounds[index, 0] = _below(extent.low.x - by.across)
    bounds[index, 1] = _below(extent.low.y - by.across)
    bounds[index, 2] = _below(extent.low.z - by.deep)
    bounds[index, 3] = _below(extent.low.altitude - by.upward)
    bounds[index, 4] = -_below(-(extent.high.x + by.across))
    bounds[index, 5] = -_below(-(extent.high.y + by.across))
    bounds[index, 6] = -_below(-(extent.high.z + by.deep))
    bounds[index, 7] = -_below(-(extent.high.altitude + by.upward))


@jit_inner
def _below(value: float) -> np.float32:
    """Return a float32 below `value`."""
    return np.float32(value - abs(value) * OUTWARD)
