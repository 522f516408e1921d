"""Plans of worlds of 10⁵ to 10⁸ legs: partitions, legs carried twice, bytes, balance.

    python -m benchmarks.scale             measure, and print the tables of docs/scale.md
    python -m benchmarks.scale --largest 1e6   only worlds up to so many legs

Two shapes grow in two ways. "Recorded year" is European days one after the other: it grows in time.
"Drone cities" are cities of 10,000 drone flights of a day each: it grows in space. Up to 10⁷ legs
a fleet is made and planned by `airprox.distributed.plan`, and all its partitions are done. Above,
flights are made a block at a time and only counted into slabs, as a plan would divide them.
"""

import argparse
import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from airprox import FT, NM, Fleet, Minima, distributed

from . import scenarios

DAY = 86_400.0
PLANNED = 1e7
"""Legs up to which a fleet is made."""
BLOCK = 1e6
"""Legs that are made at a time beyond."""
PARTITION = 1.25e5
"""Legs of a partition in the small worlds; large ones have `MOST` partitions."""
MOST = 64


class Shape(NamedTuple):
    """A world that grows."""

    name: str
    minima: Minima
    legs_of_a_flight: float
    legs_of_a_unit: float
    """Of a day, or of a city."""


YEAR = Shape("recorded year", Minima(horizontal=5 * NM, vertical=1000 * FT), 80.0, 2.64e6)
CITIES = Shape("drone cities", Minima(horizontal=50.0, vertical=15.0), 74.5, 7.45e5)


class Measured(NamedTuple):
    """What a world costs."""

    shape: str
    legs: int
    partitions: int
    twice: float
    """Share of legs."""
    bytes_of_a_leg: float
    balance: float
    """Legs of the fullest partition, by the mean."""
    plan: float
    """Nanoseconds of a leg, of this machine."""
    work: float
    """Nanoseconds of a leg, of one processor; 0 where it was only planned."""


def flights_of(shape: Shape, flights: int, first: float, units: float) -> scenarios.Workload:
    """Return some flights, `first` units into the world, over so many units."""
    seed = int(first * 1000)
    if shape is YEAR:
        found = scenarios.enroute(flights, hours=24.0 * units, side=2.5e6, seed=seed)
        found["time"] = found["time"] + first * DAY
        return found
    return drones(flights, max(1, round(units)), seed)


def drones(flights: int, cities: int, seed: int) -> scenarios.Workload:
    """Flights of 5 to 20 minutes at 10 to 20 m/s, 30 to 120 m high, with a knot every 10 s.

    All cities have the same day, are 20 km wide, and 100 km apart.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    knots = random.integers(31, 121, flights)
    last = knots.cumsum()
    flight = np.repeat(np.arange(flights), knots)
    elapsed = 10.0 * (np.arange(last[-1]) - np.repeat(last - knots, knots))
    city = random.integers(0, cities, flights)
    heading, speed = random.uniform(0.0, 2 * np.pi, flights), random.uniform(10.0, 20.0, flights)
    x = random.uniform(0.0, 20_000.0, flights) + 100_000.0 * city
    y = random.uniform(0.0, 20_000.0, flights)
    return {
        "id": flight,
        "time": random.uniform(0.0, DAY, flights)[flight] + elapsed,
        "x": x[flight] + (speed * np.cos(heading))[flight] * elapsed,
        "y": y[flight] + (speed * np.sin(heading))[flight] * elapsed,
        "z": random.uniform(30.0, 120.0, flights)[flight],
    }


def planned(shape: Shape, legs: float) -> Measured:
    """Plan a world and do its partitions, one after the other."""
    workload = flights_of(
        shape, int(legs / shape.legs_of_a_flight), 0.0, legs / shape.legs_of_a_unit
    )
    fleet = Fleet.from_arrow(dict(workload))
    del workload
    count = min(MOST, max(2, int(legs / PARTITION)))
    begun = time.perf_counter()
    plan = distributed.plan(fleet, shape.minima, partitions=count)
    planning = time.perf_counter() - begun
    sizes = [len(each) for each in plan.descriptors[:-1]]
    once = plan.legs - plan.legs_twice
    begun = time.perf_counter()
    for number in range(len(plan)):
        distributed.run_partition(plan.descriptors[number])
    work = time.perf_counter() - begun
    return Measured(
        shape.name, once, len(sizes), plan.legs_twice / once, sum(sizes) / once,
        max(sizes) * len(sizes) / sum(sizes), planning / once * 1e9, work / once * 1e9,
    )  # fmt: skip


def blocks(shape: Shape, legs: float) -> Iterator[scenarios.Workload]:
    """Yield a world, some flights at a time."""
    count = round(legs / BLOCK)
    units = legs / shape.legs_of_a_unit
    for number in range(count):
        flights = int(BLOCK / shape.legs_of_a_flight)
        if shape is YEAR:
            yield flights_of(shape, flights, number * units / count, units / count)
        else:
            yield drones(flights, max(1, round(units)), number)


def counted(shape: Shape, legs: float, bytes_of_a_leg: float) -> Measured:
    """Count a world into slabs of equal length, block by block: no fleet is made."""
    end = DAY * (legs / YEAR.legs_of_a_unit if shape is YEAR else 1.0)
    edges = np.linspace(0.0, end, MOST + 1)[1:-1]
    inside = np.zeros(MOST)
    total = 0
    begun = time.perf_counter()
    for block in blocks(shape, legs):
        flight, instant = block["id"], block["time"].astype(np.float64)
        leg = np.flatnonzero(flight[1:] == flight[:-1])
        first = np.searchsorted(edges, instant[leg], side="right")
        last = np.searchsorted(edges, instant[leg + 1], side="left")
        total += leg.size
        inside += np.bincount(first, minlength=MOST)
        for more in range(1, int((last - first).max(initial=0)) + 1):
            inside += np.bincount((first + more)[last >= first + more], minlength=MOST)
    taken = time.perf_counter() - begun
    return Measured(
        f"{shape.name}, counted", total, MOST, float(inside.sum() / total - 1.0), bytes_of_a_leg,
        float(inside.max() / inside.mean()), taken / total * 1e9, 0.0,
    )  # fmt: skip


def as_row(found: Measured) -> str:
    """Return a row of the table in Markdown."""
    work = f"{found.work:.0f}" if found.work else "–"
    return (
        f"| {found.shape} | {found.legs:,} | {found.partitions} | {100 * found.twice:.2g} % | "
        f"{found.bytes_of_a_leg:.0f} | {found.balance:.2f} | {found.plan:.0f} | {work} |"
    )


def main() -> None:
    """Measure all worlds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=float, default=1e8)
    largest = parser.parse_args().largest
    print("| world | legs | partitions | twice | bytes a leg | fullest | plan, ns | work, ns |")
    print("|---|---|---|---|---|---|---|---|")
    for shape in (YEAR, CITIES):
        size = 0.0
        planned(shape, 1e5)  # compiled, and touched
        for legs in (1e5, 1e6, 1e7, 1e8):
            if legs > largest:
                continue
            found = planned(shape, legs) if legs <= PLANNED else counted(shape, legs, size)
            size = found.bytes_of_a_leg
            print(as_row(found), flush=True)


if __name__ == "__main__":
    main()
