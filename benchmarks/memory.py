"""One screening in a process of its own: its time, its peak of memory, its counts of work.

    python -m benchmarks.memory FLIGHTS THREADS

prints JSON. Resident bytes are counted above what the process held before: `loading` above
everything imported and compiled, `beyond` above the loaded fleet and without the result.
"""

import contextlib
import ctypes
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa

import airprox
from airprox import Fleet, Minima

from . import scenarios

MINIMA = Minima(horizontal=9260.0, vertical=304.8)
UNIT = 1 if sys.platform == "darwin" else 1024
ROUNDS = 3


def run(flights: int, threads: int, rounds: int = ROUNDS) -> dict[str, float]:
    """Return what `measure` says, measured in a new process."""
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", str(flights), str(threads), str(rounds)],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def measure(flights: int, threads: int, rounds: int) -> dict[str, float]:
    """Screen a European day of so many flights; bytes, seconds, counts."""
    few = pa.table(dict(scenarios.interleaved(scenarios.enroute(50))))
    airprox.screen(Fleet.from_arrow(few), MINIMA, threads=threads)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.arrow"
        _write(path, flights)
        baseline = settle()
        fleet = _read(path)
    own = sum(array.nbytes for array in fleet._knots if hasattr(array, "nbytes"))
    loading = peak() - baseline
    before = settle()
    result = airprox.screen(fleet, MINIMA, threads=threads)
    beyond = peak() - before - result.encounters.nbytes
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        airprox.screen(fleet, MINIMA, threads=threads)
        times.append(time.perf_counter() - begun)
    receipt = result.receipt
    return {
        "flights": flights,
        "knots": len(fleet._knots.time),
        "fleet": own,
        "loading": loading,
        "beyond": beyond,
        "seconds": statistics.median(times),
        "pair_visits": receipt.pair_visits,
        "conflicts": receipt.pairs_in_conflict,
    }


def peak() -> int:
    """Return the greatest resident set since `settle`, in bytes."""
    # Linux keeps a peak that can be reset; elsewhere the peak of the whole life is an upper bound.
    try:
        with Path("/proc/self/status").open() as status:
            return next(int(row.split()[1]) * 1024 for row in status if row.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT


def settle() -> int:
    """Give back what was freed, else a later phase lives in it unseen; return what is resident."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return peak()


def _write(path: Path, flights: int) -> None:
    table = pa.table(dict(scenarios.european_day(flights)))
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path) -> Fleet:
    with pa.OSFile(str(path)) as source:
        return Fleet.from_arrow(pa.ipc.open_file(source).read_all())


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:4]))))
