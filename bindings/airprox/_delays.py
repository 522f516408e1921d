"""The search for forbidden delays over whole fleets: prepared once, some own rows a task."""

import threading
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.delay_search import DelayRows, DelaySet, Outlook, Searched, Sides, find_delays
from airprox_kernel.job import Job
from airprox_kernel.knots import Knots
from airprox_kernel.run_grid import RunGrid, enter_runs
from airprox_kernel.run_pairs import Asked, Collected, RunPairs, Workspace, find_run_pairs
from airprox_kernel.runs import BOUNDS, Frame, Runs, count_runs, fill_run_boxes, fill_runs
from airprox_kernel.uncertain import Radii
from airprox_kernel.varying import Variations

from ._arrow import frozen
from ._job import NOTHING, Case
from ._limits import single_steps
from ._parallel import Progress, pause, run

ROUNDED_OUT = 1e-6
"""Seconds at each end of an interval: covers the rounding of delays, and of shifted times to whole
nanoseconds or, within 1e6 s, to floating point. Four ulps of float times that are coarser."""
ROOM_AHEAD = 1.0
"""Seconds that boxes look ahead beyond the horizon: far more than the rounding of their times."""
RUN_WIDTH = 6.0
"""The width up to which legs are gathered into a run, in the largest horizontal minima: 1,000
flights with legs of 13 km took 154 ms with 0.5, 75 ms with 4, 49 ms with 6 and 47 ms with 10."""
LEAST_WIDTH = 1e-3
"""Of a grid's cells, in metres."""
TASK_RUNS = 4096
"""Runs of a task: some 10 ms."""
ROOM = 1 << 15
"""Pairs of runs, and rows, that one call of a kernel may write."""
INTERVALS = 256


class Delays(NamedTuple):
    """Forbidden delays, sorted by own row, other row and start, (rows,) each; counts of work."""

    own: NDArray[np.int64]
    other: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    run_pairs: int
    legs: int


class DelayPlan(NamedTuple):
    """All that the tasks of a search read."""

    job: Job
    sides: Sides
    asked: Asked
    grid: RunGrid
    """Of the other runs."""
    outlook: Outlook


def make_delay_plan(case: Case, horizon: float) -> DelayPlan:
    """Return a case of one level, prepared for delays within +- `horizon` seconds."""
    job, reach, variations = case
    if variations is None:
        nothing = Radii(NOTHING, NOTHING)
        variations = Variations(single_steps(job.limits), nothing, nothing, False)
    second = 1e-9 if job.own.time.dtype.kind == "i" else 1.0
    begins = [float(knots.time[0]) for knots in (job.own, job.other) if knots.time.size]
    origin = second * min(begins, default=0.0)
    limit = RUN_WIDTH * 2.0 * float(reach.horizontal.max(initial=0.0))
    own_runs = _make_runs(job.own, limit)
    other_runs = own_runs if job.single else _make_runs(job.other, limit)
    own_frame = Frame(job.limits.own_category, reach, variations.own_radii, origin, second)
    other_frame = Frame(job.limits.other_category, reach, variations.other_radii, origin, second)
    bounds = np.empty((other_runs.first.size, BOUNDS), np.float32)
    fill_run_boxes(job.other, other_runs, other_frame, bounds)
    return DelayPlan(
        job,
        Sides(
            job.own,
            job.other,
            own_runs,
            other_runs,
            variations.own_radii,
            variations.other_radii,
            variations.bands,
        ),
        Asked(own_runs, own_frame, horizon + ROOM_AHEAD, job.single, other_runs.row),
        enter_runs(bounds, max(limit, LEAST_WIDTH)),
        Outlook(horizon, _rounded_out(job), second),
    )


def _make_runs(knots: Knots, limit: float) -> Runs:
    start = np.empty(knots.row_start.size, np.int64)
    count = count_runs(knots, limit, start)
    legs = np.empty(count, np.int64), np.empty(count, np.int64)
    runs = Runs(*legs, np.empty(count, np.int32), start)
    fill_runs(knots, limit, runs)
    columns: list[Any] = [frozen(column) for column in runs]
    return Runs(*columns)


