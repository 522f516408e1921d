"""Bounds from two chords are as near as what the chords do, radii and all, and no nearer."""

import math
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox_kernel._jit import jit
from airprox_kernel.approach import HORIZONTAL, RATIO, SLANT
from airprox_kernel.bounds import (
    PRODUCTS,
    SPREAD,
    Chord,
    Metric,
    Range,
    Scale,
    bound_on,
    chord_between,
    metric_of,
    range_below,
)
from airprox_kernel.chords import ACROSS, ALTITUDE, COLUMNS, PARTIAL, UPWARD, X, Y, Z
from airprox_kernel.projection import DIP, TILT, farthest_chord, nearest_projection

METRICS = (HORIZONTAL, SLANT, RATIO)
MARGIN = 1e-9


@jit
def bounds_of(chord: Chord, within: Range, metric: Metric, scale: Scale) -> tuple[float, float]:
    bound = bound_on(chord, within, metric, scale)
    return bound.lower, bound.upper


@jit
def range_of(
    chord: Chord, within: Range, metric: Metric, scale: Scale, value: float
) -> tuple[float, float]:
    near = range_below(chord, within, metric, scale, value)
    return near.low, near.high


@st.composite
def questions(draw, kind):
    """A chord that passes near at some u, or does not move; a range of u, a metric, its scale."""
    whole = st.integers(-3, 3).map(float)
    motion = [4.0 * draw(whole) * draw(st.sampled_from((1.0, 1.0, 0.0))) for _ in range(4)]
    if draw(st.integers(0, 3)) == 0:
        motion = [0.0, 0.0, 0.0, 0.0 if kind == SLANT else motion[3]]
    u = draw(st.sampled_from((0.25, 0.5, 0.5, 0.75, -1.0)))
    start = [draw(whole) - u * rate for rate in motion]
    radii = draw(st.sampled_from((0.0, 0.5, 2.0))), draw(st.sampled_from((0.0, 0.75)))
    within = Range(*draw(st.sampled_from(((0.0, 1.0), (0.25, 1.0), (0.5, 0.5)))))
    tilt, dip = draw(st.sampled_from(((0.0, 0.0), (0.1, 0.25))))
    metric = Metric(kind, tilt, dip, draw(st.sampled_from((0.0, 0.01))))
    scale = draw(st.sampled_from((Scale(0.5, math.inf), Scale(3.0, 0.5), Scale(3.0, 2.0))))
    return Chord(*start, *motion, *radii, False), within, metric, scale


def line_of(chord, kind):
    """The start and the motion in the coordinates that a distance counts, exactly."""
    last = 4 if kind == SLANT else 3
    return [
        (Fraction(p), Fraction(w)) for p, w in zip(chord[:last], chord[4 : 4 + last], strict=True)
    ]


def distance_at(line, u):
    return math.sqrt(sum((p + Fraction(u) * w) ** 2 for p, w in line))


def nearest_on(line, within):
    """The u at which the line is nearest; the first of all where it does not matter."""
    square = sum(w * w for _, w in line)
    if square == 0:
        return Fraction(within.low)
    u = -sum(p * w for p, w in line) / square
    return min(max(u, Fraction(within.low)), Fraction(within.high))


def radius_of(chord, kind):
    return math.hypot(chord.across, chord.upward) if kind == SLANT else chord.across


@pytest.mark.parametrize("kind", METRICS)
@given(st.data())
def test_bounds_are_the_least_distance_of_the_chords_less_and_more_the_radii(kind, data):
    chord, within, metric, scale = drawn = data.draw(questions(kind))
    line, radius = line_of(chord, metric.kind), radius_of(chord, metric.kind)
    u = nearest_on(line, within)
    distance = distance_at(line, u)
    lower = nearest_projection(max(distance - radius, 0.0), metric.tilt, metric.dip)
    upper = distance + radius
    if metric.kind == RATIO:
        heights = [chord.up + at * chord.rise for at in within]
        level = 0.0 if min(heights) * max(heights) < 0.0 else min(map(abs, heights))
        over = abs(chord.up + float(u) * chord.rise) + chord.upward
        lower = max(lower / scale.across, (level - chord.upward) / scale.upward, 0.0)
        lower *= 1.0 - metric.spread
        upper = max(upper / scale.across, over / scale.upward) * (1.0 + metric.spread)
    assert bounds_of(*drawn) == pytest.approx((lower, upper), rel=MARGIN, abs=MARGIN)


