"""The division of a job's time axis among tasks: slabs, chunks of slabs, who is present where."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel._direct import kind_of
from airprox_kernel.boxes import Reach
from airprox_kernel.chunks import (
    Presence,
    Roll,
    call_roll,
    divide,
    find_presence,
    part_spans,
)
from airprox_kernel.job import Block, Job, Window
from airprox_kernel.knots import Knots
from airprox_kernel.slabs import busy_periods, crowded_periods, cut_periods
from airprox_kernel.varying import Variations

from ._job import Case
from ._pace import Pace
from ._parallel import processors

SMALL = 20_000
"""Fleets of fewer knots are screened in the calling thread: a second one would not pay."""
CHUNK_BOXES = 262_144
"""Boxes per task of a thread at most: 12 MB."""
LEAST_CHUNK = 8_192
"""Boxes that are worth a task of their own: half a millisecond."""
USUAL_CHUNK = 131_072
"""Boxes down to which more tasks are made. A task finds each flight's knots anew, and fetches them
from memory: with tasks of 60,000 boxes those of the European day took twice as long."""
TUBED = 1.7
"""Memory of a box with its tube, in boxes."""
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
    kind: bytes
    """A fingerprint of the types of what kernels are given of it, past the dispatcher.

    Of the job and the reach: all the rest is made here, always of one type.
    """

    @property
    def time_kind(self) -> np.dtype[Any]:
        """int64 for timestamps, float64 for seconds."""
        return self.job.own.time.dtype


Counted = tuple[Presence, NDArray[np.int64]]
"""Who is present where, and how many in each slab."""


def is_small(job: Job) -> bool:
    """Return whether a job is for the calling thread alone."""
    return job.own.time.size <= SMALL


def make_plan(
    case: Case,
    paces: Sequence[Pace],
    slab_length: float | None,
    within: Window | None = None,
) -> Plan:
    """Return the case, divided among tasks, of traffic that moves at these paces.

    `slab_length` (s) overrides the choice from data. `within` are the instants that are looked at,
    in place of the whole window: elementary intervals that begin before or end after are tested
    whole.
    """
    job = case.job
    second = 1e9 if job.own.time.dtype.kind == "i" else 1.0
    within = within or job.window
    own_span = _clipped(job.own, within)
    other_span = own_span if job.single else _clipped(job.other, within)
    periods = crowded_periods(*own_span) if job.single else busy_periods(*own_span, *other_span)
    across = 2.0 * _typical(case.reach.horizontal, job.limits.own_category)
    usual = second * (slab_length or choose_slab_length(paces, across))
    busy = float((periods[1] - periods[0]).astype(np.float64).sum())
    fewest = 1 if slab_length or is_small(job) else processors()
    length = max(SHORTEST_SLAB * usual, min(usual, busy / fewest))
    most_slabs = max(LEAST_SLABS, job.own.time.size + job.other.time.size)
    slabs = cut_periods(*periods, max(length, busy / most_slabs))
    own = find_presence(*own_span, slabs)
    other = None if job.single else find_presence(*other_span, slabs)
    return _share_out(case._replace(job=job._replace(slabs=slabs)), own, other)


def plans_of_block(plan: Plan, block: Block) -> list[Plan]:
    """Return the plans that together search a block: no boxes are made of what is not in it.

    Of a single fleet they are two: the pairs among the block's own rows, and of these with later
    rows. With one search of the whole fleet a block, a clique of 4,500 would be searched 480 times.
    """
    if block == plan.job.block:
        return [plan]
    if not plan.job.single:
        return [_cut_out(plan, block, False)]
    own = block.own_first, block.own_last
    inner = [_cut_out(plan, Block(*own, *own), True)] if own[1] - own[0] > 1 else []
    later = max(block.own_last, block.other_first)
    return [*inner, _cut_out(plan, block._replace(other_first=later), False)]


def _cut_out(plan: Plan, block: Block, single: bool) -> Plan:
    """Return the plan of a block's rows, and of the slabs in which there are own ones."""
    job = plan.job._replace(block=block, single=single)
    slabs = job.slabs.start.size
    own = _of_rows(plan.own_presence, job.own, block.own_first, block.own_last)
    case = Case(job, plan.reach, plan.variations)
    if single:
        return _share_out(case, _counted(own, slabs), None)
    other = _of_rows(plan.other_presence, job.other, block.other_first, block.other_last)
    here = own.first <= own.last
    first = own.first[here].min(initial=slabs)
    last = own.last[here].max(initial=-1)
    other = Presence(np.maximum(other.first, first), np.minimum(other.last, last))
    return _share_out(case, _counted(own, slabs), _counted(other, slabs))


def _of_rows(presence: Presence, knots: Knots, first: int, last: int) -> Presence:
    """Return the presence of the parts of some rows alone."""
    here = (first <= knots.part_row) & (knots.part_row < last)
    return presence._replace(last=np.where(here, presence.last, presence.first - 1))


def _counted(presence: Presence, slabs: int) -> Counted:
    here = presence.first <= presence.last
    change = np.bincount(presence.first[here], minlength=slabs + 1)
    change -= np.bincount(presence.last[here] + 1, minlength=slabs + 1)
    return presence, change[:-1].cumsum()


def _share_out(case: Case, own: Counted, other: Counted | None) -> Plan:
    """Return the plan of a case whose slabs are known; of one fleet, without `other`."""
    own_presence, own_boxes = own
    other_presence, other_boxes = other or (own_presence, np.zeros(own_boxes.size, np.int64))
    boxes = own_boxes + other_boxes
    chunk_start = divide(boxes, chunk_size(int(boxes.sum()), TUBED))
    own_roll = call_roll(own_presence, chunk_start)
    other_roll = own_roll if other is None else call_roll(other_presence, chunk_start)
    return Plan(
        case.job,
        case.reach,
        own_presence,
        other_presence,
        own_boxes,
        other_boxes,
        chunk_start,
        own_roll,
        other_roll,
        case.variations,
        kind_of(case.job, case.reach),
    )


def chunk_size(boxes: int, size: float = 1.0) -> int:
    """Return the number of boxes of a task, of boxes of `size` times the usual memory."""
    usual, most = int(USUAL_CHUNK / size), int(CHUNK_BOXES / size)
    # Rounded up, and no more: two slabs of as many boxes are two tasks for two processors.
    share = max(1, -(-boxes // processors()))
    tasks = max(1, min(TASKS, share // usual), -(-share // most))
    return min(most, max(LEAST_CHUNK, -(-share // tasks)))


def _typical(values: NDArray[np.float64], category: NDArray[np.int32]) -> float:
    """Return the median over the rows of what each category has."""
    few = values.size == 1 or category.size == 0
    return max(values.tolist()) if few else float(np.median(values[category]))


def _clipped(knots: Knots, window: Window):
    start, end = part_spans(knots)
    return np.maximum(start, window.start), np.minimum(end, window.end)


SLAB_MINIMA = 8.0
"""Distance flown in a slab, in horizontal minima."""
SHORTEST_SLAB = 0.25
"""Slabs are cut, to this part of what else they would be, to be one for each processor: state
vectors 300 s ahead would be one slab, hence one task."""
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
