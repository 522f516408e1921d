"""The minima that held for each encounter, as the table's own metadata tell them."""

import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from airprox._job import Sides
from airprox.errors import SchemaError

KEY = b"airprox.minima"


class Held(NamedTuple):
    """Distinct minima, and which of them held for each encounter (None where it is not known)."""

    minima: list[dict[str, Any]]
    """``horizontal``, ``vertical`` and perhaps ``bands`` (m), as the metadata spell them."""
    of: list[int | None]

    @property
    def horizontal(self) -> float:
        """The smallest horizontal minimum (m), 1 km where none is known."""
        return min((each["horizontal"] for each in self.minima), default=1000.0)

    @property
    def vertical(self) -> float:
        """The smallest finite vertical minimum (m), 300 m where none is known."""
        found = [
            vertical
            for each in self.minima
            for vertical in (each["vertical"], *(b["vertical"] for b in each.get("bands", ())))
        ]
        return min((each for each in found if each < float("inf")), default=300.0)


def columns_of(table: pa.Table) -> list[str]:
    """The columns of categories that the minima of a table of encounters speak of."""
    stated = _stated(table)
    return list({each["column"]: None for each in stated.values() if "column" in each})


def held(table: pa.Table, rows: tuple[Sequence[int], Sequence[int]], sides: Sides) -> Held:
    """The minima of each encounter of `table`, which `rows` of the two sides have."""
    rules = {level: _Rule(minima, sides) for level, minima in _stated(table).items()}
    levels = table["level"].to_pylist() if "level" in table.column_names else [""] * len(table)
    numbers: dict[str, int] = {}
    found: list[dict[str, Any]] = []
    of: list[int | None] = []
    for level, own, other in zip(levels, *rows, strict=True):
        minima = rules[level].minima_of(own, other) if level in rules else None
        key = json.dumps(minima, sort_keys=True)
        if minima is not None and key not in numbers:
            numbers[key] = len(found)
            found.append(minima)
        of.append(numbers.get(key))
    return Held(found, of)


def _stated(table: pa.Table) -> dict[str, dict[str, Any]]:
    """The minima by level; without levels there is one, ""."""
    text = (table.schema.metadata or {}).get(KEY)
    if text is None:
        return {}
    try:
        minima = json.loads(text)
        levels = {"": minima} if {"horizontal", "pairs"} & {*minima} else minima
        if all(map(_are_minima, levels.values())):
            return levels
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass  # another's text may be anything
    raise SchemaError(
        f"the metadata {KEY.decode()!r} must be what airprox writes there, found {text[:80]!r}"
    )


def _are_minima(stated: dict[str, Any]) -> bool:
    """Whether these are minima for all pairs, or by pairs of categories in a column."""
    if "pairs" not in stated:
        return _are_lengths(stated)
    categories = [pair[f"{side}_category"] for pair in stated["pairs"] for side in ("own", "other")]
    named = all(each is None or isinstance(each, (str, int)) for each in categories)
    return named and isinstance(stated["column"], str) and all(map(_are_lengths, stated["pairs"]))


def _are_lengths(stated: dict[str, Any]) -> bool:
    """Whether lengths are there, above 0, and bands of altitude if any."""
    numbers = [number for band in stated.get("bands", []) for number in band.values()]
    return (
        min(stated["horizontal"], stated["vertical"]) > 0.0
        and max(stated["horizontal"], 0.0) < math.inf
        and all(isinstance(number, (int, float)) for number in numbers)
    )


class _Rule:
    """Minima for all pairs alike, or by the categories of the two."""

    def __init__(self, minima: dict[str, Any], sides: Sides) -> None:
        self._minima = minima
        self._pairs: dict[frozenset[Any], dict[str, Any]] = {}
        if "pairs" in minima:
            self._categories = [
                side.carried[minima["column"]].to_pylist()
                if minima["column"] in side.carried.column_names
                else [None] * len(side)
                for side in sides
            ]
        for pair in minima.get("pairs", ()):
            kept = {
                name: pair[name] for name in ("horizontal", "vertical", "bands") if name in pair
            }
            self._pairs[frozenset((pair["own_category"], pair["other_category"]))] = kept
        self._named = frozenset[Any]().union(*self._pairs)

    def minima_of(self, own: int, other: int) -> dict[str, Any] | None:
        """The minima of two rows; a category that no pair names is one of all others (None)."""
        if not self._pairs:
            return self._minima
        sides = zip(self._categories, (own, other), strict=True)
        both = (categories[row] for categories, row in sides)
        return self._pairs.get(frozenset(each if each in self._named else None for each in both))
