"""Tables of chords: the time grid, the chords of each fleet and the lanes, ready to be filled.

Plain NumPy; `chord_filling.fill_chords` and `lanes.fill_lanes` do the work, a range of rows or
blocks at a time.
"""

import numpy as np
from numpy.typing import NDArray

from ._types import FloatArray, IndexArray
from .chords import COLUMNS, Chords, PartSpans, TimeGrid, count_edges, greatest_numbers
from .chunks import part_spans
from .job import Window
from .knots import Knots
from .lanes import DEEP, LANES, PLANE, ROUNDING, Lanes
from .pairs import Spans
from .segments import Position

SLABS = 16
"""Slabs in the typical span of a trajectory. 8 to 32 were within 15 % of each other on flights of
80 minutes; short slabs cost time in the lanes, long ones fit turns badly."""
MOST_EDGES = 4
"""Edges per knot at most, on the average."""
LEAST_EDGES = 65_536
"""Edges that may always be made."""
LEAST_PLACES = 16_384
"""Slabs of all blocks of lanes together that may always be made: some 50 MB."""
BAND_ROWS = 512
"""Rows of a band of departures at least, on the average, so that few lanes stay empty."""


def row_spans(knots: Knots, window: Window) -> Spans:
    """Return the closed span of each trajectory, cut to the window."""
    start = knots.time[knots.part_start[knots.row_start[:-1]]]
    end = knots.time[knots.part_start[knots.row_start[1:]] - 1]
    return Spans(np.maximum(start, window.start), np.minimum(end, window.end))


def choose_grid(sides: list[tuple[Knots, Spans]], length: float | None = None) -> TimeGrid:
    """Return the time grid of all spans; `length` (in the unit of the times) overrides the choice.

    There is always a slab, and a grid that starts at 0 where no row is within the window.
    """
    whole = sides[0][0].time.dtype.kind == "i"
    spans = [_present(span) for _, span in sides]
    begin = np.concatenate([span.begin for span in spans])
    end = np.concatenate([span.end for span in spans])
    if begin.size == 0:
        return TimeGrid(0, 1) if whole else TimeGrid(0.0, 1.0)
    lengths = (end - begin).astype(np.float64)
    start, extent = begin.min(), float(end.max() - begin.min())
    longest = float(max(abs(float(begin.min())), abs(float(end.max()))))
    wanted = float(lengths.mean()) / SLABS if length is None else length
    most = max(LEAST_EDGES, MOST_EDGES * sum(knots.time.size for knots, _ in sides))
    if length is None:
        # Blocks are as long as a band of departures, of which each has some 4 to 8: short spans
        # strewn over a long time (2,000 instants in a day) would leave terabytes of idle lanes.
        wanted = max(wanted, 8.0 * extent / max(LEAST_PLACES, 2 * most // LANES))
    # No more slabs than pay, nor shorter ones than the times can tell apart.
    wanted = max(wanted, float(lengths.sum()) / most, extent * 1e-9, longest * 1e-12, 1e-300)
    return TimeGrid(int(start), int(np.ceil(wanted))) if whole else TimeGrid(float(start), wanted)


def _present(spans: Spans) -> Spans:
    here = spans.begin <= spans.end
    return Spans(spans.begin[here], spans.end[here])


def center_of(sides: list[Knots]) -> tuple[Position, float]:
    """Return the middle of all knots, and the greatest coordinate from there; altitudes stay."""
    low, high = np.zeros(3), np.zeros(3)
    filled = [knots for knots in sides if knots.time.size]
    for axis, name in enumerate("xyz"[: 3 if filled and filled[0].geodetic else 2]):
        low[axis], high[axis] = _extent([getattr(knots, name) for knots in filled])
    lowest, highest = _extent([knots.altitude for knots in filled])
    height = max(abs(lowest), abs(highest))
    middle = low + (high - low) / 2
    scale = max(float((high - low).max()), height, 1e-3)
    return Position(float(middle[0]), float(middle[1]), float(middle[2]), 0.0), scale


def _extent(values: list[FloatArray]) -> tuple[float, float]:
    """Return the least and the greatest of all values; 0 and 0 where there are none."""
    if not values:
        return 0.0, 0.0
    return min(float(some.min()) for some in values), max(float(some.max()) for some in values)


def new_chords(
    knots: Knots, window: Window, grid: TimeGrid, center: tuple[Position, float]
) -> Chords:
    """Return chords to be filled."""
    spans = row_spans(knots, window)
    begin, end = part_spans(knots)
    parts = PartSpans(
        knots.row_start,
        knots.part_start,
        np.maximum(begin, window.start),
        np.minimum(end, window.end),
    )
    counts = np.empty(spans.begin.size, np.int64)
    count_edges(grid, spans.begin, spans.end, counts)
    start = np.zeros(counts.size + 1, np.int64)
    np.cumsum(counts, out=start[1:])
    edges = int(start[-1])
    return Chords(
        grid,
        spans.begin,
        spans.end,
        np.zeros(counts.size, np.int64),
        start,
        np.empty((edges, COLUMNS), np.float32),
        np.empty(edges, np.int64),
        np.empty(edges, np.int64),
        np.ones(counts.size, np.bool_),
        parts,
        *center,
    )


def new_lanes(chords: Chords, others: Chords, deep: bool, by_time: bool = False) -> Lanes:
    """Return lanes to be filled with `chords`; `others` are the chords they are held against.

    Iff `by_time`, blocks are as short as they can be, for a few rows against all others.
    """
    slabs = np.diff(chords.start) - 1
    row, first, last = _blocks(chords, slabs, by_time)
    start = np.zeros(first.size + 1, np.int64)
    np.cumsum(last - first + 1, out=start[1:])
    greatest = max(sum(greatest_numbers(chords)), sum(greatest_numbers(others)))
    return Lanes(
        row,
        row.reshape(-1, LANES).max(axis=1, initial=-1),
        first,
        start,
        np.empty((int(start[-1]), DEEP if deep else PLANE, LANES), np.float32),
        ROUNDING * greatest,
    )


def _blocks(
    chords: Chords, slabs: NDArray[np.int64], by_time: bool
) -> tuple[IndexArray, IndexArray, IndexArray]:
    """Return the row of each lane, and the first slab and the one after the last of each block.

    Rows go by the time at which they begin. Unless `by_time`, those of one band of it share blocks
    in the order of rows: a block is then skipped whole where its rows were asked about before.
    """
    rows = np.flatnonzero(slabs > 0)
    if rows.size == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    begin = chords.first[rows]
    extent = int(begin.max() - begin.min()) + 1
    most = extent // max(1, int(slabs[rows].mean()))
    bands = 1 if by_time else max(1, min(rows.size // BAND_ROWS, most))
    band = (begin - begin.min()) * bands // extent
    order = np.argsort(begin if by_time else band, kind="stable")
    number = np.bincount(band, minlength=bands)
    blocks = -(-number // LANES)
    block_start = np.cumsum(blocks) - blocks
    within = np.arange(rows.size) - np.repeat(np.cumsum(number) - number, number)
    row = np.full(int(blocks.sum()) * LANES, -1, np.int64)
    row[np.repeat(block_start * LANES, number) + within] = rows[order]
    grid = row.reshape(-1, LANES)
    first = np.where(grid >= 0, chords.first[grid], np.iinfo(np.int64).max).min(axis=1)
    last = np.where(grid >= 0, chords.first[grid] + slabs[grid], -1).max(axis=1)
    return row, first, last
