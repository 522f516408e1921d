"""Legs said to be apart are apart in exact arithmetic, and the exact test finds no loss."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import as_tracks, make_job, make_knots, make_limits, meetings

from airprox_kernel.apart import SAG, STRETCH, is_gap, legs_apart, pair_bounds
from airprox_kernel.intervals import Interval
from airprox_kernel.limits import TOUCH_TOLERANCE, pair_cylinder
from airprox_kernel.motion import relative_motion
from airprox_kernel.violation import violation

WHOLE = Interval(0, 2, 0.0, 1.0)
ends = st.floats(-1e9, 1e9) | st.sampled_from((0.0, 304.8, 9144.0, 9448.8, 1e7, 9448.8 - 1e-7))


def job_of(meeting, shift, turned=False):
    """Two legs on [0, 1], one at rest; `shift` (m) is how far from the origin it all is."""
    tracks = [
        [[(t, x + shift, y + shift, z + shift) for t, x, y, z in part] for part in track]
        for track in as_tracks(meeting)
    ]
    knots = make_knots(tracks[::-1] if turned else tracks)
    return make_job(knots, None, (meeting.horizontal, meeting.vertical), (15.0, 10.0))


def are_apart(job):
    """What is compiled into its callers alone is called here as plain Python."""
    bounds = pair_bounds(job.limits, 0, 1, job.own.geodetic)
    return getattr(legs_apart, "py_func", legs_apart)(job, WHOLE, bounds)


@given(meetings(), st.sampled_from((0.0, 3e4, 1e7, -1e9)), st.booleans())
def test_the_exact_test_finds_no_loss_where_legs_are_apart(meeting, shift, turned):
    job = job_of(meeting, shift, turned)
    if not are_apart(job):
        return
    motion = relative_motion(job.own, 0, job.other, 2, 0.0, 1.0)
    for level in range(2):
        found = violation(motion, pair_cylinder(job.limits, 0, 1, level))
        assert found.start == found.end
        assert not found.square < 1.0


def test_the_largest_minima_of_all_levels_bound_a_pair():
    limits = make_limits([(15.0, 30.0), (20.0, 10.0)], 2, 2)
    assert pair_bounds(limits, 0, 1, False) == (20.0 - TOUCH_TOLERANCE, 30.0 - TOUCH_TOLERANCE)
    across = STRETCH * (20.0 - TOUCH_TOLERANCE) + SAG
    assert pair_bounds(limits, 0, 1, True) == (across, 30.0 - TOUCH_TOLERANCE)
    close = make_limits([(0.5, 0.25)], 2, 2)
    assert pair_bounds(close, 0, 1, False) == (0.5 - TOUCH_TOLERANCE, 0.25 - TOUCH_TOLERANCE)


@pytest.mark.parametrize("far", range(4))
def test_any_large_coordinate_widens_what_a_gap_must_be(far):
    """At 1e9 m a last bit is 1.2e-7 m, and 128 of them are 1.5e-5 m."""
    for gap, apart in ((304.8 + 1e-6, False), (304.8 + 1e-4, True)):
        places = [0.0, 0.0, gap, gap]
        places[far] = -1e9 if far < 2 else 1e9
        own, other = np.array(places[:2]), np.array(places[2:])
        assert is_gap(own, 0, other, 0, 304.8) == apart
        assert is_gap(other, 0, own, 0, 304.8) == apart


@given(ends, ends, ends, ends, st.sampled_from((1e-3, 15.0, 304.8, 9260.0, 1e9, math.inf)))
def test_a_gap_is_wider_than_the_minimum_at_every_instant(a, b, c, d, minimum):
    own, other = np.array([a, b]), np.array([c, d])
    apart = is_gap(own, 0, other, 0, minimum)
    assert apart == is_gap(other, 0, own, 0, minimum)
    if apart:
        low = max(Fraction(min(a, b)) - Fraction(max(c, d)), Fraction(min(c, d)) - max(a, b))
        assert low > Fraction(minimum)


@pytest.mark.parametrize(
    ("gap", "apart"), [(304.8, True), (304.79999990, False), (300.0, False), (400.0, True)]
)
def test_flight_levels_exactly_the_minimum_apart_are_seen_to_be(gap, apart):
    low = np.array([29_000 * 0.3048] * 2)
    high = low + gap if gap != 304.8 else np.array([30_000 * 0.3048] * 2)
    assert is_gap(low, 0, high, 0, 304.8 - 1e-7) == apart


@st.composite
def geodetic_legs(draw):
    """Two legs of up to 18 km, near each other, anywhere on Earth."""
    latitude = draw(st.sampled_from((0.0, 47.0, -33.0, 89.9, 90.0)) | st.floats(-90, 90))
    longitude = draw(st.sampled_from((0.0, 90.0, 180.0, -8.0)))
    stretch = max(math.cos(math.radians(min(abs(latitude) + 0.2, 89.0))), 0.02)
    tracks = []
    for _ in range(2):
        knots = []
        for time in (0.0, 1.0):
            north, east = draw(st.floats(-0.05, 0.05)), draw(st.floats(-0.05, 0.05))
            place = max(-90.0, min(90.0, latitude + north)), longitude + east / stretch
            knots.append((time, *place, draw(st.sampled_from((0.0, 100.0, 1e4)))))
        tracks.append([knots])
    return tracks


@given(geodetic_legs(), st.sampled_from(((15.0, 50.0), (5000.0, math.inf), (9260.0, 304.8))))
def test_the_same_on_the_earth(tracks, minima):
    job = make_job(make_knots(tracks, geodetic=True), None, minima)
    if are_apart(job):
        motion = relative_motion(job.own, 0, job.other, 2, 0.0, 1.0)
        found = violation(motion, pair_cylinder(job.limits, 0, 1, 0))
        assert found.start == found.end


def test_legs_apart_along_any_axis_of_the_earth_are_apart():
    for here, there in (
        ((0.0, 0.0), (0.0, 0.3)),
        ((0.0, 0.0), (0.3, 0.0)),
        ((0.0, 90.0), (0, 90.3)),
    ):
        tracks = [[[(t, *place, 0.0) for t in (0.0, 1.0)]] for place in (here, there)]
        for minimum, apart in ((30_000.0, True), (34_000.0, False)):
            job = make_job(make_knots(tracks, geodetic=True), None, (minimum, 100.0))
            assert are_apart(job) == apart
