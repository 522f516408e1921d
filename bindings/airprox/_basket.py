"""Pieces on their way from the search to the table: merged as they come, or only counted."""

from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.encounters import merged
from airprox_kernel.pieces import PieceArray, copied, piece_type

from ._plan import Plan


class Basket:
    """Pieces found so far; once they are more than `capacity`, only their number by row."""

    def __init__(self, plan: Plan, capacity: int, rough: int) -> None:
        self._plan = plan
        self._capacity = capacity
        self._rough = rough
        self._size = self._merged = 0
        self._found: list[tuple[int, PieceArray]] = []
        self.weights: NDArray[np.int64] | None = None

    @property
    def found(self) -> list[PieceArray]:
        """The pieces, in the order of the places along the time axis that they came from."""
        return [pieces for _, pieces in sorted(self._found, key=itemgetter(0))]

    def add(self, place: int, pieces: PieceArray) -> None:
        """Take pieces in, and merge them where more than `rough` have come since the last time."""
        if self.weights is not None:
            self.weights += weigh(pieces, self._plan)
            return
        self._found.append((place, pieces))
        self._size += pieces.size
        many = self._size > self._capacity
        if many or self._size > max(self._rough, 2 * self._merged):
            pieces = merge(self.found, self._plan.time_kind)
            self._found = [(place, pieces)]
            self._size = self._merged = pieces.size
            if many and self._size > self._capacity // 2:
                self.weights = weigh(pieces, self._plan)
                self._found.clear()

    def add_weights(self, weights: NDArray[np.int64]) -> None:
        """Take the numbers by row of pieces that were too many to keep."""
        if self.weights is None:
            self.weights = sum((weigh(p, self._plan) for p in self.found), np.zeros_like(weights))
            self._found.clear()
        self.weights += weights


def weigh(pieces: PieceArray, plan: Plan) -> NDArray[np.int64]:
    """Return how many pieces each own row has; of a single own row, how many each other row."""
    job = plan.job
    if job.block.own_last - job.block.own_first > 1:
        return np.bincount(job.own.part_row[pieces["own"]], minlength=job.own_identity.size)
    return np.bincount(job.other.part_row[pieces["other"]], minlength=job.other_identity.size)


def merge(found: list[PieceArray], time_kind: np.dtype[Any]) -> PieceArray:
    """Return all pieces in order, adjacent ones joined and repeats dropped."""
    if len(found) == 1:
        pieces = found[0]
    else:
        none = np.empty(0, np.uint8)
        pieces = np.concatenate([none, *(part.view(np.uint8) for part in found)])
        pieces = pieces.view(piece_type(time_kind))
    return pieces if pieces.size < 2 else copied(merged(pieces))
