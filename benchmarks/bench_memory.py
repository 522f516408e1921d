"""Peak memory of screening beyond the fleet and the result, resident, in a process of its own."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import memory, scenarios

WORLD_FLIGHTS = 120_000
TRIED = 300
TRIED_BYTES = 64 * 2**20
"""Granted where benchmarks are only tried: what does not grow with the fleet decides there."""


@pytest.mark.benchmark(group="memory")
@pytest.mark.parametrize(
    ("flights", "threads"),
    [(scenarios.DAY_FLIGHTS, 1), (scenarios.DAY_FLIGHTS, 2), (WORLD_FLIGHTS, 2)],
)
def test_peak_memory(
    benchmark: BenchmarkFixture, flights: int, threads: int, measured: bool
) -> None:
    # Tried, one of them starts a process; the others run here, where a peak means nothing.
    found = benchmark.pedantic(
        memory.run if measured or threads == 1 else memory.measure,
        args=(flights if measured else TRIED, threads, 1),
        rounds=1,
        iterations=1,
    )
    benchmark.extra_info.update(found)
    benchmark.extra_info["beyond, fleets"] = found["beyond"] / found["fleet"]
    granted = 0 if measured else TRIED_BYTES
    assert found["beyond"] < 2 * found["fleet"] + granted
