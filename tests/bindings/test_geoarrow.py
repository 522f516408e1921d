"""Linestrings of GeoArrow in; points and linestrings, and GeoParquet, out."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyproj import CRS, Geod

from airprox import NM, Minima, SchemaError, screen, to_geoarrow, to_geoparquet
from airprox.fleet import Fleet
from fleet_forms import state

LINESTRING, EXTENSION = "geoarrow.linestring", b"ARROW:extension:name"
FLIGHTS = {
    "id": ["A", "B"],
    "time": [[0.0, 600.0], [0.0, 300.0, 900.0]],
    "lon": [[7.0, 8.0], [7.5, 7.5, 7.6]],
    "lat": [[47.0, 47.0], [46.8, 47.2, 47.5]],
    "alt": [[9000.0, 9100.0], [9000.0, 9050.0, 9100.0]],
}
WGS84 = {"crs": "OGC:CRS84"}


def linestrings(interleaved=False, names=("lon", "lat", "alt", "time"), large=False):
    """The flights' coordinates as one column, XYZM or the first of these."""
    flat = [np.concatenate(FLIGHTS[name]) for name in names]
    dimensions = "xyzm"[: len(names)]
    if interleaved:
        kind = pa.list_(pa.field(dimensions, pa.float64()), len(names))
        items = pa.FixedSizeListArray.from_arrays(np.stack(flat, 1).ravel(), type=kind)
    else:
        items = pa.StructArray.from_arrays([pa.array(each) for each in flat], [*dimensions])
    kind = pa.LargeListArray if large else pa.ListArray
    offsets = pa.array([0, 2, 5], pa.int64() if large else pa.int32())
    return kind.from_arrays(offsets, items)


def as_geoarrow(column, metadata=WGS84, **others):
    stated = {EXTENSION: LINESTRING, b"ARROW:extension:metadata": json.dumps(metadata)}
    fields = [pa.field("id", pa.string()), pa.field("geometry", column.type, metadata=stated)]
    values = [pa.array(FLIGHTS["id"]), column]
    for name, each in others.items():
        array = pa.array(each)
        fields.append(pa.field(name, array.type))
        values.append(array)
    return pa.table(values, schema=pa.schema(fields))


def read(table, **options):
    return Fleet.from_arrow(table, altitude_unit="m", **options)


@pytest.mark.parametrize("interleaved", [False, True], ids=["separated", "interleaved"])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    "crs", ["OGC:CRS84", "EPSG:4326", CRS(4326).to_json_dict(), CRS(4979).to_wkt()], ids=str
)
def test_linestrings_are_the_lists_they_stand_for(interleaved, large, crs):
    table = as_geoarrow(linestrings(interleaved, large=large), {"crs": crs})
    assert state(read(table)) == state(read(FLIGHTS))


@pytest.mark.parametrize("interleaved", [False, True], ids=["separated", "interleaved"])
def test_times_may_stand_beside_the_linestrings(interleaved):
    column = linestrings(interleaved, ("lon", "lat", "alt"))
    assert state(read(as_geoarrow(column, time=FLIGHTS["time"]))) == state(read(FLIGHTS))
    renamed = as_geoarrow(column, when=FLIGHTS["time"])
    assert state(read(renamed, columns={"time": "when"})) == state(read(FLIGHTS))


@pytest.mark.parametrize("interleaved", [False, True], ids=["separated", "interleaved"])
def test_a_slice_and_a_null_linestring(interleaved):
    column = linestrings(interleaved)
    longer = pa.concat_arrays([column[1:], column, pa.nulls(1, column.type)])
    table = as_geoarrow(longer.slice(1, 2))
    assert state(read(table)) == state(read(FLIGHTS))
    fleet = read(as_geoarrow(longer.slice(2, 2)), invalid="reject")
    assert fleet.ids.to_pylist() == ["A"]
    assert fleet.rejected["id"].to_pylist() == ["B"]


@pytest.mark.parametrize("interleaved", [False, True], ids=["separated", "interleaved"])
def test_a_null_coordinate_is_a_fault_of_its_trajectory(interleaved):
    column = linestrings(interleaved)
    keep = pa.array([False, True, False, False, False])
    if interleaved:
        items = pa.FixedSizeListArray.from_arrays(
            column.values.flatten(), type=column.values.type, mask=keep
        )
    else:
        parts = [column.values.field(place) for place in range(4)]
        items = pa.StructArray.from_arrays(parts, [*"xyzm"], mask=keep)
    table = as_geoarrow(pa.ListArray.from_arrays(column.offsets, items))
    fleet = read(table, invalid="reject")
    assert fleet.ids.to_pylist() == ["B"]
    assert "must not be null" in fleet.rejected["reason"][0].as_py()


def test_a_projected_crs_in_metres_is_a_plane():
    table = as_geoarrow(linestrings(), {"crs": CRS(32632).to_json_dict()})
    fleet = Fleet.from_arrow(table)
    assert fleet.frame == "planar"
    assert fleet._knots.x.tolist() == [7.0, 8.0, 7.5, 7.5, 7.6]


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({}, "found none"),
        ({"crs": "EPSG:4267"}, "found EPSG:4267"),
        ({"crs": CRS(4267).to_json_dict()}, "found GeographicCRS NAD27"),
        ({"crs": CRS(2263).to_json_dict()}, "found ProjectedCRS"),
        ({"crs": CRS(4267).to_wkt()}, "GEOGCRS"),
    ],
)
def test_another_crs_is_refused(metadata, found):
    with pytest.raises(SchemaError, match=r"the CRS of column 'geometry' must be WGS 84") as error:
        read(as_geoarrow(linestrings(), metadata))
    assert found in str(error.value)


