"""The arrays that one thread of a search works in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.boxes import Boxes, Places
from airprox_kernel.broad import Candidates
from airprox_kernel.pieces import PieceArray, piece_type
from airprox_kernel.tubes import COLUMNS, NO_TUBES

BUFFER = 32_768
"""Candidates, and pieces, that one call of a kernel may write: some 10 ms of work."""


class Workspace:
    """The arrays that one thread works in, kept from chunk to chunk: new ones are slow to touch."""

    _bounds = np.empty((0, 8), np.float32)
    _tubes = NO_TUBES
    _places = Places(np.empty(0, np.int32), np.empty(0, np.int64))
    _legs = np.empty(0, np.int64)
    _candidates = Candidates(*(np.empty(0, np.int32) for _ in range(3)))

    def __init__(self, time: np.dtype[Any]) -> None:
        self._pieces = np.empty(0, piece_type(time))

    def boxes(self, count: int) -> tuple[NDArray[np.float32], Places]:
        """Return room for the boxes of a chunk."""
        if len(self._bounds) < count:
            self._bounds = np.empty((count, 8), np.float32)
            self._places = Places(np.empty(count, np.int32), np.empty(count, np.int64))
        part, leg, _ = self._places
        return self._bounds[:count], Places(part[:count], leg[:count])

    def tubes(self, count: int) -> NDArray[np.float32]:
        """Return room for the tubes of a chunk."""
        if len(self._tubes) < count:
            self._tubes = np.empty((count, COLUMNS), np.float32)
        return self._tubes[:count]

    def legs(self, count: int) -> NDArray[np.int64]:
        """Return room for a leg of each part of a chunk."""
        if self._legs.size < count:
            self._legs = np.empty(count, np.int64)
        return self._legs[:count]

    def candidates(self, boxes: Boxes) -> Candidates:
        """Return room for the candidates of the fullest slab, or more where that is of use."""
        fullest = int((boxes.start[1:] - boxes.start[:-1]).max())
        size = max(fullest, min(BUFFER, 4 * len(boxes.bounds)))
        if self._candidates.own.size < size:
            self._candidates = Candidates(*np.empty((3, size), np.int32))
        return self._candidates

    def pieces(self, least: int, useful: int) -> PieceArray:
        """Return room for at least so many pieces, or more where that is of use."""
        size = max(least, min(BUFFER, useful))
        if self._pieces.size < size:
            self._pieces = np.empty(size, self._pieces.dtype)
        return self._pieces
