"""What a search for closest approaches finds, and the table of it."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.reports import Columns

from ._buffers import as_arrow
from ._encounters import result_metadata
from ._job import Sides
from ._levels import AnyMinima, Levels, as_levels


class Found(NamedTuple):
    """Closest approaches in the order in which they are reported, (rows,) each."""

    own: NDArray[np.int64]
    other: NDArray[np.int64]
    columns: Columns
    rank: NDArray[np.int64] | None = None
    """From 1 for each own row, where the nearest were asked for."""


def new_columns(
    size: int, time: np.dtype[Any], with_ratio: bool, with_square: bool = False
) -> Columns:
    """Return room for results, as of pairs that have no instant in common."""
    horizontal = np.full(size, np.inf)
    vertical, slant = np.empty(size), np.empty(size)
    ratio, square = np.empty(size if with_ratio else 0), np.empty(size if with_square else 0)
    return Columns(np.zeros(size, time), horizontal, vertical, slant, ratio, square)


def value_of(columns: Columns, metric: str) -> NDArray[np.float64]:
    """Return the reported value of a metric."""
    if metric == "ratio":
        return columns.ratio
    return columns.horizontal if metric == "horizontal" else columns.slant


def pick(found: Found, rows: NDArray[np.int64] | slice) -> Found:
    """Return some of the rows."""
    columns = Columns._make(column[rows] if column.size else column for column in found.columns)
    rank = None if found.rank is None else found.rank[rows]
    return Found(found.own[rows], found.other[rows], columns, rank)


def that_met(found: Found, limit: float | None, metric: str) -> Found:
    """Return the rows of pairs that have an instant in common and, below a limit, come nearer."""
    kept = np.isfinite(found.columns.horizontal)
    if limit is not None:
        # Of pairs that never met, values are undefined.
        kept &= np.where(kept, value_of(found.columns, metric), np.inf) < limit
    return found if kept.all() else pick(found, np.flatnonzero(kept))


def append(parts: list[Found], empty: Found) -> Found:
    """Return several results as one."""
    if len(parts) == 1:
        return parts[0]
    parts = [empty, *parts]
    ranks = [part.rank for part in parts if part.rank is not None]
    return Found(
        np.concatenate([part.own for part in parts]),
        np.concatenate([part.other for part in parts]),
        Columns._make(np.concatenate(c) for c in zip(*(p.columns for p in parts), strict=True)),
        np.concatenate(ranks) if ranks else None,
    )


def empty_found(columns: Columns, with_rank: bool = False) -> Found:
    """Return no rows, of these columns."""
    rows = np.empty(0, np.int64)
    return Found(rows, rows, columns, rows if with_rank else None)


def found_schema(sides: Sides, minima: AnyMinima | None, with_rank: bool) -> pa.Schema:
    """Return the schema of the table of closest approaches."""
    levels = None if minima is None else as_levels(minima)
    kinds = sides.own.ids.type, sides.other.ids.type, sides.own.time_type
    return _schema(*kinds, sides.own.frame, levels, with_rank)


@lru_cache
def _schema(
    own: pa.DataType,
    other: pa.DataType,
    time: pa.DataType,
    frame: str,
    levels: Levels | None,
    with_rank: bool,
) -> pa.Schema:
    fields = [
        ("own", pa.dictionary(pa.int32(), own)),
        ("other", pa.dictionary(pa.int32(), other)),
        ("own_row", pa.int64()),
        ("other_row", pa.int64()),
        *([("rank", pa.int64())] if with_rank else []),
        ("cpa_time", time),
        ("cpa_horizontal", pa.float64()),
        ("cpa_vertical", pa.float64()),
        ("cpa_slant", pa.float64()),
        *([("ratio", pa.float64())] if levels is not None else []),
    ]
    return pa.schema(fields, result_metadata(frame, time, levels))


def found_table(found: Found, sides: Sides, schema: pa.Schema) -> pa.Table:
    """Return the table; numbers share the memory of what was found."""
    columns = {
        "own": _ids(found.own, sides.own.ids),
        "other": _ids(found.other, sides.other.ids),
        "own_row": as_arrow(found.own),
        "other_row": as_arrow(found.other),
        "cpa_time": as_arrow(found.columns.time, sides.own.time_type),
        "cpa_horizontal": as_arrow(found.columns.horizontal),
        "cpa_vertical": as_arrow(found.columns.vertical),
        "cpa_slant": as_arrow(found.columns.slant),
        "ratio": as_arrow(found.columns.ratio),
    }
    if found.rank is not None:
        columns["rank"] = as_arrow(found.rank)
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def _ids(rows: NDArray[np.int64], ids: pa.Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(as_arrow(rows.astype(np.int32)), ids)
