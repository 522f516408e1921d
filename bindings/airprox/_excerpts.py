"""The legs of a case that reach into a slab of time, and a strip of space, as a case of their own.

Every elementary interval that crosses the slab, in whose strip the two lose separation, is computed
from its four true knots: its pieces are the same, bit for bit, as in a screening of the whole. A
loss of separation needs two positions whose surroundings, half the minima wide, have a point in
common, so some strip has both legs.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.excerpts import Runs, Strip, copy_runs, find_excerpts, find_runs
from airprox_kernel.job import Job, Window
from airprox_kernel.knots import Knots

from ._arrow import frozen
from ._job import Case
from ._moves import offsets
from ._partition import Excerpts, Partition, assemble

ROUNDING = 2.0**-40
"""Relative widening of what legs reach: interpolated positions are off by some last bits."""
AXES = ("x", "y", "z")


class Tile(NamedTuple):
    """A slab of time, and a strip of space."""

    start: Any
    """In the times of a case; -inf and inf are open ends."""
    end: Any
    axis: str = "x"
    low: float = -np.inf
    """Metres."""
    high: float = np.inf


def cut_out(case: Case, tile: Tile) -> Partition:
    """Return the partition of the legs that reach into a tile, within the case's window."""
    job = case.job
    span = span_of(job, tile)
    own = _excerpts(job.own, runs_in(case, tile, 0))
    other = own if job.single else _excerpts(job.other, runs_in(case, tile, 1))
    return assemble(case, span, own, other)


def span_of(job: Job, tile: Tile) -> Window:
    """Return the instants of a tile that are in the job's window."""
    # The window has the kind of number that times have, and infinities would not be one.
    return Window(max(job.window.start, tile.start), min(job.window.end, tile.end))


def runs_in(case: Case, tile: Tile, side: int) -> Runs:
    """Return the legs of one side that reach into a tile."""
    job = case.job
    knots = (job.own, job.other)[side]
    span = span_of(job, tile)
    parts = knots.part_row.size
    first, last = np.empty(parts, np.int64), np.empty(parts, np.int64)
    find_excerpts(knots.time, knots.part_start, span.start, span.end, first, last)
    part = np.flatnonzero(first < last)
    runs = Runs(frozen(part), frozen(first[part]), frozen(last[part]))
    if tile.low == -np.inf and tile.high == np.inf:
        return runs
    axis = getattr(knots, tile.axis)
    category = (job.limits.own_category, job.limits.other_category)[side]
    width = case.reach.horizontal[category[knots.part_row]]
    width += ROUNDING * max(abs(axis.min(initial=0.0)), axis.max(initial=0.0))
    strip = Strip(axis, frozen(width), tile.low, tile.high)
    nowhere = np.empty(0, np.int64)
    count = find_runs(runs, strip, Runs(nowhere, nowhere, nowhere))
    found = Runs(*np.empty((3, count), np.int64))
    find_runs(runs, strip, found)
    return Runs(*(frozen(column) for column in found))


def _excerpts(knots: Knots, runs: Runs) -> Excerpts:
    start = offsets(runs.last - runs.first + 1)
    size = int(start[-1])
    parts_of_row = np.bincount(knots.part_row[runs.part], minlength=knots.row_start.size - 1)
    row = np.flatnonzero(parts_of_row)

    def cut(values: NDArray[Any]) -> NDArray[Any]:
        if not values.size:
            return values
        out = np.empty(size, values.dtype)
        copy_runs(values.view(np.int64), runs.first, start, out.view(np.int64))
        return frozen(out)

    row_start = offsets(parts_of_row[row])
    chosen = Knots(
        time=cut(knots.time),
        x=cut(knots.x),
        y=cut(knots.y),
        z=cut(knots.z),
        altitude=cut(knots.altitude),
        part_start=start,
        part_row=frozen(np.repeat(np.arange(row.size), np.diff(row_start))),
        row_start=row_start,
        geodetic=knots.geodetic,
    )
    opens = runs.first > knots.part_start[runs.part]
    closes = runs.last < knots.part_start[runs.part + 1] - 1
    return Excerpts(chosen, frozen(row), frozen(opens), frozen(closes))
