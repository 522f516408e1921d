"""Closest approach on one elementary interval, in closed form.

The interval's parameter is u in [0, 1]. Minimisers are the earliest ones: where the separation
does not change, that is u = 0. Coordinates are bounded (|s| <= 2e9 m), so no square overflows.
"""

import math
from typing import NamedTuple

from ._jit import jit, jit_inner
from .motion import Motion, horizontal_square, separation_at

UNDERFLOW = 1e-200
"""A squared displacement (m²) under this is no motion: less than 1e-100 m over the interval, and
its products with other lengths would lose their digits to underflow."""


class CriticalPoint(NamedTuple):
    """Minimiser `u` and minimum `square` of N = max(|s_h|²/D², s_z²/H²)."""

    u: float
    square: float


@jit_inner
def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


@jit
def horizontal_speed_square(motion: Motion) -> float:
    """Return |w_h|², the squared horizontal displacement over the interval (m²)."""
    return motion.dx * motion.dx + motion.dy * motion.dy + motion.dz * motion.dz


@jit
def horizontal_product(motion: Motion) -> float:
    """Return s_h · w_h at the start of the interval (m²)."""
    return motion.x * motion.dx + motion.y * motion.dy + motion.z * motion.dz


@jit
def horizontal_cpa(motion: Motion, low: float, high: float) -> float:
    """Return the earliest u in [low, high] at which |s_h| is least."""
    square = horizontal_speed_square(motion)
    if square < UNDERFLOW:
        return low
    return _clamp(-horizontal_product(motion) / square, low, high)


@jit
def slant_cpa(motion: Motion) -> float:
    """Return the earliest u in [0, 1] at which the distance in three dimensions is least."""
    square = horizontal_speed_square(motion) + motion.rise * motion.rise
    if square < UNDERFLOW:
        return 0.0
    product = horizontal_product(motion) + motion.vertical * motion.rise
    return _clamp(-product / square, 0.0, 1.0)


@jit
def vertical_cpa(motion: Motion, low: float, high: float) -> float:
    """Return the earliest u in [low, high] at which |s_z| is least."""
    if motion.rise * motion.rise < UNDERFLOW:
        return low
    return _clamp(-motion.vertical / motion.rise, low, high)


@jit
def horizontal_term(motion: Motion, u: float, weight: float) -> float:
    """Return |s_h(u)|² · weight, the horizontal term of N for weight = 1/D²."""
    return horizontal_square(separation_at(motion, u)) * weight


@jit
def vertical_term(motion: Motion, u: float, weight: float) -> float:
    """Return s_z(u)² · weight, the vertical term of N for weight = 1/H² (0 for H = inf)."""
    vertical = separation_at(motion, u).vertical
    return vertical * vertical * weight


@jit
def cylinder_square(motion: Motion, u: float, horizontal: float, vertical: float) -> float:
    """Return N(u) for the weights `horizontal` = 1/D² and `vertical` = 1/H²."""
    return max(horizontal_term(motion, u, horizontal), vertical_term(motion, u, vertical))


@jit
def critical_point(motion: Motion, horizontal: float, vertical: float) -> CriticalPoint:
    """Return the earliest minimiser of N on the whole interval and the value there."""
    return critical_point_within(motion, horizontal, vertical, 0.0, 1.0)


@jit
def critical_point_within(
    motion: Motion, horizontal: float, vertical: float, low: float, high: float
) -> CriticalPoint:
    """Return the earliest minimiser of N on [low, high] and the value there.

    Both terms are convex, so N is; between their minimisers one term rises and the other falls.
    Hence the minimum is at the horizontal minimiser iff the horizontal term is the larger one
    there, at the vertical minimiser iff the vertical one is there, and else where they cross.
    """
    u_horizontal = horizontal_cpa(motion, low, high)
    least = horizontal_term(motion, u_horizontal, horizontal)
    over = vertical_term(motion, u_horizontal, vertical)
    if least >= over:
        return CriticalPoint(u_horizontal, least)
    u_vertical = vertical_cpa(motion, low, high)
    least = vertical_term(motion, u_vertical, vertical)
    above = horizontal_term(motion, u_vertical, horizontal)
    if least >= above:
        return CriticalPoint(u_vertical, least)
    if over <= above:
        u = _crossing(motion, u_horizontal, u_vertical, horizontal, vertical)
    else:
        u = _crossing(motion, u_vertical, u_horizontal, horizontal, vertical)
    return CriticalPoint(u, cylinder_square(motion, u, horizontal, vertical))


@jit_inner
def _crossing(motion: Motion, near: float, far: float, horizontal: float, vertical: float) -> float:
    """Return the u between `near` and `far` at which the two terms of N are equal.

    The difference g of the terms has opposite signs at the two ends and one zero between them.
    The quadratic is set up around `near`, the end with the smaller N, since around the start of a
    long leg its coefficients would cancel; one Newton step from values taken at the root itself
    removes what cancellation is left.
    """
    low, high = min(near, far), max(near, far)
    a = horizontal_speed_square(motion) * horizontal - motion.rise * motion.rise * vertical
    half_slope = _half_slope(motion, near, horizontal, vertical)
    g = _difference(motion, near, horizontal, vertical)
    root = math.sqrt(max(half_slope * half_slope - a * g, 0.0))
    q = -(half_slope + math.copysign(root, half_slope))
    u = far
    if q != 0.0 and _is_between(near + g / q, low, high):
        u = near + g / q
    elif a != 0.0:
        u = _clamp(near + q / a, low, high)
    half_slope = _half_slope(motion, u, horizontal, vertical)
    if half_slope != 0.0:
        step = _difference(motion, u, horizontal, vertical) / (2.0 * half_slope)
        u = _clamp(u - step, low, high)
    return u


@jit_inner
def _is_between(value: float, low: float, high: float) -> bool:
    return low <= value <= high


@jit_inner
def _difference(motion: Motion, u: float, horizontal: float, vertical: float) -> float:
    """Return g(u), the horizontal term of N minus the vertical one."""
    return horizontal_term(motion, u, horizontal) - vertical_term(motion, u, vertical)


@jit_inner
def _half_slope(motion: Motion, u: float, horizontal: float, vertical: float) -> float:
    """Return g'(u) / 2."""
    s = separation_at(motion, u)
    product = s.x * motion.dx + s.y * motion.dy + s.z * motion.dz
    return product * horizontal - s.vertical * motion.rise * vertical
