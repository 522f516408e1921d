"""The broad phase: pairs of boxes of one slab that meet, and whose tubes do.

Each entry of a sweep looks at the entries from its own on to those of the cell that its box ends
in: first at whole blocks of them (`rounds`), then, where something meets, one by one, and at last
at the tubes of what meets.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_allocating, jit_inner, zero
from ._types import Float32Array, IntArray
from .boxes import Boxes, Places
from .chunks import Chunk
from .job import Job, is_pair
from .rounds import WORD, Look, Round, any_meets, is_its_own, which_meet
from .sweep import Axes, Table, bucket_count, choose_axes, choose_grain, enter_boxes, make_table
from .tubes import tubes_meet


class Candidates(NamedTuple):
    """Pairs of boxes that meet and whose tubes do, (pairs,) each, no pair twice.

    Indices of boxes, and their slab.
    """

    own: IntArray
    other: IntArray
    slab: IntArray


class Found(NamedTuple):
    """Where to go on: slab, task within it (own entries, then other ones), pairs written.

    And, for the account, how the chunk was swept: see `Axes`.
    """

    slab: int
    task: int
    pairs: int
    sweep: int = 0
    striped: bool = False


class Sweep(NamedTuple):
    """How the slabs of a chunk are swept, and tables with room for the boxes of each."""

    axes: Axes
    own: Table
    other: Table
    """The same as `own` where there is one fleet."""


@jit
def boxes_meet(bounds: Float32Array, a: int, b: int) -> bool:
    """Return whether two boxes share a point."""
    x = max(bounds[a, 0] - bounds[b, 4], bounds[b, 0] - bounds[a, 4])
    y = max(bounds[a, 1] - bounds[b, 5], bounds[b, 1] - bounds[a, 5])
    z = max(bounds[a, 2] - bounds[b, 6], bounds[b, 2] - bounds[a, 6])
    altitude = max(bounds[a, 3] - bounds[b, 7], bounds[b, 3] - bounds[a, 7])
    return max(max(x, y), max(z, altitude)) <= 0.0


@jit_allocating
def find_candidates(
    job: Job, boxes: Boxes, places: Places, chunk: Chunk, since: Found, out: Candidates
) -> tuple[int, int, int, int, bool]:
    """Write the pairs of boxes and tubes that meet, from `since` on, until done or `out` is full.

    Returns what `Found` holds: all are found iff its slab is ``chunk.last``. A call makes progress
    if `out` holds at least as many pairs as the fullest slab has boxes.
    """
    fullest = zero()
    for slab in range(boxes.middle.size):
        if boxes.start[slab + 1] - boxes.start[slab] > (
            boxes.start[fullest + 1] - boxes.start[fullest]
        ):
            fullest = slab
    first, last = boxes.start[fullest], boxes.start[fullest + 1]
    axes = choose_axes(boxes.bounds, first, last, job.own.geodetic)
    own = make_table(last - first, axes.striped)
    other = own if job.single else make_table(last - first, axes.striped)
    return _find(job, boxes, places, chunk, since, Sweep(axes, own, other), out)


@jit
def _find(
    job: Job,
    boxes: Boxes,
    places: Places,
    chunk: Chunk,
    since: Found,
    sweep: Sweep,
    out: Candidates,
) -> tuple[int, int, int, int, bool]:
    """Do as `find_candidates`, in tables with room for the boxes of every slab."""
    axes, own, other = sweep
    count = zero()
    task = since.task
    for slab in range(since.slab, chunk.last):
        start: int = boxes.start[slab - chunk.first]
        end: int = boxes.start[slab - chunk.first + 1]
        middle: int = boxes.middle[slab - chunk.first]
        grain = choose_grain(boxes.bounds, start, end, axes)
        buckets = bucket_count(end - start)
        own_entries = enter_boxes(boxes.bounds, start, middle, axes, grain, buckets, own)
        other_entries = zero()
        if not job.single:
            other_entries = enter_boxes(boxes.bounds, middle, end, axes, grain, buckets, other)
        for step in range(2):
            asking, asked = (own, other) if step == 0 else (other, own)
            turn = Round(slab, axes, grain, buckets, asking, asked, step)
            before = own_entries if step == 1 else zero()
            entries = other_entries if step == 1 else own_entries
            for entry in range(max(task - before, 0), entries):
                if count + end - start > out.own.size:
                    return slab, before + entry, count, axes.sweep, axes.striped
                count = _look(job, boxes, places, turn, entry, count, out)
        task = zero()
    return chunk.last, 0, count, axes.sweep, axes.striped


@jit_inner
def _look(
    job: Job,
    boxes: Boxes,
    places: Places,
    turn: Round,
    entry: int,
    count: int,
    out: Candidates,
) -> int:
    """Write the pairs of one entry: buckets from that of its first cell to that of its last.

    They may go on at the table's beginning. A box with more cells than there are buckets looks at
    everything once.
    """
    asking, asked, buckets = turn.asking, turn.asked, turn.buckets
    cells: int = asking.cells[entry] - turn.step
    first: int = (asking.bucket[entry] + turn.step) & (buckets - 1)
    last: int = first + cells
    begin = entry + 1 if job.single else _offset(asked, first)
    end = _offset(asked, min(last, buckets))
    rest = _offset(asked, max(last - buckets, 0))
    after = -1
    if cells >= buckets:
        begin, end, rest = zero(), _offset(asked, buckets), zero()
        after = entry if job.single else -1
    while begin < end or rest > 0:  # one place for what is compiled into it, or it would be thrice
        look = Look(entry, after, begin, end)
        count = _compare(job, boxes, places, turn, look, count, out)
        begin, end, rest = zero(), rest, zero()
    return count


@jit_inner
def _offset(table: Table, bucket: int) -> int:
    """Return where a bucket begins, as a 64-bit number like others."""
    return zero() + table.start[bucket]


@jit_inner
def _compare(
    job: Job, boxes: Boxes, places: Places, turn: Round, look: Look, count: int, out: Candidates
) -> int:
    """Write the pairs of an entry with those that it looks at."""
    if look.begin >= look.end or not any_meets(turn, look):
        return count
    box: int = turn.asking.box[look.entry]
    for begin in range(look.begin, look.end, WORD):
        entry = begin
        meeting = which_meet(turn, look, begin)
        while meeting != 0:
            if meeting & np.uint32(1):
                partner: int = turn.asked.box[entry]
                if (
                    boxes_meet(boxes.bounds, box, partner)
                    and is_its_own(boxes, turn, look, entry)
                    and tubes_meet(boxes.tubes, box, partner)
                ):
                    count = _write(job, places, turn.slab, box, partner, count, out)
            meeting >>= np.uint32(1)
            entry += 1
    return count


@jit_inner
def _write(
    job: Job, places: Places, slab: int, box: int, partner: int, count: int, out: Candidates
) -> int:
    """Write two boxes that meet, if their trajectories are a pair to be screened."""
    own, other = min(box, partner), max(box, partner)
    own_part: int = places.part[own]
    other_part: int = places.part[other]
    if not is_pair(job, job.own.part_row[own_part], job.other.part_row[other_part]):
        return count
    out.own[count] = own
    out.other[count] = other
    out.slab[count] = slab
    return count + 1
