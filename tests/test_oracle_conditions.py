"""The oracle of bands, bounds, diverging starts and rules: hand computation, and against itself.

Own hovers at the origin unless said otherwise; times are seconds.
"""

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
import strategies
import strategies_conditions as drawn
from exact_cells import Demand, Flown, cells, steps_of, vertical_at
from oracle_conditions import Conditioned, is_diverging
from oracle_rules import Aircraft, RuleSet, exempt_by_rule, exempting_rule
from realisations import whereabouts

FOOT = 0.3048
TOUCH = Fraction(1, 10**7)
HOVERING = [[(0, 0, 0, 0), (100, 0, 0, 0)]]
LOW_UP_TO_100 = [(100, 10), (math.inf, 30)]
"""10 m up to 100 m, 30 m above."""


def losses(own, other, steps, horizontal=50, tolerance=Fraction(0), window=None, **options):
    demand = Demand(horizontal, steps, tolerance=tolerance, **options)
    own, other = (track if isinstance(track, Flown) else Flown(track) for track in (own, other))
    return Conditioned(own, other, window).loss_set(demand)


def intervals(found):
    return [(loss.start.lower, loss.end.upper) for loss in found]


def clips(found):
    return [(loss.start_clipped, loss.end_clipped) for loss in found]


def level(altitude, x=0, end=100):
    return [[(0, x, 0, altitude), (end, x, 0, altitude)]]


def flown(knots, radii):
    return Flown([knots], [radii])


# --- Bands ----------------------------------------------------------------------------------------


def test_steps_are_the_bands_and_what_is_between_them():
    steps = steps_of(300, [(100, 200, 500), (200, 300, 600), (-math.inf, 50, 1)])
    expected = [(50, 1), (100, 300), (200, 500), (300, 600), (math.inf, 300)]
    assert list(steps) == expected
    assert list(steps_of(300)) == [(math.inf, 300)]
    assert list(steps_of(300, [(100, math.inf, 500)])) == [(100, 300), (math.inf, 500)]


def test_an_edge_belongs_to_the_band_below_it_with_the_tolerance():
    for above, height in ((0, 10), (TOUCH, 10), (TOUCH + Fraction(1, 10**20), 30)):
        assert vertical_at(LOW_UP_TO_100, Fraction(100) + above, TOUCH) == height
    assert vertical_at(LOW_UP_TO_100, Fraction(100) - TOUCH, TOUCH) == 10


@pytest.mark.parametrize(
    ("own", "other", "found"), [(80, 100, 0), (80, 101, 1), (101, 85, 1), (70, 101, 0), (60, 65, 1)]
)
def test_the_larger_minimum_of_the_two_altitudes_holds(own, other, found):
    assert len(losses(level(own), level(other), LOW_UP_TO_100, tolerance=TOUCH)) == found


def test_loss_begins_where_the_minimum_jumps():
    """20 m apart, 10 m required until own climbs through 100 m at t = 50."""
    own = [[(0, 0, 0, 50), (100, 0, 0, 150)]]
    other = [[(0, 0, 0, 30), (100, 0, 0, 130)]]
    (loss,) = losses(own, other, LOW_UP_TO_100)
    assert (loss.start, loss.end) == ((50, 50), (100, 100))
    assert (loss.start_clipped, loss.end_clipped) == (False, True)
    (late,) = losses(own, other, LOW_UP_TO_100, tolerance=TOUCH)
    assert late.start == (50 + TOUCH, 50 + TOUCH)


def test_pieces_merge_where_loss_holds_on_both_sides_of_the_jump():
    """5 m apart is a loss at any altitude: one encounter across the edge, whatever the cells."""
    own = [[(0, 0, 0, 50), (100, 0, 0, 150)]]
    other = [[(0, 0, 0, 55), (100, 0, 0, 155)]]
    assert len(cells(Flown(own), Flown(other), Demand(50, LOW_UP_TO_100), None)[0]) == 3
    found = losses(own, other, LOW_UP_TO_100)
    assert intervals(found) == [(0, 100)]
    assert clips(found) == [(True, True)]


