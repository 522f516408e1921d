"""A slab of a dataset, read: the whole legs that reach into a span of time, of whoever has any."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel import order as ordering

from ._arrow import frozen, pc
from ._buffers import as_arrow, as_numpy
from ._codes import encode
from ._faults import Faults
from ._grouping import NO_PLACES, Grouping
from ._prepared import JOINED_GAP, Prepared, duration, prepare
from ._reading import Told
from ._rows import Read, check_constant, read_ids_by_row, read_values
from ._stored import Chunk
from ._times import times
from ._tracks import as_tracks
from .gates import Gates, legs_beyond


class Slab(NamedTuple):
    """What to read for the legs that reach into [start, end)."""

    start: Any
    end: Any
    chunks: tuple[Chunk, ...]
    line: NDArray[np.int64]
    """(chunks,) the dataset's row that each chunk begins with."""
    row: NDArray[np.int64]
    """The trajectories that have a leg or a knot there, ascending; as long as the rest."""
    ids: pa.Array
    carried: pa.Table
    before: NDArray[Any]
    """The last knot before the slab, if a leg joins it to what is in it, or `no_before`."""
    after: NDArray[Any]


class Gathered(NamedTuple):
    """The legs of a slab, ready for the kernels, and what only their owner counts."""

    prepared: Prepared
    number: NDArray[np.int64]
    """Which of the slab's trajectories are there; the others have a fault."""
    rejected: dict[int, tuple[int, str]]
    """By row, the trajectories with a fault: the dataset's row that has it, and what it is."""
    counts: dict[str, int]
    implausible: NDArray[np.int64]
    """Rows of trajectories with legs beyond the gates."""


class _Knots(NamedTuple):
    """Which rows of a chunk a slab needs."""

    codes: NDArray[np.int32]
    keep: NDArray[np.bool_]
    far: NDArray[np.int32]
    """Trajectories of the knots outside of the slab."""


def gather(slab: Slab, told: Told, read: Callable[[Chunk, Sequence[str]], pa.Table]) -> Gathered:
    """Read a slab; `read` gives the columns of a chunk.

    Raises `InvalidTrajectories` where trajectories with a fault may not be set aside.
    """
    roles = ("id", *told.layout.knot_roles)
    columns = told.columns(*roles)
    found: list[_Knots] = []
    tables: list[pa.Table] = []
    for chunk in slab.chunks:
        knots, table = _needed(read(chunk, columns), slab, told)
        found.append(knots)
        tables.append(table)

    def line(row: int) -> int:
        for first, part in zip(slab.line.tolist(), found, strict=True):
            if row < len(part.codes):
                return first + int(np.flatnonzero(part.keep)[row])
            row -= len(part.codes)
        raise IndexError(row)

    faults = _LinedFaults(slab.ids, told.invalid, line)
    codes = frozen(np.concatenate([part.codes for part in found]))
    read_rows = _as_read(tables, codes, slab, told, faults)
    tracks = as_tracks(read_rows, told.layout)
    enforced = told.gates if told.gates is not None and told.gates.enforce else None
    geodetic = told.layout.frame == "geodetic"
    reference = told.altitude_reference
    prepared = prepare(tracks, read_rows, geodetic, told.max_gap, reference, enforced)
    kept = faults.kept(len(slab.row))
    number = np.flatnonzero(kept)
    far = sum(int(np.count_nonzero(kept[part.far])) for part in found)
    counts, implausible = _owned(prepared, slab, told.gates, far)
    rejected = {
        int(slab.row[trajectory]): fault for trajectory, fault in faults.by_trajectory().items()
    }
    return Gathered(prepared, number, rejected, counts, slab.row[number][implausible])


class _LinedFaults(Faults):
    """Faults that speak of rows of the dataset."""

    def __init__(self, ids: pa.Array, invalid: str, line: Callable[[int], int]) -> None:
        super().__init__(ids, invalid)
        self._line = line

    def source(self, row: int) -> int:
        """Return the row of the dataset that a row of the slab is."""
        return self._line(row)


