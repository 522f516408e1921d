"""Boxes around chords: where each trajectory is in each slab of a grid, for the broad phase.

At every instant of a slab that is flown, a trajectory is within its radii of its chord (`chords`),
and where the metric of a pair is not above a limit, the two are within a reach of each other that
follows from `bounds`. So with each box widened by the radii and half of the reach, the boxes of
such a pair meet in the slab of the instant. Slabs are closed at the start of a trajectory and at
its end, so this holds as well for pairs that have only an instant in common.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner
from ._types import Float32Array, IndexArray, IntArray
from .boxes import Places, Reach, rounded_down
from .chords import ACROSS, ALTITUDE, HIGH, LOW, UPWARD, Chords, X, Y, Z
from .chunks import Chunk
from .lanes import ENDS


class ChordSide(NamedTuple):
    """The chords of one fleet, the category of each of its rows, and where their parts begin."""

    chords: Chords
    category: IntArray
    row_start: IndexArray


@jit
def count_flown(chords: Chords, counts: IndexArray) -> None:
    """Add to each slab's count the rows that have a position in it."""
    for row in range(chords.begin.size):
        slab: int = chords.first[row]
        for edge in range(chords.start[row], chords.start[row + 1]):
            if chords.leg[edge] >= 0:
                counts[slab] += 1
            slab += 1


@jit
def box_chords(
    side: ChordSide,
    chunk: Chunk,
    rows: IntArray,
    reach: Reach,
    cursor: IndexArray,
    bounds: Float32Array,
    places: Places,
) -> None:
    """Write the boxes of `rows`; `cursor` (slabs of the chunk,) is the next free box per slab.

    A box stands for the first part of its row, and for the leg that its slab begins with.
    """
    chords = side.chords
    for index in range(rows.size):
        row: int = rows[index]
        kind: int = side.category[row]
        edge = chords.start[row] - chords.first[row]
        last = min(chords.start[row + 1] - 1 - edge, chunk.last)
        for slab in range(max(chords.first[row], chunk.first), last):
            if chords.leg[edge + slab] >= 0:
                box = cursor[slab - chunk.first]
                cursor[slab - chunk.first] = box + 1
                places.part[box] = side.row_start[row]
                places.leg[box] = chords.leg[edge + slab]
                for axis in (X, Y, Z):
                    room = np.float64(chords.edge[edge + slab, ACROSS]) + reach.horizontal[kind]
                    _store(chords, edge + slab, axis, room, bounds, box)
                room = np.float64(chords.edge[edge + slab, UPWARD]) + reach.vertical[kind]
                _store(chords, edge + slab, ALTITUDE, room, bounds, box)


@jit_inner
def _store(
    chords: Chords, edge: int, axis: int, room: float, bounds: Float32Array, box: int
) -> None:
    """Write the bounds along one axis; what float64 rounds off is within the radii."""
    slab = chords.edge[edge]
    start = np.float64(slab[axis])
    change = np.float64(chords.edge[edge + 1, axis]) - start
    one, two = start + np.float64(slab[LOW]) * change, start + np.float64(slab[HIGH]) * change
    room += ENDS * abs(change)
    bounds[box, axis] = rounded_down(min(one, two) - room)
    bounds[box, axis + 4] = -rounded_down(-(max(one, two) + room))
