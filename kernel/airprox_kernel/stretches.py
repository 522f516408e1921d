"""Stretches: the box of a part of a trajectory between two instants, rounded outwards."""

from typing import NamedTuple

import numpy as np

from ._jit import jit_inner
from ._types import FloatArray, Time
from .boxes import OUTWARD
from .knots import Knots
from .segments import Position, knot_position, leg_at, position_at
from .steps import LAST_BITS, SPARE
from .uncertain import Radii, radius_at


class Box(NamedTuple):
    """Bounds as float32: x, y, z (m, rounded outwards; z is 0 in the plane) and altitude steps."""

    low_x: np.float32
    low_y: np.float32
    low_z: np.float32
    low_step: np.float32
    high_x: np.float32
    high_y: np.float32
    high_z: np.float32
    high_step: np.float32


class Span(NamedTuple):
    """A stretch of a part: the leg that holds its start, or one before it, and its ends."""

    leg: int
    start: Time
    end: Time


class Fringe(NamedTuple):
    """How far the boxes of one trajectory reach (m) beyond its positions, and where it may be."""

    across: float
    upward: float
    radii: Radii


@jit_inner
def leg_in(knots: Knots, part: int, time: Time) -> int:
    """Return the leg of a part that holds `time`."""
    first: int = knots.part_start[part]
    last: int = knots.part_start[part + 1] - 1
    return leg_at(knots.time, first, last, time)


@jit_inner
def stretch_box(knots: Knots, fringe: Fringe, step: float, span: Span) -> tuple[Box, int]:
    """Return the box of a stretch, and the leg that holds its end."""
    leg = span.leg
    while knots.time[leg + 1] < span.start:
        leg += 1
    across = radius_at(knots.time, fringe.radii.horizontal, leg, span.start)
    upward = radius_at(knots.time, fringe.radii.vertical, leg, span.start)
    low = high = position_at(knots, leg, span.start)
    while knots.time[leg + 1] < span.end:
        leg += 1
        here = knot_position(knots, leg)
        low, high = _least(low, here), _greatest(high, here)
        across = max(across, _radius(fringe.radii.horizontal, leg))
        upward = max(upward, _radius(fringe.radii.vertical, leg))
    here = position_at(knots, leg, span.end)
    low, high = _least(low, here), _greatest(high, here)
    across = max(across, radius_at(knots.time, fringe.radii.horizontal, leg, span.end))
    upward = max(upward, radius_at(knots.time, fringe.radii.vertical, leg, span.end))
    across += fringe.across
    upward += fringe.upward
    deep = across if knots.geodetic else 0.0
    box = Box(
        _below(low.x, across),
        _below(low.y, across),
        _below(low.z, deep),
        _step_of(low.altitude, -upward, step),
        _above(high.x, across),
        _above(high.y, across),
        _above(high.z, deep),
        _step_of(high.altitude, upward, step),
    )
    return box, leg


@jit_inner
def _radius(radii: FloatArray, knot: int) -> float:
    return radii[knot] if radii.size > 0 else 0.0


@jit_inner
def _least(one: Position, two: Position) -> Position:
    return Position(
        min(one.x, two.x),
        min(one.y, two.y),
        min(one.z, two.z),
        min(one.altitude, two.altitude),
    )


@jit_inner
def _greatest(one: Position, two: Position) -> Position:
    return Position(
        max(one.x, two.x),
        max(one.y, two.y),
        max(one.z, two.z),
        max(one.altitude, two.altitude),
    )


@jit_inner
def _below(value: float, by: float) -> np.float32:
    """Return a float32 below ``value - by``."""
    bound = value - by
    return np.float32(bound - abs(bound) * OUTWARD - (abs(value) + by) * LAST_BITS)


@jit_inner
def _above(value: float, by: float) -> np.float32:
    """Return a float32 above ``value + by``."""
    bound = value + by
    return np.float32(bound + abs(bound) * OUTWARD + (abs(value) + by) * LAST_BITS)


@jit_inner
def _step_of(altitude: float, by: float, step: float) -> np.float32:
    """Return the step of ``altitude + by``, an end of a box moved inwards by `SPARE`.

    The map from altitudes to steps never decreases, so what meets before meets after it.
    """
    rounding = (abs(altitude) + abs(by)) * LAST_BITS
    moved = altitude + by + (SPARE - rounding if by < 0.0 else rounding - SPARE)
    return np.float32(np.floor(moved * step))
