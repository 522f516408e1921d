"""Deconflict a wave of departures by delays and levels: simulated annealing on an airspace.

Run it as ``python examples/anneal_departures.py [flights] [seed]``. Every step takes one flight of
those that are in conflict, asks the airspace about a few alternatives of it at once, delayed and at
other levels, and flies one of them: the best, or now and then a worse one while it is hot.
"""

import math
import random
import sys
import time
from typing import NamedTuple

import numpy as np
import pyarrow as pa

import airprox

LEVELS = tuple(range(280, 410, 10))
"""Flight levels, in hundreds of feet."""
LONGEST_DELAY = 1800.0
SIDE = 600_000.0
MINIMA = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)


class Route(NamedTuple):
    """A straight flight across the area: departure (s), duration (s), from and to (m)."""

    departure: float
    duration: float
    start: tuple[float, float]
    end: tuple[float, float]


class Choice(NamedTuple):
    """How a flight is flown."""

    delay: float
    level: int


class Outcome(NamedTuple):
    """What annealing came to."""

    airspace: airprox.Airspace
    choices: list[Choice]
    before: int
    """Encounters that there were to begin with."""
    probes: int
    seconds: float
    """Time spent in probes."""


def make_routes(count: int, seed: int) -> list[Route]:
    """A wave of flights that depart within an hour."""
    draw = random.Random(seed)
    routes: list[Route] = []
    for _ in range(count):
        angle = draw.uniform(0.0, 2.0 * math.pi)
        middle = [draw.uniform(0.3, 0.7) * SIDE for _ in range(2)]
        half = draw.uniform(0.3, 0.5) * SIDE
        east, north = half * math.cos(angle), half * math.sin(angle)
        speed = draw.uniform(200.0, 250.0)
        routes.append(
            Route(
                draw.uniform(0.0, 3600.0),
                2.0 * half / speed,
                (middle[0] - east, middle[1] - north),
                (middle[0] + east, middle[1] + north),
            )
        )
    return routes


def fly(
    ids: list[str], routes: list[Route], choices: list[Choice], flights: list[int]
) -> airprox.Fleet:
    """The fleet of some choices, each of which stands in for the flight of that number."""
    departure = np.array([r.departure + c.delay for r, c in zip(routes, choices, strict=True)])
    duration = np.array([route.duration for route in routes])
    ends = np.array([[*route.start, *route.end] for route in routes]).reshape(-1, 4)
    level = np.repeat([choice.level * 100 * airprox.FT for choice in choices], 2)
    return airprox.Fleet.from_arrow(
        {
            "id": np.repeat(ids, 2),
            "time": np.stack([departure, departure + duration], axis=1).ravel(),
            "x": ends[:, [0, 2]].ravel(),
            "y": ends[:, [1, 3]].ravel(),
            "z": level,
            "flight": np.repeat([str(flight) for flight in flights], 2),
        },
        carry=["flight"],
    )


def cost(encounters: int, choice: Choice, wanted: int) -> float:
    """Encounters first; then minutes of delay, of which a level is worth three."""
    return 100.0 * encounters + choice.delay / 60.0 + 0.3 * abs(choice.level - wanted)


def anneal(count: int, seed: int = 0, *, alternatives: int = 16, most: int = 100_000) -> Outcome:
    """Deconflict `count` flights in at most `most` steps."""
    draw = random.Random(seed)
    routes = make_routes(count, seed)
    wanted = [draw.choice(LEVELS) for _ in routes]
    choices = [Choice(0.0, level) for level in wanted]
    names = [str(flight) for flight in range(count)]
    airspace = airprox.Airspace(MINIMA)
    airspace.upsert(fly(names, routes, choices, list(range(count))))
    before, degrees = airspace.encounters.num_rows, _ends(airspace.encounters, count)
    probes, seconds = 0, 0.0
    for step in range(most):
        busy = np.flatnonzero(degrees)
        if not busy.size:
            break
        heat = 40.0 * 0.999**step
        flight = int(draw.choice(busy.tolist()))
        options = [
            Choice(60.0 * draw.randint(0, int(LONGEST_DELAY) // 60), draw.choice(LEVELS))
            for _ in range(alternatives)
        ]
        labels = [f"{flight}/{number}" for number in range(alternatives)]
        fleet = fly(labels, [routes[flight]] * alternatives, options, [flight] * alternatives)
        begin = time.perf_counter()
        summary = airspace.probe(fleet, replaces="flight", summary=True)
        seconds += time.perf_counter() - begin
        probes += alternatives
        found = summary["encounters"].to_pylist()
        costs = [cost(n, c, wanted[flight]) for n, c in zip(found, options, strict=True)]
        best = min(range(alternatives), key=costs.__getitem__)
        now = cost(int(degrees[flight]), choices[flight], wanted[flight])
        if costs[best] < now or draw.random() < math.exp((now - costs[best]) / max(heat, 1e-9)):
            choices[flight] = options[best]
            delta = airspace.upsert(
                fly(
                    names[flight : flight + 1], [routes[flight]], options[best : best + 1], [flight]
                )
            )
            degrees += _ends(delta.new, count) - _ends(delta.cleared, count)
    return Outcome(airspace, choices, before, probes, seconds)


def _ends(encounters: pa.Table, count: int) -> np.ndarray:
    """How many of the encounters each flight is in; rows are numbers of flights here."""
    rows = [encounters[name].to_numpy() for name in ("own_row", "other_row")]
    return np.bincount(np.concatenate(rows), minlength=count)


def main(arguments: list[str]) -> None:
    """Anneal, and say what came of it."""
    count = int(arguments[0]) if arguments else 500
    seed = int(arguments[1]) if len(arguments) > 1 else 0
    outcome = anneal(count, seed)
    delays = [choice.delay / 60.0 for choice in outcome.choices]
    again = airprox.screen(outcome.airspace.snapshot().fleet, MINIMA)
    print(f"{count} flights: {outcome.before} encounters before, {len(again)} after")
    print(f"{outcome.probes:,} probes, {outcome.probes / max(outcome.seconds, 1e-9):,.0f} a second")
    print(
        f"delays of {np.mean(delays):.1f} min in the mean, {max(delays, default=0.0):.0f} at most"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
