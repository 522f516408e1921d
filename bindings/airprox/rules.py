"""Rules: which pairs are screened at all, decided before any geometry."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from ._arrow import checked, joined, plain
from ._matching import check_ids
from ._sources import read_table
from .errors import SchemaError, SchemaTypeError

Side = str | int | None
_IDS = ("own", "other")


class Rules:
    """Which pairs of trajectories are screened and which are exempt.

    A pair is put to these rules in this order, and the first that exempts it counts it in the
    receipt (`Receipt.exempt_by_rule`):

    1. "same id": one id on both sides (the argument ``same_id`` of `screen` says what it means), or
       two versions of one flight, by the column `flight`;
    2. "explicit": the pair is in the table `exempt`;
    3. "group": both carry the same group;
    4. "side": their two sides are not screened against each other.

    Parameters
    ----------
    sides
        A mapping of pairs of sides to True (screened) or False (exempt), such as
        ``{("blue", "blue"): False}``. It is symmetric. A trajectory's side is its value in the
        carried column ``side``; a null is a side of its own, written None.
    other_sides
        Whether pairs of sides that `sides` does not name are screened.
    group
        True for the carried column ``group``, or the name of another: two trajectories with the
        same value there are exempt, such as a formation, a tanker and its receivers, or one
        operator's fleet that separates itself. Nulls are equal to nothing.
    exempt
        A table of exempt pairs of ids: any Arrow producer, or a mapping of arrays, with columns
        ``own`` and ``other``. Within one fleet either may come first; for two, ``own`` is an id of
        the fleet and ``other`` one of ``against``. Ids that the fleets do not have are ignored.
    flight
        The name of a carried column: two trajectories with the same value there are versions of one
        flight, such as a plan and its revision. Nulls are equal to nothing.

    Raises
    ------
    SchemaError
        If an argument is not of these forms, if ``(a, b)`` and ``(b, a)`` contradict each other, or
        if a column is missing, of the wrong type, or null somewhere.

    Examples
    --------
    >>> import airprox
    >>> rules = airprox.Rules(
    ...     sides={("civil", "civil"): False, ("red", "blue"): False},
    ...     group=True,
    ...     exempt={"own": ["KEG51"], "other": ["NOQ11A"]},
    ... )
    >>> rules
    Rules(sides={('civil', 'civil'): False, ('red', 'blue'): False}, group='group', exempt=<1 pair>)
    >>> rules.sides["blue", "red"], rules.other_sides
    (False, True)
    >>> airprox.Rules()
    Rules()
    >>> airprox.Rules(sides={("red", "blue"): True, ("blue", "red"): False})
    Traceback (most recent call last):
    airprox.errors.SchemaError: sides must say the same of a pair in either order, found True and \
False for ('blue', 'red')
    """

    __slots__ = ("exempt", "flight", "group", "other_sides", "sides")

    sides: Mapping[tuple[Side, Side], bool]
    """Both orders of every named pair; read-only."""
    other_sides: bool
    group: str | None
    exempt: pa.Table | None
    """The columns ``own`` and ``other``, without nulls; None if there are no pairs."""
    flight: str | None

    def __init__(
        self,
        *,
        sides: Mapping[tuple[Side, Side], bool] | None = None,
        other_sides: bool = True,
        group: bool | str | None = None,
        exempt: object = None,
        flight: str | None = None,
    ) -> None:
        checked_group = "group" if group is True else None if group is False else group
        for name, value in (
            ("sides", MappingProxyType(_sides(sides))),
            ("other_sides", _flag(other_sides, "other_sides")),
            ("group", _column(checked_group, "group", "True or ")),
            ("exempt", None if exempt is None else _pairs(exempt)),
            ("flight", _column(flight, "flight")),
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Rules are immutable, found an assignment to {name!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and all(
            getattr(self, name) == getattr(other, name) for name in self.__slots__
        )

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __reduce__(self) -> tuple[Any, ...]:
        content = {name: getattr(self, name) for name in self.__slots__}
        return partial(Rules, **content | {"sides": dict(self.sides)}), ()

    def __repr__(self) -> str:
        return f"Rules({', '.join(f'{name}={text}' for name, text in self._stated())})"

    def _stated(self) -> list[tuple[str, str]]:
        """The arguments that say something, as text, each pair of sides once."""
        stated: list[tuple[str, str]] = []
        if self.sides:
            once: dict[tuple[Side, Side], bool] = {}
            for pair, flag in self.sides.items():
                if pair[::-1] not in once:
                    once[pair] = flag
            stated.append(("sides", repr(once)))
        if not self.other_sides:
            stated.append(("other_sides", "False"))
        if self.group is not None:
            stated.append(("group", repr(self.group)))
        if self.exempt is not None:
            count = self.exempt.num_rows
            stated.append(("exempt", f"<{count:,} pair{'' if count == 1 else 's'}>"))
        if self.flight is not None:
            stated.append(("flight", repr(self.flight)))
        return stated


def _sides(sides: Any) -> dict[tuple[Side, Side], bool]:
    """Both orders of every pair, each after the other."""
    if sides is None:
        return {}
    if not isinstance(sides, Mapping):
        raise SchemaTypeError(
            f"sides must map pairs of sides to True or False, found {type(sides).__name__}"
        )
    both: dict[tuple[Side, Side], bool] = {}
    for pair, screened in sides.items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise SchemaTypeError(f"sides must have pairs such as ('blue', 'red'), found {pair!r}")
        for side in pair:
            if isinstance(side, bool) or not isinstance(side, (str, int, type(None))):
                raise SchemaTypeError(
                    f"a side must be a string, an integer or None, found {side!r} in {pair!r}"
                )
        flag = _flag(screened, f"sides[{pair!r}]")
        for order in (pair, pair[::-1]):
            if both.setdefault(order, flag) != flag:
                raise SchemaError(
                    "sides must say the same of a pair in either order, found "
                    f"{both[order]} and {flag} for {pair!r}"
                )
    return both


def _pairs(source: object) -> pa.Table | None:
    """The two columns of ids in their plainest form; None if there are no rows."""
    table = read_table(source)
    for name in _IDS:
        if table.schema.names.count(name) != 1:
            raise SchemaError(
                "the table of exempt pairs must have one column 'own' and one 'other', found "
                f"{', '.join(map(repr, table.schema.names)) or 'no columns'}"
            )
    table = checked(table, _IDS)
    columns: list[pa.Array] = []
    for name in _IDS:
        array = joined(plain(table[name]))
        check_ids(array.type, repr(name))
        if array.null_count:
            row = array.is_null().to_pylist().index(True)
            raise SchemaError(f"exempt pairs must have two ids, found none in {name!r}, row {row}")
        columns.append(array)
    return pa.table(columns, [*_IDS]) if table.num_rows else None


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise SchemaTypeError(f"{name} must be True (screened) or False (exempt), found {value!r}")
    return value


def _column(value: Any, name: str, other: str = "") -> str | None:
    if value is not None and (not isinstance(value, str) or not value):
        raise SchemaTypeError(
            f"{name} must be {other}the name of a carried column, found {value!r}"
        )
    return value