def test_what_a_geometry_lacks_is_one_sentence():
    flat = linestrings(names=("lon", "lat"))
    with pytest.raises(SchemaError, match="must have the coordinates xyz or xyzm, found 'xy'"):
        read(as_geoarrow(flat, time=FLIGHTS["time"]))
    with pytest.raises(SchemaError, match="times must be the M .* found neither"):
        read(as_geoarrow(linestrings(names=("lon", "lat", "alt"))))
    with pytest.raises(SchemaError, match="times must be the M .* found both"):
        read(as_geoarrow(linestrings(), time=FLIGHTS["time"]))
    two = as_geoarrow(linestrings())
    two = two.append_column(two.schema.field("geometry").with_name("again"), two["geometry"])
    with pytest.raises(SchemaError, match="one column of linestrings, found 'geometry', 'again'"):
        read(two)
    bad = as_geoarrow(linestrings())
    field = bad.schema.field("geometry")
    field = field.with_metadata({EXTENSION: LINESTRING, b"ARROW:extension:metadata": b"{"})
    with pytest.raises(SchemaError, match="metadata of column 'geometry' must be a JSON object"):
        read(bad.set_column(1, field, bad["geometry"]))


def test_positions_in_columns_come_before_a_geometry():
    table = as_geoarrow(linestrings(), **{name: FLIGHTS[name] for name in FLIGHTS if name != "id"})
    assert state(read(table)) == state(read(FLIGHTS))


def test_offsets_out_of_bounds_are_refused_before_they_are_followed():
    column = linestrings()
    offsets = pa.py_buffer(np.array([0, 2**30, 5], np.int32))
    lying = pa.Array.from_buffers(column.type, 2, [None, offsets], children=[column.values])
    with pytest.raises(SchemaError, match="must be valid Arrow data"):
        read(as_geoarrow(lying))


RECORDED = {
    "id": ["A"] * 3 + ["B"] * 3,
    "side": ["blue"] * 3 + ["red"] * 3,
    "time": np.array([0, 600, 1200, 0, 600, 700]),
    "lat": [47.0, 47.0, 47.1, 46.4, 47.6, 47.7],
    "lon": [7.0, 8.5, 9.0, 7.75, 7.75, 7.8],
    "alt": [9000.0] * 3 + [9100.0] * 3,
}


def recorded(**options):
    table = pa.table(RECORDED)
    time = table["time"].cast(pa.timestamp("s", "UTC"))
    return read(table.set_column(table.column_names.index("time"), "time", time), **options)


def test_a_fleet_leaves_as_one_linestring_a_part():
    fleet = recorded(max_gap=550.0)
    table = to_geoarrow(fleet)
    assert table["id"].to_pylist() == ["A", "A", "A", "B", "B"]
    assert table["part"].to_pylist() == [0, 1, 2, 0, 1]
    assert table["side"].to_pylist() == ["blue"] * 3 + ["red"] * 2
    assert [len(line) for line in table["geometry"].to_pylist()] == [1, 1, 1, 1, 2]
    assert table["geometry"].to_pylist()[4][1] == {"x": 7.8, "y": 47.7, "z": 9100.0}
    assert table["time"].type == pa.list_(pa.timestamp("ns", "UTC"))


@pytest.mark.parametrize("planar", [False, True])
def test_what_leaves_can_be_read_again(planar):
    if planar:
        names = {"lat": "x", "lon": "y", "alt": "z"}
        fleet = Fleet.from_arrow({names.get(k, k): v for k, v in RECORDED.items()})
        again = Fleet.from_arrow(to_geoarrow(fleet))
    else:
        fleet = recorded()
        again = read(to_geoarrow(fleet))
    assert state(again) == state(fleet)


def test_encounters_leave_as_points_in_the_middle():
    fleet = recorded()
    result = screen(fleet, Minima(5 * NM, 300.0))
    table = to_geoarrow(result, fleet)
    assert table.num_rows == len(result) == 1
    assert table.column_names[:-1] == result.encounters.column_names
    point = table["geometry"][0].as_py()
    assert point["z"] == 9050.0
    geod = Geod(ellps="WGS84")
    _, _, way = geod.inv(point["x"], point["y"], 7.75, 47.0)
    assert way < 5 * NM
    assert table.schema.field("geometry").metadata[EXTENSION] == b"geoarrow.point"
    assert to_geoarrow(result.encounters.slice(0, 0), fleet).num_rows == 0


def test_a_geoparquet_file_describes_itself(tmp_path):
    fleet = recorded()
    to_geoparquet(fleet, tmp_path / "flights.parquet")
    described = json.loads(pq.read_schema(tmp_path / "flights.parquet").metadata[b"geo"])
    column = described["columns"]["geometry"]
    assert described["version"] == "1.1.0"
    assert column["encoding"] == "linestring"
    assert column["bbox"] == [7.0, 46.4, 9000.0, 9.0, 47.7, 9100.0]
    assert CRS.from_json_dict(column["crs"]) == CRS("OGC:CRS84")
    assert state(read(pq.read_table(tmp_path / "flights.parquet"))) == state(fleet)


def test_bad_arguments_are_one_sentence(tmp_path):
    fleet = recorded()
    with pytest.raises(SchemaError, match="with the fleet that was screened, found Table with"):
        to_geoarrow(pa.table({"own": ["A"]}))
    with pytest.raises(SchemaError, match="a fleet must be given alone"):
        to_geoarrow(fleet, fleet)
    with pytest.raises(SchemaError, match="must have a geometry of to_geoarrow, found columns 'a'"):
        to_geoparquet(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(SchemaError, match="must be given a fleet or a pyarrow"):
        to_geoparquet([], tmp_path / "a.parquet")
