"""BlueSky's own C++ (`cstatebased`): state vectors, straight ahead for 300 s, every pair.

BlueSky 1.1.1 from the package index: its default compiled geo functions are wrong, and so are not
used here (`cstatebased` brings its own, on a sphere); it also reports pairs exactly 1000 ft apart.
"""

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np

from airprox import Minima

from . import Pairs, Peer, as_pairs

LOOK_AHEAD = 300.0


def prepare(states: Mapping[str, np.ndarray]) -> SimpleNamespace:
    count = len(states["id"])
    columns = {"lat": "lat", "lon": "lon", "trk": "track", "gs": "groundspeed"}
    columns |= {"alt": "alt", "vs": "vertical_rate"}
    arrays = {name: states[column].astype(np.float64) for name, column in columns.items()}
    return SimpleNamespace(ntraf=count, id=states["id"].tolist(), **arrays)


def pairs(traffic: SimpleNamespace, minima: Minima) -> Pairs:
    from bluesky.traffic.asas import cstatebased

    wide = np.full(traffic.ntraf, minima.horizontal)
    high = np.full(traffic.ntraf, minima.vertical)
    ahead = np.full(traffic.ntraf, LOOK_AHEAD)
    found, *_ = cstatebased.detect(traffic, traffic, wide, high, ahead)
    both = np.array(found, np.int64).reshape(-1, 2)
    return as_pairs(both[:, 0], both[:, 1])


PEER = Peer(
    "BlueSky cstatebased",
    "bluesky-simulator",
    ("bluesky.traffic.asas.cstatebased",),
    False,
    prepare,
    pairs,
)
