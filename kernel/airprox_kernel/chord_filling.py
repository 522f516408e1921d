"""To fill in chords: edges from positions, and radii measured at every knot."""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner
from ._types import Time
from .chords import (
    ABSENT,
    ACROSS,
    ALTITUDE,
    BEYOND,
    CONTINUED,
    EXACT,
    HIGH,
    LOW,
    OPEN,
    PARTIAL,
    ROUNDING,
    STANDING,
    UNSET,
    UP,
    UPWARD,
    Chords,
    X,
    Y,
    Z,
    slab_of,
    slab_time,
)
from .knots import Knots
from .segments import Position, leg_at, position_at


class Stretch(NamedTuple):
    """The time of one part that lies in one slab, and the legs that hold its ends."""

    slab: int
    start: Time
    end: Time
    first_leg: int
    last_leg: int


@jit
def fill_chords(knots: Knots, chords: Chords, first_row: int, last_row: int) -> None:
    """Write the chords of the rows [first_row, last_row)."""
    for row in range(first_row, last_row):
        first: int = chords.start[row]
        last: int = chords.start[row + 1]
        if first == last:
            continue
        chords.first[row] = slab_of(chords.grid, chords.begin[row])
        for edge in range(first, last):
            chords.edge[edge, :] = np.float32(0.0)
            chords.edge[edge, ACROSS] = ABSENT
            chords.edge[edge, UPWARD] = ABSENT
            chords.edge[edge, PARTIAL] = OPEN
            chords.edge[edge, HIGH] = np.float32(1.0)
            chords.leg[edge] = -1
        for part in range(knots.row_start[row], knots.row_start[row + 1]):
            _walk(knots, chords, row, part, True)
        for part in range(knots.row_start[row], knots.row_start[row + 1]):
            _walk(knots, chords, row, part, False)
        _note_slabs(knots, chords, row)


@jit_inner
def _note_slabs(knots: Knots, chords: Chords, row: int) -> None:
    """Note which part of each slab is flown, and the legs from its first to that of the next."""
    part = knots.row_start[row]
    chords.whole[row] = knots.row_start[row + 1] == part + 1
    if not chords.whole[row]:
        return
    last = knots.part_start[part + 1] - 1
    length = float(chords.grid.length)
    for edge in range(chords.start[row], chords.start[row + 1]):
        start = slab_time(chords.grid, chords.first[row] + edge - chords.start[row])
        low = max(float(chords.begin[row] - start) / length, 0.0)
        chords.edge[edge, LOW] = np.float32(low)
        chords.edge[edge, HIGH] = np.float32(min(float(chords.end[row] - start) / length, 1.0))
        if chords.leg[edge] >= 0:
            chords.edge[edge, PARTIAL] = np.float32(0.0)
        chords.leg_end[edge] = -1
        if chords.leg[edge] >= 0:
            after = chords.leg[edge + 1]
            chords.leg_end[edge] = last if after < 0 else min(after + 1, last)


@jit_inner
def _walk(knots: Knots, chords: Chords, row: int, part: int, placing: bool) -> None:
    """Place the edges of every slab of a part, or, once all edges are placed, measure the radii."""
    first: int = knots.part_start[part]
    last: int = knots.part_start[part + 1] - 1
    start = max(knots.time[first], chords.begin[row])
    end = min(knots.time[last], chords.end[row])
    if start > end:
        return
    leg = leg_at(knots.time, first, last, start)
    for slab in range(slab_of(chords.grid, start), slab_of(chords.grid, end) + 1):
        begin = max(start, slab_time(chords.grid, slab))
        until = min(end, slab_time(chords.grid, slab + 1))
        first_leg = leg
        # None is negative. Told so, the compiler leaves out counting from the end.
        if first_leg < 0:
            return
        while leg + 1 < last and knots.time[leg + 1] <= until:
            leg += 1
        stretch = Stretch(slab, begin, until, first_leg, leg)
        edge = chords.start[row] + slab - chords.first[row]
        if placing:
            _place(knots, chords, stretch, edge)
        else:
            _measure(knots, chords, stretch, edge)


