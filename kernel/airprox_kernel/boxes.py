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
from .segments import Position, knot_position, leg_near, position_at
from .steps import SPARE, altitude_scale, step_of
from .tubes import NO_TUBES, measure_tube, open_tube

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
    tube: Float32Array = NO_TUBES
    """(boxes, `tubes.COLUMNS`), or none."""


class Boxes(NamedTuple):
    """The boxes of a chunk of slabs, sorted by slab and within it own before other."""

    bounds: Float32Array
    """(boxes, 8): the low x, y, z (m) and altitude (steps, see `altitude_scale`), then the high
    ones; z is 0 in the plane."""
    start: IndexArray
    """(slabs of the chunk + 1,) offsets into the boxes."""
    middle: IndexArray
    """(slabs of the chunk,) where the other fleet's boxes begin; the slab's end if `single`."""


class Room(NamedTuple):
    """Where the boxes of a chunk are written to."""

    cursor: IndexArray
    """(slabs of the chunk,) the next free box of each slab."""
    bounds: Float32Array
    places: Places
    legs: IndexArray
    """(parts,) scratch."""


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
    scale: float
    """Steps of altitude in a metre."""


class Stretch(NamedTuple):
    """A part, the leg that holds its start in a slab, and the slabs from that one on to `last`."""

    part: int
    leg: int
    first: int
    last: int


@jit
def fill_boxes(
    side: Side,
    slabs: Slabs,
    chunk: Chunk,
    parts: IntArray,
    reach: Reach,
    room: Room,
) -> None:
    """Write the boxes of `parts`.

    What the walk along a part begins with is looked up for all parts beforehand: each look is a
    miss of the cache, and here many of them wait at the same time.
    """
    knots = side.knots
    _find_legs(side, slabs, chunk, parts, room.legs)
    scale = altitude_scale(reach.vertical)
    for present in range(parts.size):
        part: int = parts[present]
        row: int = knots.part_row[part]
        kind: int = side.category[row]
        across: float = reach.horizontal[kind]
        deep = across if knots.geodetic else 0.0
        by = Widening(across, deep, reach.vertical[kind], scale)
        first = max(side.presence.first[part], chunk.first)
        last = min(side.presence.last[part] + 1, chunk.last)
        stretch = Stretch(part, room.legs[present], first, last)
        _fill_part(knots, slabs, chunk, stretch, by, room)


@jit_inner
def _find_legs(side: Side, slabs: Slabs, chunk: Chunk, parts: IntArray, legs: IndexArray) -> None:
    """Write the leg at which each part's first box of the chunk begins."""
    times = side.knots.time
    for present in range(parts.size):
        part: int = parts[present]
        begin: int = side.knots.part_start[part]
        first: int = max(side.presence.first[part], chunk.first)
        legs[present] = begin
        if slabs.start[first] > times[begin]:
            final: int = side.knots.part_start[part + 1] - 1
            legs[present] = leg_near(times, begin, final, slabs.start[first])


@jit_inner
def _fill_part(
    knots: Knots,
    slabs: Slabs,
    chunk: Chunk,
    stretch: Stretch,
    by: Widening,
    room: Room,
) -> None:
    """Write the boxes of one part.

    Where slabs follow on each other, the position at the end of one is that at the start of the
    next, and is formed once.
    """
    part, leg, tubes = stretch.part, stretch.leg, room.places.tube
    final: int = knots.part_start[part + 1] - 1
    until = max(knots.time[leg], slabs.start[stretch.first])
    here = position_at(knots, leg, until)
    for slab in range(stretch.first, stretch.last):
        start = slabs.start[slab]
        if start > until:
            leg = leg_near(knots.time, leg, final, start)
            here = position_at(knots, leg, start)
        end = min(slabs.end[slab], knots.time[final])
        index = room.cursor[slab - chunk.first]
        room.cursor[slab - chunk.first] = index + 1
        room.places.part[index] = part
        room.places.leg[index] = leg
        extent = Extent(here, here)
        begin = leg
        while knots.time[leg + 1] < end:
            leg += 1
            extent = _extended(extent, knot_position(knots, leg))
        there = position_at(knots, leg, end)
        _store(room.bounds, index, _extended(extent, there), by)
        if until <= start and end == slabs.end[slab]:
            ends, span = (here, there), (start, end)
            measure_tube(tubes, index, knots, (begin, leg), ends, span, by.across)
        else:
            open_tube(tubes, index)
        here = there
        until = end


@jit_inner
def _extended(e: Extent, p: Position) -> Extent:
    low, high = e
    return Extent(
        Position(min(low.x, p.x), min(low.y, p.y), min(low.z, p.z), min(low.altitude, p.altitude)),
        Position(
            max(high.x, p.x), max(high.y, p.y), max(high.z, p.z), max(high.altitude, p.altitude)
        ),
    )


@jit_inner
def _store(
    bounds: Float32Array,
    index: int,
    extent: Extent,
    by: Widening,
) -> None:
    bounds[index, 0] = rounded_down(extent.low.x - by.across)
    bounds[index, 1] = rounded_down(extent.low.y - by.across)
    bounds[index, 2] = rounded_down(extent.low.z - by.deep)
    bounds[index, 3] = step_of(extent.low.altitude - by.upward, SPARE, by.scale)
    bounds[index, 4] = -rounded_down(-(extent.high.x + by.across))
    bounds[index, 5] = -rounded_down(-(extent.high.y + by.across))
    bounds[index, 6] = -rounded_down(-(extent.high.z + by.deep))
    bounds[index, 7] = step_of(extent.high.altitude + by.upward, -SPARE, by.scale)


@jit_inner
def rounded_down(value: float) -> np.float32:
    """Return a float32 below `value`."""
    return np.float32(value - abs(value) * OUTWARD)
