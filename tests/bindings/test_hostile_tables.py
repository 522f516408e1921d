"""Tables that come back, or from others: encounters, geometries, minima as text."""

import json
import math

import numpy as np
import pyarrow as pa
import pytest

import airprox
import hostile
from airprox import AirproxError, Fleet, Minima, SchemaError

ROUTES = {
    "id": [*"aabb"],
    "x": [0.0, 1e4, 0.0, 1e4],
    "y": [0.0, 0.0, 10.0, 10.0],
    "z": [1000.0] * 4,
    "side": [*"rrss"],
    "category": [*"uuvv"],
}
LEVELS = {"near": Minima(1000.0, 300.0), "far": Minima(2000.0, 300.0)}
TIMES = {
    "seconds": pa.array([0.0, 60.0] * 2),
    "timestamps": pa.array([0, 60] * 2, pa.timestamp("s", "UTC")),
}


def screened(kind):
    fleet = Fleet.from_arrow({**ROUTES, "time": TIMES[kind]})
    return fleet, airprox.screen(fleet, LEVELS).encounters


def readers(table, fleet, folder):
    """Everything that takes a table of encounters."""
    yield lambda: airprox.filter_encounters(table, min_duration=1.0, top=1)
    yield lambda: airprox.filter_encounters(table, level="near")
    for by in ("trajectory", "side", "category", "hour", "level", "pair"):
        yield lambda by=by: airprox.count_encounters(table, by, fleet)
    yield lambda: airprox.annotate_encounters(table, fleet)
    yield lambda: airprox.to_geoarrow(table, fleet)
    yield lambda: airprox.report(table, fleet, folder / "report.html")


def answers(table, fleet, folder):
    """The refusals, each of one sentence; nothing else may be raised, not even a warning."""
    for call in readers(table, fleet, folder):
        try:
            call()
        except AirproxError as error:
            yield hostile.sentence(error)


def wrong_columns(rows):
    """What no column of encounters holds, some of it for any column."""
    return {
        "nulls": pa.nulls(rows),
        "text": pa.array(["\n'"] * rows),
        "bytes": pa.array([b"\xff"] * rows),
        "lists": pa.array([[1]] * rows),
        "structs": pa.array([{"a": 1}] * rows),
        "wide": pa.array([2**64 - 1] * rows, pa.uint64()),
        "low": pa.array([-(2**63)] * rows),
        "nan": pa.array([math.nan] * rows),
        "infinite": pa.array([math.inf] * rows),
        "naive": pa.array([0] * rows, pa.timestamp("s")),
        "first": pa.array([-(2**63)] * rows, pa.timestamp("s", "UTC")),
        "last": pa.array([2**63 - 1] * rows, pa.timestamp("ns", "UTC")),
        "nowhere": pa.array([0] * rows, pa.timestamp("s", "Mars/Olympus")),
        "true": pa.array([True] * rows),
    }


@pytest.mark.parametrize("kind", [*TIMES])
def test_wrong_columns_of_encounters_are_one_sentence_or_do_not_matter(kind, tmp_path):
    fleet, table = screened(kind)
    assert [*answers(table, fleet, tmp_path)] == []
    refused = 0
    for place, name in enumerate(table.column_names):
        for values in wrong_columns(table.num_rows).values():
            changed = table.set_column(place, name, values)
            refused += len([*answers(changed, fleet, tmp_path)])
        refused += len([*answers(table.drop_columns(name), fleet, tmp_path)])
    assert refused > 900


@pytest.mark.parametrize("name", [*hostile.BROKEN])
def test_broken_columns_of_encounters_are_refused(name, tmp_path):
    fleet, table = screened("seconds")
    for column in ("own", "own_row", "start", "critical_ratio", "start_clipped", "level"):
        place = table.column_names.index(column)
        changed = table.set_column(place, column, hostile.BROKEN[name]())
        texts = [*answers(changed, fleet, tmp_path)]
        assert len(texts) == 11, column
        assert all(f"found column {column!r}" in text for text in texts), texts[0]


MINIMA_TEXTS = [
    b"{", b"[]", b"1", b'"horizontal"', b"\xff", b"[" * 100_000, b'{"near": []}',
    b'{"horizontal": "x", "vertical": 1}', b'{"horizontal": 1}',
    b'{"horizontal": -1, "vertical": 1}',
    b'{"horizontal": NaN, "vertical": 1}', b'{"horizontal": Infinity, "vertical": 1}',
    b'{"pairs": 5, "column": "x"}', b'{"horizontal": 1, "vertical": 1, "bands": [[]]}',
    b'{"horizontal": 1, "vertical": 1, "bands": [{"above": null}]}',
    b'{"column": [], "pairs": []}',
    b'{"column": "category", "pairs": [{"own_category": [], "other_category": 1}]}',
]  # fmt: skip


@pytest.mark.parametrize("text", MINIMA_TEXTS)
def test_a_report_takes_no_other_text_for_minima(text, tmp_path):
    fleet, table = screened("seconds")
    table = table.replace_schema_metadata({b"airprox.minima": text})
    with pytest.raises(SchemaError, match="metadata 'airprox.minima' must be what airprox writes"):
        airprox.report(table, fleet, tmp_path / "report.html")


