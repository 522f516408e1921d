"""Boxes of uncertain aircraft: each is widened by the largest radii that it has in its slab."""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner
from ._types import Float32Array, FloatArray, IndexArray, Time
from .boxes import Places, rounded_down
from .chunks import Chunk
from .job import Slabs
from .knots import Knots
from .tubes import RADIUS
from .uncertain import Radii, radius_at


class Aircraft(NamedTuple):
    """One fleet, and how far its aircraft may be from their positions."""

    knots: Knots
    radii: Radii


class Run(NamedTuple):
    """The boxes [first, last) of each slab of a chunk, (slabs of the chunk,) each."""

    chunk: Chunk
    first: IndexArray
    last: IndexArray


@jit
def widen_boxes(
    aircraft: Aircraft, slabs: Slabs, run: Run, places: Places, bounds: Float32Array, scale: float
) -> None:
    """Widen one fleet's boxes and tubes by its radii.

    `scale` is that of the altitudes (see `steps.altitude_scale`). One step more than a radius has
    makes up for the rounding down of whole steps.
    """
    knots, radii = aircraft
    for slab in range(run.chunk.first, run.chunk.last):
        here = slab - run.chunk.first
        for box in range(run.first[here], run.last[here]):
            part: int = places.part[box]
            leg: int = places.leg[box]
            begin = max(slabs.start[slab], knots.time[knots.part_start[part]])
            end = min(slabs.end[slab], knots.time[knots.part_start[part + 1] - 1])
            across = _largest(knots, radii.horizontal, leg, begin, end)
            upward = _largest(knots, radii.vertical, leg, begin, end)
            steps = np.ceil(upward * scale) + 1.0
            _widen(bounds, box, across, across if knots.geodetic else 0.0, steps)
            wide = np.float64(places.tube[box, RADIUS]) + across
            places.tube[box, RADIUS] = -rounded_down(-wide)


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
    bounds[box, 0] = rounded_down(bounds[box, 0] - across)
    bounds[box, 1] = rounded_down(bounds[box, 1] - across)
    bounds[box, 2] = rounded_down(bounds[box, 2] - deep)
    bounds[box, 3] = rounded_down(bounds[box, 3] - upward)
    bounds[box, 4] = -rounded_down(-(bounds[box, 4] + across))
    bounds[box, 5] = -rounded_down(-(bounds[box, 5] + across))
    bounds[box, 6] = -rounded_down(-(bounds[box, 6] + deep))
    bounds[box, 7] = -rounded_down(-(bounds[box, 7] + upward))
