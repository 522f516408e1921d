"""Cold starts, as whole processes: `import airprox`, `--help`, a first screening with and without a
cache.

"Warm" is a fresh process that finds machine code on disk. What the first screening costs there is
taken beyond a process that imports Numba and calls one trivial cached function: the second is the
price of Numba, the difference is ours (pyarrow, loading a fleet and 10 kernels).
"""

import os
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import processes

ROUNDS = 9


@pytest.fixture(scope="module")
def variables(measured: bool, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the processes; where benchmarks are only tried, the user's own cache."""
    made = processes.environment(tmp_path_factory.mktemp("cold"))
    return made if measured else os.environ | {"PYTHONPATH": made["PYTHONPATH"]}


@pytest.mark.benchmark(group="start")
def test_start(benchmark: BenchmarkFixture, variables: dict[str, str], measured: bool) -> None:
    programs = {
        "import argparse": ["-c", "import argparse"],
        "import airprox": ["-c", "import airprox"],
        "airprox --help": ["-m", "airprox", "--help"],
    }
    rounds = 3 * ROUNDS if measured else 0
    found = benchmark.pedantic(
        processes.medians, args=(programs, variables, rounds), rounds=1, iterations=1
    )
    benchmark.extra_info.update(found)


@pytest.mark.benchmark(group="first call")
def test_first_call_compiles(
    benchmark: BenchmarkFixture, variables: dict[str, str], tmp_path: Path, measured: bool
) -> None:
    """The first screening ever, with an empty cache; where only tried, nothing is screened."""
    own = {"AIRPROX_CACHE_DIR": str(tmp_path / "empty")}
    program = processes.SCREEN if measured else "import airprox"
    taken = benchmark.pedantic(
        processes.seconds,
        args=(["-c", program], variables | own),
        rounds=1,
        iterations=1,
    )
    assert taken > 0.0


@pytest.mark.benchmark(group="first call")
def test_first_call_warm(
    benchmark: BenchmarkFixture, variables: dict[str, str], measured: bool
) -> None:
    programs = {
        "trivial": ["-c", processes.TRIVIAL_CALL],
        "trivial and pyarrow": ["-c", f"{processes.IMPORT_PYARROW}; {processes.TRIVIAL_CALL}"],
        "load": ["-c", processes.LOAD],
        "load and screen": ["-c", processes.SCREEN],
    }
    if not measured:
        programs = {"load and screen": programs["load and screen"]}
    rounds = ROUNDS if measured else 0
    found = benchmark.pedantic(
        processes.medians, args=(programs, variables, rounds), rounds=1, iterations=1
    )
    benchmark.extra_info.update(found)
