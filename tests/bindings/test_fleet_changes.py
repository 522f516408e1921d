"""Fleets out of fleets: select, shifted and concat are laws about each other."""

import pickle
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox import Airspace, Minima
from airprox.errors import InvalidTrajectories, SchemaError, SchemaTypeError
from airprox.fleet import Fleet, concat
from fleet_forms import Flight, flights, long_table, state

FLEET = [
    Flight("a", "blue", [(0, 1.0, 2.0, 3.0), (700, 4.0, 5.0, 6.0)]),
    Flight("b", None, [(10, 7.0, 8.0, 9.0)]),
    Flight("c", "red", [(5, -1.0, 0.25, 2.0), (6, -2.0, 0.5, 1.0)]),
]


@st.composite
def read_fleets(draw, minimum=0):
    """Flights and the fleet of them: either frame and kind of time, cut legs, parts."""
    drawn = draw(flights(minimum=minimum))
    geodetic, timestamps = draw(st.booleans()), draw(st.booleans())
    options = {"altitude_unit": "m"} if geodetic else {}
    options["max_gap"] = draw(st.sampled_from([None, 300]))
    return drawn, Fleet.from_arrow(long_table(drawn, geodetic, timestamps), **options), options


@given(st.data(), read_fleets())
def test_select_equals_reading_only_those(data, read):
    drawn, fleet, options = read
    wanted = data.draw(st.permutations(drawn)) if drawn else []
    wanted = wanted[: data.draw(st.integers(0, len(wanted)))]
    geodetic, timestamps = fleet.frame == "geodetic", fleet.time_type != pa.float64()
    expected = Fleet.from_arrow(long_table(wanted, geodetic, timestamps), **options)
    ids = [flight.id for flight in wanted]
    for asked in (ids, pa.array(ids, pa.string()), pa.array(ids, pa.large_string())):
        assert state(fleet.select(asked)) == state(expected)
    assert state(pickle.loads(pickle.dumps(fleet.select(ids)))) == state(expected)


@given(st.data(), read_fleets())
def test_concat_of_selections_is_a_selection(data, read):
    _, fleet, _ = read
    ids = data.draw(st.permutations(fleet.ids.to_pylist())) if len(fleet) else []
    cut = data.draw(st.integers(0, len(ids)))
    joined = concat([fleet.select(ids[:cut]), fleet.select(ids[cut:])])
    assert state(joined) == state(fleet.select(ids))
    assert state(concat([fleet])) == state(fleet)


@given(st.data(), read_fleets())
def test_shifts_of_whole_seconds_add_up_and_commute_with_select(data, read):
    _, fleet, _ = read
    size = len(fleet)
    whole = st.lists(st.integers(-10_000, 10_000), min_size=size, max_size=size)
    one, two = data.draw(whole), data.draw(whole)
    both = np.add(one, two, dtype=float)
    shifted = fleet.shifted(one).shifted(pa.array(two, pa.int64()))
    if fleet.time_type == pa.float64() and len(fleet._prepared.original):
        # Cuts lie at fractions of a second, where sums round.
        assert np.allclose(shifted._knots.time, fleet.shifted(both)._knots.time, rtol=0, atol=1e-9)
    else:
        assert state(shifted) == state(fleet.shifted(both))
        assert state(shifted.shifted(-both)) == state(fleet)
    ids = fleet.ids.to_pylist()
    named = fleet.shifted(dict(zip(ids, one, strict=True)))
    assert state(named) == state(fleet.shifted(one))
    assert state(named.select(ids[::-1])) == state(fleet.select(ids[::-1]).shifted(one[::-1]))


@given(st.floats(-1e7, 1e7))
def test_timestamps_move_by_the_nearest_nanosecond(delay):
    fleet = Fleet.from_arrow(long_table(FLEET, timestamps=True))
    exact = Decimal(delay) * 10**9
    moved = fleet.shifted(delay)._knots.time - fleet._knots.time
    assert {*moved.tolist()} == {int(exact.to_integral_value())}


def test_a_mapping_of_delays_leaves_the_rest():
    fleet = Fleet.from_arrow(long_table(FLEET))
    assert fleet.shifted({"b": 2.5})._knots.time.tolist() == [0.0, 700.0, 12.5, 5.0, 6.0]
    assert fleet.shifted({})._knots.time.tolist() == fleet._knots.time.tolist()
    assert fleet.shifted(np.float32(1.5)).span == (1.5, 701.5)


