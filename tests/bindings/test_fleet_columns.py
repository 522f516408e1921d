"""Which columns are read, in which units, and what is said when they are not there."""

import math
import zoneinfo

import pyarrow as pa
import pytest

from airprox import Minima, screen
from airprox.errors import AirproxError, SchemaError, SchemaTypeError, UnitsError
from airprox.fleet import Fleet
from fleet_forms import state

PLANE = {"id": ["a"], "time": [1.0], "x": [1.0], "y": [2.0], "z": [3.0]}
EARTH = {"id": ["a"], "time": [1.0], "lat": [1.0], "lon": [2.0], "alt": [1000.0]}
STAMP = pa.array([10], pa.timestamp("s", "UTC"))
TRAFFIC = {
    "flight_id": ["f1"],
    "icao24": ["4b1812"],
    "callsign": ["SWR12"],
    "timestamp": STAMP,
    "latitude": [47.0],
    "longitude": [8.0],
    "altitude": [1000.0],
}
OPENSKY = {
    "time": [1_600_000_000],
    "icao24": ["4b1812"],
    "lat": [47.0],
    "lon": [8.0],
    "callsign": ["SWR12   "],
    "baroaltitude": [304.8],
}


def without(table, *names):
    return {name: values for name, values in table.items() if name not in names}


def test_traffic():
    fleet = Fleet.from_arrow(TRAFFIC, columns="traffic")
    assert fleet.ids.to_pylist() == ["f1"]
    assert fleet._knots.altitude.tolist() == [304.8]
    assert (fleet.max_gap, fleet.altitude_reference) == (120.0, "pressure")
    assert fleet.time_type == pa.timestamp("ns", "UTC")
    assert Fleet.from_arrow(TRAFFIC, columns="traffic", max_gap=math.inf).max_gap == math.inf
    assert "max_gap 120 s" in repr(fleet)


def test_an_id_of_two_columns():
    table = without(TRAFFIC, "flight_id")
    assert Fleet.from_arrow(table, columns="traffic").ids.to_pylist() == ["4b1812_SWR12"]
    many = {name: pa.concat_arrays([pa.array(values)] * 6) for name, values in table.items()}
    many["icao24"] = pa.array(["a", "a", "b", "a", "b", "a"]).dictionary_encode()
    many["callsign"] = pa.array(["x", "y ", "x", "x", None, "  "])
    fleet = Fleet.from_arrow(many, columns="traffic", invalid="reject")
    assert fleet.ids.to_pylist() == ["a_x", "a_y", "b_x"]
    assert fleet.duplicates_dropped == 1
    assert fleet.rejected.to_pylist() == [
        {
            "row": 4,
            "id": None,
            "reason": "column 'icao24' + 'callsign' must not be null, found a null",
        }
    ]


def test_a_mapping_may_join_columns_too():
    table = {**without(PLANE, "id"), "country": ["ch"], "number": [7]}
    fleet = Fleet.from_arrow(table, columns={"id": ["country", "number"]})
    assert fleet.ids.to_pylist() == ["ch_7"]


@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.float64()])
def test_opensky(kind):
    table = {**OPENSKY, "time": pa.array(OPENSKY["time"], kind)}
    fleet = Fleet.from_arrow(table, columns="opensky")
    assert fleet.ids.to_pylist() == ["4b1812_SWR12"]
    assert fleet._knots.time.tolist() == [1_600_000_000 * 10**9]
    assert fleet._knots.altitude.tolist() == [304.8]
    assert (fleet.max_gap, fleet.altitude_reference) == (120.0, "pressure")
    assert fleet.time_type == pa.timestamp("ns", "UTC")


def test_unix_seconds_keep_their_fractions():
    table = {**OPENSKY, "time": [1_600_000_000.25]}
    fleet = Fleet.from_arrow(table, columns="opensky")
    assert fleet._knots.time.tolist() == [1_600_000_000_250_000_000]
    for time in (math.inf, math.nan, 1e300):
        bad = Fleet.from_arrow({**OPENSKY, "time": [time]}, columns="opensky", invalid="reject")
        assert bad.rejected.num_rows == 1


def test_columns_map_our_names_to_the_users():
    table = {"who": ["a"], "when": [1.0], "e": [1.0], "n": [2.0], "up": [3.0], "x": ["noise"]}
    names = {"id": "who", "time": "when", "x": "e", "y": "n", "z": "up"}
    assert state(Fleet.from_arrow(table, columns=names)) == state(Fleet.from_arrow(PLANE))
    structs = pa.array([[{"when": 1.0, "e": 1.0, "n": 2.0, "up": 3.0}]])
    nested = {"who": ["a"], "path": structs}
    names |= {"trajectory": "path"}
    assert state(Fleet.from_arrow(nested, columns=names)) == state(Fleet.from_arrow(PLANE))


def test_a_mapping_decides_between_two_frames():
    both = {**PLANE, **EARTH}
    assert Fleet.from_arrow(both, columns={"z": "z"}).frame == "planar"
    assert Fleet.from_arrow(both, columns={"lat": "lat"}, altitude_unit="m").frame == "geodetic"
    assert Fleet.from_arrow({**EARTH, "x": [1]}, altitude_unit="m").frame == "geodetic"


