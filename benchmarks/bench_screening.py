"""Screening the European day, steady state, beside two sorts of its time column."""

import numpy as np
import pyarrow as pa
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import airprox
from airprox import Fleet, Minima
from benchmarks import scenarios, yardsticks

THREADS = (1, 2)


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
    benchmark.extra_info["knots"] = len(fleet._knots.time)
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
def test_screen_world(benchmark: BenchmarkFixture, minima: Minima, measured: bool) -> None:
    """120,000 flights around the globe in a day; compare the time for each knot."""
    world = scenarios.world_day() if measured else scenarios.world_day(300)
    placed = Fleet.from_arrow(world, altitude_unit="m")
    airprox.screen(placed, minima)
    result = benchmark(airprox.screen, placed, minima)
    benchmark.extra_info["knots"] = len(world["id"])
    benchmark.extra_info["encounters"] = result.encounters.num_rows
    assert result.receipt.complete


@pytest.mark.benchmark(group="screen")
@pytest.mark.parametrize(("flights_alone", "knots"), [(2, 2), (100, 60)])
def test_screen_few(
    benchmark: BenchmarkFixture, minima: Minima, flights_alone: int, knots: int
) -> None:
    """Small jobs: what a call costs when there is next to nothing to do."""
    few = scenarios.few(flights_alone, knots)
    small = Fleet.from_arrow(few)
    airprox.screen(small, minima)
    assert benchmark(airprox.screen, small, minima).receipt.complete


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
def test_native_sorts(benchmark: BenchmarkFixture, flights: int) -> None:
    """Both sorts in a process of its own, where NumPy may use AVX-512; see `yardsticks`."""
    found = benchmark.pedantic(yardsticks.native, args=(flights,), rounds=1, iterations=1)
    benchmark.extra_info.update(found)
    assert found["sort"] > 0.0


@pytest.mark.benchmark(group="screen")
def test_sort(benchmark: BenchmarkFixture, time_column: np.ndarray) -> None:
    ordered = benchmark(np.sort, time_column)
    assert len(ordered) == len(time_column)
