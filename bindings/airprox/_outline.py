"""The outline of a dataset: its slabs, who is in each, and what must be read for it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.job import Window
from airprox_kernel.knots import Knots

from ._arrow import frozen
from ._buffers import as_arrow
from ._codes import Coded
from ._crossings import crossings, no_after, no_before
from ._division import Division, extents_of, fine_edges, joined_slabs
from ._prepared import NOTHING
from ._reading import Reading, Told
from ._rows import empty_carried, id_rows, take_carried
from ._slab import Slab
from ._spill import Spill
from ._stored import Chunk, Files, Stored, chunks_of
from ._survey import Survey, survey
from .fleet import Fleet

MOST_READ = 1_000_000
"""Rows that are read in one go at most, unless a row group has more."""


class Outline(NamedTuple):
    """A dataset divided into slabs of time."""

    stored: Stored
    reading: Reading
    told: Told
    chunks: list[Chunk]
    found: Survey
    first: NDArray[np.int64]
    """Slab s is made of the survey's slabs ``first[s] : first[s + 1]``."""
    legs: Spill
    roster: Fleet
    """Every trajectory by its first and last instant alone."""

    @property
    def edges(self) -> NDArray[Any]:
        """(slabs + 1,) the ends of the slabs; the outer ones are beyond every instant."""
        return self.found.edges[self.first]

    @property
    def rows(self) -> int:
        """Rows of the dataset."""
        return sum(chunk.rows for chunk in self.chunks)


def outline(
    files: Files,
    reading: Reading,
    division: Division,
    report: Callable[[int, int], object],
    folder: Path | None = None,
) -> Outline:
    """Survey a dataset, in slabs of its time; `report` hears of rows read, of all.

    Raises what `Fleet.from_arrow` would for its columns, ids and times.
    """
    stored = files.stored
    empty = reading.empty(stored.schema)
    told = reading.told(stored.schema)
    chunks = chunks_of(files, max(1, min(MOST_READ, division.knots // 8)))
    edges = fine_edges(extents_of(files, chunks, told), division)
    if not chunks:
        edges = edges.astype(empty._knots.time.dtype)
    done = np.cumsum([0, *(chunk.rows for chunk in chunks)])

    def heard(count: int) -> None:
        report(int(done[count]), int(done[-1]))

    found = survey(files, chunks, told, edges, heard, folder)
    first = joined_slabs(found.knots, division)
    legs = crossings(found, first, told.max_gap, folder)
    found.visits.close()
    coded = Coded(np.arange(len(found.ids), dtype=np.int32), found.ids)
    ids = id_rows(coded, stored.schema.empty_table(), told.layout)
    carried = found.carried if found.carried.num_columns else empty_carried(len(ids))
    roster = _roster(empty, ids, carried, found)
    return Outline(stored, reading, told, chunks, found, first, legs, roster)


def slabs(whole: Outline, window: Window) -> Iterator[tuple[Slab, int]]:
    """Yield the slabs in order of time with their numbers, but for those that cannot matter.

    Nobody is there, or it is outside of the window.
    """
    line = np.cumsum([0, *(chunk.rows for chunk in whole.chunks)])
    bad = np.array(sorted(whole.found.reasons), np.int64)
    for number, (start, end) in enumerate(zip(whole.edges[:-1], whole.edges[1:], strict=True)):
        record = whole.legs.of_slabs(number, number + 1)
        good = np.flatnonzero(~np.isin(record.row, bad))
        if not (len(good) and end > window.start and start < window.end):
            continue
        row, after, before = (values[good] for values in record)
        places = _holding(whole.found, start, end, np.concatenate([before, after]))
        slab = Slab(
            start,
            end,
            tuple(whole.chunks[place] for place in places.tolist()),
            line[places],
            row,
            whole.found.ids.take(as_arrow(row)),
            take_carried(whole.roster.carried, row),
            before,
            after,
        )
        yield slab, number


def _holding(found: Survey, start: Any, end: Any, far: NDArray[Any]) -> NDArray[np.int64]:
    """Return the chunks that may have a row in [start, end), or at one of the far instants."""
    time = found.edges.dtype
    far = np.unique(far[(far > no_before(time)) & (far < no_after(time))])
    inside = (found.low < end) & (found.high >= start)
    reach = np.searchsorted(far, found.low) < np.searchsorted(far, found.high, side="right")
    return np.flatnonzero((found.low <= found.high) & (inside | reach))


def _roster(empty: Fleet, ids: pa.Array, carried: pa.Table, found: Survey) -> Fleet:
    """Return a fleet like an empty one, of trajectories that are nowhere, from start to end.

    All that a screening asks of fleets before it looks at positions can be asked of it: ids,
    categories, sides, pairs that share an instant.
    """
    every: NDArray[np.int64] = np.arange(len(ids) + 1)
    time: Any = np.stack([found.start, found.end], axis=1).reshape(-1)
    knots = Knots(
        frozen(time), NOTHING, NOTHING, NOTHING, NOTHING,
        frozen(2 * every), frozen(every[:-1]), frozen(every), empty._knots.geodetic,
    )  # fmt: skip
    return Fleet._of(empty._prepared._replace(knots=knots, ids=ids, carried=carried))
