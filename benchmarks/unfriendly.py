"""Fleets that a search tuned for a usual day could choke on, each made from the usual flights.

Every function returns a workload as `scenarios` describes it. What is fair to ask of them is the
friendly day's time for each knot, each encounter and each pair that comes near (see `counting`).
"""

from collections.abc import Callable

import numpy as np

from . import scenarios
from .scenarios import HOUR, Workload

FLIGHTS = 30_000
"""Usual flights around the single odd one."""
KNOTS_OF_ONE = 100_000
FASTEST = 7_800.0
"""Metres a second, as in a low orbit: 468 km between two knots."""
SPREAD = 4_000.0
"""Metres: half the side of the square through which all flights pass at one time."""


def one_cell(flights: int = 2_000, *, seed: int = 0) -> Workload:
    """All flights half-way at one time, inside one square smaller than the minima."""
    workload = scenarios.enroute(flights, seed=seed)
    first, last = _ends(workload)
    random = np.random.Generator(np.random.PCG64(seed + 1))
    moved = dict(workload)
    for axis, spread in (("x", SPREAD), ("y", SPREAD), ("time", 0.0)):
        middle = (workload[axis][first] + workload[axis][last]) / 2
        aside = spread * (2.0 * random.random(len(first)) - 1.0)
        shift = np.round(aside - middle, 3)[workload["id"]]
        moved[axis] = np.round(workload[axis] + shift, 3)
    return moved


def one_fast(flights: int = FLIGHTS, *, seed: int = 0) -> Workload:
    """A day in which one flight crosses everything at 7.8 km/s, again and again."""
    time = np.arange(0.0, 24 * HOUR + 1.0, 60.0)
    way = (FASTEST * time) % 5_000_000.0
    x = np.where(way < 2_500_000.0, way, 5_000_000.0 - way)
    z = np.full(len(time), 350 * scenarios.FLIGHT_LEVEL)
    return _joined(scenarios.european_day(flights, seed=seed), time, x, x / 2, z)


def one_long_minima(flights: int = FLIGHTS, *, seed: int = 0) -> Workload:
    """A day in which one flight, the last, needs far larger minima than all others.

    The column `category` is "wide" for that flight and "usual" for the others.
    """
    workload = scenarios.european_day(flights, seed=seed)
    last = workload["id"] == flights - 1
    return workload | {"category": np.where(last, "wide", "usual")}


def knots_every_second(flights: int = 500, *, seed: int = 0) -> Workload:
    """Usual flights, written down every second instead of every minute."""
    workload = scenarios.enroute(flights, seed=seed)
    first, last = _ends(workload)
    parts = []
    for number, (low, high) in enumerate(zip(first, last, strict=True)):
        knots = workload["time"][low : high + 1]
        time = np.append(np.arange(knots[0], knots[-1] - 0.5), knots[-1])
        part = {"id": np.full(len(time), number), "time": np.round(time, 3)}
        for axis in ("x", "y", "z"):
            part[axis] = np.round(np.interp(time, knots, workload[axis][low : high + 1]), 3)
        parts.append(part)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def one_long_flight(flights: int = FLIGHTS, *, seed: int = 0) -> Workload:
    """A day in which one flight, circling over the middle, has 100,000 knots."""
    time = np.round(np.linspace(0.0, 24 * HOUR, KNOTS_OF_ONE), 3)
    angle = 2 * np.pi * time / 1_800.0
    x = np.round(1_250_000.0 + 60_000.0 * np.cos(angle), 3)
    y = np.round(1_250_000.0 + 60_000.0 * np.sin(angle), 3)
    z = np.full(len(time), 350 * scenarios.FLIGHT_LEVEL)
    return _joined(scenarios.european_day(flights, seed=seed), time, x, y, z)


def one_minute(flights: int = 10_000, *, seed: int = 0) -> Workload:
    """All departures within one minute, in the square of the European day."""
    return scenarios.enroute(flights, hours=1 / 60, side=2_500_000.0, seed=seed)


ALL: dict[str, Callable[..., Workload]] = {
    "one cell": one_cell,
    "one fast flight": one_fast,
    "one flight of long minima": one_long_minima,
    "knots every second": knots_every_second,
    "one flight of 100,000 knots": one_long_flight,
    "departures in one minute": one_minute,
}


def _ends(workload: Workload) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last knot of each flight."""
    starts = np.flatnonzero(np.diff(workload["id"], prepend=-1, append=-1))
    return starts[:-1], starts[1:] - 1


def _joined(
    workload: Workload, time: np.ndarray, x: np.ndarray, y: np.ndarray, z: np.ndarray
) -> Workload:
    """Return a workload with one more flight, the last."""
    number = np.full(len(time), int(workload["id"].max(initial=-1)) + 1)
    extra = {"id": number, "time": time, "x": x, "y": y, "z": z}
    return {name: np.concatenate([workload[name], extra[name]]) for name in workload}
