"""Stated uncertainty: rows span the possible set, and their certain part is certain."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
import promise
import strategies
import strategies_conditions as drawn
from conditions_built import fleet_of, geodetic_fleet_of, is_near, minima_of, window_of
from conditions_checked import DIVISIONS, bits, check_divided, named, plain
from ground import error_at, ground_distances, ground_state
from oracle import Pair
from promise_conditions import by_level, check_rows, pairs_of
from realisations import is_conflict, whereabouts
from strategies_conditions import PairMinima, Traffic

CERTAIN = ("certain_start", "certain_end")


@st.composite
def screenings(draw, bands=True):
    """A fleet with radii, and minima that may have bands."""
    separation = draw(strategies.minima())
    if bands and draw(st.integers(0, 2)) == 0:
        minima, traffic = draw(drawn.straddling(separation))
        return minima, traffic, draw(drawn.windows(traffic.plan))
    fleets = strategies.fleets(separation, tracks=(2, 3)) | drawn.departures(separation)
    plan = draw(fleets | drawn.climbers(separation, tracks=(2, 3)) if bands else fleets)
    minima = PairMinima(*separation)
    if bands and draw(st.booleans()):
        minima = draw(drawn.bands_around(plan, separation))
    return minima, draw(drawn.uncertain(plan, separation)), draw(drawn.windows(plan))


@st.composite
def two_sided(draw):
    """Two fleets, one of which may state no radii."""
    separation = draw(strategies.minima())
    ours, theirs = draw(strategies.fleet_pairs(separation))
    own = draw(drawn.uncertain(ours, separation))
    other = Traffic(theirs, {})
    if draw(st.booleans()):
        other = draw(drawn.uncertain(theirs, separation))
    return PairMinima(*separation), own, other, draw(drawn.windows(ours))


SLABS = st.sampled_from((None, 7.0, 60.0, 1e4))


@given(screenings(bands=False), SLABS)
@drawn.FEWER
def test_rows_span_the_possible_set_exactly(case, slab):
    check(case, slab)


@given(screenings(), SLABS)
def test_with_bands_every_altitude_inside_the_bounds_counts(case, slab):
    check(case, slab)


def check(case, slab):
    minima, traffic, window = case
    result = airprox.screen(
        fleet_of(traffic),
        minima_of(minima),
        window=window_of(traffic.plan, window),
        _slab=slab,
    )
    check_rows(
        promise.rows(result.encounters),
        traffic.flown,
        None,
        minima.kept,
        timestamps=traffic.plan.timestamps,
        window=window,
        bounds=True,
    )
    assert result.receipt.complete


@given(two_sided())
@drawn.FEWER
def test_two_sides_in_either_order(case):
    minima, own, other, window = case
    ours, theirs, asked = fleet_of(own), fleet_of(other), window_of(own.plan, window)
    there = airprox.screen(ours, minima_of(minima), against=theirs, window=asked)
    back = airprox.screen(theirs, minima_of(minima), against=ours, window=asked)
    assert named(there.encounters) == named(back.encounters)
    check_rows(
        promise.rows(there.encounters),
        own.flown,
        other.flown,
        minima.kept,
        timestamps=own.plan.timestamps,
        window=window,
        bounds=True,
    )


@st.composite
def shares(draw):
    """Where in a disc and in a height: shares of the radii, up to their very ends."""
    direction = st.sampled_from(((0, 0), (1, 0), (0, -1), (Fraction(3, 5), Fraction(-4, 5))))
    share = st.sampled_from((Fraction(1), Fraction(1, 2)))
    (east, north), part = draw(direction), draw(share)
    return east * part, north * part, draw(st.sampled_from((0, 1, -1, Fraction(1, 3))))


def instants(draw, rows, spans, second):
    """Instants of W: any, and those at and near the ends of the rows."""
    found = [
        start + (end - start) * draw(st.sampled_from((Fraction(1, 2), Fraction(1, 7), Fraction(1))))
        for start, end in spans
        if start < end
    ]
    ends = [row[name] for row in rows for name in ("start", "end", *CERTAIN)]
    near = draw(st.sampled_from((0, Fraction(1, 1000), Fraction(-1, 1000)))) * second
    found += [Fraction(end) + near for end in ends if end is not None]
    return [time for time in found if any(a < time < b for a, b in spans)]


@given(screenings(), st.data())
@drawn.FEWER
def test_every_realisation_in_conflict_is_flagged_and_in_a_certain_part_all_are(case, data):
    """Positions drawn inside the bounds at drawn instants."""
    minima, traffic, _ = case
    rows = promise.rows(airprox.screen(fleet_of(traffic), minima_of(minima)).encounters)
    scale = promise.Scale(minima.horizontal, minima.vertical, traffic.plan.timestamps)
    for key, (own, other) in pairs_of(traffic.flown, None).items():
        mine = [row for row in rows if (row["own_row"], row["other_row"]) == key]
        pair = Pair(own.track, other.track)
        for time in instants(data.draw, mine, pair.spans, traffic.plan.second):
            grain = Fraction(0) if traffic.plan.timestamps else scale.grain(time)
            a, b = whereabouts(own, time), whereabouts(other, time)
            places = [(a, b), towards(a, b, 1), towards(a, b, -1)]
            places.append((a.moved(*data.draw(shares())), b.moved(*data.draw(shares()))))
            flagged = any(row["start"] - grain <= time <= row["end"] + grain for row in mine)
            certain = any(
                row["certain_start"] is not None
                and row["certain_start"] + grain <= time <= row["certain_end"] - grain
                for row in mine
            )
            for place in places:
                if is_conflict(*place, minima.kept, -promise.BRACKET):
                    assert flagged, (key, float(time), place)
                if certain:
                    assert is_conflict(*place, minima.kept, promise.BRACKET), (key, time, place)


def towards(a, b, sign):
    """Both as near to each other (sign 1) or as far apart as their bounds allow, or almost."""
    east, north = float(b.x - a.x), float(b.y - a.y)
    length = (east * east + north * north) ** 0.5 * (1 + 1e-15) * sign
    if not length:
        east, north, length = 1.0, 0.0, -sign
    east, north, up = east / length, north / length, sign if b.z > a.z else -sign
    return a.moved(east, north, up), b.moved(-east, -north, -up)


@given(screenings())
@drawn.FEWEST
def test_radii_of_zero_change_no_encounter(case):
    """The rows keep the promise of a fleet without radii, and are certain from end to end."""
    minima, traffic, window = case
    none = Traffic(traffic.plan, {})
    zero = none._replace(radii=[[(0.0, 0.0)] * len(knots) for _, knots in none.plan.tracks])
    asked = window_of(traffic.plan, window)
    rows = promise.rows(airprox.screen(fleet_of(zero), minima_of(minima), window=asked).encounters)
    check_rows(
        rows,
        none.flown,
        None,
        minima.kept,
        timestamps=traffic.plan.timestamps,
        window=window,
    )
    scale = promise.Scale(minima.horizontal, minima.vertical, traffic.plan.timestamps)
    for row in rows:
        grain = 2 * scale.grain(row["start"], row["end"])
        if row["end"] - row["start"] > 2 * grain:
            assert row["certain_start"] <= row["start"] + grain, row
            assert row["certain_end"] >= row["end"] - grain, row


@given(screenings(), st.floats(1e-6, 500), st.floats(1e-6, 100))
@drawn.FEWEST
def test_wider_bounds_give_longer_rows_and_shorter_certain_parts(case, across, along):
    """Both brackets are 5e-8 m: 1e-6 m more of each radius sets the computed sets apart."""
    minima, traffic, window = case
    if traffic.radii is None:
        return
    wider = traffic._replace(
        radii=[[(r + across, v + along) for r, v in track] for track in traffic.radii]
    )
    asked = window_of(traffic.plan, window)
    small, large = (
        promise.rows(airprox.screen(fleet_of(each), minima_of(minima), window=asked).encounters)
        for each in (traffic, wider)
    )
    for row in small:
        assert any(
            (row["own_row"], row["other_row"]) == (big["own_row"], big["other_row"])
            and big["start"] <= row["start"]
            and row["end"] <= big["end"]
            for big in large
        ), row
    for big in large:
        if big["certain_start"] is not None:
            assert any(
                (row["own_row"], row["other_row"]) == (big["own_row"], big["other_row"])
                and row["certain_start"] is not None
                and row["start"] <= big["certain_start"] <= big["certain_end"] <= row["end"]
                for row in small
            ), big


@given(screenings(), DIVISIONS)
@drawn.FEWEST
def test_slabs_threads_and_batches_change_no_bit(case, division):
    minima, traffic, window = case
    asked = window_of(traffic.plan, window)
    check_divided(fleet_of(traffic), minima_of(minima), division, window=asked)


@given(screenings(), st.booleans())
@drawn.FEWEST
def test_every_level_is_its_own_screening_to_the_bit(case, geodetic):
    minima, traffic, window = case
    laid = geodetic and is_near(traffic.plan)
    fleet = geodetic_fleet_of(traffic) if laid else fleet_of(traffic)
    asked = window_of(traffic.plan, window)
    wide = PairMinima(2 * minima.horizontal, minima.vertical)
    levels = {"near": minima_of(minima), "wide": minima_of(wide)}
    together = airprox.screen(fleet, levels, window=asked).encounters
    assert together.column_names[-3:] == [*CERTAIN, "level"]
    rows = by_level(promise.rows(together))
    for name, rule in levels.items():
        alone = airprox.screen(fleet, rule, window=asked).encounters
        assert [plain(row) for row in rows.get(name, [])] == bits(alone)


# --- Over the ground ------------------------------------------------------------------------------


@st.composite
def ground_screenings(draw):
    """Short legs and minima up to 5 NM, for which the frame promises 2 cm."""
    separation = draw(
        st.sampled_from([each for each in strategies.STANDARD_MINIMA if each.horizontal < 10_000])
    )
    plan = draw(
        drawn.climbers(separation, tracks=(2, 3), far=False)
        | drawn.departures(separation, far=False)
    )
    return separation, draw(drawn.uncertain(plan, separation))


@given(ground_screenings(), st.data())
@drawn.FEWEST
def test_over_the_ground_realisations_in_conflict_are_flagged(case, data):
    """Nominal positions on the geodesics, moved by geodesics inside their discs."""
    separation, traffic = case
    minima = airprox.Minima(*separation)
    rows = promise.rows(airprox.screen(geodetic_fleet_of(traffic), minima).encounters)
    for key, (own, other) in pairs_of(traffic.flown, None).items():
        mine = [row for row in rows if (row["own_row"], row["other_row"]) == key]
        spans = Pair(own.track, other.track).spans
        for time in instants(data.draw, mine, spans, traffic.plan.second):
            a, b = ground_state(own, time), ground_state(other, time)
            flagged = any(row["start"] <= time <= row["end"] for row in mine)
            certain = any(
                row["certain_start"] is not None
                and row["certain_start"] <= time <= row["certain_end"]
                for row in mine
            )
            slack = error_at(separation.horizontal + a.horizontal + b.horizontal)
            for sign in (0, 1, -1):
                across, along = ground_distances(a, b, sign)
                if across < separation.horizontal - slack and along < separation.vertical - 1e-6:
                    assert flagged, (key, float(time), across, along)
                if certain:
                    assert across < separation.horizontal + slack
                    assert along < separation.vertical + 1e-6


# --- By hand --------------------------------------------------------------------------------------


def bounded(own, other, minima=(20.0, 10.0), slab=None, **options):
    """Knots (t, x, y, z, horizontal radius, vertical radius) of two aircraft."""
    rows = [("own", *knot) for knot in own] + [("other", *knot) for knot in other]
    names = ("id", "time", "x", "y", "z", "horizontal_radius", "vertical_radius")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    fleet = airprox.Fleet.from_arrow(columns, **options)
    result = airprox.screen(fleet, airprox.Minima(*minima), _slab=slab)
    return promise.rows(result.encounters)


def test_head_on_with_constant_radii():
    """At 1 m/s with D = 20 m and radii of 4 m and 1 m: below 25 m possible, below 15 m certain."""
    own = [(0.0, 0.0, 0.0, 0.0, 4.0, 0.0), (200.0, 0.0, 0.0, 0.0, 4.0, 0.0)]
    other = [(0.0, 100.0, 0.0, 0.0, 1.0, 0.0), (200.0, -100.0, 0.0, 0.0, 1.0, 0.0)]
    (row,) = bounded(own, other)
    assert (row["start"], row["end"]) == pytest.approx((75.0, 125.0), abs=1e-6)
    assert (row["certain_start"], row["certain_end"]) == pytest.approx((85.0, 115.0), abs=1e-6)
    assert (row["cpa_time"], row["critical_ratio"]) == (100.0, 0.0)


def test_a_possible_conflict_may_have_a_ratio_of_one_or_more():
    own = [(0.0, 0.0, 0.0, 0.0, 50.0, 0.0), (100.0, 0.0, 0.0, 0.0, 50.0, 0.0)]
    other = [(0.0, 40.0, 0.0, 0.0, 0.0, 0.0), (100.0, 40.0, 0.0, 0.0, 0.0, 0.0)]
    (row,) = bounded(own, other)
    assert row["critical_ratio"] == pytest.approx(2.0, rel=1e-6)
    assert row["cpa_horizontal"] == 40.0
    assert row["certain_start"] is None
    assert row["certain_end"] is None


def test_certain_ends_where_the_radii_use_up_the_minimum():
    """D less the radii is 20 - 2 t: at one place, certain for 10 s; the other way round, too."""
    own = [(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0, 200.0, 0.0)]
    still = [(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    (row,) = bounded(own, still)
    assert (row["start"], row["end"]) == (0.0, 100.0)
    assert (row["certain_start"], row["certain_end"]) == pytest.approx((0.0, 10.0), abs=1e-6)
    back = [(0.0, 0.0, 0.0, 0.0, 200.0, 0.0), (100.0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    (row,) = bounded(back, still)
    assert (row["certain_start"], row["certain_end"]) == pytest.approx((90.0, 100.0), abs=1e-6)


def test_growth_counts_from_the_first_knot_over_gaps():
    """0.5 m/s each: |s_h| = 100 m < 20 + t from t = 80 on, across the gap of own."""
    own = [(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (10.0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    own += [(90.0, 0.0, 0.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    other = [(float(t), 100.0, 0.0, 0.0, 0.0, 0.0) for t in range(0, 101, 10)]
    (row,) = bounded(own, other, max_gap=20.0, radius_growth=(0.5, 0.0))
    assert (row["start"], row["end"], row["start_clipped"]) == (90.0, 100.0, True)
    (row,) = bounded(own, other, radius_growth=(0.5, 0.0))
    assert (row["start"], row["end"]) == pytest.approx((80.0, 100.0), abs=1e-6)


def test_of_several_certain_parts_the_longest_is_given():
    """One row, since the radius is large; certain where it is small, twice."""
    own = [(t, 0.0, 0.0, 0.0, r, 0.0) for t, r in ((0.0, 0.0), (30.0, 60.0), (100.0, 0.0))]
    still = [(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    (row,) = bounded(own, still)
    first, last = 10.0, 100.0 - 20.0 / 60.0 * 70.0
    assert first < 100.0 - last
    assert (row["certain_start"], row["certain_end"]) == pytest.approx((last, 100.0), abs=1e-5)


@pytest.mark.parametrize("slab", [None, 1.0, 7.0, 1e4])
def test_a_radius_that_is_large_for_a_moment_is_seen(slab):
    """100 m apart with D = 20 m and a radius of up to 300 m, over 80 m for 22 s on either side."""
    own = [(t, 0.0, 0.0, 0.0, r, 0.0) for t, r in ((0.0, 0.0), (30.0, 300.0), (60.0, 0.0))]
    other = [(t, 100.0, 0.0, 0.0, 0.0, 0.0) for t in (0.0, 60.0)]
    (row,) = bounded(own, other, slab=slab)
    assert (row["start"], row["end"]) == pytest.approx((8.0, 52.0), abs=1e-6)
    tall = [(t, 0.0, 0.0, 0.0, 0.0, r) for t, r in ((0.0, 0.0), (30.0, 300.0), (60.0, 0.0))]
    above = [(t, 0.0, 0.0, 90.0, 0.0, 0.0) for t in (0.0, 60.0)]
    (row,) = bounded(tall, above, slab=slab)
    assert (row["start"], row["end"]) == pytest.approx((8.0, 52.0), abs=1e-6)


def test_two_rows_of_one_leg_have_certain_parts_of_their_own():
    """50 m apart and climbing together at 1 m/s; 40 m will do from 100 m to 200 m."""
    bands = (airprox.Band(100.0, 200.0, 40.0),)
    minima = (20.0, 100.0, bands)
    own = [(0.0, 0.0, 0.0, 0.0, 1.0, 1.0), (400.0, 0.0, 0.0, 400.0, 1.0, 1.0)]
    other = [(0.0, 0.0, 0.0, -50.0, 0.0, 0.0), (400.0, 0.0, 0.0, 350.0, 0.0, 0.0)]
    first, last = bounded(own, other, minima)
    # The larger of both bands: 100 m but while both are in between, which own leaves at 200 m.
    near = [pytest.approx(span, abs=1e-5) for span in ((0.0, 150.0), (199.0, 400.0))]
    assert [(row["start"], row["end"]) for row in (first, last)] == near
    certain = [(row["certain_start"], row["certain_end"]) for row in (first, last)]
    assert certain == [
        pytest.approx((0.0, 150.0), abs=1e-5),
        pytest.approx((201.0, 400.0), abs=1e-5),
    ]
