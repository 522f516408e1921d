"""Geodetic tracks become surface vectors, in legs of at most 18 km."""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from airprox_kernel import cuts, surface
from airprox_kernel.knots import Knots

from ._arrow import frozen
from ._grouping import NO_PLACES
from ._moves import moved
from ._radii import Radii, at_cuts
from ._ranges import over_rows
from ._rows import Read
from ._tracks import Tracks, add_fault

Vectors: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

LEG_WEIGHT = 16
"""Rows whose conversion takes as long as cutting one leg."""
FAR_WEIGHT = 256
"""The same for a leg of some 100 km, which takes 3 us: tasks of a millisecond."""


class Parts(NamedTuple):
    """The offsets of `Knots`."""

    part_start: NDArray[np.int64]
    part_row: NDArray[np.int64]
    row_start: NDArray[np.int64]


def on_ellipsoid(
    tracks: Tracks, parts: Parts, read: Read
) -> tuple[Knots, NDArray[np.int64], Radii | None, NDArray[np.int64]]:
    """Knots as surface vectors, long legs cut, places of the original ones, radii, bad tracks."""
    vectors = _surface_vectors(tracks)
    legs = _long_legs(vectors, parts)
    pieces, status = _count_pieces(tracks, vectors, legs)
    bad = _refuse_uncuttable(tracks, legs, status, read)
    altitude = tracks.position[2]
    added = int(pieces.sum()) - len(legs)
    if len(bad) or not added:
        knots = Knots(tracks.time, *vectors, altitude, *parts, True)
        return knots, NO_PLACES, tracks.radii, bad
    original = _places_with_cuts(len(altitude), legs, pieces)
    longer = moved([tracks.time, *vectors, altitude], original, len(altitude) + added)
    _fill_cuts(tracks, vectors, legs, pieces, original, longer)
    time, x, y, z, altitude = (frozen(column) for column in longer)
    # A part begins with a knot that came in, so its offset moves with that knot.
    part_start = np.append(original[parts.part_start[:-1]], len(time))
    knots = Knots(
        time, x, y, z, altitude, frozen(part_start), parts.part_row, parts.row_start, True
    )
    return knots, original, at_cuts(tracks.radii, tracks.time, time, original), bad


def _surface_vectors(tracks: Tracks) -> Vectors:
    """The Earth-centred vectors of the positions."""
    latitude, longitude, _ = tracks.position
    x, y, z = (np.empty(len(latitude)) for _ in range(3))

    def convert(rows: slice) -> None:
        surface.surface_vectors(latitude[rows], longitude[rows], x[rows], y[rows], z[rows])

    over_rows(len(latitude), convert)
    return frozen(x), frozen(y), frozen(z)


def _long_legs(vectors: Vectors, parts: Parts) -> NDArray[np.int64]:
    """The knots, ascending, whose legs may have to be cut."""
    size = len(vectors[0])
    long = np.empty(size, np.uint8)

    def mark(rows: slice) -> None:
        # A leg belongs to the range of its first knot and looks at one knot more.
        x, y, z = (column[rows.start : rows.stop + 1] for column in vectors)
        marks = np.empty(len(x), np.uint8)
        cuts.mark_long_legs(x, y, z, marks)
        long[rows] = marks[: rows.stop - rows.start]

    over_rows(size, mark)
    long[parts.part_start[1:] - 1] = 0
    return frozen(np.flatnonzero(long.view(np.bool_)))


def _count_pieces(
    tracks: Tracks, vectors: Vectors, legs: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Into how many pieces each of the legs is cut, and whether it can be."""
    pieces, status = np.empty(len(legs), np.int64), np.empty(len(legs), np.uint8)

    def count(some: slice) -> None:
        cuts.count_cuts(legs[some], tracks.time, *vectors, pieces[some], status[some])

    over_rows(len(legs), count, LEG_WEIGHT)
    undecided = np.flatnonzero(status == cuts.LEG_UNDECIDED)
    if len(undecided):
        far, far_pieces = frozen(legs[undecided]), pieces[undecided]
        far_status = status[undecided]
        latitude, longitude, _ = tracks.position

        def solve(some: slice) -> None:
            own_pieces, own_status = far_pieces[some], far_status[some]
            cuts.solve_cuts(far[some], tracks.time, latitude, longitude, own_pieces, own_status)

        over_rows(len(far), solve, FAR_WEIGHT)
        pieces[undecided], status[undecided] = far_pieces, far_status
    return frozen(pieces), status


def _fill_cuts(
    tracks: Tracks,
    vectors: Vectors,
    legs: NDArray[np.int64],
    pieces: NDArray[np.int64],
    places: NDArray[np.int64],
    longer: list[NDArray[Any]],
) -> None:
    """Fill the cuts of the legs into columns that are long enough."""
    latitude, longitude, altitude = tracks.position
    course, out = cuts.Course(tracks.time, *vectors, altitude), cuts.Course(*longer)

    def cut(some: slice) -> None:
        cuts.cut_short_legs(cuts.Division(legs[some], pieces[some], places), course, out)

    over_rows(len(legs), cut, LEG_WEIGHT)
    is_far = pieces > cuts.SHORT_PIECES
    far, far_pieces = frozen(legs[is_far]), frozen(pieces[is_far])

    def cut_far(some: slice) -> None:
        division = cuts.Division(far[some], far_pieces[some], places)
        cuts.cut_long_legs(division, course, latitude, longitude, out)

    if len(far):
        over_rows(len(far), cut_far, FAR_WEIGHT)


def _places_with_cuts(
    size: int, legs: NDArray[np.int64], pieces: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The places of all knots once there is room for the cuts after some of them."""
    steps = np.ones(size, np.int64)
    steps[:1] = 0
    steps[legs + 1] = pieces
    return frozen(np.cumsum(steps, out=steps))


def _refuse_uncuttable(
    tracks: Tracks, long: NDArray[np.int64], status: NDArray[np.uint8], read: Read
) -> NDArray[np.int64]:
    """The tracks with a leg of no definite course, or too short in time to be cut."""
    legs = long[status != cuts.LEG_FINE]
    if not len(legs):
        return NO_PLACES
    owners = np.searchsorted(tracks.start, legs, side="right") - 1
    bad, first = np.unique(owners, return_index=True)

    def reason(end: int) -> str:
        latitude, longitude = tracks.position[0], tracks.position[1]
        one, two = (f"({latitude[k]!s}, {longitude[k]!s})" for k in (end - 1, end))
        if status[np.searchsorted(long, end - 1)] == cuts.LEG_NEARLY_ANTIPODAL:
            return f"a leg must not join nearly antipodal points, found {one} to {two}"
        took = tracks.time[end] - tracks.time[end - 1]
        unit = "s" if tracks.time.dtype == np.float64 else "ns"
        return f"a leg must leave time for its cuts of 18 km, found {one} to {two} in {took} {unit}"

    add_fault(tracks, read, bad, legs[first] + 1, reason)
    return bad
