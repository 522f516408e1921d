"""A small fleet in each frame and kind of time, and what every public question answers about it.

`golden/answers.json` holds the bits of the answers, and which processors gave them. Written anew,
where a change of results is meant, by ``python tests/golden_answers.py``; with ``--compare`` the
file stays as it is and what differs is named, for a look from another processor.
"""

import hashlib
import json
import platform
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import airprox
import promise
from benchmarks import scenarios

FILE = Path(__file__).parent / "golden" / "answers.json"
FAR, NEAR = airprox.Minima(9260.0, 304.8), airprox.Minima(2000.0, 100.0)
BANDED = airprox.Minima(9260.0, 304.8, (airprox.Band(9200.0, 9600.0, 609.6),))
BY_KIND = airprox.MinimaTable({("drone", "drone"): NEAR, ("drone", "jet"): BANDED}, default=FAR)
CASES = ("planar seconds", "planar timestamps", "geodetic seconds", "geodetic timestamps")
SHOWN = 1


def columns_of(case: str) -> dict[str, Any]:
    """Flights that cross a common area, drawn from a seed by sums and products alone.

    In the geodetic frame the last six have legs of 5 to 1,000 km, of which the longer are cut.
    """
    generator = random.Random(20240607)
    columns: dict[str, Any] = {name: [] for name in ("id", "time", "x", "y", "z")}
    for flight in range(20):
        time = generator.randrange(100)
        x, y = generator.uniform(-1e4, 1e4), generator.uniform(-1e4, 1e4)
        z = 9144.0 + 304.8 * generator.randrange(2)
        speed = 150.0 if flight < 14 else 1_000.0 * 2.0 ** (flight - 14)
        for _ in range(generator.randrange(3, 7)):
            for name, value in zip(columns, (f"F{flight}", time, x, y, z), strict=True):
                columns[name].append(value)
            step = generator.randrange(20, 70)
            time += step
            x, y = (place + generator.uniform(-speed, speed) * step for place in (x, y))
            z += generator.choice((0.0, 0.0, 112.7, -304.8))
    columns = {name: np.array(values) for name, values in columns.items()}
    columns["time"] = columns["time"].astype(np.float64)
    columns["category"] = np.where(columns["id"] < "F2", "jet", "drone")
    if case.startswith("geodetic"):
        x, y = columns.pop("x"), columns.pop("y")
        columns |= {"lat": 47.0 + y / 111e3, "lon": 8.0 + x / 76e3, "alt": columns.pop("z")}
    return scenarios.with_timestamps(columns) if case.endswith("timestamps") else columns


def fleet(case: str, **uncertainty: Any) -> airprox.Fleet:
    columns = columns_of(case)
    unit = "m" if "lat" in columns else None
    return airprox.Fleet.from_arrow(columns, altitude_unit=unit, naive_time="utc", **uncertainty)


def _drawn(rows: int, ranges: dict[str, tuple[float, float]]) -> dict[str, Any]:
    generator = random.Random(20261123)
    return {
        name: np.array([generator.uniform(low, high) for _ in range(rows)])
        for name, (low, high) in ranges.items()
    }


def states(case: str) -> airprox.Fleet:
    """Many state vectors, straight on by track and speed for an hour.

    Of a system's own sines and arc tangents one in a thousand has another last bit.
    """
    planar = case.startswith("planar")
    box = (1e5, 1e5) if planar else (85.0, 180.0)
    names = ("x", "y", "z") if planar else ("lat", "lon", "alt")
    ranges = ((-box[0], box[0]), (-box[1], box[1]), (0.0, 12e3))
    position = dict(zip(names, ranges, strict=True))
    motion = {"track": (0.0, 360.0), "groundspeed": (0.0, 900.0), "vertical_rate": (-20.0, 20.0)}
    columns = _drawn(3_000, {"time": (0.0, 100.0), **position, **motion})
    columns["id"] = np.arange(3_000)
    if case.endswith("timestamps"):
        columns = scenarios.with_timestamps(columns)
    units: dict[str, Any] = {"speed_unit": "m/s", "vertical_rate_unit": "m/s"}
    unit = None if planar else "m"
    return airprox.Fleet.from_states(
        columns, horizon=3_600.0, altitude_unit=unit, naive_time="utc", **units
    )


def long_legs() -> airprox.Fleet:
    """Flights of one leg across Europe each, which is cut into many."""
    columns = _drawn(600, {"lat": (35.0, 60.0), "lon": (-10.0, 30.0), "alt": (9e3, 12e3)})
    start = np.repeat(np.arange(300) * 20.0, 2)
    columns |= {"id": np.repeat(np.arange(300), 2), "time": start + np.tile([0.0, 7_200.0], 300)}
    return airprox.Fleet.from_arrow(columns, altitude_unit="m")


