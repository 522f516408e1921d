"""Closest approaches in bulk, beside a plain merge over both knot lists of every pair.

The baseline does 3,000 flights of 101 knots that depart within two hours pair by pair on one thread
(`baselines`). Figures of one group are measured in one process, so that a noisy machine spoils all
of them alike; what counts are their ratios.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import airprox
from airprox import Fleet, Minima
from benchmarks import baselines, scenarios

FLIGHTS, TRIED = 3000, 60
HOURS, SPACING = 2.0, 48.0
"""Departures, and seconds between knots: 101 a flight."""
RANDOM_PAIRS, TRIED_PAIRS = 1_000_000, 1000
AGREED_FLIGHTS, AGREED_PAIRS = 400, 100_000
"""Where nothing is measured, so many agree with the plain merge."""
GRANTED = 200 * 2**20
"""Bytes beyond fleet and result."""
PROGRAM = """
import ctypes, json, sys
import airprox
from benchmarks import scenarios

def resident(name):
    with open("/proc/self/status") as status:
        return next(int(row.split()[1]) * 1024 for row in status if row.startswith(name))

flights = int(sys.argv[1])
small = airprox.Fleet.from_arrow(scenarios.enroute(min(flights, 200), hours=2.0, spacing=48.0))
airprox.closest_approach(small)
fleet = airprox.Fleet.from_arrow(scenarios.enroute(flights, hours=2.0, spacing=48.0))
ctypes.CDLL(None).malloc_trim(0)
with open("/proc/self/clear_refs", "w") as clear:
    clear.write("5")
