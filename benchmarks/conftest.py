"""The workload of a run: the European day where times are taken, a little of it elsewhere."""

import pyarrow as pa
import pytest

from airprox import FT, NM, Fleet, Minima
from benchmarks import scenarios

SMOKE_FLIGHTS = 300


@pytest.fixture(scope="session")
def flights(request: pytest.FixtureRequest) -> int:
    """Flights of the day's workload: few when benchmarks are only tried, as in a test run."""
    option = request.config.getoption
    measured = option("benchmark_enable") or not option("benchmark_disable")
    return scenarios.DAY_FLIGHTS if measured else SMOKE_FLIGHTS


@pytest.fixture(scope="session")
def day(flights: int) -> scenarios.Workload:
    return scenarios.european_day(flights)


@pytest.fixture(scope="session")
def table(day: scenarios.Workload) -> pa.Table:
    return pa.table(dict(day))


@pytest.fixture(scope="session")
def fleet(table: pa.Table) -> Fleet:
    return Fleet.from_arrow(table)


@pytest.fixture(scope="session")
def minima() -> Minima:
    return Minima(horizontal=5 * NM, vertical=1000 * FT)
