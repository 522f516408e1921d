"""Runs: short stretches of trajectories, boxed in space and time, for filters that look ahead.

A run is one leg, or several neighbouring ones of a part that stay within a limit, so that densely
sampled tracks do not make more of them than sparse ones. A part of one knot has no run.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import Float32Array, FloatArray, IndexArray, IntArray
from .apart import STRETCH
from .boxes import OUTWARD, Reach
from .knots import Knots
from .uncertain import Radii

LONGEST_RUN = 16
"""Legs: the pairs of two runs are tested one by one, at most 256 of them."""
LOW_TIME, HIGH_TIME, BOUNDS = 4, 9, 10


class Runs(NamedTuple):
    """The runs of one fleet in the order of its knots, (runs,) each."""

    first: IndexArray
    """The first leg, by its first knot."""
    last: IndexArray
    """One more than the last leg."""
    row: IntArray
    start: IndexArray
    """(rows + 1,) where the runs of each row begin."""


class Frame(NamedTuple):
    """How boxes are made: the categories of the rows, widths, radii, and what time counts from."""

    category: IntArray
    reach: Reach
    radii: Radii
    origin: float
    """An instant (s) that times in boxes are relative to."""
    second: float
    """Seconds in a unit of the fleet's times."""


@jit
def count_runs(knots: Knots, limit: float, start: IndexArray) -> int:
    """Fill in where the runs of each row begin; return how many there are."""
    total = zero()
    for row in range(knots.row_start.size - 1):
        start[row] = total
        for part in range(knots.row_start[row], knots.row_start[row + 1]):
            leg: int = knots.part_start[part]
            final: int = knots.part_start[part + 1] - 1
            while leg < final:
                leg = _run_end(knots, leg, final, limit)
                total += 1
    start[start.size - 1] = total
    return total


@jit
def fill_runs(knots: Knots, limit: float, runs: Runs) -> None:
    """Fill in the runs that `count_runs` counted."""
    for row in range(knots.row_start.size - 1):
        run: int = runs.start[row]
        for part in range(knots.row_start[row], knots.row_start[row + 1]):
            leg: int = knots.part_start[part]
            final: int = knots.part_start[part + 1] - 1
            while leg < final:
                runs.first[run] = leg
                leg = _run_end(knots, leg, final, limit)
                runs.last[run] = leg
                runs.row[run] = row
                run += 1


@jit_inner
def _run_end(knots: Knots, leg: int, final: int, limit: float) -> int:
    """Return the end of the run that begins with a leg: it stays within a cube of width `limit`."""
    low_x = high_x = knots.x[leg]
    low_y = high_y = knots.y[leg]
    low_z = high_z = knots.z[leg] if knots.geodetic else 0.0
    end = leg + 1
    while end <= final and end - leg <= LONGEST_RUN:
        low_x, high_x = min(low_x, knots.x[end]), max(high_x, knots.x[end])
        low_y, high_y = min(low_y, knots.y[end]), max(high_y, knots.y[end])
        if knots.geodetic:
            low_z, high_z = min(low_z, knots.z[end]), max(high_z, knots.z[end])
        if max(max(high_x - low_x, high_y - low_y), high_z - low_z) > limit:
            break
        end += 1
    return max(end - 1, leg + 1)


@jit
def fill_run_boxes(knots: Knots, runs: Runs, frame: Frame, bounds: Float32Array) -> None:
    """Write the box of each run, (runs, 10)."""
    for run in range(runs.first.size):
        write_run_box(knots, runs, run, frame, 0.0, bounds, run)


@jit
def write_run_box(
    knots: Knots, runs: Runs, run: int, frame: Frame, ahead: float, bounds: Float32Array, box: int
) -> None:
    """Write the box of one run: low x, y, z (0 in the plane), altitude, time, and the high ones.

    It is widened by the reach of the trajectory's category, the largest radii on the run, and
    `ahead` seconds each way.
    """
    first: int = runs.first[run]
    last: int = runs.last[run]
    row: int = runs.row[run]
    kind: int = frame.category[row]
    across: float = frame.reach.horizontal[kind] + _largest(frame.radii.horizontal, first, last)
    upward: float = frame.reach.vertical[kind] + _largest(frame.radii.vertical, first, last)
    if frame.radii.horizontal.size > 0:
        # The reach of a geodetic box has the bound's other part, `SAG`, already.
        across = STRETCH * across
    _write_axis(knots.x, first, last, across, bounds, box, 0)
    _write_axis(knots.y, first, last, across, bounds, box, 1)
    if knots.geodetic:
        _write_axis(knots.z, first, last, across, bounds, box, 2)
    else:
        bounds[box, 2] = bounds[box, 7] = 0.0
    _write_axis(knots.altitude, first, last, upward, bounds, box, 3)
    start = frame.second * float(knots.time[first]) - frame.origin
    end = frame.second * float(knots.time[last]) - frame.origin
    bounds[box, LOW_TIME] = _rounded_down(start - ahead)
    bounds[box, HIGH_TIME] = -_rounded_down(-(end + ahead))


@jit_inner
def _write_axis(
    values: FloatArray, first: int, last: int, by: float, bounds: Float32Array, box: int, axis: int
) -> None:
    low = high = values[first]
    for knot in range(first + 1, last + 1):
        low, high = min(low, values[knot]), max(high, values[knot])
    bounds[box, axis] = _rounded_down(low - by)
    bounds[box, axis + 5] = -_rounded_down(-(high + by))


@jit_inner
def _largest(radii: FloatArray, first: int, last: int) -> float:
    """Return the largest radius at the knots of some legs, 0 without radii."""
    largest = 0.0
    if radii.size > 0:
        for knot in range(first, last + 1):
            largest = max(largest, radii[knot])
    return largest


@jit_inner
def _rounded_down(value: float) -> np.float32:
    return np.float32(value - abs(value) * OUTWARD)
