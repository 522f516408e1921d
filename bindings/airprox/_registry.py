"""What an airspace knows of minima, rules and carried columns, as numbers that only ever grow.

A category, a group or a flight keeps its number for as long as the airspace lives, so that
trajectories taken in at different times can be compared.
"""

import math
import threading
from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.exemptions import NO_EXEMPTIONS, Exemptions

from ._arrow import frozen, joined, plain
from ._levels import AnyMinima, as_levels
from ._limits import Held, Kinds, find_kinds, hold_kinds
from .errors import SchemaTypeError
from .fleet import Fleet
from .minima_table import MinimaTable
from .rules import Rules


class Crew(NamedTuple):
    """What the kernels must know of trajectories, (rows,) each."""

    category: NDArray[np.int32]
    flight: NDArray[np.int32]
    """The number of the flight that the rules name; -1 for none."""
    group: NDArray[np.int32]
    """-1 for none."""
    side: NDArray[np.int32]

    def at(self, rows: NDArray[Any]) -> "Crew":
        """Return the chosen rows."""
        chosen: Any = [frozen(column[rows]) for column in self]
        return Crew(*chosen)


def joined_crews(crews: list[Crew]) -> Crew:
    """Return the rows of all, one crew after the other."""
    columns: Any = zip(*crews, strict=True)
    return Crew(*(frozen(np.concatenate(column)) for column in columns))


