"""Minima by category: which pairs of kinds of aircraft must stay how far apart."""

from collections.abc import Mapping
from typing import Any, Self

from ._minima_rows import minima_rows
from .errors import InvalidMinima, SchemaError, SchemaTypeError
from .minima import Minima, larger_of

Category = str | int


class MinimaTable:
    """Minima for each pair of categories; taken wherever `Minima` is.

    The categories are the values of a carried column of the fleets. The table is symmetric: what it
    says of (a, b) it says of (b, a).

    Parameters
    ----------
    entries
        A mapping of pairs of categories (strings or integers) to `Minima`. A pair of a category
        with itself, ``("drone", "drone")``, is a pair like any other. With ``combine="max"`` a
        mapping of categories to `Minima` instead.
    default
        The minima of pairs that no entry names, aircraft without a category (null) among them.
        Without it every pair of the named categories must be there, and a fleet may hold no other
        category.
    combine
        "max" gives a pair the larger of each component of its two categories' minima, at every
        altitude, as simulators do that have one value an aircraft. `default` then stands for the
        categories that are not named.
    column
        The carried column that holds the categories.

    Raises
    ------
    InvalidMinima
        If a pair is missing where there is no default, if (a, b) and (b, a) differ, or if an entry
        is not a `Minima`. The message names the categories.
    SchemaError
        If an argument is none of those above.

    Examples
    --------
    >>> import airprox
    >>> wide = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
    >>> near = airprox.Minima(horizontal=1 * airprox.NM, vertical=500 * airprox.FT)
    >>> table = airprox.MinimaTable({("drone", "drone"): near}, default=wide)
    >>> table.minima_of("drone", "drone") == near, table.minima_of("drone", "airliner") == wide
    (True, True)
    >>> airprox.MinimaTable({"airliner": wide, "drone": near}, combine="max")
    MinimaTable(categories=('airliner', 'drone'))

    Nothing is assumed about a pair that nobody spoke of:

    >>> airprox.MinimaTable({("airliner", "airliner"): wide, ("airliner", "drone"): wide})
    Traceback (most recent call last):
    airprox.errors.InvalidMinima: a table of minima without a default must name every pair of \
its categories, but ('drone', 'drone') is missing
    """

    __slots__ = ("_beside", "_pairs", "categories", "column", "default")

    categories: tuple[Category, ...]
    """The categories that are named, in the order in which they are."""
    default: Minima | None
    column: str
    _pairs: Mapping[tuple[Category | None, Category | None], Minima]
    """Both orders of every named pair."""
    _beside: Mapping[Category | None, Minima]
    """What a named category must keep from one that is not named, where there is a default."""

    def __init__(
        self,
        entries: Mapping[Any, Minima],
        *,
        default: Minima | None = None,
        combine: str | None = None,
        column: str = "category",
    ) -> None:
        _check_arguments(entries, default, combine, column)
        named = _combined(entries) if combine else _as_pairs(entries)
        categories = tuple(dict.fromkeys(category for pair in named for category in pair))
        beside: dict[Category, Minima] = {}
        if default is not None:
            for one in categories:
                beside[one] = larger_of(entries[one], default) if combine else default
        _set(self, "categories", categories)
        _set(self, "default", default)
        _set(self, "column", column)
        _set(self, "_pairs", _completed(named, categories, default))
        _set(self, "_beside", beside)

    @classmethod
    def from_arrow(
        cls, source: object, *, default: Minima | None = None, column: str = "category"
    ) -> Self:
        """Read a table of minima from any Arrow producer or a mapping of arrays.

        Parameters
        ----------
        source
            One row for a pair, in either order: ``own_category``, ``other_category``,
            ``horizontal`` and ``vertical`` (metres). The row in which both categories are null is
            the default. Other columns are ignored.
        default, column
            As of the class; a default may be given here or in a row.

        Raises
        ------
        InvalidMinima
            As the class does, and for a null or a value that is no minimum; the message names the
            categories and the row.
        SchemaError, UnitsError
            If a column is missing or of the wrong type, or its metadata name another unit.

        Examples
        --------
        >>> import airprox
        >>> table = airprox.MinimaTable.from_arrow(
        ...     {
        ...         "own_category": ["fighter", None],
        ...         "other_category": ["airliner", None],
        ...         "horizontal": [18_520.0, 9_260.0],
        ...         "vertical": [609.6, 304.8],
        ...     }
        ... )
        >>> table.minima_of("airliner", "fighter"), table.default
        (Minima(horizontal=18520.0, vertical=609.6), Minima(horizontal=9260.0, vertical=304.8))
        """
        entries: dict[tuple[Category, Category], Minima] = {}
        for row, (own, other), minima in minima_rows(source):
            if own is None and other is None:
                if default not in (None, minima):
                    raise InvalidMinima(
                        f"a default must be given once, found {default} and {minima} in row {row}"
                    )
                default = minima
            elif own is None or other is None:
                raise InvalidMinima(
                    "both categories must be given, or neither for the default, found "
                    f"{(own, other)} in row {row}"
                )
            elif entries.setdefault((own, other), minima) != minima:
                raise _contradiction((own, other), entries[own, other], minima)
        return cls(entries, default=default, column=column)

    def minima_of(self, own: Category | None, other: Category | None) -> Minima:
        """The minima of a pair of these categories; None stands for no category.

        Raises `InvalidMinima` for a category that is not named, if there is no default.
        """
        if (own, other) in self._pairs:
            return self._pairs[own, other]
        if self.default is not None:
            return self._beside.get(own) or self._beside.get(other) or self.default
        unknown = own if own not in self.categories else other
        raise InvalidMinima(
            f"a table of minima without a default must name every category, found {unknown!r}; "
            f"named are {', '.join(map(repr, self.categories))}"
        )

    @property
    def different(self) -> tuple[Minima, ...]:
        """Every different `Minima` that some pair has, in the order in which they are named."""
        defaults = () if self.default is None else (self.default,)
        return tuple(dict.fromkeys((*self._pairs.values(), *self._beside.values(), *defaults)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a MinimaTable is immutable, found an assignment to {name!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MinimaTable) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def _content(self) -> tuple[Any, ...]:
        pairs, beside = frozenset(self._pairs.items()), frozenset(self._beside.items())
        return self.column, self.default, pairs, beside

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, tuple(getattr(self, name) for name in self.__slots__)

    def __repr__(self) -> str:
        default = f", default={self.default!r}" if self.default else ""
        column = f", column={self.column!r}" if self.column != "category" else ""
        return f"MinimaTable(categories={self.categories!r}{default}{column})"


def _set(table: MinimaTable, name: str, value: object) -> None:
    object.__setattr__(table, name, value)


def restored(*values: object) -> MinimaTable:
    """The table that was taken apart into the values of its slots."""
    table = MinimaTable.__new__(MinimaTable)
    for name, value in zip(MinimaTable.__slots__, values, strict=True):
        _set(table, name, value)
    return table


def _check_arguments(entries: object, default: object, combine: object, column: object) -> None:
    if not isinstance(entries, Mapping):
        raise SchemaTypeError(
            f"a MinimaTable must be made from a mapping, found {type(entries).__name__}; "
            "MinimaTable.from_arrow reads tables"
        )
    if combine not in (None, "max"):
        raise SchemaError(f"combine must be 'max' or None, found {combine!r}")
    if not isinstance(column, str) or not column:
        raise SchemaTypeError(f"column must be the name of a carried column, found {column!r}")
    if default is not None:
        _check_minima(default, "the default")
    elif not entries:
        raise InvalidMinima("a MinimaTable must name a category or have a default")


def _check_minima(value: object, of: str) -> None:
    if not isinstance(value, Minima):
        raise InvalidMinima(f"the minima of {of} must be an airprox.Minima, not {value!r}")


def _check_category(category: object, where: object) -> None:
    if isinstance(category, bool) or not isinstance(category, (str, int)):
        raise InvalidMinima(
            f"a category must be a string or an integer, found {category!r} in {where!r}"
        )


def _as_pairs(entries: Mapping[Any, Minima]) -> dict[tuple[Category, Category], Minima]:
    for pair, minima in entries.items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise InvalidMinima(
                f"minima must be those of a pair of categories, found {pair!r}; combine='max' "
                "takes one category each"
            )
        for category in pair:
            _check_category(category, pair)
        _check_minima(minima, repr(pair))
    return dict(entries)


def _combined(entries: Mapping[Any, Minima]) -> dict[tuple[Category, Category], Minima]:
    for category, minima in entries.items():
        if isinstance(category, tuple):
            raise InvalidMinima(
                f"combine='max' must have one category for each entry, found the pair {category!r}"
            )
        _check_category(category, category)
        _check_minima(minima, repr(category))
    items = [*entries.items()]
    return {
        (one, other): larger_of(minima, others)
        for place, (one, minima) in enumerate(items)
        for other, others in items[place:]
    }


def _completed(
    named: Mapping[tuple[Category, Category], Minima],
    categories: tuple[Category, ...],
    default: Minima | None,
) -> dict[tuple[Category, Category], Minima]:
    """Both orders of every pair; without a default, all pairs must be there."""
    pairs: dict[tuple[Category, Category], Minima] = {}
    for (one, other), minima in named.items():
        for pair in ((one, other), (other, one)):
            if pairs.setdefault(pair, minima) != minima:
                raise _contradiction((one, other), minima, pairs[pair])
    if default is None:
        for place, one in enumerate(categories):
            for other in categories[place:]:
                if (one, other) not in pairs:
                    raise InvalidMinima(
                        "a table of minima without a default must name every pair of its "
                        f"categories, but {(one, other)!r} is missing"
                    )
    return pairs


def _contradiction(pair: tuple[Any, Any], minima: Minima, others: Minima) -> InvalidMinima:
    return InvalidMinima(
        f"minima must be the same in either order, found {minima} and {others} for {pair!r}"
    )
