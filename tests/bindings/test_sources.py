"""Frames, relations, datasets and files of other libraries are read as they are."""

import arro3.core
import duckdb
import nanoarrow
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import pytest

from airprox import Minima, SchemaError, screen
from airprox.errors import SchemaTypeError
from airprox.fleet import Fleet
from fleet_forms import Flight, long_table, state

FLEET = [
    Flight("a", "blue", [(0, 1.0, 2.0, 3.0), (60, 4.0, 5.0, 6.0), (90, 1.5, 2.5, 3.5)]),
    Flight("b", None, [(10, 7.0, 8.0, 9.0), (50, 7.5, 8.5, 9.0)]),
]


def _written(table, path, form):
    if form == "parquet":
        pa.parquet.write_table(table, path, row_group_size=2)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    return path


def _dataset(table, folder, form):
    _written(table.slice(0, 2), folder / f"one.{form}", form)
    _written(table.slice(2), folder / f"two.{form}", form)
    return pa.dataset.dataset(folder, format=form)


LAZY = {
    "polars lazy": lambda t, _: pl.from_arrow(t).lazy(),
    "duckdb relation": lambda t, _: duckdb.from_arrow(t),
    "duckdb query": lambda t, _: duckdb.from_arrow(t).query("t", "select * from t"),
    "parquet dataset": lambda t, folder: _dataset(t, folder, "parquet"),
    "arrow dataset": lambda t, folder: _dataset(t, folder, "ipc"),
    "dataset in memory": lambda t, _: pa.dataset.dataset(t),
    "scanner": lambda t, folder: _dataset(t, folder, "parquet").scanner(),
    "parquet file": lambda t, folder: pa.parquet.ParquetFile(
        _written(t, folder / "f.parquet", "parquet")
    ),
    "parquet files": lambda t, folder: pa.parquet.ParquetDataset(
        _written(t, folder / "f.parquet", "parquet")
    ),
    "arrow file": lambda t, folder: pa.ipc.open_file(_written(t, folder / "f.arrow", "ipc")),
    "nanoarrow stream": lambda t, _: nanoarrow.ArrayStream(t),
    "nanoarrow array": lambda t, _: nanoarrow.Array(t.combine_chunks().to_batches()[0]),
    "arro3 table": lambda t, _: arro3.core.Table.from_arrow(t),
    "arro3 reader": lambda t, _: arro3.core.RecordBatchReader.from_arrow(t),
    "arro3 batch": lambda t, _: arro3.core.RecordBatch.from_arrow(
        t.combine_chunks().to_batches()[0]
    ),
}


@pytest.mark.parametrize("form", [*LAZY])
@pytest.mark.parametrize("timestamps", [False, True])
def test_read_as_they_are(form, timestamps, tmp_path):
    table = long_table(FLEET, timestamps=timestamps)
    fleet = Fleet.from_arrow(LAZY[form](table, tmp_path))
    # DuckDB keeps microseconds and names the zone by its own setting.
    assert state(fleet) | {"time_type": None} == state(Fleet.from_arrow(table)) | {
        "time_type": None
    }


def test_a_lazy_frame_runs_the_query_of_the_wanted_columns_only():
    table = long_table(FLEET)

    def fails(_):
        raise AssertionError("this column must not be computed")

    costly = pl.col("x").map_batches(fails, return_dtype=pl.Float64).alias("costly")
    frame = pl.from_arrow(table).lazy().with_columns(costly)
    with pytest.raises(AssertionError, match="must not be computed"):
        frame.collect()
    assert state(Fleet.from_arrow(frame)) == state(Fleet.from_arrow(table))


def test_a_relation_projects_names_that_need_quotes():
    table = long_table(FLEET).rename_columns(["id", "time", "x", "y", 'the "z"', "side"])
    relation = duckdb.from_arrow(table)
    fleet = Fleet.from_arrow(relation, columns={"z": 'the "z"'})
    assert state(fleet) == state(Fleet.from_arrow(long_table(FLEET)))


def test_a_file_that_is_damaged_is_one_sentence(tmp_path):
    path = _written(long_table(FLEET), tmp_path / "f.parquet", "parquet")
    data = bytearray(path.read_bytes())
    source = pa.parquet.ParquetFile(path)
    data[4:40] = b"\xff" * 36
    path.write_bytes(data)
    with pytest.raises(SchemaError, match="the source must be readable as an Arrow table"):
        Fleet.from_arrow(source)


def test_what_is_no_table_says_what_would_be():
    with pytest.raises(SchemaTypeError, match="a lazy frame, a dataset.* found list"):
        Fleet.from_arrow([1, 2])


def _through_duckdb(result):
    assert result is not None  # DuckDB finds the variable by its name
    return duckdb.sql("from result").to_arrow_table()


@pytest.mark.parametrize(
    "read",
    [
        lambda result: pl.DataFrame(result).to_arrow(),
        _through_duckdb,
        lambda result: pa.table(nanoarrow.ArrayStream(result)),
        lambda result: pa.table(arro3.core.Table.from_arrow(result)),
        lambda result: pa.table(result),
    ],
    ids=["polars", "duckdb", "nanoarrow", "arro3", "pyarrow"],
)
def test_results_leave_through_the_stream(read):
    fleet = Fleet.from_arrow(long_table(FLEET))
    result = screen(fleet, Minima(9260.0, 300.0))
    assert len(result) == 1
    found = read(result)
    assert found.column_names == result.encounters.column_names
    assert [[*map(str, row.values())] for row in found.to_pylist()] == [
        [*map(str, row.values())] for row in result.encounters.to_pylist()
    ]


def test_pandas_takes_results_by_the_stream():
    pandas = pytest.importorskip("pandas", "3.0", reason="DataFrame.from_arrow is of pandas 3")
    fleet = Fleet.from_arrow(long_table(FLEET))
    result = screen(fleet, Minima(9260.0, 300.0))
    assert pandas.DataFrame.from_arrow(result)["own"].tolist() == ["a"]
