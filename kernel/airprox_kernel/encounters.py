"""Merge: pieces of all slabs to encounters, each once and whole."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._jit import jit, jit_inner
from ._types import IndexArray, Time
from .pieces import PieceArray


@jit
def is_same_pair(pieces: PieceArray, one: int, two: int) -> bool:
    """Return whether two pieces are of the same parts and the same level."""
    return (
        pieces["own"][one] == pieces["own"][two]
        and pieces["other"][one] == pieces["other"][two]
        and pieces["level"][one] == pieces["level"][two]
    )


@jit
def follows(pieces: PieceArray, one: int, two: int) -> bool:
    """Return whether piece `two` goes on where piece `one` does, or repeats a part of it.

    Domain: ``one`` does not begin after ``two``. Two pieces are of one encounter iff they are of
    the same pair of parts and level and share a part of an elementary interval, or meet at a knot
    with loss on both sides.
    """
    if not is_same_pair(pieces, one, two):
        return False
    if _begins_by(pieces, two, pieces["last"][one], pieces["last_cut"][one]):
        return True
    return (
        pieces["first"][two] == pieces["until"][one]
        and pieces["at_end"][one]
        and pieces["at_start"][two]
    )


@jit_inner
def _begins_by(pieces: PieceArray, index: int, interval: Time, cut: int) -> bool:
    """Return whether a piece begins in a part of an interval, given by its numbers, or before."""
    first = pieces["first"][index]
    return first < interval or (first == interval and pieces["first_cut"][index] <= cut)


@jit
def join(pieces: PieceArray, one: int, two: int) -> None:
    """Take piece `two`, which follows `one`, into `one`.

    Of two that begin (end) at one place, both may be cut off there by who does not know whether
    the trajectories go on; it is clipped if either says so.
    """
    longer = pieces["last"][two] > pieces["last"][one]
    if pieces["last"][two] == pieces["last"][one]:
        longer = pieces["last_cut"][two] > pieces["last_cut"][one]
        if pieces["last_cut"][two] == pieces["last_cut"][one]:
            pieces["end_clipped"][one] |= pieces["end_clipped"][two]
    begins_there = pieces["first"][two] == pieces["first"][one]
    if begins_there and pieces["first_cut"][two] == pieces["first_cut"][one]:
        pieces["start_clipped"][one] |= pieces["start_clipped"][two]
    if longer:
        pieces["last"][one] = pieces["last"][two]
        pieces["last_cut"][one] = pieces["last_cut"][two]
        pieces["until"][one] = pieces["until"][two]
        pieces["end"][one] = pieces["end"][two]
        pieces["at_end"][one] = pieces["at_end"][two]
        pieces["end_clipped"][one] = pieces["end_clipped"][two]
    if pieces["cpa_square"][two] < pieces["cpa_square"][one]:
        pieces["cpa"][one] = pieces["cpa"][two]
        pieces["cpa_offset"][one] = pieces["cpa_offset"][two]
        pieces["cpa_square"][one] = pieces["cpa_square"][two]
        pieces["cpa_horizontal"][one] = pieces["cpa_horizontal"][two]
        pieces["cpa_vertical"][one] = pieces["cpa_vertical"][two]
    if pieces["critical_square"][two] < pieces["critical_square"][one]:
        pieces["critical"][one] = pieces["critical"][two]
        pieces["critical_offset"][one] = pieces["critical_offset"][two]
        pieces["critical_square"][one] = pieces["critical_square"][two]


@jit_inner
def _comes_before(pieces: PieceArray, one: int, two: int) -> bool:
    """Return whether piece `one` comes before piece `two` by pair, level, interval and part."""
    if pieces["own"][one] != pieces["own"][two]:
        return pieces["own"][one] < pieces["own"][two]
    if pieces["other"][one] != pieces["other"][two]:
        return pieces["other"][one] < pieces["other"][two]
    if pieces["level"][one] != pieces["level"][two]:
        return pieces["level"][one] < pieces["level"][two]
    if pieces["first"][one] != pieces["first"][two]:
        return pieces["first"][one] < pieces["first"][two]
    return pieces["first_cut"][one] < pieces["first_cut"][two]


@jit
def merge_pieces(pieces: PieceArray) -> int:
    """Join the pieces in place; return how many are left.

    Where they are not in the order of `order_pieces`, nothing is done, and -1 returned.
    """
    for index in range(1, pieces.size):
        if _comes_before(pieces, index, index - 1):
            return -1
    count = 0
    for index in range(pieces.size):
        if count > 0 and follows(pieces, count - 1, index):
            join(pieces, count - 1, index)
        else:
            pieces[count] = pieces[index]
            count += 1
    return count


def merged(pieces: PieceArray) -> PieceArray:
    """Return pieces in order, adjacent ones joined and repeats dropped; a part of a new array.

    Pieces that come in the order of the slabs need to be sorted by pair alone, which takes a
    seventh of the time.
    """
    ordered = pieces.take(_pairs(pieces["own"], pieces["other"]).argsort(kind="stable"))
    count = merge_pieces(ordered)
    if count < 0:
        ordered = pieces.take(order_pieces(pieces))
        count = merge_pieces(ordered)
    return ordered[:count]


def order_pieces(pieces: PieceArray) -> IndexArray:
    """Return the order by own part, other part, level, first interval and part of it."""
    keys = [pieces[key] for key in ("level", "first", "first_cut")]
    return order_pairs(pieces["own"], pieces["other"], *keys)


def order_pairs(
    own: NDArray[np.integer[Any]], other: NDArray[np.integer[Any]], *keys: NDArray[Any]
) -> IndexArray:
    """Return the order by `own`, `other`, and by the keys; (pairs,) each, not negative."""
    pair = _pairs(own, other)
    # Sorting by varying keys alone, and by one number for both, takes a third of the time.
    return np.lexsort((*(key for key in reversed(keys) if np.any(key != key[:1])), pair))


def _pairs(own: NDArray[np.integer[Any]], other: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Return one number for both."""
    return own.astype(np.int64) << 32 | other
