"""Chunks: runs of slabs with about equal work, and the parts of a fleet present in each.

A chunk is what one thread does in one go, so its boxes should fit a core's cache.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit
from ._types import IndexArray, IntArray, TimeArray
from .job import Slabs
from .knots import Knots


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
    first = np.searchsorted(slabs.end, start, side="right").astype(np.int64)
    last = np.searchsorted(slabs.start, end, side="left").astype(np.int64) - 1
    last[start >= end] = -1
    return Presence(first, last)


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
    first = np.flatnonzero(np.diff(chunk, prepend=-1))
    return np.append(first, boxes.size)


def call_roll(presence: Presence, chunk_start: IndexArray) -> Roll:
    """Return which parts are present in each chunk."""
    chunks = chunk_start.size - 1
    here = presence.first <= presence.last
    first = np.searchsorted(chunk_start, presence.first, side="right") - 1
    last = np.searchsorted(chunk_start, presence.last, side="right") - 1
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
