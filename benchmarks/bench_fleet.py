"""Loading the European day: grouped by flight and as a recorder writes it, both frames.

The yardsticks are NumPy's sorts of the day's time column (grouped by flight, seconds), one thread.
"""

import numpy as np
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
@pytest.mark.parametrize("sort", [np.sort, np.argsort], ids=["sort", "argsort"])
def test_yardstick(benchmark: BenchmarkFixture, day: scenarios.Workload, sort) -> None:
    assert len(benchmark(sort, day["time"])) == len(day["time"])


@pytest.mark.benchmark(group="load")
def test_load_planar(
    benchmark: BenchmarkFixture, day: scenarios.Workload, flights: int, order: str
) -> None:
    table = _table(day, order)
    Fleet.from_arrow(table)
    assert len(benchmark(Fleet.from_arrow, table)) == flights


@pytest.mark.benchmark(group="load")
def test_load_text_ids(
    benchmark: BenchmarkFixture, day: scenarios.Workload, flights: int, order: str
) -> None:
    table = _table(scenarios.with_names(day), order)
    Fleet.from_arrow(table)
    assert len(benchmark(Fleet.from_arrow, table)) == flights


@pytest.mark.benchmark(group="load")
def test_load_geodetic(
    benchmark: BenchmarkFixture, day: scenarios.Workload, flights: int, order: str
) -> None:
    """Text ids and timestamps; 3 % of the legs are longer than 18 km and are cut."""
    named = scenarios.with_names(scenarios.with_timestamps(day))
    table = _table(scenarios.over_europe(named), order)
    options = {"altitude_unit": "m", "naive_time": "utc"}
    Fleet.from_arrow(table, **options)
    assert len(benchmark(Fleet.from_arrow, table, **options)) == flights


@pytest.mark.benchmark(group="load")
def test_load_in_any_order(
    benchmark: BenchmarkFixture, day: scenarios.Workload, flights: int
) -> None:
    """No order at all: neither by flight nor by time."""
    rows = np.random.Generator(np.random.PCG64(1)).permutation(len(day["time"]))
    table = pa.table({name: column[rows] for name, column in day.items()})
    Fleet.from_arrow(table)
    assert len(benchmark(Fleet.from_arrow, table)) == flights


@pytest.mark.benchmark(group="load")
def test_load_uncertain(benchmark: BenchmarkFixture, day: scenarios.Workload, flights: int) -> None:
    """A radius a knot, and both radii growing, in legs that are cut."""
    table = _table(scenarios.over_europe(scenarios.with_names(day)), "grouped")
    table = table.append_column("horizontal_radius", pa.array(np.full(table.num_rows, 50.0)))
    options = {"altitude_unit": "m", "radius_growth": (0.5, 0.1)}
    Fleet.from_arrow(table, **options)
    assert len(benchmark(Fleet.from_arrow, table, **options)) == flights


@pytest.mark.benchmark(group="load")
def test_unique_ids(benchmark: BenchmarkFixture, day: scenarios.Workload, order: str) -> None:
    """pyarrow finding the distinct ids (text) of the same table, and nothing else."""
    column = _table(scenarios.with_names(day), order)["id"]
    assert len(benchmark(column.unique)) > 0
