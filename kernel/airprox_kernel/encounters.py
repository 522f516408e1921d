"""Merge: pieces of all slabs to encounters, each once and whole."""

import numpy as np

from ._jit import jit
from ._types import IndexArray
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
    the same pair of parts and level and share an elementary interval, or meet at a knot with loss
    on both sides.
    """
    if not is_same_pair(pieces, one, two):
        return False
    if pieces["first"][two] <= pieces["last"][one]:
        return True
    return (
        pieces["first"][two] == pieces["until"][one]
        and pieces["at_end"][one]
        and pieces["at_start"][two]
    )


@jit
def join(pieces: PieceArray, one: int, two: int) -> None:
    """Take piece `two`, which follows `one`, into `one`."""
    if pieces["last"][two] > pieces["last"][one]:
        pieces["last"][one] = pieces["last"][two]
        pieces["until"][one] = pieces["until"][two]
        pieces["end"][one] = pieces["end"][two]
        pieces["at_end"][one] = pieces["at_end"][two]
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


@jit
def merge_pieces(pieces: PieceArray) -> int:
    """Join the pieces, sorted by pair, level and `first`, in place; return how many are left."""
    count = 0
    for index in range(pieces.size):
        if count > 0 and follows(pieces, count - 1, index):
            join(pieces, count - 1, index)
        else:
            pieces[count] = pieces[index]
            count += 1
    return count


def order_pieces(pieces: PieceArray) -> IndexArray:
    """Return the order by own part, other part, level and first interval."""
    return np.lexsort((pieces["first"], pieces["level"], pieces["other"], pieces["own"]))
