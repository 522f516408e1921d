"""Cells: where a pair's minima are linear in time, in exact rational arithmetic.

An elementary interval is cut where an altitude of either aircraft crosses an edge of a band. On
the cell between two cuts the separation is linear, and so are the horizontal and the vertical
minimum: the radii of the two positions grow linearly, and the band does not change. The loss on a
cell is then |s_h| < R and |s_z| < Z with R and Z linear, each convex in time, so one interval.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from exact import (
    ExactKnot,
    Motion,
    Number,
    Surd,
    Track,
    Vector,
    Window,
    exact,
    fraction,
    relative_motion,
)

TOUCH_TOLERANCE = Fraction(1, 10**7)

Steps: TypeAlias = Sequence[tuple[Number, Number]]
"""(ceiling, vertical minimum) from the ground up; the last ceiling is infinite."""


class Flown(NamedTuple):
    """A track and, for each knot of each part, the (horizontal, vertical) radius of its bounds."""

    track: Track
    radii: Sequence[Sequence[tuple[Number, Number]]] | None = None


class Demand(NamedTuple):
    """What a pair must keep, and what of it is asked.

    `side` is 1 for the possible set (some positions inside the bounds are in loss), -1 for the
    certain set (all are), 0 for the nominal positions. With a `slack` above 0 the set is at least
    as large as for any minima, edges and altitudes that are each off by no more than that, and
    below 0 at most as large.
    """

    horizontal: Number
    steps: Steps
    side: int = 0
    slack: Fraction = Fraction(0)
    tolerance: Fraction = TOUCH_TOLERANCE


class Line(NamedTuple):
    """value + slope * tau"""

    value: Fraction
    slope: Fraction

    def at(self, tau: Fraction) -> Fraction:
        return self.value + self.slope * tau


class Cell(NamedTuple):
    """A part of an elementary interval on which |s_h| < horizontal and |s_z| < vertical is asked.

    A vertical of None stands for an infinite one.
    """

    motion: Motion
    horizontal: Line
    vertical: Line | None

    def is_loss(self, tau: Fraction) -> bool:
        """Whether loss holds at tau, or at an end in the limit from inside."""
        x, y, z = self.motion.at(tau)
        across = self.horizontal.at(tau)
        inside = across > 0 and x * x + y * y < across * across
        return inside and (self.vertical is None or abs(z) < self.vertical.at(tau))


class _State(NamedTuple):
    """Altitude and radii of one aircraft."""

    altitude: Fraction
    across: Fraction
    along: Fraction


def steps_of(vertical: Number, bands: Sequence[tuple[Number, Number, Number]] = ()) -> Steps:
    """The vertical minimum by altitude: that of the band (floor, ceiling], or the one outside."""
    edges = sorted({edge for floor, ceiling, _ in bands for edge in (floor, ceiling)} - {-math.inf})
    if not edges or edges[-1] != math.inf:
        edges.append(math.inf)
    return [
        (edge, next((height for low, high, height in bands if low < edge <= high), vertical))
        for edge in edges
    ]


def cells(own: Flown, other: Flown, demand: Demand, window: Window | None) -> list[list[Cell]]:
    """The cells of each component of W, in order of time; none for a component of one instant."""
    ours, theirs = _states(own), _states(other)
    return [
        [
            cell
            for motion in component
            if motion.length > 0
            for cell in _cut(motion, _leg(ours, motion), _leg(theirs, motion), demand)
        ]
        for component in relative_motion(exact(own.track), exact(other.track), window)
    ]


def vertical_at(steps: Steps, altitude: Fraction, tolerance: Fraction) -> Number:
    """The minimum at an altitude, which is above an edge only by more than the tolerance."""
    return steps[_step(steps, altitude, tolerance)][1]


def horizontal_span(cell: Cell) -> tuple[Surd | None, Surd | None] | None:
    """The open span of tau, not cut to the cell, on which |s_h| < R; None is an end at infinity.

    It is one span, since |s_h| - R is convex, and there |s_h|**2 - R**2 = a tau**2 + 2 b tau + c is
    below 0. Where R is 0 that is 0 or more, which places the span relative to that instant.
    """
    (x, y, _), (vx, vy, _) = cell.motion.s, cell.motion.v
    value, slope = cell.horizontal
    a = vx * vx + vy * vy - slope * slope
    b = x * vx + y * vy - value * slope
    c = x * x + y * y - value * value
    if a == 0 and b == 0:
        return (None, None) if c < 0 and cell.horizontal.value > 0 else None
    if a == 0:
        end = Surd(-c / (2 * b), 1, Fraction(0))
        span = (None, end) if b > 0 else (end, None)
        inside = end.middle + (-1 if b > 0 else 1)
        return span if cell.horizontal.at(inside) > 0 else None
    middle = -b / a
    radicand = middle * middle - c / a
    if radicand < 0 or (a > 0 and radicand == 0):
        return None
    low, high = Surd(middle, -1, radicand), Surd(middle, 1, radicand)
    if a > 0:
        return (low, high) if cell.horizontal.at(middle) > 0 else None
    return (high, None) if slope > 0 else (None, low)


def vertical_span(cell: Cell) -> tuple[Fraction | None, Fraction | None] | None:
    """The open span of tau, not cut to the cell, on which |s_z| < Z; None is an end at infinity."""
    low: Fraction | None = None
    high: Fraction | None = None
    if cell.vertical is None:
        return low, high
    z, rate = cell.motion.s[2], cell.motion.v[2]
    for sign in (1, -1):
        value, slope = sign * z - cell.vertical.value, sign * rate - cell.vertical.slope
        if slope == 0:
            if value >= 0:
                return None
        elif slope > 0:
            high = -value / slope if high is None else min(high, -value / slope)
        else:
            low = -value / slope if low is None else max(low, -value / slope)
    return None if low is not None and high is not None and low >= high else (low, high)


def _states(flown: Flown) -> list[list[ExactKnot]]:
    """Per part, knots (t, altitude, horizontal radius, vertical radius)."""
    found: list[list[ExactKnot]] = []
    for index, part in enumerate(flown.track):
        radii = [(0, 0)] * len(part) if flown.radii is None else flown.radii[index]
        found.append(
            [
                (fraction(t), fraction(z), fraction(across), fraction(along))
                for (t, _, _, z), (across, along) in zip(part, radii, strict=True)
            ]
        )
    return found


def _leg(parts: list[list[ExactKnot]], motion: Motion) -> tuple[_State, _State]:
    """The states at the two ends of an elementary interval."""
    start, end = motion.start, motion.start + motion.length
    for part in parts:
        for before, after in pairwise(part):
            if before[0] <= start and end <= after[0]:
                return _between(before, after, start), _between(before, after, end)
    raise AssertionError("an elementary interval must lie within a leg of each track")


def _between(before: ExactKnot, after: ExactKnot, time: Fraction) -> _State:
    share = (time - before[0]) / (after[0] - before[0])
    z, across, along = (p + (q - p) * share for p, q in zip(before[1:], after[1:], strict=True))
    return _State(z, across, along)


def _cut(
    motion: Motion, own: tuple[_State, _State], other: tuple[_State, _State], demand: Demand
) -> list[Cell]:
    """The cells of one elementary interval."""
    looked = [bound for states in (own, other) for bound in _bounds(states, motion.length, demand)]
    edges = [fraction(ceiling) + demand.tolerance for ceiling, _ in demand.steps[:-1]]
    crossings = {
        (edge - line.value) / line.slope for line in looked if line.slope for edge in edges
    }
    ends = {Fraction(0), motion.length}
    cuts = sorted(ends | {tau for tau in crossings if 0 < tau < motion.length})
    across, along = (
        _line(own[0][place] + other[0][place], own[1][place] + other[1][place], motion.length)
        for place in (1, 2)
    )
    less = demand.slack - demand.tolerance
    found: list[Cell] = []
    for start, end in pairwise(cuts):
        middle = (start + end) / 2
        low, high, low_other, high_other = (line.at(middle) for line in looked)
        height = max(_chosen(low, high, demand), _chosen(low_other, high_other, demand))
        part = Motion(motion.start + start, end - start, motion.at(start), motion.v)
        horizontal = _widened(fraction(demand.horizontal) + less, across, demand.side, start)
        vertical = None
        if height != math.inf:
            vertical = _widened(fraction(height) + less, along, demand.side, start)
        found.append(Cell(part, horizontal, vertical))
    return found


def _bounds(states: tuple[_State, _State], length: Fraction, demand: Demand) -> tuple[Line, Line]:
    """The lowest and the highest altitude whose bands count, widened by the slack's meaning.

    The possible set takes the largest minimum between them, so a wider look makes it larger; the
    certain set takes the smallest, so a wider look makes that one smaller.
    """
    first, last = states
    side = abs(demand.side)
    wider = demand.slack if demand.side >= 0 else -demand.slack
    low = [state.altitude - side * state.along - wider for state in (first, last)]
    high = [state.altitude + side * state.along + wider for state in (first, last)]
    return _line(low[0], low[1], length), _line(high[0], high[1], length)


def _chosen(low: Fraction, high: Fraction, demand: Demand) -> Number:
    """The minimum that counts between two altitudes.

    Where a narrower look leaves nothing (low > high), any one altitude in between might be all
    that is seen, and the choice is turned round.
    """
    first, last = (_step(demand.steps, z, demand.tolerance) for z in sorted((low, high)))
    heights = [height for _, height in demand.steps[first : last + 1]]
    return max(heights) if (demand.side >= 0) == (low <= high) else min(heights)


def _step(steps: Steps, altitude: Fraction, tolerance: Fraction) -> int:
    return sum(altitude > fraction(ceiling) + tolerance for ceiling, _ in steps[:-1])


def _line(first: Fraction, last: Fraction, length: Fraction) -> Line:
    return Line(first, (last - first) / length)


def _widened(minimum: Fraction, radius: Line, side: int, start: Fraction) -> Line:
    return Line(minimum + side * radius.at(start), side * radius.slope)


def separation_of(cell: Cell, time: Fraction) -> Vector:
    """The vector s at an instant of a cell."""
    return cell.motion.at(time - cell.motion.start)
