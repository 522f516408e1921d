"""What a fleet is after reading: order, parts, surface vectors, and the way back to Arrow."""

import itertools
import math
import pickle
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox.errors import SchemaError, SchemaTypeError
from airprox.fleet import Fleet
from airprox_kernel.surface import surface_vector
from fleet_forms import EARTH, FARTHER, PLANE, Flight, flights, long_table, state


def test_the_arrays_of_a_small_fleet():
    fleet = Fleet.from_arrow(PLANE)
    knots = fleet._knots
    assert fleet.ids.to_pylist() == ["b", "a"]
    assert knots.time.tolist() == [0.0, 60.0, 4.0, 5.0]
    assert knots.x.tolist() == [1.0, 3.0, 4.0, 2.0]
    assert knots.y.tolist() == [5.0, 7.0, 8.0, 6.0]
    assert knots.altitude.tolist() == [9.0, 11.0, 12.0, 10.0]
    assert len(knots.z) == 0
    assert knots.part_start.tolist() == [0, 2, 4]
    assert knots.part_row.tolist() == [0, 1]
    assert knots.row_start.tolist() == [0, 1, 2]
    assert not knots.geodetic
    assert (len(fleet), fleet.frame, fleet.span) == (2, "planar", (0.0, 60.0))
    assert fleet.time_type == pa.float64()
    assert fleet.max_gap == math.inf
    assert fleet.nbytes >= 5 * 4 * 8


def test_every_array_is_read_only_contiguous_and_of_its_type():
    for source in (PLANE, EARTH):
        units = {"altitude_unit": "m"} if source is EARTH else {}
        knots = Fleet.from_arrow(source, **units)._knots
        for name, array in zip(knots._fields[:-1], knots[:-1], strict=True):
            assert array.flags.c_contiguous
            assert array.flags.aligned
            assert not array.flags.writeable
            kind = np.int64 if name in ("part_start", "part_row", "row_start") else np.float64
            assert array.dtype == kind


def test_a_fleet_cannot_be_changed_or_made_by_hand():
    fleet = Fleet.from_arrow(PLANE)
    with pytest.raises(AttributeError, match="immutable"):
        fleet.max_gap = 3.0
    with pytest.raises(SchemaTypeError, match="must be made by"):
        Fleet()


@given(st.data(), flights(), st.booleans(), st.booleans())
def test_rows_may_come_in_any_order(data, fleet, geodetic, timestamps):
    table = long_table(fleet, geodetic, timestamps)
    rows = data.draw(st.permutations(range(table.num_rows)))
    units = {"altitude_unit": "m"} if geodetic else {}
    shuffled = Fleet.from_arrow(table.take(pa.array(rows, pa.int64())), **units)
    first_seen = dict.fromkeys(table["id"][row].as_py() for row in rows)
    assert shuffled.ids.to_pylist() == [*first_seen]
    ids = [flight.id for flight in fleet]
    assert state(shuffled.select(ids)) == state(Fleet.from_arrow(table, **units))


@given(st.data(), flights(minimum=1))
def test_exact_duplicates_are_dropped_and_counted(data, fleet):
    table = long_table(fleet)
    again = data.draw(st.lists(st.integers(0, table.num_rows - 1), max_size=6))
    longer = pa.concat_tables([table, table.take(pa.array(again, pa.int64()))])
    found = state(Fleet.from_arrow(longer))
    assert found == state(Fleet.from_arrow(table)) | {"duplicates_dropped": len(again)}


@given(flights(), st.integers(1, 1200), st.booleans())
def test_gaps_make_parts(fleet, max_gap, timestamps):
    read = Fleet.from_arrow(long_table(fleet, timestamps=timestamps), max_gap=max_gap)
    parts, joined = [], 0
    for row, flight in enumerate(fleet):
        times = [knot[0] for knot in flight.knots]
        lengths = [1]
        for earlier, later in itertools.pairwise(times):
            split = later - earlier > max_gap
            joined += not split and later - earlier > 600
            lengths = [*lengths, 1] if split else [*lengths[:-1], lengths[-1] + 1]
        parts += [(row, length) for length in lengths]
    knots = read._knots
    assert list(zip(knots.part_row, np.diff(knots.part_start), strict=True)) == parts
    assert np.diff(knots.row_start).tolist() == [
        sum(row == part[0] for part in parts) for row in range(len(fleet))
    ]
    assert read.joined_gaps == joined
    assert read.max_gap == max_gap


def test_a_gap_is_longer_than_max_gap_to_the_nanosecond():
    table = {**PLANE, "id": ["a"] * 4}
    table["time"] = pa.array([0, 300_000_000, 600_000_001, 5 * 10**9], pa.timestamp("ns", "UTC"))
    fleet = Fleet.from_arrow(table, max_gap=0.3)
    assert fleet._knots.part_start.tolist() == [0, 2, 3, 4]
    # Beyond float64's whole numbers, with a max_gap that int64 cannot hold.
    assert len(Fleet.from_arrow(table, max_gap=1e300)._knots.part_row) == 1


