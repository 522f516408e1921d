"""Where a dataset's time axis is cut, so that slabs have about as many knots as fit in memory."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._reading import Told
from ._stored import Chunk, Files
from ._times import SECONDS_LIMIT, TIMESTAMP_LIMIT, times


class Division(NamedTuple):
    """How a dataset's time axis is to be divided."""

    knots: int
    """Knots that a slab may have."""
    edges: tuple[Any, ...] | None = None
    """The instants between slabs, where they are given."""


FINE = 8
"""Slabs that are counted for each that is made: what lies in a row group is only guessed before."""


class Extents(NamedTuple):
    """How much there is when: (chunks,) each."""

    low: NDArray[Any]
    high: NDArray[Any]
    rows: NDArray[np.int64]


def extents_of(files: Files, chunks: list[Chunk], told: Told) -> Extents:
    """Return the span of each chunk, by the statistics of its row groups or by reading its times.

    They may be wrong or wide: what depends on them is how well slabs are balanced, and no more.
    """
    name = told.layout.names["time"][0]
    found: list[Any] = []
    kind = np.dtype(np.float64)
    for chunk in chunks:
        ends = _told(files, chunk, name)
        if ends is None:
            ends = files.read(chunk, [name])[name]
        values = times(ends, told.layout.label("time"), told.naive_time, told.unix_time).values
        kind = values.dtype
        limit = time_limit(kind)
        inside = values[(values >= -limit) & (values <= limit)]
        found.append((inside.min(), inside.max()) if len(inside) else (0, 0))
    low, high = np.array(found, kind).reshape(-1, 2).T
    return Extents(low, high, np.array([chunk.rows for chunk in chunks], np.int64))


def time_limit(kind: np.dtype[Any]) -> float | int:
    """Return the greatest instant that a trajectory may have."""
    return TIMESTAMP_LIMIT if kind == np.int64 else SECONDS_LIMIT


def _told(files: Files, chunk: Chunk, name: str) -> pa.ChunkedArray | None:
    """Return the least and the greatest time of each row group as Parquet's statistics tell."""
    field = files.stored.schema.field(name)
    metadata = files.fragment(chunk.file).metadata
    names = [metadata.schema.column(place).path for place in range(metadata.num_columns)]
    if name not in names:
        return None
    place = names.index(name)
    kind = _told_type(metadata.schema.column(place), field.type)
    raw: list[Any] = []
    for group in chunk.groups:
        told = metadata.row_group(group).column(place).statistics
        if kind is None or told is None or not told.has_min_max:
            return None
        raw += [told.min_raw, told.max_raw]
    if pa.types.is_timestamp(kind):
        return pa.chunked_array([pa.array(raw, pa.int64()).view(kind)])
    return pa.chunked_array([pa.array(raw, kind)])


def _told_type(column: Any, kind: Any) -> pa.DataType | None:
    """Return the type of a column's raw statistics; None for what is no plain number or instant."""
    if pa.types.is_timestamp(kind) and column.physical_type == "INT64":
        unit = {"milliseconds": "ms", "microseconds": "us", "nanoseconds": "ns"}
        text = str(column.logical_type)
        return next((pa.timestamp(u, kind.tz) for word, u in unit.items() if word in text), None)
    if pa.types.is_floating(kind) and column.physical_type in ("FLOAT", "DOUBLE"):
        return pa.float64()
    if pa.types.is_signed_integer(kind) and column.physical_type in ("INT32", "INT64"):
        return pa.int64()
    return None


def fine_edges(extents: Extents, division: Division) -> NDArray[Any]:
    """Return edges of slabs a `FINE`-th as full as they may be, if chunks were evenly filled.

    The outer ones lie beyond every instant.
    """
    kind = extents.low.dtype
    limit = time_limit(kind)
    outer = np.array([-limit, limit + 1 if kind == np.int64 else np.nextafter(limit, np.inf)], kind)
    if division.edges is not None:
        return np.concatenate([outer[:1], np.array(division.edges, kind), outer[1:]])
    total = int(extents.rows.sum())
    count = -(-total // max(1, division.knots // FINE)) if total else 1
    if count < 2:
        return outer
    origin = extents.low.min()
    low = (extents.low - origin).astype(np.float64)
    # A chunk of one instant takes a little room, so that its knots are counted.
    width = np.maximum((extents.high - extents.low).astype(np.float64), 1e-9)
    instants = np.unique(np.concatenate([low, low + width]))
    density = np.zeros(len(instants))
    np.add.at(density, np.searchsorted(instants, low), extents.rows / width)
    np.add.at(density, np.searchsorted(instants, low + width), -extents.rows / width)
    before = np.append(0.0, np.cumsum(np.maximum(np.cumsum(density)[:-1], 0.0) * np.diff(instants)))
    inner = np.interp(np.arange(1, count) * (total / count), before, instants)
    inner = (np.rint(inner) if kind == np.int64 else inner).astype(kind) + origin
    inner = np.unique(inner)
    return np.concatenate([outer[:1], inner[(inner > origin) & (inner < outer[1])], outer[1:]])


def joined_slabs(counts: NDArray[np.int64], division: Division) -> NDArray[np.int64]:
    """Return the first fine slab of each slab, and the end.

    As few slabs as there may be, about equally full: by no more than a fine slab too full. Given
    edges are kept.
    """
    if division.edges is not None:
        return np.arange(len(counts) + 1)
    total = int(counts.sum())
    number = max(1, -(-total // division.knots))
    middle = np.cumsum(counts) - counts / 2.0
    slab = np.minimum((middle * number / max(total, 1)).astype(np.int64), number - 1)
    return np.append(np.flatnonzero(np.diff(slab, prepend=-1)), len(counts))
