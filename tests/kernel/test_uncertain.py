"""A cylinder that grows or shrinks along an interval: against exact evaluation at instants."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies_kernel import GRAZES, Meeting, frozen, make_motion, meetings

from airprox_kernel.bands import Line
from airprox_kernel.uncertain import (
    Radii,
    Spread,
    growing_loss,
    growing_span,
    radius_at,
    spread_on,
    widened,
)
from airprox_kernel.violation import horizontal_span

BRACKET = Fraction(5, 10**8)
"""Metres: half of the touch tolerance."""
INSTANTS = [Fraction(n, 64) for n in range(65)]


@st.composite
def lines(draw, about):
    """Radii that start and end near `about`, at 0, below 0, or stay."""
    values = st.builds(
        lambda part, graze: part * about + graze,
        st.sampled_from((1.0, 0.0, 0.5, 2.0, -1.0, 10.0)),
        st.sampled_from(GRAZES),
    ) | st.floats(-2 * about, 5 * about)
    start = draw(values)
    end = draw(st.just(start) | values)
    return Line(start, end - start)


@st.composite
def growing_meetings(draw):
    meeting = draw(meetings(vertical=True))
    return meeting, Spread(draw(lines(meeting.horizontal)), draw(lines(meeting.vertical)))


def excess(meeting, minima, u):
    """max(|s_h|² - R², |s_z| - V) as what is lost for slightly other minima, exactly: (out, in)."""
    start, end = ([Fraction(v) for v in place] for place in (meeting.start, meeting.end))
    motion = make_motion(meeting.start, meeting.end)
    moved = [Fraction(v) for v in (motion.dx, motion.dy, motion.rise)]
    x, y, z = (a + u * b for a, b in zip(start, moved, strict=True))
    if u == 1:
        x, y, z = end
    radius = Fraction(minima.horizontal.start) + u * Fraction(minima.horizontal.change)
    height = Fraction(minima.vertical.start) + u * Fraction(minima.vertical.change)

    def is_lost(more):
        wide = radius + more
        return wide > 0 and x * x + y * y < wide * wide and abs(z) < height + more

    return is_lost(BRACKET), is_lost(-BRACKET)


@given(growing_meetings())
@example(
    (
        Meeting((10.0, 0.0, 0.0), (20.0, 0.0, 0.0), 15.0, 10.0),
        Spread(Line(12.0, 10.0), Line(10.0, 0.0)),
    )
)
@example(
    (
        Meeting((10.0, 0.0, 0.0), (20.0, 0.0, 0.0), 15.0, 10.0),
        Spread(Line(-12.0, 10.0), Line(10.0, 0.0)),
    )
)
@example(
    (
        Meeting((5.0, 0.0, 0.0), (5.0, 0.0, 0.0), 15.0, 10.0),
        Spread(Line(12.0, -24.0), Line(10.0, -1.0)),
    )
)
def test_instants_in_the_loss_are_lost_and_no_others(drawn):
    meeting, minima = drawn
    found = growing_loss(make_motion(meeting.start, meeting.end), minima, 0.0, 1.0)
    assert 0.0 <= found.start <= found.end <= 1.0
    inside = [Fraction(found.start), Fraction(found.end)] if found.start < found.end else []
    for u in sorted({*INSTANTS, *inside}):
        possible, sure = excess(meeting, minima, u)
        if found.start < u < found.end:
            assert possible, (float(u), found)
        if sure:
            assert found.start <= u <= found.end, (float(u), found)


@given(growing_meetings(), st.floats(0, 1), st.floats(0, 1))
def test_a_part_is_the_whole_cut_to_it(drawn, one, two):
    meeting, minima = drawn
    low, high = min(one, two), max(one, two)
    motion = make_motion(meeting.start, meeting.end)
    whole = growing_loss(motion, minima, 0.0, 1.0)
    part = growing_loss(motion, minima, low, high)
    assert low <= part.start <= part.end <= max(high, low)
    if part.start < part.end and whole.start < whole.end:
        assert part.start == low or part.start == pytest.approx(max(whole.start, low), abs=1e-6)


@given(growing_meetings())
def test_a_swap_changes_no_bit(drawn):
    meeting, minima = drawn
    there = make_motion(meeting.start, meeting.end)
    back = make_motion(tuple(-v for v in meeting.start), tuple(-v for v in meeting.end))
    assert growing_loss(there, minima, 0.0, 1.0) == growing_loss(back, minima, 0.0, 1.0)


@given(meetings(vertical=True))
def test_a_radius_that_stays_has_the_span_of_a_minimum(meeting):
    motion = make_motion(meeting.start, meeting.end)
    grown = growing_span(motion, Line(meeting.horizontal, 0.0))
    plain = horizontal_span(motion, meeting.horizontal)
    if grown.low < grown.high and math.isfinite(plain.low):
        for one, two in zip(grown, plain, strict=True):
            speed = math.sqrt(motion.dx * motion.dx + motion.dy * motion.dy)
            # Where the two cross the edge at a shallow angle, roots differ by more than distances.
            assert (one - two) * speed == pytest.approx(0.0, abs=1e-3 + 1e-9 * abs(two) * speed)


@pytest.mark.parametrize("kind", [np.float64, np.int64])
def test_radii_are_linear_between_knots_and_exact_at_them(kind):
    times = frozen([0, 10, 30], kind)
    radii = frozen([1.0, 3.0, 0.1])
    assert [radius_at(times, radii, 0, kind(t)) for t in (0, 5, 10)] == [1.0, 2.0, 3.0]
    assert radius_at(times, radii, 1, kind(30)) == 0.1
    assert radius_at(times, frozen([]), 1, kind(30)) == 0.0
    spread = spread_on(times, Radii(radii, frozen([])), 0, kind(5), kind(10))
    assert spread == Spread(Line(2.0, 1.0), Line(0.0, 0.0))
    assert widened(10.0, spread.horizontal, Line(1.0, 2.0), 1.0) == Line(13.0, 3.0)
    assert widened(10.0, spread.horizontal, Line(1.0, 2.0), -1.0) == Line(7.0, -3.0)
