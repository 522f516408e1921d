"""Radii of uncertainty: read in any form, grown, cut with the legs, and kept by every change."""

import math
import pickle

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox.errors import InvalidTrajectories, SchemaError, SchemaTypeError, UnitsError
from airprox.fleet import Fleet, concat
from fleet_forms import (
    FARTHER,
    PLANE,
    RADII,
    Flight,
    flights,
    in_some_form,
    long_table,
    outcome,
    radii,
    state,
)

ACROSS = [1.0, 2.0, 3.0, 4.0]
TIMES = {"time", "x", "y", "z", *RADII}

rates = st.none() | st.tuples(*[st.sampled_from([0.0, 0.125, 2.0])] * 2)


def listed(fleet: Fleet) -> tuple[list[float], list[float]] | None:
    return None if fleet._radii is None else tuple(values.tolist() for values in fleet._radii)


def test_none_are_stated():
    assert Fleet.from_arrow(PLANE)._radii is None
    assert "radii" not in repr(Fleet.from_arrow(PLANE))


def test_the_columns_go_where_the_knots_go():
    fleet = Fleet.from_arrow({**PLANE, "horizontal_radius": ACROSS})
    assert listed(fleet) == ([1.0, 3.0, 4.0, 2.0], [0.0] * 4)
    assert repr(fleet).endswith("max_gap inf s, radii up to 4 m and 0 m>")
    assert fleet.nbytes > Fleet.from_arrow(PLANE).nbytes
    for values in fleet._radii:
        assert not values.flags.writeable
        assert values.flags.c_contiguous
        assert values.dtype == np.float64


def test_growth_counts_from_the_first_knot_in_time_and_over_gaps():
    fleet = Fleet.from_arrow(PLANE, radius_growth=(0.5, 2), max_gap=10)
    assert fleet._knots.part_start.tolist() == [0, 1, 2, 4]
    assert listed(fleet) == ([0.0, 30.0, 0.0, 0.5], [0.0, 120.0, 0.0, 2.0])
    grown = Fleet.from_arrow({**PLANE, "vertical_radius": ACROSS}, radius_growth=(0.0, 2.0))
    assert listed(grown) == ([0.0] * 4, [1.0, 123.0, 4.0, 4.0])
    stamps = {**PLANE, "time": pa.array([0, 5, 60, 4], pa.timestamp("ms", "UTC"))}
    assert listed(Fleet.from_arrow(stamps, radius_growth=(500.0, 0)))[0] == [0.0, 30.0, 0.0, 0.5]


def test_cut_legs_have_radii_on_the_line_between_their_ends():
    source = {**FARTHER, "horizontal_radius": [10.0, 5.0, 40.0]}
    fleet = Fleet.from_arrow(source, altitude_unit="m", radius_growth=(0.0, 0.5))
    assert fleet._knots.time.tolist() == [0.0, 20.0, 40.0, 60.0, 5.0]
    assert listed(fleet) == ([10.0, 20.0, 30.0, 40.0, 5.0], [0.0, 10.0, 20.0, 30.0, 0.0])
    out = fleet.to_arrow()
    assert out["horizontal_radius"].to_pylist() == [10.0, 40.0, 5.0]
    assert out["vertical_radius"].to_pylist() == [0.0, 30.0, 0.0]
    assert out.schema.field("vertical_radius").metadata == {b"unit": b"m"}
    assert state(Fleet.from_arrow(out, altitude_unit="m")) == state(fleet)


@given(st.data(), flights(), st.booleans(), st.booleans(), rates)
def test_any_form_order_and_way_out(data, drawn, geodetic, timestamps, growth):
    table = data.draw(radii(long_table(drawn, geodetic, timestamps)))
    options = {"altitude_unit": "m"} if geodetic else {}
    fleet = Fleet.from_arrow(table, radius_growth=growth, **options)
    assert len(fleet._radii.horizontal) == len(fleet._knots.time)
    shape = data.draw(in_some_form(table))
    assert state(Fleet.from_arrow(shape, radius_growth=growth, **options)) == state(fleet)
    assert state(Fleet.from_arrow(fleet.to_arrow(), **options)) == state(fleet)
    assert state(pickle.loads(pickle.dumps(fleet))) == state(fleet)
    ids = data.draw(st.permutations(fleet.ids.to_pylist())) if len(fleet) else []
    rows = [row for key in ids for row, name in enumerate(table["id"].to_pylist()) if name == key]
    again = Fleet.from_arrow(
        table.take(pa.array(rows, pa.int64())), radius_growth=growth, **options
    )
    assert state(fleet.select(ids)) == state(again)
    cut = data.draw(st.integers(0, len(ids)))
    assert state(concat([fleet.select(ids[:cut]), fleet.select(ids[cut:])])) == state(again)
    assert listed(fleet.shifted(1000.0)) == listed(fleet)


