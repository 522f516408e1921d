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


def find_presence(start: TimeArray, end: TimeArray, slabs: Slabs) -> Presence:
    """Return the slabs that each span [start, end] shares more than an instant with."""
    presence = Presence(np.empty(start.size, np.int64), np.empty(start.size, np.int64))
    fill_presence(start, end, slabs, presence)
    return presence


@jit
def fill_presence(start: TimeArray, end: TimeArray, slabs: Slabs, out: Presence) -> None:
    """Write the first slab that ends after each span's start, and the last before its end."""
    for span in range(start.size):
        out.first[span] = zero()
        out.last[span] = -1
        if not start[span] < end[span] or slabs.start.size == 0:
            continue
        first = _slab_at(slabs.start, start[span])
        last = _slab_at(slabs.start, end[span])
        out.first[span] = first + (first < 0 or slabs.end[first] <= start[span])
        out.last[span] = last - (last >= 0 and slabs.start[last] >= end[span])


@jit_inner
def _slab_at(starts: TimeArray, time: Time) -> int:
    """Return the last slab that does not start after `time`, -1 if there is none."""
    final = starts.size - 1
    if time < starts[0]:
        return -1
    return final if starts[final] <= time else leg_near(starts, 0, final, time)


def count_boxes(presence: Presence, slabs: int) -> IndexArray:
    """Return how many parts are present in each slab, (slabs,)."""
    here = presence.first <= presence.last
    change = np.bincount(presence.first[here], minlength=slabs + 1)
    change -= np.bincount(presence.last[here] + 1, minlength=slabs + 1)
    return np.cumsum(change[:slabs])


def divide(boxes: IndexArray, target: int) -> IndexArray:
    """Return the first slab of each chunk, and the number of slabs at the end, (chunks + 1,).

    `boxes` is the number of boxes of each slab; a chunk has about `target` of them, or one slab.
    """
    if boxes.size == 0:
        return np.zeros(1, np.int64)
    before = np.cumsum(boxes) - boxes
    chunk = before // target
    later = np.flatnonzero(chunk[1:] != chunk[:-1]) + 1
    return np.concatenate([[0], later, [boxes.size]])


def call_roll(presence: Presence, chunk_start: IndexArray) -> Roll:
    """Return which parts are present in each chunk."""
    chunks = chunk_start.size - 1
    here = presence.first <= presence.last
    chunk = np.repeat(np.arange(chunks), np.diff(chunk_start))
    first, last = np.zeros((2, here.size), np.int64)
    first[here], last[here] = chunk[presence.first[here]], chunk[presence.last[here]]
    last[~here] = first[~here] - 1
    start = np.zeros(chunks + 1, np.int64)
    start[1:] = np.cumsum(count_boxes(Presence(first, last), chunks))
    part = np.empty(start[-1], np.int32)
    fill_roll(first, last, start[:-1].copy(), part)
    return Roll(start, part)


@jit
def fill_roll(first: IndexArray, last: IndexArray, cursor: IndexArray, out: IntArray) -> None:
    """Write each part into every chunk [first, last]; `cursor` is the next free place of each."""
    for part in range(first.size):
        for chunk in range(first[part], last[part] + 1):
            out[cursor[chunk]] = part
            cursor[chunk] += 1
