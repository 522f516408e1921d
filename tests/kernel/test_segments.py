"""Positions on legs, and which leg holds a time, against exact arithmetic and plain counting."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import frozen, kinds_of_time, make_knots, small_tracks

from airprox_kernel.segments import advance, knot_position, leg_at, leg_near, position_at

coordinates = st.floats(-1e7, 1e7)
places = st.tuples(coordinates, coordinates, coordinates)


@given(places, places, st.integers(1, 2**53), st.data())
def test_a_position_is_the_exact_one_within_a_rounding_of_each_operation(p, q, duration, data):
    """Three operations of 2**-53 each: the sum is off by less than 4 units of the larger knot."""
    start = 1_790_000_000_000_000_000
    offset = data.draw(st.integers(0, duration))
    knots = make_knots([[[(start, *p), (start + duration, *q)]]], timestamps=True)
    position = position_at(knots, 0, start + offset)
    share = Fraction(offset, duration)
    for a, b, found in zip(p, q, (position.x, position.y, position.altitude), strict=True):
        exact = Fraction(a) + (Fraction(b) - Fraction(a)) * share
        assert abs(Fraction(found) - exact) <= 4 * Fraction(max(abs(a), abs(b))) / 2**52
    assert position.z == 0.0


def test_a_position_by_hand():
    knots = make_knots([[[(10.0, 0.0, 100.0, 5.0), (20.0, 40.0, 60.0, 15.0)]]])
    assert position_at(knots, 0, 12.5) == (10.0, 90.0, 0.0, 7.5)


def test_the_third_coordinate_belongs_to_the_geodetic_frame():
    knots = make_knots([[[(0.0, 90.0, 0.0, 7.0), (10.0, 0.0, 0.0, 9.0)]]], geodetic=True)
    assert knot_position(knots, 0).z > 6e6
    assert knot_position(knots, 1).z == 0.0
    assert position_at(knots, 0, 5.0).z == knots.z[0] / 2


@given(kinds_of_time(lambda instants: small_tracks(instants, rows=(1, 1), gaps=False)))
def test_both_legs_at_a_knot_give_the_knot_bit_for_bit(drawn):
    tracks, timestamps = drawn
    knots = make_knots(tracks, timestamps=timestamps)
    for leg in range(knots.time.size - 1):
        assert position_at(knots, leg, knots.time[leg]) == knot_position(knots, leg)
        assert position_at(knots, leg, knots.time[leg + 1]) == knot_position(knots, leg + 1)


def test_a_single_knot_is_a_position():
    knots = make_knots([[[(3.0, 1.0, 2.0, 4.0)]]])
    assert position_at(knots, 0, 3.0) == (1.0, 2.0, 0.0, 4.0)


@given(
    st.lists(st.integers(-20, 20), min_size=1, max_size=12, unique=True).map(sorted),
    st.integers(-20, 25),
    st.integers(0, 3),
)
def test_the_leg_at_a_time_is_the_last_that_begins_by_then(times, time, before):
    """`before` knots of another part come first in the array."""
    array = frozen([-100] * before + times, np.int64)
    if time < times[0]:
        return
    last = len(times) - 1
    expected = max(k for k in range(max(last, 1)) if times[k] <= time)
    assert leg_at(array, before, before + last, time) == before + expected
    assert leg_near(array, before, before + last, time) == before + expected


@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=12, unique=True).map(sorted),
    st.integers(0, 30),
    st.integers(0, 10),
)
def test_advancing_finds_the_first_leg_that_ends_later(times, time, leg):
    if leg > len(times) - 2 or time >= times[-1]:
        return
    expected = min(k for k in range(leg, len(times) - 1) if times[k + 1] > time)
    assert advance(frozen(times, np.int64), leg, time) == expected
