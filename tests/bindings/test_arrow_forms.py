"""Whatever physical form data comes in, the fleet is that of its plain twin, bit for bit."""

import io

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox.errors import SchemaError
from airprox.fleet import Fleet
from fleet_forms import (
    FORMS,
    TEXT_FORMS,
    Flight,
    Label,
    flights,
    in_some_form,
    long_table,
    nested_table,
    outcome,
    state,
)

FLEET = [
    Flight("a", "blue", [(0, 1.0, 2.0, 3.0), (60, 4.0, 5.0, 6.0), (90, 1.5, 2.5, 3.5)]),
    Flight("b", None, [(10, 7.0, 8.0, 9.0)]),
    Flight("a much longer name", "red", [(5, -1.0, 0.25, 2.0), (6, -2.0, 0.5, 1.0)]),
]


@given(st.data(), flights(), st.booleans(), st.booleans())
def test_any_form_of_each_column(data, fleet, geodetic, timestamps):
    table = long_table(fleet, geodetic, timestamps)
    units = {"altitude_unit": "ft"} if geodetic else {}
    shape = data.draw(in_some_form(table))
    assert state(Fleet.from_arrow(shape, **units)) == state(Fleet.from_arrow(table, **units))


@pytest.mark.parametrize("form", [*FORMS, *TEXT_FORMS])
@pytest.mark.parametrize("column", ["id", "side"])
def test_each_form_of_names(form, column):
    table = long_table(FLEET)
    forms = FORMS | TEXT_FORMS
    shaped = forms[form](table[column].combine_chunks())
    shaped_table = table.set_column(table.schema.get_field_index(column), column, shaped)
    assert state(Fleet.from_arrow(shaped_table)) == state(Fleet.from_arrow(table))


@pytest.mark.parametrize("kind", ["int8", "uint16", "uint64", "float16", "float32", "decimal"])
def test_numbers_of_any_width(kind):
    table = long_table(FLEET)
    whole = pa.array([1, 2, 3, 4, 5, 6], pa.int8())
    wide = pa.decimal128(9, 3) if kind == "decimal" else pa.type_for_alias(kind)
    plain = table.set_column(2, "x", whole.cast(pa.float64()))
    assert state(Fleet.from_arrow(table.set_column(2, "x", whole.cast(wide)))) == state(
        Fleet.from_arrow(plain)
    )


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "+02:00", "America/New_York"])
def test_timestamps_of_any_unit_and_zone(unit, zone):
    table = long_table(FLEET, timestamps=True)
    time = table["time"].cast(pa.timestamp(unit, zone))
    fleet = Fleet.from_arrow(table.set_column(1, "time", time))
    expected = state(Fleet.from_arrow(table))
    assert state(fleet) == expected | {"time_type": pa.timestamp("ns", zone)}


PRODUCERS = {
    "pyarrow batch": lambda table: table.combine_chunks().to_batches()[0],
    "reader": lambda table: table.to_reader(1),
    "struct array": lambda table: table.to_struct_array().chunk(0),
    "polars": pl.from_arrow,
    "polars categorical": lambda table: pl.from_arrow(table).with_columns(
        pl.col("id").cast(pl.Categorical)
    ),
    "pandas": lambda table: table.to_pandas(),
    "duckdb": lambda table: duckdb.from_arrow(table),
    "lists": lambda table: table.to_pydict(),
    "numpy": lambda table: {
        name: table[name].to_numpy() if name != "side" else table[name]
        for name in table.column_names
    },
    "strided": lambda table: {
        name: np.repeat(table[name].to_numpy(zero_copy_only=False), 2)[::2]
        for name in table.column_names
    },
    "polars series": lambda table: {s.name: s for s in pl.from_arrow(table)},
    "pandas series": lambda table: dict(table.to_pandas().items()),
}


@pytest.mark.parametrize("producer", [*PRODUCERS])
def test_any_producer(producer):
    table = long_table(FLEET)
    assert state(Fleet.from_arrow(PRODUCERS[producer](table))) == state(Fleet.from_arrow(table))