@given(st.data(), flights(minimum=1), rates)
def test_nested_forms_are_the_long_one(data, drawn, growth):
    table = data.draw(radii(long_table(drawn)))
    expected = state(Fleet.from_arrow(table, radius_growth=growth))
    grouped = [table.filter(pa.compute.equal(table["id"], flight.id)) for flight in drawn]
    names = [name for name in table.column_names if name in TIMES]
    lists = {name: pa.array([part[name].to_pylist() for part in grouped]) for name in names}
    ids = {"id": [flight.id for flight in drawn], "side": pa.array([f.side for f in drawn])}
    ids["side"] = ids["side"].cast(pa.string())
    constant = {
        name: pa.array([part[0].as_py() for part in lists[name]])
        for name in RADII
        if name in names
        and all(len({*part.to_pylist()}) == 1 for part in (g[name] for g in grouped))
    }
    alone = data.draw(st.sampled_from([[*constant], [], [*constant][:1]]))
    flat = lists | {name: constant[name] for name in alone}
    assert state(Fleet.from_arrow(ids | flat, radius_growth=growth)) == expected
    inner = [name for name in names if name not in alone]
    rows = [part.select(inner).to_pylist() for part in grouped]
    structs = {"trajectory": pa.array(rows), **{name: constant[name] for name in alone}}
    assert state(Fleet.from_arrow(ids | structs, radius_growth=growth)) == expected


def test_a_radius_of_a_trajectory_stays_with_it_when_another_is_set_aside():
    lists = {name: [[1.0, 2.0], None, [3.0]] for name in ("time", "x", "y", "z")}
    source = {"id": ["a", "b", "c"], "horizontal_radius": [1.0, 2.0, 3.0], **lists}
    fleet = Fleet.from_arrow(source, invalid="reject")
    assert fleet.rejected["id"].to_pylist() == ["b"]
    assert listed(fleet) == ([1.0, 1.0, 3.0], [0.0] * 3)


def test_concat_counts_a_fleet_without_radii_as_certain():
    sure = Fleet.from_arrow(FARTHER, altitude_unit="m")
    other = {**FARTHER, "id": ["c", "d", "c"], "vertical_radius": [1.0, 2.0, 4.0]}
    both = concat([sure, Fleet.from_arrow(other, altitude_unit="m")])
    assert listed(both) == ([0.0] * 10, [*[0.0] * 5, 1.0, 2.0, 3.0, 4.0, 2.0])
    assert concat([sure])._radii is None
    assert listed(both.select(["d", "a"]))[1] == [2.0, 0.0]


