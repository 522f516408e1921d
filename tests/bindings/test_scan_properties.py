"""`airprox.scan` of drawn datasets: the same rows as `screen` of the whole, bit for bit."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from hypothesis import given
from hypothesis import strategies as st

import airprox
import strategies_datasets as drawn
from airprox._division import Division
from strategies_datasets import Asked

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
    assert said(found.receipt) == said(whole.receipt)


def scanned(asked: Asked, source: Any, out: Path, division: Division) -> airprox.StoredScreening:
    return asked.question._replace(fleet=source).asked(
        airprox.scan, out=out, threads=1, _division=division, **asked.rows.reading
    )


@given(drawn.asked(), st.integers(8, 60))
def test_rows_and_account_are_those_of_screen(asked, knots):
    whole = asked.screened()
    with folder() as place:
        source = asked.rows.write(place / "in")
        edged = Division(knots, tuple(asked.edges))
        # Slabs outside of the window are not read: what begins there is not counted.
        if asked.question.options["window"] not in (None, (None, None)):
            whole.receipt.__class__
        check(scanned(asked, source, place / "edged", edged), whole)
        filled = scanned(asked, ds.dataset(source), place / "filled", Division(knots))
        check(filled, whole)
