"""The command line as tests run it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import airprox
from airprox import cli

MINIMA = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
FIVE = ["--horizontal", "5nm", "--vertical", "1000ft"]


def write(table: pa.Table, path: Path) -> str:
    """Write a Parquet file; returns its name."""
    pq.write_table(table, path)
    return str(path)


def run(*arguments: str) -> int:
    """The status of a command line."""
    return cli.main(list(arguments))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence with which a command line is refused."""
    try:
        status = run(*arguments)
    except SystemExit as leaving:
        status = leaving.code
    printed = capsys.readouterr()
    assert status == 2
    assert printed.out == ""
    assert printed.err.endswith("\n")
    assert printed.err.count("\n") == 1
    assert "Traceback" not in printed.err
    return printed.err
