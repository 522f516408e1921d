"""Boxes of uncertain aircraft: each is widened by the largest radii that it has in its slab."""

import numpy as np

from ._jit import jit, jit_inner
from ._types import Float32Array, FloatArray, IndexArray, Time
from .boxes import OUTWARD, Places
from .chunks import Chunk
from .job import Slabs
from .knots import Knots
from .uncertain import Radii, radius_at


@jit
def widen_boxes(
    knots: Knots,
    radii: Radii,
    slabs: Slabs,
    chunk: Chunk,
    first: IndexArray,
    last: IndexArray,
    places: Places,
    scale: float,
    bounds: Float32Array,
) -> None:
    """Widen one fleet's boxes, [first, last) of each slab of the chunk, by its radii.

    `scale` is that of the altitudes (see `boxes.altitude_scale`). One step more than a radius has
    makes up for the rounding down of whole steps.
    """
    for slab in range(chunk.first, chunk.last):
        here = slab - chunk.first
        for box in range(first[here], last[here]):
            part: int = places.part[box]
            leg: int = places.leg[box]
            begin = max(slabs.start[slab], knots.time[knots.part_start[part]])
            end = min(slabs.end[slab], knots.time[knots.part_start[part + 1] - 1])
            across = _largest(knots, radii.horizontal, leg, begin, end)
            upward = _largest(knots, radii.vertical, leg, begin, end)
            steps = np.ceil(upward * scale) + 1.0
            _widen(bounds, box, across, across if knots.geodetic else 0.0, steps)


@jit_inner
def _largest(knots: Knots, radii: FloatArray, leg: int, begin: Time, end: Time) -> float:
    """Return the largest radius on [begin, end]; the leg holds `begin`."""
    if radii.size == 0:
        return 0.0
    largest = radius_at(knots.time, radii, leg, begin)
    while knots.time[leg + 1] < end:
        leg += 1
        largest = max(largest, radii[leg])
    return max(largest, radius_at(knots.time, radii, leg, end))


@jit_inner
def _widen(bounds: Float32Array, box: int, across: float, deep: float, upward: float) -> None:
    bounds[box, 0] = _rounded_down(bounds[box, 0] - across)
    bounds[box, 1] = _rounded_down(bounds[box, 1] - across)
    bounds[box, 2] = _rounded_down(bounds[box, 2] - deep)
    bounds[box, 3] = _rounded_down(bounds[box, 3] - upward)
    bounds[box, 4] = -_rounded_down(-(bounds[box, 4] + across))
    bounds[box, 5] = -_rounded_down(-(bounds[box, 5] + across))
    bounds[box, 6] = -_rounded_down(-(bounds[box, 6] + deep))
    bounds[box, 7] = -_rounded_down(-(bounds[box, 7] + upward))


@jit_inner
def _rounded_down(value: float) -> np.float32:
    """Return a float32 below `value`."""
    return np.float32(value - abs(value) * OUTWARD)