def test_a_band_in_between_cuts_an_encounter_in_two():
    """20 m apart, climbing together at 1 m/s: no loss while both are between 40 and 80 m."""
    steps = steps_of(30, [(40, 80, 10)])
    own = [[(0, 0, 0, 0), (100, 0, 0, 100)]]
    other = [[(0, 0, 0, -20), (100, 0, 0, 80)]]
    found = losses(own, other, steps)
    assert intervals(found) == [(0, 60), (80, 100)]
    assert clips(found) == [(True, False), (False, True)]


def test_an_edge_that_is_only_touched_does_not_cut():
    """Own comes down to the edge exactly, for an instant at which the minimum is 10 m."""
    own = [[(0, 0, 0, 150), (50, 0, 0, 100), (100, 0, 0, 150)]]
    other = [[(0, 0, 0, 70), (50, 0, 0, 80), (100, 0, 0, 70)]]
    steps = [(100, 10), (math.inf, 100)]
    assert intervals(losses(own, other, steps)) == [(0, 100)]
    # A hair lower, and for that long the pair is separated.
    deeper = [[(0, 0, 0, 150), (50, 0, 0, 99), (100, 0, 0, 150)]]
    assert len(losses(deeper, other, steps)) == 2


def test_touching_on_one_side_of_a_jump_parts_two_encounters():
    """|s_z| rises to 30 m, the minimum below the edge, until own crosses it at t = 50."""
    steps = [(100, 30), (math.inf, 40)]
    own = [[(0, 0, 0, 50), (100, 0, 0, 150)]]
    other = [[(0, 0, 0, 30), (50, 0, 0, 70), (100, 0, 0, 130)]]
    found = losses(own, other, steps)
    assert intervals(found) == [(0, 50), (50, 100)]
    assert clips(found) == [(True, False), (False, True)]


def test_the_ratio_is_the_infimum_over_both_sides_of_a_jump():
    """|s_z| is 5 m throughout: N is 1/4 below the edge and 1/36 above it."""
    own = [[(0, 0, 0, 50), (100, 0, 0, 150)]]
    other = [[(0, 0, 0, 45), (100, 0, 0, 145)]]
    demand = Demand(50, LOW_UP_TO_100, tolerance=Fraction(0))
    whole = Conditioned(Flown(own), Flown(other)).critical_square(demand)
    assert whole == (Fraction(1, 36), Fraction(1, 36))
    below = Conditioned(Flown(own), Flown(other), (0, 50)).critical_square(demand)
    assert below == (Fraction(1, 4), Fraction(1, 4))


def test_the_infimum_may_be_a_limit_that_is_not_attained():
    """|s_z| falls to 20 m as own leaves the 30 m band downwards at t = 50, then needs 10 m."""
    own = [[(0, 0, 0, 150), (100, 0, 0, 50)]]
    other = [[(0, 0, 0, 100), (50, 0, 0, 80), (100, 0, 0, 0)]]
    demand = Demand(50, LOW_UP_TO_100, tolerance=Fraction(0))
    least = Conditioned(Flown(own), Flown(other)).critical_square(demand)
    assert least == (Fraction(4, 9), Fraction(4, 9))


def test_a_slack_looks_at_both_sides_of_an_edge():
    steps = [(100, 10), (math.inf, 30)]
    at_edge, below = level(Fraction(100) + TOUCH), level(80)
    assert losses(at_edge, below, steps, tolerance=TOUCH) == []
    assert losses(at_edge, below, steps, tolerance=TOUCH, slack=Fraction(1, 10**9))
    above = level(Fraction(100) + TOUCH + Fraction(1, 10**10))
    assert losses(above, below, steps, tolerance=TOUCH)
    assert losses(above, below, steps, tolerance=TOUCH, slack=Fraction(-1, 10**9)) == []


def test_reduced_separation_by_hand():
    """FL280/FL290 keep 1000 ft up to and including FL290, and 2000 ft with one of them above."""
    steps = [(29_000 * FOOT, 1000 * FOOT), (math.inf, 2000 * FOOT)]
    for lower, upper, found in ((280, 290, 0), (290, 300, 1), (290, 310, 0), (300, 310, 1)):
        own, other = level(lower * 100 * FOOT), level(upper * 100 * FOOT)
        assert len(losses(own, other, steps, tolerance=TOUCH)) == found


# --- Bounds ---------------------------------------------------------------------------------------

