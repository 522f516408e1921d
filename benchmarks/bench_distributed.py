"""The European day by two worker processes that are warm, beside two threads of one process.

The ratio is the overhead of everything in between: descriptors and parts on their way, reading,
merging, waiting. Plans are made before; what making one takes is noted, in the same unit.
"""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import airprox
from airprox import Fleet, Minima, distributed

WORKERS = 2
ROUNDS = 9


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=context) as executor:
        yield executor


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    pytest.importorskip("dask", reason="dask is not installed")
    import distributed as dask

    with (
        dask.LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, silence_logs=60
        ) as cluster,
        dask.Client(cluster) as client,
    ):
        yield client


@pytest.mark.benchmark(group="distributed")
@pytest.mark.parametrize("way", ["files", "messages"])
@pytest.mark.parametrize("engine", ["pool", "client"])
def test_two_workers_beside_two_threads(
    benchmark: BenchmarkFixture,
    request: pytest.FixtureRequest,
    fleet: Fleet,
    minima: Minima,
    measured: bool,
    tmp_path: Path,
    engine: str,
    way: str,
) -> None:
    if engine == "client" and not measured:
        pytest.skip("a cluster is started only to take times: tests/integrations try it")
    executor = request.getfixturevalue(engine)
    directory = tmp_path if way == "files" else None
    plan = distributed.plan(fleet, minima, directory=directory)

    def shared() -> object:
        return distributed.screen(plan, executor).encounters

    def alone() -> object:
        return airprox.screen(fleet, minima, threads=WORKERS).encounters

    assert shared() == alone()
    ratios = [taken(shared) / taken(alone) for _ in range(ROUNDS if measured else 0)]
    planning = [taken(lambda: distributed.plan(fleet, minima, directory=directory)) / taken(alone)]
    benchmark.pedantic(shared, rounds=1, iterations=1)
    benchmark.extra_info["x two threads"] = statistics.median(ratios or [0.0])
    benchmark.extra_info["plan, x two threads"] = statistics.median(planning)


def taken(function: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun
