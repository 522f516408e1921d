"""Every rule a trajectory can break: what is said, and what is set aside."""

import math
import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox.errors import AirproxError, InvalidTrajectories
from airprox.fleet import Fleet
from fleet_forms import flights, long_table, state

PLANE = {
    "id": ["a", "b", "a", "b"],
    "time": [0.0, 0.0, 60.0, 60.0],
    "x": [1.0, 2.0, 3.0, 4.0],
    "y": [5.0, 6.0, 7.0, 8.0],
    "z": [9.0, 10.0, 11.0, 12.0],
}
EARTH = {
    "id": [7, 8, 7, 8],
    "time": pa.array([0, 0, 60, 60], pa.timestamp("s", "UTC")),
    "lat": [0.0, 0.0, 0.01, 0.01],
    "lon": [0.0, 0.0, 0.0, 0.0],
    "alt": [9.0, 10.0, 11.0, 12.0],
}
NESTED = {
    "id": ["a", "b"],
    "time": [[0.0, 60.0], [0.0, 60.0]],
    "x": [[1.0, 2.0], [3.0, 4.0]],
    "y": [[1.0, 2.0], [3.0, 4.0]],
    "z": [[1.0, 2.0], [3.0, 4.0]],
}


def stamps(*seconds):
    return pa.array(seconds, pa.timestamp("s", "UTC"))


# Source, row and id of the fault, reason.
FAULTS = {
    "null id": (
        {**PLANE, "id": ["a", None, "a", None]},
        (1, None),
        "column 'id' must not be null, found a null",
    ),
    "null time": (
        {**PLANE, "time": [0.0, 0.0, 60.0, None]},
        (3, "b"),
        "column 'time' must not be null, found a null",
    ),
    "null position": (
        {**PLANE, "y": [5.0, None, 7.0, None]},
        (1, "b"),
        "column 'y' must not be null, found a null",
    ),
    "time before position": (
        {**PLANE, "time": [0.0, 0.0, 60.0, math.nan], "x": [1.0, 2.0, 3.0, None]},
        (3, "b"),
        "column 'x' must not be null, found a null",
    ),
    "nan": (
        {**PLANE, "z": np.array([9.0, 10.0, math.nan, 12.0])},
        (2, "a"),
        "column 'z' must be finite and in [-1e+09, 1e+09] m, found nan",
    ),
    "infinite": (
        {**PLANE, "x": [1.0, 2.0, 3.0, -math.inf]},
        (3, "b"),
        "column 'x' must be finite and in [-1e+09, 1e+09] m, found -inf",
    ),
    "too far": (
        {**PLANE, "x": [1.0, 2.0, 3.0, 1.5e9]},
        (3, "b"),
        "column 'x' must be finite and in [-1e+09, 1e+09] m, found 1500000000.0",
    ),
    "seconds that are not finite": (
        {**PLANE, "time": [0.0, 0.0, math.inf, 60.0]},
        (2, "a"),
        "seconds in 'time' must be finite and within ±1e12, found inf",
    ),
    "milliseconds": (
        {**PLANE, "time": [0, 0, 60, 1_700_000_000_000]},
        (3, "b"),
        "seconds in 'time' must be finite and within ±1e12, found 1700000000000.0",
    ),
    "timestamp out of range": (
        {**EARTH, "time": stamps(0, 0, 60, 2**55)},  # times 10**9 it is 0 in int64
        (3, 8),
        "timestamps in 'time' must be from 1823-11-13 to 2116-02-20, found another",
    ),
    "latitude": (
        {**EARTH, "lat": [0.0, 90.5, 0.0, 0.0]},
        (1, 8),
        "column 'lat' must be finite and in [-90, 90] degrees, found 90.5",
    ),
    "longitude": (
        {**EARTH, "lon": [0.0, 0.0, -180.5, 0.0]},
        (2, 7),
        "column 'lon' must be finite and in [-180, 360] degrees, found -180.5",
    ),
    "altitude": (
        {**EARTH, "alt": [0.0, 0.0, 1e10, 0.0]},
        (2, 7),
        "column 'alt' must be finite and in [-1e+09, 1e+09] m, found 10000000000.0",
    ),
    "two places at one time": (
        {**PLANE, "time": [60.0, 0.0, 60.0, 60.0]},
        (2, "a"),
        "a trajectory must be at one place at a time, found (1.0, 5.0, 9.0) and (3.0, 7.0, 11.0) "
        "at one time",
    ),
    "carried": (
        {**PLANE, "side": ["red", "red", "red", "blue"]},
        (3, "b"),
        "column 'side' must be constant in a trajectory, found 'red' and 'blue'",
    ),
    "carried null": (
        {**PLANE, "group": [1, 2, None, 2]},
        (2, "a"),
        "column 'group' must be constant in a trajectory, found 1 and None",
    ),
    "leg too long": (
        {**EARTH, "time": stamps(0, 0, 60, 105 * 86400)},
        (3, 8),
        "a leg must not take longer than 104 days, found 105.0 days (see max_gap)",
    ),
    "antipodal": (
        {**EARTH, "lon": [0.0, 0.0, 0.0, 179.9]},
        (3, 8),
        "a leg must not join nearly antipodal points, found (0.0, 0.0) to (0.01, 179.9)",
    ),
    "no time for cuts": (
        {**EARTH, "time": pa.array([0, 0, 60, 1], pa.timestamp("ns", "UTC")), "lon": [0, 0, 0, 9]},
        (3, 8),
        "a leg must leave time for its cuts of 18 km, found (0.0, 0.0) to (0.01, 9.0) in 1 ns",
    ),
    "null list": (
        {**NESTED, "z": [[1.0, 2.0], None]},
        (1, "b"),
        "column 'z' must hold at least one knot, found null",
    ),
    "empty list": (
        {**NESTED, "time": [[], [1.0, 2.0]]},
        (0, "a"),
        "column 'time' must hold at least one knot, found an empty list",
    ),
    "unequal lists": (
        {**NESTED, "y": [[1.0, 2.0], [3.0]]},
        (1, "b"),
        "lists of one trajectory must be equally long, found 2 in 'time' and 1 in 'y'",
    ),
    "null in a list": (
        {**NESTED, "y": [[1.0, None], [3.0, 4.0]]},
        (0, "a"),
        "column 'y' must not be null, found a null",
    ),
    "nested tie": (
        {**NESTED, "time": [[0.0, 60.0], [0.0, 0.0]]},
        (1, "b"),
        "a trajectory must be at one place at a time, found (3.0, 3.0, 3.0) and (4.0, 4.0, 4.0) "
        "at one time",
    ),
}


@pytest.mark.parametrize("name", [*FAULTS])
def test_a_fault_is_raised_or_set_aside(name):
    source, (row, trajectory), reason = FAULTS[name]
    units = {"altitude_unit": "m"} if "lat" in source else {}
    with pytest.raises(InvalidTrajectories) as raised:
        Fleet.from_arrow(source, **units)
    assert isinstance(raised.value, ValueError)
    assert isinstance(raised.value, AirproxError)
    assert str(raised.value) == (
        f"{reason}, at row {row} of trajectory {trajectory!r} "
        "(invalid='reject' sets such trajectories aside)"
    )
    fleet = Fleet.from_arrow(source, invalid="reject", **units)
    assert fleet.rejected.to_pylist() == [{"row": row, "id": trajectory, "reason": reason}]
    table = pa.table({k: v if isinstance(v, pa.Array) else pa.array(v) for k, v in source.items()})
    ids = table["id"].to_pylist()
    keep = [place for place, value in enumerate(ids) if value != trajectory]
    rest = Fleet.from_arrow(table.take(pa.array(keep)), **units)
    assert state(fleet) | {"rejected": []} == state(rest)


def test_the_other_trajectory_is_not_set_aside_in_milliseconds():
    assert Fleet.from_arrow(FAULTS["milliseconds"][0], invalid="reject").ids.to_pylist() == ["a"]


def test_repeated_ids_of_the_nested_form_are_all_set_aside():
    source = {name: [*column, column[0]] for name, column in NESTED.items()}
    reason = "ids in column 'id' must be unique with one row a trajectory, found one again"
    text = f"{reason}, at row 2 of trajectory 'a'; 2 trajectories are invalid"
    with pytest.raises(InvalidTrajectories, match=re.escape(text)):
        Fleet.from_arrow(source)
    fleet = Fleet.from_arrow(source, invalid="reject")
    assert fleet.ids.to_pylist() == ["b"]
    assert fleet.rejected.to_pylist() == [{"row": 2, "id": "a", "reason": reason}] * 2


def test_a_gap_saves_a_trajectory_from_an_impossible_leg():
    for name in ("leg too long", "antipodal"):
        fleet = Fleet.from_arrow(FAULTS[name][0], altitude_unit="m", max_gap=30)
        assert fleet._knots.part_start.tolist() == [0, 1, 2, 3, 4]
        assert fleet.rejected.num_rows == 0


def test_seconds_know_no_longest_leg():
    fleet = Fleet.from_arrow({**PLANE, "time": [-1e12, 0.0, 1e12, 60.0]})
    assert fleet.joined_gaps == 1


def test_the_ends_of_all_ranges_are_valid():
    limit = 2**62 - 1
    fleet = Fleet.from_arrow(
        {
            "id": [1, 2],
            "time": pa.array([-limit, limit], pa.timestamp("ns", "UTC")),
            "lat": [-90.0, 90.0],
            "lon": [-180.0, 360.0],
            "alt": [-1e9, 1e9],
        },
        altitude_unit="m",
    )
    assert len(fleet) == 2


def test_everything_may_be_set_aside():
    fleet = Fleet.from_arrow({**PLANE, "x": [math.nan] * 4}, invalid="reject")
    assert len(fleet) == 0
    assert fleet.rejected["row"].to_pylist() == [0, 1]
    assert fleet.ids.type == pa.string()


FAULTY = st.sampled_from(["null", "nan", "far", "tie", "side", "time"])


@given(st.data(), flights(minimum=1), st.lists(FAULTY, max_size=4))
def test_raise_and_reject_agree_and_the_rest_is_as_if_alone(data, fleet, faults):
    columns = long_table(fleet).to_pydict()
    for fault in faults:
        row = data.draw(st.integers(0, len(columns["id"]) - 1))
        if fault == "tie":
            for name, values in columns.items():
                shift = 1.0 if name == "x" and values[row] is not None else None
                values.append(values[row] + shift if shift else values[row])
        else:
            name = {"side": "side", "time": "time"}.get(fault, "z")
            worst = {"null": None, "nan": math.nan, "far": -2e9, "side": "green", "time": math.inf}
            columns[name][row] = worst[fault]
    rows = data.draw(st.permutations(range(len(columns["id"]))))
    kinds = long_table(fleet).schema
    table = pa.table(columns, schema=kinds).take(pa.array(rows, pa.int64()))
    kept = Fleet.from_arrow(table, invalid="reject")
    bad = kept.rejected.to_pylist()
    assert [entry["row"] for entry in bad] == sorted(entry["row"] for entry in bad)
    assert all(table["id"][entry["row"]].as_py() == entry["id"] for entry in bad)
    rejected = {entry["id"] for entry in bad}
    assert {*kept.ids.to_pylist()} == {*table["id"].to_pylist()} - rejected
    if bad:
        with pytest.raises(InvalidTrajectories) as raised:
            Fleet.from_arrow(table)
        first = bad[0]
        text = f"{first['reason']}, at row {first['row']} of trajectory {first['id']!r}"
        assert str(raised.value).startswith(text)
    alone = [k for k, name in enumerate(table["id"].to_pylist()) if name not in rejected]
    rest = Fleet.from_arrow(table.take(pa.array(alone, pa.int64())))
    assert state(rest) == state(kept) | {"rejected": []}


def test_the_row_is_the_first_offending_one():
    source = {**PLANE, "id": ["a"] * 4, "time": [3.0, 2.0, 1.0, 0.0], "x": [1.0, None, None, 2.0]}
    fleet = Fleet.from_arrow(source, invalid="reject")
    assert fleet.rejected["row"].to_pylist() == [1]
