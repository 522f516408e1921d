"""Diverging starts: encounters that hold when two aircraft appear and only dissolve from there."""

import math
from typing import NamedTuple

from ._jit import jit, jit_inner
from ._types import BoolArray
from .cpa import horizontal_cpa, vertical_cpa
from .intervals import first_interval, motion_on, next_interval, pair_of_parts
from .job import Job, component
from .limits import TOUCH_TOLERANCE
from .motion import Motion, horizontal_square, separation_at
from .pieces import PieceArray


class Fall(NamedTuple):
    """How far a distance (m) is below its highest value so far, and the most that it has been."""

    now: float
    most: float


@jit
def mark_diverging(job: Job, pieces: PieceArray, marks: BoolArray) -> None:
    """Mark the encounters that hold at the start of the common span and only dissolve from there.

    An encounter is marked iff its loss holds where the parts' common span begins (not where the
    window cuts it) and neither the horizontal nor the vertical distance decreases within the
    encounter by more than the touch tolerance.
    """
    for index in range(pieces.size):
        marks[index] = _holds_from_the_start(job, pieces, index) and _dissolves(job, pieces, index)


@jit_inner
def _holds_from_the_start(job: Job, pieces: PieceArray, index: int) -> bool:
    own_start = job.own.time[job.own.part_start[pieces["own"][index]]]
    other_start = job.other.time[job.other.part_start[pieces["other"][index]]]
    at_start: bool = pieces["at_start"][index]
    return at_start and pieces["first"][index] == max(own_start, other_start)


@jit_inner
def _dissolves(job: Job, pieces: PieceArray, index: int) -> bool:
    own_part: int = pieces["own"][index]
    other_part: int = pieces["other"][index]
    first = pieces["first"][index]
    common = component(job, own_part, other_part)
    pair = pair_of_parts(job, own_part, other_part, first)
    interval = first_interval(job, pair, common, first)
    across, upward = Fall(0.0, 0.0), Fall(0.0, 0.0)
    while True:
        motion = motion_on(job, interval)
        is_last = interval.start >= pieces["last"][index]
        end = min(pieces["end"][index] / motion.duration, 1.0) if is_last else 1.0
        middle = horizontal_cpa(motion, 0.0, end)
        across = _go_on(across, _across(motion, 0.0), _across(motion, middle), _across(motion, end))
        middle = vertical_cpa(motion, 0.0, end)
        upward = _go_on(upward, _upward(motion, 0.0), _upward(motion, middle), _upward(motion, end))
        if max(across.most, upward.most) > TOUCH_TOLERANCE:
            return False
        if is_last:
            return True
        interval = next_interval(job, interval, common)


@jit_inner
def _go_on(fall: Fall, start: float, least: float, end: float) -> Fall:
    """Return the fall after an interval on which a distance goes from `start` by `least` to `end`.

    It is convex there. What it was below its highest value is carried over as a difference, since
    in the geodetic frame each interval measures with a normal of its own.
    """
    highest = start + fall.now
    return Fall(max(highest - end, 0.0), max(fall.most, highest - least))


@jit_inner
def _across(motion: Motion, u: float) -> float:
    return math.sqrt(horizontal_square(separation_at(motion, u)))


@jit_inner
def _upward(motion: Motion, u: float) -> float:
    return abs(separation_at(motion, u).vertical)
