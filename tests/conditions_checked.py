"""What the tests of tables, bands, levels, rules and bounds share: comparing rows to the bit."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

import airprox
import promise

DIVISIONS = st.tuples(st.sampled_from((0.5, 7.0, 1e4)), st.sampled_from((1, 300, 10_000)))
"""The length of slabs (s), and the size of batches (bytes)."""


def bits(table: pa.Table) -> list[tuple[Any, ...]]:
    """Every row with its floats spelt out: equal if and only if no bit differs."""
    return [plain(row) for row in promise.rows(table)]


def plain(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(value.hex() if isinstance(value, float) else value for value in row.values())


def named(table: pa.Table) -> list[tuple[Any, ...]]:
    """Rows without row numbers, the smaller id first, in an order of their own."""
    found = []
    for row in promise.rows(table):
        ids = sorted((row.pop("own"), row.pop("other")))
        del row["own_row"], row["other_row"]
        found.append((*ids, *plain(row)))
    return sorted(found, key=repr)


def gathered(batches: Any) -> pa.Table:
    """All batches as one table, in the table's order."""
    whole = pa.Table.from_batches(list(batches), schema=batches.schema)
    keys = ["own_row", "other_row", "start", *(["level"] if "level" in whole.column_names else [])]
    return whole.sort_by([(key, "ascending") for key in keys])


def of_pair(table: pa.Table, own_row: int, other_row: int) -> Sequence[tuple[Any, ...]]:
    """The rows of one pair, as `bits` gives them."""
    return [
        plain(row)
        for row in promise.rows(table)
        if (row["own_row"], row["other_row"]) == (own_row, other_row)
    ]


def check_divided(
    fleet: airprox.Fleet, minima: Any, division: tuple[float, int], *counts: str, **options: Any
) -> None:
    """Slabs, threads and batches change no bit, and none of these counts of the receipt."""
    slab, size = division
    whole = airprox.screen(fleet, minima, **options)
    again = airprox.screen(fleet, minima, threads=2, _slab=slab, **options)
    batches = airprox.screen_batches(fleet, minima, batch_bytes=size, _slab=slab, **options)
    assert bits(again.encounters) == bits(whole.encounters)
    assert bits(gathered(batches)) == bits(whole.encounters)
    for receipt in (again.receipt, batches.receipt):
        for name in counts:
            assert getattr(receipt, name) == getattr(whole.receipt, name)