class Registry:
    """Minima and rules of one airspace, and the numbers given so far; safe to share."""

    def __init__(self, minima: AnyMinima, rules: Rules | None) -> None:
        if not (rules is None or isinstance(rules, Rules)):
            raise SchemaTypeError(f"rules must be an airprox.Rules, not {type(rules).__name__}")
        self.minima = minima
        self.stated_rules = rules
        self.rules = Rules() if rules is None else rules
        self.levels = as_levels(minima)
        self._tables = [t for t in self.levels.tables if isinstance(t, MinimaTable)]
        self._places = [{c: i for i, c in enumerate(t.categories)} for t in self._tables]
        self._kinds: dict[tuple[int, ...], int] = {} if self._tables else {(): 0}
        self._flights: dict[Any, int] = {}
        self._groups: dict[Any, int] = {}
        self._held: dict[tuple[int, bool], Held] = {}
        self._lock = threading.Lock()
        names = dict.fromkeys(side for pair in self.rules.sides for side in pair)
        self._sides: dict[Any, int] = {side: number for number, side in enumerate(names)}
        self.screened = self._side_matrix([*names])
        by_side = bool(self.rules.sides) or not self.rules.other_sides
        self._by_side = by_side
        stated = (self.rules.flight, self.rules.group, self.rules.exempt)
        self._has_rules = by_side or any(rule is not None for rule in stated)
        self.partners = _partners(self.rules.exempt)

    @property
    def columns(self) -> list[str]:
        """The carried columns that minima and rules look at."""
        names = [table.column for table in self._tables]
        names += [name for name in (self.rules.flight, self.rules.group) if name is not None]
        return list(dict.fromkeys(names + ["side"] * self._by_side))

    def _side_matrix(self, names: list[Any]) -> NDArray[np.bool_]:
        """Which pairs of sides are screened; all that are not named come last, as one."""
        sides = [*names, _Unnamed]
        rules = self.rules
        pairs = [[rules.sides.get((a, b), rules.other_sides) for b in sides] for a in sides]
        return frozen(np.array(pairs, np.bool_))

    def crew(self, fleet: Fleet, *, keep: bool) -> Crew:
        """Return what the fleet carries; values not met before get a number only to `keep`."""
        rows = len(fleet)
        rules = self.rules
        flight = np.full(rows, -1, np.int32)
        group, side = np.full(rows, -1, np.int32), np.zeros(rows, np.int32)
        if rules.flight is not None:
            flight[:] = self._numbers(self._flights, _values(fleet, rules.flight), keep)
        if rules.group is not None:
            group[:] = self._numbers(self._groups, _values(fleet, rules.group), keep)
        if self._by_side:
            side[:] = [self._sides.get(v, len(self._sides)) for v in _values(fleet, "side")]
        return Crew(frozen(self._categories(fleet)), frozen(flight), frozen(group), frozen(side))

    def _numbers(self, numbers: dict[Any, int], values: list[Any], keep: bool) -> list[int]:
        if keep:
            for value in values:
                if value is not None:
                    numbers.setdefault(value, len(numbers))
        return [-1 if value is None else numbers.get(value, -1) for value in values]

    def _categories(self, fleet: Fleet) -> NDArray[np.int32]:
        """Return the kind of each row: the combination of its places in the tables."""
        if not self._tables:
            return np.zeros(len(fleet), np.int32)
        places: list[list[int]] = []
        for table, place in zip(self._tables, self._places, strict=True):
            found = [place.get(value, len(place)) for value in _values(fleet, table.column)]
            if table.default is None and len(place) in found:
                find_kinds(self.levels, fleet, fleet)  # which raises, and says the row
            places.append(found)
        kinds = list(zip(*places, strict=True))
        with self._lock:
            for kind in kinds:
                self._kinds.setdefault(kind, len(self._kinds))
        return np.array([self._kinds[kind] for kind in kinds], np.int32)

    def held(self, geodetic: bool) -> Held:
        """Return what the kinds met so far are held to, with no rows of its own."""
        with self._lock:
            kinds = list(self._kinds) or [(0,) * len(self._tables)]
            found = self._held.get((len(kinds), geodetic))
            if found is None:
                rows = np.arange(len(kinds), dtype=np.int32)
                categories = [self._named(kind) for kind in kinds]
                found = hold_kinds(self.levels, Kinds(rows, rows, categories), geodetic)
                self._held[len(kinds), geodetic] = found
        return found

    def _named(self, kind: tuple[int, ...]) -> tuple[Any, ...]:
        """Return the category of a kind in the table of each level."""
        each = iter(zip(self._tables, kind, strict=True))
        named: list[Any] = []
        for table in self.levels.tables:
            category = None
            if isinstance(table, MinimaTable):
                found, place = next(each)
                category = (*found.categories, None)[place]
            named.append(category)
        return tuple(named)

    def exemptions(self, own: Crew, other: Crew, listed: NDArray[np.int64]) -> Exemptions:
        """Return the rules for two crews and listed pairs of their rows."""
        if not self._has_rules:
            return NO_EXEMPTIONS
        return Exemptions(
            True,
            listed,
            other.side.size,
            own.flight,
            other.flight,
            own.group,
            other.group,
            own.side,
            other.side,
            self.screened,
        )


class _Unnamed:
    """A side that the rules do not name."""


def _partners(exempt: pa.Table | None) -> dict[Hashable, set[Any]]:
    """Return the ids with which each id is exempt, whichever came first."""
    partners: dict[Hashable, set[Any]] = {}
    if exempt is not None:
        for own, other in zip(*(id_values(exempt[n]) for n in ("own", "other")), strict=True):
            partners.setdefault(own, set()).add(other)
            partners.setdefault(other, set()).add(own)
    return partners


def id_values(ids: pa.Array | pa.ChunkedArray) -> list[Any]:
    """Return ids as Python values, equal iff the ids are."""
    kind = ids.type
    if pa.types.is_string(kind) or pa.types.is_integer(kind):
        return ids.to_pylist()
    column = ids if isinstance(ids, pa.ChunkedArray) else pa.chunked_array([ids])
    return joined(plain(column)).to_pylist()


def _values(fleet: Fleet, column: str) -> list[Any]:
    """Return a carried column; all NaN are one value."""
    if column not in fleet.carried.column_names:
        return [None] * len(fleet)
    values = fleet.carried[column].to_pylist()
    if pa.types.is_floating(fleet.carried.schema.field(column).type):
        return [math.nan if value != value else value for value in values]
    return values