def test_a_producer_of_timestamps_keeps_them():
    table = long_table(FLEET, timestamps=True)
    expected = state(Fleet.from_arrow(table)) | {"time_type": None}
    for frame in (pl.from_arrow(table), table.to_pandas()):
        assert state(Fleet.from_arrow(frame)) | {"time_type": None} == expected


@pytest.mark.parametrize("read", [lambda t: t.to_pandas(), lambda t: t.to_pydict()])
def test_memory_that_can_be_written_is_copied(read):
    source = read(long_table(FLEET).drop_columns(["side"]))
    if isinstance(source, dict):
        source = {name: np.array(values) for name, values in source.items()}
    fleet = Fleet.from_arrow(source)
    before = state(fleet)
    values = source["x"] if isinstance(source, dict) else source["x"].array._ndarray
    values.flags.writeable = True
    values[:] = np.nan
    assert state(fleet) == before


def test_positions_in_order_are_not_copied():
    table = long_table(FLEET)
    knots = Fleet.from_arrow(table)._knots
    for name, array in (
        ("x", knots.x),
        ("y", knots.y),
        ("z", knots.altitude),
        ("time", knots.time),
    ):
        assert array.ctypes.data == table[name].chunk(0).buffers()[1].address
        assert not array.flags.writeable


def test_an_unaligned_buffer_is_copied():
    table = long_table(FLEET)
    raw = b"\0" + table["x"].to_numpy().tobytes()
    askew = pa.Array.from_buffers(pa.float64(), 6, [None, pa.py_buffer(raw).slice(1)])
    fleet = Fleet.from_arrow(table.set_column(2, "x", askew))
    assert fleet._knots.x.flags.aligned
    assert state(fleet) == state(Fleet.from_arrow(table))


LIST_FORMS = {
    "list": lambda a: a,
    "large_list": lambda a: a.cast(pa.large_list(a.type.value_type)),
    "list_view": lambda a: pa.ListViewArray.from_arrays(
        a.offsets[: len(a)], a.value_lengths(), a.values
    ),
    "slice": lambda a: pa.concat_arrays([a[:1], a, a[:1]]).slice(1, len(a)),
    "chunks": lambda a: pa.chunked_array([a[:1], a[1:1], a[1:]]),
    "dictionary": lambda a: pa.DictionaryArray.from_arrays(pa.array(range(len(a)), pa.uint8()), a),
    "items in a dictionary": lambda a: type(a).from_arrays(a.offsets, a.values.dictionary_encode()),
}


@given(st.data(), flights(), st.booleans())
def test_nested_equals_long(data, fleet, timestamps):
    nested = nested_table(fleet, timestamps)
    expected = state(Fleet.from_arrow(long_table(fleet, timestamps=timestamps)))
    columns = {}
    for name in nested.column_names:
        array = nested[name].combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks) if array.chunks else pa.array([], array.type)
        forms = LIST_FORMS if pa.types.is_list(array.type) else {"plain": lambda a: a}
        columns[name] = forms[data.draw(st.sampled_from([*forms]))](array)
    assert state(Fleet.from_arrow(pa.table(columns))) == expected
    items = {n: columns[n] for n in ("id", "side")} | {"trajectory": as_structs(nested)}
    assert state(Fleet.from_arrow(pa.table(items))) == expected


def as_structs(nested: pa.Table) -> pa.Array:
    """The four list columns as one of structs."""
    lists = {n: pa.concat_arrays(nested[n].chunks) for n in ("time", "x", "y", "z")}
    struct = pa.StructArray.from_arrays([a.values for a in lists.values()], [*lists])
    return pa.ListArray.from_arrays(lists["time"].offsets, struct)