@jit_inner
def _place(knots: Knots, chords: Chords, stretch: Stretch, edge: int) -> None:
    """Place the two edges of a slab.

    A position at the edge stands for good. Continued lines give way to it, and at the first edge
    to the line of a later stretch.
    """
    here = position_at(knots, stretch.first_leg, stretch.start)
    there = position_at(knots, stretch.last_leg, stretch.end)
    start = slab_time(chords.grid, stretch.slab)
    end = slab_time(chords.grid, stretch.slab + 1)
    if chords.leg[edge] < 0:
        chords.leg[edge] = stretch.first_leg
    if stretch.start == start:
        _store(chords, edge, here, EXACT)
    elif chords.edge[edge, STANDING] != EXACT:
        _store(chords, edge, _continued(chords, stretch, there, here, start), CONTINUED)
    if stretch.end == end:
        _store(chords, edge + 1, there, EXACT)
    elif chords.edge[edge + 1, STANDING] == UNSET:
        _store(chords, edge + 1, _continued(chords, stretch, here, there, end), CONTINUED)


@jit_inner
def _store(chords: Chords, edge: int, place: Position, standing: float) -> None:
    chords.edge[edge, X] = np.float32(place.x - chords.center.x)
    chords.edge[edge, Y] = np.float32(place.y - chords.center.y)
    chords.edge[edge, Z] = np.float32(place.z - chords.center.z)
    chords.edge[edge, ALTITUDE] = np.float32(place.altitude)
    chords.edge[edge, STANDING] = np.float32(standing)


@jit_inner
def _continued(
    chords: Chords, stretch: Stretch, far: Position, near: Position, time: Time
) -> Position:
    """Return the line from `far` through `near` continued to `time`, or `near` if that is far off.

    The two are the ends of the stretch; `time` is the edge beyond `near`.
    """
    duration = float(stretch.end - stretch.start)
    if duration <= 0.0:
        return near
    if time < stretch.start:
        share = float(stretch.start - time) / duration
    else:
        share = float(time - stretch.end) / duration
    place = Position(
        near.x + share * (near.x - far.x),
        near.y + share * (near.y - far.y),
        near.z + share * (near.z - far.z),
        near.altitude + share * (near.altitude - far.altitude),
    )
    center = chords.center
    reach = max(max(abs(place.x - center.x), abs(place.y - center.y)), abs(place.z - center.z))
    is_far = reach > BEYOND * chords.scale or abs(place.altitude) > chords.scale
    return near if is_far else place


@jit_inner
def _measure(knots: Knots, chords: Chords, stretch: Stretch, edge: int) -> None:
    """Widen the radii of a slab to a stretch of one part."""
    across, upward = 0.0, 0.0
    here = position_at(knots, stretch.first_leg, stretch.start)
    across, upward = _widened(chords, edge, stretch.slab, stretch.start, here, across, upward)
    for knot in range(stretch.first_leg + 1, stretch.last_leg + 1):
        here = position_at(knots, knot, knots.time[knot])
        across, upward = _widened(
            chords, edge, stretch.slab, knots.time[knot], here, across, upward
        )
    here = position_at(knots, stretch.last_leg, stretch.end)
    across, upward = _widened(chords, edge, stretch.slab, stretch.end, here, across, upward)
    room = ROUNDING * chords.scale
    slab = chords.edge[edge]
    slab[ACROSS] = max(np.float64(slab[ACROSS]), across * UP + room)
    slab[UPWARD] = max(np.float64(slab[UPWARD]), upward * UP + room)
    if stretch.start == slab_time(chords.grid, stretch.slab) and (
        stretch.end == slab_time(chords.grid, stretch.slab + 1)
    ):
        slab[PARTIAL] = 0.0


@jit_inner
def _widened(
    chords: Chords,
    edge: int,
    slab: int,
    time: Time,
    place: Position,
    across: float,
    upward: float,
) -> tuple[float, float]:
    """Return the two radii, at least the distances of `place` from the chord at `time`."""
    share = float(time - slab_time(chords.grid, slab)) / float(chords.grid.length)
    here, there = chords.edge[edge], chords.edge[edge + 1]
    x = place.x - chords.center.x - _between(here[X], there[X], share)
    y = place.y - chords.center.y - _between(here[Y], there[Y], share)
    z = place.z - chords.center.z - _between(here[Z], there[Z], share)
    up = place.altitude - _between(here[ALTITUDE], there[ALTITUDE], share)
    return max(across, np.sqrt(x * x + y * y + z * z)), max(upward, abs(up))


@jit_inner
def _between(start: np.float32, end: np.float32, share: float) -> float:
    return np.float64(start) + share * (np.float64(end) - np.float64(start))
