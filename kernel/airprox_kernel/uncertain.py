"""Uncertain positions: loss of separation of a cylinder that grows or shrinks along an interval.

An aircraft is somewhere within its horizontal radius and its vertical half-height of where its
trajectory has it. Separation is possibly lost while the nominal positions are closer than the
minima plus the radii of both, and certainly lost while they are closer than the minima less those
radii. Radii are linear between knots, so on an elementary interval R(u) = start + u * change, and
|s_h(u)| < R(u) is one quadratic; both conditions are convex, and a loss is one interval.
"""

import math
from typing import NamedTuple

from ._jit import jit, jit_inner
from ._types import FloatArray, Time, TimeArray
from .bands import Line, line_at
from .cpa import UNDERFLOW, horizontal_product, horizontal_speed_square
from .motion import Motion, horizontal_square, separation_at
from .violation import Span


class Radii(NamedTuple):
    """How far aircraft may be from their trajectories (m), (knots,); length 0 for not at all."""

    horizontal: FloatArray
    vertical: FloatArray


class Spread(NamedTuple):
    """The radii of one aircraft, or the sums of a pair's, on an elementary interval."""

    horizontal: Line
    vertical: Line


class Loss(NamedTuple):
    """Loss on [start, end], a part of [low, high]; none iff ``start == end``.

    `at_start` and `at_end` tell whether it holds at `low` and at `high`.
    """

    start: float
    end: float
    at_start: bool
    at_end: bool


@jit
def radius_at(times: TimeArray, radii: FloatArray, leg: int, time: Time) -> float:
    """Return the radius at a time of a leg, as `position_at` does a coordinate; 0 without radii."""
    if radii.size == 0:
        return 0.0
    start, end = times[leg], times[leg + 1]
    if time <= start:
        return radii[leg]
    if time >= end:
        return radii[leg + 1]
    fraction = float(time - start) / float(end - start)
    return radii[leg] + fraction * (radii[leg + 1] - radii[leg])


@jit
def largest_radius(radii: FloatArray, leg: int) -> float:
    """Return the largest radius on a leg, which is that at one of its knots; 0 without radii."""
    return max(radii[leg], radii[leg + 1]) if radii.size > 0 else 0.0


@jit_inner
def _line(times: TimeArray, radii: FloatArray, leg: int, start: Time, end: Time) -> Line:
    first = radius_at(times, radii, leg, start)
    return Line(first, radius_at(times, radii, leg, end) - first)


@jit
def spread_on(times: TimeArray, radii: Radii, leg: int, start: Time, end: Time) -> Spread:
    """Return the radii on [start, end], a part of the leg."""
    return Spread(
        _line(times, radii.horizontal, leg, start, end),
        _line(times, radii.vertical, leg, start, end),
    )


@jit
def widened(minimum: float, one: Line, two: Line, sign: float) -> Line:
    """Return the minimum plus (`sign` 1) or less (-1) the radii of both."""
    return Line(minimum + sign * (one.start + two.start), sign * (one.change + two.change))


@jit
def growing_loss(motion: Motion, minima: Spread, low: float, high: float) -> Loss:
    """Return where on [low, high] |s_h| < R and |s_z| < V, for R, V linear in u."""
    across = growing_span(motion, minima.horizontal)
    above = _half_span(motion.vertical, motion.rise, minima.vertical)
    below = _half_span(-motion.vertical, -motion.rise, minima.vertical)
    at_start = _is_lost(motion, minima, low)
    at_end = _is_lost(motion, minima, high)
    start = low if at_start else max(max(across.low, low), max(above.low, below.low))
    end = high if at_end else min(min(across.high, high), min(above.high, below.high))
    if not start < end:
        return Loss(low, low, False, False)
    return Loss(start, end, at_start, at_end)


@jit_inner
def _is_lost(motion: Motion, minima: Spread, u: float) -> bool:
    separation = separation_at(motion, u)
    radius = line_at(minima.horizontal, u)
    return (
        radius > 0.0
        and horizontal_square(separation) < radius * radius
        and abs(separation.vertical) < line_at(minima.vertical, u)
    )


@jit_inner
def _half_span(value: float, change: float, limit: Line) -> Span:
    """Return the span on which value + u * change < limit."""
    slope = change - limit.change
    excess = value - limit.start
    if slope == 0.0:
        return Span(-math.inf, math.inf) if excess < 0.0 else Span(1.0, 0.0)
    if slope > 0.0:
        return Span(-math.inf, -excess / slope)
    return Span(-excess / slope, math.inf)


@jit
def growing_span(motion: Motion, radius: Line) -> Span:
    """Return the span on which |s_h(u)| <= R(u), for the motion continued over all u.

    With c = R w - k s at u = 0, for the displacement w and the change k of the radius, the
    quadratic a u² + 2 b u + e < 0 has a = |w|² - k², b = s·w - R k, e = |s|² - R² and the
    discriminant b² - a e = |c|² - |s x w|², which for k = 0 is that of `horizontal_span`. Where R
    is negative the quadratic holds for -R, which the sign of R in mid-span tells; where the radius
    grows or shrinks faster than the aircraft move (a < 0), the span is the ray on which it is
    positive; where just as fast (a = 0), there is one root, and a ray or nothing.
    """
    m = motion
    k = radius.change
    speed_square = horizontal_speed_square(m)
    excess = horizontal_square(separation_at(m, 0.0)) - radius.start * radius.start
    if speed_square < UNDERFLOW and k * k < UNDERFLOW:
        inside = radius.start > 0.0 and excess < 0.0
        return Span(-math.inf, math.inf) if inside else Span(1.0, 0.0)
    cx = radius.start * m.dx - k * m.x
    cy = radius.start * m.dy - k * m.y
    cz = radius.start * m.dz - k * m.z
    cross_x = m.y * m.dz - m.z * m.dy
    cross_y = m.z * m.dx - m.x * m.dz
    cross_z = m.x * m.dy - m.y * m.dx
    cross_square = cross_x * cross_x + cross_y * cross_y + cross_z * cross_z
    discriminant = (cx * cx + cy * cy + cz * cz) - cross_square
    a = speed_square - k * k
    if a > 0.0 and discriminant <= 0.0:
        return Span(1.0, 0.0)
    b = horizontal_product(m) - radius.start * k
    q = -(b + math.copysign(math.sqrt(max(discriminant, 0.0)), b))
    # One root of each kind: the other form of either would lose its digits to cancellation.
    one = q / a if a != 0.0 else math.copysign(math.inf, q)
    two = excess / q if q != 0.0 else 0.0
    low, high = min(one, two), max(one, two)
    if a > 0.0:
        return Span(low, high) if line_at(radius, 0.5 * (low + high)) > 0.0 else Span(1.0, 0.0)
    if a == 0.0 and b * k >= 0.0:
        return Span(1.0, 0.0)
    if k > 0.0:
        return Span(high if a < 0.0 else two, math.inf)
    return Span(-math.inf, low if a < 0.0 else two)
