"""The same bits however the work is cut, however often, and on another processor.

`golden/encounters.json` holds the bits that one machine gave, and says which. Written anew, where a
change of results is meant, by `python tests/bindings/test_determinism.py`.
"""

import hashlib
import json
import os
import platform
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import airprox
import promise
from airprox import _plan
from benchmarks import scenarios

GOLDEN = Path(__file__).parents[1] / "golden" / "encounters.json"
MINIMA = {"far": airprox.Minima(9260.0, 304.8), "near": airprox.Minima(2000.0, 100.0)}
CASES = ("planar seconds", "planar timestamps", "geodetic seconds", "geodetic timestamps")
SHOWN = 3


def fleet(case: str) -> airprox.Fleet:
    """Flights that cross a common area, drawn from a seed by sums and products alone.

    No leg is so long that it is cut: cut points of geodesics come from the system's sine.
    """
    generator = random.Random(20240607)
    columns: dict[str, Any] = {name: [] for name in ("id", "time", "x", "y", "z")}
    for flight in range(14):
        time = generator.randrange(100)
        x, y = generator.uniform(-1e4, 1e4), generator.uniform(-1e4, 1e4)
        z = 9144.0 + 304.8 * generator.randrange(2)
        for _ in range(generator.randrange(3, 7)):
            for name, value in zip(columns, (f"F{flight}", time, x, y, z), strict=True):
                columns[name].append(value)
            step = generator.randrange(20, 70)
            time += step
            x, y = (place + generator.uniform(-150.0, 150.0) * step for place in (x, y))
            z += generator.choice((0.0, 0.0, 112.7, -304.8))
    columns = {name: np.array(values) for name, values in columns.items()}
    columns["time"] = columns["time"].astype(np.float64)
    if case.startswith("geodetic"):
        x, y = columns.pop("x"), columns.pop("y")
        columns |= {"lat": 47.0 + y / 111e3, "lon": 8.0 + x / 76e3, "alt": columns.pop("z")}
    if case.endswith("timestamps"):
        columns = scenarios.with_timestamps(columns)
    unit = "m" if "lat" in columns else None
    return airprox.Fleet.from_arrow(columns, altitude_unit=unit, naive_time="utc")


def rows_of(case: str) -> list[str]:
    """All rows of a case, of encounters and of closest approaches, each number spelt out."""
    found = fleet(case)
    tables = [
        airprox.screen(found, MINIMA).encounters,
        airprox.screen(found, MINIMA["far"], exact_edges=case.startswith("planar")).encounters,
        airprox.closest_approach(found, minima=MINIMA["far"], metric="ratio").pairs,
    ]
    return [
        " ".join(value.hex() if isinstance(value, float) else str(value) for value in row.values())
        for table in tables
        for row in promise.rows(table)
    ]


def summary(case: str) -> dict:
    rows = rows_of(case)
    digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return {"rows": len(rows), "sha256": digest, "first": rows[:SHOWN]}


@pytest.mark.parametrize("case", CASES)
def test_the_bits_are_those_of_the_golden_file(case):
    golden = json.loads(GOLDEN.read_text())
    assert summary(case) == golden["cases"][case], f"made on {golden['made on']}"


def test_the_bits_are_those_of_the_uncompiled_program():
    """The whole way from Arrow to Arrow; one frame and kind of time, the kernels' test has all."""
    case = "geodetic timestamps"
    here = Path(__file__)
    code = f"import json, test_determinism as t; print(json.dumps(t.summary({case!r})))"
    roots = [str(here.parent), str(here.parents[2]), *sys.path]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(roots), NUMBA_DISABLE_JIT="1")
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    assert json.loads(run.stdout) == summary(case)


def test_a_hundred_repeats_on_one_to_eight_threads_change_no_bit(monkeypatch):
    """Over slab lengths and sizes of tasks too; of so many knots several threads really share."""
    monkeypatch.setattr("airprox._plan.SMALL", 100)
    day = airprox.Fleet.from_arrow(scenarios.european_day(250), altitude_unit="m")
    minima = airprox.Minima(90_000.0, 600.0)
    whole = airprox.screen(day, minima, threads=1).encounters
    assert len(whole) >= 20
    tasks = set()
    for repeat in range(100):
        most = (262_144, 4_000, 1_000, 300)[repeat // 8 % 4]
        monkeypatch.setattr(_plan, "CHUNK_BOXES", most)
        monkeypatch.setattr(_plan, "LEAST_CHUNK", min(most, 8_192))
        options = {"threads": 1 + repeat % 8, "_slab": (None, 40.0, 900.0)[repeat % 3]}
        again = airprox.screen(day, minima, progress=lambda _, n: tasks.add(n), **options)
        assert again.encounters.equals(whole), options
    assert min(tasks) < 4
    assert max(tasks) > 40


def processor() -> str:
    """The model of the processor, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    numbers = [line.split()[-1] for line in lines if line.startswith(("cpu family", "model\t"))]
    return f"{names[0]} (family {numbers[0]}, model {numbers[1]})" if names else platform.machine()


if __name__ == "__main__":
    made_on = f"{processor()}, {platform.system()} {platform.machine()}"
    cases = {case: summary(case) for case in CASES}
    GOLDEN.write_text(json.dumps({"made on": made_on, "cases": cases}, indent=1) + "\n")
