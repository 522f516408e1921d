"""Forbidden delays within 30 minutes, and the free ones of a flight, beside screening the same."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import airprox
from airprox import Fleet, Minima
from benchmarks import scenarios

FLIGHTS = 1000
SMOKE_FLIGHTS = 100
HORIZON = 1800.0


@pytest.fixture(scope="module")
def traffic(request: pytest.FixtureRequest) -> Fleet:
    option = request.config.getoption
    measured = option("benchmark_enable") or not option("benchmark_disable")
    return Fleet.from_arrow(scenarios.enroute(FLIGHTS if measured else SMOKE_FLIGHTS))


@pytest.mark.benchmark(group="delays")
def test_screen_the_same(benchmark: BenchmarkFixture, traffic: Fleet, minima: Minima) -> None:
    airprox.screen(traffic, minima)
    result = benchmark(airprox.screen, traffic, minima)
    assert result.receipt.complete


@pytest.mark.benchmark(group="delays")
@pytest.mark.parametrize("threads", [1, 2])
def test_forbidden_delays(
    benchmark: BenchmarkFixture, traffic: Fleet, minima: Minima, threads: int
) -> None:
    airprox.forbidden_delays(traffic, minima, horizon=HORIZON, threads=threads)
    result = benchmark(airprox.forbidden_delays, traffic, minima, horizon=HORIZON, threads=threads)
    benchmark.extra_info["intervals"] = len(result)
    assert result.receipt.complete


@pytest.mark.benchmark(group="delays")
def test_forbidden_delays_geodetic(
    benchmark: BenchmarkFixture, traffic: Fleet, minima: Minima
) -> None:
    placed = scenarios.over_europe(scenarios.enroute(len(traffic)))
    fleet = Fleet.from_arrow(placed, altitude_unit="m")
    airprox.forbidden_delays(fleet, minima, horizon=HORIZON)
    result = benchmark(airprox.forbidden_delays, fleet, minima, horizon=HORIZON)
    assert result.receipt.complete


@pytest.mark.benchmark(group="delays")
def test_free_delays_of_one_flight(
    benchmark: BenchmarkFixture, traffic: Fleet, minima: Minima
) -> None:
    flight = traffic.select(traffic.ids[:1])
    airprox.free_delays(traffic, flight, HORIZON, minima)
    result = benchmark(airprox.free_delays, traffic, flight, HORIZON, minima)
    assert len(result) > 0
