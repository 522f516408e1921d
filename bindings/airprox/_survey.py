"""A survey of a dataset: who there is, from when to when, and which legs cross the edges of slabs.

One pass over ids and times in the dataset's own order, which is what numbers trajectories: by first
appearance, as `Fleet.from_arrow` of the whole would. What is kept grows with the number of
trajectories (an id and some 40 bytes each), not with that of knots.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel import order as ordering
from airprox_kernel.visits import note_visits

from ._ahead import read_ahead
from ._arrow import frozen, plain
from ._buffers import as_arrow
from ._division import time_limit
from ._faults import Faults
from ._known_ids import KnownIds
from ._reading import Told
from ._rows import read_ids_by_row
from ._spill import Spill
from ._stored import Chunk, Files
from ._times import times

CELLS = 4
"""Places of (trajectory, slab) that are noted at once, for each knot of a chunk."""


class Survey(NamedTuple):
    """What one pass over a dataset finds."""

    ids: pa.Array
    """(trajectories,) in order of first appearance; those with a fault among them."""
    carried: pa.Table
    """The carried columns, as they stand in each trajectory's first row."""
    start: NDArray[Any]
    """(trajectories,) the first instant of each; after `end` where there is no good one."""
    end: NDArray[Any]
    reasons: dict[int, tuple[int, str]]
    """Trajectories with a fault in id or time: its row in the dataset, and what it is."""
    low: NDArray[Any]
    """(chunks,) the first instant in each; after `high` where there is none."""
    high: NDArray[Any]
    edges: NDArray[Any]
    knots: NDArray[np.int64]
    """(slabs,) rows with an instant in each."""
    visits: Spill
    """By slab and trajectory, the first and the last instant."""


def survey(
    files: Files,
    chunks: list[Chunk],
    told: Told,
    edges: NDArray[Any],
    report: Callable[[int], object],
    folder: Path | None = None,
) -> Survey:
    """Survey a dataset, its time divided into slabs by `edges`; `report` hears of chunks done.

    What there is no room for in memory goes to `folder`.
    """
    surveyor = _Surveyor(told, edges, folder)
    columns = told.columns("id", "time")
    tables: Iterator[pa.Table] = read_ahead(lambda chunk: files.read(chunk, columns), chunks)
    try:
        for done, table in enumerate(tables, 1):
            surveyor.take(table)
            report(done)
    finally:
        tables.close()  # pyright: ignore[reportAttributeAccessIssue]
    return surveyor.result(files.stored.schema)


