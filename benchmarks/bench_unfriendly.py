"""Unfriendly fleets: the time for each unit of work, beside that of the friendly day.

A unit is a knot, an encounter, or a pair of flights that comes near; see `counting`.
"""

import functools

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import airprox
from airprox import FT, NM, Fleet, Minima
from benchmarks import counting, scenarios, unfriendly

TRIED = 100
MINIMA = Minima(horizontal=5 * NM, vertical=1000 * FT)
WIDE = Minima(horizontal=100 * NM, vertical=4000 * FT)
FRIENDLY = "friendly day"
MAKERS = {FRIENDLY: scenarios.european_day, **unfriendly.ALL}


@functools.cache
def _minima(name: str):
    if name != "one flight of long minima":
        return MINIMA
    return airprox.MinimaTable({("usual", "usual"): MINIMA}, default=WIDE)


@pytest.mark.benchmark(group="unfriendly")
@pytest.mark.parametrize("name", MAKERS)
def test_unfriendly(benchmark: BenchmarkFixture, name: str, measured: bool) -> None:
    workload = MAKERS[name]() if measured else MAKERS[name](TRIED)
    own = WIDE if "category" in workload else None
    work = counting.count(workload, MINIMA, own)
    fleet = Fleet.from_arrow(workload)
    minima = _minima(name)
    airprox.screen(fleet, minima)
    result = benchmark(airprox.screen, fleet, minima)
    assert result.receipt.complete
    assert result.receipt.pairs_in_conflict <= work.near
    units = work.knots + work.near + len(result)
    benchmark.extra_info |= {**work._asdict(), "encounters": len(result), "units": units}
