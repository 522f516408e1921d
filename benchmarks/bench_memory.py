"""Peak memory of loading and screening, in a process of its own, against the fleet's own bytes.

Each peak is counted above what the process held with everything imported and compiled, so the fleet
is part of it: a screening that needed nothing of its own would measure 1.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import scenarios

PROGRAM = """
import contextlib, ctypes, gc, json, resource, sys
import pyarrow as pa
import airprox
from benchmarks import scenarios

UNIT = 1 if sys.platform == "darwin" else 1024

def peak():
    # Linux keeps a peak that can be reset; elsewhere the peak of the whole life is an upper bound.
    try:
        with open("/proc/self/status") as status:
            return next(int(row.split()[1]) * 1024 for row in status if row.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT

def settle():
    # What was freed goes back to the system: else a later phase lives in it, unseen.
    gc.collect()
    pa.default_memory_pool().release_unused()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as clear:
        clear.write("5")
    return peak()

def read(path):
    with pa.OSFile(path) as source:
        return airprox.Fleet.from_arrow(pa.ipc.open_file(source).read_all())

threads = int(sys.argv[2])
minima = airprox.Minima(horizontal=9260.0, vertical=304.8)
small = airprox.Fleet.from_arrow(pa.table(dict(scenarios.interleaved(scenarios.enroute(50)))))
airprox.screen(small, minima, threads=threads)
baseline = settle()
fleet = read(sys.argv[1])
own = sum(array.nbytes for array in fleet._knots if hasattr(array, "nbytes"))
loading = peak() - baseline
settle()
result = airprox.screen(fleet, minima, threads=threads)
screening = peak() - baseline
print(json.dumps({"fleet": own, "loading": loading, "screening": screening}))
"""
SMALL_FLEET = 64 * 2**20
"""Bytes granted when benchmarks are only tried: what does not grow with the fleet decides there."""


@pytest.fixture(scope="module")
def recording(table: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("memory") / "day.arrow"
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)
    return path


@pytest.mark.benchmark(group="memory")
@pytest.mark.parametrize("threads", [1, 2])
def test_peak_memory(
    benchmark: BenchmarkFixture, recording: Path, flights: int, threads: int
) -> None:
    """The peak of a screening, the fleet included, stays under 3 times the fleet's own bytes."""
    paths = os.pathsep.join(path for path in sys.path if path)

    def run() -> dict[str, int]:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(recording), str(threads)],
            env=os.environ | {"PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    measured = benchmark.pedantic(run, rounds=1)
    benchmark.extra_info.update(measured)
    for phase in ("loading", "screening"):
        benchmark.extra_info[f"{phase}, fleets"] = measured[phase] / measured["fleet"]
    granted = 0 if flights == scenarios.DAY_FLIGHTS else SMALL_FLEET
    assert measured["screening"] < 3 * measured["fleet"] + granted
