"""Probing: the candidates of one fleet ask an index of another where their boxes meet.

A candidate walks along its parts slab by slab. In each it looks at the cells in which the low
corners of boxes lie that can meet its own, and notes the stretches of time for the narrow phase.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import BoolArray, IndexArray, IntArray, Time, TimeArray
from .boxes import Places, Reach
from .cells import box_level, cell_bucket, cell_of, level_scale
from .exemptions import Exemptions, is_exempt
from .index import Index, last_slab_of, slab_edge, slab_of
from .knots import Knots
from .stretches import Box, Fringe, Span, leg_in, stretch_box
from .uncertain import Radii


class Standing(NamedTuple):
    """Who is in the picture, whom each candidate stands in for, and who is no pair by rule."""

    own: IndexArray
    """(own rows,) the number of the flight that a candidate stands in for, -1 for none."""
    other: IndexArray
    """(other rows,) the number of each flight."""
    alive: BoolArray
    """(other rows,) whether it is still there."""
    exemptions: Exemptions
    part_row: IndexArray
    """(other parts,) the row of each part."""


class Asking(NamedTuple):
    """Candidates, and how far their boxes reach, so that together with the index's they suffice.

    A call passes no more than it needs: of what a `Job` holds, half would be in vain, and in a
    small tier that is a third of the time.
    """

    own: Knots
    category: IntArray
    """(own rows,) index into `reach`."""
    reach: Reach
    radii: Radii


class Meetings(NamedTuple):
    """Stretches in which two boxes meet: ``size = start.size`` of them fit."""

    places: Places
    """(2 * size,) own parts and legs, and from `size` on those of the other side."""
    start: TimeArray
    end: TimeArray


class Asked(NamedTuple):
    """Where to go on: place, slab (-1 for the part's first), and how many meetings were written."""

    place: int
    slab: int
    meetings: int


class Cells(NamedTuple):
    """A run of cells along x, on one level."""

    level: int
    scale: float
    first: int
    last: int
    y: int
    z: int


class Visit(NamedTuple):
    """A stretch of an own part in one slab, and its box."""

    part: int
    row: int
    slab: int
    span: Span
    box: Box


@jit
def find_meetings(
    index: Index,
    standing: Standing,
    asking: Asking,
    parts: IndexArray,
    since: Asked,
    out: Meetings,
) -> tuple[int, int, int]:
    """Write where the boxes of some own parts, from the place `since` on, meet those of the index.

    Returns what `Asked` holds. All are done iff its place is ``parts.size``. A call makes progress
    if the fullest slab's entries fit.
    """
    own, grain = asking.own, index.grain
    count = zero()
    for place in range(since.place, parts.size):
        part: int = parts[place]
        row: int = own.part_row[part]
        kind: int = asking.category[row]
        first: int = own.part_start[part]
        last: int = own.part_start[part + 1] - 1
        begin: Time = own.time[first]
        final: Time = own.time[last]
        fringe = Fringe(asking.reach.horizontal[kind], asking.reach.vertical[kind], asking.radii)
        slab = slab_of(grain, begin)
        until = last_slab_of(grain, slab, final)
        if place == since.place and since.slab >= 0:
            slab = since.slab
        leg = -1
        for number in range(slab, until + 1):
            entries = index.slab[number + 1] - index.slab[number]
            start = max(slab_edge(grain, number), begin)
            end = min(slab_edge(grain, number + 1), final)
            if entries == 0 or not start < end:
                continue
            if count + entries > out.start.size:
                return place, number, count
            if leg < 0:
                leg = leg_in(own, part, start)
            span = Span(leg, start, end)
            box, leg = stretch_box(own, fringe, grain.step, span)
            visit = Visit(part, row, number, span, box)
            count = _visit(index, standing, visit, own.geodetic, count, out)
    return parts.size, -1, count


@jit_inner
def _visit(
    index: Index, standing: Standing, visit: Visit, geodetic: bool, count: int, out: Meetings
) -> int:
    """Look at all entries of a slab, or at the cells that matter where they are fewer."""
    first, last = index.slab[visit.slab], index.slab[visit.slab + 1]
    deep = 1 if geodetic else 0
    if _cell_count(index, visit, deep) >= float(last - first):
        for entry in range(first, last):
            if _meets(index, entry, visit.box):
                count = _note(index, standing, visit, entry, count, out)
        return count
    level = zero()
    mask: int = index.levels[visit.slab]
    while mask >> level:
        if (mask >> level) & 1:
            count = _visit_level(index, standing, visit, deep, level, count, out)
        level += 1
    return count


@jit_inner
def _cell_count(index: Index, visit: Visit, deep: int) -> float:
    """Return how many cells there are to look at; inf where the slab has no buckets."""
    if index.table[visit.slab] == index.table[visit.slab + 1]:
        return np.inf
    total = 0.0
    level = zero()
    mask: int = index.levels[visit.slab]
    box = visit.box
    while mask >> level:
        if (mask >> level) & 1:
            scale = level_scale(index.grain.scale, level)
            x = cell_of(float(box.high_x), scale) - cell_of(float(box.low_x), scale) + 2
            y = cell_of(float(box.high_y), scale) - cell_of(float(box.low_y), scale) + 2
            z = cell_of(float(box.high_z), scale) - cell_of(float(box.low_z), scale) + 1 + deep
            total += float(x) * float(y) * float(z)
        level += 1
    return total


@jit_inner
def _visit_level(
    index: Index, standing: Standing, visit: Visit, deep: int, level: int, count: int,
    out: Meetings,
) -> int:  # fmt: skip
    """Look at the cells of one level: a box that meets has its low corner in one of them.

    Its low corner is not beyond the high corner of the own box, and less than a cell before the
    low one.
    """
    scale = level_scale(index.grain.scale, level)
    box = visit.box
    first, last = cell_of(float(box.low_x), scale) - 1, cell_of(float(box.high_x), scale)
    for z in range(cell_of(float(box.low_z), scale) - deep, cell_of(float(box.high_z), scale) + 1):
        for y in range(cell_of(float(box.low_y), scale) - 1, cell_of(float(box.high_y), scale) + 1):
            cells = Cells(level, scale, first, last, y, z)
            count = _visit_row(index, standing, visit, cells, count, out)
    return count


@jit_inner
def _visit_row(
    index: Index, standing: Standing, visit: Visit, cells: Cells, count: int, out: Meetings
) -> int:
    """Look at a run of cells, which is a run of buckets that may go on in the first bucket."""
    base = index.table[visit.slab]
    buckets = index.table[visit.slab + 1] - base - 1
    bucket = cell_bucket(cells.first, cells.y, cells.z, cells.level, buckets)
    left = cells.last - cells.first + 1
    while left > 0:
        until = min(bucket + left, buckets)
        for entry in range(index.start[base + bucket], index.start[base + until]):
            if _meets(index, entry, visit.box) and _is_in(index, entry, cells):
                count = _note(index, standing, visit, entry, count, out)
        left -= until - bucket
        bucket = zero()
    return count


@jit_inner
def _meets(index: Index, entry: int, box: Box) -> bool:
    """Return whether the boxes share a point: the greatest distance of opposite bounds tells."""
    bounds = index.bounds
    x = max(bounds[entry, 0] - box.high_x, box.low_x - bounds[entry, 4])
    y = max(bounds[entry, 1] - box.high_y, box.low_y - bounds[entry, 5])
    z = max(bounds[entry, 2] - box.high_z, box.low_z - bounds[entry, 6])
    step = max(bounds[entry, 3] - box.high_step, box.low_step - bounds[entry, 7])
    return max(max(x, y), max(z, step)) <= 0.0


@jit_inner
def _is_in(index: Index, entry: int, cells: Cells) -> bool:
    """Return whether an entry is of these cells, and not of others in the same buckets."""
    bounds = index.bounds
    return (
        cells.first <= cell_of(float(bounds[entry, 0]), cells.scale) <= cells.last
        and cell_of(float(bounds[entry, 1]), cells.scale) == cells.y
        and cell_of(float(bounds[entry, 2]), cells.scale) == cells.z
        and box_level(bounds, entry, index.grain.scale) == cells.level
    )


@jit_inner
def _note(
    index: Index, standing: Standing, visit: Visit, entry: int, count: int, out: Meetings
) -> int:
    """Write a meeting if the two are a pair."""
    part: int = index.part[entry]
    row: int = standing.part_row[part]
    if not _is_pair(standing, visit.row, row):
        return count
    size = out.start.size
    out.places.part[count] = visit.part
    out.places.leg[count] = visit.span.leg
    out.places.part[size + count] = part
    out.places.leg[size + count] = index.leg[entry]
    out.start[count] = visit.span.start
    out.end[count] = visit.span.end
    return count + 1


@jit_inner
def _is_pair(standing: Standing, own: int, other: int) -> bool:
    """Return whether a candidate is put to a flight of the picture."""
    exemptions = standing.exemptions
    return (
        standing.alive[other]
        and standing.own[own] != standing.other[other]
        and not (exemptions.any and is_exempt(exemptions, own, other))
    )
