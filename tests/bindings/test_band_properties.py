"""Vertical minima by altitude: the larger of both aircraft's bands at each instant, exactly."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
import promise
import strategies
import strategies_conditions as drawn
from conditions_built import (
    fleet_of,
    geodetic_fleet_of,
    is_near,
    minima_of,
    minima_table_of,
    window_of,
)
from conditions_checked import DIVISIONS, bits, check_divided, named
from promise_conditions import check_rows
from strategies_conditions import Traffic

FT = airprox.FT


@st.composite
def banded_tables(draw):
    """Bands of their own for pairs of categories, with edges in common and not."""
    separation = draw(strategies.minima())
    plan = draw(drawn.climbers(separation) | strategies.fleets(separation, tracks=(2, 4)))
    traffic = draw(drawn.carrying(plan, "category", values=("a", "b", None)))
    edges = draw(drawn.edges_around(plan))
    some = drawn.bands_on(edges, plan, separation) | drawn.bands_around(plan, separation)
    return draw(drawn.tables(some)), traffic


@given(drawn.banded())
def test_one_fleet_keeps_its_bands(case):
    minima, plan, window = case
    result = airprox.screen(fleet_of(plan), minima_of(minima), window=window_of(plan, window))
    check_rows(
        promise.rows(result.encounters),
        Traffic(plan, {}).flown,
        None,
        minima.kept,
        timestamps=plan.timestamps,
        window=window,
    )
    assert result.receipt.encounters == result.encounters.num_rows
    assert result.receipt.complete


@given(banded_tables())
@drawn.FEWER
def test_each_pair_of_categories_keeps_its_bands(case):
    table, traffic = case
    categories = traffic.values("category")
    result = airprox.screen(fleet_of(traffic), minima_table_of(table))
    check_rows(
        promise.rows(result.encounters),
        traffic.flown,
        None,
        lambda a, b: table.minima_of(categories[a], categories[b]).kept,
        timestamps=traffic.plan.timestamps,
    )


@given(drawn.banded(), st.data())
@drawn.FEWER
def test_two_sides_in_either_order_keep_their_bands(case, data):
    minima, plan, window = case
    size = data.draw(st.integers(1, len(plan.tracks) - 1))
    ours, theirs = (
        plan._replace(tracks=plan.tracks[:size]),
        plan._replace(tracks=plan.tracks[size:]),
    )
    asked, rule = window_of(plan, window), minima_of(minima)
    own, other = fleet_of(ours), fleet_of(theirs)
    there = airprox.screen(own, rule, against=other, window=asked)
    back = airprox.screen(other, rule, against=own, window=asked)
    assert named(there.encounters) == named(back.encounters)
    check_rows(
        promise.rows(there.encounters),
        Traffic(ours, {}).flown,
        Traffic(theirs, {}).flown,
        minima.kept,
        timestamps=plan.timestamps,
        window=window,
    )


@given(drawn.banded(), DIVISIONS)
@drawn.FEWEST
def test_slabs_threads_and_batches_change_no_bit(case, division):
    minima, plan, window = case
    check_divided(fleet_of(plan), minima_of(minima), division, window=window_of(plan, window))


@given(drawn.banded(), st.randoms(use_true_random=False))
@drawn.FEWEST
def test_the_order_of_trajectories_changes_no_bit(case, random):
    minima, plan, _ = case
    shuffled = list(plan.tracks)
    random.shuffle(shuffled)
    once = airprox.screen(fleet_of(plan), minima_of(minima))
    twice = airprox.screen(fleet_of(plan._replace(tracks=shuffled)), minima_of(minima))
    assert named(once.encounters) == named(twice.encounters)


@given(drawn.banded(), st.booleans())
@drawn.FEWEST
def test_bands_of_one_height_are_plain_minima(case, geodetic):
    minima, plan, window = case
    same = tuple((floor, ceiling, minima.vertical) for floor, ceiling, _ in minima.bands)
    fleet = geodetic_fleet_of(Traffic(plan, {})) if geodetic and is_near(plan) else fleet_of(plan)
    asked = window_of(plan, window)
    once = airprox.screen(fleet, minima_of(minima._replace(bands=())), window=asked)
    twice = airprox.screen(fleet, minima_of(minima._replace(bands=same)), window=asked)
    assert bits(once.encounters) == bits(twice.encounters)


@given(drawn.banded())
@drawn.FEWEST
def test_bands_below_and_above_all_traffic_say_nothing(case):
    """A screening with the one minimum that all altitudes have, and with an edge far away."""
    minima, plan, window = case
    heights = [knot[3] for _, knots in plan.tracks for knot in knots]
    away = ((-math.inf, min(heights) - 1, 77.0), (max(heights) + 1, math.inf, 999.0))
    fleet, asked = fleet_of(plan), window_of(plan, window)
    once = airprox.screen(fleet, minima_of(minima._replace(bands=())), window=asked)
    twice = airprox.screen(fleet, minima_of(minima._replace(bands=away)), window=asked)
    assert bits(once.encounters) == bits(twice.encounters)


# --- By hand --------------------------------------------------------------------------------------


def banded(vertical, *bands):
    return airprox.Minima(9260, vertical, tuple(airprox.Band(*band) for band in bands))


def level(number, approved=True, start=0.0, end=100.0):
    """Level flight at a flight level, in one place."""
    return [(start, number * 100 * FT), (end, number * 100 * FT)], approved


def screened(*flights, minima=None, geodetic=False):
    """Flights (time s, altitude m) that are 1 km apart at most, by default under RVSM."""
    rows = [
        (str(index), "civil" if approved else "state", time, altitude, 1e-4 * index)
        for index, (knots, approved) in enumerate(flights)
        for time, altitude in knots
    ]
    ids, categories, times, altitudes, beside = zip(*rows, strict=True)
    places = (
        {"lat": beside, "lon": [0.0] * len(rows), "alt": altitudes}
        if geodetic
        else {"x": beside, "y": [0.0] * len(rows), "z": altitudes}
    )
    columns = {"id": ids, "category": categories, "time": times, **places}
    fleet = airprox.Fleet.from_arrow(
        {name: list(values) for name, values in columns.items()},
        altitude_unit="m" if geodetic else None,
    )
    rule = airprox.rvsm(["civil"]) if minima is None else minima
    return promise.rows(airprox.screen(fleet, rule).encounters)


@pytest.mark.parametrize("geodetic", [False, True])
@pytest.mark.parametrize(
    ("lower", "upper", "found"),
    [
        (level(280), level(290, False), 0),
        (level(280, False), level(290), 0),
        (level(290), level(300), 0),
        (level(290), level(300, False), 1),
        (level(290, False), level(300), 1),
        (level(290, False), level(310), 0),
        (level(300, False), level(310, False), 1),
        (level(300, False), level(320, False), 0),
        (level(400), level(410), 0),
        (level(400, False), level(410), 1),
        (level(410), level(420), 1),
        (level(410), level(430), 0),
        (level(280), level(289), 1),
    ],
)
def test_reduced_separation(lower, upper, found, geodetic):
    assert len(screened(lower, upper, geodetic=geodetic)) == found


@pytest.mark.parametrize("edge", [12496.8, 41_000 * FT, 410 * 30.48, math.nextafter(12496.8, 0)])
@pytest.mark.parametrize("above", [0.0, 2e-12, 4e-8, 2e-7])
def test_an_edge_is_in_the_band_below_however_it_was_computed(edge, above):
    """FL410 against FL400, 1,000 ft below the edge and 2,000 ft more than 1e-7 m above it."""
    ceiling = ([(0.0, 12496.8 + above), (100.0, 12496.8 + above)], True)
    minima = banded(1000 * FT, (edge, math.inf, 2000 * FT))
    assert len(screened(level(400), ceiling, minima=minima)) == (above > 1e-7)
    if edge == 41_000 * FT:
        assert len(screened(level(400), ceiling)) == (above > 1e-7)


def test_climbing_through_an_edge_begins_and_ends_losses():
    """From FL400 to FL420 in 200 s, below another that passes FL410 first."""
    own = ([(0.0, 400 * 100 * FT), (200.0, 420 * 100 * FT)], True)
    other = ([(0.0, 415 * 100 * FT), (200.0, 435 * 100 * FT)], True)
    (row,) = screened(own, other)
    assert (row["start"], row["end"], row["start_clipped"]) == (0.0, 200.0, True)
    other = ([(0.0, 405 * 100 * FT), (200.0, 425 * 100 * FT)], True)
    above = banded(100 * FT, (410 * 100 * FT, math.inf, 1000 * FT))
    (row,) = screened(own, other, minima=above)
    assert (row["start"], row["end"]) == pytest.approx((50.0, 200.0), abs=1e-6)
    assert (row["start_clipped"], row["end_clipped"]) == (False, True)
    assert row["critical_ratio"] == pytest.approx(0.5, rel=1e-9)


def test_a_band_cuts_an_encounter_in_two():
    """500 ft apart while climbing 3,000 ft in 300 s, and 400 ft will do between FL400 and FL410."""
    own = ([(0.0, 390 * 100 * FT), (300.0, 420 * 100 * FT)], True)
    other = ([(0.0, 385 * 100 * FT), (300.0, 415 * 100 * FT)], True)
    minima = banded(1000 * FT, (400 * 100 * FT, 410 * 100 * FT, 400 * FT))
    rows = screened(own, other, minima=minima)
    # The larger of both bands: below FL400 as long as other is there, above from when own is.
    assert [(row["start"], row["end"]) for row in rows] == [
        pytest.approx((0.0, 150.0), abs=1e-6),
        pytest.approx((200.0, 300.0), abs=1e-6),
    ]
    joined = banded(1000 * FT, (400 * 100 * FT, 410 * 100 * FT, 600 * FT))
    (row,) = screened(own, other, minima=joined)
    assert (row["start"], row["end"]) == (0.0, 300.0)
    assert row["critical_ratio"] == pytest.approx(0.5, rel=1e-9)


def test_many_edges_in_one_leg():
    """Two climb together through 40 bands of alternating height on one leg: 20 encounters."""
    edges = [100.0 * n for n in range(41)]
    bands = [
        (floor, ceiling, 50.0 if n % 2 else 150.0)
        for n, (floor, ceiling) in enumerate(pairwise(edges))
    ]
    minima = banded(50.0, *bands)
    own = ([(0.0, 0.0), (400.0, 4000.0)], True)
    other = ([(0.0, 60.0), (400.0, 4060.0)], True)
    rows = screened(own, other, minima=minima)
    assert len(rows) == 20
    for n, row in enumerate(rows[1:-1], 1):
        # Other enters the wide band 6 s earlier, own leaves it 10 s after having entered.
        assert (row["start"], row["end"]) == pytest.approx((20 * n - 6, 20 * n + 10), abs=1e-6)


def test_a_table_of_equal_bands_is_the_bands():
    minima = banded(300.0, (9000.0, math.inf, 600.0))
    rows = screened(level(290), level(305), minima=minima)
    same = airprox.MinimaTable({("civil", "civil"): minima})
    assert rows == screened(level(290), level(305), minima=same)
    assert len(rows) == 1
