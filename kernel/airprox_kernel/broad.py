"""The broad phase: pairs of boxes of one slab that meet.

Each entry of a sweep looks at the entries from its own on to those of the cell that its box ends
in: first at whole blocks of them, with a comparison that the compiler makes eight at once, then,
where something meets, one by one.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_allocating, jit_inner, zero
from ._types import Float32Array, IntArray
from .boxes import Boxes, Places
from .chunks import Chunk
from .job import Job, is_pair
from .sweep import (
    BLOCK,
    Axes,
    Grain,
    Table,
    bucket_count,
    cell_of,
    choose_axes,
    choose_grain,
    enter_boxes,
    make_table,
)

WORD = 32
"""Entries of which one word tells which meet."""


class Candidates(NamedTuple):
    """Pairs of boxes that meet, (pairs,) each, no pair twice: indices of boxes, and their slab."""

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


class Round(NamedTuple):
    """One side of a slab asks one side: who begins in the same cell (`step` 0) or a later one."""

    slab: int
    axes: Axes
    grain: Grain
    buckets: int
    asking: Table
    asked: Table
    step: int


class Look(NamedTuple):
    """What one entry looks at: the entries [begin, end) of the side that is asked.

    Of those that begin in its own cell, only entries after `after` count.
    """

    entry: int
    after: int
    begin: int
    end: int


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
    """Write the pairs of boxes that meet, from `since` on, until done or `out` is full.

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
    if look.begin >= look.end or not _any_meets(turn, look):
        return count
    box: int = turn.asking.box[look.entry]
    for begin in range(look.begin, look.end, WORD):
        entry = begin
        meeting = _which_meet(turn, look, begin)
        while meeting != 0:
            if meeting & np.uint32(1):
                partner: int = turn.asked.box[entry]
                if boxes_meet(boxes.bounds, box, partner) and _counts(boxes, turn, look, entry):
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


@jit_inner
def _any_meets(turn: Round, look: Look) -> bool:
    """Return whether some entry meets on the axes compared by; a few beyond the end are taken in.

    No branch and an unsigned index, which is not tested for being negative: so eight entries are
    compared at once.
    """
    low, high = turn.asked.low, turn.asked.high
    one_low, one_high = turn.asking.low[0, look.entry], turn.asking.high[0, look.entry]
    two_low, two_high = turn.asking.low[1, look.entry], turn.asking.high[1, look.entry]
    three_low, three_high = turn.asking.low[2, look.entry], turn.asking.high[2, look.entry]
    blocks = (look.end - look.begin + BLOCK - 1) // BLOCK
    meets = np.int32(0)
    if turn.axes.deep:
        for k in range(blocks * BLOCK):
            entry = np.uintp(look.begin + k)
            meets += np.int32(
                (low[0, entry] <= one_high)
                & (high[0, entry] >= one_low)
                & (low[1, entry] <= two_high)
                & (high[1, entry] >= two_low)
                & (low[2, entry] <= three_high)
                & (high[2, entry] >= three_low)
            )
    else:
        for k in range(blocks * BLOCK):
            entry = np.uintp(look.begin + k)
            meets += np.int32(
                (low[0, entry] <= one_high)
                & (high[0, entry] >= one_low)
                & (low[1, entry] <= two_high)
                & (high[1, entry] >= two_low)
            )
    return bool(meets > 0)


@jit_inner
def _which_meet(turn: Round, look: Look, begin: int) -> np.uint32:
    """Return which of the entries from `begin` on meet on the axes compared by: bit k is the k-th.

    In the plane the third axis is 0 throughout, and meets.
    """
    low, high = turn.asked.low, turn.asked.high
    one_low, one_high = turn.asking.low[0, look.entry], turn.asking.high[0, look.entry]
    two_low, two_high = turn.asking.low[1, look.entry], turn.asking.high[1, look.entry]
    three_low, three_high = turn.asking.low[2, look.entry], turn.asking.high[2, look.entry]
    rest = look.end - begin
    meeting = np.uint32(0)
    for k in range(BLOCK if rest <= BLOCK else WORD):
        entry = np.uintp(begin + k)
        meeting |= np.uint32(
            (low[0, entry] <= one_high)
            & (high[0, entry] >= one_low)
            & (low[1, entry] <= two_high)
            & (high[1, entry] >= two_low)
            & (low[2, entry] <= three_high)
            & (high[2, entry] >= three_low)
        ) << np.uint32(k)
    beyond = max(WORD - rest, 0)
    return np.uint32(meeting << np.uint32(beyond)) >> np.uint32(beyond)


@jit_inner
def _counts(boxes: Boxes, turn: Round, look: Look, entry: int) -> bool:
    """Return whether a pair that meets is this entry's to write: no other one would find it.

    The later of the two low ends says in which strip, and the earlier one who looks.
    """
    bounds = boxes.bounds
    box, partner = turn.asking.box[look.entry], turn.asked.box[entry]
    strip = turn.asking.strip[look.entry]
    if strip != turn.asked.strip[entry]:
        return False
    if turn.grain.strip > 0.0:
        low = max(bounds[box, turn.axes.one], bounds[partner, turn.axes.one])
        if cell_of(low, turn.grain.strip) != strip:
            return False
    first = cell_of(bounds[box, turn.axes.sweep], turn.grain.cell) + turn.step
    cell = cell_of(bounds[partner, turn.axes.sweep], turn.grain.cell)
    return cell > first or (cell == first and entry > look.after)
