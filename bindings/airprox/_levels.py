"""What `screen` takes for minima, as one thing: named levels, of which there may be just one."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from .errors import InvalidMinima
from .minima import Minima
from .minima_table import MinimaTable

AnyMinima: TypeAlias = Minima | MinimaTable | Mapping[str, Minima | MinimaTable]
"""One minimum for all pairs, a table by categories, or either of them by the name of a level."""


class Levels(NamedTuple):
    """Levels in the order of their names; without names there is one."""

    names: tuple[str, ...] | None
    tables: tuple[Minima | MinimaTable, ...]


def as_levels(minima: AnyMinima) -> Levels:
    """Return the levels; raises `InvalidMinima` for anything else."""
    if isinstance(minima, (Minima, MinimaTable)):
        return Levels(None, (minima,))
    if not isinstance(minima, Mapping):
        raise InvalidMinima(
            "minima must be an airprox.Minima, a MinimaTable or a mapping of level names to these, "
            f"not {type(minima).__name__}"
        )
    if not minima:
        raise InvalidMinima("a mapping of levels must name at least one, but is empty")
    for name, table in minima.items():
        if not isinstance(name, str) or not name:
            raise InvalidMinima(f"a level must be named by a string, not {name!r}")
        if not isinstance(table, (Minima, MinimaTable)):
            raise InvalidMinima(
                f"the minima of level {name!r} must be an airprox.Minima or a MinimaTable, not "
                f"{type(table).__name__}"
            )
    names = tuple(sorted(minima))
    return Levels(names, tuple(minima[name] for name in names))


@lru_cache
def as_json(levels: Levels) -> str:
    """Return the levels as JSON, for the metadata of results."""
    tables = [_table_data(table) for table in levels.tables]
    named = tables[0] if levels.names is None else dict(zip(levels.names, tables, strict=True))
    return json.dumps(named)


def _table_data(table: Minima | MinimaTable) -> dict[str, Any]:
    """Return the minima; of a table every pair, a null category standing for all others."""
    if isinstance(table, Minima):
        return _minima_data(table)
    named = table.categories
    pairs = [(one, two) for place, one in enumerate(named) for two in named[place:]]
    if table.default is not None:
        pairs += [(one, None) for one in (*named, None)]
    rows = [
        {"own_category": one, "other_category": two, **_minima_data(table.minima_of(one, two))}
        for one, two in pairs
    ]
    return {"column": table.column, "pairs": rows}


def _minima_data(minima: Minima) -> dict[str, Any]:
    values: dict[str, Any] = {"horizontal": minima.horizontal, "vertical": minima.vertical}
    if minima.bands:
        values["bands"] = [band._asdict() for band in minima.bands]
    return values
