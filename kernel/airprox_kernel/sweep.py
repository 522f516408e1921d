"""A hashed sweep: the boxes of one slab in order along one axis, in buckets of cells.

Each box is entered into the cell of its low end on the axis swept along. Of two boxes that meet,
the one whose low end comes first reaches to the low end of the other, so each box looks at the
entries after its own, up to the cell of its high end. Where that is still a crowd, a second axis
is divided into strips, and a box is entered in every strip that it touches.

Cells are hashed into buckets, one after the other along the axis: neighbours are neighbours in
memory, and neither the extent of the airspace nor a box that crosses all of it costs more than a
look. What else a box is compared by lies in arrays of its own in the same order, so that a
processor compares eight entries at once.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_allocating, jit_inner, zero
from ._types import Float32Array, IntArray

BLOCK = 16
"""Entries are compared in whole blocks; so many more than there are can be read."""
CELLS = 8.0
"""Cells in the mean width of a box."""
HEIGHT = 4.0
"""Height of a strip in mean heights of a box: one box in four is entered a second time."""
STRIDE = 40503
"""Near the golden section of 2**16: neighbouring strips fall into distant buckets."""
SAMPLE = 64
"""Boxes of which all pairs are tried to learn by which axis they differ most."""
CROWD = 64
"""Entries that a box looks at, on average, beyond which strips pay."""
FARTHEST = 1e15
"""Cells are counted no further; boxes beyond, and endless ones, are in the last cell."""


class Axes(NamedTuple):
    """Columns of the bounds, of the low ends: the axis swept along, and those compared by."""

    sweep: int
    one: int
    """The axis that strips divide."""
    two: int
    three: int
    deep: bool
    """Whether the third one tells anything: in the plane, boxes have no third dimension."""
    striped: bool


class Table(NamedTuple):
    """The entries of some boxes of a slab, by bucket; there is room for more."""

    start: IntArray
    """(buckets + 2,) offsets into the entries."""
    box: IntArray
    """(entries,) the box of each entry, ascending within a bucket and a strip."""
    strip: IntArray
    bucket: IntArray
    """(entries,) the bucket of each entry's cell."""
    cells: IntArray
    """(entries,) how many cells a box reaches over, at most one more than there are buckets."""
    low: Float32Array
    """(3, entries) the low ends on the axes that are compared."""
    high: Float32Array


class Grain(NamedTuple):
    """1 / (width of a cell) and 1 / (height of a strip); 0 makes one strip of all."""

    cell: float
    strip: float