@pytest.mark.parametrize("kind", METRICS)
@given(st.data(), st.integers(0, 24).map(lambda k: k / 4))
def test_the_range_below_a_value_is_where_the_chords_can_be_that_near(kind, data, value):
    """All of it, and nothing more: asked at many u and at the ends of the range."""
    chord, within, metric, scale = drawn = data.draw(questions(kind))
    is_ratio = metric.kind == RATIO
    up_to = value * (1.0 + metric.spread) if is_ratio else value
    across = up_to * scale.across if is_ratio else up_to
    reach = farthest_chord(across, metric.tilt, metric.dip) + radius_of(chord, metric.kind)
    line = line_of(chord, metric.kind)

    def excess(u):
        """By how much the chords are too far apart; not above 0 iff near enough."""
        beyond = distance_at(line, u) - reach
        if is_ratio and scale.upward < math.inf:
            height = abs(chord.up + u * chord.rise)
            beyond = max(beyond, height - up_to * scale.upward - chord.upward)
        return beyond

    low, high = range_of(*drawn, value)
    for share in range(33):
        u = within.low + (within.high - within.low) * share / 32
        if excess(u) < -MARGIN:
            assert low - MARGIN <= u <= high + MARGIN
        if excess(u) > 1e-6:
            assert not low <= u <= high
    if low <= high:
        assert within.low <= low <= high <= within.high
        assert max(excess(low), excess(high)) < 1e-6


WHOLE = Range(0.0, 1.0)
STILL = Chord(3.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, False)
PASSING = STILL._replace(x=-4.0, y=3.0, z=0.0, dx=8.0)
ABOVE = STILL._replace(x=0.0, z=0.0, up=-6.0, upward=1.0)

CROSSING = ABOVE._replace(x=100.0, rise=12.0, upward=0.0)
"""At one altitude for an instant, and far."""


@pytest.mark.parametrize(
    ("chord", "kind", "value", "near"),
    [
        (STILL, HORIZONTAL, 4.0, WHOLE),
        (STILL, HORIZONTAL, 3.999, None),
        (PASSING, HORIZONTAL, 2.0, Range(0.5, 0.5)),
        (PASSING, HORIZONTAL, 1.999, None),
        (ABOVE, RATIO, 10.0, WHOLE),
        (ABOVE, RATIO, 9.999, None),
        (CROSSING, RATIO, 0.0, None),
    ],
)
def test_what_comes_just_as_near_as_a_value_is_not_left_out(chord, kind, value, near):
    low, high = range_of(chord, WHOLE, Metric(kind, 0.0, 0.0, 0.0), Scale(3.0, 0.5), value)
    assert low > high if near is None else (low, high) == near


def test_without_a_vertical_minimum_altitudes_tell_nothing():
    chord = STILL._replace(x=1.0, z=0.0, up=9.0)
    metric = Metric(RATIO, 0.0, 0.0, 0.0)
    for value in (0.0, 1.0):
        assert range_of(chord, WHOLE, metric, Scale(3.0, math.inf), value) == WHOLE


@given(st.lists(st.integers(-9, 9), min_size=6 * COLUMNS, max_size=6 * COLUMNS), st.data())
def test_the_difference_of_two_chords(numbers, data):
    """Other minus own at the start, how that changes to the next edge, the sums of the radii."""
    one, two = (
        SimpleNamespace(edge=np.array(half, np.float32).reshape(-1, COLUMNS))
        for half in (numbers[: 3 * COLUMNS], numbers[3 * COLUMNS :])
    )
    for side in (one, two):
        side.edge[:, PARTIAL] = data.draw(st.sampled_from((0.0, 1e18)))
    chord = getattr(chord_between, "py_func", chord_between)(one, 1, two, 1)
    start, end = two.edge[1] - one.edge[1], two.edge[2] - one.edge[2]
    axes = [X, Y, Z, ALTITUDE]
    assert list(chord[:8]) == [*start[axes], *(end - start)[axes]]
    assert chord.across == one.edge[1, ACROSS] + two.edge[1, ACROSS]
    assert chord.upward == one.edge[1, UPWARD] + two.edge[1, UPWARD]
    assert chord.partial == bool(one.edge[1, PARTIAL] or two.edge[1, PARTIAL])


def test_a_metric_has_room_for_its_frame_and_for_the_minima_of_its_pairs():
    assert metric_of(SLANT, False, False) == Metric(SLANT, 0.0, 0.0, PRODUCTS)
    assert metric_of(RATIO, True, True) == Metric(RATIO, TILT, DIP, SPREAD + PRODUCTS)
