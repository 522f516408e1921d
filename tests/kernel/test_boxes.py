"""Boxes hold, in exact arithmetic, every position of their slab and the reach around it."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import (
    divide_time,
    frozen,
    kinds_of_time,
    make_job,
    make_knots,
    make_parts,
    make_reach,
    small_tracks,
)

from airprox_kernel.boxes import Reach
from airprox_kernel.steps import STEPS, altitude_scale

SPARE = Fraction(1, 10**8)
"""Metres by which a bound may be too tight: the touch tolerance pays for that, ten times over."""
STEP_SPARE = Fraction(3, 10**8)
"""The same of an altitude: 2.5e-8 m on purpose, and the rounding; two ends are below 1e-7 m."""


@st.composite
def divisions(draw):
    """Two fleets on slabs, at home or far away, and what their boxes were made with."""
    ours, timestamps = draw(kinds_of_time(lambda instants: small_tracks(instants)))
    far = draw(st.sampled_from(((0.0, 0.0), (1e7, -9_999_999.7))))
    ours = [[[(t, x + far[0], y + far[1], z) for t, x, y, z in p] for p in track] for track in ours]
    theirs = [[[(t, x + 9.0, y, z) for t, x, y, z in p] for p in track] for track in ours[1:]]
    theirs += [[[(t, -y, x, z) for t, x, y, z in ours[0][0]]]]
    single = draw(st.booleans())
    minima = draw(st.sampled_from(((1000.0, 100.0), (15.0, math.inf), (0.002, 0.01))))
    times = [knot[0] for track in ours for part in track for knot in part]
    window = (None, None)
    if draw(st.booleans()):
        window = tuple(sorted((draw(st.sampled_from(times)), draw(st.sampled_from(times)))))
    own = make_knots(ours, timestamps=timestamps)
    other = None if single else make_knots(theirs, timestamps=timestamps)
    job = make_job(own, other, minima, window=window)
    length = draw(st.sampled_from((3.0, 11.0, 100.0))) * (7 if timestamps else 1)
    division = divide_time(job, make_reach(minima), length, draw(st.sampled_from((1, 5, 1000))))
    return division, ours, None if single else theirs, minima


def stretch(part, start, end):
    """The exact positions at the ends of a stretch and at the knots inside it."""
    found = []
    for time in sorted({start, end} | {knot[0] for knot in part if start <= knot[0] <= end}):
        for (t0, *p), (t1, *q) in pairwise(part):
            if t0 <= time <= t1:
                share = (Fraction(time) - Fraction(t0)) / (Fraction(t1) - Fraction(t0))
                found.append(
                    [
                        Fraction(a) + (Fraction(b) - Fraction(a)) * share
                        for a, b in zip(p, q, strict=True)
                    ]
                )
                break
    return found


@given(divisions())
def test_boxes_hold_every_position_of_the_slab_and_the_reach(drawn):
    division, ours, theirs, (horizontal, vertical) = drawn
    job = division.job
    sides = ([p for track in side for p in track] for side in (ours, theirs or ours))
    own_parts, other_parts = sides
    for chunk, boxes, places in make_parts(division):
        for slab in range(chunk.first, chunk.last):
            index = slab - chunk.first
            for box in range(boxes.start[index], boxes.start[index + 1]):
                is_own = box < boxes.middle[index]
                part = (own_parts if is_own else other_parts)[places.part[box]]
                start = max(job.slabs.start[slab].item(), part[0][0])
                end = min(job.slabs.end[slab].item(), part[-1][0])
                for position in stretch(part, start, end):
                    low, high = boxes.bounds[box, :4].tolist(), boxes.bounds[box, 4:].tolist()
                    assert (low[2], high[2]) == (0.0, 0.0)
                    for axis, value in ((0, position[0]), (1, position[1])):
                        half = Fraction(horizontal) / 2
                        assert Fraction(low[axis]) <= value - half + SPARE
                        assert Fraction(high[axis]) >= value + half - SPARE
                    if math.isinf(vertical):
                        assert (low[3], high[3]) == (-math.inf, math.inf)
                        continue
                    half, scale = (
                        Fraction(vertical) / 2,
                        Fraction(altitude_scale(division.reach.vertical)),
                    )
                    assert Fraction(low[3]) <= (position[2] - half + STEP_SPARE) * scale
                    assert Fraction(high[3]) + 1 >= (position[2] + half - STEP_SPARE) * scale


@given(divisions())
def test_every_present_part_has_one_box_in_each_slab(drawn):
    """And its leg holds the start of its stretch, perhaps as its end."""
    division, *_ = drawn
    job = division.job
    for chunk, boxes, places in make_parts(division):
        for slab in range(chunk.first, chunk.last):
            index = slab - chunk.first
            start, middle, end = boxes.start[index], boxes.middle[index], boxes.start[index + 1]
            sides = [(job.own, division.own, start, middle)]
            if not job.single:
                sides.append((job.other, division.other, middle, end))
            else:
                assert middle == end
            for knots, presence, first, last in sides:
                expected = np.flatnonzero((presence.first <= slab) & (slab <= presence.last))
                assert places.part[first:last].tolist() == expected.tolist()
                for box in range(first, last):
                    begin = knots.part_start[places.part[box]]
                    at = max(job.slabs.start[slab], knots.time[begin])
                    leg = places.leg[box]
                    assert begin <= leg < knots.part_start[places.part[box] + 1] - 1
                    assert knots.time[leg] <= at <= knots.time[leg + 1]


@given(divisions())
def test_boxes_are_not_much_too_large(drawn):
    """Within 3e-7 of the coordinates and the reach: no position of another slab is in them."""
    division, ours, theirs, (horizontal, _) = drawn
    job = division.job
    parts = [[p for track in side for p in track] for side in (ours, theirs or ours)]
    for chunk, boxes, places in make_parts(division):
        for slab in range(chunk.first, chunk.last):
            index = slab - chunk.first
            for box in range(boxes.start[index], boxes.start[index + 1]):
                part = parts[0 if box < boxes.middle[index] else 1][places.part[box]]
                start = max(job.slabs.start[slab].item(), part[0][0])
                end = min(job.slabs.end[slab].item(), part[-1][0])
                positions = stretch(part, start, end)
                for axis in (0, 1):
                    values = [float(position[axis]) for position in positions]
                    room = 3e-7 * (max(map(abs, values)) + horizontal)
                    assert boxes.bounds[box, axis] >= min(values) - horizontal / 2 - room
                    assert boxes.bounds[box, 4 + axis] <= max(values) + horizontal / 2 + room


@pytest.mark.parametrize("value", [1e9, 123456.789, 1.0, 1e-3, 0.0, -1.0, -123456.789, -1e9])
def test_bounds_are_rounded_outwards(value):
    knots = make_knots([[[(0.0, value, -value, value), (9.0, value, -value, value)]]] * 2)
    job = make_job(knots, None, (1.0, 1.0))
    division = divide_time(job, Reach(frozen([0.0]), frozen([0.0])), 100.0)
    (part,) = make_parts(division)
    low, high = part.boxes.bounds[0, :4].tolist(), part.boxes.bounds[0, 4:].tolist()
    for axis, exact in ((0, value), (1, -value)):
        assert low[axis] <= exact <= high[axis]
        assert value == 0.0 or low[axis] < exact < high[axis]


@pytest.mark.parametrize(("level", "meets"), [(1.0, False), (0.999, True), (0.99, True)])
@pytest.mark.parametrize("base", [0.0, 9144.0, 12192.0, -304.8])
def test_flight_levels_exactly_the_minimum_apart_do_not_meet(base, level, meets):
    """In float64, 30,000 ft less 29,000 ft is under 1000 ft by 7e-13 m."""
    foot = 0.3048
    other = (base / foot + 1000.0 * level) * foot
    tracks = [[[(t, 0.0, 0.0, z) for t in (0.0, 9.0)]] for z in (base, other)]
    job = make_job(make_knots(tracks), None, (1.0, 304.8))
    (part,) = make_parts(divide_time(job, make_reach((1.0, 304.8)), 100.0))
    low, high = part.boxes.bounds[:, 3], part.boxes.bounds[:, 7]
    assert (low[1] <= high[0]) == meets
    assert np.all(low < high)


def test_steps_of_altitude_are_a_part_of_the_least_vertical_minimum():
    assert altitude_scale(np.array([math.inf, 4.0])) == STEPS / 8.0
    assert altitude_scale(np.array([math.inf])) == 1.0
    feet = 1000 * 0.3048
    assert altitude_scale(np.array([feet / 2, feet])) == STEPS / feet
    assert altitude_scale(np.array([999.999 * 0.3048 / 2])) == STEPS / feet
    assert altitude_scale(np.array([299.9999 / 2])) == STEPS / 300.0
    assert altitude_scale(np.array([1e-4])) == STEPS / 2e-4


def test_levels_a_hair_more_than_the_minimum_apart_are_told_apart():
    """All pairs of neighbours among 60 levels, held to 999.999 ft."""
    feet = 0.3048
    levels = [[[(t, 0.0, 0.0, 1000 * feet * level) for t in (0.0, 60.0)]] for level in range(60)]
    job = make_job(make_knots(levels), None, (1.0, 999.999 * feet))
    division = divide_time(job, make_reach((1.0, 999.999 * feet)), 60.0)
    ((_, boxes, _),) = make_parts(division)
    assert np.all(boxes.bounds[:-1, 7] < boxes.bounds[1:, 3])


def test_a_reach_of_its_own_for_each_category():
    knots = make_knots([[[(0.0, 0.0, 0.0, 0.0), (9.0, 0.0, 0.0, 0.0)]]] * 2)
    job = make_job(knots, None, (1.0, 1.0))
    category = frozen([1, 0], np.int32)
    job = job._replace(limits=job.limits._replace(own_category=category))
    reach = Reach(frozen([16.0, 64.0]), frozen([4.0, 32.0]))
    (part,) = make_parts(divide_time(job, reach, 100.0))
    assert np.allclose(part.boxes.bounds[:, 4], [64.0, 16.0])
    assert part.boxes.bounds[:, 3].tolist() == [-256.0, -32.0]
    assert part.boxes.bounds[:, 7].tolist() == [255.0, 31.0]


def test_geodetic_boxes_have_three_dimensions():
    places = [(47.0, 8.0), (-33.0, 151.0)]
    knots = make_knots(
        [[[(0.0, lat, lon, 900.0), (9.0, lat, lon, 900.0)]] for lat, lon in places], geodetic=True
    )
    job = make_job(knots, None, (1000.0, 100.0))
    (part,) = make_parts(divide_time(job, make_reach((1000.0, 100.0), geodetic=True), 100.0))
    for box in range(2):
        for axis, name in enumerate("xyz"):
            value, across = getattr(knots, name)[2 * box], (1010.0 + 20.0) / 2
            room = 3e-7 * (abs(value) + across)
            low, high = part.boxes.bounds[box, [axis, axis + 4]].astype(float)
            assert value - across - room <= low <= value - across
            assert value + across <= high <= value + across + room


def test_geodetic_boxes_hold_all_knots_along_every_axis():
    """Up and down along x, y and z, with the extremes at knots inside the slab."""
    part = [
        (float(t), lat, lon, 0.0)
        for t, lat, lon in ((0, 40.0, 8.0), (1, 41.0, 7.0), (2, 39.0, 9.0), (3, 40.0, 8.0))
    ]
    knots = make_knots([[part]] * 2, geodetic=True)
    job = make_job(knots, None, (1000.0, 100.0))
    (found,) = make_parts(divide_time(job, Reach(frozen([0.0]), frozen([0.0])), 100.0))
    for axis, name in enumerate("xyz"):
        values = getattr(knots, name)
        low, high = found.boxes.bounds[0, [axis, axis + 4]].astype(float)
        assert math.isclose(low, values.min(), rel_tol=3e-7)
        assert math.isclose(high, values.max(), rel_tol=3e-7)
        assert low < values.min() < values.max() < high


def test_a_box_goes_over_all_knots_of_its_stretch_and_no_further():
    part = [
        (0.0, 0.0, 0.0, 0.0),
        (10.0, 10.0, -5.0, 3.0),
        (20.0, 0.0, 9.0, 7.0),
        (30.0, 50.0, 0, 0),
    ]
    knots = make_knots([[part]] * 2)
    cases = [
        ((5.0, 15.0), (5.0, -5.0, 0.0, 1.5), (10.0, 2.0, 0.0, 5.0)),
        ((10.0, 20.0), (0.0, -5.0, 0.0, 3.0), (10.0, 9.0, 0.0, 7.0)),
        ((2.0, 4.0), (2.0, -2.0, 0.0, 0.6), (4.0, -1.0, 0.0, 1.2)),
    ]
    for window, low, high in cases:
        job = make_job(knots, None, (1.0, 1.0), window=window)
        division = divide_time(job, Reach(frozen([0.0]), frozen([0.0])), 100.0)
        (found,) = make_parts(division)
        bounds = found.boxes.bounds[0]
        assert np.allclose(bounds[[0, 1, 2]], low[:3], rtol=3e-7, atol=0)
        assert np.allclose(bounds[[4, 5, 6]], high[:3], rtol=3e-7, atol=0)
        assert bounds[[3, 7]].tolist() == [math.floor(low[3] + 1e-9), math.floor(high[3] - 1e-9)]


def test_legs_go_on_from_slab_to_slab_and_over_slabs_that_are_missing():
    """Slabs that leave time between them: the walk finds its leg again."""
    part = [(float(t), 10.0 * t, 0.0, 0.0) for t in range(0, 41, 5)]
    brief = [[[(a, 0.0, 0.0, 0.0), (b, 0.0, 0.0, 0.0)]] for a, b in ((0.0, 7.0), (22.0, 31.0))]
    job = make_job(make_knots([[part], *brief]), None, (1.0, 1.0))
    division = divide_time(job, Reach(frozen([0.0]), frozen([0.0])), 3.6)
    (found,) = make_parts(division)
    slabs = division.job.slabs
    assert slabs.start.tolist() == [0.0, 3.5, 22.0, 25.0, 28.0]
    first = found.boxes.start[:-1]
    assert np.allclose(found.boxes.bounds[first, 0], 10 * slabs.start, rtol=3e-7)
    assert np.allclose(found.boxes.bounds[first, 4], 10 * slabs.end, rtol=3e-7)
