"""The exact narrow phase: candidate pairs of one slab to pieces of loss of separation."""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import IndexArray
from .boxes import Places
from .broad import Candidates
from .cpa import horizontal_cpa
from .job import Job, Window, component
from .limits import on_own_radius, pair_arc, pair_cylinder
from .motion import (
    Motion,
    horizontal_square,
    instant_at,
    is_curved,
    relative_motion,
    separation_at,
    surface_distance,
)
from .pieces import PieceArray
from .segments import advance
from .violation import Violation, violation


class Narrowed(NamedTuple):
    """How far a call came: the next candidate, pieces written, elementary intervals tested."""

    candidate: int
    pieces: int
    legs: int


class Pair(NamedTuple):
    """Two parts and, for each, a leg at or before the one at which the walk begins."""

    own_part: int
    own_leg: int
    other_part: int
    other_leg: int


@jit
def find_pieces(
    job: Job,
    places: Places,
    candidates: Candidates,
    first: int,
    last: int,
    open_pieces: IndexArray,
    out: PieceArray,
) -> Narrowed:
    """Write the pieces of the candidates [first, last); stop at the first that does not fit.

    All candidates are done iff the returned one equals `last`; a candidate is done whole or not
    at all. Pieces of one candidate come in order of time. `open_pieces` (levels,) is scratch.
    """
    count = zero()
    legs = zero()
    for index in range(first, last):
        own: int = candidates.own[index]
        other: int = candidates.other[index]
        slab: int = candidates.slab[index]
        pair = Pair(places.part[own], places.leg[own], places.part[other], places.leg[other])
        span = Window(job.slabs.start[slab], job.slabs.end[slab])
        written, tested = _walk(job, pair, span, open_pieces, count, out)
        if written < 0:
            return Narrowed(index, count, legs)
        count = written
        legs += tested
    return Narrowed(last, count, legs)


@jit_inner
def _walk(
    job: Job, pair: Pair, span: Window, open_pieces: IndexArray, count: int, out: PieceArray
) -> tuple[int, int]:
    """Test every elementary interval of a pair that meets the inside of `span`, each one whole.

    Returns the number of pieces in `out` (-1 if they do not fit) and of intervals tested. Where
    the pair's common span starts late inside the slab, the walk begins at the legs that hold that
    start, not at those that the slab began with.
    """
    common = component(job, pair.own_part, pair.other_part)
    begin = max(common.start, span.start)
    finish = min(common.end, span.end)
    open_pieces[:] = -1
    tested = zero()
    if not begin < finish:
        return count, tested
    own_leg = advance(job.own.time, pair.own_leg, begin)
    other_leg = advance(job.other.time, pair.other_leg, begin)
    while True:
        own_end = job.own.time[own_leg + 1]
        other_end = job.other.time[other_leg + 1]
        start = max(job.own.time[own_leg], job.other.time[other_leg])
        start = max(start, common.start)
        end = min(min(own_end, other_end), common.end)
        interval = Window(start, end)
        motion = relative_motion(job.own, own_leg, job.other, other_leg, start, end)
        tested += 1
        count = _record(job, pair, interval, motion, open_pieces, count, out)
        if count < 0 or end >= finish:
            return count, tested
        own_leg += own_end <= end
        other_leg += other_end <= end


@jit_inner
def _record(
    job: Job,
    pair: Pair,
    interval: Window,
    motion: Motion,
    open_pieces: IndexArray,
    count: int,
    out: PieceArray,
) -> int:
    """Add what one interval says to the open piece of each level, or begin a new piece.

    `open_pieces` holds, per level, the piece that may go on; returns -1 where `out` is full.
    """
    own_row = job.own.part_row[pair.own_part]
    other_row = job.other.part_row[pair.other_part]
    for level in range(open_pieces.size):
        minima = pair_cylinder(job.limits, own_row, other_row, level)
        arc = pair_arc(job.limits, own_row, other_row, level)
        if arc > 0.0 and is_curved(motion):
            minima = on_own_radius(motion, minima, arc)
        found = violation(motion, minima)
        start, end = found.start * motion.duration, found.end * motion.duration
        if not start < end:
            open_pieces[level] = -1
            continue
        index = open_pieces[level]
        if index < 0 or not (out["at_end"][index] and found.at_start):
            if count == out.size:
                return -1
            index = count
            count += 1
            open_pieces[level] = index
            _begin(out, index, pair, level, interval, start, found.at_start)
        out["last"][index] = interval.start
        out["until"][index] = interval.end
        out["end"][index] = end
        out["at_end"][index] = found.at_end
        _note_closest(out, index, interval, motion, found)
    return count


@jit_inner
def _begin(
    out: PieceArray,
    index: int,
    pair: Pair,
    level: int,
    interval: Window,
    start: float,
    at_start: bool,
) -> None:
    out["own"][index] = pair.own_part
    out["other"][index] = pair.other_part
    out["level"][index] = level
    out["first"][index] = interval.start
    out["start"][index] = start
    out["at_start"][index] = at_start
    out["cpa_square"][index] = np.inf
    out["critical_square"][index] = np.inf


@jit_inner
def _note_closest(
    out: PieceArray, index: int, interval: Window, motion: Motion, found: Violation
) -> None:
    """Keep the least distance and the least N so far; the earliest of equal ones stays."""
    u = horizontal_cpa(motion, found.start, found.end)
    separation = separation_at(motion, u)
    square = horizontal_square(separation)
    if square < out["cpa_square"][index]:
        moment = instant_at(interval.start, interval.end, motion.duration, u)
        out["cpa"][index] = moment.origin
        out["cpa_offset"][index] = moment.offset
        out["cpa_square"][index] = square
        out["cpa_horizontal"][index] = surface_distance(motion, separation, np.sqrt(square))
        out["cpa_vertical"][index] = abs(separation.vertical)
    if found.square < out["critical_square"][index]:
        moment = instant_at(interval.start, interval.end, motion.duration, found.critical)
        out["critical"][index] = moment.origin
        out["critical_offset"][index] = moment.offset
        out["critical_square"][index] = found.square
