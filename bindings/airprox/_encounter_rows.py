"""Tables of encounters that come back from a caller: checked before anything looks into them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._arrow import checked, dense, first_line, joined, numbers, plain, plain_type
from ._codes import encode
from ._job import Sides
from ._matching import id_kind, matching_rows
from ._sources import read_table
from ._times import NANOSECONDS, SECONDS_LIMIT, TIMESTAMP_LIMIT, Times, times
from .errors import SchemaError, SchemaTypeError
from .fleet import Fleet
from .screening import Screening


def read_encounters(
    result: object, required: tuple[str, ...], optional: tuple[str, ...] = ("level",)
) -> pa.Table:
    """The table of a `Screening`, or of any Arrow producer, with at least the required columns.

    Raises `SchemaError` if one is missing or the data are not valid Arrow, or if one of these
    columns of a foreign table does not hold what it does in every other.
    """
    table = result.encounters if isinstance(result, Screening) else read_table(result)
    for name in table.column_names:
        if table.column_names.count(name) > 1:
            raise SchemaError(f"column names must be unique, found {name!r} more than once")
    missing = [name for name in required if name not in table.column_names]
    if missing:
        raise SchemaError(
            f"a table of encounters must have {_columns(missing)}, found "
            f"{', '.join(map(repr, table.column_names)) or 'no columns'}"
        )
    table = checked(table, table.column_names)
    if not isinstance(result, Screening):
        for name in (*required, *(name for name in optional if name in table.column_names)):
            _READERS[name](table, name)
    return table


def _columns(names: list[str]) -> str:
    return f"column{'' if len(names) == 1 else 's'} {', '.join(map(repr, names))}"


def taken(table: pa.Table, rows: NDArray[np.int64]) -> pa.Table:
    """These rows of the table, in this order, with its schema and metadata."""
    columns = [taken_from(column, rows) for column in table.columns]
    return pa.Table.from_arrays(columns, schema=table.schema)


def taken_from(column: pa.ChunkedArray, rows: NDArray[np.int64]) -> pa.ChunkedArray:
    """These values of a column, in its own type; views have no `take` in pyarrow 26."""
    kind = column.type
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        return column.cast(plain_type(kind)).take(pa.array(rows)).cast(kind)
    return column.take(pa.array(rows))


def read_times(table: pa.Table, name: str) -> Times:
    """A time column as int64 ns since 1970 or float64 seconds; `SchemaError` if one is null."""
    kind = plain_type(table.schema.field(name).type)
    if pa.types.is_timestamp(kind) and kind.tz is None:
        raise SchemaError(
            f"column {name!r} must keep the time zone that it had, found naive {kind}"
        )
    column = times(table[name], repr(name), "raise", False)
    if column.null is not None:
        raise _null(name, column.null)
    limit = TIMESTAMP_LIMIT if pa.types.is_timestamp(column.time_type) else SECONDS_LIMIT
    wrong = np.flatnonzero(~((column.values >= -limit) & (column.values <= limit)))
    if len(wrong):
        raise SchemaError(
            f"column {name!r} must be finite and in range, found another in row {wrong[0]}"
        )
    return column


def seconds_between(table: pa.Table, start: str, end: str) -> NDArray[np.float64]:
    """Seconds from one time column to another, (rows,)."""
    first, last = read_times(table, start).values, read_times(table, end).values
    difference = (last - first).astype(np.float64)
    return difference / NANOSECONDS if first.dtype == np.int64 else difference


def read_numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    """A column of numbers; `SchemaError` if one is null."""
    column = numbers(table[name], repr(name))
    if column.null is not None:
        raise _null(name, column.null)
    wrong = np.flatnonzero(~np.isfinite(column.values))
    if len(wrong):
        found = column.values[wrong[0]]
        raise SchemaError(f"column {name!r} must be finite, found {found} in row {wrong[0]}")
    return column.values


def read_rows(table: pa.Table, name: str) -> NDArray[np.int64]:
    """A column of rows of a fleet; `SchemaError` if one is null or not a whole number."""
    column = plain(table[name])
    if not pa.types.is_integer(column.type):
        if len(column):
            raise SchemaTypeError(f"column {name!r} must hold whole numbers, found {column.type}")
        return np.empty(0, np.int64)
    try:
        found = dense(joined(column.cast(pa.int64())), pa.int64())
    except pa.ArrowException as error:
        raise SchemaError(
            f"column {name!r} must hold rows of a fleet, found: {first_line(error)}"
        ) from error
    if found.null is not None:
        raise _null(name, found.null)
    return found.values


def _read_ids(table: pa.Table, name: str) -> None:
    """Raise `SchemaError` unless a column holds what can be ids, without a null."""
    column = encode(table[name], repr(name))
    null = column.codes == len(column.values)
    if null.any():
        raise _null(name, null)


def _read_texts(table: pa.Table, name: str) -> None:
    """Raise `SchemaError` unless a column holds text, or no levels at all."""
    kind: Any = plain_type(table.schema.field(name).type)
    if id_kind(kind) != "text" and not pa.types.is_null(kind):
        raise SchemaTypeError(f"column {name!r} must hold text, found {kind}")


def _read_marks(table: pa.Table, name: str) -> None:
    """Raise `SchemaError` unless a column holds true and false."""
    column = plain(table[name])
    if not (pa.types.is_boolean(column.type) or not len(column)):
        raise SchemaTypeError(f"column {name!r} must hold true or false, found {column.type}")
    if column.null_count:
        raise _null(name, np.asarray(joined(column).is_null().to_numpy(zero_copy_only=False)))


_READERS: dict[str, Callable[[pa.Table, str], object]] = {
    **dict.fromkeys(("own", "other"), _read_ids),
    **dict.fromkeys(("own_row", "other_row"), read_rows),
    **dict.fromkeys(("start", "end", "cpa_time", "critical_time"), read_times),
    **dict.fromkeys(("cpa_horizontal", "cpa_vertical", "critical_ratio"), read_numbers),
    **dict.fromkeys(("start_clipped", "end_clipped"), _read_marks),
    "level": _read_texts,
}
"""What reads, or looks at, each column that a function may ask for."""


def _null(name: str, null: NDArray[np.bool_]) -> SchemaError:
    return SchemaError(
        f"column {name!r} must not hold nulls, found one in row {int(np.argmax(null))}"
    )


def fleet_rows(table: pa.Table, sides: Sides) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """``own_row`` and ``other_row``, of trajectories that have the ids which the table says.

    Raises `SchemaError` if a row is not one of its fleet, or stands for another id there.
    """
    argument = "fleet" if sides.single else "against"
    own = _rows_of_side(table, "own", sides.own, "fleet")
    return own, _rows_of_side(table, "other", sides.other, argument)


def _rows_of_side(table: pa.Table, name: str, fleet: Fleet, argument: str) -> NDArray[np.int64]:
    rows = read_rows(table, f"{name}_row")
    ids = joined(plain(table[name]))
    known = joined(plain(pa.chunked_array([fleet.ids])))
    wrong = np.flatnonzero(matching_rows(known, ids) != rows)
    if len(wrong):
        place = int(wrong[0])
        row = int(rows[place])
        there = f"has {len(fleet)} trajectories"
        if 0 <= row < len(fleet):
            there = f"has {fleet.ids[row].as_py()!r} there"
        raise SchemaError(
            f"`{argument}` must be the fleet that was screened, but row {place} of the encounters "
            f"has {name} {ids[place].as_py()!r} in {name}_row {row}, and `{argument}` {there}"
        )
    return rows