before = resident("VmRSS")
pairs = airprox.closest_approach(fleet).pairs
peak = resident("VmHWM") - before
print(json.dumps({"pairs": pairs.num_rows, "result": pairs.nbytes, "beyond": peak - pairs.nbytes}))
"""


def every_so_often(flights: int, knots: int) -> scenarios.Workload:
    """Flights of 80 minutes that turn a little at each of so many knots, evenly spaced in time."""
    random = np.random.Generator(np.random.PCG64(knots))
    time = np.linspace(0.0, 4800.0, knots)
    departure = 3600.0 * HOURS * random.random(flights)
    course = 2 * np.pi * random.random(flights)[:, None]
    # The same wandering for any number of knots: a slow turn, seen at more or fewer points.
    sway = 0.3 * np.sin(2 * np.pi * (time[None, :] / 2400.0 + random.random(flights)[:, None]))
    way = 225.0 * np.diff(time, prepend=0.0)
    x = 1.5e6 * random.random(flights)[:, None] + np.cumsum(way * np.cos(course + sway), axis=1)
    y = 1.5e6 * random.random(flights)[:, None] + np.cumsum(way * np.sin(course + sway), axis=1)
    level = 304.8 * np.floor(20 + 20 * random.random(flights))
    return {
        "id": np.repeat(np.arange(flights), knots),
        "time": np.round(departure[:, None] + time, 3).ravel(),
        "x": x.ravel(),
        "y": y.ravel(),
        "z": np.repeat(level, knots),
    }


@pytest.fixture(scope="module")
def size(measured: bool) -> int:
    return FLIGHTS if measured else TRIED


@pytest.fixture(scope="module")
def workload(size: int) -> scenarios.Workload:
    return scenarios.enroute(size, hours=HOURS, spacing=SPACING)


@pytest.fixture(scope="module")
def traffic(workload: scenarios.Workload) -> Fleet:
    return Fleet.from_arrow(workload)


@pytest.mark.benchmark(group="closest, all pairs")
def test_plain_merge(benchmark: BenchmarkFixture, workload: scenarios.Workload, size: int) -> None:
    """One thread, and a sum for a result: nothing is written."""
    lists = baselines.flights(workload)
    baselines.merge_all(*lists, 0, 1)
    pairs, _ = benchmark.pedantic(baselines.merge_all, args=(*lists, 0, size), rounds=3)
    benchmark.extra_info["pairs"] = pairs


@pytest.mark.benchmark(group="closest, all pairs")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("metric", ["horizontal", "slant", "ratio"])
def test_all_pairs(
    benchmark: BenchmarkFixture, traffic: Fleet, minima: Minima, metric: str, threads: int
) -> None:
    options = {"metric": metric, "minima": minima, "threads": threads}
    airprox.closest_approach(traffic, **options)
    result = benchmark.pedantic(airprox.closest_approach, args=(traffic,), kwargs=options, rounds=5)
    benchmark.extra_info["pairs"] = len(result)
    benchmark.extra_info["intervals, a pair"] = result.receipt.legs_tested / max(len(result), 1)
    assert result.receipt.complete


@pytest.mark.benchmark(group="closest, all pairs")
def test_all_pairs_geodetic(benchmark: BenchmarkFixture, workload: scenarios.Workload) -> None:
    placed = Fleet.from_arrow(scenarios.over_europe(workload), altitude_unit="m")
    airprox.closest_approach(placed, threads=1)
    options = {"threads": 1}
    result = benchmark.pedantic(airprox.closest_approach, args=(placed,), kwargs=options, rounds=3)
    benchmark.extra_info["intervals, a pair"] = result.receipt.legs_tested / max(len(result), 1)


@pytest.mark.benchmark(group="closest, all pairs")
def test_table_of_pairs(
    benchmark: BenchmarkFixture, traffic: Fleet, measured: bool, size: int
) -> None:
    """A million random pairs, in no order; some never meet."""
    random = np.random.Generator(np.random.PCG64(1))
    own = (random.random(RANDOM_PAIRS if measured else TRIED_PAIRS) * size).astype(np.int64)
    other = (own + 1 + (random.random(own.size) * (size - 1)).astype(np.int64)) % size
    options = {"pairs": {"own_row": own, "other_row": other}, "threads": 1}
    airprox.closest_approach(traffic, **options)
    result = benchmark.pedantic(airprox.closest_approach, args=(traffic,), kwargs=options, rounds=3)
    benchmark.extra_info["pairs"] = len(result)


@pytest.mark.benchmark(group="closest, single pair")
@pytest.mark.parametrize("rows", [2, 300])
def test_single_pair(benchmark: BenchmarkFixture, rows: int) -> None:
    """Through the API, warm."""
    fleet = Fleet.from_arrow(scenarios.enroute(rows, hours=HOURS))
    asked = {"own_row": [0], "other_row": [1]}
    airprox.closest_approach(fleet, pairs=asked)
    result = benchmark(airprox.closest_approach, fleet, pairs=asked)
    assert result.receipt.pairs_asked == 1


@pytest.mark.benchmark(group="closest, the European day")
def test_screen_the_day(benchmark: BenchmarkFixture, fleet: Fleet, minima: Minima) -> None:
    airprox.screen(fleet, minima)
    assert benchmark(airprox.screen, fleet, minima).receipt.complete


@pytest.mark.benchmark(group="closest, the European day")
def test_nearest_of_the_day(benchmark: BenchmarkFixture, fleet: Fleet) -> None:
    airprox.closest_approach(fleet, nearest=1)
    options = {"nearest": 1}
    result = benchmark.pedantic(airprox.closest_approach, args=(fleet,), kwargs=options, rounds=5)
    benchmark.extra_info["rows"] = len(result)


@pytest.mark.benchmark(group="closest, the European day")
def test_within_of_the_day(benchmark: BenchmarkFixture, fleet: Fleet, minima: Minima) -> None:
    """The pairs within the minima in both directions at once: those that `screen` reports."""
    options = {"metric": "ratio", "minima": minima, "within": 1.0}
    airprox.closest_approach(fleet, **options)
    result = benchmark.pedantic(airprox.closest_approach, args=(fleet,), kwargs=options, rounds=5)
    benchmark.extra_info["rows"] = len(result)


@pytest.mark.benchmark(group="closest, growth with knots")
@pytest.mark.parametrize("knots", [30, 100, 300, 1000])
def test_growth_with_knots(benchmark: BenchmarkFixture, knots: int, measured: bool) -> None:
    fleet = Fleet.from_arrow(every_so_often(1000 if measured else TRIED, knots))
    options = {"threads": 1}
    airprox.closest_approach(fleet, **options)
    result = benchmark.pedantic(airprox.closest_approach, args=(fleet,), kwargs=options, rounds=3)
    benchmark.extra_info["pairs"] = len(result)
    benchmark.extra_info["intervals, a pair"] = result.receipt.legs_tested / max(len(result), 1)


@pytest.mark.benchmark(group="closest, growth with flights")
@pytest.mark.parametrize("share", [4, 2, 1])
def test_growth_with_flights(benchmark: BenchmarkFixture, share: int, size: int) -> None:
    fleet = Fleet.from_arrow(scenarios.enroute(size // share, hours=HOURS, spacing=SPACING))
    options = {"threads": 1}
    airprox.closest_approach(fleet, **options)
    result = benchmark.pedantic(airprox.closest_approach, args=(fleet,), kwargs=options, rounds=3)
    benchmark.extra_info["pairs"] = len(result)


@pytest.mark.benchmark(group="closest, memory")
@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="Linux tells of peaks")
def test_peak_memory(benchmark: BenchmarkFixture, size: int) -> None:
    """Resident memory beyond fleet and result, in a process of its own."""
    paths = os.pathsep.join(path for path in sys.path if path)

    def run() -> dict[str, int]:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(size)],
            env=os.environ | {"PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    found = benchmark.pedantic(run, rounds=1)
    benchmark.extra_info.update(found)
    assert found["beyond"] < GRANTED


def test_the_plain_merge_agrees(measured: bool) -> None:
    """Within 1e-6 m, and 1e-5 s where the time is determined, on random pairs.

    A distance that hardly changes around its minimum does not determine the time: fewer than one
    pair in a hundred, which are off by less than a second.
    """
    random = np.random.Generator(np.random.PCG64(2))
    size, count = (FLIGHTS, RANDOM_PAIRS) if measured else (AGREED_FLIGHTS, AGREED_PAIRS)
    workload = scenarios.enroute(size, hours=HOURS, spacing=SPACING)
    traffic = Fleet.from_arrow(workload)
    own = (random.random(count) * size).astype(np.int64)
    other = (own + 1 + (random.random(count) * (size - 1)).astype(np.int64)) % size
    distance, when = np.empty(count), np.empty(count)
    baselines.merge_pairs(*baselines.flights(workload), own, other, distance, when)
    met = np.isfinite(distance)
    pairs = airprox.closest_approach(traffic, pairs={"own_row": own, "other_row": other}).pairs
    assert np.array_equal(pairs["own_row"].to_numpy(), own[met])
    found = pairs["cpa_horizontal"].to_numpy()
    assert np.abs(found - distance[met]).max(initial=0.0) < 1e-6
    # Rounding moves a minimum of distance d and relative speed v by about sqrt(2 d e) / v.
    late = np.abs(pairs["cpa_time"].to_numpy() - when[met])
    assert np.mean(late < 1e-5) > 0.99
    assert late.max(initial=0.0) < 1.0
