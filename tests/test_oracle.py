"""The oracle against hand computation, other programs' answers, and itself."""

import json
import math
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
import strategies
from exact import Surd, square_root
from strategies import Minima

PEER_CASES = json.loads((Path(__file__).parent / "golden" / "peer_cases.json").read_text())["cases"]

# Head-on at 100 m/s each along x, meeting at t = 50, one part each.
EASTBOUND = [[(0, 0, 0, 1000), (100, 10_000, 0, 1000)]]
WESTBOUND = [[(0, 10_000, 0, 1000), (100, 0, 0, 1000)]]
HOVERING = [[(0, 0, 0, 0), (100, 0, 0, 0)]]


def intervals(losses):
    return [(loss.start.lower, loss.end.upper) for loss in losses]


def clips(losses):
    return [(loss.start_clipped, loss.end_clipped) for loss in losses]


def test_head_on_at_known_times():
    """|s_h| = |10000 - 200 t| < 1000 from 45 s to 55 s, with the touch tolerance a little later."""
    assert intervals(oracle.loss_set(EASTBOUND, WESTBOUND, 1000, 100, tolerance=0)) == [(45, 55)]
    (loss,) = oracle.loss_set(EASTBOUND, WESTBOUND, 1000, 100)
    later = Fraction(1, 10**7) / 200
    assert (loss.start.lower, loss.end.lower) == (45 + later, 55 - later)
    assert clips([loss]) == [(False, False)]


def test_closest_approach_of_a_head_on_pair():
    closest = oracle.closest(EASTBOUND, WESTBOUND, "horizontal")
    assert closest is not None
    assert (closest.time.lower, closest.squared.upper, closest.vertical.upper) == (50, 0, 0)


@pytest.mark.parametrize("vertical", [100, math.inf])
def test_touching_is_not_loss(vertical):
    beside = [[(0, 0, 1000, 1000), (100, 10_000, 1000, 1000)]]
    assert oracle.loss_set(EASTBOUND, beside, 1000, vertical, tolerance=0) == []
    passing = [[(0, 10_000, 1000, 1000), (100, 0, 1000, 1000)]]
    assert oracle.loss_set(EASTBOUND, passing, 1000, vertical, tolerance=0) == []
    more = 1000 + Fraction(1, 10**30)
    assert oracle.loss_set(EASTBOUND, passing, more, vertical, tolerance=0)


def test_an_instant_of_touching_parts_two_encounters():
    """The other leaves to exactly the minimum and returns: not loss at that one instant."""
    other = [[(0, 0, 0, 0), (50, 10, 0, 0), (100, 0, 0, 0)]]
    assert intervals(oracle.loss_set(HOVERING, other, 10, 10, tolerance=0)) == [(0, 50), (50, 100)]


def test_pieces_join_at_a_knot_in_loss():
    other = [[(0, 0, 0, 0), (50, 9, 0, 0), (100, 0, 0, 0)]]
    losses = oracle.loss_set(HOVERING, other, 10, 10)
    assert intervals(losses) == [(0, 100)]
    assert clips(losses) == [(True, True)]


def test_both_axes_must_be_lost():
    """Horizontal loss 45..55; the climber is within 100 m vertically from t = 50."""
    climber = [[(0, 10_000, 0, 850), (50, 5000, 0, 900), (100, 0, 0, 950)]]
    assert intervals(oracle.loss_set(EASTBOUND, climber, 1000, 100, tolerance=0)) == [(50, 55)]
    assert intervals(oracle.loss_set(EASTBOUND, climber, 1000, math.inf, tolerance=0)) == [(45, 55)]


def test_a_gap_clips_and_separates():
    with_gap = [[(0, 0, 0, 0), (40, 0, 0, 0)], [(60, 0, 0, 0), (100, 0, 0, 0)]]
    losses = oracle.loss_set(HOVERING, with_gap, 10, 10)
    assert oracle.components(HOVERING, with_gap) == [(0, 40), (60, 100)]
    assert intervals(losses) == [(0, 40), (60, 100)]
    assert clips(losses) == [(True, True), (True, True)]


def test_a_window_clips_where_loss_holds_at_its_end():
    losses = oracle.loss_set(EASTBOUND, WESTBOUND, 1000, 100, (50, 80), tolerance=0)
    assert intervals(losses) == [(50, 55)]
    assert clips(losses) == [(True, False)]
    touching = oracle.loss_set(EASTBOUND, WESTBOUND, 1000, 100, (45, None), tolerance=0)
    assert clips(touching) == [(False, False)]


def test_several_encounters_of_one_pair():
    weaving = [[(0, 5, 0, 0), (10, 15, 0, 0), (20, 5, 0, 0), (30, 15, 0, 0)]]
    losses = oracle.loss_set(HOVERING, weaving, 10, 10, tolerance=0)
    assert intervals(losses) == [(0, 5), (15, 25)]
    assert clips(losses) == [(True, False), (False, False)]


