"""Tables as text for people: aligned columns, and a result in a screenful."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

SHOWN = 20
"""Rows of a result that are printed."""
_NOT_SHOWN = ("own_row", "other_row")


def aligned(rows: Sequence[Iterable[str]], right: set[int]) -> str:
    """Rows of text in columns, two spaces apart; the columns in `right` end in line."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    lines: list[str] = []
    for row in zip(*columns, strict=True):
        cells = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def as_text(table: pa.Table) -> str:
    """All rows of a table under the names of its columns; times in UTC to the millisecond."""
    columns = [[name, *_texts(table[name])] for name in table.column_names]
    right = {place for place, field in enumerate(table.schema) if _is_number(field.type)}
    return aligned(list(zip(*columns, strict=True)), right)


def describe_rows(
    table: pa.Table, rows: str, receipt: object = None, *, order: str | None = None
) -> str:
    """Text of how many rows there are, the first of them (the least by `order`), and the receipt.

    Row numbers are left out: ids say the same to a person.
    """
    units = "lengths in metres, times in UTC"
    if not any(pa.types.is_timestamp(field.type) for field in table.schema):
        units = "lengths in metres, times in seconds"
    blocks = [f"{counted(table.num_rows, rows)}; {units}"]
    if table.num_rows:
        shown = table.sort_by(order) if order else table
        names = [name for name in table.column_names if name not in _NOT_SHOWN]
        blocks.append(as_text(shown.select(names).slice(0, SHOWN)))
    if table.num_rows > SHOWN:
        by = f", by {order}" if order else ""
        blocks.append(f"  The first {SHOWN}{by}; -o FILE or --format table gives all.")
    if receipt is not None:
        blocks.append("Receipt\n" + "\n".join(f"  {line}" for line in str(receipt).splitlines()))
    return "\n\n".join(blocks)


def counted(number: int, things: str) -> str:
    """The number of things, whose first word ends in s."""
    first, space, rest = things.partition(" ")
    return f"{number:,} {first.removesuffix('s') if number == 1 else first}{space}{rest}"


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_integer(kind)


def _texts(column: pa.ChunkedArray) -> list[str]:
    if pa.types.is_timestamp(column.type):
        numbers = column.cast(pa.timestamp("ns", column.type.tz)).cast(pa.int64()).to_pylist()
        return ["-" if number is None else _moment(number) for number in numbers]
    return [_text(value) for value in column.to_pylist()]


def _moment(nanoseconds: int) -> str:
    return str(np.datetime64(nanoseconds, "ns").astype("datetime64[ms]")).replace("T", " ")


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3f}" if isinstance(value, float) else " ".join(str(value).split())