def test_parts_stay_when_times_are_shifted():
    fleet = Fleet.from_arrow(long_table(FLEET), max_gap=100)
    assert fleet.shifted(1e11)._knots.part_start.tolist() == [0, 1, 2, 3, 5]


@pytest.mark.parametrize(
    ("delays", "error", "message"),
    [
        ([1.0, 2.0], SchemaError, "one number or 3, one a trajectory, found 2"),
        ([[1.0, 2.0, 3.0]], SchemaError, "one number or 3, one a trajectory, found 3"),
        ("soon", SchemaTypeError, "delays must be numbers of seconds"),
        ([1.0, None, 2.0], SchemaTypeError, "delays must be numbers of seconds"),
        (True, SchemaTypeError, "delays must be numbers of seconds"),
        ([0.0, np.nan, 0.0], InvalidTrajectories, "must be finite.*found nan for 'b'"),
        ([0.0, 0.0, 1e13], InvalidTrajectories, "within ±1e\\+12 s, found 1.*for 'c'"),
        ({"z": 1.0}, InvalidTrajectories, "ids must be among the fleet's, found 'z'"),
        (1e12, InvalidTrajectories, "must stay in range and increase strictly.*trajectory 'a'"),
        ({"c": 0.99e12}, None, None),
    ],
)
def test_delays_that_cannot_be(delays, error, message):
    fleet = Fleet.from_arrow(long_table(FLEET))
    if error is None:
        assert fleet.shifted(delays).span[1] == 0.99e12 + 6.0
        return
    with pytest.raises(error, match=message):
        fleet.shifted(delays)


def test_float_times_must_not_collapse():
    flight = Flight("a", None, [(0, 1.0, 2.0, 3.0)])
    table = pa.concat_tables([long_table([flight])] * 2)
    fleet = Fleet.from_arrow(table.set_column(1, "time", pa.array([0.0, 1e-6])))
    with pytest.raises(InvalidTrajectories, match="increase strictly.*'a'"):
        fleet.shifted(1e11)


def test_timestamps_must_stay_in_range():
    fleet = Fleet.from_arrow(long_table(FLEET, timestamps=True))
    with pytest.raises(InvalidTrajectories, match=r"stay in range.*'a'"):
        fleet.shifted({"a": 4_611_686_018.0})
    with pytest.raises(InvalidTrajectories, match="must be finite"):
        fleet.shifted(1e10)


@pytest.mark.parametrize(
    ("ids", "error", "message"),
    [
        (["a", "z"], InvalidTrajectories, "ids must be among the fleet's, found 'z'"),
        ([None], InvalidTrajectories, "ids must be among the fleet's, found None"),
        (["a", "b", "a"], InvalidTrajectories, "ids must be asked for once, found 'a' again"),
        ("a", SchemaTypeError, "ids must be a sequence of ids, found 'a'"),
        ([1], SchemaTypeError, "ids must be of type string, found 1"),
        (["a", b"b"], SchemaTypeError, "ids must be of type string, found b'b'"),
        ([["a"]], SchemaTypeError, "ids must be of type string, found ['a']"),
        (3, SchemaTypeError, "ids must be a sequence of ids, found 3"),
        (None, SchemaTypeError, "ids must be a sequence of ids, found None"),
        (pa.array([1]), SchemaTypeError, "ids must be of type string, found an array of int64"),
        (np.array([1]), SchemaTypeError, "ids must be of type string, found an array of int64"),
        (
            pa.table({"id": ["a"]}),
            SchemaTypeError,
            "ids must be of type string, found an array of struct<id: string>",
        ),
        (
            np.array([["a"]]),
            SchemaTypeError,
            "ids must be readable as an Arrow array, found: only handle 1-dimensional arrays",
        ),
    ],
)
def test_ids_that_cannot_be_selected(ids, error, message):
    with pytest.raises(error) as raised:
        Fleet.from_arrow(long_table(FLEET)).select(ids)
    assert str(raised.value) == message
    if error is SchemaTypeError:
        airspace = Airspace(Minima(10.0, 10.0))
        airspace.upsert(Fleet.from_arrow(long_table(FLEET)))
        with pytest.raises(error) as raised:
            airspace.remove(ids)
        assert str(raised.value) == message


