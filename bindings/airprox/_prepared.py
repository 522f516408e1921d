"""Tracks become what the kernels take: parts, surface vectors, and legs of at most 18 km."""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel import gaps
from airprox_kernel.knots import Knots

from ._arrow import frozen
from ._ellipsoid import Parts, on_ellipsoid
from ._grouping import NO_PLACES
from ._moves import offsets
from ._radii import Radii
from ._rows import Read, take_carried
from ._times import LONGEST_LEG, NANOSECONDS
from ._tracks import Tracks, add_fault, without
from .gates import Gates, Implausible, Legs, by_trajectory, legs_beyond

Coordinate: TypeAlias = NDArray[np.float64]

JOINED_GAP = 600.0
"""Seconds: a leg that takes longer and is not split is counted, since nobody recorded it."""
NOTHING: NDArray[np.float64] = frozen(np.empty(0))


class Prepared(NamedTuple):
    """Everything a fleet knows; all arrays are read-only."""

    knots: Knots
    latitude: NDArray[np.float64]
    """(original knots,) degrees as they came in; length 0 in the planar frame."""
    longitude: NDArray[np.float64]
    original: NDArray[np.int64]
    """Geodetic: the places of the knots that came in, the others cut legs; length 0 means all."""
    ids: pa.Array
    carried: pa.Table
    rejected: pa.Table
    time_type: pa.DataType
    altitude_reference: str | None
    max_gap: float
    joined_gaps: int
    duplicates_dropped: int
    radii: Radii | None
    """At each of the knots, cut legs included; None where the input states none."""
    implausible: Implausible | None = None
    """By trajectory; None where no gates were asked for."""


def duration(seconds: float, time: NDArray[Any]) -> int | float:
    """Seconds in the unit of `time`: the nearest whole ns, at most int64's largest, or seconds."""
    if time.dtype == np.float64:
        return seconds
    largest = 2**63 - 1
    return largest if seconds >= 9e9 else round(seconds * NANOSECONDS)


def split(tracks: Tracks, max_gap: float) -> Parts:
    """Split tracks into parts at the legs that take longer than `max_gap` seconds."""
    rows = len(tracks.number)
    if max_gap == np.inf:
        every = frozen(np.arange(rows + 1))
        return Parts(tracks.start, every[:-1], every)
    limit = duration(max_gap, tracks.time)
    counts = np.empty(rows, np.int64)
    gaps.count_parts(tracks.time, tracks.start, limit, counts)
    row_start = offsets(counts)
    part_start = np.empty(row_start[-1] + 1, np.int64)
    part_row = np.empty(row_start[-1], np.int64)
    gaps.fill_parts(tracks.time, tracks.start, limit, row_start, part_start, part_row)
    return Parts(frozen(part_start), frozen(part_row), row_start)


def prepare(
    tracks: Tracks,
    read: Read,
    geodetic: bool,
    max_gap: float,
    altitude_reference: str | None,
    gates: Gates | None = None,
) -> Prepared:
    """The fleet of all tracks whose legs can be flown; the others are set aside."""
    bad = _bad_legs(tracks, split(tracks, max_gap), read)
    if len(bad):
        tracks = without(tracks, bad)
    parts = split(tracks, max_gap)
    limit = duration(JOINED_GAP, tracks.time)
    joined_gaps = int(gaps.count_long_legs(tracks.time, parts.part_start, limit))
    first, second, third = tracks.position
    if not geodetic:
        knots = Knots(tracks.time, first, second, NOTHING, third, *parts, False)
        original, latitude, longitude = NO_PLACES, NOTHING, NOTHING
        radii = tracks.radii
    else:
        latitude, longitude = first, second
        knots, original, radii, bad = on_ellipsoid(tracks, parts, read)
        if len(bad):
            tracks = without(tracks, bad)
            return prepare(tracks, read, geodetic, max_gap, altitude_reference, gates)
    implausible = None
    if gates is not None:
        legs = legs_beyond(knots, original, gates)
        if gates.enforce and len(legs.knot):
            tracks = _without_implausible(tracks, read, legs, gates)
            return prepare(tracks, read, geodetic, max_gap, altitude_reference, gates)
        implausible = by_trajectory(legs, len(tracks.number))
    rejected = read.faults.settle()
    every = len(tracks.number) == len(read.ids)
    return Prepared(
        knots,
        latitude,
        longitude,
        original,
        read.ids if every else read.ids.take(pa.array(tracks.number)),
        read.carried if every else take_carried(read.carried, tracks.number),
        rejected,
        read.values.time.time_type,
        altitude_reference,
        max_gap,
        joined_gaps,
        tracks.duplicates_dropped,
        radii,
        implausible,
    )


def _without_implausible(tracks: Tracks, read: Read, legs: Legs, gates: Gates) -> Tracks:
    """The tracks without those that are beyond the gates, which are a fault."""
    bad, first = np.unique(legs.row, return_index=True)
    add_fault(tracks, read, bad, legs.knot[first], lambda knot: legs.reason(knot, gates))
    return without(tracks, bad)


def _bad_legs(tracks: Tracks, parts: Parts, read: Read) -> NDArray[np.int64]:
    """The tracks with a leg that takes more nanoseconds than float64 counts one by one."""
    if tracks.time.dtype == np.float64 or not gaps.count_long_legs(
        tracks.time, parts.part_start, LONGEST_LEG
    ):
        return NO_PLACES
    legs = np.empty(len(parts.part_row), np.int64)
    gaps.first_long_legs(tracks.time, parts.part_start, LONGEST_LEG, legs)
    found = np.flatnonzero(legs >= 0)
    bad, first = np.unique(parts.part_row[found], return_index=True)

    def reason(knot: int) -> str:
        days = int(tracks.time[knot] - tracks.time[knot - 1]) / (86_400 * NANOSECONDS)
        return f"a leg must not take longer than 104 days, found {days:.1f} days (see max_gap)"

    add_fault(tracks, read, bad, legs[found[first]], reason)
    return bad
