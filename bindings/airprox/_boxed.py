"""The slabs of chords, divided among tasks, and how far the boxes around them reach."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.approach import RATIO, SLANT
from airprox_kernel.bounds import Metric
from airprox_kernel.boxes import Reach
from airprox_kernel.chord_boxes import ChordSide, count_flown
from airprox_kernel.chords import Chords
from airprox_kernel.chunks import Presence, Roll, call_roll, divide
from airprox_kernel.job import Job
from airprox_kernel.leads import Search
from airprox_kernel.limits import Limits
from airprox_kernel.projection import farthest_chord

from ._arrow import frozen
from ._plan import chunk_size

ROOM = 1.0 + 1e-12
"""Bounds and ceilings are rounded by less."""


class Boxed(NamedTuple):
    """The slabs of both sides' chords, divided among tasks."""

    sides: list[ChordSide]
    counts: list[NDArray[np.int64]]
    """Boxes of each slab."""
    rolls: list[Roll]
    chunk_start: NDArray[np.int64]


def divided(job: Job, search: Search) -> Boxed:
    """Return the slabs of both sides, divided among tasks."""
    sides = [ChordSide(search.own, job.limits.own_category, job.own.row_start)]
    if not job.single:
        sides.append(ChordSide(search.other, job.limits.other_category, job.other.row_start))
    presences = [_presence(side.chords) for side in sides]
    slabs = 1 + max(int(presence.last.max(initial=0)) for presence in presences)
    counts = [np.zeros(slabs, np.int64) for _ in range(2)]
    for side, count in zip(sides, counts, strict=False):
        count_flown(side.chords, count)
    boxes = counts[0] + counts[1]
    chunk_start = divide(boxes, chunk_size(int(boxes.sum())))
    rolls = [call_roll(presence, chunk_start) for presence in presences]
    return Boxed(sides, counts, rolls, chunk_start)


def _presence(chords: Chords) -> Presence:
    """Return the slabs from the first to the last in which each row has a position."""
    return Presence(chords.first, chords.first + np.diff(chords.start) - 2)


def reach_of(limits: Limits, metric: Metric, limit: float) -> Reach:
    """Return half of how far apart a pair can be where the metric is not above the limit."""
    kinds = limits.horizontal.shape[0]
    across, upward = np.full(kinds, limit), np.full(kinds, np.inf)
    if metric.kind == SLANT:
        upward[:] = limit
    elif metric.kind == RATIO:
        limit *= 1.0 + metric.spread
        across = limit * limits.horizontal[:, :, 0].max(axis=1)
        upward = limit * limits.vertical[:, :, 0].max(axis=1)
    for kind in range(kinds):
        across[kind] = farthest_chord(float(across[kind]), metric.tilt, metric.dip)
    return Reach(frozen(0.5 * ROOM * across), frozen(0.5 * ROOM * upward))
