"""Positions and text for people: positions by hand, and against geodesics."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

import airprox
from airprox import demo
from airprox._positions import Position, position
from airprox._summary import describe
from airprox._units import nautical_miles
from airprox._worded import in_words

MINIMA = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
SECOND = 10**9
GEOD = Geod(ellps="WGS84")


def _planar(**extra):
    return airprox.Fleet.from_arrow(
        {
            "id": ["a", "a", "a", "b", "b"],
            "time": [0.0, 100.0, 300.0, 0.0, 300.0],
            "x": [0.0, 10_000.0, 10_000.0, 30_000.0, 0.0],
            "y": [0.0, 0.0, 40_000.0, 500.0, 500.0],
            "z": [1_000.0, 1_000.0, 3_000.0, 1_100.0, 1_100.0],
        }
        | extra,
        max_gap=150.0 if not extra else None,
    )


def test_a_planar_position_is_linear_between_knots():
    fleet = _planar(side=["blue"] * 3 + ["red"] * 2)
    assert position(fleet._knots, 0, 0.0) == Position(0.0, 0.0, 1_000.0, False)
    assert position(fleet._knots, 0, 25.0) == Position(2_500.0, 0.0, 1_000.0, False)
    assert position(fleet._knots, 0, 200.0) == Position(10_000.0, 20_000.0, 2_000.0, False)
    assert position(fleet._knots, 0, 300.0) == Position(10_000.0, 40_000.0, 3_000.0, False)
    assert position(fleet._knots, 1, 150.0) == Position(15_000.0, 500.0, 1_100.0, False)


def test_outside_its_time_and_in_a_gap_a_trajectory_is_where_it_was_last():
    knots = _planar()._knots
    assert position(knots, 0, 250.0) == Position(10_000.0, 0.0, 1_000.0, False)
    assert position(knots, 0, 300.0) == Position(10_000.0, 40_000.0, 3_000.0, False)
    assert position(knots, 0, -5.0) == Position(0.0, 0.0, 1_000.0, False)
    assert position(knots, 0, 900.0) == Position(10_000.0, 40_000.0, 3_000.0, False)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.floats(-80, 80), st.floats(-180, 179)),
    st.floats(-180, 180),
    st.floats(100.0, 500_000.0),
    st.floats(0.0, 1.0),
)
def test_a_geodetic_position_lies_on_the_geodesic(place, azimuth, length, fraction):
    lat, lon = place
    end_lon, end_lat, _ = GEOD.fwd(lon, lat, azimuth, length)
    fleet = airprox.Fleet.from_arrow(
        {
            "id": [0, 0],
            "time": np.array([0, 1_000 * SECOND], "datetime64[ns]"),
            "lat": [lat, end_lat],
            "lon": [lon, end_lon],
            "alt": [1_000.0, 2_000.0],
        },
        altitude_unit="m",
        naive_time="utc",
    )
    instant = round(fraction * 1_000 * SECOND)
    found = position(fleet._knots, 0, instant)
    expected = GEOD.fwd(lon, lat, azimuth, length * instant / (1_000 * SECOND))
    assert GEOD.inv(expected[0], expected[1], found.second, found.first)[2] < 0.05
    assert found.altitude == pytest.approx(1_000.0 + instant / SECOND, abs=1e-6)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Position(56.5, 3.0, 10_668.0, True), "56.5000°N 003.0000°E, 35,000 ft"),
        (Position(-5.25, -120.5, 304.8, True), "05.2500°S 120.5000°W, 1,000 ft"),
        (Position(1_500.0, -20.0, 0.0, False), "x 1.50 km, y -0.02 km, 0 ft"),
    ],
)
def test_a_position_in_words(where, text):
    assert str(where) == text


def test_a_screening_in_words():
    own = _planar(side=["blue"] * 3 + ["red"] * 2, category=["cargo"] * 3 + ["drone"] * 2)
    result = airprox.screen(own, MINIMA)
    lines = describe(result, own).splitlines()
    assert lines[0] == (
        "1 encounter of 1 pair closer than 5 NM (9260 m) horizontally and 1000 ft (304.8 m) "
        "vertically"
    )
    (worst,) = [line for line in lines if "a (blue cargo)" in line]
    assert "b (red drone)" in worst
    assert " s " in worst
    assert any(
        line.split() == ["blue", "cargo", "red", "drone", "1", "1", worst.split()[0]]
        for line in lines
    )
    assert "Receipt" in lines
    assert any("complete" in line and "yes" in line for line in lines)


@pytest.fixture(scope="module")
def two_sides() -> tuple[airprox.Fleet, airprox.Fleet, airprox.Screening]:
    civil, forces = demo.fleets()
    return civil, forces, airprox.screen(civil, MINIMA, against=forces)


def test_the_worst_come_first_with_where_own_was_at_the_critical_time(two_sides):
    civil, forces, result = two_sides
    lines = describe(result, civil, forces).splitlines()
    (head,) = [number for number, line in enumerate(lines) if line.startswith("The 10 worst of")]
    table = result.encounters.sort_by("critical_ratio").slice(0, 10)
    instants = table["critical_time"].cast(pa.int64()).to_pylist()
    names = ["critical_ratio", "own", "other", "own_row", "cpa_horizontal"]
    rows = table.select(names).to_pylist()
    for line, row, instant in zip(lines[head + 2 : head + 12], rows, instants, strict=True):
        assert line.split()[0] == f"{row['critical_ratio']:.3f}"
        assert row["own"] in line
        assert row["other"] in line
        assert str(np.datetime64(instant, "ns"))[11:19] in line
        assert nautical_miles(row["cpa_horizontal"]) in line
        assert line.endswith(str(position(civil._knots, row["own_row"], instant)))
    counts = [line.split() for line in lines if line.startswith("  civil airliner ")]
    assert sum(int(words[4]) for words in counts) == result.encounters.num_rows
    assert sum(int(words[5]) for words in counts) == result.receipt.pairs_in_conflict


# Levels.


@pytest.fixture(scope="module")
def with_levels() -> tuple[airprox.Fleet, airprox.Screening]:
    fleet = demo.everybody()
    return fleet, airprox.screen(fleet, demo.minima(), rules=demo.rules())


def test_levels_are_counted_with_their_minima(with_levels):
    fleet, result = with_levels
    lines = describe(result, fleet).splitlines()
    pairs, counts = result.receipt.pairs_in_conflict, result.receipt.encounters_by_level
    assert lines[0] == f"{result.encounters.num_rows} encounters of {pairs} pairs, by level"
    conflict, collision = (" ".join(line.split()) for line in lines[1:3])
    assert conflict == (
        f"conflict {counts['conflict']} closer than the minima of their categories: 1 NM to 5 NM "
        "horizontally, 500 ft to 2000 ft vertically"
    )
    assert collision == (
        f"near mid-air collision {counts['near mid-air collision']} closer than 500 ft (152.4 m) "
        "horizontally and 100 ft (30.48 m) vertically"
    )


def test_levels_are_counted_by_side_and_category(with_levels):
    fleet, result = with_levels
    lines = describe(result, fleet).splitlines()
    head = lines.index("By side and category")
    assert lines[head + 1].split() == [
        *("one", "the", "other", "conflict", "near", "mid-air", "collision", "pairs"),
        *("worst", "ratio"),
    ]
    end = lines.index("", head)
    # One and the other have two words each.
    rows = [line.split() for line in lines[head + 2 : end]]
    assert all(len(row) == 8 for row in rows)
    totals = [sum(int(row[place]) for row in rows) for place in (4, 5)]
    assert totals == [*result.receipt.encounters_by_level.values()]


def test_the_worst_are_those_of_the_level_with_the_most(with_levels):
    fleet, result = with_levels
    lines = describe(result, fleet).splitlines()
    counts = result.receipt.encounters_by_level
    (head,) = [number for number, line in enumerate(lines) if line.startswith("The 10 worst of")]
    assert lines[head].startswith(f"The 10 worst of {counts['conflict']} at level 'conflict', ")
    assert lines[head + 1].split()[-1] == "also"
    table = result.encounters.filter(pc.equal(result.encounters["level"], "conflict"))
    ratios = sorted(table["critical_ratio"].to_pylist())[:10]
    shown = lines[head + 2 : head + 12]
    assert [line.split()[0] for line in shown] == [f"{ratio:.3f}" for ratio in ratios]
    collisions = result.encounters.filter(pc.not_equal(result.encounters["level"], "conflict"))
    named = [line for line in shown if line.endswith("  near mid-air collision")]
    assert len(named) == collisions.num_rows
    assert all(
        any(own in line and other in line for line in named)
        for own, other in zip(
            collisions["own"].to_pylist(), collisions["other"].to_pylist(), strict=True
        )
    )


def test_one_level_says_nothing_of_others():
    fleet = _planar(side=["blue"] * 3 + ["red"] * 2)
    text = describe(airprox.screen(fleet, {"only": MINIMA}), fleet)
    assert text.splitlines()[0] == "1 encounter of 1 pair, by level"
    assert "The 1 worst of 1 at level 'only', times in seconds" in text
    assert "also" not in text


def test_levels_at_which_nothing_was_found():
    fleet = _planar().select(pa.array(["a"]))
    lines = describe(airprox.screen(fleet, {"b": MINIMA, "a": MINIMA}), fleet).splitlines()
    assert lines[0] == "0 encounters, by level"
    assert [line.split()[:2] for line in lines[1:3]] == [["b", "0"], ["a", "0"]]


FL = 100 * airprox.FT
INFINITY = float("inf")


@pytest.mark.parametrize(
    ("minima", "words"),
    [
        (MINIMA, "5 NM (9260 m) horizontally and 1000 ft (304.8 m) vertically"),
        (airprox.Minima(8_000, 300), "8000 m horizontally and 300 m vertically"),
        (
            airprox.Minima(152.4, 30.48),
            "500 ft (152.4 m) horizontally and 100 ft (30.48 m) vertically",
        ),
        (airprox.Minima(926, INFINITY), "0.5 NM (926 m) horizontally, whatever the altitudes"),
        (
            airprox.Minima(9_260, 304.8, (airprox.Band(290 * FL, 410 * FL, 609.6),)),
            "5 NM (9260 m) horizontally and vertically 1000 ft (304.8 m) up to 29,000 ft, "
            "2000 ft (609.6 m) up to 41,000 ft, 1000 ft (304.8 m) above",
        ),
        (
            airprox.rvsm(["airliner"]),
            "the minima of their categories: 5 NM (9260 m) horizontally, 1000 ft to 2000 ft "
            "vertically",
        ),
        (
            airprox.MinimaTable({"a": MINIMA, "b": airprox.Minima(1_000, INFINITY)}, combine="max"),
            "the minima of their categories: 1000 m to 5 NM horizontally, 1000 ft to any distance "
            "vertically",
        ),
    ],
)
def test_minima_in_words(minima, words):
    assert in_words(minima) == words


def test_times_of_several_days_carry_the_day():
    day = 86_400 * SECOND
    fleet = airprox.Fleet.from_arrow(
        {
            "id": ["a", "a", "b", "b", "c", "c"],
            "time": np.array([0, 10 * SECOND, 0, 2 * day, day, 2 * day], "datetime64[ns]"),
            "x": np.zeros(6),
            "y": [0.0, 0.0, 10.0, 10.0, 20.0, 20.0],
            "z": np.zeros(6),
        },
        naive_time="utc",
    )
    text = describe(airprox.screen(fleet, MINIMA), fleet)
    assert "times in UTC;" in text
    assert "1970-01-01 00:00:00" in text
    assert "1970-01-02 00:00:00" in text


def test_the_two_sides_keep_their_order():
    fleet = _planar(side=["z"] * 3 + ["a"] * 2)
    first, second = (fleet.select(pa.array([name])) for name in ("a", "b"))
    text = describe(airprox.screen(first, MINIMA, against=second), first, second)
    assert any(line.split()[:2] == ["z", "a"] for line in text.splitlines())
    text = describe(airprox.screen(second, MINIMA, against=first), second, first)
    assert any(line.split()[:2] == ["a", "z"] for line in text.splitlines())


def test_nothing_found_is_said_and_accounted_for():
    fleet = _planar().select(pa.array(["a"]))
    text = describe(airprox.screen(fleet, MINIMA), fleet)
    assert text.startswith("0 encounters closer than 5 NM")
    assert "worst" not in text
    assert "Receipt" in text


def test_two_dimensions_are_said():
    fleet = _planar()
    flat = airprox.Minima(horizontal=9_260.0, vertical=float("inf"))
    assert "whatever the altitudes" in describe(airprox.screen(fleet, flat), fleet)
