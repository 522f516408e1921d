"""Fleets in which everybody meets everybody: the most that a search can be made to find."""

import numpy as np

from airprox import Fleet

HOUR = 3600.0


def clique(flights: int, knots: int = 3) -> Fleet:
    """Flights that stay within 150 m and 10 m of each other for an hour: every pair once."""
    random = np.random.Generator(np.random.PCG64(flights))
    count = flights * knots
    return Fleet.from_arrow(
        {
            "id": np.repeat(np.arange(flights), knots),
            "time": np.tile(np.linspace(0.0, HOUR, knots), flights),
            "x": 100.0 * random.random(count),
            "y": 100.0 * random.random(count),
            "z": 10.0 * random.random(count),
        }
    )


def weaving(encounters: int) -> Fleet:
    """Two flights that meet so many times, once every two seconds."""
    time = np.arange(2.0 * encounters + 1.0)
    aside = np.where(np.arange(time.size) % 2 == 1, 0.0, 20e3)
    zero = np.zeros(time.size)
    return Fleet.from_arrow(
        {
            "id": np.repeat([0, 1], time.size),
            "time": np.tile(time, 2),
            "x": np.concatenate([zero, aside]),
            "y": np.tile(zero, 2),
            "z": np.tile(zero, 2),
        }
    )
