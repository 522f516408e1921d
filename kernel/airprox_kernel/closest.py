"""Closest approach of a pair of trajectories over everything they have in common."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._jit import jit, jit_inner, zero
from ._types import IndexArray, Time, TimeArray
from .cpa import critical_point, cylinder_square, horizontal_cpa, slant_cpa
from .geodesic import distance_of_vectors
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
from .segments import leg_at, position_at
from .violation import Cylinder

HORIZONTAL, SLANT, RATIO = 0, 1, 2
"""Metrics: |s_h|², |s_h|² + s_z², N."""


class Approaches(NamedTuple):
    """Results, (pairs,) each; `value` is inf where the pair has no common instant."""

    origin: TimeArray
    """The nearer end of the elementary interval that holds the closest approach."""
    offset: NDArray[np.float64]
    """From `origin`, in the unit of the times."""
    value: NDArray[np.float64]
    """Least value of the metric."""
    horizontal: NDArray[np.float64]
    """Distance over the ground then (m)."""
    vertical: NDArray[np.float64]
    """|s_z| then (m)."""
    ratio_square: NDArray[np.float64]
    """N then."""


class Stretch(NamedTuple):
    """A leg of each of a pair, on a span that both cover."""

    own_leg: int
    other_leg: int
    start: Time
    end: Time


@jit
def closest_approaches(
    job: Job, own_rows: IndexArray, other_rows: IndexArray, metric: int, out: Approaches
) -> int:
    """Write the closest approach of each pair of rows; return the number of intervals tested."""
    tested = zero()
    for index in range(own_rows.size):
        tested += closest_approach(job, own_rows[index], other_rows[index], metric, index, out)
    return tested


@jit
def closest_approach(
    job: Job, own_row: int, other_row: int, metric: int, index: int, out: Approaches
) -> int:
    """Write the closest approach of one pair at `index`; return the number of intervals tested.

    The parts of each trajectory are ascending in time, so one pass over both lists meets every
    pair of parts that have an instant in common.
    """
    out.value[index] = np.inf
    minima = pair_cylinder(job.limits, own_row, other_row, 0)
    arc = pair_arc(job.limits, own_row, other_row, 0)
    own_part = job.own.row_start[own_row]
    other_part = job.other.row_start[other_row]
    tested = zero()
    while own_part < job.own.row_start[own_row + 1] and (
        other_part < job.other.row_start[other_row + 1]
    ):
        common = component(job, own_part, other_part)
        if common.start <= common.end:
            tested += _walk(job, own_part, other_part, common, minima, arc, metric, index, out)
        own_end = job.own.time[job.own.part_start[own_part + 1] - 1]
        other_end = job.other.time[job.other.part_start[other_part + 1] - 1]
        own_part += own_end <= other_end
        other_part += other_end <= own_end
    return tested


@jit_inner
def _walk(
    job: Job,
    own_part: int,
    other_part: int,
    common: Window,
    minima: Cylinder,
    arc: float,
    metric: int,
    index: int,
    out: Approaches,
) -> int:
    """Take in every elementary interval of one component; it may be a single instant."""
    own, other = job.own, job.other
    start = common.start
    own_leg = leg_at(own.time, own.part_start[own_part], own.part_start[own_part + 1] - 1, start)
    other_leg = leg_at(
        other.time, other.part_start[other_part], other.part_start[other_part + 1] - 1, start
    )
    if common.start == common.end:
        here = Stretch(own_leg, other_leg, start, start)
        _take(job, here, minima, arc, metric, index, out)
        return 1
    tested = zero()
    while True:
        own_end = own.time[own_leg + 1]
        other_end = other.time[other_leg + 1]
        end = min(min(own_end, other_end), common.end)
        here = Stretch(own_leg, other_leg, start, end)
        _take(job, here, minima, arc, metric, index, out)
        tested += 1
        if end >= common.end:
            return tested
        own_leg += own_end <= end
        other_leg += other_end <= end
        start = end


@jit_inner
def _take(
    job: Job,
    here: Stretch,
    minima: Cylinder,
    arc: float,
    metric: int,
    index: int,
    out: Approaches,
) -> None:
    """Take in one elementary interval: the earliest of equal smallest values stays."""
    motion = relative_motion(job.own, here.own_leg, job.other, here.other_leg, here.start, here.end)
    if arc > 0.0 and is_curved(motion):
        minima = on_own_radius(motion, minima, arc)
    if metric == HORIZONTAL:
        u = horizontal_cpa(motion, 0.0, 1.0)
        value = horizontal_square(separation_at(motion, u))
    elif metric == SLANT:
        u = slant_cpa(motion)
        separation = separation_at(motion, u)
        value = horizontal_square(separation) + separation.vertical * separation.vertical
    else:
        point = critical_point(motion, minima.horizontal_weight, minima.vertical_weight)
        u, value = point.u, point.square
    if value < out.value[index]:
        out.value[index] = value
        moment = instant_at(here.start, here.end, motion.duration, u)
        out.origin[index] = moment.origin
        out.offset[index] = moment.offset
        out.horizontal[index] = _ground_distance(job, here, motion, u)
        out.vertical[index] = abs(separation_at(motion, u).vertical)
        out.ratio_square[index] = cylinder_square(
            motion, u, minima.horizontal_weight, minima.vertical_weight
        )


@jit_inner
def _ground_distance(job: Job, here: Stretch, motion: Motion, u: float) -> float:
    """Return the distance over the ground (m) at u: for far pairs, the geodesic."""
    separation = separation_at(motion, u)
    if not job.own.geodetic or is_curved(motion):
        return surface_distance(motion, separation, np.sqrt(horizontal_square(separation)))
    own_start = position_at(job.own, here.own_leg, here.start)
    own_end = position_at(job.own, here.own_leg, here.end)
    other_start = position_at(job.other, here.other_leg, here.start)
    other_end = position_at(job.other, here.other_leg, here.end)
    return distance_of_vectors(
        own_start.x + u * (own_end.x - own_start.x),
        own_start.y + u * (own_end.y - own_start.y),
        own_start.z + u * (own_end.z - own_start.z),
        other_start.x + u * (other_end.x - other_start.x),
        other_start.y + u * (other_end.y - other_start.y),
        other_start.z + u * (other_end.z - other_start.z),
    )


@jit
def list_common_pairs(
    own_start: TimeArray,
    own_end: TimeArray,
    other_start: TimeArray,
    other_end: TimeArray,
    single: bool,
    own_rows: IndexArray,
    other_rows: IndexArray,
) -> int:
    """List the pairs whose closed spans share an instant, by rows; return their number.

    Nothing is written beyond the outputs' size, so an empty output counts.
    """
    count = 0
    for own in range(own_start.size):
        for other in range(own + 1 if single else 0, other_start.size):
            start = max(own_start[own], other_start[other])
            if start <= min(own_end[own], other_end[other]):
                if count < own_rows.size:
                    own_rows[count] = own
                    other_rows[count] = other
                count += 1
    return count
