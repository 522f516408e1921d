"""A join with shapely's STRtree over time and x, then boxes and the closed form; exact."""

import numpy as np

from airprox import Minima

from . import Pairs, Peer, as_pairs
from .legs import Legs, boxes_meet, in_conflict, legs_of

LEGS_AT_ONCE = 20_000


def pairs(legs: Legs, minima: Minima) -> Pairs:
    import shapely

    low, high = np.minimum(legs.position, legs.last), np.maximum(legs.position, legs.last)
    tree = shapely.STRtree(shapely.box(legs.start, low[0], legs.end, high[0]))
    wide = shapely.box(
        legs.start, low[0] - minima.horizontal, legs.end, high[0] + minima.horizontal
    )
    found: list[np.ndarray] = []
    for first in range(0, len(wide), LEGS_AT_ONCE):
        a, b = tree.query(wide[first : first + LEGS_AT_ONCE])
        a = a + first
        a, b = a[a < b], b[a < b]
        for axis, margin in ((2, minima.vertical), (1, minima.horizontal)):
            meet = boxes_meet(low[axis], high[axis], a, b, margin)
            a, b = a[meet], b[meet]
        other = legs.flight[a] != legs.flight[b]
        a, b = a[other], b[other]
        hit = in_conflict(legs, a, b, minima)
        found.append(np.stack([legs.flight[a[hit]], legs.flight[b[hit]]]))
    return as_pairs(*np.concatenate([np.empty((2, 0), np.int64), *found], axis=1))


PEER = Peer("shapely STRtree join", "shapely", ("shapely",), True, legs_of, pairs)