def test_fixed_size_lists():
    fleet = [flight._replace(knots=(flight.knots * 2)[:2]) for flight in FLEET if flight.id != "b"]
    nested = nested_table(fleet)
    for name in ("time", "x", "y", "z"):
        place = nested.schema.get_field_index(name)
        fixed = nested[name].cast(pa.list_(pa.float64(), 2))
        nested = nested.set_column(place, name, fixed)
    sliced = pa.concat_tables([nested, nested]).slice(1, 2).combine_chunks()
    assert state(Fleet.from_arrow(nested)) == state(Fleet.from_arrow(long_table(fleet)))
    assert state(Fleet.from_arrow(sliced)) == state(Fleet.from_arrow(long_table(fleet[::-1])))


def test_a_null_list_slot_that_owns_values():
    lists = {
        name: pa.ListArray.from_arrays(
            pa.array([0, 2, 4, 5], pa.int32()),
            pa.array([0.0, 1.0, 7.0, 8.0, 2.0]),
            mask=pa.array([False, True, False]) if name == "y" else None,
        )
        for name in ("time", "x", "y", "z")
    }
    fleet = Fleet.from_arrow({"id": ["a", "b", "c"], **lists}, invalid="reject")
    assert fleet.rejected.to_pylist() == [
        {"row": 1, "id": "b", "reason": "column 'y' must hold at least one knot, found null"}
    ]
    assert fleet._knots.y.tolist() == [0.0, 1.0, 2.0]
    assert fleet._knots.x.tolist() == [0.0, 1.0, 2.0]


def test_a_null_struct_whose_children_are_not():
    children = [pa.array([0.0, 1.0, 2.0])] * 4
    structs = pa.StructArray.from_arrays(
        children, ["time", "x", "y", "z"], mask=pa.array([False, True, False])
    )
    lists = pa.ListArray.from_arrays(pa.array([0, 2, 3], pa.int32()), structs)
    fleet = Fleet.from_arrow({"id": [1, 2], "trajectory": lists}, invalid="reject")
    assert fleet.ids.to_pylist() == [2]
    assert fleet.rejected.to_pylist() == [
        {"row": 0, "id": 1, "reason": "column 'time' must not be null, found a null"}
    ]


@pytest.mark.parametrize(
    "id_type", [pa.string(), pa.large_string(), pa.int32(), pa.uint64(), pa.binary(16), pa.uuid()]
)
def test_ids_keep_their_type(id_type):
    storage = getattr(id_type, "storage_type", id_type)
    values = [b"0123456789abcdef", b"fedcba9876543210"]
    if not pa.types.is_fixed_size_binary(storage):
        values = [1, 2] if pa.types.is_integer(storage) else ["1", "2"]
    ids = pa.array([*values, values[0]], storage)
    if storage != id_type:
        ids = pa.ExtensionArray.from_storage(id_type, ids)
    table = {"id": ids, "time": [0.0, 0.0, 1.0], **{key: [1.0, 2.0, 3.0] for key in "xyz"}}
    fleet = Fleet.from_arrow(table)
    assert fleet.ids.type == id_type
    assert fleet.ids.to_pylist() == ids[:2].to_pylist()
    assert fleet.select(ids[1:2]).ids.to_pylist() == ids[1:2].to_pylist()
    assert state(Fleet.from_arrow(fleet.to_arrow())) == state(fleet)


def test_view_types_become_plain_ones():
    table = long_table(FLEET)
    ids = table["id"].cast(pa.string_view())
    assert Fleet.from_arrow(table.set_column(0, "id", ids)).ids.type == pa.string()


def test_offsets_out_of_bounds_are_refused_before_they_are_followed():
    offsets = pa.py_buffer(np.array([0, 2**30, 4], np.int32))
    lists = pa.Array.from_buffers(
        pa.list_(pa.float64()), 2, [None, offsets], children=[pa.array(np.arange(4.0))]
    )
    source = {"id": [1, 2], **dict.fromkeys(("time", "x", "y", "z"), lists)}
    with pytest.raises(SchemaError, match=r"must be valid Arrow data.*out of bounds"):
        Fleet.from_arrow(source)