def test_geodetic_positions_are_surface_vectors_and_altitudes():
    fleet = Fleet.from_arrow(EARTH, altitude_unit="ft")
    knots = fleet._knots
    for knot, (lat, lon) in enumerate([(47.0, 8.0), (47.1, 8.0), (-90.0, 360.0)]):
        assert (knots.x[knot], knots.y[knot], knots.z[knot]) == surface_vector(lat, lon)
    assert knots.altitude.tolist() == [304.8, 914.4000000000001, 609.6]
    assert fleet.frame == "geodetic"
    assert fleet.to_arrow()["lon"].to_pylist() == [8.0, 8.0, 360.0]


def test_long_legs_are_cut_and_leave_as_they_came():
    fleet = Fleet.from_arrow(FARTHER, altitude_unit="m")
    time = fleet._knots.time.tolist()
    assert time == [0.0, 20.0, 40.0, 60.0, 5.0]
    assert fleet._knots.altitude.tolist() == pytest.approx([1000.0, 5000 / 3, 7000 / 3, 3000, 2000])
    assert fleet._prepared.original.tolist() == [0, 3, 4]
    assert fleet._knots.part_start.tolist() == [0, 4, 5]
    out = fleet.to_arrow()
    assert out["time"].to_pylist() == [0.0, 60.0, 5.0]
    assert out["lat"].to_pylist() == [47.0, 47.4, -90.0]
    assert state(Fleet.from_arrow(out, altitude_unit="m")) == state(fleet)
    assert "3 knots" in repr(fleet)


def test_cut_legs_of_timestamps_are_whole_nanoseconds():
    time = pa.array([0, 5, 10**9], pa.timestamp("ns", "UTC"))
    fleet = Fleet.from_arrow({**EARTH, "time": time, "lat": [47.0, 0.0, 47.4]}, altitude_unit="m")
    assert fleet._knots.time.dtype == np.int64
    assert fleet._knots.time.tolist() == [0, 333333333, 666666667, 10**9, 5]


@given(st.data(), flights(), st.booleans(), st.booleans())
def test_to_arrow_and_pickle_give_the_same_fleet(data, fleet, geodetic, timestamps):
    max_gap = data.draw(st.sampled_from([None, 100, 1000]))
    reference = data.draw(st.sampled_from([None, "pressure", "geometric"]))
    units = {"altitude_unit": "m"} if geodetic else {}
    options = {"max_gap": max_gap, "altitude_reference": reference, **units}
    read = Fleet.from_arrow(long_table(fleet, geodetic, timestamps), **options)
    assert state(Fleet.from_arrow(read.to_arrow(), **options)) == state(read)
    restored = pickle.loads(pickle.dumps(read))
    assert state(restored) == state(read)
    assert all(not array.flags.writeable for array in restored._knots[:-1])
    assert repr(restored) == repr(read)


@pytest.mark.parametrize("stream", range(3))
def test_a_pickle_with_a_wrong_bit_is_refused(stream):
    fleet = Fleet.from_arrow(EARTH, altitude_unit="m")
    restore, stored = fleet.__reduce__()
    for place in range(0, stored[stream].size, 7):
        wrong = bytearray(stored[stream])
        wrong[place] ^= 1 << place % 8
        parts = [*stored]
        parts[stream] = pa.py_buffer(bytes(wrong))
        with pytest.raises(SchemaError, match="must be as it was written, found damaged bytes"):
            restore(*parts)
    cut = [*stored]
    cut[stream] = stored[stream].slice(0, stored[stream].size - 1)
    with pytest.raises(SchemaError, match="must be as it was written"):
        restore(*cut)


def test_a_pickle_keeps_what_was_rejected_and_ships_no_parent():
    table = pa.table({**PLANE, "side": ["x", "y", "x", "z"]})
    fleet = Fleet.from_arrow(table, invalid="reject")
    assert fleet.rejected["id"].to_pylist() == ["a"]
    assert state(pickle.loads(pickle.dumps(fleet))) == state(fleet)
    many = Fleet.from_arrow({k: np.arange(50_000.0) if k != "id" else range(50_000) for k in PLANE})
    assert len(pickle.dumps(many.select([7]))) < 10_000


