"""Pairs of runs whose boxes meet within a horizon: what a search for delays looks at."""

from typing import NamedTuple

from ._jit import jit, jit_inner, zero
from ._types import Float32Array, IntArray
from .knots import Knots
from .run_grid import RunGrid, find_meeting
from .runs import Frame, Runs, write_run_box


class RunPairs(NamedTuple):
    """Runs of the own fleet and of the other one, (pairs,) each; a pair may be there twice."""

    own: IntArray
    other: IntArray


class Collected(NamedTuple):
    """How far a call came: the next own row, and the pairs written."""

    row: int
    pairs: int


class Asked(NamedTuple):
    """What is asked of a grid: own runs, how their boxes are made, and which others count."""

    runs: Runs
    frame: Frame
    ahead: float
    """Seconds that own boxes look ahead and back."""
    single: bool
    """Whether both sides are one fleet: then only rows after the own one count."""
    other_row: IntArray
    """(other runs,) the row of each."""


class Workspace(NamedTuple):
    """Scratch of one task."""

    box: Float32Array
    """(1, 10)"""
    meeting: IntArray
    """The runs that one run can meet."""


@jit
def find_run_pairs(
    knots: Knots,
    asked: Asked,
    grid: RunGrid,
    first: int,
    last: int,
    work: Workspace,
    out: RunPairs,
) -> tuple[int, int]:
    """Write the pairs of runs that can meet of the own rows [first, last).

    Returns what `Collected` holds. Stops at the first row that does not fit; a row is done whole
    or not at all.
    """
    count = zero()
    for row in range(first, last):
        written = _find_pairs_of(knots, asked, grid, row, work, count, out)
        if written < 0:
            return row, count
        count = written
    return last, count


@jit_inner
def _find_pairs_of(
    knots: Knots,
    asked: Asked,
    grid: RunGrid,
    row: int,
    work: Workspace,
    count: int,
    out: RunPairs,
) -> int:
    """Write the pairs of one own row; return how many there are then, or -1 without room."""
    for run in range(asked.runs.start[row], asked.runs.start[row + 1]):
        write_run_box(knots, asked.runs, run, asked.frame, asked.ahead, work.box, 0)
        found = find_meeting(grid, work.box, work.meeting)
        if found < 0 or count + found > out.own.size:
            return -1
        for index in range(found):
            other: int = work.meeting[index]
            if not asked.single or asked.other_row[other] > row:
                out.own[count] = run
                out.other[count] = other
                count += 1
    return count
