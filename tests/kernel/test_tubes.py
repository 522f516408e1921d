"""Tubes hold, in exact arithmetic, every position of their slab at its time, and the reach."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies_kernel import divide_time, make_job, make_knots, make_parts, make_reach
from test_boxes import divisions, stretch

from airprox_kernel.job import Window
from airprox_kernel.tubes import COLUMNS, END, NO_TUBES, RADIUS, SPARE, near_span, tubes_meet


def between(tube, share):
    """Where a tube's line is, exactly, at a share of its slab."""
    line = [Fraction(value) for value in tube[:RADIUS].tolist()]
    return [a + (b - a) * share for a, b in zip(line[:END], line[END:], strict=True)]


@given(divisions())
def test_tubes_hold_every_position_of_the_slab_and_the_reach(drawn):
    division, ours, theirs, (horizontal, _) = drawn
    job = division.job
    sides = [[p for track in side for p in track] for side in (ours, theirs or ours)]
    for chunk, boxes, places in make_parts(division):
        for slab in range(chunk.first, chunk.last):
            index = slab - chunk.first
            slab_start, slab_end = job.slabs.start[slab].item(), job.slabs.end[slab].item()
            for box in range(boxes.start[index], boxes.start[index + 1]):
                part = sides[0 if box < boxes.middle[index] else 1][places.part[box]]
                start, end = max(slab_start, part[0][0]), min(slab_end, part[-1][0])
                tube = places.tube[box]
                if start > slab_start or end < slab_end:
                    assert tube[RADIUS] == math.inf
                    continue
                room = Fraction(tube[RADIUS].item()) - Fraction(horizontal) / 2
                assert room >= 0
                times = sorted({start, end} | {k[0] for k in part if start <= k[0] <= end})
                for time, (x, y, _up) in zip(times, stretch(part, start, end), strict=True):
                    share = (Fraction(time) - start) / (Fraction(end) - Fraction(start))
                    across = between(tube, share)
                    assert across[2] == 0
                    assert (x - across[0]) ** 2 + (y - across[1]) ** 2 <= room**2


places = st.sampled_from((0.0, 0.0, 1e7, -3e6)) | st.floats(-1e5, 1e5, width=32)
lines = st.lists(places, min_size=6, max_size=6)


@given(lines, lines, st.floats(0, 1e5, width=32), st.floats(0, 1e5, width=32), st.floats(0, 1))
def test_tubes_that_are_near_at_an_instant_meet(one, two, own_radius, other_radius, share):
    """From either side; the room for rounding that a tube is made with is not used up."""
    tubes = np.zeros((2, 8), np.float32)
    tubes[:, :RADIUS] = one, two
    tubes[:, RADIUS] = own_radius, other_radius
    apart = [b - a for a, b in zip(*(between(t, Fraction(share)) for t in tubes), strict=True)]
    rounding = Fraction(1e-9) * sum(abs(Fraction(value)) for value in (*one, *two))
    reach = Fraction(own_radius) + Fraction(other_radius)
    if reach >= rounding and sum(a * a for a in apart) <= (reach - rounding) ** 2:
        assert tubes_meet(tubes, 0, 1)
        assert tubes_meet(tubes, 1, 0)


def test_two_that_pass_the_same_place_at_different_times_are_told_apart():
    """As they cross: boxes cannot tell them apart, tubes can; and so for two that fly in line.

    And for two that would meet before the slab, or after it.
    """
    tubes = np.zeros((6, 8), np.float32)
    tubes[:, RADIUS] = 4e3
    tubes[0, [0, END]] = -3e4, 3e4
    tubes[1, [1, END + 1]] = -1e4, 5e4
    tubes[2, [1, END + 1]] = -2.5e4, 3.5e4
    tubes[3, [0, END]] = -2e4, 4e4
    assert not tubes_meet(tubes, 0, 1)
    assert tubes_meet(tubes, 0, 2)
    assert not tubes_meet(tubes, 0, 3)
    tubes[4, [0, END]] = 6e4, 5e4
    tubes[5, [0, END]] = -6e4, -5e4
    assert not tubes_meet(tubes, 0, 4)
    assert not tubes_meet(tubes, 5, 0)
    assert tubes_meet(tubes, 0, 0)
    assert tubes_meet(NO_TUBES, 0, 3)
    tubes[5] = tubes[0]
    tubes[5, [2, END + 2]] = 1e4
    assert not tubes_meet(tubes, 0, 5)


