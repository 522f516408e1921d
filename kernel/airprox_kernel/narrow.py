"""The exact narrow phase: candidate pairs of one slab to pieces of loss of separation."""

import math
from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import IndexArray
from .apart import legs_apart, pair_bounds
from .boxes import Places
from .broad import Candidates
from .cpa import horizontal_cpa
from .fetch import BATCH, fetch_pairs
from .intervals import Interval, Pair, first_interval, motion_on, next_interval
from .job import Job, Window, component
from .limits import interval_cylinder
from .motion import Motion, horizontal_square, instant_at, separation_at, surface_distance
from .pieces import PieceArray
from .varying import Variations, course_on, next_cut, pair_steps, violation_of_part, widened_bounds
from .violation import Violation, violation


class Narrowed(NamedTuple):
    """How far a call came: the next candidate, pieces written, elementary intervals tested."""

    candidate: int
    pieces: int
    legs: int


class Part(NamedTuple):
    """A part of an elementary interval at one level: the number of cuts before it, and its end."""

    level: int
    cut: int
    high: float


@jit
def find_pieces(
    job: Job,
    places: Places,
    candidates: Candidates,
    first: int,
    last: int,
    open_pieces: IndexArray,
    out: PieceArray,
) -> tuple[int, int, int]:
    """Write the pieces of the candidates [first, last); stop at the first that does not fit.

    Returns what `Narrowed` holds. All candidates are done iff the returned one equals `last`; a
    candidate is done whole or not at all. Pieces of one candidate come in order of time.
    `open_pieces` (levels,) is scratch.
    """
    return _find(job, None, places, candidates, first, last, open_pieces, out)


@jit
def find_varying_pieces(
    job: Job,
    variations: Variations,
    places: Places,
    candidates: Candidates,
    first: int,
    last: int,
    open_pieces: IndexArray,
    out: PieceArray,
) -> tuple[int, int, int]:
    """Do as `find_pieces` where minima vary along the way."""
    return _find(job, variations, places, candidates, first, last, open_pieces, out)


@jit_inner
def _find(
    job: Job,
    variations: Variations | None,
    places: Places,
    candidates: Candidates,
    first: int,
    last: int,
    open_pieces: IndexArray,
    out: PieceArray,
) -> tuple[int, int, int]:
    count = zero()
    legs = zero()
    fetched = 0.0
    for index in range(first, last):
        if (index - first) % BATCH == 0:
            fetched += fetch_pairs(job, places, candidates, index, min(index + BATCH, last))
        own: int = candidates.own[index]
        other: int = candidates.other[index]
        slab: int = candidates.slab[index]
        pair = Pair(places.part[own], places.leg[own], places.part[other], places.leg[other])
        span = Window(job.slabs.start[slab], job.slabs.end[slab])
        written, tested = _walk(job, variations, pair, span, open_pieces, count, out)
        if written < 0:
            return index, count, legs
        count = written
        legs += tested
    # Coordinates are numbers, so this adds nothing; what is of no use would not be fetched.
    legs += math.isnan(fetched)
    return last, count, legs


@jit_inner
def _walk(
    job: Job,
    variations: Variations | None,
    pair: Pair,
    span: Window,
    open_pieces: IndexArray,
    count: int,
    out: PieceArray,
) -> tuple[int, int]:
    """Test every elementary interval of a pair that meets the inside of `span`, each one whole.

    Returns the number of pieces in `out` (-1 if they do not fit) and of intervals tested, those
    left out whose legs are far apart. Where the pair's common span starts late inside the slab, the
    walk begins at the legs that hold that start, not at those that the slab began with.
    """
    common = component(job, pair.own_part, pair.other_part)
    begin = max(common.start, span.start)
    finish = min(common.end, span.end)
    open_pieces[:] = -1
    tested = zero()
    if not begin < finish:
        return count, tested
    own_row, other_row = job.own.part_row[pair.own_part], job.other.part_row[pair.other_part]
    bounds = pair_bounds(job.limits, own_row, other_row, job.own.geodetic)
    interval = first_interval(job, pair, common, begin)
    while True:
        if legs_apart(job, interval, widened_bounds(job, variations, interval, bounds)):
            open_pieces[:] = -1
        else:
            tested += 1
            count = record(job, variations, pair, interval, open_pieces, count, out)
        if count < 0 or interval.end >= finish:
            return count, tested
        interval = next_interval(job, interval, common)


@jit_inner
def record(
    job: Job,
    variations: Variations | None,
    pair: Pair,
    interval: Interval,
    open_pieces: IndexArray,
    count: int,
    out: PieceArray,
) -> int:
    """Add what one interval says to the pieces of each level; returns -1 where `out` is full.

    Where `variations` is None the compiler leaves out the other branch: the plain screening pays
    nothing for it.
    """
    own_row = job.own.part_row[pair.own_part]
    other_row = job.other.part_row[pair.other_part]
    motion = motion_on(job, interval)
    course = None if variations is None else course_on(job, variations, interval)
    for level in range(open_pieces.size):
        limit = interval_cylinder(job.limits, own_row, other_row, level, motion)
        if variations is None or course is None:
            found = violation(motion, limit)
            part = Part(level, 0, 1.0)
            count = _take(pair, interval, motion, part, found, open_pieces, count, out)
        else:
            steps = pair_steps(variations.bands, job.limits, own_row, other_row, level)
            low = 0.0
            cut = zero()
            while low < 1.0 and count >= 0:
                high = next_cut(variations, course, steps, low)
                found = violation_of_part(variations, course, steps, motion, limit, low, high)
                part = Part(level, cut, high)
                count = _take(pair, interval, motion, part, found, open_pieces, count, out)
                low = high
                cut += 1
        if count < 0:
            return -1
    return count


@jit_inner
def _take(
    pair: Pair,
    interval: Interval,
    motion: Motion,
    part: Part,
    found: Violation,
    open_pieces: IndexArray,
    count: int,
    out: PieceArray,
) -> int:
    """Add one part to the open piece of its level, or begin a new piece; -1 where `out` is full.

    `open_pieces` holds, per level, the piece whose loss holds where this part begins.
    """
    start, end = found.start * motion.duration, found.end * motion.duration
    if not start < end:
        open_pieces[part.level] = -1
        return count
    index = open_pieces[part.level]
    if index < 0 or not found.at_start:
        if count == out.size:
            return -1
        index = count
        count += 1
        _begin(out, index, pair, part, interval, start, found.at_start)
    open_pieces[part.level] = index if found.at_end else -1
    out["last"][index] = interval.start
    out["until"][index] = interval.end
    out["last_cut"][index] = part.cut
    out["end"][index] = end
    out["at_end"][index] = found.at_end and part.high >= 1.0
    _note_closest(out, index, interval, motion, found)
    return count


@jit_inner
def _begin(
    out: PieceArray,
    index: int,
    pair: Pair,
    part: Part,
    interval: Interval,
    start: float,
    at_start: bool,
) -> None:
    out["own"][index] = pair.own_part
    out["other"][index] = pair.other_part
    out["level"][index] = part.level
    out["first"][index] = interval.start
    out["first_cut"][index] = part.cut
    out["start"][index] = start
    out["at_start"][index] = at_start and part.cut == 0
    out["start_clipped"][index] = out["end_clipped"][index] = False
    out["cpa_square"][index] = np.inf
    out["critical_square"][index] = np.inf


@jit_inner
def _note_closest(
    out: PieceArray, index: int, interval: Interval, motion: Motion, found: Violation
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
