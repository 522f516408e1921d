"""How a closest approach is reported: instants as they leave, distances over the ground."""

from typing import NamedTuple

import numpy as np

from ._jit import jit_inner
from ._types import FloatArray, Time, TimeArray
from .approach import UNSOLVED, Best
from .geodesic import distance_of_vectors
from .job import Job
from .motion import instant_at
from .segments import position_at


class Columns(NamedTuple):
    """Closest approaches as they are reported, (pairs,) each."""

    time: TimeArray
    horizontal: FloatArray
    """Distance over the ground (m); inf where the pair has no instant in common."""
    vertical: FloatArray
    slant: FloatArray
    ratio: FloatArray
    """Of no length where it is not asked for."""
    square: FloatArray
    """What is compared: the metric's square, or N. Of no length where it is not asked for."""


@jit_inner
def ground_distance(job: Job, best: Best) -> float:
    """Return the distance over the ground (m): for far pairs, the geodesic."""
    if best.horizontal != UNSOLVED:
        return best.horizontal
    own_start = position_at(job.own, best.own_leg, best.start)
    own_end = position_at(job.own, best.own_leg, best.end)
    other_start = position_at(job.other, best.other_leg, best.start)
    other_end = position_at(job.other, best.other_leg, best.end)
    u = best.u
    return distance_of_vectors(
        own_start.x + u * (own_end.x - own_start.x),
        own_start.y + u * (own_end.y - own_start.y),
        own_start.z + u * (own_end.z - own_start.z),
        other_start.x + u * (other_end.x - other_start.x),
        other_start.y + u * (other_end.y - other_start.y),
        other_start.z + u * (other_end.z - other_start.z),
    )


@jit_inner
def reported_instant(start: Time, end: Time, duration: float, u: float) -> Time:
    """Return an instant of [start, end] as it is reported: nanoseconds are rounded."""
    moment = instant_at(start, end, duration, u)
    if isinstance(moment.origin, float):
        return moment.origin + moment.offset
    return moment.origin + int(np.rint(moment.offset))


@jit_inner
def report(job: Job, best: Best, index: int, out: Columns) -> None:
    """Write the closest approach of a pair that has one."""
    horizontal = ground_distance(job, best)
    duration = float(best.end - best.start)
    out.time[index] = reported_instant(best.start, best.end, duration, best.u)
    out.horizontal[index] = horizontal
    out.vertical[index] = best.vertical
    out.slant[index] = np.sqrt(horizontal * horizontal + best.vertical * best.vertical)
    if out.ratio.size > 0:
        out.ratio[index] = np.sqrt(best.ratio_square)
    if out.square.size > 0:
        out.square[index] = best.value