PLAIN = [(math.inf, 10)]


def test_possible_and_certain_of_constant_radii():
    """Head-on at 1 m/s, D = 20 and radii of 4 and 1: possible below 25 m, certain below 15 m."""
    own = flown([(0, 0, 0, 0), (200, 0, 0, 0)], [(4, 0), (4, 0)])
    other = flown([(0, 100, 0, 0), (200, -100, 0, 0)], [(1, 0), (1, 0)])
    assert intervals(losses(own, other, PLAIN, 20, side=1)) == [(75, 125)]
    assert intervals(losses(own, other, PLAIN, 20, side=-1)) == [(85, 115)]
    assert intervals(losses(own, other, PLAIN, 20)) == [(80, 120)]


def test_a_growing_radius_comes_nearer_by_itself():
    """Standing 50 m apart, D = 20: possible once the radius is over 30 m, at t = 60."""
    own = flown([(0, 0, 0, 0), (100, 0, 0, 0)], [(0, 0), (50, 0)])
    other = level(0, x=50)
    assert intervals(losses(own, other, PLAIN, 20, side=1)) == [(60, 100)]
    assert losses(own, other, PLAIN, 20, side=-1) == []


def test_a_radius_that_grows_as_fast_as_the_aircraft_leaves():
    """a = 0: |s_h| = 30 + t and R = 20 + t never meet; R = 40 + t always holds."""
    other = [[(0, 30, 0, 0), (100, 130, 0, 0)]]
    for width, expected in ((20, []), (40, [(0, 100)]), (30, [])):
        own = flown([(0, 0, 0, 0), (100, 0, 0, 0)], [(0, 0), (100, 0)])
        assert intervals(losses(own, other, PLAIN, width, side=1)) == expected


def test_an_approaching_aircraft_and_a_radius_of_equal_speed():
    """a = 0 with one root: |s_h| = 100 - t < R = 20 + t from t = 40 on."""
    own = flown([(0, 0, 0, 0), (90, 0, 0, 0)], [(0, 0), (90, 0)])
    other = [[(0, 100, 0, 0), (90, 10, 0, 0)]]
    assert intervals(losses(own, other, PLAIN, 20, side=1)) == [(40, 90)]


def test_a_negative_radius_makes_certain_empty():
    """D - sum = 20 - 2 t is negative from t = 10 on, where the quadratic alone would hold again."""
    own = flown([(0, 0, 0, 0), (100, 0, 0, 0)], [(0, 0), (200, 0)])
    assert intervals(losses(own, HOVERING, PLAIN, 20, side=-1)) == [(0, 10)]
    beside = level(0, x=4)
    assert intervals(losses(own, beside, PLAIN, 20, side=-1)) == [(0, 8)]
    far = flown([(0, 0, 0, 0), (100, 0, 0, 0)], [(30, 0), (30, 0)])
    assert losses(far, HOVERING, PLAIN, 20, side=-1) == []


def test_vertical_radii_are_linear_too():
    """|s_z| = 30, H = 10, half-heights 0 -> 20 and 0 -> 20: possible once 0.4 t > 20."""
    own = flown([(0, 0, 0, 0), (100, 0, 0, 0)], [(0, 0), (0, 20)])
    other = flown([(0, 0, 0, 30), (100, 0, 0, 30)], [(0, 0), (0, 20)])
    assert intervals(losses(own, other, PLAIN, 20, side=1)) == [(50, 100)]
    assert intervals(losses(own, HOVERING, PLAIN, 20, side=-1)) == [(0, 50)]


