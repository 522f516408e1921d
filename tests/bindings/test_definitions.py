"""The definitions, one by one, on cases that can be computed by hand.

Own hovers at the origin unless said otherwise; times are seconds, so every figure is exact.
"""

import math

import pyarrow as pa
import pytest

import airprox
import promise

HOVERING = [(0.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0)]
TOUCH = 1e-7


def fleet(*tracks, max_gap=None):
    rows = [(str(index), *knot) for index, knots in enumerate(tracks) for knot in knots]
    names = ("id", "time", "x", "y", "z")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return airprox.Fleet.from_arrow(columns, max_gap=max_gap)


def screened(*tracks, horizontal=10.0, vertical=10.0, max_gap=None, **options):
    minima = airprox.Minima(horizontal=horizontal, vertical=vertical)
    return promise.rows(
        airprox.screen(fleet(*tracks, max_gap=max_gap), minima, **options).encounters
    )


def spans(rows):
    return [(row["start"], row["end"]) for row in rows]


def clips(rows):
    return [(row["start_clipped"], row["end_clipped"]) for row in rows]


def closest(*tracks, metric="horizontal", **options):
    minima = airprox.Minima(horizontal=10.0, vertical=10.0)
    result = airprox.closest_approach(fleet(*tracks), metric=metric, minima=minima, **options)
    return promise.rows(result.pairs)


def near(*values):
    return pytest.approx(values, abs=1e-6)


def test_common_time_is_the_intersection_of_the_spans():
    later = [(40.0, 1.0, 0.0, 0.0), (200.0, 1.0, 0.0, 0.0)]
    assert spans(screened(HOVERING, later)) == [(40.0, 100.0)]
    assert clips(screened(HOVERING, later)) == [(True, True)]


def test_a_gap_clips_like_the_end_of_a_span():
    with_gap = [(0.0, 1.0, 0.0, 0.0), (30.0, 1.0, 0.0, 0.0), (70.0, 1.0, 0.0, 0.0)]
    assert spans(screened(HOVERING, with_gap)) == [(0.0, 70.0)]
    still = [*with_gap, (90.0, 1.0, 0.0, 0.0)]
    steady = [(float(t), 0.0, 0.0, 0.0) for t in range(0, 101, 10)]
    rows = screened(steady, still, max_gap=35.0)
    assert spans(rows) == [(0.0, 30.0), (70.0, 90.0)]
    assert clips(rows) == [(True, True), (True, True)]


def test_a_window_clips_like_the_end_of_a_span():
    rows = screened(HOVERING, HOVERING, window=(25.0, 50.0))
    assert spans(rows) == [(25.0, 50.0)]
    assert clips(rows) == [(True, True)]


def test_touching_is_not_loss():
    beside = [(0.0, 0.0, 10.0, 0.0), (100.0, 0.0, 10.0, 0.0)]
    above = [(0.0, 0.0, 0.0, 10.0), (100.0, 0.0, 0.0, 10.0)]
    passing = [(0.0, -500.0, 10.0, 0.0), (100.0, 500.0, 10.0, 0.0)]
    assert screened(HOVERING, beside) == []
    assert screened(HOVERING, above) == []
    assert screened(HOVERING, passing) == []
    assert screened(HOVERING, passing, horizontal=10.0 + 2e-7) != []


def test_both_distances_must_be_lost_at_once():
    """Near in the plane until t = 50, near in height from t = 60."""
    other = [
        (0.0, 0.0, 0.0, 50.0),
        (50.0, 10.0, 0.0, 50.0),
        (60.0, 60.0, 0.0, 10.0),
        (100.0, 60.0, 0.0, 0.0),
    ]
    assert screened(HOVERING, other) == []
    assert spans(screened(HOVERING, other, vertical=math.inf)) == [near(0.0, 50.0)]


def test_adjacent_flight_levels_are_separated():
    """29,000 ft and 30,000 ft differ by 304.7999999999993 m: both minima are reduced by 1e-7 m."""
    low, high = 29_000 * airprox.FT, 30_000 * airprox.FT
    assert high - low < 1000 * airprox.FT
    own = [(0.0, 0.0, 0.0, low), (100.0, 1e4, 0.0, low)]
    other = [(0.0, 0.0, 0.0, high), (100.0, 1e4, 0.0, high)]
    assert screened(own, other, horizontal=5 * airprox.NM, vertical=1000 * airprox.FT) == []
    climbing = [(0.0, 0.0, 0.0, high + 500.0), (50.0, 5e3, 0.0, high), (100.0, 1e4, 0.0, high)]
    assert screened(own, climbing, horizontal=5 * airprox.NM, vertical=1000 * airprox.FT) == []


