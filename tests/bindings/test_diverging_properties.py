"""Diverging starts: what `skip_diverging` leaves out, and that it leaves out nothing else."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
import promise
import strategies
import strategies_conditions as drawn
from conditions_built import degrees, fleet_of, geodetic_fleet_of, minima_of, window_of
from conditions_checked import DIVISIONS, bits, check_divided, plain
from exact_cells import TOUCH_TOLERANCE
from ground import error_at, ground_distances, ground_state
from oracle_conditions import is_diverging
from promise import BRACKET
from strategies_conditions import PairMinima, Traffic


@st.composite
def screenings(draw):
    """Mostly departures, some of them with radii, under plain minima or bands."""
    separation = draw(strategies.minima())
    plan = draw(drawn.departures(separation) | strategies.fleets(separation, tracks=(2, 4)))
    traffic = Traffic(plan, {})
    minima = PairMinima(*separation)
    if draw(st.integers(0, 3)) == 0:
        minima = draw(drawn.bands_around(plan, separation))
    if draw(st.integers(0, 3)) == 0:
        traffic = draw(drawn.uncertain(plan, separation))
    return minima, traffic, draw(drawn.windows(plan))


def starts_of(own, other):
    """The starts of the components of W, without any window."""
    return {
        max(Fraction(a[0][0]), Fraction(b[0][0]))
        for a in own.track
        for b in other.track
        if a[0][0] <= b[-1][0] and b[0][0] <= a[-1][0]
    }


@given(screenings())
@drawn.FEWER
def test_what_is_left_out_starts_with_the_span_and_only_dissolves(case):
    """Every row of a screening without the option is there still, or is such an encounter.

    A decrease within 5e-8 m of the tolerance may count or not.
    """
    minima, traffic, window = case
    fleet, asked = fleet_of(traffic), window_of(traffic.plan, window)
    whole = airprox.screen(fleet, minima_of(minima), window=asked)
    kept = airprox.screen(fleet, minima_of(minima), window=asked, skip_diverging=True)
    left = {plain(row) for row in promise.rows(kept.encounters)}
    found = []
    for row in promise.rows(whole.encounters):
        (_, own), (_, other) = traffic.flown[row["own_row"]], traffic.flown[row["other_row"]]
        span = row["start"], row["end"]
        begins = row["start_clipped"] and Fraction(row["start"]) in starts_of(own, other)
        if plain(row) in left:
            strict = TOUCH_TOLERANCE - BRACKET
            assert not (begins and is_diverging(own, other, span, strict)), (
                row,
                "must be left out",
            )
            found.append(plain(row))
        else:
            assert begins, (row, "does not begin with the common span")
            loose = TOUCH_TOLERANCE + BRACKET
            assert is_diverging(own, other, span, loose), (row, "comes closer")
    assert bits(kept.encounters) == found
    receipt = kept.receipt
    assert receipt.diverging_skipped == whole.encounters.num_rows - len(found)
    assert receipt.encounters == len(found)
    assert receipt.pairs_in_conflict == len({row[2:4] for row in found})
    assert receipt.pairs_common == whole.receipt.pairs_common
    assert receipt.complete
    assert whole.receipt.diverging_skipped == 0


@given(screenings(), DIVISIONS)
@drawn.FEWEST
def test_slabs_threads_and_batches_change_nothing(case, division):
    minima, traffic, window = case
    options = {"window": window_of(traffic.plan, window), "skip_diverging": True}
    fleet, rule = fleet_of(traffic), minima_of(minima)
    check_divided(fleet, rule, division, "diverging_skipped", **options)


@given(screenings())
@drawn.FEWEST
def test_every_level_leaves_out_its_own(case):
    minima, traffic, window = case
    fleet, asked = fleet_of(traffic), window_of(traffic.plan, window)
    wide = minima._replace(horizontal=2 * minima.horizontal)
    levels = {"near": minima_of(minima), "wide": minima_of(wide)}
    together = airprox.screen(fleet, levels, window=asked, skip_diverging=True)
    skipped = 0
    for name, rule in levels.items():
        alone = airprox.screen(fleet, rule, window=asked, skip_diverging=True)
        rows = [row for row in promise.rows(together.encounters) if row.pop("level") == name]
        assert [plain(row) for row in rows] == bits(alone.encounters)
        skipped += alone.receipt.diverging_skipped
    assert together.receipt.diverging_skipped == skipped


@given(st.data())
@drawn.FEWEST
def test_over_the_ground_what_is_left_out_is_closest_at_its_start(data):
    """To the error of the frame's distances; the vertical distance to its tolerance."""
    separation = data.draw(strategies.minima())
    traffic = Traffic(data.draw(drawn.departures(separation, far=False)), {})
    fleet, minima = geodetic_fleet_of(traffic), airprox.Minima(*separation)
    whole = airprox.screen(fleet, minima)
    kept = airprox.screen(fleet, minima, skip_diverging=True)
    left = bits(kept.encounters)
    gone = [row for row in promise.rows(whole.encounters) if plain(row) not in left]
    assert kept.receipt.diverging_skipped == len(gone) == len(whole) - len(left)
    for row in gone:
        (_, own), (_, other) = traffic.flown[row["own_row"]], traffic.flown[row["other_row"]]
        assert row["start_clipped"]
        begin, length = Fraction(row["start"]), Fraction(row["end"]) - Fraction(row["start"])
        later = [begin + length * Fraction(step, 4) for step in range(5)]
        states = [(ground_state(own, time), ground_state(other, time)) for time in later]
        found = [ground_distances(a, b, 0) for a, b in states]
        for (across, along), (across_later, along_later) in pairwise(found):
            assert across <= across_later + error_at(across), (row, found)
            assert along <= along_later + 1e-6, (row, found)
        assert found[0][0] <= row["cpa_horizontal"] + error_at(found[0][0])