def test_bands_of_all_altitudes_inside_the_bounds():
    """Own's altitude is known to 0.2 t: it may have passed the edge from t = 50 on."""
    own = flown([(0, 0, 0, 90), (100, 0, 0, 90)], [(0, 0), (0, 20)])
    other = level(70)
    # 20 < 10 + 0.2 t would be from t = 50 on, and 20 < 30 + 0.2 t is as soon as it counts.
    assert intervals(losses(own, other, LOW_UP_TO_100, side=1)) == [(50, 100)]
    assert intervals(losses(own, level(75), LOW_UP_TO_100, side=1)) == [(25, 100)]
    # What is certain must be so for the smallest minimum: 5 < 10 - 0.2 t.
    assert intervals(losses(own, level(85), LOW_UP_TO_100, side=-1)) == [(0, 25)]
    # 15 < 30 - 0.2 t, until own may be below the edge, where the minimum is 10 m.
    high = flown([(0, 0, 0, 110), (100, 0, 0, 110)], [(0, 0), (0, 20)])
    assert intervals(losses(high, level(95), LOW_UP_TO_100, side=-1)) == [(0, 50)]
    # Other's altitude is known to be above it: 5 < 30 - 0.2 t throughout.
    assert intervals(losses(high, level(105), LOW_UP_TO_100, side=-1)) == [(0, 100)]


@st.composite
def bounded_pairs(draw):
    separation = draw(strategies.minima())
    plan = draw(strategies.fleets(separation, tracks=(2, 2), far=False))
    traffic = draw(drawn.uncertain(plan, separation))
    (_, own), (_, other) = traffic.flown
    return draw(drawn.bands_around(plan, separation)).kept, own, other


@given(bounded_pairs(), st.data())
@drawn.FEWER
def test_sets_hold_at_every_instant_what_their_definition_says(pair, data):
    """Membership is asked anew at single instants, from positions and radii interpolated there."""
    kept, own, other = pair
    side = data.draw(st.sampled_from((0, 1, -1)))
    found = Conditioned(own, other).loss_set(Demand(*kept, side=side))
    for start, end in oracle.components(own.track, other.track):
        for part in range(9):
            time = start + (end - start) * Fraction(part, 8)
            inside = any(loss.start.upper < time < loss.end.lower for loss in found)
            outside = all(time < loss.start.lower or loss.end.upper < time for loss in found)
            if (inside or outside) and start < time < end:
                assert _holds(own, other, time, kept, side) in {inside, *_jumps(own, other, time)}


def _holds(own, other, time, kept, side):
    a, b = whereabouts(own, time), whereabouts(other, time)
    choose = min if side < 0 else max
    heights = []
    for _, _, z, _, v in (a, b):
        low, high = z - abs(side) * v - TOUCH, z + abs(side) * v - TOUCH
        floors = [-math.inf, *(ceiling for ceiling, _ in kept.steps)]
        heights.append(
            choose(
                height
                for floor, (ceiling, height) in zip(floors, kept.steps, strict=False)
                if floor < high and low <= ceiling
            )
        )
    width = Fraction(kept.horizontal) - TOUCH + side * (a[3] + b[3])
    flat = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
    height = max(heights)
    lost = height == math.inf or abs(a[2] - b[2]) < Fraction(height) - TOUCH + side * (a[4] + b[4])
    return width > 0 and flat < width * width and lost


def _jumps(own, other, time):
    """Both answers are right at an instant at which either has a knot."""
    knots = {Fraction(knot[0]) for flown_ in (own, other) for part in flown_.track for knot in part}
    return {True, False} if time in knots else set()


@given(bounded_pairs())
@drawn.FEWER
def test_certain_lies_in_nominal_lies_in_possible(pair):
    kept, own, other = pair
    certain, nominal, possible = (
        Conditioned(own, other).loss_set(Demand(*kept, side=side)) for side in (-1, 0, 1)
    )
    for small, large in ((certain, nominal), (nominal, possible)):
        for loss in small:
            assert any(
                big.start.lower <= loss.start.upper and loss.end.lower <= big.end.upper
                for big in large
            )


@given(bounded_pairs())
@drawn.FEWER
def test_without_bands_and_bounds_it_is_the_plain_oracle(pair):
    kept, own, other = pair
    height = kept.steps[0][1]
    plain = oracle.loss_set(own.track, other.track, kept.horizontal, height)
    demand = Demand(kept.horizontal, [(math.inf, height)])
    assert Conditioned(Flown(own.track), Flown(other.track)).loss_set(demand) == plain
    same = Demand(kept.horizontal, [(ceiling, height) for ceiling, _ in kept.steps])
    assert intervals(Conditioned(own, other).loss_set(same)) == intervals(plain)


