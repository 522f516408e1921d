"""Positions every 10 s, and a scipy cKDTree for each instant; misses what happens in between."""

from itertools import pairwise

import numpy as np

from airprox import Minima

from . import Pairs, Peer, as_pairs
from .legs import Legs, legs_of

STEP = 10.0
INSTANTS_AT_ONCE = 360
"""An hour: a whole day of samples at once would take 2 GB."""


def pairs(legs: Legs, minima: Minima) -> Pairs:
    from scipy.spatial import cKDTree

    found: list[np.ndarray] = [np.empty((0, 2), np.int64)]
    first, last = np.ceil(legs.start / STEP), np.floor(legs.end / STEP)
    for begin in np.arange(first.min(initial=0.0), last.max(initial=-1.0) + 1, INSTANTS_AT_ONCE):
        chosen = np.flatnonzero((first < begin + INSTANTS_AT_ONCE) & (last >= begin))
        instant, leg = _samples(
            np.maximum(first[chosen], begin),
            np.minimum(last[chosen], begin + INSTANTS_AT_ONCE - 1),
            chosen,
        )
        place = legs.position[:, leg] + legs.velocity[:, leg] * (instant * STEP - legs.start[leg])
        edges = np.flatnonzero(np.diff(instant, prepend=-np.inf, append=np.inf))
        for low, high in pairwise(edges.tolist()):
            tree = cKDTree(place[:2, low:high].T)
            near = tree.query_pairs(minima.horizontal, output_type="ndarray") + low
            height = np.abs(place[2, near[:, 0]] - place[2, near[:, 1]])
            hit = legs.flight[leg[near[height < minima.vertical]]]
            found.append(hit.reshape(-1, 2))
    both = np.concatenate(found)
    both = both[both[:, 0] != both[:, 1]]  # a knot on an instant is on two legs of one flight
    return as_pairs(both[:, 0], both[:, 1])


def _samples(first: np.ndarray, last: np.ndarray, leg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of the instant and the leg of each sample, by instant."""
    count = np.maximum(last - first + 1, 0).astype(np.int64)
    rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    instant = np.repeat(first, count) + rank
    order = np.argsort(instant, kind="stable")
    return instant[order], np.repeat(leg, count)[order]


PEER = Peer("scipy cKDTree, 10 s samples", "scipy", ("scipy.spatial",), False, legs_of, pairs)