def geometry(column, metadata=b'{"crs": "OGC:CRS84"}', name=b"geoarrow.linestring"):
    stated = {b"ARROW:extension:name": name, b"ARROW:extension:metadata": metadata}
    fields = [pa.field("id", pa.int64()), pa.field("line", column.type, metadata=stated)]
    return pa.table([pa.array(range(len(column))), column], schema=pa.schema(fields))


def lines(kind="double", names="xyzm"):
    point = pa.struct([(name, kind) for name in names])
    knots = [dict.fromkeys(names, 1), {name: 1 + (name == "m") for name in names}]
    return pa.array([knots], pa.list_(point))


@pytest.mark.parametrize(
    "metadata",
    [
        b"null", b"[]", b"1", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"crs": "GEOGCRS["}',
        b'{"crs": {"id": "x"}}', b'{"crs": {"coordinate_system": {"axis": 5}}}',
        b'{"crs": {"type": "ProjectedCRS", "coordinate_system": {"axis": [1]}}}',
        b'{"crs": "two\\nlines"}', b'{"crs": "' + b"x" * 5000 + b'"}', b'{"crs": NaN}',
    ],
)  # fmt: skip
def test_metadata_of_geometries_may_be_anything(metadata):
    text = hostile.refusal(lambda: Fleet.from_arrow(geometry(lines(), metadata)))
    assert "'line' must be" in text
    assert len(text) < 300


@pytest.mark.parametrize(
    "kind",
    [
        pa.int64(), pa.string(), pa.null(), pa.struct([("x", pa.float64())]),
        pa.map_(pa.string(), pa.float64()), pa.list_(pa.float64()), pa.list_(pa.null()),
        pa.list_(pa.list_(pa.float64())), pa.list_(pa.list_(pa.float64(), 0)),
        pa.list_(pa.list_(pa.float64(), 2**30)), pa.list_(pa.list_(pa.list_(pa.float64(), 4))),
        pa.list_(pa.list_(pa.string(), 4)), pa.list_(pa.struct([("x", pa.float64())] * 2)),
    ],
    ids=str,
)  # fmt: skip
def test_other_types_are_no_linestrings(kind):
    table = geometry(pa.nulls(2, kind))
    assert hostile.refusal(lambda: Fleet.from_arrow(table, altitude_unit="m"))


@pytest.mark.parametrize("name", [*hostile.BROKEN])
def test_broken_geometries_are_refused(name):
    broken = hostile.BROKEN[name]()
    point = pa.StructArray.from_arrays([broken] * 4, [*"xyzm"])
    inside = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), point)
    for column in (broken, inside):
        hostile.refusal(lambda column=column: Fleet.from_arrow(geometry(column), altitude_unit="m"))


def test_interleaved_points_need_no_name():
    points = pa.FixedSizeListArray.from_arrays(pa.array(np.arange(8.0)), 4)
    assert points.type.value_field.name == "item"
    column = pa.ListArray.from_arrays(pa.array([0, 2], pa.int32()), points)
    fleet = Fleet.from_arrow(geometry(column), altitude_unit="m")
    assert fleet.span == (3.0, 7.0)
    two = geometry(column).append_column("line", column)
    with pytest.raises(SchemaError, match="column names must be unique, found 'line' more than"):
        Fleet.from_arrow(two, altitude_unit="m")
    odd = geometry(column, name=b"\xff")
    with pytest.raises(SchemaError, match="positions must stand in columns"):
        Fleet.from_arrow(odd, altitude_unit="m")


def test_coordinates_keep_to_their_types():
    assert len(Fleet.from_arrow(geometry(lines()), altitude_unit="m")) == 1
    assert len(Fleet.from_arrow(geometry(lines("int8")), altitude_unit="m")) == 1
    for kind in ("string", "bool"):
        point = pa.struct([(name, kind) for name in "xyzm"])
        table = geometry(pa.nulls(1, pa.list_(point)))
        assert "must hold" in hostile.refusal(
            lambda t=table: Fleet.from_arrow(t, altitude_unit="m")
        )


@pytest.mark.parametrize(
    "kind", [pa.timestamp("ns", "UTC"), pa.timestamp("s"), pa.date32(), pa.duration("s")], ids=str
)
def test_ids_are_no_times_and_carried_ones_are_told(kind):
    number = pa.int32() if kind == pa.date32() else pa.int64()
    last = 2 ** (number.bit_width - 1) - 1
    values = pa.array([last, last - 1] * 2, number).view(kind)
    table = {**ROUTES, "time": TIMES["seconds"]}
    text = hostile.refusal(lambda: Fleet.from_arrow({**table, "id": values}))
    assert f"column 'id' must not hold times, found {kind}" in text
    text = hostile.refusal(lambda: Fleet.from_arrow({**table, "side": values}))
    assert "column 'side' must be constant in a trajectory, found " in text


def test_texts_are_json_as_airprox_writes_it(tmp_path):
    fleet, table = screened("seconds")
    stated = json.loads(table.schema.metadata[b"airprox.minima"])
    assert {*stated} == {*LEVELS}
    airprox.report(table, fleet, tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size > 10_000