def test_an_instant_has_a_closest_approach_and_no_encounter():
    point = [[(30, 0, 3, 4)]]
    assert oracle.components(HOVERING, point) == [(30, 30)]
    assert oracle.loss_set(HOVERING, point, 100, 100) == []
    assert oracle.depth(HOVERING, point, 100, 100) is None
    closest = oracle.closest(HOVERING, point, "slant")
    assert closest is not None
    assert (closest.time.lower, closest.squared.lower) == (30, 25)


def test_empty_common_time_has_nothing():
    later = [[(101, 0, 0, 0), (102, 0, 0, 0)]]
    assert oracle.components(HOVERING, later) == []
    assert oracle.closest(HOVERING, later, "horizontal") is None


def test_the_earliest_of_equal_minima():
    assert oracle.Pair(HOVERING, HOVERING).closest("horizontal") == ((0, 0), (0, 0), (0, 0))
    weaving = [[(0, 9, 0, 0), (10, 5, 0, 0), (20, 9, 0, 0), (30, 5, 0, 0)]]
    closest = oracle.closest(HOVERING, weaving, "horizontal")
    assert closest is not None
    assert closest.time.lower == 10


def test_the_critical_point_at_a_crossing():
    """|s_h| / 100 falls from 1 to 0 while |s_z| / 10 rises from 0 to 1: they meet at half time."""
    other = [[(0, 100, 0, 0), (10, 0, 0, 10)]]
    closest = oracle.Pair(HOVERING, other).closest("ratio", 100, 10, tolerance=0)
    assert closest is not None
    assert (closest.time.lower, closest.squared.lower) == (5, Fraction(1, 4))


def test_a_level_critical_point_is_at_its_first_instant():
    """Level flight 5 m above: N is 1/4 from when |s_h| = 50, at t = 50."""
    other = [[(0, 100, 0, 5), (200, -100, 0, 5)]]
    pair = oracle.Pair([[(0, 0, 0, 0), (200, 0, 0, 0)]], other)
    closest = pair.closest("ratio", 100, 10, tolerance=0)
    assert closest is not None
    assert closest.squared.upper == Fraction(1, 4)
    assert abs(closest.time.lower - 50) < Fraction(1, 2**80)


def test_depth_is_the_smaller_margin_at_the_best_time():
    depth = oracle.depth(EASTBOUND, [[(0, 10_000, 0, 1060), (100, 0, 0, 1060)]], 1000, 100)
    assert depth == (40, 40)
    crossing = oracle.depth(HOVERING, [[(0, 100, 0, 0), (10, 0, 0, 100)]], 100, 100)
    assert crossing == (50, 50)


def test_adjacent_flight_levels_lose_only_without_the_touch_tolerance():
    low, high = 29_000 * 0.3048, 30_000 * 0.3048
    own = [[(0, 0, 0, low), (100, 0, 0, low)]]
    other = [[(0, 0, 0, high), (100, 0, 0, high)]]
    assert high - low < 304.8
    assert oracle.loss_set(own, other, 1000, 304.8, tolerance=0)
    assert not oracle.loss_set(own, other, 1000, 304.8)


def test_pair_counts_by_hand():
    ours = [("a", EASTBOUND), ("b", WESTBOUND), ("c", HOVERING)]
    assert oracle.pair_counts(ours, None, 1000, 100) == (3, 0, 1)
    assert oracle.pair_counts(ours, ours, 1000, 100, exempt=["a", "c"]) == (9, 2, 3)
    assert oracle.pair_counts(ours, None, 1000, 100, (0, 40)) == (3, 0, 0)
    # Closed spans share an instant although one track is in its gap the whole time.
    with_gap = [("d", [[(0, 0, 0, 0)], [(300, 0, 0, 0)]]), ("e", [[(150, 0, 0, 0)]])]
    assert oracle.pair_counts(with_gap, None, 1000, 100) == (1, 0, 0)


@pytest.mark.parametrize("case", PEER_CASES, ids=lambda case: case["id"])
def test_agrees_with_other_programs(case):
    expected = case["expected"]
    pair = oracle.Pair(case["own"], case["other"])
    within_time = expected.get("tol_t", 1e-9)
    within_distance = expected.get("tol_d", 1e-9)
    assert bool(pair.components) == expected["overlap"]
    for metric, time, distance in (("horizontal", "t_cpa", "d_h"), ("slant", "t_cpa3d", "d_3d")):
        closest = pair.closest(metric)
        if closest is None:
            continue
        if time in expected:
            assert float(closest.time.lower) == pytest.approx(expected[time], abs=within_time)
        if distance in expected:
            found = math.sqrt(closest.squared.lower)
            assert found == pytest.approx(expected[distance], abs=within_distance)
    if "n_loss" in expected:
        losses = pair.loss_set(case["horizontal"], case["vertical"], tolerance=0)
        assert len(losses) == expected["n_loss"]
        for loss, (start, end) in zip(losses, expected.get("loss", ()), strict=False):
            assert float(loss.start.lower) == pytest.approx(start, abs=within_time)
            assert float(loss.end.lower) == pytest.approx(end, abs=within_time)


