"""Closest approach over everything a pair has in common, against exact arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import frozen, kinds_of_time, make_job, make_knots, small_tracks

import oracle
from airprox_kernel.approach import HORIZONTAL, RATIO, SLANT
from airprox_kernel.closest import Approaches, closest_approaches
from exact import square_root

GEOD = pyproj.Geod(ellps="WGS84")
MINIMA = (1000.0, 150.0)
METRICS = ((HORIZONTAL, "horizontal"), (SLANT, "slant"), (RATIO, "ratio"))
RADIUS = 6.386e6
"""Euler's radius at 47 degrees, roughly east."""
DISTANCE = Fraction(1, 10**8)
"""Metres: coordinates up to 4 km have a unit of 5e-13."""


def approaches(job, pairs, metric):
    """The results of pairs of rows, and the number of intervals tested."""
    own, other = (np.array([pair[k] for pair in pairs], np.int64) for k in (0, 1))
    out = Approaches(
        np.zeros(own.size, job.own.time.dtype), *(np.zeros(own.size) for _ in range(5))
    )
    return out, closest_approaches(job, own, other, metric, out)


@st.composite
def jobs(draw):
    tracks, timestamps = draw(kinds_of_time(lambda instants: small_tracks(instants, rows=(2, 4))))
    times = [knot[0] for track in tracks for part in track for knot in part]
    window = (None, None)
    if draw(st.booleans()):
        window = tuple(sorted((draw(st.sampled_from(times)), draw(st.sampled_from(times)))))
    knots = make_knots(tracks, timestamps=timestamps)
    return make_job(knots, None, MINIMA, window=window), tracks, window


def root(value):
    return square_root(Fraction(value)).upper


@given(jobs(), st.sampled_from(METRICS))
def test_the_least_value_is_the_exact_one(drawn, metric):
    job, tracks, window = drawn
    code, name = metric
    pairs = [(a, b) for a in range(len(tracks)) for b in range(len(tracks)) if a != b]
    found, legs = approaches(job, pairs, code)
    components = 0
    for index, (a, b) in enumerate(pairs):
        pair = oracle.Pair(tracks[a], tracks[b], window)
        components += sum(len(motions) for motions in pair.components)
        exact = pair.closest(name, *MINIMA)
        if exact is None:
            assert found.value[index] == math.inf
            continue
        scale = Fraction(min(MINIMA)) if code == RATIO else 1
        assert abs(root(found.value[index]) - root(exact.squared.lower)) * scale <= DISTANCE
        # At the reported instant the exact separation is what is reported.
        offset = Fraction(found.offset[index].item())
        instant = Fraction(found.origin[index].item()) + offset
        low, high = min(pair.spans)[0], max(end for _, end in pair.spans)
        x, y, z = pair.separation(min(max(instant, low), high))
        across, up = pair.fastest(instant, instant)
        change = (across + up) * Fraction(1, 10**13)
        assert abs(Fraction(found.horizontal[index]) - root(x * x + y * y)) <= DISTANCE + change
        assert abs(Fraction(found.vertical[index]) - abs(z)) <= DISTANCE + change
        ratio = max(
            (x * x + y * y) / (Fraction(MINIMA[0]) - oracle.TOUCH_TOLERANCE) ** 2,
            z * z / (Fraction(MINIMA[1]) - oracle.TOUCH_TOLERANCE) ** 2,
        )
        error = (DISTANCE + change) / Fraction(min(MINIMA))
        assert abs(root(found.ratio_square[index]) - root(ratio)) <= error
    assert legs == components


@given(
    st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=1, max_size=7),
    st.sampled_from((HORIZONTAL, SLANT, RATIO)),
)
def test_the_earliest_of_equal_values_is_reported(steps, metric):
    """Nearer and farther along a line, with gaps: minima are at knots, and exactly equal."""
    other = [[]]
    for time, (x, gap) in enumerate(steps):
        if gap and other[-1]:
            other.append([])
        other[-1].append((float(time), 100.0 * x, 0.0, 0.0))
    found, _ = approaches(pair_of(STILL, other), [(0, 1)], metric)
    least = min(x for x, _ in steps)
    assert found.origin[0] + found.offset[0] == [x for x, _ in steps].index(least)
    assert found.horizontal[0] == 100.0 * least


