"""Relative motion: exact at knots, the same from both sides, negated by a swap."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pyproj
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies_kernel import kinds_of_time, make_knots, small_tracks

from airprox_kernel.motion import (
    FAR,
    horizontal_square,
    instant_at,
    is_curved,
    pair_radius,
    relative_motion,
    separation_at,
    surface_distance,
)
from airprox_kernel.surface import arc_of_chord, euler_radius

GEOD = pyproj.Geod(ellps="WGS84")
START = ("x", "y", "z", "vertical")
MOVED = ("dx", "dy", "dz", "rise")
END = ("end_x", "end_y", "end_z", "end_vertical")
NORMAL = ("normal_x", "normal_y", "normal_z")

latitudes = st.floats(-90, 90) | st.sampled_from((90.0, -90.0, 0.0, 89.9999))
longitudes = st.floats(-180, 180) | st.sampled_from((180.0, -180.0, 0.0))


def pair(tracks, timestamps, geodetic=False):
    """Knots of a fleet whose first two rows have two knots each, at the same instants."""
    return make_knots(tracks, timestamps=timestamps, geodetic=geodetic)


@st.composite
def planar_pairs(draw):
    """Two legs, and a span that both cover; ends may be knots."""
    timestamps = draw(st.booleans())
    epoch = 1_790_000_000_000_000_000 if timestamps else 0
    instants = st.integers(0, 1000) if timestamps else st.floats(0, 1000)
    tracks = []
    for _ in range(2):
        times = draw(st.lists(instants, min_size=2, max_size=2, unique=True).map(sorted))
        place = st.tuples(*(st.floats(-1e7, 1e7) for _ in range(3)))
        tracks.append([[(epoch + t, *draw(place)) for t in times]])
    knots = make_knots(tracks, timestamps=timestamps)
    first = max(tracks[0][0][0][0], tracks[1][0][0][0])
    last = min(tracks[0][0][1][0], tracks[1][0][1][0])
    if not first < last:
        tracks = [[[(epoch + 0, *part[0][0][1:]), (epoch + 9, *part[0][1][1:])]] for part in tracks]
        knots = make_knots(tracks, timestamps=timestamps)
        first, last = tracks[0][0][0][0], tracks[0][0][1][0]
    cut = st.sampled_from((0.0, 0.25, 0.5, 0.9, 1.0))
    low, high = sorted((draw(cut), draw(cut)))
    kind = type(first)
    start, end = first + kind((last - first) * low), first + kind((last - first) * high)
    if not start < end:
        start, end = first, last
    return knots, start, end


@st.composite
def geodetic_pairs(draw):
    """Two legs of up to 20 km, next to each other or anywhere."""
    lat, lon = draw(latitudes), draw(longitudes)
    step = st.floats(-0.05, 0.05)
    tracks = []
    for _ in range(2):
        if draw(st.integers(0, 3)) == 0:
            lat, lon = draw(latitudes), draw(longitudes)
        ends = [
            (time, max(-90.0, min(90.0, lat + draw(step))), lon + draw(step), draw(step) * 1e5)
            for time in (0.0, 60.0)
        ]
        tracks.append([ends])
    return make_knots(tracks, geodetic=True), 0.0, 60.0


@given(planar_pairs() | geodetic_pairs())
def test_a_swap_negates_every_component_bit_for_bit(drawn):
    knots, start, end = drawn
    there = relative_motion(knots, 0, knots, 2, start, end)
    back = relative_motion(knots, 2, knots, 0, start, end)
    for name in (*START, *MOVED, *END):
        assert getattr(back, name) == -getattr(there, name), name
    for name in (*NORMAL, "duration"):
        assert getattr(back, name) == getattr(there, name), name
    for u in (0.0, 0.3, 1.0):
        a, b = separation_at(there, u), separation_at(back, u)
        assert horizontal_square(a) == horizontal_square(b)
        if is_curved(there):
            assert pair_radius(there, a) == pair_radius(back, b)


@given(planar_pairs())
def test_the_separation_is_the_exact_one_to_a_few_roundings(drawn):
    """Positions within 4 units each, two of them, and three more operations: 16 units of 1e7 m."""
    knots, start, end = drawn
    motion = relative_motion(knots, 0, knots, 2, start, end)
    for u in (0.0, 0.25, 1.0):
        time = Fraction(start) + (Fraction(end) - Fraction(start)) * Fraction(u)
        found = separation_at(motion, u)
        for name, value in (("x", found.x), ("y", found.y), ("altitude", found.vertical)):
            exact = exact_position(knots, 2, name, time) - exact_position(knots, 0, name, time)
            assert abs(Fraction(value) - exact) <= 16 * Fraction(math.ulp(1e7)), (name, u)
    assert separation_at(motion, 0.5).z == 0.0
    assert motion.duration == float(end - start)


def exact_position(knots, leg, name, time):
    values = getattr(knots, name)
    t0, t1 = (Fraction(knots.time[k].item()) for k in (leg, leg + 1))
    p, q = (Fraction(values[k].item()) for k in (leg, leg + 1))
    return p + (q - p) * (time - t0) / (t1 - t0)


@given(kinds_of_time(lambda instants: small_tracks(instants, rows=(2, 2), gaps=False)))
def test_two_neighbouring_planar_intervals_agree_at_the_knot_between_them(drawn):
    """Also where only one of the two has a knot there, and the other is between two."""
    tracks, timestamps = drawn
    knots = make_knots(tracks, timestamps=timestamps)
    second = int(knots.part_start[1])
    times = [[knot[0] for knot in track[0]] for track in tracks]
    first, last = max(t[0] for t in times), min(t[-1] for t in times)
    cuts = sorted({t for part in times for t in part if first <= t <= last})
    motions = []
    for start, end in pairwise(cuts):
        own, other = (
            offset + max(k for k in range(len(part) - 1) if part[k] <= start)
            for offset, part in ((0, times[0]), (second, times[1]))
        )
        motions.append(relative_motion(knots, own, knots, other, start, end))
    for before, after in pairwise(motions):
        assert separation_at(before, 1.0) == separation_at(after, 0.0)


def test_at_knots_the_separation_is_the_difference_of_the_knots():
    knots = make_knots(
        [[[(0, 0.1, 7.3, 1.1), (3, 9.7, 1e7, 2.3)]], [[(0, 3.3, 2, 3), (3, 4, 5, 6)]]]
    )
    motion = relative_motion(knots, 0, knots, 2, 0.0, 3.0)
    assert separation_at(motion, 0.0) == (3.3 - 0.1, 2 - 7.3, 0.0, 3 - 1.1)
    assert separation_at(motion, 1.0) == (4 - 9.7, 5 - 1e7, 0.0, 6 - 2.3)
    assert not is_curved(motion)
    assert surface_distance(motion, separation_at(motion, 0.0), 123.4) == 123.4


@given(planar_pairs() | geodetic_pairs())
def test_the_displacement_leads_from_the_start_to_the_end(drawn):
    """Componentwise, and half-way at u = 1/2: the ends are rounded once more than the rest."""
    knots, start, end = drawn
    motion = relative_motion(knots, 0, knots, 2, start, end)
    first, middle, last = (separation_at(motion, u) for u in (0.0, 0.5, 1.0))
    for axis, (name, moved, until) in enumerate(zip(START, MOVED, END, strict=True)):
        a, b = getattr(motion, name), getattr(motion, until)
        assert getattr(motion, moved) == b - a
        assert (first[axis], last[axis]) == (a, b)
        assert abs(middle[axis] - (a + b) / 2) <= 2 * math.ulp(max(abs(a), abs(b)))


@given(geodetic_pairs())
def test_the_horizontal_part_is_at_right_angles_to_the_normal(drawn):
    knots, start, end = drawn
    motion = relative_motion(knots, 0, knots, 2, start, end)
    if not is_curved(motion):
        return
    n = (motion.normal_x, motion.normal_y, motion.normal_z)
    assert math.isclose(math.hypot(*n), 1.0, abs_tol=1e-15)
    for u in (0.0, 1.0):
        s = separation_at(motion, u)
        length = math.hypot(s.x, s.y, s.z)
        assert abs(s.x * n[0] + s.y * n[1] + s.z * n[2]) <= 1e-9 + 1e-15 * length


@pytest.mark.parametrize("latitude", [0.0, 47.0, -63.0, 89.9])
@pytest.mark.parametrize("azimuth", [0.0, 45.0, 90.0, 200.0])
@pytest.mark.parametrize("distance", [15.0, 150.0, 9260.0, 92_600.0])
def test_the_distance_over_the_ground_is_the_geodesic(latitude, azimuth, distance):
    """1 mm up to 5 NM and 2 cm at 50 NM, from points that do not move."""
    lon, lat, _ = GEOD.fwd(179.99, latitude, azimuth, distance)
    here, there = (latitude, 179.99, 1000.0), (lat, lon, 1500.0)
    knots = make_knots(
        [[[(0.0, *here), (9.0, *here)]], [[(0.0, *there), (9.0, *there)]]], geodetic=True
    )
    motion = relative_motion(knots, 0, knots, 2, 0.0, 9.0)
    separation = separation_at(motion, 0.0)
    found = surface_distance(motion, separation, math.sqrt(horizontal_square(separation)))
    assert abs(found - distance) < (1e-3 if distance < 1e4 else 2e-2)
    assert separation.vertical == 500.0


def test_the_normal_is_that_at_the_middle_of_all_four_positions():
    knots = make_knots(
        [
            [[(0.0, 47.0, 8.0, 0.0), (9.0, 47.1, 8.2, 0.0)]],
            [[(0.0, 47.2, 8.1, 0), (9.0, 47, 8.3, 0)]],
        ],
        geodetic=True,
    )
    motion = relative_motion(knots, 0, knots, 2, 0.0, 9.0)
    middle = [sum(getattr(knots, axis)) / 4 for axis in "xyz"]
    scaled = (middle[0], middle[1], middle[2] / (1.0 - 0.0066943799901413165))
    length = math.hypot(*scaled)
    for name, value in zip(NORMAL, scaled, strict=True):
        assert math.isclose(getattr(motion, name), value / length, rel_tol=1e-12)
    separation = separation_at(motion, 0.5)
    n = [getattr(motion, name) for name in NORMAL]
    radius = pair_radius(motion, separation)
    assert radius == euler_radius(*n, separation.x, separation.y, separation.z)
    assert surface_distance(motion, separation, 5e4) == arc_of_chord(5e4, radius)


@pytest.mark.parametrize(
    ("degrees", "curved"), [(20.0, True), (26.9, True), (27.5, False), (180.0, False)]
)
def test_far_pairs_keep_the_whole_vector(degrees, curved):
    """3,000 km of chord are 27.2 degrees of arc."""
    own, other = [(0.0, 0.0, 0.0, 0.0), (9.0, 0.0, 0.0, 0.0)], []
    other = [(0.0, 0.0, degrees, 0.0), (9.0, 0.0, degrees, 0.0)]
    knots = make_knots([[own], [other]], geodetic=True)
    motion = relative_motion(knots, 0, knots, 2, 0.0, 9.0)
    assert is_curved(motion) == curved
    chord = math.dist(*((knots.x[k], knots.y[k], knots.z[k]) for k in (0, 2)))
    assert (chord < FAR) == curved
    found = math.sqrt(horizontal_square(separation_at(motion, 0.0)))
    if not curved:
        assert math.isclose(found, chord, rel_tol=1e-15)


@pytest.mark.parametrize(("north", "curved"), [(10.0, True), (13.4, True), (14.0, False)])
def test_far_is_far_along_every_axis(north, curved):
    """The same chord from south to north, and over the pole."""
    across = [(-north, 20.0), (north, 20.0)], [(90.0 - north, 0.0), (90.0 - north, 180.0)]
    for own, other in across:
        tracks = [[[(t, *place, 0.0) for t in (0.0, 9.0)]] for place in (own, other)]
        knots = make_knots(tracks, geodetic=True)
        assert is_curved(relative_motion(knots, 0, knots, 2, 0.0, 9.0)) == curved


def test_exactly_as_far_as_far_is_is_far():
    """Positions whose differences are exact, not necessarily on the ellipsoid."""
    knots = make_knots([[[(t, 0.0, place, 0.0) for t in (0.0, 9.0)]] for place in (0.0, 27.0)],
                       geodetic=True)  # fmt: skip
    for apart, curved in ((FAR, False), (math.nextafter(FAR, 0.0), True)):
        exact = knots._replace(x=np.full(4, 6e6), y=np.repeat([0.0, apart], 2), z=np.zeros(4))
        assert is_curved(relative_motion(exact, 0, exact, 2, 0.0, 9.0)) == curved


@given(st.floats(0.0, 1e6), st.floats(1e-3, 1e6), st.floats(0.0, 1.0))
@example(0.1, 0.7, 1.0)
def test_an_instant_is_counted_from_the_nearer_end(start, length, u):
    """At an end it is the end: 0.1 + (0.7999... - 0.1) and the like are not."""
    end = start + length
    moment = instant_at(start, end, end - start, u)
    assert moment.origin == (end if u > 0.5 else start)
    assert start <= moment.origin + moment.offset <= end
    assert instant_at(start, end, end - start, 1.0) == (end, 0.0)
    assert instant_at(start, end, end - start, 0.5) == (start, 0.5 * (end - start))


def test_a_normal_along_one_axis_is_a_normal():
    """At the equator and at the poles two of its components are zero."""
    knots = make_knots([[[(0.0, 0.0, 0.0, 0.0), (9.0, 1.0, 1.0, 1.0)]]] * 2)
    planar = relative_motion(knots, 0, knots, 2, 0.0, 9.0)
    assert not is_curved(planar)
    for name in NORMAL:
        for value in (1.0, -1.0):
            assert is_curved(planar._replace(**{name: value}))


def test_altitude_does_not_enter_the_horizontal_part():
    tracks = [[[(0.0, 47.0, 8.0, h), (9.0, 47.1, 8.0, h)]] for h in (0.0, 12_000.0)]
    knots = make_knots(tracks, geodetic=True)
    motion = relative_motion(knots, 0, knots, 2, 0.0, 9.0)
    assert horizontal_square(separation_at(motion, 0.5)) == 0.0
    assert motion.vertical == 12_000.0
    assert motion.rise == 0.0