@given(st.fractions(0, 10**9))
def test_square_root_encloses_and_is_exact_for_squares(value):
    lower, upper = square_root(value)
    assert lower * lower <= value <= upper * upper
    assert (upper - lower) * 2**100 <= upper
    assert square_root(value * value) == (value, value)


@given(st.fractions(-100, 100), st.sampled_from((-1, 1)), st.fractions(0, 100), st.fractions())
def test_a_root_compares_as_its_enclosure(middle, sign, radicand, other):
    surd = Surd(middle, sign, radicand)
    lower, upper = surd.enclosure()
    if not lower <= other <= upper:
        assert surd.compare(other) == (1 if lower > other else -1)
    elif lower == upper:
        assert surd.compare(other) == 0


@st.composite
def pairs(draw):
    """Two tracks of one fleet, the minima they are drawn for, and a window."""
    minima = draw(strategies.minima())
    fleet = draw(strategies.fleets(minima, tracks=(2, 2)))
    (_, own), (_, other) = strategies.tracks(fleet)
    return own, other, minima, draw(strategies.windows(fleet))


@given(pairs(), st.integers(0, 8))
def test_the_loss_set_is_where_the_definition_holds(drawn, eighths):
    """Inside every interval loss holds; at unclipped ends and between intervals it does not."""
    own, other, minima, window = drawn
    pair = oracle.Pair(own, other, window)
    losses = pair.loss_set(*minima)

    def in_loss(time):
        x, y, z = pair.separation(time)
        touch = oracle.TOUCH_TOLERANCE
        flat = x * x + y * y < (Fraction(minima.horizontal) - touch) ** 2
        return flat and abs(z) < minima.vertical - (0 if math.isinf(minima.vertical) else touch)

    for loss in losses:
        start, end = loss.start.upper, loss.end.lower
        assert start < end
        inside = start + (end - start) * Fraction(2 * eighths + 1, 18)
        assert in_loss(inside)
        assert loss.start_clipped == (in_loss(loss.component[0]) and start == loss.component[0])
        assert loss.end_clipped == (in_loss(loss.component[1]) and end == loss.component[1])
        assert loss.start_clipped or not in_loss(loss.start.lower)
        assert loss.end_clipped or not in_loss(loss.end.upper)
    for start, end in pair.spans:
        time = start + (end - start) * Fraction(eighths, 8)
        if in_loss(time) and start < end:
            assert any(loss.start.lower <= time <= loss.end.upper for loss in losses)


@given(pairs())
def test_conflict_depth_and_ratio_say_the_same(drawn):
    """A pair has a loss <=> N < 1 somewhere on a component of positive length <=> depth > 0."""
    own, other, minima, window = drawn
    pair = oracle.Pair(own, other, window)
    pair.components = [part for part in pair.components if part[0].length > 0]
    losses = pair.loss_set(*minima, tolerance=0)
    critical = pair.closest("ratio", *minima, tolerance=0)
    depth = pair.depth(*minima)
    if critical is None or depth is None:
        assert not losses
        return
    assert depth.upper - depth.lower < Fraction(1, 10**12)
    if critical.squared.upper < 1:
        assert losses
        assert depth.upper > 0
    if losses:
        assert critical.squared.lower < 1
    if critical.squared.lower >= 1:
        assert depth.lower <= 0


@given(pairs())
def test_swapping_the_two_tracks_changes_nothing(drawn):
    own, other, minima, window = drawn
    there, back = oracle.Pair(own, other, window), oracle.Pair(other, own, window)
    assert there.loss_set(*minima) == back.loss_set(*minima)
    assert there.depth(*minima) == back.depth(*minima)
    for metric in ("horizontal", "slant", "ratio"):
        assert there.closest(metric, *minima) == back.closest(metric, *minima)


@given(pairs(), st.integers(1, 7))
def test_a_knot_on_a_leg_changes_nothing(drawn, eighths):
    own, other, minima, window = drawn
    refined = []
    for part in own:
        knots = [tuple(map(Fraction, knot)) for knot in part]
        refined.append(knots[:1])
        for a, b in pairwise(knots):
            share = Fraction(eighths, 8)
            refined[-1] += [tuple(p + (q - p) * share for p, q in zip(a, b, strict=True)), b]
    once, twice = oracle.Pair(own, other, window), oracle.Pair(refined, other, window)
    assert once.spans == twice.spans
    assert clips(once.loss_set(*minima)) == clips(twice.loss_set(*minima))
    if once.components:
        a, b = once.closest("slant"), twice.closest("slant")
        assert (a.time, a.squared) == (b.time, b.squared)


@given(pairs(), st.floats(0, 1000))
def test_larger_minima_give_a_superset(drawn, more):
    own, other, minima, window = drawn
    larger = Minima(minima.horizontal + more, minima.vertical + more)
    outer = oracle.loss_set(own, other, *larger, window)
    for loss in oracle.loss_set(own, other, *minima, window):
        assert any(
            big.start.lower <= loss.start.upper and loss.end.lower <= big.end.upper for big in outer
        )
