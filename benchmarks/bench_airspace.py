"""An airspace with the European day loaded: built, probed, changed, and probed again."""

import time
from collections.abc import Callable
from itertools import cycle

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import airprox
from airprox import Airspace, Fleet, Minima

THREADS = (1, 2)
DELAY = 300.0
"""Seconds by which candidates are late, so that they are not the flights that are there."""


@pytest.fixture(scope="module")
def airspace(fleet: Fleet, minima: Minima) -> Airspace:
    airspace = Airspace(minima)
    airspace.upsert(fleet)
    return airspace


@pytest.fixture(scope="module")
def alternatives(fleet: Fleet, measured: bool) -> Fleet:
    """10,000 delayed flights, each of which stands in for itself."""
    return fleet.select(fleet.ids[: 10_000 if measured else 100]).shifted(DELAY)


def singles(fleet: Fleet, count: int, seed: int = 0) -> list[Fleet]:
    """Some flights, alone and delayed."""
    random = np.random.Generator(np.random.PCG64(seed))
    rows = (random.random(count) * len(fleet)).astype(np.int64)
    return [fleet.select(fleet.ids[row : row + 1]).shifted(DELAY) for row in rows.tolist()]


def best(function: Callable[[], object], rounds: int) -> float:
    """Seconds of the fastest of several calls."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        found.append(time.perf_counter() - start)
    return min(found)


@pytest.mark.benchmark(group="airspace")
def test_build(benchmark: BenchmarkFixture, fleet: Fleet, minima: Minima, measured: bool) -> None:
    """Screening and indexing the day together, beside screening it."""
    airprox.screen(fleet, minima)
    delta = benchmark(lambda: Airspace(minima).upsert(fleet))
    build = best(lambda: Airspace(minima).upsert(fleet), 5 if measured else 1)
    screen = best(lambda: airprox.screen(fleet, minima), 5 if measured else 1)
    benchmark.extra_info["times a screening"] = build / screen
    assert delta.new.equals(airprox.screen(fleet, minima).encounters)


@pytest.mark.benchmark(group="airspace")
def test_probe_one(benchmark: BenchmarkFixture, airspace: Airspace, fleet: Fleet) -> None:
    """One flight after another, each to the table of its encounters."""
    candidates = cycle(singles(fleet, 200))
    benchmark(lambda: airspace.probe(next(candidates)).encounters)


@pytest.mark.benchmark(group="airspace")
@pytest.mark.parametrize("threads", THREADS)
def test_probe_many(
    benchmark: BenchmarkFixture, fleet: Fleet, minima: Minima, alternatives: Fleet, threads: int
) -> None:
    loaded = Airspace(minima, threads=threads)
    loaded.upsert(fleet)
    summary = benchmark(lambda: loaded.probe(alternatives, summary=True))
    benchmark.extra_info["candidates"] = summary.num_rows
    assert summary.num_rows == len(alternatives)


@pytest.mark.benchmark(group="airspace")
def test_upsert_one(
    benchmark: BenchmarkFixture, fleet: Fleet, minima: Minima, measured: bool
) -> None:
    changing = Airspace(minima)
    changing.upsert(fleet)
    flights = cycle(singles(fleet, 500 if measured else 5))
    benchmark(lambda: changing.upsert(next(flights)))


@pytest.mark.benchmark(group="airspace")
def test_after_many_upserts(
    benchmark: BenchmarkFixture, fleet: Fleet, minima: Minima, measured: bool
) -> None:
    """1,000 single upserts later: memory and probes beside those of an airspace made anew."""
    old, new = Airspace(minima), Airspace(minima)
    old.upsert(fleet)
    for flight in singles(fleet, 1000 if measured else 10, seed=1):
        old.upsert(flight)
    new.upsert(old.snapshot().fleet)
    candidates = singles(fleet, 100 if measured else 3, seed=2)

    def probe(airspace: Airspace) -> None:
        for candidate in candidates:
            assert airspace.probe(candidate).encounters.num_rows >= 0

    benchmark(probe, old)
    rounds = 20 if measured else 1
    benchmark.extra_info["times the probes"] = best(lambda: probe(old), rounds) / best(
        lambda: probe(new), rounds
    )
    benchmark.extra_info["times the memory"] = old.nbytes / new.nbytes
    assert old.encounters.equals(new.encounters)
    for candidate in candidates:
        assert old.probe(candidate).encounters.equals(new.probe(candidate).encounters)
