"""`airprox.margins`: one row a trajectory, its worst partner, and its encounters."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_two_roads import mixed_fleet

import airprox
import strategies
from airprox import errors

MINIMA = airprox.Minima(9260.0, 304.8)


@given(strategies.minima().flatmap(lambda m: st.tuples(st.just(m), strategies.fleets(m))))
def test_margins_are_the_worst_rows_and_count_the_encounters(drawn):
    values, plan = drawn
    minima = airprox.Minima(*values)
    fleet = airprox.Fleet.from_arrow(strategies.table(plan), max_gap=plan.max_gap)
    pairs = airprox.closest_approach(fleet, metric="ratio", minima=minima).pairs.to_pylist()
    encounters = airprox.screen(fleet, minima).encounters.to_pylist()
    names = fleet.ids.to_pylist()
    table = airprox.margins(fleet, minima)
    assert table["id"].to_pylist() == names
    for row, margin in enumerate(table.to_pylist()):
        of_row = [
            (pair["ratio"], pair["cpa_time"], pair[other])
            for pair in pairs
            for own, other in (("own", "other"), ("other", "own"))
            if pair[own] == names[row]
        ]
        best = min(of_row, default=(None, None, None))
        assert (margin["ratio"], margin["time"], margin["partner"]) == best
        count = sum(names[row] in (found["own"], found["other"]) for found in encounters)
        assert margin["encounters"] == count


def test_a_trajectory_has_encounters_iff_its_ratio_is_below_one():
    fleet = mixed_fleet(np.random.default_rng(3), 200, (47.0, 8.0), "A")
    table = airprox.margins(fleet, MINIMA)
    ratio, encounters = table["ratio"].to_numpy(), table["encounters"].to_numpy()
    assert np.array_equal(ratio < 1.0, encounters > 0)
    assert 0 < np.count_nonzero(encounters) < len(fleet)
    assert table.schema == pa.schema(
        {
            "id": pa.string(),
            "ratio": pa.float64(),
            "partner": pa.string(),
            "time": pa.float64(),
            "encounters": pa.int64(),
        }
    )


def test_two_sides_and_categories():
    random = np.random.default_rng(4)
    ours, theirs = (mixed_fleet(random, 40, None, name) for name in "AB")
    table = airprox.margins(ours, MINIMA, against=theirs)
    assert table["id"].equals(pa.chunked_array([ours.ids]))
    assert set(table["partner"].to_pylist()) <= {None, *theirs.ids.to_pylist()}
    counts = airprox.screen(ours, MINIMA, against=theirs).encounters["own"].value_counts()
    expected = {pair["values"]: pair["counts"] for pair in counts.to_pylist()}
    assert {
        row["id"]: row["encounters"] for row in table.to_pylist() if row["encounters"]
    } == expected


def test_timestamps_nobody_and_levels():
    instant = pa.array([0, 10**9], pa.timestamp("ns", "Europe/Zurich"))
    alone = airprox.Fleet.from_arrow(
        {"id": ["A", "A"], "time": instant, "x": [0.0, 1.0], "y": [0.0] * 2, "z": [0.0] * 2}
    )
    table = airprox.margins(alone, MINIMA)
    assert table.to_pylist() == [
        {"id": "A", "ratio": None, "partner": None, "time": None, "encounters": 0}
    ]
    assert table.schema.field("time").type == pa.timestamp("ns", "Europe/Zurich")
    assert airprox.margins(alone.select([]), MINIMA).num_rows == 0
    with pytest.raises(errors.InvalidMinima, match="not levels of them"):
        airprox.margins(alone, {"near": MINIMA})
