"""Loading the European day: grouped by flight and as a recorder writes it, both frames."""

import pyarrow as pa
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from airprox import Fleet
from benchmarks import scenarios


@pytest.fixture(scope="module", params=["grouped", "interleaved"])
def order(request: pytest.FixtureRequest) -> str:
    return request.param


def _table(workload: scenarios.Workload, order: str) -> pa.Table:
    return pa.table(dict(scenarios.interleaved(workload) if order == "interleaved" else workload))


@pytest.mark.benchmark(group="load")
def test_load_planar(
    benchmark: BenchmarkFixture, day: scenarios.Workload, flights: int, order: str
) -> None:
    table = _table(day, order)
    Fleet.from_arrow(table)
    assert len(benchmark(Fleet.from_arrow, table)) == flights


@pytest.mark.benchmark(group="load")
def test_load_geodetic(
    benchmark: BenchmarkFixture, day: scenarios.Workload, flights: int, order: str
) -> None:
    table = _table(scenarios.over_europe(scenarios.with_timestamps(day)), order)
    Fleet.from_arrow(table, altitude_unit="m", naive_time="utc")
    loaded = benchmark(Fleet.from_arrow, table, altitude_unit="m", naive_time="utc")
    assert len(loaded) == flights


@pytest.mark.benchmark(group="load")
def test_load_text_ids(
    benchmark: BenchmarkFixture, day: scenarios.Workload, flights: int, order: str
) -> None:
    table = _table(scenarios.with_names(day), order)
    Fleet.from_arrow(table)
    assert len(benchmark(Fleet.from_arrow, table)) == flights


@pytest.mark.benchmark(group="load")
def test_unique_ids(benchmark: BenchmarkFixture, day: scenarios.Workload, order: str) -> None:
    """The baseline: pyarrow finding the distinct ids of the same table, and nothing else."""
    column = _table(day, order)["id"]
    assert len(benchmark(column.unique)) > 0
