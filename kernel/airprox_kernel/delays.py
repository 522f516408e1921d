"""Forbidden delays of two legs: which delays of the one would put the two in conflict, exactly.

Own is at a(t) during its leg, other at b(u) during its own; delayed by d, other is at b(t - d) at
time t. So the delays that lead to a loss of separation are the differences t - u over all (t, u)
with |b(u) - a(t)| below the minima, horizontally and vertically. Those (t, u) are a convex set: the
rectangle of the two legs, cut to the strip in which the vertical separation is small enough, and to
the ellipse (for parallel motions a strip) in which the horizontal one is. A convex set has one
interval of differences, whose ends lie on an edge of the rectangle or of the strip, or where the
ellipse touches a line of constant difference.

Rounding. Write r for the unit roundoff and L for the sum of the lengths that occur (the separation,
both legs, the minimum). Every separation that is formed here is within a few r L of the exact one;
of the three kinds of ends

* the ends of the part of an edge that lies in the ellipse come from D²h² - (s x h)², an error of
  which is one of a few r L in D;
* a vertical crossing is off by what a few r of the altitudes are worth;
* a touching point is formed by one quotient and one projection, so that the separation there is
  within a few r L of one of length D, however nearly parallel the legs are. Where the quotient has
  no digits left, the separation across the legs varies by less than r L, and an edge has the same
  delays.

So for minima widened by `ROUNDING` * L the computed interval contains the exact one, and that of
minima twice as much wider contains it.
"""

import math
from typing import NamedTuple

from ._jit import jit, jit_inner
from .cpa import UNDERFLOW
from .violation import Span

ROUNDING = 16.0 * 2.0**-53


class LegPair(NamedTuple):
    """Two legs, each seen from its middle: at k in [-1, 1] it is k halves away from there.

    Other less own is s = (x, y) + k_other (other_x, other_y) - k_own (own_x, own_y), horizontally,
    and likewise vertically; the delay that brings the two places together in time is
    delay + k_own own_time - k_other other_time.
    """

    x: float
    y: float
    vertical: float
    own_x: float
    own_y: float
    own_rise: float
    own_time: float
    """Half of the leg's duration (s)."""
    other_x: float
    other_y: float
    other_rise: float
    other_time: float
    delay: float
    """The middle of own's leg less the middle of other's (s)."""


@jit
def leg_delays(pair: LegPair, horizontal: float, vertical: float) -> Span:
    """Return the open interval of delays (s) that lead to a loss of separation under these minima.

    Minima are in metres, `vertical` may be inf. There is none iff ``low > high``; widening the
    minima by rounding may make an interval of length 0 out of none. Legs that are mirror images,
    as other and own are of each other, give mirrored intervals bit for bit if the first of the two
    is always given as own (see `is_first`).
    """
    p = pair
    across = abs(p.x) + abs(p.y) + abs(p.own_x) + abs(p.own_y) + abs(p.other_x) + abs(p.other_y)
    upward = abs(p.vertical) + abs(p.own_rise) + abs(p.other_rise)
    horizontal += ROUNDING * (across + horizontal)
    if not math.isinf(vertical):
        vertical += ROUNDING * (upward + vertical)
    if not abs(p.vertical) <= vertical + abs(p.own_rise) + abs(p.other_rise):
        return Span(1.0, 0.0)
    found = Span(math.inf, -math.inf)
    for sign in (-1.0, 1.0):
        found = _hull(found, _own_end(p, sign, horizontal, vertical))
        found = _hull(found, _other_end(p, sign, horizontal, vertical))
        found = _hull(found, _crossing_level(p, sign * vertical, horizontal))
        found = _hull(found, _touching(p, sign * horizontal, vertical))
    return Span(p.delay + found.low, p.delay + found.high)


@jit_inner
def _hull(one: Span, two: Span) -> Span:
    if two.low > two.high:
        return one
    return Span(min(one.low, two.low), max(one.high, two.high))


@jit_inner
def _common(one: Span, two: Span) -> Span:
    return Span(max(one.low, two.low), min(one.high, two.high))


@jit_inner
def _line_over(span: Span, value: float, slope: float) -> Span:
    """Return the values of value + slope k for k in a span; the empty span stays empty."""
    if not span.low <= span.high:
        return Span(1.0, 0.0)
    one, two = value + slope * span.low, value + slope * span.high
    return Span(min(one, two), max(one, two))


@jit_inner
def _own_end(p: LegPair, sign: float, horizontal: float, vertical: float) -> Span:
    """Return the delays, from `p.delay`, with own at an end of its leg."""
    x, y = p.x - sign * p.own_x, p.y - sign * p.own_y
    above = p.vertical - sign * p.own_rise
    span = _common(
        within_disc(x, y, p.other_x, p.other_y, horizontal),
        within_strip(above, p.other_rise, vertical),
    )
    return _line_over(_common(span, Span(-1.0, 1.0)), sign * p.own_time, -p.other_time)


