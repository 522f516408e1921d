"""Minima as JSON, and back as they were: for descriptors that other processes read."""

from typing import Any

from ._levels import AnyMinima, Levels
from .minima import Band, Minima
from .minima_table import MinimaTable, restored


def as_data(levels: Levels) -> dict[str, Any]:
    """Return the levels in the forms that JSON has."""
    return {"names": levels.names, "tables": [_table_data(table) for table in levels.tables]}


def from_data(data: dict[str, Any]) -> Levels:
    """Return the levels that `as_data` was given."""
    names = data["names"]
    tables = tuple(_table_from(table) for table in data["tables"])
    return Levels(None if names is None else tuple(names), tables)


def as_given(levels: Levels) -> AnyMinima:
    """Return what `as_levels` makes these levels of."""
    if levels.names is None:
        return levels.tables[0]
    return dict(zip(levels.names, levels.tables, strict=True))


def _table_data(table: Minima | MinimaTable) -> dict[str, Any]:
    if isinstance(table, Minima):
        return _minima_data(table)
    _, (beside, pairs, categories, column, default) = table.__reduce__()
    return {
        "beside": [(one, _minima_data(minima)) for one, minima in beside.items()],
        "pairs": [(pair, _minima_data(minima)) for pair, minima in pairs.items()],
        "categories": categories,
        "column": column,
        "default": None if default is None else _minima_data(default),
    }


def _table_from(data: dict[str, Any]) -> Minima | MinimaTable:
    if "pairs" not in data:
        return _minima_from(data)
    beside = {one: _minima_from(minima) for one, minima in data["beside"]}
    pairs = {tuple(pair): _minima_from(minima) for pair, minima in data["pairs"]}
    default = data["default"] and _minima_from(data["default"])
    return restored(beside, pairs, tuple(data["categories"]), data["column"], default)


def _minima_data(minima: Minima) -> dict[str, Any]:
    return {"horizontal": minima.horizontal, "vertical": minima.vertical, "bands": minima.bands}


def _minima_from(data: dict[str, Any]) -> Minima:
    bands = tuple(Band(*band) for band in data["bands"])
    return Minima(data["horizontal"], data["vertical"], bands)
