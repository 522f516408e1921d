"""Loss of separation of two planar legs in rational arithmetic.

Roots are rounded outwards to a grid of 2⁻¹⁰⁰ of the unit of time, and nothing is decided by them:
whether there is a loss, and whether it holds at a knot, is told by rational numbers alone.
"""

import math
from fractions import Fraction
from typing import NamedTuple

GRID = 1 << 100
BELOW_ONE = math.nextafter(1.0, 0.0)

Place = tuple[Fraction, Fraction, Fraction]


class Box(NamedTuple):
    """Effective minima: loss is |s_h| < horizontal and |s_z| < vertical (None: any)."""

    horizontal: Fraction
    vertical: Fraction | None


class Line(NamedTuple):
    """The separation s + v·t for t in [0, length]."""

    length: Fraction
    s: Place
    v: Place


class Loss(NamedTuple):
    """The open span of loss on a line, on the grid; `at_start` and `at_end` say if it is closed."""

    start: Fraction
    end: Fraction
    at_start: bool
    at_end: bool


class Closest(NamedTuple):
    """An instant of a line and the value that is least there."""

    time: Fraction
    square: Fraction


def line_between(first: Place, last: Place, length: Fraction) -> Line:
    """Return the line from one separation to another."""
    x, y, z = ((b - a) / length for a, b in zip(first, last, strict=True))
    return Line(length, first, (x, y, z))


def at(line: Line, time: Fraction) -> Place:
    """Return the separation at an instant."""
    x, y, z = (s + v * time for s, v in zip(line.s, line.v, strict=True))
    return x, y, z


def is_lost(place: Place, box: Box) -> bool:
    """Return whether separation is lost there."""
    x, y, z = place
    return x * x + y * y < box.horizontal**2 and (box.vertical is None or abs(z) < box.vertical)


def loss_on(line: Line, box: Box) -> Loss | None:
    """Return where separation is lost on a line; None iff nowhere on a span of positive length.

    The vertical minimum leaves an open span of t. Separation is lost somewhere in it iff the least
    |s_h| on its closure is below the horizontal minimum: what is lost there, is lost near by.
    """
    low, high = _vertical_span(line, box)
    if not low < high:
        return None
    nearest = min(max(_horizontal_minimiser(line), low), high)
    if not _across(line, nearest) < box.horizontal**2:
        return None
    start, end = low, high
    if not _across(line, low) < box.horizontal**2:
        start = max(low, _crossing(line, box, -1))
    if not _across(line, high) < box.horizontal**2:
        end = min(high, _crossing(line, box, 1))
    return Loss(start, end, is_lost(line.s, box), is_lost(at(line, line.length), box))


def closest_on(line: Line, loss: Loss) -> Closest:
    """Return the least |s_h|² within a loss."""
    time = min(max(_horizontal_minimiser(line), loss.start), loss.end)
    return Closest(time, _across(line, time))


def critical_on(line: Line, box: Box) -> Closest:
    """Return the least N = max(|s_h|²/D², s_z²/H²) on a line that has a loss.

    As in `airprox_kernel.cpa`: at the minimiser of the term that is the larger one there, else
    where the two terms cross between the minimisers, found by halving on the grid.
    """
    across = min(max(_horizontal_minimiser(line), Fraction(0)), line.length)
    if box.vertical is None or _excess(line, box, across) >= 0:
        return Closest(across, _across(line, across) / box.horizontal**2)
    rise = line.v[2]
    upward = Fraction(0) if rise == 0 else min(max(-line.s[2] / rise, Fraction(0)), line.length)
    if _excess(line, box, upward) > 0:
        # The horizontal term is the larger one at `over`, the vertical one at `under`.
        under, over = across, upward
        while abs(over - under) * GRID > 1:
            middle = Fraction(math.floor((under + over) / 2 * GRID), GRID)
            if middle in (under, over):
                break
            if _excess(line, box, middle) > 0:
                over = middle
            else:
                under = middle
        upward = under
    return Closest(upward, (at(line, upward)[2] / box.vertical) ** 2)


def rounded(value: Fraction, places: int) -> float:
    """Return a grid value rounded down (-1) or up (1) to whole units, or to nearest (0)."""
    if places == 0:
        return float(value)
    return float(math.floor(value) if places < 0 else math.ceil(value))


def root(square: Fraction) -> float:
    """Return the square root, to the nearest float64 but for 2⁻¹⁰⁰."""
    return float(Fraction(math.isqrt(math.floor(square * GRID**2)), GRID))


def _across(line: Line, time: Fraction) -> Fraction:
    x, y, _ = at(line, time)
    return x * x + y * y


def _excess(line: Line, box: Box, time: Fraction) -> Fraction:
    """Return the horizontal term of N minus the vertical one."""
    x, y, z = at(line, time)
    assert box.vertical is not None
    return (x * x + y * y) / box.horizontal**2 - (z / box.vertical) ** 2


def _horizontal_minimiser(line: Line) -> Fraction:
    """Return where |s_h| is least on the line continued over all t; 0 where it is constant."""
    (x, y, _), (u, v, _) = line.s, line.v
    speed = u * u + v * v
    return Fraction(0) if speed == 0 else -(x * u + y * v) / speed


def _vertical_span(line: Line, box: Box) -> tuple[Fraction, Fraction]:
    """Return the ends of the open span within the line on which |s_z| is below its minimum."""
    whole = Fraction(0), line.length
    height, rise = line.s[2], line.v[2]
    if box.vertical is None:
        return whole
    if rise == 0:
        return whole if abs(height) < box.vertical else (Fraction(0), Fraction(0))
    low, high = sorted(((-box.vertical - height) / rise, (box.vertical - height) / rise))
    return max(low, whole[0]), min(high, whole[1])


def _crossing(line: Line, box: Box, sign: int) -> Fraction:
    """Return where |s_h| is the minimum, before (-1) or after (1) it is least, rounded outwards."""
    (x, y, _), (u, v, _) = line.s, line.v
    speed = u * u + v * v
    middle = _horizontal_minimiser(line)
    half = (box.horizontal**2 - (x - u * -middle) ** 2 - (y - v * -middle) ** 2) / speed
    # floor(m - sqrt(h)) on the grid: of integers P, Q and R > 0, (P - ceil(sqrt(Q))) // R.
    denominator = middle.denominator * half.denominator
    least = -sign * middle.numerator * half.denominator * GRID
    square = half.numerator * half.denominator * (middle.denominator * GRID) ** 2
    edge = math.isqrt(square)
    edge += edge * edge < square
    return Fraction(-sign * ((least - edge) // denominator), GRID)