def tried(case: str) -> pa.Table:
    """What an airspace of the first flights says of the others as candidates."""
    every = fleet(case)
    airspace = airprox.Airspace(FAR)
    airspace.upsert(every.select(every.ids[:9].to_pylist()))
    airspace.upsert(every.select(every.ids[9:].to_pylist()).shifted(7.0))
    return airspace.encounters


QUESTIONS: dict[str, Callable[[str], pa.Table]] = {
    "knots": lambda case: fleet(case).to_arrow(),
    "states": lambda case: states(case).to_arrow(),
    "levels": lambda case: airprox.screen(fleet(case), {"far": FAR, "near": NEAR}).encounters,
    "bands": lambda case: airprox.screen(fleet(case), BANDED).encounters,
    "categories": lambda case: airprox.screen(fleet(case), BY_KIND).encounters,
    "uncertain": lambda case: (
        airprox.screen(fleet(case, radius_growth=(0.3, 0.02)), FAR).encounters
    ),
    "airspace": tried,
    "horizontal": lambda case: airprox.closest_approach(fleet(case), minima=FAR).pairs,
    "slant": lambda case: airprox.closest_approach(fleet(case), metric="slant").pairs,
    "ratio": lambda case: airprox.closest_approach(fleet(case), metric="ratio", minima=FAR).pairs,
    "ratio in bands": lambda case: (
        airprox.closest_approach(fleet(case), metric="ratio", minima=BY_KIND).pairs
    ),
    "within": lambda case: airprox.closest_approach(fleet(case), metric="slant", within=9e3).pairs,
    "nearest": lambda case: airprox.closest_approach(fleet(case), nearest=3).pairs,
    "margins": lambda case: airprox.margins(fleet(case), BY_KIND),
    "forbidden delays": lambda case: (
        airprox.forbidden_delays(fleet(case), BY_KIND, horizon=400.0).delays
    ),
    "free delays": lambda case: (
        airprox.free_delays(fleet(case), fleet(case).select(["F3"]), 400.0, FAR).delays
    ),
    "time margins": lambda case: airprox.time_margin(fleet(case), FAR, horizon=400.0).margins,
}
PLANAR_ONLY: dict[str, Callable[[str], pa.Table]] = {
    "exact edges": lambda case: airprox.screen(fleet(case), FAR, exact_edges=True).encounters,
}
GEODETIC_ONLY: dict[str, Callable[[str], pa.Table]] = {
    "long legs": lambda _: airprox.screen(long_legs(), airprox.Minima(50e3, 1e3)).encounters,
}


def questions(case: str) -> dict[str, Callable[[str], pa.Table]]:
    """What is asked in a case, by name; the fleet of long legs is the same in both of its cases."""
    return QUESTIONS | (PLANAR_ONLY if case.startswith("planar") else GEODETIC_ONLY)


def rows_of(case: str, question: str) -> list[str]:
    """The rows of an answer, each number spelt out to its last bit."""
    return [_spelt([*row.values()]) for row in promise.rows(questions(case)[question](case))]


def _spelt(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return " ".join(map(_spelt, value.values() if isinstance(value, dict) else value))
    return value.hex() if isinstance(value, float) else str(value)


def summary(case: str, question: str) -> dict[str, Any]:
    """The number of rows of an answer, a sum of all and the first to look at."""
    rows = rows_of(case, question)
    digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return {"rows": len(rows), "sha256": digest, "first": [row[:400] for row in rows[:SHOWN]]}


def processor() -> str:
    """The model of the processor, where the system tells it, and the system."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    numbers = [line.split()[-1] for line in lines if line.startswith(("cpu family", "model\t"))]
    model = f"{names[0]} (family {numbers[0]}, model {numbers[1]})" if names else "a processor"
    return f"{model}, {platform.system()} {platform.machine()}"


def _differences(golden: dict[str, Any], found: dict[str, Any]) -> list[str]:
    return [
        f"{case}, {question}"
        for case, answers in found.items()
        for question, answer in answers.items()
        if answer != golden["cases"][case][question]
    ]


if __name__ == "__main__":
    answers = {case: {name: summary(case, name) for name in questions(case)} for case in CASES}
    if "--compare" in sys.argv:
        different = _differences(json.loads(FILE.read_text()), answers)
        print(processor(), "gives", different or "the same bits")
        sys.exit(bool(different))
    made = {"made on": [processor()], "cases": answers}
    FILE.write_text(json.dumps(made, indent=1) + "\n")
