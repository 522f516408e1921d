"""Rows are judged, sorted by time and freed of duplicates: what is left are tracks.

Every step either finds nothing, which costs one pass over the columns and moves no data, or sets
trajectories aside in `Faults`.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel import order as ordering

from ._arrow import frozen
from ._grouping import NO_PLACES
from ._moves import moved_frozen, offsets, ranges
from ._radii import Radii, Rates, grown, mapped
from ._ranges import over_rows
from ._rows import Read
from ._times import SECONDS_LIMIT, TIMESTAMP_LIMIT
from .columns import RADII, Layout

POSITION_LIMIT = 1e9
"""Metres: the largest |x|, |y| and altitude."""
RADIUS_LIMIT = 1e9
"""Metres: the largest radius of uncertainty."""
_LIMITS = {
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 360.0),
    **dict.fromkeys(RADII, (0.0, RADIUS_LIMIT)),
}
_DEGREES = ("lat", "lon")


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
    radii: Radii | None = None


def as_tracks(read: Read, layout: Layout) -> Tracks:
    """Judge the rows, then sort and tidy the trajectories that pass."""
    check_values(read, layout)
    tracks = _gathered(read)
    if not ordering.count_stops(tracks.time, tracks.start):
        return tracks
    return _without_ties(_sorted(tracks), read)


def check_values(read: Read, layout: Layout) -> None:
    """Refuse nulls, what is not finite, and what is out of range."""
    values = read.values
    bounds = [_LIMITS.get(r, (-POSITION_LIMIT, POSITION_LIMIT)) for r in layout.position]
    low, high = (frozen(np.array(bound)) for bound in zip(*bounds, strict=True))
    whole = values.time.values.dtype == np.int64
    limit = TIMESTAMP_LIMIT if whole else SECONDS_LIMIT
    marks = np.empty(len(values.time.values), np.uint8)

    def mark(rows: slice) -> int:
        time = values.time.values[rows]
        first, second, third = (column[rows] for column in values.position)
        return ordering.mark_outside(time, limit, first, second, third, low, high, marks[rows])

    count = sum(over_rows(len(marks), mark)) + _mark_radii(values.radii, marks)
    if not count and values.null is None:
        return
    null = np.zeros(len(marks), np.uint8) if values.null is None else values.null
    bad = np.flatnonzero((marks > 0) | (null > 0))
    trajectories, first = np.unique(read.grouping.trajectory(bad), return_index=True)
    rows = bad[first]

    def reason(row: int) -> str:
        mark = int(null[row] or marks[row])
        role = ("time", *layout.position, *RADII)[mark - 1]
        label = layout.label(role)
        if null[row]:
            return f"column {label} must not be null, found a null"
        if mark == 1:
            if whole:
                return f"timestamps in {label} must be from 1823-11-13 to 2116-02-20, found another"
            found = values.time.values[row]
            return f"seconds in {label} must be finite and within ±1e12, found {found}"
        column = (*values.position, *(values.radii or ()))[mark - 2]
        found = column[row] / (values.scale if mark == 4 else 1.0)
        least, most = _LIMITS.get(role, (-POSITION_LIMIT, POSITION_LIMIT))
        between = f"[{least:g}, {most:g}] {'degrees' if role in _DEGREES else 'm'}"
        return f"column {label} must be finite and in {between}, found {found}"

    read.faults.add(trajectories, read.grouping.source(rows), reason, rows)


def _mark_radii(radii: Radii | None, marks: NDArray[np.uint8]) -> int:
    """Mark with 5 or 6 what is out of range in a row without another mark; returns how many."""
    before = int(np.count_nonzero(marks))
    for mark, values in enumerate(radii or (), start=5):
        marks[~((values >= 0.0) & (values <= RADIUS_LIMIT)) & (marks == 0)] = mark
    return int(np.count_nonzero(marks)) - before


def _gathered(read: Read) -> Tracks:
    """Columns in the order of the grouping; untouched where they are in order already."""
    grouping, faults, values = read.grouping, read.faults, read.values
    keep = faults.kept(len(grouping.start) - 1)
    lengths = np.diff(grouping.start)[keep]
    tracks = Tracks(
        values.time.values,
        values.position,
        offsets(lengths),
        np.flatnonzero(keep),
        NO_PLACES,
        0,
        values.radii,
    )
    if len(faults):
        return _taken(tracks, grouping.order()[ranges(grouping.start[:-1][keep], lengths)])
    if len(grouping.places):
        columns = [tracks.time, *tracks.position, *(tracks.radii or ())]
        rows = np.arange(len(grouping.places))
        rows, time, *rest = moved_frozen([rows, *columns], grouping.places)
        return _replaced(tracks, time, rest)._replace(rows=rows)
    return tracks


def _taken(tracks: Tracks, order: NDArray[np.int64]) -> Tracks:
    """The knots in another order, or some of them; the offsets stay."""
    columns = [tracks.time, *tracks.position, *(tracks.radii or ())]
    time, *rest = (frozen(column[order]) for column in columns)
    rows = tracks.rows[order] if len(tracks.rows) else order
    return _replaced(tracks, time, rest)._replace(rows=frozen(rows))


def _replaced(tracks: Tracks, time: NDArray[Any], rest: list[NDArray[np.float64]]) -> Tracks:
    """The tracks with other times, positions and radii."""
    first, second, third, *radii = rest
    return tracks._replace(
        time=time,
        position=(first, second, third),
        radii=Radii(*radii) if radii else None,
    )


def _sorted(tracks: Tracks) -> Tracks:
    """Each track in order of time; knots at one time keep their order."""
    progress = np.empty(len(tracks.number), np.uint8)
    largest = ordering.progress_of_all(tracks.time, tracks.start, progress)
    if largest != ordering.DECREASING:
        return tracks
    order = np.arange(len(tracks.time))
    scratch = np.empty_like(order)
    ordering.sort_decreasing(tracks.time, order, tracks.start, frozen(progress), scratch)
    return _taken(tracks, order)


def _without_ties(tracks: Tracks, read: Read) -> Tracks:
    """Drop exact duplicates; two positions, or radii, at one time are a fault."""
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
    bad = np.union1d(bad, _refuse_two_radii(tracks, repeated, read))
    return without(tracks, bad, repeated)


def _refuse_two_radii(tracks: Tracks, repeated: NDArray[np.uint8], read: Read) -> NDArray[np.int64]:
    """The tracks with a knot that repeats another but for its radii.

    To take the larger ones would be safe, and yet a fleet that nobody gave.
    """
    radii = tracks.radii
    if radii is None:
        return np.empty(0, np.int64)
    again = np.flatnonzero(repeated)
    differ = [values[again] != values[again - 1] for values in radii]
    bad, knots = _first_of_each(tracks, again[differ[0] | differ[1]])

    def reason(knot: int) -> str:
        one, two = (
            ", ".join(f"{float(values[place])!r}" for values in radii) for place in (knot - 1, knot)
        )
        return f"a trajectory must have one radius at a time, found ({one}) and ({two}) at one time"

    add_fault(tracks, read, bad, knots, reason)
    return bad


def _first_of_each(
    tracks: Tracks, knots: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The tracks that own some knots (ascending), and the first of these in each."""
    owners = np.searchsorted(tracks.start, knots, side="right") - 1
    bad, first = np.unique(owners, return_index=True)
    return bad, knots[first]


def grow_radii(tracks: Tracks, read: Read, rates: Rates | None) -> Tracks:
    """The tracks with their radii growing from their first knots on; too large ones are a fault."""
    if rates is None:
        return tracks
    radii = grown(tracks.radii, tracks.time, tracks.start, rates)
    tracks = tracks._replace(radii=radii)
    knots = np.flatnonzero(~(np.maximum(*radii) <= RADIUS_LIMIT))
    if not len(knots):
        return tracks
    bad, knots = _first_of_each(tracks, knots)

    def reason(knot: int) -> str:
        largest = max(float(values[knot]) for values in radii)
        return f"a radius must not grow over {RADIUS_LIMIT:g} m, found {largest} m"

    add_fault(tracks, read, bad, knots, reason)
    return without(tracks, bad)


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
        mapped(tracks.radii, lambda values: values[knots]),
    )
