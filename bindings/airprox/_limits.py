"""From levels of minima to the tables over categories that the kernels read."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.apart import SAG, STRETCH
from airprox_kernel.bands import Bands
from airprox_kernel.boxes import Reach
from airprox_kernel.limits import TOUCH_TOLERANCE, Limits
from airprox_kernel.surface import MEAN_RADIUS, chord_of_arc

from ._arrow import frozen
from ._categories import Labels, label_rows
from ._levels import Levels
from .errors import InvalidMinima
from .fleet import Fleet
from .minima import FARTHEST_GEODETIC, Minima
from .minima_table import MinimaTable

OWN_RADIUS = 92_600.0
"""Horizontal minima (m) over 50 NM become a chord with the pair's own radius of curvature; below,
the mean radius is right to 1 cm."""


class Held(NamedTuple):
    """What two sides are held to."""

    limits: Limits
    reach: Reach
    """How far boxes are widened: half of the largest minima that a category can be held to."""
    bands: Bands | None
    """None where no minimum depends on the altitude."""


class _Values(NamedTuple):
    """What kernels are told of different minima, (minima,) each, in metres."""

    horizontal: NDArray[np.float64]
    vertical: NDArray[np.float64]
    arc: NDArray[np.float64]
    farthest: NDArray[np.float64]
    highest: NDArray[np.float64]


class _Tables(NamedTuple):
    """What all pairs of some categories are held to, (categories, categories, levels) each."""

    horizontal: NDArray[np.float64]
    vertical: NDArray[np.float64]
    arc: NDArray[np.float64]
    bands: Bands | None
    across: NDArray[np.float64]
    """(categories, categories) the largest horizontal minimum (m) of any level."""
    upward: NDArray[np.float64]


class Kinds(NamedTuple):
    """Kinds of trajectories: those of one kind have the same minima at every level."""

    own: NDArray[np.int32]
    other: NDArray[np.int32]
    categories: list[tuple[Any, ...]]
    """For each kind its category in the table of each level; None beside the named ones."""


def hold_to(levels: Levels, own: Fleet, other: Fleet) -> Held:
    """Return what every pair of the two sides is held to at every level."""
    return hold_kinds(levels, find_kinds(levels, own, other), own.frame == "geodetic")


def hold_kinds(levels: Levels, kinds: Kinds, geodetic: bool) -> Held:
    """Return what every pair of rows of these kinds is held to at every level."""
    categories, size = tuple(kinds.categories), len(kinds.categories)
    tables = _tables(levels, categories, geodetic)
    rows = [np.bincount(side, minlength=size).tolist() for side in (kinds.own, kinds.other)]
    order = sorted(range(size), key=lambda kind: -rows[0][kind] - rows[1][kind])
    here = [tuple(count > 0 for count in side) for side in rows]
    return Held(
        Limits(tables.horizontal, tables.vertical, tables.arc, kinds.own, kinds.other),
        _reach(levels, categories, geodetic, tuple(order), *here),
        tables.bands,
    )


@lru_cache(maxsize=32)
def _tables(levels: Levels, categories: tuple[tuple[Any, ...], ...], geodetic: bool) -> _Tables:
    size = len(categories)
    minima = np.empty((size, size, len(levels.tables)), np.int64)
    number: dict[Minima, int] = {}
    for level, table in enumerate(levels.tables):
        for one in range(size):
            for two in range(one, size):
                pair = categories[one][level], categories[two][level]
                value = table if isinstance(table, Minima) else table.minima_of(*pair)
                place = number.setdefault(value, len(number))
                minima[one, two, level] = minima[two, one, level] = place
    values = _values([*number], geodetic)
    return _Tables(
        frozen(values.horizontal[minima]),
        frozen(values.vertical[minima]),
        frozen(values.arc[minima]),
        _bands([*number], minima) if any(value.bands for value in number) else None,
        values.farthest[minima].max(axis=2),
        values.highest[minima].max(axis=2),
    )


def find_kinds(levels: Levels, own: Fleet, other: Fleet) -> Kinds:
    """Number the combinations of categories, one for each level, that occur.

    Tables by one column are looked at together: its distinct values are few, its rows many.
    """
    rows = np.zeros(len(own) + len(other), np.int64)
    categories: list[tuple[Any, ...]] = [(None,) * len(levels.tables)]
    tables = [table for table in levels.tables if isinstance(table, MinimaTable)]
    for column in dict.fromkeys(table.column for table in tables):
        codes, found = _column_kinds(levels, column, own, other)
        numbers = rows * len(found) + codes
        occurs = np.zeros(len(categories) * len(found), np.bool_)
        occurs[numbers] = True
        rows = (np.cumsum(occurs) - 1)[numbers]
        pairs = (divmod(number, len(found)) for number in np.flatnonzero(occurs).tolist())
        categories = [_either(categories[before], found[code]) for before, code in pairs]
    rows = rows.astype(np.int32)
    categories = categories or [_any_kind(levels)]
    return Kinds(frozen(rows[: len(own)]), frozen(rows[len(own) :]), categories)


def _either(one: tuple[Any, ...], two: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the categories of two columns as one; where a column has no table, it names none."""
    return tuple(b if a is None else a for a, b in zip(one, two, strict=True))