def _rounded_out(job: Job) -> float:
    if job.own.time.dtype.kind == "i":
        return ROUNDED_OUT
    largest = max(float(np.abs(knots.time).max(initial=0.0)) for knots in (job.own, job.other))
    return max(ROUNDED_OUT, 4.0 * float(np.spacing(largest)))


def search_delays(
    plan: DelayPlan, threads: int, progress: Progress | None, cancel: threading.Event | None
) -> Delays:
    """Return the forbidden delays of every pair; raises `Stopped` where `cancel` came before.

    Tasks, rows within them and intervals of a pair all ascend, so the whole is sorted.
    """
    found = run(lambda rows: _search_rows(plan, *rows), _tasks(plan), threads, progress, cancel)
    rows = _joined([rows for rows, _, _ in found])
    return Delays(
        rows.own.astype(np.int64),
        rows.other.astype(np.int64),
        rows.start,
        rows.end,
        sum(pairs for _, pairs, _ in found),
        sum(legs for _, _, legs in found),
    )


def _tasks(plan: DelayPlan) -> list[tuple[int, int]]:
    """Return spans of own rows with about equal work, at least one."""
    start = plan.asked.runs.start
    inner = np.searchsorted(start, np.arange(TASK_RUNS, start[-1], TASK_RUNS))
    edges = np.unique(np.concatenate([[0], inner, [start.size - 1]])).tolist()
    return [*pairwise(edges)] or [(0, 0)]


def _search_rows(plan: DelayPlan, first: int, last: int) -> tuple[DelayRows, int, int]:
    """Return the rows of the own rows [first, last), and the pairs of runs and of legs tested."""
    found, room = [_empty_rows(0)], ROOM
    run_pairs = legs = 0
    while first < last:
        pause()
        work = Workspace(np.empty((1, BOUNDS), np.float32), np.empty(room, np.int32))
        pairs = RunPairs(np.empty(room, np.int32), np.empty(room, np.int32))
        done = Collected(
            *find_run_pairs(plan.job.own, plan.asked, plan.grid, first, last, work, pairs)
        )
        if done.row == first:
            room *= 2
        first = done.row
        run_pairs += done.pairs
        legs += _search_pairs(plan, _by_rows(plan, pairs, done.pairs), found)
    return _joined(found), run_pairs, legs


def _by_rows(plan: DelayPlan, pairs: RunPairs, count: int) -> RunPairs:
    """Return the first `count` pairs of runs, sorted by own row and other row."""
    own, other = pairs.own[:count], pairs.other[:count]
    rows = plan.sides.other_runs.start.size
    key = plan.asked.runs.row[own] * np.int64(rows) + plan.sides.other_runs.row[other]
    order = np.argsort(key, kind="stable")
    return RunPairs(frozen(own[order]), frozen(other[order]))


def _search_pairs(plan: DelayPlan, pairs: RunPairs, found: list[DelayRows]) -> int:
    """Add the rows of pairs of runs to `found`; return the number of pairs of legs tested."""
    first = legs = 0
    room, intervals = ROOM, INTERVALS
    while first < pairs.own.size:
        pause()
        out, scratch = _empty_rows(room), DelaySet(np.empty(intervals), np.empty(intervals))
        done = Searched(
            *find_delays(plan.job, plan.sides, pairs, plan.outlook, first, scratch, out)
        )
        if done.pair == first:
            room, intervals = 2 * room, 2 * intervals
        columns: list[Any] = [column[: done.rows].copy() for column in out]
        found.append(DelayRows(*columns))
        first = done.pair
        legs += done.legs
    return legs


def _joined(parts: list[DelayRows]) -> DelayRows:
    columns: list[Any] = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return DelayRows(*columns)


def _empty_rows(size: int) -> DelayRows:
    rows = np.empty(size, np.int32), np.empty(size, np.int32)
    return DelayRows(*rows, np.empty(size), np.empty(size))