def test_ids_may_be_asked_for_in_any_form():
    fleet = Fleet.from_arrow(long_table(FLEET))
    expected = state(fleet.select(["c", "a"]))
    for ids in (
        ("c", "a"),
        np.array(["c", "a"]),
        pa.array(["c", "a"]).dictionary_encode(),
        pa.chunked_array([["c"], ["a"]]),
        pa.array(["c", "a"], pa.string_view()),
        (name for name in "ca"),
    ):
        assert state(fleet.select(ids)) == expected


def test_integer_ids_of_another_width():
    table = long_table(FLEET).set_column(0, "id", pa.array([1, 1, 2, 3, 3], pa.uint16()))
    fleet = Fleet.from_arrow(table)
    assert fleet.select(np.array([3, 1])).ids.to_pylist() == [3, 1]
    assert fleet.select([3, 1]).ids.type == pa.uint16()
    assert fleet.select([3.0]).ids.to_pylist() == [3]
    for wrong in (-1, 1.5, True, "1", 10**30):
        with pytest.raises(SchemaTypeError, match=f"ids must be of type uint16, found {wrong!r}$"):
            fleet.select([1, wrong])
    for array in (pa.array([1.0]), pa.array(["1"]), pa.array([True])):
        with pytest.raises(SchemaTypeError, match=f"found an array of {array.type}$"):
            fleet.select(array)
    with pytest.raises(SchemaTypeError, match="uint16, found: Integer value 70000 not in range"):
        fleet.select(pa.array([70_000]))


def test_concat_of_different_fleets():
    blue = Fleet.from_arrow(long_table(FLEET[:1]), max_gap=100, altitude_reference="pressure")
    table = long_table(FLEET[1:]).drop_columns("side").append_column("group", [[1, 2, 2]])
    red = Fleet.from_arrow(table.set_column(0, "id", table["id"].cast(pa.large_string())))
    both = concat([blue, red])
    assert both.ids.to_pylist() == ["a", "b", "c"]
    assert both.carried.to_pydict() == {"side": ["blue", None, None], "group": [None, 1, 2]}
    assert (both.max_gap, both.altitude_reference) == (np.inf, "pressure")
    assert both._knots.part_start.tolist() == [0, 1, 2, 3, 5]


@pytest.mark.parametrize(
    ("one", "two", "error", "message"),
    [
        ({}, {"geodetic": True}, SchemaError, "must have one frame, found planar and geodetic"),
        ({}, {"timestamps": True}, SchemaError, "must have one kind of time, found double and"),
        ({"ref": "pressure"}, {"ref": "geometric"}, SchemaError, "one altitude_reference, found"),
        ({}, {"number": True}, SchemaError, "must have one type of id and column"),
        (
            {},
            {"again": True},
            InvalidTrajectories,
            "ids must be unique among the fleets, found 'a'",
        ),
    ],
)
def test_fleets_that_cannot_be_joined(one, two, error, message):
    def read(geodetic=False, timestamps=False, ref=None, number=False, again=False, first=False):
        drawn = FLEET[:2] if first else FLEET[:1] if again else FLEET[2:]
        table = long_table(drawn, geodetic, timestamps)
        if number:
            table = table.set_column(0, "id", pa.array(range(table.num_rows)))
        units = {"altitude_unit": "m"} if geodetic else {}
        return Fleet.from_arrow(table, altitude_reference=ref, **units)

    with pytest.raises(error, match=message):
        concat([read(first=True, **one), read(**two)])


def test_concat_needs_fleets():
    with pytest.raises(SchemaError, match="at least one fleet"):
        concat([])
    with pytest.raises(SchemaTypeError, match="must be given fleets, found dict"):
        concat([{}])


def test_concat_keeps_cut_legs_beside_uncut_ones():
    earth = {"lat": [0.0, 1.0], "lon": [0.0, 0.0], "alt": [0.0, 0.0], "time": [0.0, 60.0]}
    long_leg = Fleet.from_arrow({"id": ["l", "l"], **earth}, altitude_unit="m")
    short = Fleet.from_arrow({"id": ["s", "t"], **earth}, altitude_unit="m")
    both = concat([short, long_leg])
    rows = pa.concat_tables([short.to_arrow(), long_leg.to_arrow()])
    assert state(both) == state(Fleet.from_arrow(rows, altitude_unit="m"))
    assert both.to_arrow()["id"].to_pylist() == ["s", "t", "l", "l"]
    assert state(both.select(["s", "t"])) == state(short)
    assert state(both.select(["l"])) == state(long_leg)