def test_the_touch_tolerance_is_a_ten_millionth_of_a_metre():
    for axis in ((1.0, 0.0), (0.0, 1.0)):
        for depth, found in ((0.4 * TOUCH, 0), (1.6 * TOUCH, 1)):
            across, up = axis[0] * (10.0 - depth), axis[1] * (10.0 - depth)
            other = [(0.0, across, 0.0, up), (100.0, across, 0.0, up)]
            assert len(screened(HOVERING, other)) == found


def test_pieces_join_at_a_knot_in_loss():
    """Knots of both at many instants, in loss throughout: one encounter."""
    other = [(float(t), float(t % 9), 0.0, 0.0) for t in range(0, 101, 4)]
    rows = screened(HOVERING, other)
    assert spans(rows) == [(0.0, 100.0)]


def test_a_knot_that_touches_parts_two_encounters():
    other = [(0.0, 0.0, 0.0, 0.0), (50.0, 10.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0)]
    rows = screened(HOVERING, other)
    assert [near(*span) for span in ((0.0, 50.0), (50.0, 100.0))] == spans(rows)
    assert clips(rows) == [(True, False), (False, True)]


def test_one_pair_may_have_several_encounters():
    weaving = [(t, 5.0 + 10.0 * (t % 20 == 10), 0.0, 0.0) for t in (0.0, 10.0, 20.0, 30.0)]
    rows = screened(HOVERING, weaving)
    assert [near(0.0, 5.0), near(15.0, 25.0)] == spans(rows)
    assert clips(rows) == [(True, False), (False, False)]


def test_clipped_only_where_loss_holds_at_the_end():
    """Inside from the first instant on, but at exactly the minimum then."""
    leaving = [(0.0, 10.0, 0.0, 0.0), (50.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0)]
    assert clips(screened(HOVERING, leaving)) == [(False, True)]


@pytest.mark.parametrize("metric", ["horizontal", "slant", "ratio"])
def test_equal_velocities_give_the_first_instant(metric):
    beside = [(20.0, 3.0, 4.0, 0.0), (80.0, 3.0, 4.0, 0.0)]
    (row,) = closest(HOVERING, beside, metric=metric)
    assert (row["cpa_time"], row["cpa_horizontal"], row["cpa_vertical"]) == (20.0, 5.0, 0.0)
    (encounter,) = screened(HOVERING, beside)
    assert (encounter["cpa_time"], encounter["critical_time"]) == (20.0, 20.0)


def test_the_earliest_of_equal_minima():
    twice = [(0.0, 9.0, 0, 0), (10.0, 5.0, 0, 0), (20.0, 9.0, 0, 0), (30.0, 5.0, 0, 0)]
    (row,) = closest(HOVERING, twice)
    assert (row["cpa_time"], row["cpa_horizontal"]) == (10.0, 5.0)
    (encounter,) = screened(HOVERING, twice)
    assert (encounter["cpa_time"], encounter["critical_time"]) == (10.0, 10.0)


def test_slant_and_horizontal_closest_approach_differ():
    """s = (t - 10, 0, t - 30): nearest in the plane at 10, in space at 20."""
    other = [(0.0, -10.0, 0.0, -30.0), (40.0, 30.0, 0.0, 10.0)]
    (flat,) = closest(HOVERING, other)
    assert (flat["cpa_time"], flat["cpa_horizontal"], flat["cpa_vertical"]) == (10.0, 0.0, 20.0)
    (slant,) = closest(HOVERING, other, metric="slant")
    assert slant["cpa_time"] == 20.0
    assert slant["cpa_slant"] == pytest.approx(math.sqrt(200))


def test_the_critical_point_is_where_the_two_ratios_meet():
    """|s_h| falls from 20 to 0 while |s_z| rises from 0 to 20, with minima of 15 and 15."""
    other = [(0.0, 20.0, 0.0, 0.0), (100.0, 0.0, 0.0, 20.0)]
    (row,) = screened(HOVERING, other, horizontal=15.0, vertical=15.0)
    assert (row["start"], row["end"]) == near(25.0, 75.0)
    assert row["critical_time"] == pytest.approx(50.0)
    assert row["critical_ratio"] == pytest.approx(10.0 / (15.0 - TOUCH), rel=1e-12)
    assert row["cpa_time"] == pytest.approx(row["end"])