def test_to_arrow_says_units_and_frame():
    fleet = Fleet.from_arrow(EARTH, altitude_unit="m", altitude_reference="pressure", max_gap=120)
    schema = fleet.to_arrow().schema
    assert schema.names == ["id", "time", "lat", "lon", "alt"]
    assert {name: schema.field(name).metadata for name in schema.names} == {
        "id": None,
        "time": {b"unit": b"s"},
        "lat": {b"unit": b"deg"},
        "lon": {b"unit": b"deg"},
        "alt": {b"unit": b"m"},
    }
    assert schema.metadata == {
        b"airprox.schema": b"trajectories 1",
        b"airprox.frame": b"geodetic",
        b"airprox.altitude_unit": b"m",
        b"airprox.altitude_reference": b"pressure",
        b"airprox.max_gap": b"120.0",
    }
    stream = pa.table(fleet)
    assert stream.equals(fleet.to_arrow(), check_metadata=True)


def test_an_empty_fleet():
    for source in (pa.table(PLANE).slice(0, 0), pa.table(PLANE).schema.empty_table()):
        fleet = Fleet.from_arrow(source)
        assert (len(fleet), fleet.span, fleet.ids.to_pylist()) == (0, None, [])
        assert fleet._knots.part_start.tolist() == [0]
        assert fleet._knots.row_start.tolist() == [0]
        assert state(Fleet.from_arrow(fleet.to_arrow())) == state(fleet)
        assert state(pickle.loads(pickle.dumps(fleet))) == state(fleet)
    assert len(Fleet.from_arrow({name: [] for name in PLANE})) == 0
    assert len(Fleet.from_arrow({name: [] for name in EARTH}, altitude_unit="ft")) == 0


def test_carried_columns_are_one_row_a_trajectory():
    table = {**PLANE, "side": ["blue", None, "blue", None], "group": [1.5, 2.5] * 2, "note": "abcd"}
    table["note"] = list("abcd")
    fleet = Fleet.from_arrow(table)
    assert fleet.carried.to_pydict() == {"side": ["blue", None], "group": [1.5, 2.5]}
    assert fleet.to_arrow()["side"].to_pylist() == ["blue", "blue", None, None]
    assert Fleet.from_arrow(table, carry=()).carried.num_rows == 2
    other = {**table, "note": list("abab")}
    assert Fleet.from_arrow(other, carry=["note"]).carried.to_pydict() == {"note": ["a", "b"]}


def test_the_span_of_timestamps_is_utc():
    table = long_table([Flight("a", None, [(3600, 1.0, 2.0, 3.0)])], timestamps=True)
    fleet = Fleet.from_arrow(table)
    assert fleet.span == (np.datetime64("1970-01-01T01:00", "ns"),) * 2
    assert fleet.time_type == pa.timestamp("ns", "Europe/Zurich")


@pytest.mark.parametrize(
    "value",
    [
        datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC),
        np.datetime64(1_000_005, "us"),
        np.datetime64(200_001, "5us"),
        np.datetime64(1_000_005_000, "ns"),
        pa.scalar(1_000_005, pa.timestamp("us", "Asia/Tokyo")),
        pa.scalar(1_000_005_000, pa.timestamp("ns", "UTC")),
    ],
)
def test_an_instant_of_a_fleet_of_timestamps(value):
    fleet = Fleet.from_arrow(long_table([], timestamps=True))
    assert fleet._instant(value, "start") == 1_000_005_000


def test_an_instant_of_pandas_keeps_its_nanoseconds():
    fleet = Fleet.from_arrow(long_table([], timestamps=True))
    assert fleet._instant(pd.Timestamp(1_000_005_007, tz="UTC"), "start") == 1_000_005_007


@pytest.mark.parametrize(
    ("timestamps", "value", "error", "message"),
    [
        (True, datetime.fromisoformat("2020-01-01"), SchemaError, "start must carry a time zone"),
        (True, 3.0, SchemaTypeError, "start must be a datetime"),
        (True, np.datetime64("NaT"), SchemaTypeError, "start must be a datetime"),
        (True, np.datetime64("2300-01-01"), SchemaError, "start must be finite and in range"),
        (True, pa.scalar(None, pa.timestamp("s", "UTC")), SchemaTypeError, "found None"),
        (True, pa.scalar(0, pa.timestamp("s")), SchemaError, "start must carry a time zone"),
        (False, datetime(2020, 1, 1, tzinfo=UTC), SchemaTypeError, "must be a number of seconds"),
        (False, "1", SchemaTypeError, "start must be a number of seconds"),
        (False, True, SchemaTypeError, "start must be a number of seconds"),
        (False, math.nan, SchemaError, "start must be finite and in range, found nan"),
    ],
)
def test_what_is_no_instant(timestamps, value, error, message):
    fleet = Fleet.from_arrow(long_table([], timestamps=timestamps))
    with pytest.raises(error, match=message):
        fleet._instant(value, "start")


def test_seconds_are_used_as_given():
    fleet = Fleet.from_arrow(PLANE)
    assert fleet._instant(np.float32(0.5), "start") == 0.5
    assert fleet._instant(pa.scalar(3), "start") == 3.0
