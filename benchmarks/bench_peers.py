"""airprox and its peers on the same flights: time, and conflicts missing and extra.

In a run that measures, each peer gets the sizes that it can do in a minute; in others, a few
flights. A peer that is not installed is skipped with the reason.
"""

import functools

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import airprox
from airprox import Fleet
from benchmarks import peers, scenarios

TRIED = 60
"""Flights where benchmarks are only tried."""
SIZES = {
    "sampled_tree": (1_000, 4_000, 33_000),
    "numpy_window": (1_000, 4_000),
    "shapely_tree": (1_000, 4_000),
    "duckdb_join": (1_000, 4_000),
    "meos": (1_000,),
    "traffic_cpa": (100,),
}
OWN_SIZES = sorted({size for sizes in SIZES.values() for size in sizes})
STATES = 20_000
TRIED_STATES = 400
GROUP = "peers"


@functools.cache
def workload(flights: int) -> scenarios.Workload:
    day = flights == scenarios.DAY_FLIGHTS
    return scenarios.european_day(flights) if day else scenarios.enroute(flights)


@functools.cache
def truth(flights: int) -> peers.Pairs:
    return _conflicts(airprox.screen(Fleet.from_arrow(workload(flights)), peers.MINIMA))


@functools.cache
def states(count: int) -> scenarios.Workload:
    return scenarios.states(count)


def _conflicts(result: airprox.Screening) -> peers.Pairs:
    table = result.encounters
    return peers.as_pairs(table["own"].to_numpy(), table["other"].to_numpy())


def _screen_states(vectors: dict[str, np.ndarray]) -> airprox.Screening:
    """From arrays of latitudes and longitudes to the table, both ends included."""
    fleet = Fleet.from_states(
        vectors,
        horizon=300.0,
        altitude_unit="m",
        speed_unit="m/s",
        vertical_rate_unit="m/s",
    )
    return airprox.screen(fleet, peers.MINIMA)


def _found(name: str) -> peers.Peer:
    peer = peers.find(name)
    usable, reason = peers.available(peer)
    if not usable:
        pytest.skip(reason)
    return peer


def _compare(benchmark: BenchmarkFixture, peer: peers.Peer, pairs: peers.Pairs, right: peers.Pairs):
    benchmark.extra_info["peer"] = peer.name
    benchmark.extra_info["version"] = peers.version(peer)
    benchmark.extra_info["conflicts"] = len(right)
    benchmark.extra_info["missing"] = len(right - pairs)
    benchmark.extra_info["extra"] = len(pairs - right)
    assert not peer.exact or pairs == right


@pytest.mark.benchmark(group=GROUP)
@pytest.mark.parametrize("size", OWN_SIZES)
def test_airprox(benchmark: BenchmarkFixture, size: int, measured: bool) -> None:
    flights = size if measured else TRIED
    fleet = Fleet.from_arrow(workload(flights))
    airprox.screen(fleet, peers.MINIMA)
    result = benchmark(airprox.screen, fleet, peers.MINIMA)
    benchmark.extra_info |= {"flights": flights, "conflicts": result.receipt.pairs_in_conflict}


@pytest.mark.filterwarnings("ignore")  # of peers that use what their own libraries deprecate
@pytest.mark.benchmark(group=GROUP)
@pytest.mark.parametrize(
    ("name", "size"), [(name, size) for name, sizes in SIZES.items() for size in sizes]
)
def test_peer(benchmark: BenchmarkFixture, name: str, size: int, measured: bool) -> None:
    peer = _found(name)
    flights = size if measured else min(TRIED, size // 10)
    prepared = peer.prepare(workload(flights))
    pairs = benchmark.pedantic(peer.pairs, args=(prepared, peers.MINIMA), rounds=1, iterations=1)
    benchmark.extra_info["flights"] = flights
    _compare(benchmark, peer, pairs, truth(flights))


@pytest.mark.benchmark(group="states")
def test_states_airprox(benchmark: BenchmarkFixture, measured: bool) -> None:
    vectors = states(STATES if measured else TRIED_STATES)
    _screen_states(vectors)
    result = benchmark(_screen_states, vectors)
    benchmark.extra_info["conflicts"] = result.receipt.pairs_in_conflict


@pytest.mark.filterwarnings("ignore")
@pytest.mark.benchmark(group="states")
def test_states_bluesky(benchmark: BenchmarkFixture, measured: bool) -> None:
    peer = _found("bluesky_states")
    vectors = states(STATES if measured else TRIED_STATES)
    prepared = peer.prepare(vectors)
    pairs = benchmark.pedantic(peer.pairs, args=(prepared, peers.MINIMA), rounds=1, iterations=1)
    _compare(benchmark, peer, pairs, _conflicts(_screen_states(vectors)))
