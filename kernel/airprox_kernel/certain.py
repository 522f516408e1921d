"""The certain part of an encounter of uncertain positions: separation is lost wherever they are."""

from typing import NamedTuple

from ._jit import jit, jit_inner
from ._types import FloatArray, TimeArray
from .intervals import Interval, first_interval, motion_on, next_interval, pair_of_parts
from .job import Job, component
from .limits import interval_cylinder
from .motion import Instant, Motion, instant_at
from .pieces import PieceArray
from .uncertain import Loss
from .varying import Variations, certain_loss_of_part, course_on, next_cut, pair_steps


class Certain(NamedTuple):
    """The longest certain part of each encounter, (encounters,); `length` is 0 where none is."""

    start: TimeArray
    start_offset: FloatArray
    end: TimeArray
    end_offset: FloatArray
    length: FloatArray


class Run(NamedTuple):
    """An unbroken certain loss so far; it may go on iff `open`."""

    start: Instant
    end: Instant
    open: bool


@jit
def find_certain(job: Job, variations: Variations, pieces: PieceArray, out: Certain) -> None:
    """Write the longest certain part of each encounter, the earliest of equal ones."""
    for index in range(pieces.size):
        out.start[index] = out.end[index] = pieces["first"][index]
        out.start_offset[index] = out.end_offset[index] = out.length[index] = 0.0
        _find(job, variations, pieces, index, out)


@jit_inner
def _find(job: Job, variations: Variations, pieces: PieceArray, index: int, out: Certain) -> None:
    own_part: int = pieces["own"][index]
    other_part: int = pieces["other"][index]
    own_row, other_row = job.own.part_row[own_part], job.other.part_row[other_part]
    level: int = pieces["level"][index]
    first = pieces["first"][index]
    last = pieces["last"][index]
    common = component(job, own_part, other_part)
    steps = pair_steps(variations.bands, job.limits, own_row, other_row, level)
    interval = first_interval(job, pair_of_parts(job, own_part, other_part, first), common, first)
    nowhere = Instant(first, 0.0)
    run = Run(nowhere, nowhere, False)
    while True:
        motion = motion_on(job, interval)
        limit = interval_cylinder(job.limits, own_row, other_row, level, motion)
        course = course_on(job, variations, interval)
        low = 0.0
        while low < 1.0:
            high = next_cut(variations, course, steps, low)
            loss = certain_loss_of_part(variations, course, steps, motion, limit, low, high)
            loss = _within_piece(loss, pieces, index, interval, motion)
            run = _taken(run, loss, interval, motion)
            _keep_longest(run, index, out)
            low = high
        if interval.start >= last:
            return
        interval = next_interval(job, interval, common)


@jit_inner
def _within_piece(
    loss: Loss, pieces: PieceArray, index: int, interval: Interval, motion: Motion
) -> Loss:
    """Return the loss cut to the encounter: another one may lie in its first or last interval."""
    low, high = 0.0, 1.0
    if interval.start == pieces["first"][index]:
        low = pieces["start"][index] / motion.duration
    if interval.start == pieces["last"][index]:
        high = pieces["end"][index] / motion.duration
    return Loss(max(loss.start, low), min(loss.end, high), loss.at_start, loss.at_end)


@jit_inner
def _taken(run: Run, loss: Loss, interval: Interval, motion: Motion) -> Run:
    """Return the run after one more part of an interval."""
    if not loss.start < loss.end:
        return Run(run.end, run.end, False)
    end = instant_at(interval.start, interval.end, motion.duration, loss.end)
    if run.open and loss.at_start:
        return Run(run.start, end, loss.at_end)
    start = instant_at(interval.start, interval.end, motion.duration, loss.start)
    return Run(start, end, loss.at_end)


@jit_inner
def _keep_longest(run: Run, index: int, out: Certain) -> None:
    length = float(run.end.origin - run.start.origin) + (run.end.offset - run.start.offset)
    if length > out.length[index]:
        out.start[index], out.start_offset[index] = run.start.origin, run.start.offset
        out.end[index], out.end_offset[index] = run.end.origin, run.end.offset
        out.length[index] = length
