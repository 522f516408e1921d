"""Deconflict a wave of departures by delays alone.

Sixty flights leave twelve airports within 20 minutes, for airports on the other side of the region
and at four flight levels. One after another, in order of departure, each gets the least delay that
keeps it clear of those before it. Then no two of them lose separation, as screening shows.

    python examples/deconflict_by_delays.py
"""

import math
import random

import airprox

MINIMA = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
HORIZON = 3600.0
FLIGHTS = 60
RADIUS = 200e3
"""Metres from the middle of the region to its airports."""


def wave(flights: int = FLIGHTS, seed: int = 1) -> airprox.Fleet:
    """Climb for 10 minutes, fly level, descend for 12; knots where the climb rate changes."""
    draw = random.Random(seed)
    rows = []
    for number in range(flights):
        start = draw.randrange(12)
        origin, target = (_airport(place) for place in (start, start + draw.choice((5, 6, 7))))
        level = draw.choice((310, 320, 330, 340)) * 100 * airprox.FT
        speed = draw.uniform(190.0, 230.0)
        lasting = math.dist(origin, target) / speed
        begin = draw.uniform(0.0, 1200.0)
        for elapsed, z in ((0.0, 0.0), (600.0, level), (lasting - 720.0, level), (lasting, 0.0)):
            x, y = (a + (b - a) * elapsed / lasting for a, b in zip(origin, target, strict=True))
            rows.append((f"DEP{number:03d}", begin + elapsed, x, y, z))
    names = ("id", "time", "x", "y", "z")
    return airprox.Fleet.from_arrow(
        dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    )


def _airport(place: int) -> tuple[float, float]:
    angle = place * math.tau / 12
    return RADIUS * math.cos(angle), RADIUS * math.sin(angle)


def departures(fleet: airprox.Fleet) -> list[str]:
    """The ids in order of departure."""
    knots = fleet.to_arrow()
    return knots.group_by("id").aggregate([("time", "min")]).sort_by("time_min")["id"].to_pylist()


def deconflict(fleet: airprox.Fleet) -> dict[str, float]:
    """The delay (s) of each flight: the least, from 0 on, that clears it of the earlier ones."""
    first, *others = departures(fleet)
    delays = {first: 0.0}
    cleared = fleet.select([first])
    for name in others:
        flight = fleet.select([name])
        free = airprox.free_delays(cleared, flight, HORIZON, MINIMA).delays.to_pylist()
        delays[name] = min(max(0.0, each["delay_start"]) for each in free if each["delay_end"] >= 0)
        cleared = airprox.concat([cleared, flight.shifted(delays[name])])
    return delays


def main() -> None:
    """Print what the delays are good for."""
    fleet = wave()
    before = airprox.screen(fleet, MINIMA).encounters.num_rows
    delays = deconflict(fleet)
    after = airprox.screen(fleet.shifted(delays), MINIMA).encounters.num_rows
    late = [delay for delay in delays.values() if delay > 0.0]
    print(f"{len(fleet)} flights, {before} encounters as planned")
    print(
        f"{len(late)} flights delayed by {sum(late) / len(late):.0f} s, at most {max(late):.0f} s"
    )
    print(f"{after} encounters then")


if __name__ == "__main__":
    main()
