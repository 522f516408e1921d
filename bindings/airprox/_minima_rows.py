"""Minima of pairs of categories read from Arrow, one pair a row."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from ._arrow import checked, numbers, plain
from ._sources import read_table
from ._stated import check_unit
from .columns import Layout
from .errors import InvalidMinima, SchemaError, SchemaTypeError
from .minima import Minima

_CATEGORIES = ("own_category", "other_category")
_LENGTHS = ("horizontal", "vertical")


def minima_rows(source: object) -> Iterator[tuple[int, tuple[Any, Any], Minima]]:
    """Row number, pair of categories (None for a null) and minima of each row.

    Raises `SchemaError` or `UnitsError` for columns that are missing, repeated, of the wrong type
    or in another unit, and `InvalidMinima` for a value that is no minimum.
    """
    table = read_table(source)
    names = (*_CATEGORIES, *_LENGTHS)
    for name in names:
        if table.schema.names.count(name) != 1:
            raise SchemaError(
                f"a table of minima must have one column {name!r}, found "
                f"{', '.join(map(repr, table.schema.names)) or 'no columns'}"
            )
    fields = {name: table.schema.field(name) for name in names}
    layout = Layout(
        form="long",
        frame="planar",
        names={name: (name,) for name in names},
        fields=fields,
        carry=(),
        preset=None,
    )
    for name in _LENGTHS:
        check_unit(layout, name, "m")
    table = checked(table, names)
    pairs = zip(*(_categories(table, name) for name in _CATEGORIES), strict=True)
    lengths = [numbers(table[name], repr(name)) for name in _LENGTHS]
    for row, pair in enumerate(pairs):
        values: list[float] = []
        for name, column in zip(_LENGTHS, lengths, strict=True):
            if column.null is not None and column.null[row]:
                raise InvalidMinima(
                    f"the {name} minimum must not be null, found one for {pair} in row {row}"
                )
            values.append(float(column.values[row]))
        try:
            yield row, pair, Minima(values[0], values[1])
        except InvalidMinima as error:
            raise InvalidMinima(f"{error}, for {pair} in row {row}") from None


def _categories(table: pa.Table, name: str) -> list[Any]:
    column = plain(table[name])
    kind: Any = column.type
    texts = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not (texts or pa.types.is_integer(kind) or pa.types.is_null(kind)):
        raise SchemaTypeError(f"column {name!r} must hold strings or integers, found {kind}")
    return column.to_pylist()
