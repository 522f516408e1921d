"""Chunks: runs of slabs with about equal work, and the parts of a fleet present in each.

A chunk is what one thread does in one go, so its boxes should fit a core's cache.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import IndexArray, IntArray, Time, TimeArray
from .job import Slabs
from .knots import Knots
from .segments import leg_near


class Chunk(NamedTuple):
    """A run of slabs [first, last)."""

    first: int
    last: int


class Presence(NamedTuple):
    """The slabs [first, last] with which each part shares more than an instant, (parts,) each.

    ``last < first`` where there is none.
    """

    first: IndexArray
    last: IndexArray


class Roll(NamedTuple):
    """The parts present in each chunk: chunk c has ``part[start[c] : start[c + 1]]``, ascending."""

    start: IndexArray
    part: IntArray


def part_spans(knots: Knots) -> tuple[TimeArray, TimeArray]:
    """Return the times of the first and the last knot of each part."""
    return knots.time[knots.part_start[:-1]], knots.time[knots.part_start[1:] - 1]


def find_presence(start: TimeArray, end: TimeArray, slabs: Slabs) -> tuple[Presence, IndexArray]:
    """Return the slabs that each span [start, end] shares more than an instant with.

    And how many of the spans each slab does so with, (slabs,).
    """
    presence = Presence(np.empty(start.size, np.int64), np.empty(start.size, np.int64))
    change = np.zeros(slabs.start.size + 1, np.int64)
    fill_presence(start, end, slabs, presence, change)
    return presence, change[:-1].cumsum()


@jit
def fill_presence(
    start: TimeArray, end: TimeArray, slabs: Slabs, out: Presence, change: IndexArray
) -> None:
    """Write the first slab that ends after each span's start, and the last before its end.

    `change` (slabs + 1,) gets how many more are present in each slab than in the one before.
    """
    for span in range(start.size):
        out.first[span] = zero()
        out.last[span] = -1
        if not start[span] < end[span] or slabs.start.size == 0:
            continue
        first = _slab_at(slabs.start, start[span])
        last = _slab_at(slabs.start, end[span])
        first += first < 0 or slabs.end[first] <= start[span]
        last -= last >= 0 and slabs.start[last] >= end[span]
        out.first[span] = first
        out.last[span] = last
        if first <= last:
            change[first] += 1
            change[last + 1] -= 1


@jit_inner
def _slab_at(starts: TimeArray, time: Time) -> int:
    """Return the last slab that does not start after `time`, -1 if there is none."""
    final = starts.size - 1
    if time < starts[0]:
        return -1
    return final if starts[final] <= time else leg_near(starts, 0, final, time)


def divide(boxes: IndexArray, target: int) -> IndexArray:
    """Return the first slab of each chunk, and the number of slabs at the end, (chunks + 1,).

    `boxes` is the number of boxes of each slab; a chunk has about `target` of them, or one slab.
    """
    chunk = (boxes.cumsum() - boxes) // target
    edge = np.ones(boxes.size + 1, np.bool_)
    np.not_equal(chunk[1:], chunk[:-1], out=edge[1:-1])
    return edge.nonzero()[0]


def call_roll(presence: Presence, chunk_start: IndexArray) -> Roll:
    """Return which parts are present in each chunk."""
    chunks = chunk_start.size - 1
    chunk = np.arange(chunks).repeat(chunk_start[1:] - chunk_start[:-1])
    start = np.zeros(chunks + 1, np.int64)
    fill_roll(presence, chunk, start[1:], np.empty(0, np.int32))
    start = start.cumsum()
    part = np.empty(start[-1], np.int32)
    fill_roll(presence, chunk, start[:-1].copy(), part)
    return Roll(start, part)


@jit
def fill_roll(presence: Presence, chunk: IndexArray, cursor: IndexArray, out: IntArray) -> None:
    """Write each part into every chunk that it is present in; `chunk` is that of each slab.

    `cursor` is the next free place of each chunk, and moves on; an empty `out` is not written to.
    """
    for part in range(presence.first.size):
        first, last = presence.first[part], presence.last[part]
        if last < first:
            continue
        for place in range(chunk[first], chunk[last] + 1):
            if out.size > 0:
                out[cursor[place]] = part
            cursor[place] += 1
