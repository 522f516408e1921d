"""Rows are judged, sorted by time and freed of duplicates: what is left are tracks.

Every step either finds nothing, which costs one pass over the columns and moves no data, or sets
trajectories aside in `Faults`.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel import order as ordering

from ._arrow import frozen
from ._rows import Grouping, Read
from ._times import SECONDS_LIMIT, TIMESTAMP_LIMIT
from .columns import Layout

POSITION_LIMIT = 1e9
"""Metres: the largest |x|, |y| and altitude."""
_LIMITS = {"lat": (-90.0, 90.0), "lon": (-180.0, 360.0)}


class Tracks(NamedTuple):
    """Trajectories without a fault; times increase strictly within each."""

    time: NDArray[Any]
    position: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
    start: NDArray[np.int64]
    number: NDArray[np.int64]
    """The trajectories' places among the ids of the input."""
    rows: NDArray[np.int64]
    """The row of each knot; length 0 if that is its own place."""
    duplicates_dropped: int


def as_tracks(read: Read, layout: Layout) -> Tracks:
    """Judge the rows, then sort and tidy the trajectories that pass."""
    check_values(read, layout)
    grouping, progress = _in_time(read)
    tracks = _gathered(read, grouping)
    return tracks if progress == ordering.INCREASING else _without_ties(tracks, read)


def ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """All the whole numbers of the ranges ``starts : starts + lengths``, one after the other.

    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - (ends - lengths), lengths)


def offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lengths as read-only offsets: one more than the lengths, from 0 to their sum."""
    result = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=result[1:])
    return frozen(result)


def check_values(read: Read, layout: Layout) -> None:
    """Refuse nulls, what is not finite, and what is out of range."""
    values = read.values
    bounds = [_LIMITS.get(r, (-POSITION_LIMIT, POSITION_LIMIT)) for r in layout.position]
    low, high = (frozen(np.array(bound)) for bound in zip(*bounds, strict=True))
    whole = values.time.values.dtype == np.int64
    limit = TIMESTAMP_LIMIT if whole else SECONDS_LIMIT
    marks = np.empty(len(values.time.values), np.uint8)
    count = ordering.mark_outside(values.time.values, limit, *values.position, low, high, marks)
    if not count and values.null is None:
        return
    null = np.zeros(len(marks), np.uint8) if values.null is None else values.null
    bad = np.flatnonzero((marks > 0) | (null > 0))
    trajectories, first = np.unique(read.grouping.trajectory(bad), return_index=True)
    rows = bad[first]

    def reason(row: int) -> str:
        mark = int(null[row] or marks[row])
        role = ("time", *layout.position)[mark - 1]
        label = layout.label(role)
        if null[row]:
            return f"column {label} must not be null, found a null"
        if mark == 1:
            if whole:
                return f"timestamps in {label} must be from 1823-11-13 to 2116-02-20, found another"
            found = values.time.values[row]
            return f"seconds in {label} must be finite and within ±1e12, found {found}"
        found = values.position[mark - 2][row] / (values.scale if mark == 4 else 1.0)
        unit = "degrees" if role in _LIMITS else "m"
        between = f"[{bounds[mark - 2][0]:g}, {bounds[mark - 2][1]:g}] {unit}"
        return f"column {label} must be finite and in {between}, found {found}"

    read.faults.add(trajectories, read.grouping.source(rows), reason, rows)


def _in_time(read: Read) -> tuple[Grouping, int]:
    """The trajectories without a fault so far in order of time, and how they go on before that."""
    grouping, time = read.grouping, read.values.time.values
    order, start = grouping.order, grouping.start
    if len(read.faults):
        lengths = np.where(read.faults.kept(len(start) - 1), np.diff(start), 0)
        places = ranges(start[:-1], lengths)
        order = frozen(order[places] if len(order) else places)
        start = offsets(lengths)
        if not len(order):
            return Grouping(order, start, None, None), ordering.INCREASING
    progress = np.empty(len(start) - 1, np.uint8)
    largest = ordering.progress_of_all(time, order, start, progress)
    if largest == ordering.DECREASING:
        sorted_order = order.copy() if len(order) else np.arange(len(time))
        scratch = np.empty_like(sorted_order)
        ordering.sort_decreasing(time, sorted_order, start, frozen(progress), scratch)
        order = frozen(sorted_order)
    return Grouping(order, start, None, None), largest


def _gathered(read: Read, grouping: Grouping) -> Tracks:
    """Columns in the order of the grouping; untouched where they are in order already."""
    time, position = read.values.time.values, read.values.position
    keep = read.faults.kept(len(grouping.start) - 1)
    order = grouping.order
    if len(order) or not grouping.start[-1]:
        time = frozen(time[order])
        first, second, third = (frozen(values[order]) for values in position)
        position = first, second, third
    start = offsets(np.diff(grouping.start)[keep])
    return Tracks(time, position, start, np.flatnonzero(keep), order, 0)


def _without_ties(tracks: Tracks, read: Read) -> Tracks:
    """Drop exact duplicates; two positions at one time are a fault."""
    repeated = np.zeros(len(tracks.time), np.uint8)
    conflicts = np.empty(len(tracks.number), np.int64)
    ordering.find_all_ties(tracks.time, *tracks.position, tracks.start, repeated, conflicts)
    bad = np.flatnonzero(conflicts >= 0)

    def reason(knot: int) -> str:
        one, two = (
            ", ".join(f"{float(values[place])!r}" for values in tracks.position)
            for place in (knot - 1, knot)
        )
        return f"a trajectory must be at one place at a time, found ({one}) and ({two}) at one time"

    add_fault(tracks, read, bad, conflicts[bad], reason)
    return without(tracks, bad, repeated)


def add_fault(tracks: Tracks, read: Read, bad: Any, knots: NDArray[np.int64], reason: Any) -> None:
    """Set aside the tracks `bad` for what stands at `knots`."""
    rows = tracks.rows[knots] if len(tracks.rows) else knots
    read.faults.add(tracks.number[bad], read.grouping.source(rows), reason, knots)


def without(
    tracks: Tracks, bad: NDArray[np.int64], repeated: NDArray[np.uint8] | None = None
) -> Tracks:
    """The tracks but those numbered `bad`, and but the knots marked in `repeated`."""
    lengths = np.diff(tracks.start)
    keep = np.ones(len(lengths), np.bool_)
    keep[bad] = False
    knots = np.repeat(keep, lengths)
    dropped = 0
    if repeated is not None:
        dropped = int(np.count_nonzero(repeated[knots]))
        knots &= repeated == 0
        lengths = lengths - np.add.reduceat(
            np.append(repeated, 0).astype(np.int64), tracks.start[:-1]
        )
    rows = tracks.rows if len(tracks.rows) else np.arange(len(tracks.time))
    first, second, third = (frozen(values[knots]) for values in tracks.position)
    return Tracks(
        frozen(tracks.time[knots]),
        (first, second, third),
        offsets(lengths[keep]),
        tracks.number[keep],
        rows[knots],
        tracks.duplicates_dropped + dropped,
    )