@given(jobs(), st.sampled_from(METRICS))
def test_a_swap_changes_no_bit(drawn, metric):
    job, *_ = drawn
    there, _ = approaches(job, [(0, 1)], metric[0])
    back, _ = approaches(job, [(1, 0)], metric[0])
    if there.value[0] == math.inf:
        assert back.value[0] == math.inf
        return
    for name in Approaches._fields:
        assert getattr(there, name)[0] == getattr(back, name)[0], name


def pair_of(own, other, **options):
    return make_job(make_knots([own, other]), None, MINIMA, **options)


STILL = [[(0.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0)]]


@pytest.mark.parametrize("metric", [HORIZONTAL, SLANT, RATIO])
def test_equal_velocities_give_the_earliest_instant(metric):
    beside = [[(t, 300.0, 400.0, 0.0) for t in (10.0, 30.0, 60.0)], [(70.0, 300.0, 400.0, 0.0)]]
    found, legs = approaches(pair_of(STILL, beside), [(0, 1)], metric)
    assert (found.origin[0] + found.offset[0], found.horizontal[0]) == (10.0, 500.0)
    assert legs == 3


def test_an_instant_in_common_is_enough():
    own, other = (
        [[(0.0, 0.0, 0.0, 0.0), (9.0, 5.0, 0, 0)]],
        [[(9.0, 8.0, 4.0, 7.0), (20.0, 0, 0, 0)]],
    )
    for pair in ([own, other], [other, own]):
        found, legs = approaches(pair_of(*pair), [(0, 1)], HORIZONTAL)
        assert (found.origin[0], found.offset[0]) == (9.0, 0.0)
        assert (found.horizontal[0], found.vertical[0], legs) == (5.0, 7.0, 1)


def test_a_window_of_an_instant_inside_two_legs():
    passing = [[(0.0, -500.0, 30.0, 0.0), (100.0, 500.0, 30.0, 0.0)]]
    job = pair_of(STILL, passing, window=(53.0, 53.0))
    found, legs = approaches(job, [(0, 1)], HORIZONTAL)
    assert (found.origin[0], found.offset[0], legs) == (53.0, 0.0, 1)
    assert math.isclose(found.horizontal[0], math.hypot(30.0, 30.0), rel_tol=1e-12)


def test_single_knots_meet_at_one_instant_or_not_at_all():
    point = [[(50.0, 3.0, 4.0, 12.0)]]
    found, legs = approaches(pair_of(point, STILL), [(0, 1)], SLANT)
    assert (found.origin[0], found.value[0], legs) == (50.0, 169.0, 1)
    found, legs = approaches(pair_of(point, [[(50.5, 0.0, 0.0, 0.0)]]), [(0, 1)], SLANT)
    assert (found.value[0], legs) == (math.inf, 0)


def test_gaps_of_both_are_left_out():
    """Nearest at 25, where own has a gap, and at 65, where the other has one."""
    own = [[(0.0, 0, 0, 0), (20.0, 0, 0, 0)], [(30.0, 0, 0, 0), (90.0, 0, 0, 0)]]
    other = [
        [(0.0, 2500.0, 40.0, 0), (50.0, -2500.0, 40.0, 0)],
        [(80.0, 1500.0, 40.0, 0), (90.0, 1400.0, 40.0, 0)],
    ]
    found, legs = approaches(pair_of(own, other), [(0, 1)], HORIZONTAL)
    assert found.origin[0] + found.offset[0] == 20.0
    assert found.horizontal[0] == math.hypot(500.0, 40.0)
    assert legs == 3


def test_metrics_choose_different_instants():
    """Nearest on the map at 50 while 900 m apart in height, level at 100."""
    climbing = [[(0.0, -500.0, 0.0, 1800.0), (100.0, 500.0, 0.0, 0.0)]]
    job = pair_of(STILL, climbing)
    found = [approaches(job, [(0, 1)], metric)[0] for metric in (HORIZONTAL, SLANT, RATIO)]
    when = [one.origin[0] + one.offset[0] for one in found]
    assert when[0] == 50.0
    assert math.isclose(when[1], 100 * (500.0 * 1000 + 1800.0 * 1800) / (1e6 + 1800.0**2))
    # The terms cross: (10 t - 500) / 1000 = (1800 - 18 t) / 150, to the touch tolerance.
    assert math.isclose(when[2], 12.5 / 0.13, rel_tol=1e-7)


