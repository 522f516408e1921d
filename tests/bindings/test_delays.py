"""`airprox.forbidden_delays`, `time_margin` and `free_delays`: arguments, tables, receipts."""

import math
import threading
from itertools import combinations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
import strategies
from benchmarks import scenarios

MINIMA = airprox.Minima(horizontal=8000.0, vertical=300.0)
HALF = 8000.0 * math.sqrt(2.0) / 200.0
"""Seconds that two paths which cross at right angles, at 200 m/s, need between them."""


def crossing(**columns) -> airprox.Fleet:
    """A flies east, B north 100 s later, C stays far above; all pass the origin."""
    data = {
        "id": ["A", "A", "B", "B", "C", "C"],
        "time": [0.0, 200.0, 100.0, 300.0, 0.0, 200.0],
        "x": [-20e3, 20e3, 0.0, 0.0, -20e3, 20e3],
        "y": [0.0, 0.0, -20e3, 20e3, 0.0, 0.0],
        "z": [9e3, 9e3, 9e3, 9e3, 11e3, 11e3],
    }
    return airprox.Fleet.from_arrow(data | columns)


def delays(table: pa.Table) -> list[tuple[float, ...]]:
    return [*zip(table["delay_start"].to_pylist(), table["delay_end"].to_pylist(), strict=True)]


def test_table_and_receipt():
    result = airprox.forbidden_delays(crossing(), MINIMA, horizon=600)
    table = result.delays
    assert table.schema.names == [
        "own", "other", "own_row", "other_row", "delay_start", "delay_end",
    ]  # fmt: skip
    assert table.schema.types == [
        pa.string(), pa.string(), pa.int64(), pa.int64(), pa.float64(), pa.float64(),
    ]  # fmt: skip
    assert table.schema.metadata[b"airprox.horizon"] == b"600.0"
    assert table.select(["own", "other", "own_row", "other_row"]).to_pylist() == [
        {"own": "A", "other": "B", "own_row": 0, "other_row": 1}
    ]
    assert delays(table)[0] == pytest.approx((-100.0 - HALF, -100.0 + HALF), abs=2e-6)
    receipt = result.receipt
    assert (receipt.pairs_common, receipt.pairs_exempt, receipt.pairs_with_delays) == (3, 0, 1)
    assert receipt.complete
    assert receipt.horizon == 600.0
    assert len(result) == 1
    assert "1 intervals of forbidden delays" in repr(result)
    assert "within a delay of 600 s" in repr(result)
    assert "<table>" in result._repr_html_()
    assert pl.DataFrame(result).shape == (1, 6)


def test_sign_is_that_of_shifted():
    fleet = crossing()
    for delay, conflicts in ((-100.0, 1), (-100.0 - HALF - 1e-5, 0), (-100.0 + HALF + 1e-5, 0)):
        moved = fleet.shifted({"B": delay})
        assert airprox.screen(moved, MINIMA).encounters.num_rows == conflicts


def test_rows_are_cut_to_the_horizon():
    assert delays(airprox.forbidden_delays(crossing(), MINIMA, horizon=110.0).delays) == [
        (-110.0, pytest.approx(-100.0 + HALF, abs=2e-6))
    ]
    assert not len(airprox.forbidden_delays(crossing(), MINIMA, horizon=40.0))


def test_timestamps_give_the_same_seconds():
    begin = 1_790_000_000 * 10**9
    time = [begin + int(t * 1e9) for t in (0, 200, 100, 300, 0, 200)]
    fleet = crossing(time=pa.array(time, pa.timestamp("ns", "UTC")))
    plain = delays(airprox.forbidden_delays(crossing(), MINIMA, horizon=600).delays)
    stamped = delays(airprox.forbidden_delays(fleet, MINIMA, horizon=600).delays)
    assert stamped[0] == pytest.approx(plain[0], abs=1e-9)


def test_coarse_times_are_rounded_out_further():
    late = crossing(time=[9e11 + t for t in (0.0, 200.0, 100.0, 300.0, 0.0, 200.0)])
    start, end = delays(airprox.forbidden_delays(late, MINIMA, horizon=600).delays)[0]
    assert -100.0 - HALF - 2e-3 < start < -100.0 - HALF - 1e-4
    assert -100.0 + HALF + 1e-4 < end < -100.0 + HALF + 2e-3


def test_adjacent_flight_levels_forbid_nothing():
    z = [9448.8, 9448.8, 9448.8 + 304.7999999999993, 9448.8 + 304.7999999999993, 0.0, 0.0]
    fleet = crossing(z=z)
    minima = airprox.Minima(horizontal=9260.0, vertical=304.8)
    assert not len(airprox.forbidden_delays(fleet, minima, horizon=600))