def _needed(table: pa.Table, slab: Slab, told: Told) -> tuple[_Knots, pa.Table]:
    """Return the rows that lie in the slab, or at the far ends of legs that reach into it."""
    layout = told.layout
    column = table[layout.names["time"][0]]
    time = times(column, layout.label("time"), told.naive_time, told.unix_time)
    coded = read_ids_by_row(table, layout)
    places = as_numpy(pc.index_in(coded.values, value_set=slab.ids).fill_null(-1))
    codes = np.append(places, np.int32(-1)).astype(np.int32)[coded.codes]
    inside = (time.values >= slab.start) & (time.values < slab.end)
    here = codes >= 0
    if time.null is not None:
        here &= ~time.null
    outside = np.flatnonzero(here & ~inside)
    owner, instant = codes[outside], time.values[outside]
    far = outside[(instant == slab.before[owner]) | (instant == slab.after[owner])]
    keep = here & inside
    keep[far] = True
    names = told.columns(*layout.knot_roles)
    if keep.all():
        return _Knots(codes, keep, codes[far]), table.select(names)
    chosen = table.select(names).filter(as_arrow(keep))
    return _Knots(codes[keep], keep, codes[far]), chosen


def _as_read(
    tables: list[pa.Table],
    codes: NDArray[np.int32],
    slab: Slab,
    told: Told,
    faults: Faults,
) -> Read:
    """Return the rows grouped by trajectory, these in the order of the slab's.

    The tables are taken out of the list, so that they do not take room any longer.
    """
    layout = told.layout
    table = pa.concat_tables(tables)
    tables.clear()
    columns = {role: table[layout.names[role][0]] for role in layout.knot_roles}
    values = read_values(columns, layout, told.scale, told.naive_time)
    start = np.zeros(len(slab.row) + 1, np.int64)
    ordering.count_rows(codes, start)
    places = NO_PLACES
    if not (codes[1:] >= codes[:-1]).all():
        places = np.empty(len(codes), np.int64)
        ordering.place_rows(codes, start[:-1].copy(), places)
        places = frozen(places)
    grouping = Grouping(places, frozen(start), codes, None)
    read = Read(values, grouping, slab.ids, slab.carried, faults)
    if layout.carry:
        firsts = grouping.order()[start[:-1]]
        for name in layout.carry:
            check_constant(table[name], name, read, firsts)
            _check_first(table[name], slab.carried[name], name, firsts, faults)
    return read


def _check_first(
    column: pa.ChunkedArray,
    known: pa.ChunkedArray,
    name: str,
    firsts: NDArray[np.int64],
    faults: Faults,
) -> None:
    """A carried column must have the value that it has in the trajectory's first row of all."""
    here = pa.chunked_array([chunk.cast(known.type) for chunk in column.take(firsts).chunks])
    both = encode(pa.chunked_array([*known.chunks, *here.chunks], known.type), repr(name), True)
    bad = np.flatnonzero(both.codes[: len(firsts)] != both.codes[len(firsts) :])

    def reason(trajectory: int) -> str:
        one, two = known[trajectory].as_py(), here[trajectory].as_py()
        return f"column {name!r} must be constant in a trajectory, found {one!r} and {two!r}"

    faults.add(bad, firsts[bad], reason, bad)


def _owned(
    prepared: Prepared, slab: Slab, gates: Gates | None, far: int
) -> tuple[dict[str, int], NDArray[np.int64]]:
    """Return counts of what begins in the slab, and the trajectories beyond the gates.

    A leg that reaches out of the slab is in others too, as is a knot outside of it.
    """
    knots, original = prepared.knots, prepared.original
    time = knots.time[original] if len(original) else knots.time
    early = np.flatnonzero(time < slab.start)
    limit = duration(JOINED_GAP, time)
    joined = int(np.count_nonzero(time[early + 1] - time[early] > limit))
    distinct = len(early) + int(np.count_nonzero(time >= slab.end))
    counts = {
        "joined_gaps": prepared.joined_gaps - joined,
        "duplicates_dropped": prepared.duplicates_dropped - (far - distinct),
    }
    if gates is None:
        return counts, NO_PLACES
    legs = legs_beyond(knots, original, gates)
    own = time[legs.knot - 1] >= slab.start
    counts |= {"fast": int(legs.fast[own].sum()), "steep": int(legs.steep[own].sum())}
    return counts, np.unique(legs.row[own])
