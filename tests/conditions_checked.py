"""What the tests of tables, bands, levels, rules and bounds share: comparing rows to the bit."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

import promise


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
