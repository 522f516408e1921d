"""The phases of a screening, each alone: one task of the European day, one thread.

What a phase costs for each thing that it handles (boxes, candidates, pieces) is in the extra
information of the results; `NOTES.md` tells what to expect and why.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import airprox
from airprox import _basket, _search, _workspace
from airprox._job import Case, make_case, pair_up
from airprox._pace import pace_of
from airprox._plan import Plan, make_plan
from airprox_kernel.boxes import Boxes, Places
from airprox_kernel.broad import Candidates, Found, find_candidates
from airprox_kernel.narrow import Narrowed, find_pieces
from airprox_kernel.pieces import PieceArray
from airprox_kernel.slabs import crowded_periods
from airprox_kernel.sweep import bucket_count, choose_axes, choose_grain, enter_boxes, make_table
from benchmarks import scenarios


class Task(NamedTuple):
    """The middle task of the plan, and what each phase makes of it."""

    plan: Plan
    index: int
    workspace: _workspace.Workspace
    boxes: Boxes
    places: Places
    candidates: Candidates
    found: int
    pieces: PieceArray


@pytest.fixture(scope="module", params=["planar", "geodetic"])
def fleet(request: pytest.FixtureRequest, day: scenarios.Workload) -> airprox.Fleet:
    if request.param == "planar":
        return airprox.Fleet.from_arrow(day)
    return airprox.Fleet.from_arrow(scenarios.over_europe(day), altitude_unit="m")


@pytest.fixture(scope="module")
def task(fleet: airprox.Fleet, minima: airprox.Minima) -> Task:
    sides = pair_up(fleet, None)
    case = make_case(sides, minima, "raise", None, None)
    plan = make_plan(case, sides.paces, None)
    index = (plan.chunk_start.size - 1) // 2
    workspace = _workspace.Workspace(plan.job.own.time.dtype)
    boxes, places = _search.make_boxes(plan, index, workspace)
    room = 8 * len(boxes.bounds)
    candidates = Candidates(*(np.empty(room, np.int32) for _ in range(3)))
    found = _find(plan, index, boxes, places, candidates)
    pieces = workspace.pieces(found + 1, found + 1)
    result = _narrow(plan, places, candidates, found, pieces)
    return Task(
        plan, index, workspace, boxes, places, candidates, found, pieces[: result.pieces].copy()
    )


def _find(plan: Plan, index: int, boxes: Boxes, places: Places, candidates: Candidates) -> int:
    chunk = _search.chunk_of(plan, index)
    since = Found(chunk.first, 0, 0)
    return Found(*find_candidates(plan.job, boxes, places, chunk, since, candidates)).pairs


def _narrow(plan: Plan, places: Places, candidates: Candidates, count: int, out: PieceArray):
    scratch = np.empty(1, np.int64)
    return Narrowed(*find_pieces(plan.job, places, candidates, 0, count, scratch, out))


def _measure(benchmark: BenchmarkFixture, unit: str, count: int, run: Callable[[], object]) -> None:
    """Time `run`, which handles `count` of something."""
    run()
    benchmark(run)
    benchmark.extra_info["handled"] = f"{count:,} {unit}"
    if benchmark.stats is not None:
        least = benchmark.stats.stats.min
        benchmark.extra_info["ns each"] = 1e9 * least / max(1, count)


@pytest.mark.benchmark(group="kernel")
def test_plan(benchmark: BenchmarkFixture, task: Task) -> None:
    """Slabs, presence and rolls of the whole day."""
    job, reach = task.plan.job, task.plan.reach
    case, paces = Case(job, reach, None), [pace_of(job.own)]
    _measure(benchmark, "parts", job.own.part_row.size, lambda: make_plan(case, paces, None))


@pytest.mark.benchmark(group="kernel")
def test_periods(benchmark: BenchmarkFixture, task: Task) -> None:
    """The two sorts that are half of the plan."""
    knots = task.plan.job.own
    start, end = knots.time[knots.part_start[:-1]], knots.time[knots.part_start[1:] - 1]
    _measure(benchmark, "parts", start.size, lambda: crowded_periods(start, end))


@pytest.mark.benchmark(group="kernel")
def test_boxes(benchmark: BenchmarkFixture, task: Task) -> None:
    """Warm: in a screening, knots come from memory, and it takes a half more."""
    _measure(
        benchmark,
        "boxes",
        len(task.boxes.bounds),
        lambda: _search.make_boxes(task.plan, task.index, task.workspace),
    )


@pytest.mark.benchmark(group="kernel")
def test_sorting_boxes(benchmark: BenchmarkFixture, task: Task) -> None:
    """Entering the boxes of the fullest slab into the table."""
    slab = int(np.argmax(np.diff(task.boxes.start)))
    first, last = int(task.boxes.start[slab]), int(task.boxes.start[slab + 1])
    bounds, count = task.boxes.bounds, last - first
    axes = choose_axes(bounds, first, last, task.plan.job.own.geodetic)
    table, buckets = make_table(count, axes.striped), bucket_count(count)
    grain = choose_grain(bounds, first, last, axes)
    _measure(
        benchmark,
        "boxes",
        count,
        lambda: enter_boxes(bounds, first, last, axes, grain, buckets, table),
    )


@pytest.mark.benchmark(group="kernel")
def test_candidates(benchmark: BenchmarkFixture, task: Task) -> None:
    """The broad phase, sorting included."""
    plan, index, boxes, places = task.plan, task.index, task.boxes, task.places
    _measure(
        benchmark,
        "boxes",
        len(boxes.bounds),
        lambda: _find(plan, index, boxes, places, task.candidates),
    )


@pytest.mark.benchmark(group="kernel")
def test_pieces(benchmark: BenchmarkFixture, task: Task) -> None:
    """The narrow phase; warm, while most of a screening's candidates wait for memory."""
    out = task.workspace.pieces(task.found + 1, task.found + 1)
    _measure(
        benchmark,
        "candidates",
        task.found,
        lambda: _narrow(task.plan, task.places, task.candidates, task.found, out),
    )


@pytest.mark.benchmark(group="kernel")
def test_merging(benchmark: BenchmarkFixture, task: Task) -> None:
    _measure(
        benchmark,
        "pieces",
        task.pieces.size,
        lambda: _basket.merge([task.pieces], task.plan),
    )