@pytest.mark.parametrize(
    ("source", "options", "error", "message"),
    [
        ({**PLANE, **EARTH}, {}, SchemaError, r"planar \('x', 'y', 'z'\) or geodetic .*of both"),
        (without(PLANE, "z"), {}, SchemaError, "columns 'x', 'y', 'z' or 'lat', 'lon', 'alt', fou"),
        ({}, {}, SchemaError, "positions must stand in columns .* found no columns"),
        (without(PLANE, "id", "time"), {}, SchemaError, "columns 'id', 'time' must exist, found"),
        (PLANE, {"columns": {"id": "nom"}}, SchemaError, "column 'nom' must exist, found 'id', "),
        (PLANE, {"columns": {"x": "e"}}, SchemaError, "column 'e' must exist, found 'id', 'time'"),
        (PLANE, {"columns": {"ident": "id"}}, SchemaError, "must map names out of .* 'ident'"),
        (PLANE, {"columns": {"x": ["a", "b"]}}, SchemaError, "must map 'x' to one name"),
        (PLANE, {"columns": {"id": []}}, SchemaError, "must map 'id' to one name"),
        (PLANE, {"columns": {"id": [3]}}, SchemaTypeError, "must map 'id' to a name"),
        (PLANE, {"columns": "trafic"}, SchemaError, "one of 'traffic', 'opensky', found 'trafic'"),
        (PLANE, {"columns": 3}, SchemaTypeError, "preset's name or a mapping, found int"),
        (PLANE, {"columns": "traffic"}, SchemaError, "'latitude', 'longitude', 'altitude', found"),
        (
            without(TRAFFIC, "flight_id", "callsign"),
            {"columns": "traffic"},
            SchemaError,
            "columns 'icao24', 'callsign' must exist, found",
        ),
        (PLANE, {"columns": {"trajectory": "x"}}, SchemaTypeError, "'x' must hold lists of struct"),
        (PLANE, {"columns": {"trajectory": "p"}}, SchemaError, "column 'p' must exist"),
        (
            {**PLANE, "trajectory": pa.array([[{"time": 1.0}]])},
            {},
            SchemaError,
            "must come in one form, found both 'trajectory' and 'time'",
        ),
        (PLANE, {"carry": "side"}, SchemaTypeError, "carry must be a sequence of column names"),
        (PLANE, {"carry": ["x"]}, SchemaError, "carry must not repeat a role, found 'x'"),
        (PLANE, {"carry": ["kind"]}, SchemaError, "column 'kind' must exist"),
        (PLANE, {"invalid": "drop"}, SchemaError, "invalid must be 'raise' or 'reject'"),
        (PLANE, {"naive_time": "UTC"}, SchemaError, "naive_time must be 'raise' or 'utc'"),
        (PLANE, {"max_gap": 0}, SchemaError, "max_gap must be above 0 s, found 0"),
        (PLANE, {"max_gap": math.nan}, SchemaError, "max_gap must be above 0 s, found nan"),
        (PLANE, {"max_gap": "2 min"}, SchemaTypeError, "max_gap must be a number of seconds"),
        (PLANE, {"altitude_reference": "msl"}, SchemaError, "'pressure', 'geometric' or None"),
        (
            TRAFFIC,
            {"columns": "traffic", "altitude_reference": "geometric"},
            UnitsError,
            "altitude_reference must be 'pressure' with this preset, found 'geometric'",
        ),
        (EARTH, {}, UnitsError, "altitude_unit must be given as 'm' or 'ft' for column 'alt'"),
        (EARTH, {"altitude_unit": "feet"}, UnitsError, "must be 'm' or 'ft', found 'feet'"),
        (PLANE, {"altitude_unit": "ft"}, UnitsError, "planar z must be in metres, found"),
        (
            TRAFFIC,
            {"columns": "traffic", "altitude_unit": "m"},
            UnitsError,
            "altitude_unit must be 'ft' with this preset, found 'm'",
        ),
        (
            {**PLANE, "id": [1.0]},
            {},
            SchemaTypeError,
            "column 'id' must not hold floats, found dou",
        ),
        ({**PLANE, "id": [[1]]}, {}, SchemaTypeError, "column 'id' must hold plain values"),
        ({**PLANE, "x": ["1"]}, {}, SchemaTypeError, "column 'x' must hold numbers, found string"),
        ({**PLANE, "x": [True]}, {}, SchemaTypeError, "column 'x' must hold numbers, found bool"),
        (
            {**PLANE, "time": ["2020"]},
            {},
            SchemaTypeError,
            "'time' must hold timestamps or numbers of seconds, found string",
        ),
        (
            {**PLANE, "time": pa.array([1], pa.date32())},
            {},
            SchemaTypeError,
            "must hold timestamps or numbers of seconds, found date32",
        ),
        (
            {**PLANE, "time": pa.array([1], pa.timestamp("us"))},
            {},
            SchemaError,
            r"'time' must say its time zone, found naive timestamp\[us\]; naive_time='utc' reads",
        ),
        ({**PLANE, "x": [1.0, 2.0]}, {}, SchemaError, "must be readable as an Arrow table"),
        ("fleet.parquet", {}, SchemaTypeError, "an Arrow producer .* found str"),
        (None, {}, SchemaTypeError, "an Arrow producer .* found NoneType"),
        (
            pa.table([[1], [1], [1.0], [1.0], [1.0], [1.0]], [*PLANE, "x"]),
            {},
            SchemaError,
            "column names must be unique, found 'x' more than once",
        ),
    ],
)
def test_what_columns_and_arguments_must_be(source, options, error, message):
    with pytest.raises(error, match=message) as raised:
        Fleet.from_arrow(source, **options)
    assert isinstance(raised.value, AirproxError)
    assert type(raised.value) is error


