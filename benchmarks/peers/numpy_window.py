"""A sliding window in NumPy: each leg against those that start while it lasts; exact."""

from collections.abc import Mapping

import numpy as np

from airprox import Minima
from benchmarks.windows import windows

from . import Pairs, Peer, as_pairs
from .legs import Legs, boxes_meet, in_conflict, legs_of


def prepare(workload: Mapping[str, np.ndarray]) -> Legs:
    legs = legs_of(workload)
    order = np.argsort(legs.start, kind="stable")
    position, velocity = legs.position[:, order], legs.velocity[:, order]
    return Legs(legs.flight[order], legs.start[order], legs.end[order], position, velocity)


def pairs(legs: Legs, minima: Minima) -> Pairs:
    low, high = np.minimum(legs.position, legs.last), np.maximum(legs.position, legs.last)
    until = np.searchsorted(legs.start, legs.end)
    found: list[np.ndarray] = []
    for a, b in windows(until):
        for axis, margin in ((2, minima.vertical), (0, minima.horizontal), (1, minima.horizontal)):
            meet = boxes_meet(low[axis], high[axis], a, b, margin)
            a, b = a[meet], b[meet]
        other = legs.flight[a] != legs.flight[b]
        a, b = a[other], b[other]
        hit = in_conflict(legs, a, b, minima)
        found.append(np.stack([legs.flight[a[hit]], legs.flight[b[hit]]]))
    return as_pairs(*np.concatenate([np.empty((2, 0), np.int64), *found], axis=1))


PEER = Peer("NumPy sliding window", "numpy", ("numpy",), True, prepare, pairs)