class _Surveyor:
    """A survey under way."""

    def __init__(self, told: Told, edges: NDArray[Any], folder: Path | None) -> None:
        self._told = told
        self._edges = edges
        self._limit = time_limit(edges.dtype)
        self._known: KnownIds | None = None
        self._carried: list[pa.Table] = []
        self._start, self._end = np.empty(0, edges.dtype), np.empty(0, edges.dtype)
        self._reasons: dict[int, tuple[int, str]] = {}
        self._spans: list[tuple[Any, Any]] = []
        self._knots = np.zeros(len(edges) - 1, np.int64)
        self._visits = Spill(len(edges) - 1, edges.dtype, folder)
        self._rows_before = 0

    def take(self, table: pa.Table) -> None:
        """Take in the rows of a chunk."""
        told = self._told
        coded = read_ids_by_row(table, told.layout)
        number = np.full(len(coded.values) + 1, -1, np.int32)
        first = np.empty(len(number), np.int64)
        codes = np.empty(len(coded.codes), np.int32)
        count, _ = ordering.renumber(coded.codes, number, first, codes)
        named = np.empty(count, np.int64)
        used = np.flatnonzero(number >= 0)
        named[number[used]] = used
        ids = pa.concat_arrays([coded.values, pa.nulls(1, coded.values.type)]).take(as_arrow(named))
        rows = self._rows_of(ids, table, first[:count])
        layout = told.layout
        column = table[layout.names["time"][0]]
        found = times(column, layout.label("time"), told.naive_time, told.unix_time)
        time = found.values
        bad = ~((time >= -self._limit) & (time <= self._limit))
        if found.null is not None:
            bad |= found.null
        none = number[-1]
        if bad.any() or none >= 0:
            codes = self._without_faults(codes, bad, int(none), rows, ids, found)
        good = time if not bad.any() else time[~bad]
        self._spans.append((good.min(), good.max()) if len(good) else (1, 0))
        if len(good):
            self._note(codes, time, rows)
        self._rows_before += len(codes)

    def _rows_of(
        self, ids: pa.Array, table: pa.Table, first: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return the numbers of trajectories; `first` are their first rows in the table."""
        if self._known is None:
            self._known = KnownIds(ids.type)
        rows, new = self._known.numbered(ids)
        begun = as_arrow(first[new])
        columns = {name: plain(table[name]).take(begun) for name in self._told.layout.carry}
        if columns:
            self._carried.append(pa.table(columns))
        count = len(self._known)
        if count > len(self._start):
            more = np.full(count // 4 + len(new), self._limit, self._edges.dtype)
            self._start = np.concatenate([self._start, more])
            self._end = np.concatenate([self._end, -more])
        return rows

    def _without_faults(
        self,
        codes: NDArray[np.int32],
        bad: NDArray[np.bool_],
        none: int,
        rows: NDArray[np.int64],
        ids: pa.Array,
        found: Any,
    ) -> NDArray[np.int32]:
        """Return the codes with -1 for rows that tell nothing; raises if they may not be there."""
        label = {role: self._told.layout.label(role) for role in ("id", "time")}
        faults = Faults(ids, self._told.invalid)
        codes = codes.copy()

        def reason(row: int) -> str:
            if codes[row] == none:
                return f"column {label['id']} must not be null, found a null"
            if found.null is not None and found.null[row]:
                return f"column {label['time']} must not be null, found a null"
            return f"times in {label['time']} must be finite and in range, found another"

        at = np.flatnonzero(bad | (codes == none))
        owners, places = np.unique(codes[at], return_index=True)
        lines = at[places] + self._rows_before
        faults.add(owners, lines, lambda place: reason(int(at[place])), places)
        rejected = faults.settle()
        order = np.argsort(lines, kind="stable")
        for place, text in zip(order.tolist(), rejected["reason"].to_pylist(), strict=True):
            self._reasons.setdefault(int(rows[owners[place]]), (int(lines[place]), text))
        codes[at] = -1
        return codes

    def _note(self, codes: NDArray[np.int32], time: NDArray[Any], rows: NDArray[np.int64]) -> None:
        """Note who is seen when; few slabs at a time where many trajectories are seen in many."""
        low, high = self._spans[-1]
        first = int(np.searchsorted(self._edges, low, side="right")) - 1
        last = int(np.searchsorted(self._edges, high, side="right"))
        width = max(1, CELLS * len(codes) // len(rows))
        for begin in range(first, last, width):
            end = min(begin + width, last)
            earliest = np.full(len(rows) * (end - begin), self._limit, self._edges.dtype)
            latest = -earliest
            edges = frozen(self._edges[begin : end + 1])
            note_visits(
                frozen(codes), frozen(time), edges, earliest, latest, self._knots[begin:end]
            )
            seen = np.flatnonzero(earliest <= latest)
            owner, slab = np.divmod(seen, end - begin)
            earliest, latest, owner = earliest[seen], latest[seen], rows[owner]
            self._visits.add(slab + begin, owner, earliest, latest)
            np.minimum.at(self._start, owner, earliest)
            np.maximum.at(self._end, owner, latest)

    def result(self, schema: pa.Schema) -> Survey:
        """Return what was found."""
        layout = self._told.layout
        if self._known is None:
            table = schema.empty_table()
            ids = read_ids_by_row(table, layout).values
            self._carried = [pa.table({name: plain(table[name]) for name in layout.carry})]
        else:
            ids = self._known.all()
        low, high = np.array(self._spans, self._edges.dtype).reshape(-1, 2).T
        carried = pa.concat_tables(self._carried) if self._carried else pa.table({})
        return Survey(
            ids,
            carried.combine_chunks(),
            self._start[: len(ids)],
            self._end[: len(ids)],
            self._reasons,
            low,
            high,
            self._edges,
            self._knots,
            self._visits,
        )