@pytest.mark.parametrize(
    ("other", "error"), [((47.1, 8.0), 1e-3), ((40.0, 179.0), 1e-3), ((-47.0, -171.9), 1e-3)]
)
def test_the_distance_over_the_ground_is_the_geodesic(other, error):
    """Near, beyond 3,000 km, and close to the antipode."""
    tracks = [[[(t, *place, 0.0) for t in (0.0, 9.0)]] for place in ((47.0, 8.0), other)]
    job = make_job(make_knots(tracks, geodetic=True), None, MINIMA)
    found, _ = approaches(job, [(0, 1)], HORIZONTAL)
    _, _, distance = GEOD.inv(8.0, 47.0, other[1], other[0])
    assert abs(found.horizontal[0] - distance) < error


def test_far_pairs_report_the_geodesic_at_the_minimum_of_the_chord():
    """A ship from 60 degrees away comes to 40, seen from a place at rest, and turns."""
    own = [[(t, 0.0, 0.0, 0.0) for t in (0.0, 10.0, 20.0)]]
    other = [[(0.0, 0.0, 40.1, 0.0), (10.0, 0.0, 40.0, 0.0), (20.0, 0.0, 40.1, 0.0)]]
    job = make_job(make_knots([own, other], geodetic=True), None, MINIMA)
    found, _ = approaches(job, [(0, 1)], HORIZONTAL)
    _, _, distance = GEOD.inv(0.0, 0.0, 40.0, 0.0)
    assert found.origin[0] + found.offset[0] == 10.0
    assert abs(found.horizontal[0] - distance) < 1e-3


def place_of(knots, leg, time):
    """Latitude and longitude below the chord of a leg that takes 10 s."""
    x, y, z = (
        getattr(knots, axis)[leg] * (1 - time / 10) + getattr(knots, axis)[leg + 1] * time / 10
        for axis in "xyz"
    )
    upright = z / (1.0 - 0.0066943799901413165)
    return math.degrees(math.atan2(upright, math.hypot(x, y))), math.degrees(math.atan2(y, x))


@pytest.mark.parametrize("longitude", [30.0, -100.0])
@pytest.mark.parametrize("apart", [60.0, 150.0])
def test_far_pairs_that_move_are_measured_where_they_are(longitude, apart):
    """Both go east, one from south to north and one from north to south: nearest in mid-interval.

    10 cm: the place below a chord, 8 m deep, is known to 3 cm each. Legs are 16 km long.
    """
    own = [(0.0, -0.05, longitude - 0.05, 0.0), (10.0, 0.05, longitude + 0.05, 0.0)]
    other = [(t, -lat, lon + apart, 0.0) for t, lat, lon, _ in own]
    knots = make_knots([[own], [other]], geodetic=True)
    found, _ = approaches(make_job(knots, None, MINIMA), [(0, 1)], HORIZONTAL)
    time = found.origin[0] + found.offset[0]
    if apart < 90.0:
        assert 4.0 < time < 6.0
    here, there = place_of(knots, 0, time), place_of(knots, 2, time)
    _, _, distance = GEOD.inv(here[1], here[0], there[1], there[0])
    assert abs(found.horizontal[0] - distance) < 0.1


@pytest.mark.parametrize(("minimum", "own_radius"), [(9260.0, False), (1e6, True)])
def test_ratios_on_the_earth_are_those_of_the_ground_distance(minimum, own_radius):
    """From 0.9 of the minimum: 2 cm at 5 NM, and 5 cm at 1,000 km with the pair's own radius."""
    lon, lat, _ = GEOD.fwd(8.0, 47.0, 75.0, 0.9 * minimum)
    tracks = [[[(t, *place, 0.0) for t in (0.0, 9.0)]] for place in ((47.0, 8.0), (lat, lon))]
    job = make_job(make_knots(tracks, geodetic=True), None, (minimum, 100.0))
    if own_radius:
        job = job._replace(limits=job.limits._replace(arc=frozen([[[minimum]]])))
    found, _ = approaches(job, [(0, 1)], RATIO)
    # A ratio is one of chords: that of arcs is larger by 2e-4 of itself at 1,000 km.
    chords = [2 * RADIUS * math.sin(arc / (2 * RADIUS)) for arc in (0.9 * minimum, minimum)]
    expected = chords[0] / chords[1]
    assert math.isclose(math.sqrt(found.value[0]), expected, rel_tol=2e-6)
    assert found.value[0] == found.ratio_square[0]