@jit_inner
def _other_end(p: LegPair, sign: float, horizontal: float, vertical: float) -> Span:
    """Return the delays, from `p.delay`, with other at an end of its leg."""
    x, y = p.x + sign * p.other_x, p.y + sign * p.other_y
    above = p.vertical + sign * p.other_rise
    span = _common(
        within_disc(x, y, -p.own_x, -p.own_y, horizontal),
        within_strip(above, -p.own_rise, vertical),
    )
    return _line_over(_common(span, Span(-1.0, 1.0)), -sign * p.other_time, p.own_time)


@jit_inner
def _crossing_level(p: LegPair, level: float, horizontal: float) -> Span:
    """Return the delays, from `p.delay`, at which other is `level` metres above own.

    Where own's rise is the smaller, k_other = first + slope k_own with |slope| <= 1; else k_own is
    such a function of k_other.
    """
    if math.isinf(level) or max(abs(p.own_rise), abs(p.other_rise)) == 0.0:
        return Span(1.0, 0.0)
    if abs(p.own_rise) <= abs(p.other_rise):
        first = (level - p.vertical) / p.other_rise
        slope = p.own_rise / p.other_rise
        x, y = p.x + first * p.other_x, p.y + first * p.other_y
        dx, dy = slope * p.other_x - p.own_x, slope * p.other_y - p.own_y
        value, change = -first * p.other_time, p.own_time - slope * p.other_time
    else:
        first = (p.vertical - level) / p.own_rise
        slope = p.other_rise / p.own_rise
        x, y = p.x - first * p.own_x, p.y - first * p.own_y
        dx, dy = p.other_x - slope * p.own_x, p.other_y - slope * p.own_y
        value, change = first * p.own_time, slope * p.own_time - p.other_time
    if not abs(first) <= 2.0:
        return Span(1.0, 0.0)
    span = _common(within_disc(x, y, dx, dy, horizontal), within_strip(first, slope, 1.0))
    return _line_over(_common(span, Span(-1.0, 1.0)), value, change)


@jit_inner
def _touching(p: LegPair, distance: float, vertical: float) -> Span:
    """Return the delay, from `p.delay`, at which the two pass at just `distance`, to one side.

    There the separation is across the relative velocity w. None where the legs are parallel, since
    then an edge has the same delay, or where the place is outside of the legs.
    """
    wx = p.other_x / p.other_time - p.own_x / p.own_time
    wy = p.other_y / p.other_time - p.own_y / p.own_time
    speed = math.sqrt(wx * wx + wy * wy)
    turn = p.own_x * p.other_y - p.own_y * p.other_x
    square = p.other_x * p.other_x + p.other_y * p.other_y
    if turn == 0.0 or square < UNDERFLOW or speed == 0.0:
        return Span(1.0, 0.0)
    x, y = -distance * wy / speed - p.x, distance * wx / speed - p.y
    own = (y * p.other_x - x * p.other_y) / turn
    if not abs(own) <= 1.0:
        return Span(1.0, 0.0)
    other = ((x + own * p.own_x) * p.other_x + (y + own * p.own_y) * p.other_y) / square
    above = p.vertical + (other * p.other_rise - own * p.own_rise)
    if not (abs(other) <= 1.0 and abs(above) <= vertical):
        return Span(1.0, 0.0)
    offset = own * p.own_time - other * p.other_time
    return Span(offset, offset)


@jit
def within_disc(x: float, y: float, dx: float, dy: float, radius: float) -> Span:
    """Return the k for which |(x, y) + k (dx, dy)| <= radius."""
    square = dx * dx + dy * dy
    if square < UNDERFLOW:
        inside = x * x + y * y < radius * radius
        return Span(-math.inf, math.inf) if inside else Span(1.0, 0.0)
    cross = x * dy - y * dx
    rest = radius * radius * square - cross * cross
    if not rest > 0.0:
        return Span(1.0, 0.0)
    root = math.sqrt(rest)
    product = x * dx + y * dy
    return Span((-product - root) / square, (-product + root) / square)


@jit
def within_strip(value: float, change: float, limit: float) -> Span:
    """Return the k for which |value + k change| <= limit."""
    if change * change < UNDERFLOW:
        return Span(-math.inf, math.inf) if abs(value) <= limit else Span(1.0, 0.0)
    one, two = (-limit - value) / change, (limit - value) / change
    return Span(min(one, two), max(one, two))