@pytest.mark.parametrize(
    ("source", "row", "trajectory", "reason"),
    [
        (
            {**PLANE, "horizontal_radius": [1.0, 2.0, None, 3.0]},
            2,
            "b",
            "column 'horizontal_radius' must not be null, found a null",
        ),
        (
            {**PLANE, "vertical_radius": [1.0, -2.0, 0.0, 3.0]},
            1,
            "a",
            "column 'vertical_radius' must be finite and in [0, 1e+09] m, found -2.0",
        ),
        (
            {
                **PLANE,
                "vertical_radius": ACROSS,
                "horizontal_radius": np.array([0, 0, 0, math.inf]),
            },
            3,
            "a",
            "column 'horizontal_radius' must be finite and in [0, 1e+09] m, found inf",
        ),
        (
            {**PLANE, "horizontal_radius": np.array([0.0, 0.0, math.nan, 0.0])},
            2,
            "b",
            "column 'horizontal_radius' must be finite and in [0, 1e+09] m, found nan",
        ),
        (
            {**PLANE, "time": [1.0, 0.0, 1.0, 1.0], "x": [3.0] * 4, "y": [7.0] * 4, "z": [11.0] * 4}
            | {"horizontal_radius": ACROSS},
            2,
            "b",
            "a trajectory must have one radius at a time, found (1.0, 0.0) and (3.0, 0.0) at one "
            "time",
        ),
        (
            {
                "id": ["a", "b"],
                **{name: [[1.0, 2.0], [3.0, 4.0]] for name in ("time", "x", "y", "z")},
                "vertical_radius": [1.0, None],
            },
            1,
            "b",
            "column 'vertical_radius' must not be null, found a null",
        ),
        (
            {
                "id": ["a", "b"],
                **{name: [[1.0, 2.0], [3.0, 4.0]] for name in ("time", "x", "y", "z")},
                "vertical_radius": [[1.0], [0.0, 0.0]],
            },
            0,
            "a",
            "lists of one trajectory must be equally long, found 2 in 'time' and 1 in "
            "'vertical_radius'",
        ),
    ],
)
def test_radii_that_cannot_be(source, row, trajectory, reason):
    with pytest.raises(InvalidTrajectories) as raised:
        Fleet.from_arrow(source)
    assert str(raised.value).startswith(f"{reason}, at row {row} of trajectory {trajectory!r}")
    fleet = Fleet.from_arrow(source, invalid="reject")
    assert fleet.rejected.to_pylist() == [{"row": row, "id": trajectory, "reason": reason}]
    keep = [place for place, key in enumerate(source["id"]) if key != trajectory]
    columns = {name: pa.array(values) for name, values in source.items()}
    rest = pa.table(columns).take(pa.array(keep))
    assert state(fleet) | {"rejected": []} == state(Fleet.from_arrow(rest))


def test_exact_duplicates_with_one_radius_are_dropped():
    twice = {name: [*values, *values] for name, values in PLANE.items()}
    fleet = Fleet.from_arrow({**twice, "vertical_radius": [*ACROSS, *ACROSS]}, radius_growth=(1, 0))
    once = Fleet.from_arrow({**PLANE, "vertical_radius": ACROSS}, radius_growth=(1, 0))
    assert state(fleet) == state(once) | {"duplicates_dropped": 4}


def test_radii_must_not_grow_without_bound():
    source = {**PLANE, "horizontal_radius": [1e9, 0.0, 1e9, 0.0]}
    assert len(Fleet.from_arrow(source, radius_growth=(0.0, 1e9 / 60.0))) == 2
    reason = "a radius must not grow over 1e+09 m, found 6000000000.0 m"
    with pytest.raises(InvalidTrajectories, match=f"{reason[:30]}.*at row 2 of trajectory 'b'"):
        Fleet.from_arrow(source, radius_growth=(1e-3, 0.0))
    fleet = Fleet.from_arrow(source, radius_growth=(0.0, 1e8), invalid="reject")
    assert fleet.rejected.to_pylist() == [{"row": 2, "id": "b", "reason": reason}]
    assert listed(fleet) == ([0.0, 0.0], [0.0, 1e8])


@given(st.data(), flights(), st.sampled_from([None, -1.0, math.nan, 2e9]), rates)
def test_faults_are_found_alike_in_any_form(data, drawn, worst, growth):
    table = data.draw(radii(long_table(drawn)))
    if table.num_rows:
        columns = table.to_pydict()
        name = table.column_names[-1]
        columns[name][data.draw(st.integers(0, table.num_rows - 1))] = worst
        table = pa.table(columns, schema=table.schema)
    shape = data.draw(in_some_form(table))
    for invalid in ("raise", "reject"):
        options = {"invalid": invalid, "radius_growth": growth}
        assert outcome(shape, **options) == outcome(table, **options)


def test_columns_may_have_any_name_and_presets_read_ours():
    named = Fleet.from_arrow({**PLANE, "error": ACROSS}, columns={"horizontal_radius": "error"})
    assert state(named) == state(Fleet.from_arrow({**PLANE, "horizontal_radius": ACROSS}))
    opensky = {
        "time": [1_600_000_000],
        "icao24": ["4b1812"],
        "lat": [47.0],
        "lon": [8.0],
        "callsign": ["SWR12"],
        "baroaltitude": [304.8],
        "vertical_radius": [25],
    }
    assert listed(Fleet.from_arrow(opensky, columns="opensky")) == ([0.0], [25.0])