def _any_kind(levels: Levels) -> tuple[Any, ...]:
    """Return a category of each level's table, to have minima at all where there is no row."""
    tables = (table if isinstance(table, MinimaTable) else None for table in levels.tables)
    return tuple(None if t is None else (*t.categories, None)[0] for t in tables)


def _column_kinds(
    levels: Levels, column: str, own: Fleet, other: Fleet
) -> tuple[NDArray[np.int64], list[tuple[Any, ...]]]:
    """Return the combinations of categories that a column gives, and which each row has.

    Own rows come before other ones. Raises `InvalidMinima` if a category is not named in a table
    without default.
    """
    tables = [
        t if isinstance(t, MinimaTable) and t.column == column else None for t in levels.tables
    ]
    strict = [t for t in tables if t is not None and t.default is None]
    labels = label_rows(own, other, column, "a table of minima", needed=bool(strict))
    for table in strict:
        _see_that_all_are_named(table, labels, own, other)
    named = [frozenset(() if table is None else table.categories) for table in tables]
    number: dict[tuple[Any, ...], int] = {}
    codes = [
        number.setdefault(tuple(value if value in each else None for each in named), len(number))
        for value in labels.values
    ]
    return np.array(codes, np.int64)[np.concatenate([labels.own, labels.other])], list(number)


def _see_that_all_are_named(table: MinimaTable, labels: Labels, own: Fleet, other: Fleet) -> None:
    unnamed = np.array([value not in table.categories for value in labels.values])
    for fleet, rows in ((own, labels.own), (other, labels.other)):
        unknown = np.flatnonzero(unnamed[rows])
        if unknown.size:
            row = int(unknown[0])
            known = ", ".join(map(repr, table.categories))
            raise InvalidMinima(
                f"a table of minima without a default must name every category, but "
                f"{labels.values[rows[row]]!r} of trajectory {fleet.ids[row].as_py()!r} (row {row})"
                f" is not among {known}"
            )


def _values(distinct: list[Minima], geodetic: bool) -> _Values:
    horizontal = given = [value.horizontal for value in distinct]
    arc = [0.0] * len(distinct)
    if geodetic:
        for value in given:
            if value > FARTHEST_GEODETIC:
                raise InvalidMinima(
                    f"the horizontal minimum must be at most {FARTHEST_GEODETIC:.0f} m in the "
                    f"geodetic frame, not {value}"
                )
        arc = [value if value > OWN_RADIUS else 0.0 for value in given]
        horizontal = [chord_of_arc(value, MEAN_RADIUS) for value in given]
    highest = np.array([value.largest_vertical for value in distinct])
    return _Values(
        np.array(horizontal) - TOUCH_TOLERANCE,
        highest - TOUCH_TOLERANCE,
        np.array(arc),
        np.array(given),
        highest,
    )


@lru_cache(maxsize=32)
def _reach(
    levels: Levels,
    categories: tuple[tuple[Any, ...], ...],
    geodetic: bool,
    order: tuple[int, ...],
    own: tuple[bool, ...],
    other: tuple[bool, ...],
) -> Reach:
    """Two categories that can meet are widened, together, by at least their minima.

    `order` is that of `_shares`; `own` and `other` tell which categories each side has.
    """
    tables = _tables(levels, categories, geodetic)
    across, upward = tables.across.copy(), tables.upward.copy()
    if len(categories) > 1:
        apart = ~np.logical_and.outer(own, other)
        apart &= apart.T
        across[apart] = upward[apart] = 0.0
    if geodetic:
        across = STRETCH * across + SAG
    return Reach(frozen(_shares(across, order)), frozen(_shares(upward, order)))


def _shares(minima: NDArray[np.float64], order: Sequence[int]) -> NDArray[np.float64]:
    """Return for each category what, with that of any other, makes up their minimum.

    Categories of many rows come first in the order: one flight of large minima takes up all of them
    itself, and does not widen the boxes of all others.
    """
    share = minima.diagonal() / 2.0
    for place, kind in enumerate(order):
        for other in order[:place]:
            if math.isfinite(share[other]):
                share[kind] = max(share[kind], minima[kind, other] - share[other])
    return share


def _bands(distinct: list[Minima], minima: NDArray[np.int64]) -> Bands:
    """The finite ceilings get the touch tolerance, and the minima lose it."""
    steps = [value.steps for value in distinct]
    last = np.cumsum([len(each) for each in steps]) - 1
    first = last - np.array([len(each) - 1 for each in steps])
    flat = [step for each in steps for step in each]
    return Bands(
        frozen(first[minima]),
        frozen(last[minima]),
        frozen(np.array([c if math.isinf(c) else c + TOUCH_TOLERANCE for c, _ in flat])),
        frozen(np.array([vertical - TOUCH_TOLERANCE for _, vertical in flat])),
    )


def single_steps(limits: Limits) -> Bands:
    """Return the limits' vertical minima as bands of one step each."""
    size = limits.vertical.size
    place = np.arange(size, dtype=np.int64).reshape(limits.vertical.shape)
    vertical = limits.vertical.reshape(size)
    return Bands(frozen(place), frozen(place), frozen(np.full(size, math.inf)), vertical)
