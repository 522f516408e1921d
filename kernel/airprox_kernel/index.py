"""An index of where trajectories are, made once and asked many times: boxes by slab and cell.

Time is cut into slabs of one length. A box holds every position of one part during one slab,
widened as `boxes` widens them, and is entered into the cell of its low corner, on the finest level
whose cells are at least as wide as the box. The cells of a slab are hashed into buckets, row by
row: neighbours along x are neighbours in memory. Slabs of few boxes have no buckets.
"""

from typing import NamedTuple

from ._jit import jit, jit_inner, zero
from ._types import Float32Array, IndexArray, IntArray, Time
from .boxes import Reach
from .cells import box_level, entry_bucket
from .knots import Knots
from .stretches import Box, Fringe, Span, stretch_box
from .uncertain import Radii


class Grain(NamedTuple):
    """How an index divides time, altitude and the horizontal plane."""

    origin: Time
    length: Time
    """Slab k is the time from ``origin + k * length`` to ``origin + (k + 1) * length``."""
    slabs: int
    step: float
    """Steps of altitude in a metre. Altitudes are whole steps, rounded down at both ends of a box:
    levels exactly a minimum apart then do not meet, as they would if rounded outwards."""
    scale: float
    """1 / (width of the finest cells), in 1/m."""


class Index(NamedTuple):
    """Entries by slab and bucket: a slab's buckets are ``table[slab] : table[slab + 1] - 1``."""

    grain: Grain
    slab: IndexArray
    """(slabs + 1,) offsets into the entries."""
    table: IndexArray
    """(slabs + 1,) offsets into `start`: a power of two and one for the end, or nothing."""
    levels: IntArray
    """(slabs,) bit k is set iff the slab has boxes of level k."""
    start: IntArray
    """The first entry of each bucket."""
    bounds: Float32Array
    """(entries, 8): see `Box`."""
    part: IntArray
    """(entries,) whose box it is."""
    leg: IndexArray
    """(entries,) the leg that holds the start of its stretch."""


class Content(NamedTuple):
    """What an index is made of."""

    knots: Knots
    radii: Radii
    category: IntArray
    """(rows,) index into the reach."""
    reach: Reach


class Stays(NamedTuple):
    """The slabs that some neighbouring parts are in."""

    begin: int
    """The first of the parts."""
    first: IndexArray
    """(parts,) the first slab of each."""
    last: IndexArray
    """(parts,) the last one; before the first for a lone knot."""


class Buckets(NamedTuple):
    """What says where entries are: these fields are those of `Index`."""

    slab: IndexArray
    table: IndexArray
    levels: IntArray
    start: IntArray


class Entries(NamedTuple):
    """Boxes on their way into an index, as `Index` has them."""

    bounds: Float32Array
    part: IntArray
    leg: IndexArray


@jit_inner
def slab_edge(grain: Grain, slab: int) -> Time:
    """Return the start of a slab, which is the end of the one before."""
    return grain.origin + slab * grain.length


@jit_inner
def slab_of(grain: Grain, time: Time) -> int:
    """Return the last slab that starts at or before `time`: 0 before all, `slabs` after all."""
    if time <= grain.origin:
        return 0
    share = float(time - grain.origin) / float(grain.length)
    slab = int(min(share, float(grain.slabs)))
    while slab > 0 and slab_edge(grain, slab) > time:
        slab -= 1
    while slab < grain.slabs and slab_edge(grain, slab + 1) <= time:
        slab += 1
    return slab


@jit_inner
def last_slab_of(grain: Grain, first: int, time: Time) -> int:
    """Return the last slab, from `first` on, that starts before `time`."""
    slab = slab_of(grain, time)
    if slab > first and slab_edge(grain, slab) >= time:
        slab -= 1
    return min(slab, grain.slabs - 1)


@jit
def find_slabs(knots: Knots, grain: Grain, first: IndexArray, last: IndexArray) -> None:
    """Write the slabs [first, last] of each part, (parts,); ``last < first`` for a lone knot."""
    for part in range(first.size):
        begin: int = knots.part_start[part]
        final: int = knots.part_start[part + 1] - 1
        start: Time = knots.time[begin]
        end: Time = knots.time[final]
        slab = slab_of(grain, start)
        first[part] = slab
        last[part] = last_slab_of(grain, slab, end) if start < end else slab - 1


@jit
def fill_entries(
    content: Content, grain: Grain, stays: Stays, cursor: IndexArray, out: Entries
) -> None:
    """Write the boxes of some parts in all slabs that they are in.

    `cursor` (slabs,) is the next free entry of each slab.
    """
    knots, reach = content.knots, content.reach
    for index in range(stays.first.size):
        part = stays.begin + index
        row: int = knots.part_row[part]
        kind: int = content.category[row]
        fringe = Fringe(reach.horizontal[kind], reach.vertical[kind], content.radii)
        leg: int = knots.part_start[part]
        final: int = knots.part_start[part + 1] - 1
        for slab in range(stays.first[index], stays.last[index] + 1):
            start = max(slab_edge(grain, slab), knots.time[leg])
            end = min(slab_edge(grain, slab + 1), knots.time[final])
            entry = cursor[slab]
            cursor[slab] = entry + 1
            out.part[entry] = part
            out.leg[entry] = leg
            box, leg = stretch_box(knots, fringe, grain.step, Span(leg, start, end))
            _store(out.bounds, entry, box)


@jit_inner
def _store(bounds: Float32Array, entry: int, box: Box) -> None:
    bounds[entry, 0] = box.low_x
    bounds[entry, 1] = box.low_y
    bounds[entry, 2] = box.low_z
    bounds[entry, 3] = box.low_step
    bounds[entry, 4] = box.high_x
    bounds[entry, 5] = box.high_y
    bounds[entry, 6] = box.high_z
    bounds[entry, 7] = box.high_step


@jit
def hash_entries(
    scale: float,
    buckets: Buckets,
    first: int,
    last: int,
    entries: Entries,
    slots: IndexArray,
    out: Entries,
) -> None:
    """Sort the entries of the slabs [first, last) into buckets: count, sum up, and write.

    `scale` is that of the grain; levels and starts of the buckets are written. `slots` (at least as
    many as the fullest slab has entries,) is scratch.
    """
    start = buckets.start
    for number in range(first, last):
        begin, end = buckets.slab[number], buckets.slab[number + 1]
        base = buckets.table[number]
        room = buckets.table[number + 1] - base - 1
        mask = zero()
        for index in range(end - begin):
            entry = begin + index
            level = box_level(entries.bounds, entry, scale)
            mask |= 1 << level
            if room > 0:
                bucket = entry_bucket(entries.bounds, entry, scale, level, room)
                slots[index] = bucket
                start[base + bucket] += 1
        buckets.levels[number] = mask
        total = begin
        for bucket in range(base, base + room + 1):
            total += start[bucket]
            start[bucket] = total
        for index in range(end - begin - 1, -1, -1):
            place: int = begin + index
            if room > 0:
                bucket: int = base + slots[index]
                place = start[bucket] - 1
                start[bucket] = place
            _move(entries, begin + index, out, place)


@jit_inner
def _move(entries: Entries, source: int, out: Entries, place: int) -> None:
    out.part[place] = entries.part[source]
    out.leg[place] = entries.leg[source]
    for bound in range(8):
        out.bounds[place, bound] = entries.bounds[source, bound]
