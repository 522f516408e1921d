"""Forbidden delays of two legs against exact arithmetic, and sets of them against brute force."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies_kernel import COSINES, GRAZES, frozen

from airprox_kernel.bands import Bands, Steps
from airprox_kernel.delay_search import forbidden
from airprox_kernel.delay_sets import GAP, add_interval, is_covered
from airprox_kernel.delays import leg_delays
from airprox_kernel.leg_limits import Kept, are_near, farthest
from airprox_kernel.legs import Leg, is_first, leg_pair
from airprox_kernel.segments import Position
from exact import ExactKnot, bound
from oracle_delays import conflicts, leg_interval

SLACK = Fraction(1, 10**8)
"""Seconds: times are within 1e6 s, and their sums are rounded to 1e-10 s."""
WIDER = Fraction(1, 10**6)
"""Metres: rounding widens minima by 16 r L, r = 2**-53, twice; L is up to 1e8 m here."""


class Case(NamedTuple):
    """Two legs as knots (t, x, y, z), and minima."""

    own: tuple[tuple[float, ...], tuple[float, ...]]
    other: tuple[tuple[float, ...], tuple[float, ...]]
    horizontal: float
    vertical: float


def as_leg(knots) -> Leg:
    (t0, x0, y0, z0), (t1, x1, y1, z1) = knots
    return Leg(Position(x0, y0, 0.0, z0), Position(x1, y1, 0.0, z1), t0, t1, 0.0, 0.0)


def exact_leg(knots) -> tuple[ExactKnot, ExactKnot]:
    (a, b) = (tuple(Fraction(value) for value in knot) for knot in knots)
    return a, b


def held(case: Case) -> tuple[Bands, Kept]:
    """The minima of a case; kernels add the other half of the touch tolerance to the vertical."""
    step = frozen([[[0]]], np.int64)
    bands = Bands(step, step, frozen([math.inf]), frozen([case.vertical - 5e-8]))
    return bands, Kept(case.horizontal, False, Steps(0, 0))


def computed(case: Case):
    """The interval of delays, the legs taken in the order that the search takes them in."""
    return forbidden(*held(case), as_leg(case.own), as_leg(case.other), 1.0)


MINIMA = ((15.0, 10.0), (9260.0, 304.8), (1.0, 1.0), (50_000.0, 600.0), (9260.0, math.inf))


@st.composite
def cases(draw) -> Case:
    """Legs of a metre to 10,000 km that cross, follow, meet, hover, climb alike, graze."""
    D, H = draw(st.sampled_from(MINIMA))
    reach = draw(st.sampled_from((D, 3.0 * D, 100.0 * D, 1e7)))
    place = st.integers(-10, 10).map(lambda k: k / 10 * reach) | st.floats(-reach, reach)
    height = 300.0 if math.isinf(H) else H
    graze = st.sampled_from(GRAZES)
    levels = st.builds(
        lambda part, g: part * height + g, st.sampled_from((0.0, 1.0, -1.0, 0.5)), graze
    ) | st.floats(-2 * height, 2 * height)
    lasts = st.sampled_from((1.0, 60.0, 1e-3, 3600.0, 1e6)) | st.floats(0.01, 1000.0)
    begin, lasting = draw(st.integers(-500, 500)) * 1.5, draw(lasts)
    x, y, z = draw(place), draw(place), draw(levels)
    way = draw(place), draw(place), draw(st.just(0.0) | levels)
    own = ((begin, x, y, z), (begin + lasting, x + way[0], y + way[1], z + way[2]))
    t0, t1 = 0.0, draw(lasts)
    relation = draw(st.sampled_from(("free", "beside", "back", "faster", "hover", "across")))
    up, rise = draw(levels), draw(st.sampled_from((0.0, way[2])) | levels)
    if relation == "free":
        start, end = (draw(place), draw(place)), (draw(place), draw(place))
    else:
        cosine, sine = draw(st.sampled_from(COSINES))
        aside = draw(st.sampled_from((0.0, 0.5 * D, D, -D))) + draw(graze)
        start = x - sine * aside, y + cosine * aside
        end = start[0] + way[0], start[1] + way[1]
        if relation == "back":
            start, end = end, start
        elif relation == "faster":
            end = start[0] + 1.5 * way[0], start[1] + 1.5 * way[1]
        elif relation == "hover":
            end = start
        elif relation == "across":
            end = start[0] - way[1], start[1] + way[0]
        elif draw(st.booleans()):
            t1 = lasting
    other = ((t0, *start, up), (t0 + t1, *end, up + rise))
    return Case(own, other, D, H)


BARELY = Case(  # inside by a rounding of the coordinates: without `ROUNDING` nothing is found
    ((0.0, -7948543.5, 9457666.9, 0.0), (1000.0, -12170736.248410512, 392729.59214895964, 0.0)),
    (
        (0.0, -7940149.36805293, 9453757.149514973, 0.0),
        (1000.0, -12162342.116463441, 388819.8416639324, 0.0),
    ),
    9260.0,
    math.inf,
)


@given(cases())
@example(BARELY)
def test_the_interval_contains_the_exact_one_and_is_hardly_wider(case):
    found = computed(case)
    legs = exact_leg(case.own), exact_leg(case.other)
    D, H = Fraction(case.horizontal), bound(case.vertical)
    inner = leg_interval(*legs, D, None if H is None else H - Fraction(5e-8))
    if inner is not None:
        assert found.low <= inner[0].upper + SLACK
        assert found.high >= inner[1].lower - SLACK
    if found.low <= found.high:
        outer = leg_interval(*legs, D + WIDER, None if H is None else H + WIDER)
        assert outer is not None, found
        assert outer[0].lower - SLACK <= found.low
        assert found.high <= outer[1].upper + SLACK


@given(cases())
def test_swapped_legs_have_the_negated_interval_bit_for_bit(case):
    found = computed(case)
    swapped = computed(case._replace(own=case.other, other=case.own))
    if found.low <= found.high:
        assert (swapped.low, swapped.high) == (-found.high, -found.low)
    else:
        assert swapped.low > swapped.high


@given(cases())
def test_legs_that_are_not_near_forbid_nothing(case):
    if not are_near(as_leg(case.own), as_leg(case.other), farthest(*held(case))):
        found = computed(case)
        assert found.low > found.high


def test_legs_are_near_up_to_the_minima():
    def near(aside, above):
        case = Case(
            ((0.0, 0.0, 0.0, 0.0), (9.0, 50.0, 0.0, 0.0)),
            ((0.0, 0.0, aside, above), (9.0, 50.0, aside, above)), 100.0, 10.0,
        )  # fmt: skip
        return are_near(as_leg(case.own), as_leg(case.other), farthest(*held(case)))

    assert near(100.0, 10.0)
    assert not near(100.1, 0.0)
    assert not near(0.0, -10.1)


@given(cases())
def test_one_of_two_different_legs_is_first(case):
    own, other = as_leg(case.own), as_leg(case.other)
    alike = own[:2] == other[:2] and own.finish - own.begin == other.finish - other.begin
    assert is_first(own, other) + is_first(other, own) == 1 + alike


@given(cases(), st.lists(st.floats(0.0, 1.0), max_size=6))
def test_no_delay_outside_leads_to_a_loss(case, parts):
    found = computed(case)
    first = case.own[0][0] - case.other[1][0]
    last = case.own[1][0] - case.other[0][0]
    H = case.vertical - 5e-8
    for part in (0.0, 1.0, *parts):
        delay = first + part * (last - first)
        if not found.low < delay < found.high:
            # Beyond the rounding of the times, which is rounded out when intervals are joined.
            beyond = Fraction(delay) + (SLACK if delay >= found.high else -SLACK)
            assert not conflicts([case.own], [case.other], beyond, case.horizontal, H)


def test_paths_that_cross_at_right_angles():
    own = ((0.0, -20e3, 0.0, 9e3), (200.0, 20e3, 0.0, 9e3))
    other = ((50.0, 0.0, -20e3, 9e3), (250.0, 0.0, 20e3, 9e3))
    found = computed(Case(own, other, 8e3, 300.0))
    half = 8e3 * math.sqrt(2.0) / 200.0
    assert found == pytest.approx((-50.0 - half, -50.0 + half), abs=1e-9)


def test_a_follower_at_equal_speed():
    own = ((0.0, 0.0, 0.0, 0.0), (1000.0, 200e3, 0.0, 0.0))
    found = computed(Case(own, own, 8e3, 300.0))
    assert found == pytest.approx((-40.0, 40.0), abs=1e-9)


def test_aircraft_at_rest_forbid_all_that_overlaps():
    own = ((10.0, 0.0, 0.0, 0.0), (70.0, 0.0, 0.0, 0.0))
    other = ((0.0, 5.0, 0.0, 0.0), (20.0, 5.0, 0.0, 0.0))
    assert computed(Case(own, other, 15.0, 10.0)) == (-10.0, 70.0)


@pytest.mark.parametrize("apart", [(0.0, 304.8), (0.0, 304.7999999999993), (9260.0, 0.0)])
def test_touching_forbids_nothing(apart):
    aside, above = apart
    own = ((0.0, 0.0, 0.0, 9e3), (1000.0, 200e3, 0.0, 9e3))
    other = ((0.0, 0.0, aside, 9e3 + above), (1000.0, 200e3, aside, 9e3 + above))
    found = computed(Case(own, other, 9260.0 - 5e-8, 304.8 - 5e-8))
    assert found.low > found.high


def test_a_climb_through_the_level_bounds_the_delays():
    """Other climbs at 10 m/s through own's level, own hovers: only the edges of the strip count."""
    own = ((0.0, 0.0, 0.0, 500.0), (1000.0, 0.0, 0.0, 500.0))
    other = ((0.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 1000.0))
    assert computed(Case(own, other, 15.0, 100.0)) == pytest.approx((-60.0, 960.0), abs=1e-6)


