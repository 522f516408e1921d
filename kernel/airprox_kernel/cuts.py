"""Long legs are cut into short ones, so that chords are close to the geodesics they stand for.

Legs are named by the knots that they start from. Cuts are at equal steps of a leg's time and lie on
its geodesic: a bent chord for short legs (`short_geodesic`), solved for longer ones (`geodesic`).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._jit import jit
from ._types import FloatArray, IndexArray, Time, TimeArray
from .auxiliary_sphere import advance
from .geodesic import around, distance_between, inverse, reduced
from .short_geodesic import Vector, bend_chord, point_of_bow
from .surface import SEMI_MINOR_AXIS

LONGEST_LEG = 18_000.0
"""At this length (m) a leg's chord dips 6 m, and runs at most 3 mm ahead or behind along it.

At 20 km, distances in trail could be 10.15 mm short at 150 m and 21.6 mm at 5 NM, over the bounds
of 1 cm and 2 cm: two chords that dip differently are seen along one normal."""

SHORT_PIECES = 3
"""Legs of at most as many pieces are bent chords (`short_geodesic`): up to 54 km."""

LEG_FINE, LEG_NEARLY_ANTIPODAL, LEG_TOO_QUICK, LEG_UNDECIDED = 0, 1, 2, 3
"""Status of a leg: fine; its end is within `ANTIPODE` of the antipode of its start; shorter in time
than its cuts can be told apart; to be counted by `solve_cuts`."""

SURE = 500_000.0
"""Chords (m) up to which the number of pieces can mostly be told without solving the leg."""

LEAST_RADIUS = 6_335_439.0
"""Metres: no geodesic is bent more; the meridian at the equator, b**2 / a = 6,335,439.3."""

ANTIPODE = 111_195.0
"""Metres, one degree. Within about 0.6 degree of the antipode several geodesics are shortest."""


class Course(NamedTuple):
    """Where knots are and when: (knots,) each."""

    time: TimeArray
    x: FloatArray
    y: FloatArray
    z: FloatArray
    altitude: FloatArray


class Division(NamedTuple):
    """Which legs are cut, and where their cuts go."""

    legs: IndexArray
    """(legs,) the knots that they start from."""
    pieces: IndexArray
    """(legs,) into how many pieces each is cut."""
    places: IndexArray
    """(knots,) the place of every knot in a course that has room for the cuts."""


@jit
def mark_long_legs(x: FloatArray, y: FloatArray, z: FloatArray, long: NDArray[np.uint8]) -> None:
    """Mark the knots whose leg to the next knot may be longer than `LONGEST_LEG`; the last is not.

    An arc of 18 km is 6 mm longer than its chord, so that chords 10 cm below it are short enough.
    Joints between parts are marked like legs: without branches the loop is vectorised.
    """
    limit = (LONGEST_LEG - 0.1) * (LONGEST_LEG - 0.1)
    for knot in range(x.size - 1):
        dx, dy, dz = x[knot + 1] - x[knot], y[knot + 1] - y[knot], z[knot + 1] - z[knot]
        long[knot] = dx * dx + dy * dy + dz * dz > limit
    if x.size > 0:
        long[x.size - 1] = 0


@jit
def count_cuts(
    legs: IndexArray,
    time: TimeArray,
    x: FloatArray,
    y: FloatArray,
    z: FloatArray,
    pieces: IndexArray,
    status: NDArray[np.uint8],
) -> None:
    """Count the pieces, each at most `LONGEST_LEG`, into which some legs are cut.

    ``legs`` holds the knots that these legs start from. `pieces` >= 1; `status` says why a leg is
    refused (`LEG_NEARLY_ANTIPODAL`, `LEG_TOO_QUICK`), or that `solve_cuts` must count
    (`LEG_UNDECIDED`); such legs have 1 piece.
    """
    for index in range(legs.size):
        knot = int(legs[index])
        after = knot + 1
        pieces[index] = 1
        dx, dy, dz = x[after] + x[knot], y[after] + y[knot], z[after] + z[knot]
        if dx * dx + dy * dy + dz * dz < ANTIPODE * ANTIPODE:
            status[index] = LEG_NEARLY_ANTIPODAL
            continue
        dx, dy, dz = x[after] - x[knot], y[after] - y[knot], z[after] - z[knot]
        count = _count_of_chord(math.sqrt(dx * dx + dy * dy + dz * dz))
        if count == 0:
            status[index] = LEG_UNDECIDED
        elif _can_be_told_apart(time[knot], time[after], count):
            pieces[index] = count
            status[index] = LEG_FINE
        else:
            status[index] = LEG_TOO_QUICK


@jit
def _count_of_chord(chord: float) -> int:
    """The number of pieces of a leg with this `chord`, or 0 where only its length can tell.

    A geodesic is longer than its chord c, and no longer than the arc over it of a circle of
    `LEAST_RADIUS` R (Schur's theorem), less than c + 1.001 c**3 / 24 R**2 for c < 0.09 R: 8 mm
    more at 20 km, 0.3 m at 70 km. Hence nearly no such leg needs to be solved.
    """
    if chord > SURE:
        return 0
    longer = chord * chord * chord * (1.001 / (24.0 * LEAST_RADIUS * LEAST_RADIUS))
    least = math.ceil(chord / LONGEST_LEG)
    most = math.ceil((chord + longer) / LONGEST_LEG)
    return max(least, 1) if least == most else 0


@jit
def solve_cuts(
    legs: IndexArray,
    time: TimeArray,
    latitude: FloatArray,
    longitude: FloatArray,
    pieces: IndexArray,
    status: NDArray[np.uint8],
) -> None:
    """`count_cuts` by the legs' lengths, for those that it left undecided.

    A function of its own: it takes 2 s to compile, and 1 us a leg, which most legs are spared.
    """
    for index in range(legs.size):
        knot = int(legs[index])
        after = knot + 1
        length = distance_between(
            latitude[knot], longitude[knot], latitude[after], longitude[after]
        )
        count = max(math.ceil(length / LONGEST_LEG), 1)
        pieces[index] = 1
        status[index] = LEG_TOO_QUICK
        if _can_be_told_apart(time[knot], time[after], count):
            pieces[index] = count
            status[index] = LEG_FINE


@jit
def cut_short_legs(division: Division, course: Course, out: Course) -> None:
    """Fill in the cuts of the legs of at most `SHORT_PIECES`, in the longer course `out`.

    Cuts are at equal steps of time, rounded to a whole number for int64 times, and lie on the
    geodesic of the leg at exactly their fraction of its time; the altitude is linear.
    """
    x, y, z = course.x, course.y, course.z
    for index in range(division.legs.size):
        knot = int(division.legs[index])
        after = knot + 1
        count = int(division.pieces[index])
        if count == 1 or count > SHORT_PIECES:
            continue
        bow = bend_chord(Vector(x[knot], y[knot], z[knot]), Vector(x[after], y[after], z[after]))
        for cut in range(1, count):
            place = division.places[knot] + cut
            fraction = _enter_cut(course, knot, cut, count, out, place)
            out.x[place], out.y[place], out.z[place] = point_of_bow(bow, fraction)


@jit
def cut_long_legs(
    division: Division,
    course: Course,
    latitude: FloatArray,
    longitude: FloatArray,
    out: Course,
) -> None:
    """`cut_short_legs` for legs of more than `SHORT_PIECES` (others are not touched)."""
    for index in range(division.legs.size):
        knot = int(division.legs[index])
        after = knot + 1
        count = int(division.pieces[index])
        if count <= SHORT_PIECES:
            continue
        length, east, north = inverse(
            latitude[knot], longitude[knot], latitude[after], longitude[after]
        )
        sine1, cosine1 = reduced(latitude[knot])
        for cut in range(1, count):
            place = division.places[knot] + cut
            fraction = _enter_cut(course, knot, cut, count, out, place)
            sine, cosine, turn = advance(sine1, cosine1, east, north, fraction * length)
            out.x[place], out.y[place] = around(cosine, longitude[knot], turn)
            out.z[place] = SEMI_MINOR_AXIS * sine


@jit
def _enter_cut(course: Course, knot: int, cut: int, count: int, out: Course, place: int) -> float:
    """Write time and altitude of a cut; return its fraction of the leg's time."""
    start, end = course.time[knot], course.time[knot + 1]
    instant = _cut_time(start, end, cut, count)
    fraction = float(instant - start) / float(end - start)
    out.time[place] = instant
    rise = course.altitude[knot + 1] - course.altitude[knot]
    out.altitude[place] = course.altitude[knot] + fraction * rise
    return fraction


@jit
def _cut_time(start: Time, end: Time, cut: int, count: int) -> Time:
    """Instant `cut` of `count` equal steps from `start` to `end`; whole for whole numbers."""
    duration = end - start
    if isinstance(duration, float):
        return start + duration * (cut / count)
    # In whole numbers, halves upwards, and no product exceeds the duration.
    step = duration // count
    rest = duration - step * count
    return start + (step * cut + (2 * rest * cut + count) // (2 * count))


@jit
def _can_be_told_apart(start: Time, end: Time, count: int) -> bool:
    """Whether the cut times from `start` to `end` are strictly increasing, both ends included."""
    before = start
    for cut in range(1, count):
        instant = _cut_time(start, end, cut, count)
        if not instant > before:
            return False
        before = instant
    return end > before
