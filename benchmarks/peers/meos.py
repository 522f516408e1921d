"""PyMEOS: pairs of flights whose boxes meet, then MEOS's distance and height; exact but for 1 µs.

MEOS counts time in whole microseconds, so its ends are rounded to those.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from airprox import Minima

from . import Pairs, Peer

BEGIN = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
FLIGHTS_AT_ONCE = 256


class Flights(NamedTuple):
    ids: np.ndarray
    places: list[Any]
    """A temporal point in the plane a flight."""
    heights: list[Any]
    """A temporal float a flight."""
    low: np.ndarray
    """Least time, x, y, z of each flight; shape (flights, 4)."""
    high: np.ndarray


def prepare(workload: Mapping[str, np.ndarray]) -> Flights:
    from pymeos import (
        TFloatInst,
        TFloatSeq,
        TGeomPointInst,
        TGeomPointSeq,
        pymeos_initialize,
    )
    from shapely import Point

    pymeos_initialize("UTC")
    ids, start = np.unique(workload["id"], return_index=True)
    columns = np.stack([workload[name] for name in ("time", "x", "y", "z")], axis=1)
    flights = np.split(columns, start[1:])
    places, heights = [], []
    for knots in flights:
        stamped = [(BEGIN + dt.timedelta(seconds=row[0]), row[1:]) for row in knots.tolist()]
        points = [TGeomPointInst(point=Point(p[0], p[1]), timestamp=when) for when, p in stamped]
        places.append(TGeomPointSeq(instant_list=points, lower_inc=True, upper_inc=True))
        levels = [TFloatInst(value=p[2], timestamp=when) for when, p in stamped]
        heights.append(TFloatSeq(instant_list=levels, lower_inc=True, upper_inc=True))
    low = np.stack([knots.min(axis=0) for knots in flights])
    high = np.stack([knots.max(axis=0) for knots in flights])
    return Flights(ids, places, heights, low, high)


def pairs(flights: Flights, minima: Minima) -> Pairs:
    from pymeos import FloatSpan

    band = FloatSpan(
        lower=-minima.vertical, upper=minima.vertical, lower_inc=False, upper_inc=False
    )
    found: Pairs = set()
    for a, b in _boxes_that_meet(flights, minima):
        near = flights.places[a].within_distance(flights.places[b], minima.horizontal)
        close = near.at(True) if near is not None else None
        if close is None:
            continue
        difference = (flights.heights[a] - flights.heights[b]).at(close.time())
        if difference is not None and difference.at(band) is not None:
            found.add((int(flights.ids[a]), int(flights.ids[b])))
    return found


def _boxes_that_meet(flights: Flights, minima: Minima) -> Iterator[tuple[int, int]]:
    margin = np.array([0.0, minima.horizontal, minima.horizontal, minima.vertical])
    count = len(flights.ids)
    for first in range(0, count, FLIGHTS_AT_ONCE):
        rows = slice(first, first + FLIGHTS_AT_ONCE)
        meet = np.all(flights.low[rows, None] - margin <= flights.high[None], axis=2)
        meet &= np.all(flights.low[None] - margin <= flights.high[rows, None], axis=2)
        for a, b in np.argwhere(meet).tolist():
            if first + a < b:
                yield first + a, b


PEER = Peer("PyMEOS", "pymeos", ("pymeos",), True, prepare, pairs)
