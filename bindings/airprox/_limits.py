"""From levels of minima to the tables over categories that the kernels read."""

import math
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
from ._categories import label_rows
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
    size = len(kinds.categories)
    minima = np.empty((size, size, len(levels.tables)), np.int64)
    number: dict[Minima, int] = {}
    for level, table in enumerate(levels.tables):
        for one in range(size):
            for two in range(one, size):
                pair = kinds.categories[one][level], kinds.categories[two][level]
                value = table if isinstance(table, Minima) else table.minima_of(*pair)
                place = number.setdefault(value, len(number))
                minima[one, two, level] = minima[two, one, level] = place
    values = _values(tuple(number), geodetic)
    return Held(
        Limits(
            frozen(values.horizontal[minima]),
            frozen(values.vertical[minima]),
            frozen(values.arc[minima]),
            kinds.own,
            kinds.other,
        ),
        _reach(values, minima, kinds, geodetic),
        _bands([*number], minima) if any(value.bands for value in number) else None,
    )


def find_kinds(levels: Levels, own: Fleet, other: Fleet) -> Kinds:
    """Number the combinations of categories, one for each level, that occur."""
    tables = [table for table in levels.tables if isinstance(table, MinimaTable)]
    numbers = [np.zeros(len(fleet), np.int64) for fleet in (own, other)]
    choices: list[list[Any]] = []
    for table in tables:
        named = [*table.categories, None]
        choices.append(named)
        for side, labels in enumerate(_table_rows(table, own, other)):
            numbers[side] = numbers[side] * len(named) + labels
    if not tables:
        one, two = (frozen(np.zeros(len(fleet), np.int32)) for fleet in (own, other))
        return Kinds(one, two, [(None,) * len(levels.tables)])
    kinds, rows = np.unique(np.concatenate(numbers), return_inverse=True)
    rows = rows.astype(np.int32)
    categories: list[tuple[Any, ...]] = []
    for kind in kinds.tolist():
        found: list[Any] = []
        for named in reversed(choices):
            kind, place = divmod(kind, len(named))
            found.insert(0, named[place])
        each = iter(found)
        categories.append(
            tuple(next(each) if isinstance(t, MinimaTable) else None for t in levels.tables)
        )
    categories = categories or [_any_kind(levels)]
    return Kinds(frozen(rows[: len(own)]), frozen(rows[len(own) :]), categories)


def _any_kind(levels: Levels) -> tuple[Any, ...]:
    """Return a category of each level's table, to have minima at all where there is no row."""
    tables = (table if isinstance(table, MinimaTable) else None for table in levels.tables)
    return tuple(None if t is None else (*t.categories, None)[0] for t in tables)


def _table_rows(table: MinimaTable, own: Fleet, other: Fleet) -> list[NDArray[np.int64]]:
    """Return for each row of both sides the place of its category in the table; the last is none.

    Raises `InvalidMinima` if a category is not named and there is no default.
    """
    needed = table.default is None
    labels = label_rows(own, other, table.column, "a table of minima", needed=needed)
    place = {category: index for index, category in enumerate(table.categories)}
    places = np.array([place.get(value, len(place)) for value in labels.values], np.int64)
    for fleet, rows in zip((own, other), (labels.own, labels.other), strict=True):
        unknown = np.flatnonzero(places[rows] == len(place)) if needed else rows[:0]
        if unknown.size:
            row = int(unknown[0])
            known = ", ".join(map(repr, table.categories))
            raise InvalidMinima(
                f"a table of minima without a default must name every category, but "
                f"{labels.values[rows[row]]!r} of trajectory {fleet.ids[row].as_py()!r} (row {row})"
                f" is not among {known}"
            )
    return [places[labels.own], places[labels.other]]


@lru_cache
def _values(distinct: tuple[Minima, ...], geodetic: bool) -> _Values:
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
    return _Values(
        np.array(horizontal) - TOUCH_TOLERANCE,
        np.array([value.vertical for value in distinct]) - TOUCH_TOLERANCE,
        np.array(arc),
        np.array(given),
        np.array([value.largest_vertical for value in distinct]),
    )


def _reach(values: _Values, minima: NDArray[np.int64], kinds: Kinds, geodetic: bool) -> Reach:
    """Two categories that can meet are widened, together, by at least their minima."""
    across, upward = (value[minima].max(axis=2) for value in (values.farthest, values.highest))
    if len(kinds.categories) > 1:
        here = np.zeros((2, len(kinds.categories)), np.bool_)
        here[0, kinds.own] = True
        here[1, kinds.other] = True
        apart = ~(here[0][:, None] & here[1])
        apart &= apart.T
        across[apart] = upward[apart] = 0.0
    if geodetic:
        across = STRETCH * across + SAG
    rows = np.bincount(np.concatenate([kinds.own, kinds.other]), minlength=len(across))
    return Reach(frozen(_shares(across, rows)), frozen(_shares(upward, rows)))


def _shares(minima: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each category what, with that of any other, makes up their minimum.

    Categories of many rows come first: one flight of large minima takes up all of them itself,
    and does not widen the boxes of all others.
    """
    share = minima.diagonal() / 2.0
    order = np.argsort(-rows, kind="stable")
    for place, kind in enumerate(order.tolist()):
        for other in order[:place].tolist():
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
