"""Files that decode to far more than they weigh."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from airprox._files import FileError, read_table
from airprox.cli import main

ROWS = 1_000_000


@pytest.fixture(scope="module")
def table():
    number = pa.array(np.zeros(ROWS))
    names = pa.DictionaryArray.from_arrays(np.arange(ROWS, dtype=np.int32) % 2, ["a", "b"])
    return pa.table({"id": names, **dict.fromkeys(("time", "x", "y", "z"), number)})


def as_parquet(table, path):
    pq.write_table(table, path, compression="zstd", store_schema=False)


def as_stream(table, path):
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_stream(sink, table.schema, options=options) as w:
        w.write_table(table, 10_000)


def as_file(table, path):
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, table.schema, options=options) as w:
        w.write_table(table, 10_000)


@pytest.mark.parametrize("write", [as_parquet, as_stream, as_file])
def test_a_file_that_decodes_to_too_much_is_refused(table, tmp_path, capsys, write):
    path = str(tmp_path / "bomb")
    write(table, path)
    assert Path(path).stat().st_size < 40e6 / 50
    before = pa.total_allocated_bytes()
    with pytest.raises(FileError, match=r"must decode to at most 0.005 GB, found about 0.0\d+ GB"):
        read_table(path, 5e6)
    assert pa.total_allocated_bytes() - before < 6e6
    arguments = ["screen", path, "--horizontal", "5nm", "--vertical", "1000ft"]
    assert main([*arguments, "--max-read", "0.005"]) == 2
    assert "must decode to at most 0.005 GB" in capsys.readouterr().err
    assert read_table(path, 60e6).num_rows == ROWS


def test_a_text_that_a_page_repeats_is_held_once(tmp_path):
    path = str(tmp_path / "text.parquet")
    indices = pa.array(np.zeros(100_000, np.int32))
    pq.write_table(
        pa.table({"id": pa.DictionaryArray.from_arrays(indices, ["a" * 10_000])}),
        path,
        store_schema=False,
    )
    table = read_table(path, 2e6)
    assert table["id"][99_999].as_py() == "a" * 10_000
    assert table.nbytes < 1e6