# --- Diverging starts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("knots", "expected"),
    [
        ([(0, 0, 0, 0), (100, 10, 0, 10)], True),
        ([(0, 5, 0, 3), (100, 5, 0, 3)], True),
        ([(0, 5, 0, 3), (50, 9, 0, 3), (100, 8.9999, 0, 3)], False),
        ([(0, 5, 0, 3), (50, 9, 0, 3), (100, 9 - 1e-8, 0, 3)], True),
        ([(0, 5, 0, 3), (100, 5, 0, 2)], False),
        ([(0, -1, 1, 0), (100, 5, 1, 0)], False),
        ([(0, 0, 0, -3), (100, 9, 0, 3)], False),
    ],
    ids=["apart", "constant", "falls", "falls by less", "sinks", "passes", "crosses"],
)
def test_diverging_by_hand(knots, expected):
    assert is_diverging(Flown(HOVERING), Flown([knots]), (0, 100)) is expected


def test_many_small_falls_add_up_to_one():
    """Each fall is of half a tolerance, and nothing rises in between: together they are more."""
    half = TOUCH / 2
    knots = [(10 * n, 5 - n * half, 0, 0) for n in range(6)]
    assert is_diverging(Flown(HOVERING), Flown([knots]), (0, 20))
    assert not is_diverging(Flown(HOVERING), Flown([knots]), (0, 50))
    # Rising by as much in between does not.
    saw = [(10 * n, 5 - (n % 2) * 3 * half / 2, 0, 0) for n in range(6)]
    assert is_diverging(Flown(HOVERING), Flown([saw]), (0, 50))


def test_drawdown_is_exact():
    passing = Flown([[(0, -30, 40, 7), (100, 70, 40, -3)]])
    across, along = Conditioned(Flown(HOVERING), passing).drawdown()
    assert across == (10, 10)
    assert along == (7, 7)


# --- Rules ----------------------------------------------------------------------------------------


def aircraft(name, side=None, group=None, flight=None):
    return Aircraft(name, HOVERING, side, group, flight)


def test_the_first_rule_that_matches_counts():
    everything = RuleSet(
        sides={("a", "a"): False},
        group=True,
        exempt=[("1", "2")],
        flight=True,
        same_id=True,
    )
    own = aircraft("1", "a", "g", "f")
    for other, rule in (
        (aircraft("1", "a", "g", "f"), "same id"),
        (aircraft("2", "a", "g", "f"), "same id"),
        (aircraft("2", "a", "g", "x"), "explicit"),
        (aircraft("3", "a", "g", None), "group"),
        (aircraft("3", "a", None, None), "side"),
        (aircraft("3", "b", None, None), None),
    ):
        assert exempting_rule(own, other, everything, one_fleet=False) == rule


def test_explicit_pairs_have_a_direction_between_two_fleets_only():
    rules = RuleSet(exempt=[("1", "2")])
    one, two = aircraft("1"), aircraft("2")
    assert exempting_rule(two, one, rules, one_fleet=True) == "explicit"
    assert exempting_rule(two, one, rules, one_fleet=False) is None


def test_nulls_are_a_side_of_their_own_and_equal_to_no_group_or_flight():
    rules = RuleSet(sides={(None, "a"): False}, group=True, flight=True)
    assert exempting_rule(aircraft("1"), aircraft("2"), rules, one_fleet=True) is None
    assert exempting_rule(aircraft("1", "a"), aircraft("2"), rules, one_fleet=True) == "side"
    closed = RuleSet(sides={(None, "a"): True}, other_sides=False)
    found = [
        exempting_rule(aircraft("1", a), aircraft("2", b), closed, one_fleet=True)
        for a, b in product((None, "a"), repeat=2)
    ]
    assert found == ["side", None, None, "side"]


def test_counts_are_of_pairs_that_share_an_instant():
    later = Aircraft("3", [[(200, 0, 0, 0), (300, 0, 0, 0)]], "a")
    fleet = [aircraft("1", "a"), aircraft("2", "a"), later]
    rules = RuleSet(sides={("a", "a"): False})
    expected = {"same id": 0, "explicit": 0, "group": 0, "side": 1}
    assert exempt_by_rule(fleet, None, rules) == expected
    assert exempt_by_rule(fleet, None, rules, (100, None)) == expected
    assert exempt_by_rule(fleet, None, rules, (101, None)) == expected | {"side": 0}