@jit
def choose_axes(bounds: Float32Array, first: int, last: int, deep: bool) -> Axes:
    """Return along which axes to sort boxes like [first, last): those on which fewest pairs meet.

    All pairs of a sample decide; on equal terms it is x, then y.
    """
    step = max(1, (last - first) // SAMPLE)
    sweep = one = zero()
    fewest = second = zero() - 1
    for axis in range(4):
        pairs = _meeting_pairs(bounds, first, last, step, axis)
        if fewest < 0 or pairs < fewest:
            one, second = sweep, fewest
            sweep, fewest = axis, pairs
        elif second < 0 or pairs < second:
            one, second = axis, pairs
    two = 3
    while two in (2, sweep, one):
        two -= 1
    looks = fewest * step * step / max(1, last - first)
    return Axes(sweep, one, two, 6 - sweep - one - two, deep, looks > CROWD)


@jit_inner
def _meeting_pairs(bounds: Float32Array, first: int, last: int, step: int, axis: int) -> int:
    """Return how many pairs of every `step`-th box meet on one axis, or are within a cell of it.

    They look at each other as well: boxes at flight levels that follow on each other never meet,
    but are in one cell. Taking them in keeps 4,000 flights from being swept along the altitude,
    which takes a tenth longer.
    """
    pairs = zero()
    for box in range(first, last, step):
        low, high = bounds[box, axis], bounds[box, axis + 4]
        cell = (high - low) / np.float32(CELLS)
        for other in range(box + step, last, step):
            if bounds[other, axis] <= high + cell and low - cell <= bounds[other, axis + 4]:
                pairs += 1
    return pairs


@jit
def choose_grain(bounds: Float32Array, first: int, last: int, axes: Axes) -> Grain:
    """Return the scales of cells and strips for the boxes [first, last), from their mean size."""
    width = 0.0
    height = 0.0
    for box in range(first, last):
        width += float(bounds[box, axes.sweep + 4]) - float(bounds[box, axes.sweep])
        height += float(bounds[box, axes.one + 4]) - float(bounds[box, axes.one])
    boxes = float(last - first)
    cell = CELLS * boxes / width if 0.0 < width < FARTHEST else 1.0
    strip = boxes / (HEIGHT * height) if axes.striped and 0.0 < height < FARTHEST else 0.0
    return Grain(cell, strip)


@jit
def cell_of(value: float, scale: float) -> int:
    """Return the number of the cell, of width 1/scale, or of the strip, that a value lies in."""
    return int(np.floor(min(max(value * scale, -FARTHEST), FARTHEST)))


@jit
def bucket_count(boxes: int) -> int:
    """Return the number of buckets for so many boxes: one or two a box, a power of two."""
    buckets = 16
    while buckets < boxes:
        buckets *= 2
    return buckets


@jit
def bucket_of(cell: int, strip: int, buckets: int) -> int:
    """Return the bucket of a cell of a strip, among a power of two of them."""
    return (cell + strip * STRIDE) & (buckets - 1)


@jit_allocating
def make_table(boxes: int, striped: bool) -> Table:
    """Return a table with room for any so many boxes.

    A box touches at most two strips more than its height has, and all heights together are a
    quarter of as many strips as there are boxes.
    """
    entries = BLOCK + (boxes + boxes + boxes // 2 if striped else boxes)
    return Table(
        np.empty(bucket_count(boxes) + 2, np.int32),
        np.empty(entries, np.int32),
        np.empty(entries, np.int32),
        np.empty(entries, np.int32),
        np.empty(entries, np.int32),
        np.zeros((3, entries), np.float32),
        np.zeros((3, entries), np.float32),
    )


@jit
def enter_boxes(
    bounds: Float32Array,
    first: int,
    last: int,
    axes: Axes,
    grain: Grain,
    buckets: int,
    table: Table,
) -> int:
    """Enter the boxes [first, last) into the table; return the number of entries.

    What an entry is compared by is copied last, entry by entry: scattering it box by box over ten
    arrays, more than the nearest cache holds, took twice as long.
    """
    if axes.striped:
        entries = _put_in_order(bounds, first, last, axes, grain.cell, grain.strip, buckets, table)
    else:
        entries = _put_in_order(bounds, first, last, axes, grain.cell, None, buckets, table)
    for entry in range(entries):
        _copy_box(bounds, axes, grain, buckets, table, entry)
    return entries


@jit_inner
def _put_in_order(
    bounds: Float32Array,
    first: int,
    last: int,
    axes: Axes,
    cells: float,
    strips: float | None,
    buckets: int,
    table: Table,
) -> int:
    """Write box and strip of the entries in the order of their buckets; return how many there are.

    Count, sum up, write: while entries are written, ``start[bucket + 1]`` is the next free one.
    Where `strips` is None the compiler leaves out the loops over strips, a third of the time.
    """
    start = table.start
    start[: buckets + 2] = 0
    for box in range(first, last):
        cell = cell_of(bounds[box, axes.sweep], cells)
        strip, top = strips_of(bounds, box, axes, strips)
        while strip <= top:
            start[bucket_of(cell, strip, buckets) + 2] += 1
            strip += 1
    total = zero()
    for bucket in range(2, buckets + 2):
        total += start[bucket]
        start[bucket] = total
    for box in range(first, last):
        cell = cell_of(bounds[box, axes.sweep], cells)
        strip, top = strips_of(bounds, box, axes, strips)
        while strip <= top:
            bucket = bucket_of(cell, strip, buckets)
            entry = start[bucket + 1]
            start[bucket + 1] = entry + 1
            table.box[entry] = box
            table.strip[entry] = strip
            strip += 1
    return total


@jit_inner
def _copy_box(
    bounds: Float32Array, axes: Axes, grain: Grain, buckets: int, table: Table, entry: int
) -> None:
    """Write what an entry is found and compared by."""
    box: int = table.box[entry]
    cell = cell_of(bounds[box, axes.sweep], grain.cell)
    reach = cell_of(bounds[box, axes.sweep + 4], grain.cell) - cell + 1
    table.bucket[entry] = bucket_of(cell, int(table.strip[entry]), buckets)
    table.cells[entry] = min(reach, buckets + 1)
    for k, axis in enumerate((axes.one, axes.two, axes.three)):
        table.low[k, entry] = bounds[box, axis]
        table.high[k, entry] = bounds[box, axis + 4]


@jit
def strips_of(bounds: Float32Array, box: int, axes: Axes, scale: float | None) -> tuple[int, int]:
    """Return the first and the last strip that a box touches; without a scale there is one."""
    if scale is None or scale == 0.0:
        return zero(), zero()
    low = cell_of(bounds[box, axes.one], scale)
    return low, cell_of(bounds[box, axes.one + 4], scale)
