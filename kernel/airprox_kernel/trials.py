"""Trials: elementary intervals in the plane, put to the exact test side by side.

The four knots of each interval are gathered first, into columns; the test is then a loop without
branches, which the compiler turns into vector code. One by one, an interval takes 75 ns, most of
it branches that are guessed wrong: which of the two has a knot at the start, and which at the end.
Operations and their order are those of `motion` and `cpa`, and so are the bits.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from ._jit import jit, jit_inner
from ._types import FloatArray, IndexArray, TimeArray
from .approach import HORIZONTAL, SLANT, nearest_point
from .cpa import cylinder_square
from .job import Job
from .motion import Motion, horizontal_square, motion_between, separation_at
from .reports import reported_instant
from .segments import Position, position_between

TRIALS = 128
"""Trials that are tested at once: what is gathered of them fills the nearest cache."""
PITCH = TRIALS + 8
"""From column to column. Two dozen of them a power of two apart share a few places of the cache."""
START, END, OWN_TIME, OWN_NEXT, OTHER_TIME, OTHER_NEXT, WHEN = range(0, 7 * PITCH, PITCH)
"""Offsets into the times: of the interval, of the four knots, and of the closest approach."""
OWN_X, OWN_Y, OWN_UP, OWN_NEXT_X, OWN_NEXT_Y, OWN_NEXT_UP = range(0, 6 * PITCH, PITCH)
OTHER_X, OTHER_Y, OTHER_UP, OTHER_NEXT_X, OTHER_NEXT_Y, OTHER_NEXT_UP = range(
    6 * PITCH, 12 * PITCH, PITCH
)
WEIGHT_ACROSS, WEIGHT_UPWARD = 12 * PITCH, 13 * PITCH
SQUARE, ACROSS, UPWARD, SLANTING, RATIO_SQUARE = range(14 * PITCH, 19 * PITCH, PITCH)
"""Offsets into the numbers: the four knots; the weights of a ratio; and what is found: the metric's
square, the distances, N."""
OWN_LEG, OTHER_LEG = 0, PITCH
TIMES, NUMBERS, LEGS = 7 * PITCH, 19 * PITCH, 2 * PITCH


HELD, LATEST, TESTED = range(3)


class Trials(NamedTuple):
    """Room for `TRIALS` elementary intervals, of which those of a pair come one after another."""

    tally: IndexArray
    """(3,) how many are held, the place reported last, and how many have been held at all."""
    least: FloatArray
    """(1,) the square reported last."""
    place: IndexArray
    """(TRIALS,) where the result of the pair goes."""
    leg: IndexArray
    """(LEGS,)"""
    time: TimeArray
    """(TIMES,)"""
    number: FloatArray
    """(NUMBERS,)"""


@jit
def gather(job: Job, count: int, trials: Trials) -> None:
    """Gather the four knots of each of the first `count` trials.

    Nothing is decided here, so that many knots are on their way from memory at a time.
    """
    own, other, time, number = job.own, job.other, trials.time, trials.number
    for index in range(count):
        own_leg: int = trials.leg[OWN_LEG + index]
        other_leg: int = trials.leg[OTHER_LEG + index]
        # None is negative. Told so, the compiler leaves out counting from the end.
        if own_leg < 0 or other_leg < 0:
            continue
        # A part of one knot has no next one; whatever is taken for it makes no difference.
        own_next = min(own_leg + 1, own.time.size - 1)
        other_next = min(other_leg + 1, other.time.size - 1)
        time[OWN_TIME + index] = own.time[own_leg]
        time[OWN_NEXT + index] = own.time[own_next]
        time[OTHER_TIME + index] = other.time[other_leg]
        time[OTHER_NEXT + index] = other.time[other_next]
        number[OWN_X + index] = own.x[own_leg]
        number[OWN_Y + index] = own.y[own_leg]
        number[OWN_UP + index] = own.altitude[own_leg]
        number[OWN_NEXT_X + index] = own.x[own_next]
        number[OWN_NEXT_Y + index] = own.y[own_next]
        number[OWN_NEXT_UP + index] = own.altitude[own_next]
        number[OTHER_X + index] = other.x[other_leg]
        number[OTHER_Y + index] = other.y[other_leg]
        number[OTHER_UP + index] = other.altitude[other_leg]
        number[OTHER_NEXT_X + index] = other.x[other_next]
        number[OTHER_NEXT_Y + index] = other.y[other_next]
        number[OTHER_NEXT_UP + index] = other.altitude[other_next]


@jit
def judge(trials: Trials, count: int, metric: int) -> None:
    """Find the closest approach of each of the first `count` trials."""
    if metric == HORIZONTAL:
        for index in range(count):
            _judge_one(trials, index, HORIZONTAL)
    else:
        for index in range(count):
            _judge_one(trials, index, SLANT)


@jit_inner
def _judge_one(trials: Trials, index: int, metric: int) -> None:
    motion = _motion_of(trials.time, trials.number, index)
    point = nearest_point(motion, metric)
    separation = separation_at(motion, point.u)
    across = np.sqrt(horizontal_square(separation))
    level = abs(separation.vertical)
    number = trials.number
    across_weight, upward_weight = number[WEIGHT_ACROSS + index], number[WEIGHT_UPWARD + index]
    ratio_square = cylinder_square(motion, point.u, across_weight, upward_weight)
    number[SQUARE + index] = point.square
    number[ACROSS + index] = across
    number[UPWARD + index] = level
    number[SLANTING + index] = np.sqrt(across * across + level * level)
    number[RATIO_SQUARE + index] = ratio_square
    trials.time[WHEN + index] = reported_instant(
        trials.time[START + index], trials.time[END + index], motion.duration, point.u
    )


@jit_inner
def _motion_of(time: TimeArray, number: FloatArray, index: int) -> Motion:
    start, end = time[START + index], time[END + index]
    p = Position(number[OWN_X + index], number[OWN_Y + index], 0.0, number[OWN_UP + index])
    q = Position(
        number[OWN_NEXT_X + index], number[OWN_NEXT_Y + index], 0.0, number[OWN_NEXT_UP + index]
    )
    begun, over = time[OWN_TIME + index], time[OWN_NEXT + index]
    own_start = position_between(p, q, begun, over, start)
    own_end = position_between(p, q, begun, over, end)
    p = Position(number[OTHER_X + index], number[OTHER_Y + index], 0.0, number[OTHER_UP + index])
    q = Position(
        number[OTHER_NEXT_X + index],
        number[OTHER_NEXT_Y + index],
        0.0,
        number[OTHER_NEXT_UP + index],
    )
    begun, over = time[OTHER_TIME + index], time[OTHER_NEXT + index]
    other_start = position_between(p, q, begun, over, start)
    other_end = position_between(p, q, begun, over, end)
    return motion_between(own_start, own_end, other_start, other_end, float(end - start), False)


def new_trials(time: DTypeLike) -> Trials:
    """Return room for trials, of times of type `time`."""
    return Trials(
        np.zeros(3, np.int64),
        np.zeros(1),
        np.zeros(TRIALS, np.int64),
        np.zeros(LEGS, np.int64),
        np.zeros(TIMES, time),
        np.zeros(NUMBERS),
    )
