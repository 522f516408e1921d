"""Ids met so far, numbered by first appearance, as chunk after chunk brings more of them."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._arrow import pc
from ._buffers import as_arrow, as_numpy
from ._ranges import side_by_side

PIECES = 16
"""Arrays that the ids may lie in; each is looked through by one thread."""


class KnownIds:
    """Numbers of ids.

    Most ids of a chunk were in the one before. For the few others, all that are known are looked
    up among these few, not the other way round: 12 ns for each known id, where a table of them
    all, made anew, takes 80.
    """

    def __init__(self, kind: pa.DataType) -> None:
        self._pieces: list[pa.Array] = []
        self._count = 0
        self._recent = pa.nulls(0, kind)
        self._recent_numbers: NDArray[np.int64] = np.empty(0, np.int64)

    def __len__(self) -> int:
        return self._count

    def all(self) -> pa.Array:
        """Return the ids in the order of their numbers."""
        self._pieces = [pa.concat_arrays([self._recent[:0], *self._pieces])]
        return self._pieces[0]

    def numbered(self, ids: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the numbers of distinct ids, and which are new: those have the next numbers."""
        place = as_numpy(pc.index_in(ids, value_set=self._recent).fill_null(-1))
        numbers = np.append(self._recent_numbers, -1)[place]
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown):
            numbers[unknown] = self._found(ids.take(as_arrow(unknown)))
        new = np.flatnonzero(numbers < 0)
        numbers[new] = self._count + np.arange(len(new))
        if len(new):
            self._add(ids.take(as_arrow(new)))
        self._recent, self._recent_numbers = ids, numbers
        return numbers, new

    def _found(self, ids: pa.Array) -> NDArray[np.int64]:
        """Return the numbers of ids that are known, else -1."""
        numbers = np.full(len(ids), -1)

        def look(piece: pa.Array) -> NDArray[np.int32]:
            return as_numpy(pc.index_in(piece, value_set=ids).fill_null(-1))

        before = 0
        for places in side_by_side(look, self._pieces, self._count):
            here = np.flatnonzero(places >= 0)
            numbers[places[here]] = before + here
            before += len(places)
        return numbers

    def _add(self, ids: pa.Array) -> None:
        self._pieces.append(ids)
        self._count += len(ids)
        if len(self._pieces) > PIECES:
            # The shortest neighbours become one, so that an id is copied a few times at most.
            lengths = [len(piece) for piece in self._pieces]
            sums = [one + two for one, two in pairwise(lengths)]
            at = sums.index(min(sums))
            self._pieces[at : at + 2] = [pa.concat_arrays(self._pieces[at : at + 2])]
