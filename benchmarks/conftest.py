"""The workload of a run: the European day where times are taken, a little of it elsewhere."""

import pyarrow as pa
import pytest

from airprox import FT, NM, Fleet, Minima
from benchmarks import results, scenarios

SMOKE_FLIGHTS = 300


def pytest_benchmark_update_machine_info(machine_info: dict[str, object]) -> None:
    """Figures go nowhere without the versions and the processor that they depend on."""
    machine_info["airprox"] = results.environment()


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> bool:
    """Whether times are taken; else benchmarks are only tried, as in a test run."""
    option = request.config.getoption
    return option("benchmark_enable") or not option("benchmark_disable")


@pytest.fixture(scope="session")
def flights(measured: bool) -> int:
    """Flights of the day's workload."""
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
