"""Large inputs are read by several threads, in ranges and by runs: to the same fleet."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox import _arrow, _codes, _ranges
from airprox.errors import SchemaError
from airprox.fleet import Fleet
from fleet_forms import flights, in_some_form, long_table, outcome, radii, state


def is_text(column: pa.ChunkedArray) -> bool:
    return len(column) > 0 and pa.types.is_string(column.type)


@contextmanager
def as_if_large() -> Iterator[None]:
    """Three rows are many, one task takes two of them, and text is read by runs."""
    with (
        mock.patch.multiple(_ranges, FEW=2, STRIDE=2, processors=lambda: 2),
        mock.patch.multiple(_codes, FEW=2, processors=lambda: 2, _mostly_repeats=is_text),
        mock.patch.multiple(_arrow, FEW=2, processors=lambda: 2),
    ):
        yield


@given(st.data(), flights(), st.booleans(), st.booleans(), st.sampled_from(["", "nan", "side"]))
def test_large_inputs_are_read_like_small_ones(data, drawn, geodetic, timestamps, fault):
    table = data.draw(radii(long_table(drawn, geodetic, timestamps)))
    rows = data.draw(st.permutations(range(table.num_rows)) | st.just(range(table.num_rows)))
    table = table.take(pa.array(rows, pa.int64()))
    if table.num_rows and fault:
        columns = table.to_pydict()
        name, worst = ("side", "green") if fault == "side" else (table.column_names[2], np.nan)
        columns[name][data.draw(st.integers(0, table.num_rows - 1))] = worst
        table = pa.table(columns, schema=table.schema)
    options = {"altitude_unit": "ft"} if geodetic else {}
    for invalid in ("raise", "reject"):
        expected = outcome(table, invalid=invalid, **options)
        with as_if_large():
            shape = data.draw(in_some_form(table))
            assert outcome(shape, invalid=invalid, **options) == expected


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 2)), min_size=1, max_size=12))
def test_runs_of_ids_may_be_cut_by_chunks_and_come_again(runs):
    ids = [f"F{number}" for length, number in runs for _ in range(length)]
    time = np.arange(float(len(ids)))
    table = pa.table({"id": ids, "time": time, "x": time, "y": -time, "z": time})
    pieces = pa.concat_tables([table.slice(row, 3) for row in range(0, len(ids), 3)])
    expected = state(Fleet.from_arrow(table))
    with as_if_large():
        assert state(Fleet.from_arrow(table)) == expected
        assert state(Fleet.from_arrow(pieces)) == expected


def test_a_real_number_of_rows():
    """More rows than one thread takes alone: geodetic, some legs of 24 km, every third cut."""
    rows, flights = 150_000, 1500
    ids = np.repeat(np.arange(flights), rows // flights)
    step = np.tile(np.arange(rows // flights), flights)
    lat = np.round((step * 0.1 + (step // 3) * 0.12) % 80.0, 6) * np.where(ids % 2, 1, -1)
    source = {"id": ids, "time": step * 60.0, "lat": lat, "lon": ids * 0.1, "alt": step * 10.0}
    fleet = Fleet.from_arrow(source, altitude_unit="m")
    assert len(fleet._knots.time) > rows * 1.3
    few = ids < 10
    alone = Fleet.from_arrow({k: v[few] for k, v in source.items()}, altitude_unit="m")
    assert state(fleet.select(alone.ids)) == state(alone)
    order = np.argsort(source["time"], kind="stable")
    mixed = Fleet.from_arrow({k: v[order] for k, v in source.items()}, altitude_unit="m")
    assert state(mixed) == state(fleet)
    names = pa.array([f"F{number:05d}" for number in ids])
    named = Fleet.from_arrow(source | {"id": names}, altitude_unit="m")
    assert state(named) | {"ids": None} == state(fleet) | {"ids": None}


def test_a_fault_in_one_half_of_the_text_is_found_and_said_as_ever():
    bad = pa.Array.from_buffers(
        pa.string(), 4, [None, pa.py_buffer(np.arange(5, dtype=np.int32)), pa.py_buffer(b"abc\xff")]
    )
    time = [0.0, 1.0, 2.0, 3.0]
    source = pa.table({"id": bad, "time": time, "x": time, "y": time, "z": time})
    with pytest.raises(SchemaError) as plain:
        Fleet.from_arrow(source)
    with as_if_large(), pytest.raises(SchemaError) as halves:
        Fleet.from_arrow(source)
    assert str(halves.value) == str(plain.value)
    assert "must be valid Arrow data, found column 'id': Invalid UTF8" in str(plain.value)


def test_ranges_are_all_rows_in_order():
    with as_if_large():
        for size, weight in itertools.product((0, 1, 2, 3, 8, 9), (1, 2)):
            found = _ranges.over_rows(size, lambda rows: [*range(rows.start, rows.stop)], weight)
            assert [row for rows in found for row in rows] == [*range(size)]