@pytest.mark.parametrize(
    ("source", "options", "error", "message"),
    [
        (PLANE, {"columns": {"vertical_radius": "r"}}, SchemaError, "column 'r' must exist"),
        (
            {**PLANE, "vertical_radius": ["1"] * 4},
            {},
            SchemaTypeError,
            "column 'vertical_radius' must hold numbers, found string",
        ),
        (
            {**PLANE, "vertical_radius": [[1.0]] * 4},
            {},
            SchemaTypeError,
            "column 'vertical_radius' must hold numbers, found list",
        ),
        (
            {
                "id": ["a"],
                "vertical_radius": [1.0],
                "trajectory": [[dict.fromkeys(sorted(TIMES), 1.0)]],
            },
            {},
            SchemaError,
            "column 'vertical_radius' must stand beside 'trajectory' or in it, found it twice",
        ),
        (PLANE, {"carry": ["vertical_radius"]}, SchemaError, "carry must not repeat a role"),
        (PLANE, {"radius_growth": 1.0}, SchemaTypeError, "must be a pair .* in m/s, found 1.0"),
        (PLANE, {"radius_growth": (1.0,)}, SchemaError, "radius_growth must be a pair"),
        (PLANE, {"radius_growth": ("fast", 1.0)}, SchemaError, "radius_growth must be a pair"),
        (PLANE, {"radius_growth": (None, 1.0)}, SchemaTypeError, "radius_growth must be a pair"),
        (PLANE, {"radius_growth": (-1.0, 1.0)}, SchemaError, "finite and not negative, found"),
        (PLANE, {"radius_growth": (1.0, math.inf)}, SchemaError, "finite and not negative, found"),
        (PLANE, {"radius_growth": (math.nan, 1.0)}, SchemaError, "finite and not negative, found"),
    ],
)
def test_what_columns_and_growth_must_be(source, options, error, message):
    with pytest.raises(error, match=message):
        Fleet.from_arrow(source, **options)


def test_metadata_must_say_metres():
    table = pa.table({**PLANE, "horizontal_radius": ACROSS})
    field = pa.field("horizontal_radius", pa.float64(), metadata={"unit": "NM"})
    table = table.set_column(5, field, table["horizontal_radius"])
    with pytest.raises(UnitsError, match="'horizontal_radius' must be in 'm', found 'NM'"):
        Fleet.from_arrow(table)


def test_states_keep_their_radii_but_for_growth():
    source = {
        "id": ["a", "b"],
        **{name: [1.0, 2.0] for name in ("x", "y", "z", "vx", "vy", "vz")},
        "horizontal_radius": [30.0, 0.0],
    }
    fleet = Fleet.from_states(source, horizon=60, radius_growth=(0.5, 0.25))
    assert listed(fleet) == ([30.0, 60.0, 0.0, 30.0], [0.0, 15.0, 0.0, 15.0])
    assert listed(Fleet.from_states(source, horizon=60)) == ([30.0, 30.0, 0.0, 0.0], [0.0] * 4)
    del source["horizontal_radius"]
    assert Fleet.from_states(source, horizon=60)._radii is None
    source["vertical_radius"] = [1.0, -1.0]
    with pytest.raises(InvalidTrajectories, match="found -1.0, at row 1 of trajectory 'b'"):
        Fleet.from_states(source, horizon=60)
    fleet = Fleet.from_states(source, horizon=60, invalid="reject")
    assert listed(fleet) == ([0.0, 0.0], [1.0, 1.0])


def test_an_empty_fleet_may_state_radii():
    empty = pa.table({**PLANE, "vertical_radius": ACROSS}).slice(0, 0)
    fleet = Fleet.from_arrow(empty)
    assert listed(fleet) == ([], [])
    assert state(pickle.loads(pickle.dumps(fleet))) == state(fleet)
    assert state(Fleet.from_arrow(fleet.to_arrow())) == state(fleet)
    one = Fleet.from_arrow(long_table([Flight("a", None, [(0, 1.0, 2.0, 3.0)])]))
    assert listed(concat([fleet, one.select(["a"])])) == ([0.0], [0.0])