def test_dictionary_indices_out_of_bounds_are_refused():
    table = long_table(FLEET)
    indices = pa.array([0, 1, 2, 3, 4, 200], pa.uint8())
    ids = pa.DictionaryArray.from_arrays(indices, pa.array(["a", "b"]), safe=False)
    with pytest.raises(SchemaError, match="must be valid Arrow data"):
        Fleet.from_arrow(table.set_column(0, "id", ids))


def test_columns_that_are_not_read_may_hold_anything():
    table = long_table(FLEET)
    broken = pa.Array.from_buffers(
        pa.list_(pa.int8()),
        6,
        [None, pa.py_buffer(np.array([0, 99, 0, 0, 0, 0, 0], np.int32))],
        children=[pa.array([], pa.int8())],
    )
    odd = pa.ExtensionArray.from_storage(Label(pa.int64()), pa.array(range(6)))
    fleet = Fleet.from_arrow(table.append_column("broken", broken).append_column("odd", odd))
    assert state(fleet) == state(Fleet.from_arrow(table))


def test_parquet_and_ipc_files_round_trip():
    table = Fleet.from_arrow(long_table(FLEET)).to_arrow()
    sink = io.BytesIO()
    pa.parquet.write_table(table, sink)
    again = pa.parquet.read_table(io.BytesIO(sink.getvalue()))
    assert state(Fleet.from_arrow(again)) == state(Fleet.from_arrow(table))


@pytest.mark.parametrize("kind", ["grouped", "interleaved"])
def test_many_rows_take_the_ways_for_many_rows(kind):
    names = np.array([f"F{number:03d}" for number in range(100)])
    ids = np.repeat(names, 60) if kind == "grouped" else np.tile(names, 60)
    time = np.tile(np.arange(60.0), 100) if kind == "grouped" else np.repeat(np.arange(60.0), 100)
    place = np.char.replace(ids, "F", "").astype(float) * 1000.0 + time
    table = pa.table({"id": ids, "time": time, "x": place, "y": -place, "z": time})
    fleet = Fleet.from_arrow(table)
    assert fleet.ids.to_pylist() == names.tolist()
    assert fleet._knots.time.tolist() == np.tile(np.arange(60.0), 100).tolist()
    assert (
        fleet._knots.x.tolist()
        == np.add.outer(np.arange(100) * 1e3, np.arange(60.0)).ravel().tolist()
    )
    coded = table.set_column(0, "id", table["id"].dictionary_encode())
    assert state(Fleet.from_arrow(coded)) == state(fleet)
    holed = pa.array([None if row == 4500 else name for row, name in enumerate(ids)])
    for shape in (holed, pa.chunked_array([holed[:10], holed[10:]]), holed.dictionary_encode()):
        rest = Fleet.from_arrow(table.set_column(0, "id", shape), invalid="reject")
        assert rest.rejected["row"].to_pylist() == [4500]
        assert rest.ids.to_pylist() == names.tolist()
        assert len(rest._knots.time) == 5999


@given(st.data(), flights(), st.sampled_from(["null", "nan", "tie", "side", "none"]))
def test_faults_are_found_alike_in_any_form(data, fleet, fault):
    table = long_table(fleet)
    if table.num_rows:
        row = data.draw(st.integers(0, table.num_rows - 1))
        table = with_fault(table, fault, row)
    shape = data.draw(in_some_form(table))
    for invalid in ("raise", "reject"):
        assert outcome(shape, invalid=invalid) == outcome(table, invalid=invalid)


def with_fault(table: pa.Table, fault: str, row: int) -> pa.Table:
    columns = table.to_pydict()
    if fault in ("null", "nan"):
        columns["y"][row] = None if fault == "null" else float("nan")
    elif fault == "tie":
        for name, values in columns.items():
            values.append(values[row] + 1.0 if name in "xyz" else values[row])
    elif fault == "side":
        columns["side"][row] = "green"
    return pa.table(columns, schema=table.schema)
