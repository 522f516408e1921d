"""Losses of separation under altitude bands and stated uncertainty: the definitions, word for word.

Exact rational arithmetic, all pairs, and nothing of the library: the pair's motion is cut into
cells (`exact_cells`) on which minima are linear. A piece is the one interval of loss on a cell;
neighbouring pieces are one encounter if and only if loss holds, in the limit, on both sides of the
cut, where the vertical minimum may jump.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

from exact import Enclosure, Interval, Number, Surd, Window, exactly, shifted, square_root
from exact_cells import (
    TOUCH_TOLERANCE,
    Cell,
    Demand,
    Flown,
    cells,
    horizontal_span,
    vertical_span,
)
from oracle import Loss, Pair, critical_points


class Conditioned:
    """Two tracks on their common time W under bands and bounds: what can be asked of one pair."""

    def __init__(self, own: Flown, other: Flown, window: Window | None = None) -> None:
        self.own = own
        self.other = other
        self.window = window

    @cached_property
    def nominal(self) -> Pair:
        """The pair of the tracks alone."""
        return Pair(self.own.track, self.other.track, self.window)

    def loss_set(self, demand: Demand) -> list[Loss]:
        """The maximal intervals of loss of separation, in order of time."""
        losses: list[Loss] = []
        parts = cells(self.own, self.other, demand, self.window)
        for component, span in zip(parts, self.nominal.spans, strict=True):
            losses += _component_losses(component, span)
        return losses

    def critical_square(self, demand: Demand) -> Enclosure | None:
        """The infimum of N over W's components of positive length, with the nominal minima.

        Where the vertical minimum jumps, the limits from both sides count.
        """
        if demand.side != 0:
            raise ValueError("the critical point is that of the nominal positions")
        found: list[Enclosure] = []
        for component in cells(self.own, self.other, demand, self.window):
            for motion, across, along in component:
                height = None if along is None else along.value
                points = critical_points(motion, across.value, height)
                found += [point.squared for point in points]
        if not found:
            return None
        lower, upper = zip(*found, strict=True)
        return Enclosure(min(lower), min(upper))

    def drawdown(self) -> tuple[Enclosure, Enclosure]:
        """How far |s_h| and |s_z| ever fall: the largest d(t1) - d(t2), t1 < t2, over W."""
        motions = [motion for component in self.nominal.components for motion in component]
        across: list[Enclosure] = []
        along: list[Enclosure] = []
        for motion in motions:
            (x, y, z), (vx, vy, vz) = motion.s, motion.v
            speed = vx * vx + vy * vy
            turns = [Fraction(0), motion.length]
            if speed > 0:
                turns.append(-(x * vx + y * vy) / speed)
            if vz != 0:
                turns.append(-z / vz)
            for tau in sorted(tau for tau in turns if 0 <= tau <= motion.length):
                x, y, z = motion.at(tau)
                across.append(square_root(x * x + y * y))
                along.append(exactly(abs(z)))
        return _fall(across), _fall(along)


def _fall(distances: Sequence[Enclosure]) -> Enclosure:
    """The largest decrease from a value to a later one; the values between are monotonic."""
    worst = Enclosure(Fraction(0), Fraction(0))
    top = Enclosure(Fraction(0), Fraction(0))
    for lower, upper in distances:
        top = Enclosure(max(top.lower, lower), max(top.upper, upper))
        worst = Enclosure(max(worst.lower, top.lower - upper), max(worst.upper, top.upper - lower))
    return worst


def is_diverging(
    own: Flown, other: Flown, span: tuple[Number, Number], tolerance: Fraction = TOUCH_TOLERANCE
) -> bool:
    """Whether neither distance falls by more than the tolerance anywhere in the span."""
    falls = Conditioned(own, other, span).drawdown()
    return all(fall.upper <= tolerance for fall in falls)


def _component_losses(component: Sequence[Cell], span: Interval) -> list[Loss]:
    losses: list[Loss] = []
    joins = False
    for cell in component:
        piece = _piece(cell)
        if piece is None:
            joins = False
            continue
        at_start, at_end = cell.is_loss(Fraction(0)), cell.is_loss(cell.motion.length)
        start, end = (shifted(offset, cell.motion.start) for offset in piece)
        if joins and at_start:
            losses[-1] = losses[-1]._replace(end=end)
        else:
            clipped = at_start and cell is component[0]
            losses.append(Loss(start, end, clipped, False, span))
        joins = at_end
        if at_end and cell is component[-1]:
            losses[-1] = losses[-1]._replace(end_clipped=True)
    return losses


def _piece(cell: Cell) -> tuple[Enclosure, Enclosure] | None:
    """Where loss holds on a cell, as offsets: an interval of positive length, or None."""
    across, along = horizontal_span(cell), vertical_span(cell)
    if across is None or along is None:
        return None
    start, end = Fraction(0), cell.motion.length
    if along[0] is not None:
        start = max(start, along[0])
    if along[1] is not None:
        end = min(end, along[1])
    enter, leave = across
    if not start < end or _reaches(enter, end) or (leave is not None and leave.compare(start) <= 0):
        return None
    first, last = exactly(start), exactly(end)
    if enter is not None and enter.compare(start) > 0:
        first = enter.enclosure()
    if leave is not None and leave.compare(end) < 0:
        last = leave.enclosure()
    return first, last


def _reaches(enter: Surd | None, end: Fraction) -> bool:
    return enter is not None and enter.compare(end) >= 0