def test_leg_pair_is_seen_from_the_middles():
    own = as_leg(((0.0, 0.0, 0.0, 10.0), (10.0, 100.0, 40.0, 30.0)))
    other = as_leg(((4.0, 10.0, 0.0, 0.0), (6.0, 10.0, 20.0, 8.0)))
    pair = leg_pair(own, other, 1.0, False)
    assert pair == (-40.0, -10.0, -16.0, 50.0, 20.0, 10.0, 5.0, 0.0, 10.0, 4.0, 1.0, 0.0)
    assert leg_delays(pair, 1.0, 100.0) == pytest.approx((-3.5166, -3.2834), abs=1e-4)
    assert leg_delays(pair, 1.0, 1.0).low > leg_delays(pair, 1.0, 1.0).high


intervals = st.lists(
    st.tuples(st.integers(-40, 40), st.integers(0, 9)).map(
        lambda pair: (pair[0] * 0.7 * GAP, (pair[0] + pair[1]) * 0.7 * GAP)
    ),
    max_size=12,
)


def union(found):
    """Intervals joined across gaps under GAP, the plain way."""
    joined: list[list[float]] = []
    for low, high in sorted(found):
        if joined and low - joined[-1][1] < GAP:
            joined[-1][1] = max(joined[-1][1], high)
        else:
            joined.append([low, high])
    return [tuple(interval) for interval in joined]


@given(intervals, st.randoms())
def test_sets_are_the_union_in_whatever_order(found, random):
    random.shuffle(found)
    start, end = np.empty(12), np.empty(12)
    count = 0
    for low, high in found:
        count = add_interval(start, end, count, low, high)
        assert is_covered(start, end, count, low, high)
    assert list(zip(start[:count].tolist(), end[:count].tolist(), strict=True)) == union(found)
    for low, high in found:
        assert not is_covered(start, end, count, low, high + 100 * GAP)


def test_a_full_set_says_so_and_still_joins():
    start, end = np.array([0.0, 2.0]), np.array([1.0, 3.0])
    assert add_interval(start, end, 2, 5.0, 6.0) == -1
    assert start.tolist() == [0.0, 2.0]
    assert add_interval(start, end, 2, 0.5, 2.5) == 1
    assert (start[0], end[0]) == (0.0, 3.0)
