"""What a change of an airspace does to its encounters."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._arrow import joined
from ._ledger import level_places, taken
from ._levels import Levels
from ._probe import Rows


class Difference(NamedTuple):
    """Rows that were there before only, and rows that are there after only; None for none."""

    before: Rows | None
    after: Rows | None


def difference(before: Rows | None, after: Rows | None, levels: Levels) -> Difference:
    """Return the rows of either side that the other lacks, compared by flights and values."""
    if before is None or after is None:
        return Difference(before, after)
    one, two = _contents(before, levels), _contents(after, levels)
    same_one, same_two = set(two), set(one)
    return Difference(
        _rest(before, [content in same_one for content in one]),
        _rest(after, [content in same_two for content in two]),
    )


def _rest(rows: Rows, known: list[bool]) -> Rows | None:
    places = np.flatnonzero(~np.array(known, np.bool_))
    return taken(rows, places) if places.size else None


def _contents(rows: Rows, levels: Levels) -> list[bytes]:
    """Return each row as bytes that are equal iff the flights and all values are."""
    columns = [rows.own, rows.other]
    for name in rows.values.column_names:
        column = joined(rows.values[name])
        columns += [level_places(column, levels)] if name == "level" else _bits(column)
    table = np.stack(columns, axis=1)
    return [row.tobytes() for row in table]


def _bits(column: pa.Array) -> list[NDArray[np.int64]]:
    """Return the values as integers, and where there are nulls; most columns have none."""
    kind = column.type
    if pa.types.is_boolean(kind):
        return [column.to_numpy(zero_copy_only=False).astype(np.int64)]
    if pa.types.is_timestamp(kind):
        column = column.view(pa.int64())
    nulls = np.zeros(len(column), np.int64)
    if column.null_count:
        nulls[:] = column.is_null().to_numpy(zero_copy_only=False)
        column = column.fill_null(0)
    return [column.to_numpy().view(np.int64), nulls]


def changes_schema(encounters: pa.Schema) -> pa.Schema:
    """Return the schema of the table of changed pairs, from that of the encounters."""
    time = encounters.field("start").type
    fields = [encounters.field(name) for name in ("own", "other", "own_row", "other_row")]
    for name, kind in (
        ("encounters", pa.int64()),
        ("start", time),
        ("end", time),
        ("critical_ratio", pa.float64()),
    ):
        fields += [pa.field(f"{name}_{when}", kind, False) for when in ("before", "after")]
    if "level" in encounters.names:
        fields.append(encounters.field("level"))
    return pa.schema(fields, encounters.metadata)


def changed_pairs(cleared: pa.Table, new: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return one row per pair (and level) that has rows in both tables, which are in order."""
    if not (cleared.num_rows and new.num_rows):
        return schema.empty_table()
    before, after = _by_pair(cleared), _by_pair(new)
    rows: list[dict[str, Any]] = []
    for pair in after:
        if pair in before:
            row = dict(zip(("own", "other", "level"), pair, strict=True))
            row |= {name: after[pair][name] for name in ("own_row", "other_row")}
            for name in ("encounters", "start", "end", "critical_ratio"):
                row[f"{name}_before"] = before[pair][name]
                row[f"{name}_after"] = after[pair][name]
            rows.append(row)
    columns = [pa.array([row[field.name] for row in rows], field.type) for field in schema]
    table = pa.Table.from_arrays(columns, schema=schema)
    by_row = [("own_row", "ascending"), ("other_row", "ascending")]
    if "level" in schema.names:
        by_row.append(("level", "ascending"))
    return table.sort_by(by_row)


def _by_pair(table: pa.Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return, per pair and level, how many encounters, the first start, last end, least ratio."""
    names = table.column_names
    columns = {name: _plain(table[name]) for name in names if name in _READ}
    levels: list[Any] = columns.get("level") or [None] * table.num_rows
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for index, level in enumerate(levels):
        pair = columns["own"][index], columns["other"][index], level
        row = {name: columns[name][index] for name in _READ if name in columns}
        known = found.setdefault(pair, row | {"encounters": 0})
        known["encounters"] += 1
        known["start"] = min(known["start"], row["start"])
        known["end"] = max(known["end"], row["end"])
        known["critical_ratio"] = min(known["critical_ratio"], row["critical_ratio"])
    return found


_READ = ("own", "other", "own_row", "other_row", "start", "end", "critical_ratio", "level")


def _plain(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    return column.to_pylist()
