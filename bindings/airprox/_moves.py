"""Columns move: values to their places, and the places that lengths and ranges speak of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from airprox_kernel import order as ordering

from ._arrow import frozen
from ._ranges import side_by_side


def ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """All the whole numbers of the ranges ``starts : starts + lengths``, one after the other.

    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - (ends - lengths), lengths)


def offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lengths as read-only offsets: one more than the lengths, from 0 to their sum."""
    result = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=result[1:])
    return frozen(result)


def moved(
    columns: Sequence[NDArray[Any]], places: NDArray[np.int64], size: int
) -> list[NDArray[Any]]:
    """Columns of 8-byte values with each value at its place; the other places hold anything."""

    def move(column: NDArray[Any]) -> NDArray[Any]:
        result = np.empty(size, column.dtype)
        ordering.move(frozen(column.view(np.int64)), places, result.view(np.int64))
        return result

    return side_by_side(move, columns, len(places))


def moved_frozen(columns: Sequence[NDArray[Any]], places: NDArray[np.int64]) -> list[NDArray[Any]]:
    """`moved` where there is a value for every place."""
    return [frozen(column) for column in moved(columns, places, len(places))]
