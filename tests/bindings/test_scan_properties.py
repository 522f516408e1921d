"""`airprox.scan` of drawn datasets: the same rows as `screen` of the whole, bit for bit."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import airprox
import strategies_datasets as drawn
from airprox._division import Division
from strategies_datasets import Asked

UTC = pa.timestamp("ns", "UTC")
WORK = ("pair_visits", "legs_tested", "slabs", "slab_length", "tasks", "threads", "seconds")
"""What of a receipt may depend on how the work is divided."""


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def said(receipt: airprox.Receipt) -> dict[str, Any]:
    return {name: getattr(receipt, name) for name in receipt.__slots__ if name not in WORK}


def check(found: airprox.StoredScreening, whole: airprox.Screening) -> None:
    """Every bit of the table and its schema, the same rows by each way out, and the account."""
    table = found.encounters
    assert table.schema.equals(whole.encounters.schema, check_metadata=True)
    assert table.equals(whole.encounters)
    assert len(found) == found.dataset.count_rows() == pa.table(found).num_rows == table.num_rows
    account, wanted = said(found.receipt), said(whole.receipt)
    if whole.receipt.window != (None, None):
        # Slabs outside of the window are not read, so what is in them is not counted.
        for name in ("joined_gaps", "duplicates_dropped"):
            assert account.pop(name) <= wanted.pop(name)
    assert account == wanted


def scanned(asked: Asked, source: Any, out: Path, division: Division) -> airprox.StoredScreening:
    return asked.question._replace(fleet=source).asked(
        airprox.scan, out=out, threads=1, _division=division, **asked.rows.reading
    )


@pytest.fixture(scope="module", autouse=True)
def _hasty() -> Iterator[None]:
    """Files need not last here, and waiting for the disk is most of the time that a scan takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@settings(max_examples=20)
@given(drawn.asked(), st.integers(8, 60))
def test_rows_and_account_are_those_of_screen(asked, knots):
    whole = asked.screened()
    with folder() as place:
        source = asked.rows.write(place / "in")
        edged = Division(knots, tuple(asked.edges))
        check(scanned(asked, source, place / "edged", edged), whole)
        filled = scanned(asked, ds.dataset(source), place / "filled", Division(knots))
        check(filled, whole)


@pytest.mark.parametrize("whole", [False, True], ids=["seconds", "nanoseconds"])
def test_who_ends_where_a_slab_begins_is_clipped_there(whole):
    """At the edge, one ends, one goes on, and for one a gap begins; found by the property above."""
    knots = {"ends": (0, 60), "goes on": (0, 60, 120), "pauses": (0, 60, 1060, 1120)}
    time = np.array([t for times in knots.values() for t in times], np.float64)
    table = pa.table(
        {
            "id": [name for name, times in knots.items() for _ in times],
            "time": pa.array((1e9 * time).astype(np.int64)).cast(UTC) if whole else time,
            **{axis: np.zeros(time.size) for axis in "xyz"},
        }
    )
    minima = airprox.Minima(horizontal=9260.0, vertical=304.8)
    wanted = airprox.screen(airprox.Fleet.from_arrow(table, max_gap=100.0), minima)
    assert wanted.encounters["end_clipped"].to_pylist() == [True] * 3
    for edge in (0, 60, 1060, 1120):
        with folder() as place:
            pq.write_table(table, place / "in.parquet", row_group_size=1)
            edges = Division(4, (edge * 10**9 if whole else float(edge),))
            found = airprox.scan(
                place / "in.parquet", minima, out=place / "out", max_gap=100.0, _division=edges
            )
            check(found, wanted)
