"""Elementary intervals: the common span of two parts, cut at the knots of both.

An interval is computed whole, from its four knots and the window, whoever asks for it.
"""

from typing import NamedTuple

from ._jit import jit_inner
from ._types import Time
from .job import Job, Window
from .motion import Motion, relative_motion
from .segments import advance, leg_at


class Pair(NamedTuple):
    """Two parts and, for each, a leg at or before the one at which a walk begins."""

    own_part: int
    own_leg: int
    other_part: int
    other_leg: int


class Interval(NamedTuple):
    """One leg of each of a pair, on the time [start, end] that both cover."""

    own_leg: int
    other_leg: int
    start: Time
    end: Time


@jit_inner
def pair_of_parts(job: Job, own_part: int, other_part: int, time: Time) -> Pair:
    """Return two parts with the legs that hold `time`, an instant of both."""
    own, other = job.own, job.other
    own_last = own.part_start[own_part + 1] - 1
    other_last = other.part_start[other_part + 1] - 1
    own_leg = leg_at(own.time, own.part_start[own_part], own_last, time)
    other_leg = leg_at(other.time, other.part_start[other_part], other_last, time)
    return Pair(own_part, own_leg, other_part, other_leg)


@jit_inner
def first_interval(job: Job, pair: Pair, common: Window, begin: Time) -> Interval:
    """Return the interval that begins at or before `begin` and ends after it.

    Domain: ``common.start <= begin < common.end``.
    """
    own_leg = advance(job.own.time, pair.own_leg, begin)
    other_leg = advance(job.other.time, pair.other_leg, begin)
    start = max(max(job.own.time[own_leg], job.other.time[other_leg]), common.start)
    own_end: Time = job.own.time[own_leg + 1]
    other_end: Time = job.other.time[other_leg + 1]
    end = min(min(own_end, other_end), common.end)
    return Interval(own_leg, other_leg, start, end)


@jit_inner
def next_interval(job: Job, interval: Interval, common: Window) -> Interval:
    """Return the interval that begins where `interval` ends; domain: before ``common.end``."""
    start = interval.end
    own_leg: int = interval.own_leg + (job.own.time[interval.own_leg + 1] <= start)
    other_leg: int = interval.other_leg + (job.other.time[interval.other_leg + 1] <= start)
    own_end: Time = job.own.time[own_leg + 1]
    other_end: Time = job.other.time[other_leg + 1]
    end = min(min(own_end, other_end), common.end)
    return Interval(own_leg, other_leg, start, end)


@jit_inner
def motion_on(job: Job, interval: Interval) -> Motion:
    """Return the relative motion on an interval."""
    return relative_motion(
        job.own, interval.own_leg, job.other, interval.other_leg, interval.start, interval.end
    )