def test_two_that_come_a_little_nearer_meet():
    tubes = np.zeros((2, 8), np.float32)
    tubes[:, RADIUS] = 5.0
    tubes[1, [0, END]] = 10.5, 9.75
    assert tubes_meet(tubes, 0, 1)
    assert tubes_meet(tubes, 1, 0)


def test_a_straight_flight_has_a_narrow_tube_and_a_bent_one_a_wide_one():
    straight = [(float(t), 220.0 * t, 100.0 * t, 0.0) for t in range(0, 301, 60)]
    bent = [(t, x, y + (5e3 if t == 120.0 else 0.0), z) for t, x, y, z in straight]
    job = make_job(make_knots([[straight], [bent]]), None, (1e4, 300.0))
    division = divide_time(job, make_reach((1e4, 300.0)), 300.0)
    ((_, _, places),) = make_parts(division)
    assert np.allclose(places.tube[:, RADIUS] - 5e3, [0.0, 5e3], atol=0.1)


def test_geodetic_tubes_run_through_the_earth():
    """One degree along the equator: the line is 850 m below the middle of the way."""
    way = [(t, 0.0, t, 1e4) for t in (0.0, 0.25, 0.5, 0.75, 1.0)]
    job = make_job(make_knots([[way]] * 2, geodetic=True), None, (1e4, 300.0))
    division = divide_time(job, make_reach((1e4, 300.0), geodetic=True), 300.0)
    ((_, _, places),) = make_parts(division)
    radius = places.tube[0, RADIUS] - division.reach.horizontal[0]
    assert math.isclose(radius, 6_378_137.0 * (1.0 - math.cos(math.radians(0.5))), rel_tol=0.02)


turns = st.lists(
    st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), min_size=1, max_size=4
)  # degrees


@given(st.floats(-89.0, 89.0), st.floats(-180.0, 180.0), turns, st.floats(20.0, 300.0))
@example(88.0, 90.0, [(0.1, 0.0), (-0.1, 0.1)], 300.0)
@example(89.3, 30.0, [(0.01, 0.0)], 300.0)
@example(47.0, 8.0, [(0.1, 0.0), (0.0, 0.1), (0.1, 0.0), (0.0, 0.1)], 150.0)
def test_geodetic_tubes_hold_every_knot_of_the_slab_and_the_reach(north, east, turns, length):
    """And little more: the radius is the farthest knot's distance, the reach, and some rounding."""
    way = [(0.0, north, east, 1e4)]
    for number, (up, right) in enumerate(turns, 1):
        _, latitude, longitude, _ = way[-1]
        way.append((100.0 * number, min(max(latitude + up, -90.0), 90.0), longitude + right, 1e4))
    knots = make_knots([[way]] * 2, geodetic=True)
    division = divide_time(
        make_job(knots, None, (1e4, 300.0)), make_reach((1e4, 300.0), geodetic=True), length
    )
    job, reach = division.job, division.reach.horizontal[0]
    time, course = knots.time[: len(way)], np.stack([knots.x, knots.y, knots.z])[:, : len(way)]
    for chunk, boxes, places in make_parts(division):
        for slab in range(chunk.first, chunk.last):
            start, end = job.slabs.start[slab], job.slabs.end[slab]
            for box in range(*boxes.start[slab - chunk.first : slab - chunk.first + 2]):
                tube = places.tube[box].astype(np.float64)
                off = [0.0]
                for instant in (start, end, *time[(time > start) & (time < end)]):
                    there = [np.interp(instant, time, axis) for axis in course]
                    u = (instant - start) / (end - start)
                    line = tube[:END] + u * (tube[END:RADIUS] - tube[:END])
                    off.append(math.dist(there, line))
                assert max(off) + reach <= tube[RADIUS] + 1e-6
                assert tube[RADIUS] <= max(off) + reach + 8.0


