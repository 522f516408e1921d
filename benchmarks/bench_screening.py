"""Screening the European day, steady state, beside two sorts of its time column."""

import os
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import airprox
from airprox import Fleet, Minima
from benchmarks import scenarios

THREADS = (1, 2)

FIRST_CALL = """
import sys, time
import airprox
from benchmarks import scenarios
workload = scenarios.enroute(50)
begun = time.perf_counter()
fleet = airprox.Fleet.from_arrow(workload)
airprox.screen(fleet, airprox.Minima(horizontal=9260.0, vertical=304.8))
print(time.perf_counter() - begun)
"""


@pytest.fixture(scope="module")
def time_column(day: scenarios.Workload) -> np.ndarray:
    return np.ascontiguousarray(day["time"])


@pytest.mark.benchmark(group="screen")
@pytest.mark.parametrize("threads", THREADS)
def test_screen_planar(
    benchmark: BenchmarkFixture, fleet: Fleet, minima: Minima, threads: int
) -> None:
    airprox.screen(fleet, minima, threads=threads)
    result = benchmark(airprox.screen, fleet, minima, threads=threads)
    benchmark.extra_info["encounters"] = result.encounters.num_rows
    assert result.receipt.complete


@pytest.mark.benchmark(group="screen")
@pytest.mark.parametrize("threads", THREADS)
def test_screen_geodetic(
    benchmark: BenchmarkFixture, day: scenarios.Workload, minima: Minima, threads: int
) -> None:
    placed = Fleet.from_arrow(pa.table(dict(scenarios.over_europe(day))), altitude_unit="m")
    airprox.screen(placed, minima, threads=threads)
    result = benchmark(airprox.screen, placed, minima, threads=threads)
    benchmark.extra_info["encounters"] = result.encounters.num_rows
    assert result.receipt.complete


@pytest.mark.benchmark(group="screen")
def test_screen_two_sides(benchmark: BenchmarkFixture, fleet: Fleet, minima: Minima) -> None:
    ids = fleet.ids
    many = len(ids) * 9 // 10
    ours, theirs = fleet.select(ids[:many]), fleet.select(ids[many:])
    airprox.screen(ours, minima, against=theirs)
    result = benchmark(airprox.screen, ours, minima, against=theirs)
    assert result.receipt.complete


@pytest.mark.benchmark(group="screen")
def test_argsort(benchmark: BenchmarkFixture, time_column: np.ndarray) -> None:
    order = benchmark(np.argsort, time_column)
    assert len(order) == len(time_column)


@pytest.mark.benchmark(group="screen")
def test_sort(benchmark: BenchmarkFixture, time_column: np.ndarray) -> None:
    ordered = benchmark(np.sort, time_column)
    assert len(ordered) == len(time_column)


@pytest.mark.benchmark(group="first call")
def test_first_call(benchmark: BenchmarkFixture) -> None:
    """Load 50 flights and screen them in a new process, its kernels taken from the cache."""

    def run() -> float:
        begun = time.perf_counter()
        paths = os.pathsep.join(path for path in sys.path if path)
        done = subprocess.run(
            [sys.executable, "-c", FIRST_CALL],
            env=os.environ | {"PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        )
        benchmark.extra_info["inside, s"] = float(done.stdout)
        return time.perf_counter() - begun

    assert benchmark.pedantic(run, rounds=3, warmup_rounds=1) > 0.0
