"""`airprox.scan` in processes of its own: time beside that of a screening in memory, and memory.

    python -m benchmarks.scanning FOLDER [KNOTS …]

writes days of traffic with so many knots (10 and 100 million) into the folder, 2.2 GB for the
larger, and prints a line of JSON for each; the folder's data is left for another time.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import airprox
from airprox import Fleet

from . import scan_data
from .memory import MINIMA, peak, settle

THREADS = 2
IN_MEMORY = 20_000_000
"""Knots up to which the whole is screened in memory too."""


def run(source: Path, *what: str) -> dict[str, Any]:
    """Return what `measure` says, measured in a new process."""
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scanning", "--measure", str(source), *what],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def measure(source: Path, what: str, limit: str = "") -> dict[str, Any]:
    """Scan a dataset, or screen it in memory; seconds, encounters, and the peak of memory."""
    options: dict[str, Any] = {"memory_limit": int(limit)} if limit else {}
    settle()
    began = time.perf_counter()
    if what == "memory":
        found = screened(source)
    else:
        with tempfile.TemporaryDirectory(dir=source.parent) as out:
            found = airprox.scan(source, MINIMA, out=out, threads=THREADS, **options)
            assert found.receipt.complete
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "encounters": len(found), "peak": peak()}


def screened(source: Path) -> airprox.Screening:
    """Return the screening of the whole, in memory."""
    fleet = Fleet.from_arrow(pq.read_table(source))
    return airprox.screen(fleet, MINIMA, threads=THREADS)


def compare(source: Path, rounds: int) -> dict[str, Any]:
    """Return the best times of a scan and of a screening in memory, one after the other."""
    times: dict[str, list[float]] = {"scan": [], "memory": []}
    found = 0
    for _ in range(rounds):
        began = time.perf_counter()
        whole = screened(source)
        times["memory"].append(time.perf_counter() - began)
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=source.parent) as out:
            result = airprox.scan(source, MINIMA, out=out, threads=THREADS)
            times["scan"].append(time.perf_counter() - began)
            found = len(result)
        assert found == len(whole)
    best = {name: min(values) for name, values in times.items()}
    return {**best, "encounters": found, "throughput": best["memory"] / best["scan"]}


def main(folder: Path, sizes: list[int]) -> None:
    """Write what is missing, and measure."""
    for size in sizes:
        source = folder / f"{size}"
        if not source.exists():
            scan_data.write(source, size)
        knots = sum(pq.read_metadata(path).num_rows for path in source.glob("*.parquet"))
        found = {"knots": knots, **run(source, "scan")}
        if size <= IN_MEMORY:
            found |= {"in memory": run(source, "memory"), "compared": run(source, "compare")}
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--measure":
        source, what = Path(sys.argv[2]), sys.argv[3]
        said = compare(source, 3) if what == "compare" else measure(source, *sys.argv[3:])
        print(json.dumps(said))
    else:
        main(Path(sys.argv[1]), [int(size) for size in sys.argv[2:]] or [10**7, 10**8])
