"""The division of a job's time axis among tasks: slabs, chunks of slabs, who is present where."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.boxes import Reach
from airprox_kernel.chunks import (
    Presence,
    Roll,
    call_roll,
    divide,
    find_presence,
    part_spans,
)
from airprox_kernel.job import Job, Window
from airprox_kernel.knots import Knots
from airprox_kernel.slabs import busy_periods, crowded_periods, cut_periods
from airprox_kernel.varying import Variations

from ._job import Case
from ._pace import Pace
from ._parallel import processors

CHUNK_BOXES = 262_144
"""Boxes per task of a thread at most: 12 MB."""
LEAST_CHUNK = 8_192
"""Boxes that are worth a task of their own: half a millisecond."""
USUAL_CHUNK = 131_072
"""Boxes down to which more tasks are made. A task finds each flight's knots anew, and fetches them
from memory: with tasks of 60,000 boxes those of the European day took twice as long."""
TASKS = 4
"""Tasks for each processor where there is work for so many, so that all end together."""


class Plan(NamedTuple):
    """A job, and how its time axis is divided among tasks."""

    job: Job
    reach: Reach
    own_presence: Presence
    other_presence: Presence
    own_boxes: NDArray[np.int64]
    other_boxes: NDArray[np.int64]
    chunk_start: NDArray[np.int64]
    own_roll: Roll
    other_roll: Roll
    variations: Variations | None
    """What lets minima vary along the way; boxes are widened by its radii."""


def make_plan(case: Case, paces: Sequence[Pace], slab_length: float | None) -> Plan:
    """Return the case, divided among tasks, of traffic that moves at these paces.

    `slab_length` (s) overrides the choice from data.
    """
    job = case.job
    second = 1e9 if job.own.time.dtype.kind == "i" else 1.0
    own_span = _clipped(job.own, job.window)
    other_span = own_span if job.single else _clipped(job.other, job.window)
    periods = crowded_periods(*own_span) if job.single else busy_periods(*own_span, *other_span)
    across = 2.0 * _typical(case.reach.horizontal, job.limits.own_category)
    length = second * (slab_length or choose_slab_length(paces, across))
    busy = float((periods[1] - periods[0]).astype(np.float64).sum())
    most_slabs = max(LEAST_SLABS, job.own.time.size + job.other.time.size)
    slabs = cut_periods(*periods, max(length, busy / most_slabs))
    own_presence, own_boxes = find_presence(*own_span, slabs)
    if job.single:
        other_presence, other_boxes = own_presence, np.zeros(own_boxes.size, np.int64)
    else:
        other_presence, other_boxes = find_presence(*other_span, slabs)
    boxes = own_boxes + other_boxes
    chunk_start = divide(boxes, chunk_size(int(boxes.sum())))
    own_roll = call_roll(own_presence, chunk_start)
    other_roll = own_roll if job.single else call_roll(other_presence, chunk_start)
    return Plan(
        job._replace(slabs=slabs),
        case.reach,
        own_presence,
        other_presence,
        own_boxes,
        other_boxes,
        chunk_start,
        own_roll,
        other_roll,
        case.variations,
    )


def chunk_size(boxes: int) -> int:
    """Return the number of boxes of a task."""
    share = boxes // processors() + 1
    tasks = max(1, min(TASKS, share // USUAL_CHUNK), -(-share // CHUNK_BOXES))
    return min(CHUNK_BOXES, max(LEAST_CHUNK, -(-share // tasks)))


def _typical(values: NDArray[np.float64], category: NDArray[np.int32]) -> float:
    """Return the median over the rows of what each category has."""
    few = values.size == 1 or category.size == 0
    return max(values.tolist()) if few else float(np.median(values[category]))


def _clipped(knots: Knots, window: Window):
    start, end = part_spans(knots)
    return np.maximum(start, window.start), np.minimum(end, window.end)


SLAB_MINIMA = 5.5
"""Distance flown in a slab, in horizontal minima."""
LONGEST_SLAB = 3600.0
LEAST_SLABS = 1024
"""Slabs that may always be made; beyond, there are at most as many as knots."""
MOST_BOXES = 4
"""Boxes per knot at most: minima of a few metres must not cut the day into millisecond slabs."""


def choose_slab_length(paces: Sequence[Pace], minimum: float) -> float:
    """Return the slab length (s) that keeps boxes about as large as the minima.

    Shorter slabs make more boxes, longer ones make boxes that meet without cause.
    """
    length = 0.0
    for speed, leg in paces:
        if speed > 0.0:
            length = max(length, leg / MOST_BOXES, min(minimum * SLAB_MINIMA / speed, LONGEST_SLAB))
    return length or LONGEST_SLAB
