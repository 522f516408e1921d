"""The ledger: all encounters of an airspace, by the slots of the two flights.

Chunks never change; what no longer holds is marked. A snapshot keeps the ledger of its moment.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from ._arrow import frozen
from ._levels import Levels
from ._probe import Rows
from ._roster import Mask

MOST_CHUNKS = 8
"""Beyond, chunks are joined: all small ones, and the first if they have become many."""


class Chunk(NamedTuple):
    """Some encounters, and which of them still hold."""

    rows: Rows
    alive: Mask


class Ledger(NamedTuple):
    """Encounters in chunks, in no particular order."""

    chunks: tuple[Chunk, ...] = ()

    def without(self, slots: NDArray[np.int64]) -> tuple["Ledger", list[Rows]]:
        """Return the ledger without the encounters of these flights, and those."""
        chunks: list[Chunk] = []
        dropped: list[Rows] = []
        for chunk in self.chunks:
            gone = _is_one_of(chunk.rows.own, slots) | _is_one_of(chunk.rows.other, slots)
            gone &= chunk.alive
            places = np.flatnonzero(gone)
            if places.size:
                dropped.append(taken(chunk.rows, places))
                chunk = chunk._replace(alive=frozen(chunk.alive & ~gone))
            chunks.append(chunk)
        return Ledger(tuple(chunks)), dropped

    def with_more(self, found: list[Rows]) -> "Ledger":
        """Return the ledger with more encounters."""
        more = [Chunk(_facing(rows), _all(rows)) for rows in found if rows.own.size]
        if not more:
            return self
        chunks = (*self.chunks, *more)
        if len(chunks) > MOST_CHUNKS:
            first, *rest = chunks
            joined = _joined([_alive(chunk) for chunk in rest])
            chunks = (first, Chunk(joined, _all(joined)))
            if 2 * joined.own.size > first.alive.size:
                joined = self._replace(chunks=chunks).rows()
                chunks = (Chunk(joined, _all(joined)),)
        return Ledger(chunks)

    def rows(self) -> Rows:
        """Return all encounters that hold; there must be a chunk."""
        return _joined([_alive(chunk) for chunk in self.chunks])


def _is_one_of(values: NDArray[np.int64], slots: NDArray[np.int64]) -> Mask:
    return values == slots[0] if slots.size == 1 else np.isin(values, slots)


def _all(rows: Rows) -> Mask:
    return frozen(np.ones(rows.own.size, np.bool_))


def _alive(chunk: Chunk) -> Rows:
    return chunk.rows if chunk.alive.all() else taken(chunk.rows, np.flatnonzero(chunk.alive))


def _facing(rows: Rows) -> Rows:
    """Return the rows with the lesser slot for own: everything else is the same either way."""
    return rows._replace(
        own=np.minimum(rows.own, rows.other), other=np.maximum(rows.own, rows.other)
    )


def taken(rows: Rows, places: NDArray[np.int64]) -> Rows:
    """Return the chosen rows, in this order."""
    if np.array_equal(places, np.arange(rows.own.size)):
        return rows
    values = rows.values.take(pa.array(places))
    return Rows(values, rows.own[places], rows.other[places])


def _joined(parts: list[Rows]) -> Rows:
    if len(parts) == 1:
        return parts[0]
    return Rows(
        pa.concat_tables([part.values for part in parts]).combine_chunks(),
        np.concatenate([part.own for part in parts]),
        np.concatenate([part.other for part in parts]),
    )


def joined_rows(parts: list[Rows]) -> Rows | None:
    """Return all rows; None if there are none."""
    parts = [_facing(part) for part in parts if part.own.size]
    return _joined(parts) if parts else None


def in_order(
    rows: Rows, own: NDArray[np.int64], other: NDArray[np.int64], levels: Levels
) -> NDArray[np.int64]:
    """Return the order by own row, other row, start and level."""
    keys = [rows.values["start"].to_numpy(), other, own]
    if levels.names is not None:
        keys.insert(0, level_places(rows.values["level"], levels))
    return np.lexsort(keys)


def level_places(column: pa.Array | pa.ChunkedArray, levels: Levels) -> NDArray[np.int64]:
    """Return the place of each level among the names."""
    options = pyarrow.compute.SetLookupOptions(value_set=pa.array(levels.names, pa.string()))
    places = pyarrow.compute.call_function("index_in", [column], options)
    return places.to_numpy().astype(np.int64)