def test_a_level_pair_is_critical_from_its_first_such_instant():
    """5 m above at 10 m: N is 1/4 from when |s_h| = 5 m, at t = 25."""
    other = [(0.0, 10.0, 0.0, 5.0), (100.0, -10.0, 0.0, 5.0)]
    (row,) = screened(HOVERING, other)
    assert row["critical_time"] == pytest.approx(25.0)
    assert row["cpa_time"] == 50.0


def test_a_reported_ratio_is_below_one():
    """As shallow an encounter as floats allow: deeper than the tolerance by less than 1e-12 m."""
    for ulps in range(1, 40):
        across = 10.0 - TOUCH - ulps * 1.8e-15
        rows = screened(HOVERING, [(0.0, across, -50.0, 0.0), (100.0, across, 50.0, 0.0)])
        assert all(row["critical_ratio"] < 1.0 for row in rows)
        assert all(row["start"] < row["end"] for row in rows)


def test_no_common_time_has_no_row():
    later = [(101.0, 0.0, 0.0, 0.0), (102.0, 0.0, 0.0, 0.0)]
    assert screened(HOVERING, later) == []
    assert closest(HOVERING, later) == []


@pytest.mark.parametrize(
    ("other", "options"),
    [
        ([(30.0, 3.0, 4.0, 0.0)], {}),
        ([(100.0, 3.0, 4.0, 0.0), (150.0, 3.0, 4.0, 0.0)], {}),
        ([(0.0, 3.0, 4.0, 0.0), (100.0, 3.0, 4.0, 0.0)], {"window": (40.0, 40.0)}),
    ],
    ids=["one knot", "spans that touch", "window of an instant"],
)
def test_an_instant_has_a_closest_approach_and_no_encounter(other, options):
    assert screened(HOVERING, other, **options) == []
    (row,) = closest(HOVERING, other, **options)
    assert (row["cpa_horizontal"], row["cpa_vertical"]) == (5.0, 0.0)


def test_a_late_start_inside_a_slab_is_not_extrapolated():
    """Other starts at t = 50 far away, on a course that would have passed own before."""
    own = [(0.0, 0.0, 0.0, 0.0), (40.0, 4000.0, 0.0, 0.0), (100.0, 4000.0, 6000.0, 0.0)]
    other = [(50.0, 9000.0, 1000.0, 0.0), (100.0, 19_000.0, 1000.0, 0.0)]
    for slab in (10.0, 60.0, 1000.0):
        assert screened(own, other, horizontal=1000.0, _slab=slab) == []


def test_timestamps_are_rounded_outwards_to_nanoseconds():
    """Loss where |s_h| = |50 - t| 3 m < 10 m: from 46 2/3 s to 53 1/3 s, less the tolerance."""
    second = 10**9
    columns = {
        "id": ["a", "a", "b", "b"],
        "time": pa.array([0, 100 * second] * 2, pa.timestamp("ns", "UTC")),
        "x": [0.0, 0.0, -150.0, 150.0],
        "y": [0.0] * 4,
        "z": [0.0] * 4,
    }
    result = airprox.screen(airprox.Fleet.from_arrow(columns), airprox.Minima(10.0, 10.0))
    (row,) = promise.rows(result.encounters)
    exact = (10.0 - TOUCH) / 3.0 * second
    assert row["start"] == math.floor(50 * second - exact)
    assert row["end"] == math.ceil(50 * second + exact)
    assert row["cpa_time"] == 50 * second


def test_float_ends_are_the_knots_to_the_bit():
    """-3000.0 + (0.001 + 3000.0) is 0.00099999999976, and 1.15 + (5.623 - 1.15) is over 5.623."""
    for first, last in ((-3000.0, 0.001), (1.15, 5.623), (-3000.0, -0.001)):
        assert first + (last - first) != last
        still = [(first, 0.0, 0.0, 0.0), (last, 0.0, 0.0, 0.0)]
        nearing = [(first, 9.0, 0.0, 0.0), (last, 1.0, 0.0, 0.0)]
        (row,) = screened(still, nearing)
        assert (row["start"], row["end"]) == (first, last)
        assert (row["start_clipped"], row["end_clipped"]) == (True, True)
        assert (row["cpa_time"], row["critical_time"]) == (last, last)
        for metric in ("horizontal", "slant", "ratio"):
            (pair,) = closest(still, nearing, metric=metric)
            assert pair["cpa_time"] == last
