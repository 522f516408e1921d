"""The part [t_in, t_out] of an elementary interval on which separation is lost.

Loss of separation at u: |s_h| < D and |s_z| < H, for the effective minima D and H (already less
the touch tolerance).
"""

import math
from typing import NamedTuple

from ._jit import jit, jit_inner
from .cpa import (
    UNDERFLOW,
    critical_point_within,
    cylinder_square,
    horizontal_product,
    horizontal_speed_square,
)
from .motion import Motion


class Cylinder(NamedTuple):
    """Effective minima and the weights of N: D, H in metres, 1/D² and 1/H² in 1/m²."""

    horizontal: float
    vertical: float
    horizontal_weight: float
    vertical_weight: float


class Violation(NamedTuple):
    """Loss of separation on [start, end], a part of [low, high]; none iff ``start == end``.

    `at_start` and `at_end` tell whether separation is lost at `low` and at `high`; `critical` and
    `square` are the minimiser and the minimum of N on [low, high].
    """

    start: float
    end: float
    at_start: bool
    at_end: bool
    critical: float
    square: float


class Span(NamedTuple):
    """A span of u, not limited to [0, 1]; empty iff ``low > high``."""

    low: float
    high: float


@jit
def cylinder(horizontal: float, vertical: float) -> Cylinder:
    """Return the cylinder of two effective minima (m); an infinite `vertical` has weight 0."""
    return Cylinder(
        horizontal, vertical, 1.0 / (horizontal * horizontal), 1.0 / (vertical * vertical)
    )


@jit
def horizontal_span(motion: Motion, minimum: float) -> Span:
    """Return the span on which |s_h| <= minimum, for the motion continued over all u.

    The discriminant is D²|w|² - |s x w|², not b² - 4ac: on long legs the latter loses grazing
    pairs to cancellation. (CD2D.Delta of NASA's ACCoRD library has the same form.)
    """
    m = motion
    square = horizontal_speed_square(m)
    if square < UNDERFLOW:
        inside = m.x * m.x + m.y * m.y + m.z * m.z < minimum * minimum
        return Span(-math.inf, math.inf) if inside else Span(1.0, 0.0)
    cross_x = m.y * m.dz - m.z * m.dy
    cross_y = m.z * m.dx - m.x * m.dz
    cross_z = m.x * m.dy - m.y * m.dx
    cross_square = cross_x * cross_x + cross_y * cross_y + cross_z * cross_z
    root = math.sqrt(max(minimum * minimum * square - cross_square, 0.0))
    product = horizontal_product(m)
    return Span((-product - root) / square, (-product + root) / square)


@jit
def vertical_span(motion: Motion, minimum: float) -> Span:
    """Return the span on which |s_z| <= minimum, for the motion continued over all u."""
    if motion.rise * motion.rise < UNDERFLOW:
        inside = abs(motion.vertical) < minimum
        return Span(-math.inf, math.inf) if inside else Span(1.0, 0.0)
    one = (-motion.vertical - minimum) / motion.rise
    two = (-motion.vertical + minimum) / motion.rise
    return Span(min(one, two), max(one, two))


@jit
def violation(motion: Motion, minima: Cylinder) -> Violation:
    """Return where on the whole interval separation is lost."""
    return violation_within(motion, minima, 0.0, 1.0)


@jit
def violation_within(motion: Motion, minima: Cylinder, low: float, high: float) -> Violation:
    """Return where on [low, high], a part of [0, 1], separation is lost.

    There is a loss iff the least N is below 1; this one test decides, and the roots only place
    the ends. An end of the part that is itself in loss is an end of the result, exactly.
    """
    point = critical_point_within(
        motion, minima.horizontal_weight, minima.vertical_weight, low, high
    )
    if not point.square < 1.0:
        return Violation(low, low, False, False, point.u, point.square)
    across = horizontal_span(motion, minima.horizontal)
    along = vertical_span(motion, minima.vertical)
    at_start = _is_lost(motion, low, minima)
    at_end = _is_lost(motion, high, minima)
    start = low if at_start else min(max(across.low, along.low, low), point.u)
    end = high if at_end else max(min(across.high, along.high, high), point.u)
    return Violation(start, end, at_start, at_end, point.u, point.square)


@jit_inner
def _is_lost(motion: Motion, u: float, minima: Cylinder) -> bool:
    n = cylinder_square(motion, u, minima.horizontal_weight, minima.vertical_weight)
    return n < 1.0