# --- By hand --------------------------------------------------------------------------------------

HOVERING = [(0.0, 0.0, 0.0, 0.0), (200.0, 0.0, 0.0, 0.0)]


def screened(other, own=HOVERING, max_gap=None, geodetic=False, **options):
    knots = [*own, *other]
    time, x, y, z = (list(values) for values in zip(*knots, strict=True))
    columns = {"id": ["own"] * len(own) + ["other"] * len(other), "time": time}
    if geodetic:
        lon, lat = zip(*map(degrees, x, y), strict=True)
        columns |= {"lat": list(lat), "lon": list(lon), "alt": z}
    else:
        columns |= {"x": x, "y": y, "z": z}
    unit = "m" if geodetic else None
    fleet = airprox.Fleet.from_arrow(columns, max_gap=max_gap, altitude_unit=unit)
    result = airprox.screen(fleet, airprox.Minima(100.0, 100.0), skip_diverging=True, **options)
    spans = [(row["start"], row["end"]) for row in promise.rows(result.encounters)]
    return spans, result.receipt.diverging_skipped


@pytest.mark.parametrize("geodetic", [False, True])
def test_a_departure_is_left_out_and_its_return_is_not(geodetic):
    away = [(0.0, 0.0, 0.0, 0.0), (50.0, 500.0, 0.0, 0.0)]
    assert screened(away, geodetic=geodetic) == ([], 1)
    back = [*away, (100.0, 0.0, 0.0, 0.0)]
    spans, skipped = screened(back, geodetic=geodetic)
    assert skipped == 1
    assert spans == [pytest.approx((90.0, 100.0), abs=0.1)]


def test_one_that_comes_closer_first_is_reported():
    """From 20 m to 10 m, and only then away."""
    other = [(0.0, 20.0, 0.0, 0.0), (10.0, 10.0, 0.0, 0.0), (50.0, 500.0, 0.0, 0.0)]
    assert screened(other)[1] == 0
    passing = [(0.0, -20.0, 5.0, 0.0), (50.0, 500.0, 5.0, 0.0)]
    assert screened(passing)[1] == 0
    sinking = [(0.0, 20.0, 0.0, 50.0), (50.0, 500.0, 0.0, 40.0)]
    assert screened(sinking)[1] == 0
    climbing = [(0.0, 20.0, 0.0, 50.0), (50.0, 500.0, 0.0, 60.0)]
    assert screened(climbing) == ([], 1)


def test_small_falls_add_up_and_rises_do_not_take_them_back():
    """Two falls of 0.8e-7 m are one of 1.6e-7 m, also with a smaller rise in between."""
    fall = 0.8e-7
    for distances, skipped in (
        ((20.0, 20.0 - fall), 1),
        ((20.0, 20.0 - fall, 20.0 - 2 * fall), 0),
        ((20.0, 20.0 - fall, 20.0 - 0.9 * fall, 20.0 - 1.9 * fall), 0),
        ((20.0, 20.0 - fall, 21.0, 21.0 - fall, 22.0), 1),
    ):
        for axis in (1, 3):
            knots = [[10.0 * n, 20.0, 0.0, 20.0] for n in range(len(distances) + 1)]
            for knot, distance in zip(knots, (*distances, 500.0), strict=True):
                knot[axis] = distance
            assert screened(knots)[1] == skipped, (distances, axis)


def test_the_start_of_a_window_is_no_start():
    away = [(0.0, 0.0, 0.0, 0.0), (50.0, 500.0, 0.0, 0.0)]
    spans, skipped = screened(away, window=(5.0, None))
    assert skipped == 0
    assert spans == [pytest.approx((5.0, 10.0), abs=1e-6)]
    assert screened(away, window=(0.0, None)) == ([], 1)
    assert screened(away, window=(-5.0, 7.0)) == ([], 1)


def test_coming_closer_after_the_encounter_or_the_window_does_not_matter():
    back = [(0.0, 0.0, 0.0, 0.0), (10.0, 500.0, 0.0, 0.0), (20.0, 200.0, 0.0, 0.0)]
    assert screened(back) == ([], 1)
    stays = [(0.0, 0.0, 0.0, 0.0), (10.0, 50.0, 0.0, 0.0), (20.0, 10.0, 0.0, 0.0)]
    assert screened(stays)[1] == 0
    assert screened(stays, window=(None, 10.0)) == ([], 1)


def test_the_end_of_a_gap_is_a_start():
    steady = [(float(t), 0.0, 0.0, 0.0) for t in range(0, 201, 10)]
    with_gap = [(0.0, 900.0, 0.0, 0.0), (10.0, 900.0, 0.0, 0.0)]
    with_gap += [(100.0, 5.0, 0.0, 0.0), (110.0, 505.0, 0.0, 0.0)]
    assert screened(with_gap, own=steady, max_gap=20.0) == ([], 1)
    assert screened(with_gap, own=steady)[1] == 0


def test_a_pair_that_stays_together_is_left_out():
    """Neither distance ever decreases: the definition says so, and the receipt counts it."""
    assert screened([(0.0, 5.0, 0.0, 0.0), (200.0, 5.0, 0.0, 0.0)]) == ([], 1)