def test_a_wrong_type_is_a_type_error():
    assert issubclass(SchemaTypeError, TypeError)
    assert issubclass(SchemaTypeError, SchemaError)


def in_zone(zone):
    return {**PLANE, "time": pa.array([1], pa.timestamp("s", zone))}


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "GMT", "Europe/Paris", "+02:00", "-23:59"])
def test_known_time_zones_stay(zone):
    fleet = Fleet.from_arrow(in_zone(zone))
    assert fleet.time_type == pa.timestamp("ns", zone)
    assert fleet.to_arrow()["time"][0].as_py().timestamp() == 1.0


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "Europe", "+24:00", "+2", "../UTC", "/etc/passwd", "a\nb", "x" * 5000]
)
def test_unknown_time_zones_are_refused(zone):
    with pytest.raises(SchemaError) as raised:
        Fleet.from_arrow(in_zone(zone))
    assert str(raised.value) == (
        "column 'time' must have a known time zone, such as UTC, Europe/Paris or +02:00, found "
        f"{zone[:64]!r}"
    )
    pair = Fleet.from_arrow(in_zone("UTC"))
    with pytest.raises(SchemaError, match="the window must have a known time zone"):
        screen(pair, Minima(10.0, 10.0), window=(pa.scalar(0, pa.timestamp("s", zone)), None))


def test_a_system_without_a_database_of_zones_takes_their_names(monkeypatch):
    def unknown(name):
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", unknown)
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    for zone in ("UTC", "+02:00", "Europe/Paris"):
        assert Fleet.from_arrow(in_zone(zone)).time_type.tz == zone


def test_naive_times_can_be_read_as_utc():
    naive = {**PLANE, "time": pa.array([1], pa.timestamp("s"))}
    zoned = {**PLANE, "time": pa.array([1], pa.timestamp("s", "UTC"))}
    assert state(Fleet.from_arrow(naive, naive_time="utc")) == state(Fleet.from_arrow(zoned))


def test_a_column_named_trajectory_may_be_anything_else():
    assert len(Fleet.from_arrow({**PLANE, "trajectory": ["a name"]})) == 1


def annotated(table, **units):
    table = pa.table(table)
    fields = [
        field.with_metadata({"unit": units[field.name]}) if field.name in units else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


@pytest.mark.parametrize(
    ("source", "units", "options"),
    [
        (PLANE, {"x": "m", "y": "metres", "z": "Meter", "time": "s"}, {}),
        (EARTH, {"lat": "deg", "lon": "degrees_east", "alt": "feet"}, {"altitude_unit": "ft"}),
        (TRAFFIC, {"timestamp": "UTC", "altitude": "ft"}, {"columns": "traffic"}),
        ({**PLANE, "time": STAMP}, {"time": "anything"}, {}),
        ({**PLANE, "other": [1]}, {"other": "furlong"}, {}),
    ],
)
def test_metadata_that_agrees(source, units, options):
    assert len(Fleet.from_arrow(annotated(source, **units), **options)) == 1


@pytest.mark.parametrize(
    ("source", "units", "options", "message"),
    [
        (PLANE, {"x": "km"}, {}, "column 'x' must be in 'm', found 'km' in its metadata"),
        (PLANE, {"z": "ft"}, {}, "column 'z' must be in 'm', found 'ft' in its metadata"),
        (PLANE, {"time": "ms"}, {}, "column 'time' must be in 's', found 'ms' in its metadata"),
        (EARTH, {"lat": "rad"}, {"altitude_unit": "m"}, "'lat' must be in 'deg', found 'rad'"),
        (EARTH, {"alt": "m"}, {"altitude_unit": "ft"}, "'alt' must be in 'ft', found 'm'"),
        (EARTH, {"alt": "FL"}, {"altitude_unit": "ft"}, "'alt' must be in 'ft', found 'FL'"),
        (TRAFFIC, {"altitude": "m"}, {"columns": "traffic"}, "'altitude' must be in 'ft', found"),
    ],
)
def test_metadata_that_contradicts(source, units, options, message):
    with pytest.raises(UnitsError, match=message):
        Fleet.from_arrow(annotated(source, **units), **options)


def test_metadata_alone_says_no_unit():
    with pytest.raises(UnitsError, match="altitude_unit must be given"):
        Fleet.from_arrow(annotated(EARTH, alt="ft"))