def test_a_gap_forbids_nothing():
    data = {
        "id": ["A", "A", "B", "B", "B", "B"],
        "time": [0.0, 100.0, 0.0, 10.0, 500.0, 510.0],
        "x": [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        "y": [0.0] * 6,
        "z": [1e3] * 6,
    }
    fleet = airprox.Fleet.from_arrow(data, max_gap=120.0)
    found = delays(airprox.forbidden_delays(fleet, MINIMA, horizon=3600).delays)
    assert found == [pytest.approx((-510.0, -400.0)), pytest.approx((-10.0, 100.0))]


def test_a_single_knot_forbids_nothing():
    fleet = airprox.Fleet.from_arrow(
        {"id": ["A", "B", "B"], "time": [0.0, 0.0, 60.0], "x": [0.0] * 3, "y": [0.0] * 3,
         "z": [0.0] * 3}
    )  # fmt: skip
    assert not len(airprox.forbidden_delays(fleet, MINIMA, horizon=600))


def test_two_sides_and_same_ids():
    fleet = crossing()
    ours, theirs = fleet.select(["A"]), fleet.select(["B", "C"])
    both = airprox.forbidden_delays(ours, MINIMA, against=theirs, horizon=600).delays
    assert both["own_row"].to_pylist() == [0]
    assert both["other_row"].to_pylist() == [0]
    with pytest.raises(airprox.InvalidTrajectories, match="one side only"):
        airprox.forbidden_delays(fleet, MINIMA, against=theirs, horizon=600)
    exempt = airprox.forbidden_delays(fleet, MINIMA, against=theirs, same_id="exempt", horizon=600)
    assert [row["own"] for row in exempt.delays.to_pylist()] == ["A"]
    assert exempt.receipt.exempt_by_rule == {"same id": 2}


def test_rules_exempt_pairs():
    rules = airprox.Rules(exempt={"own": ["B"], "other": ["A"]})
    result = airprox.forbidden_delays(crossing(), MINIMA, horizon=600, rules=rules)
    assert not len(result)
    assert result.receipt.exempt_by_rule == {"explicit": 1}


def test_departure_tolerances():
    needed = 100.0 - HALF

    def possible(tolerance):
        result = airprox.forbidden_delays(
            crossing(), MINIMA, horizon=600, departure_tolerance=tolerance
        )
        return result.delays["possible"].to_pylist()

    assert possible(needed / 2 + 1e-5) == [True]
    assert possible(needed / 2 - 1e-5) == [False]
    assert possible([needed + 1e-5, 0.0, 0.0]) == [True]
    assert possible(np.array([0.0, 0.0, 300.0])) == [False]


def test_tolerances_of_two_sides_follow_each_other():
    fleet = crossing()
    ours, theirs = fleet.select(["A"]), fleet.select(["B", "C"])
    result = airprox.forbidden_delays(
        ours, MINIMA, against=theirs, horizon=600, departure_tolerance=[0.0, 60.0, 0.0]
    )
    assert result.delays["possible"].to_pylist() == [True]


@pytest.mark.parametrize(
    ("tolerance", "message"),
    [
        ([1.0, 2.0], "one number or 3"),
        ("1", "must be numbers"),
        ([0.0, -1.0, 0.0], r"'B' \(row 1\)"),
        (math.inf, "finite"),
        (301.0, "at least as long as two departure tolerances"),
    ],
)
def test_tolerances_that_are_refused(tolerance, message):
    with pytest.raises(airprox.SchemaError, match=message):
        airprox.forbidden_delays(crossing(), MINIMA, horizon=600, departure_tolerance=tolerance)


@pytest.mark.parametrize("horizon", [0, -1.0, math.inf, math.nan, "600", True, 2e9])
def test_horizons_that_are_refused(horizon):
    with pytest.raises(airprox.SchemaError, match="horizon must be"):
        airprox.forbidden_delays(crossing(), MINIMA, horizon=horizon)


def test_levels_are_refused():
    with pytest.raises(airprox.InvalidMinima, match="one Minima or MinimaTable, not .* 'a', 'b'"):
        airprox.time_margin(crossing(), {"b": MINIMA, "a": MINIMA}, horizon=600)


def test_bands_take_the_larger_minimum_of_the_altitudes_spanned():
    banded = airprox.Minima(8000.0, 300.0, (airprox.Band(10_000.0, math.inf, 2500.0),))
    pairs = airprox.time_margin(crossing(), banded, horizon=600).margins
    assert [(r["own"], r["other"]) for r in pairs.to_pylist()] == [
        ("A", "B"),
        ("A", "C"),
        ("B", "C"),
    ]


def test_radii_widen_the_minima():
    fleet = crossing(horizontal_radius=[500.0] * 6, vertical_radius=[0.0] * 6)
    found = delays(airprox.forbidden_delays(fleet, MINIMA, horizon=600).delays)
    half = 9000.0 * math.sqrt(2.0) / 200.0
    assert found == [pytest.approx((-100.0 - half, -100.0 + half), abs=2e-6)]


def test_time_margin():
    result = airprox.time_margin(crossing(), MINIMA, horizon=600)
    assert result.margins.schema.names == ["own", "other", "own_row", "other_row", "time_margin"]
    assert result.margins["time_margin"].to_pylist() == pytest.approx([100.0 - HALF], abs=2e-6)
    now = airprox.time_margin(crossing().shifted({"B": -90.0}), MINIMA, horizon=600)
    assert now.margins["time_margin"].to_pylist() == [0.0]
    assert "1 pairs" in repr(now)


def test_free_delays_of_a_flight_stand_in_for_its_own_plan():
    fleet = crossing()
    result = airprox.free_delays(fleet, fleet.select(["B"]), 600.0, MINIMA)
    assert result.delays.schema.names == ["delay_start", "delay_end"]
    assert delays(result.delays) == [
        (-600.0, pytest.approx(-100.0 - HALF, abs=2e-6)),
        (pytest.approx(-100.0 + HALF, abs=2e-6), 600.0),
    ]
    assert result.receipt.exempt_by_rule == {"same id": 1}
    assert delays(airprox.free_delays(fleet, fleet.select(["C"]), 600.0, MINIMA).delays) == [
        (-600.0, 600.0)
    ]
    stuck = airprox.free_delays(fleet, fleet.select(["B"]).shifted(-100.0), HALF - 1.0, MINIMA)
    assert not len(stuck)
    assert stuck.delays.num_rows == 0


def test_free_delays_of_an_airspace_hold_its_minima_and_rules():
    fleet = crossing()
    flight = fleet.select(["B"])
    airspace = airprox.Airspace(MINIMA)
    airspace.upsert(fleet)
    assert len(airprox.free_delays(airspace, flight, 600.0)) == 2
    rules = airprox.Rules(exempt={"own": ["B"], "other": ["A"]})
    airspace = airprox.Airspace(MINIMA, rules)
    airspace.upsert(fleet)
    assert len(airprox.free_delays(airspace, flight, 600.0)) == 1
    assert len(airprox.free_delays(airspace.snapshot(), fleet.select(["A"]), 600.0)) == 1
    with pytest.raises(airprox.SchemaError, match="minima and rules of its own"):
        airprox.free_delays(airspace, flight, 600.0, MINIMA)


def test_free_delays_of_an_empty_airspace():
    everywhere = airprox.Airspace({"near": MINIMA, "far": MINIMA})
    with pytest.raises(airprox.InvalidMinima, match="not for the levels"):
        airprox.free_delays(everywhere, crossing().select(["B"]), 600.0)
    nobody = airprox.Airspace(MINIMA)
    for source in (
        {
            "id": ["B"] * 2,
            "time": [0.0, 9.0],
            "lat": [50.0] * 2,
            "lon": [8.0] * 2,
            "alt": [0.0] * 2,
        },
        {"id": ["B"] * 2, "time": [0.0, 9.0], "x": [0.0] * 2, "y": [0.0] * 2, "z": [0.0] * 2},
    ):
        flight = airprox.Fleet.from_arrow(source, altitude_unit="m" if "lat" in source else None)
        free = airprox.free_delays(nobody, flight, 600.0)
        assert delays(free.delays) == [(-600.0, 600.0)]
        assert free.receipt.pairs_common == 0


@pytest.mark.parametrize("stamped", [False, True])
def test_free_delays_of_an_airspace_are_those_of_its_fleet(stamped):
    """Only flights in the air within the horizon are looked at, and nothing is missed by it."""
    workload = scenarios.enroute(150, hours=6.0)
    workload = scenarios.with_timestamps(workload) if stamped else workload
    fleet = airprox.Fleet.from_arrow(workload, naive_time="utc")
    wide = airprox.Minima(horizontal=150e3, vertical=5000.0)
    airspace = airprox.Airspace(wide)
    airspace.upsert(fleet)
    airspace.upsert(fleet.select(fleet.ids[40:60]).shifted(300.0))
    airspace.remove(fleet.ids[70:80])
    whole = airspace.snapshot().fleet
    for row in (0, 50, 75, 149):
        flight = fleet.select(fleet.ids[row : row + 1])
        found = airprox.free_delays(airspace, flight, 600.0)
        expected = airprox.free_delays(whole, flight, 600.0, wide)
        assert found.delays.equals(expected.delays, check_metadata=True)
        assert found.receipt.pairs_with_delays > 5
        ours, theirs = found.receipt, expected.receipt
        assert ours.pairs_common == theirs.pairs_common
        assert ours.exempt_by_rule == theirs.exempt_by_rule
        assert ours.trajectories.given < theirs.trajectories.given


def test_free_delays_that_are_refused():
    fleet = crossing()
    with pytest.raises(airprox.SchemaError, match="one trajectory, but has 3"):
        airprox.free_delays(fleet, fleet, 600.0, MINIMA)
    with pytest.raises(airprox.SchemaError, match="flight must be an airprox.Fleet"):
        airprox.free_delays(fleet, "B", 600.0, MINIMA)  # pyright: ignore[reportArgumentType]
    with pytest.raises(airprox.InvalidMinima, match="must come with minima"):
        airprox.free_delays(fleet, fleet.select(["B"]), 600.0)
    with pytest.raises(airprox.SchemaError, match=r"must be an airprox\.Airspace, a snapshot"):
        airprox.free_delays("fleet", fleet.select(["B"]), 600.0)  # pyright: ignore[reportArgumentType]


def test_progress_and_cancel():
    fleet = airprox.Fleet.from_arrow(scenarios.enroute(300))
    seen = []
    airprox.forbidden_delays(
        fleet, MINIMA, horizon=600, progress=lambda done, total: seen.append((done, total))
    )
    assert seen[-1][0] == seen[-1][1] > 1
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(airprox.Cancelled, match="cancelled after 0") as caught:
        airprox.forbidden_delays(fleet, MINIMA, horizon=600, cancel=cancel)
    assert caught.value.receipt is not None
    assert not caught.value.receipt.complete


def test_empty_fleets():
    none = crossing().select([])
    assert not len(airprox.forbidden_delays(none, MINIMA, horizon=600))
    assert not len(airprox.forbidden_delays(none, MINIMA, against=crossing(), horizon=600))
    assert not len(airprox.time_margin(crossing(), MINIMA, against=none, horizon=600))
    free = airprox.free_delays(none, crossing().select(["B"]), 600.0, MINIMA)
    assert delays(free.delays) == [(-600.0, 600.0)]


def test_a_day_of_traffic_agrees_with_screening():
    fleet = airprox.Fleet.from_arrow(scenarios.enroute(400, hours=1.0))
    minima = airprox.Minima(horizontal=9260.0, vertical=304.8)
    margins = airprox.time_margin(fleet, minima, horizon=900).margins.to_pylist()
    now = {(row["own"], row["other"]) for row in margins if row["time_margin"] == 0.0}
    found = airprox.screen(fleet, minima).encounters.to_pylist()
    assert now == {(row["own"], row["other"]) for row in found}
    assert len(now) > 10
    one_thread = airprox.forbidden_delays(fleet, minima, horizon=900, threads=1)
    assert one_thread.delays.equals(airprox.forbidden_delays(fleet, minima, horizon=900).delays)


@given(strategies.minima().flatmap(lambda m: strategies.fleets(m, tracks=(1, 6))))
def test_common_pairs_are_counted_as_all_pairs_say(plan):
    fleet = airprox.Fleet.from_arrow(strategies.table(plan))
    receipt = airprox.forbidden_delays(fleet, MINIMA, horizon=60.0).receipt
    horizon = 60 * plan.second
    spans = [(knots[0][0], knots[-1][0]) for _, knots in plan.tracks]
    slack = 0 if plan.timestamps else 1e-6

    def count(reach):
        return sum(a[0] - b[1] <= reach and b[0] - a[1] <= reach for a, b in combinations(spans, 2))

    assert count(horizon - slack) <= receipt.pairs_common <= count(horizon + slack)


@given(st.integers(1, 30))
def test_rows_do_not_depend_on_room_or_tasks(room):
    from airprox import _delays  # the module, to make its buffers small

    fleet = airprox.Fleet.from_arrow(scenarios.enroute(50, hours=0.2))
    minima = airprox.Minima(horizontal=30e3, vertical=2000.0)
    expected = airprox.forbidden_delays(fleet, minima, horizon=1800).delays
    assert expected.num_rows > 50
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_delays, "ROOM", room)
        patch.setattr(_delays, "INTERVALS", 1)
        patch.setattr(_delays, "TASK_RUNS", 10 * room)
        found = airprox.forbidden_delays(fleet, minima, horizon=1800).delays
    assert found.equals(expected)
