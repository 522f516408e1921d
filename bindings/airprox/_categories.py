"""Carried columns of two sides as numbers: categories, groups and sides."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._arrow import frozen, python_values
from ._codes import encode
from .errors import SchemaError
from .fleet import Fleet


class Labels(NamedTuple):
    """A value per trajectory of both sides, as an index into `values`; None is a null."""

    own: NDArray[np.int32]
    other: NDArray[np.int32]
    values: tuple[Any, ...]
    """Distinct; None is always there, and last."""


def label_rows(own: Fleet, other: Fleet, column: str, purpose: str, *, needed: bool) -> Labels:
    """Return the values of a carried column; a side that lacks it has nulls.

    If it is `needed` and neither side has it, raises `SchemaError`, which tells the `purpose`.
    """
    found = [column in fleet.carried.column_names for fleet in (own, other)]
    if needed and not any(found):
        names = ", ".join(map(repr, own.carried.column_names)) or "no columns"
        raise SchemaError(
            f"{purpose} must find the column {column!r} in the fleet, which carries {names}; see "
            "the argument carry of Fleet.from_arrow"
        )
    codes: list[NDArray[np.int32]] = []
    number: dict[Any, int] = {}
    for fleet, has in zip((own,) if own is other else (own, other), found, strict=False):
        values, rows = _coded(fleet, column) if has else ([None], np.zeros(len(fleet), np.int32))
        places = [number.setdefault(value, len(number)) for value in values]
        codes.append(np.array(places, np.int32)[rows])
    # Null goes last, whatever came first.
    order = sorted(number, key=lambda value: (value is None, number[value]))
    order += [] if None in number else [None]
    moved = np.array([order.index(value) for value in number], np.int32)
    sides = [frozen(moved[each]) for each in codes]
    return Labels(sides[0], sides[-1], tuple(order))


def _coded(fleet: Fleet, column: str) -> tuple[list[Any], NDArray[np.int32]]:
    """Return the distinct values, null at the end, and the place of each row's."""
    values: pa.ChunkedArray = fleet.carried[column]
    coded = encode(values, repr(column), floats=True)
    return [*python_values(coded.values, repr(column)), None], coded.codes