@given(lines, lines, st.floats(0, 1e5, width=32), st.sampled_from((0.0, 1.7e9, 10**18, 1e12)))
def test_tubes_are_far_outside_of_their_near_span(one, two, radius, start):
    """At whole sixty-fourths of the slab, and at its ends."""
    tubes = np.zeros((2, 8), np.float32)
    tubes[:, :RADIUS] = one, two
    tubes[:, RADIUS] = radius
    length = 300 * 10**9 if isinstance(start, int) else 300.0
    slab = Window(start, start + length)
    span = near_span(tubes, 0, 1, slab)
    assert slab.start <= span.start <= slab.start + 1.001 * length
    assert span.end <= slab.end
    assert near_span(NO_TUBES, 0, 1, slab) == slab
    rounding = Fraction(1e-9) * sum(abs(Fraction(value)) for value in (*one, *two))
    for step in range(65):
        time = start + length * step // 64
        if span.start <= time <= span.end:
            continue
        share = (Fraction(time) - Fraction(start)) / Fraction(length)
        ends = (between(tube, share) for tube in tubes)
        apart = sum((b - a) ** 2 for a, b in zip(*ends, strict=True))
        reach = 2 * Fraction(radius) - rounding
        assert reach < 0 or apart > reach**2


def test_the_near_span_of_a_crossing():
    """Own flies 100 km in the slab, other hovers beside the middle of its way."""
    tubes = np.zeros((3, 8), np.float32)
    tubes[:, RADIUS] = 5e3
    tubes[0, END] = 100e3
    tubes[1, [0, END]] = 50e3
    tubes[2, RADIUS] = math.inf
    slab = Window(0.0, 100.0)
    assert near_span(tubes, 0, 1, slab) == (40.0 - 100 * SPARE, 60.0 + 100 * SPARE)
    assert near_span(tubes, 0, 2, slab) == slab
    assert near_span(tubes, 1, 1, slab) == slab
    spare = 10**11 // 64
    assert near_span(tubes, 0, 1, Window(7, 7 + 10**11)) == (
        7 + 4 * 10**10 - spare,
        7 + 6 * 10**10 + spare,
    )
    tubes[1, [1, END + 1]] = 6e3  # and beside it
    assert near_span(tubes, 0, 1, slab) == pytest.approx((42.0 - 100 * SPARE, 58.0 + 100 * SPARE))


def test_the_radius_of_a_tube_is_rounded_up():
    """Of two that hover at the origin, where there is no other rounding to make room for."""
    hovering = [(0.0, 0.0, 0.0, 1e3), (100.0, 0.0, 0.0, 1e3)]
    job = make_job(make_knots([[hovering]] * 2), None, (10_000.001, 300.0))
    division = divide_time(job, make_reach((10_000.001, 300.0)), 300.0)
    ((_, _, places),) = make_parts(division)
    assert float(np.float32(5_000.0005)) < 5_000.0005
    assert (places.tube[:, RADIUS].astype(np.float64) >= division.reach.horizontal[0]).all()


def test_a_slab_too_short_to_be_cut_is_near_as_a_whole():
    """Four thousandths of a second, of times that are a thirty-second of that apart."""
    tubes = np.zeros((2, 8), np.float32)
    tubes[:, RADIUS] = 5e3
    tubes[0, END] = 100e3
    tubes[1, [0, END]] = 50e3
    slab = Window(1e12, 1e12 + 2.0**-8)
    assert near_span(tubes, 0, 1, slab) == slab


@pytest.mark.parametrize("axis", range(3))
def test_tubes_that_pass_through_each_other_along_an_axis_meet_on_the_way(axis):
    """One stands still, and the other is 10 m before it and then 30 m behind it."""
    tubes = np.zeros((2, COLUMNS), np.float32)
    tubes[1, axis], tubes[1, END + axis] = -10.0, 30.0
    tubes[:, RADIUS] = 1.0
    assert tubes_meet(tubes, 0, 1)
    assert tubes_meet(tubes, 1, 0)
    tubes[1, [(axis + 1) % 3, END + (axis + 1) % 3]] = 2.5
    assert not tubes_meet(tubes, 0, 1)
