"""One own row against a block of lanes: bounds, slabs to look at, ranges of time."""

from typing import NamedTuple

import numpy as np

from ._jit import jit_inner
from ._types import Float32Array
from .approach import RATIO, SLANT
from .lane_bounds import bound_plane, bound_ratio, bound_space, choose_slabs
from .lanes import (
    FAR,
    FARTHEST_VALUE,
    LANES,
    LOWER,
    PLANE,
    UPPER,
    WEIGHT_ACROSS,
    WEIGHT_UPWARD,
    ZERO,
    Lanes,
)
from .leads import Search
from .limits import Limits, pair_cylinder
from .violation import Cylinder


class Slice(NamedTuple):
    """Slabs [first, last)."""

    first: int
    last: int


@jit_inner
def shared_slabs(search: Search, lanes: Lanes, row: int, block: int) -> Slice:
    """Return the slabs of which an own row and a block have chords."""
    own = search.own
    slabs = own.start[row + 1] - own.start[row] - 1
    first = max(own.first[row], lanes.first[block])
    last = min(
        own.first[row] + slabs,
        lanes.first[block] + lanes.start[block + 1] - lanes.start[block] - 1,
    )
    return Slice(first, max(first, last))


@jit_inner
def bound_block(
    search: Search, lanes: Lanes, row: int, block: int, limit: float, scratch: Float32Array
) -> Slice:
    """Bound an own row against a block; return the slabs that they share.

    Writes into `scratch`, for each lane, an upper bound, `limit` at most, and lower bounds.
    """
    slabs = shared_slabs(search, lanes, row, block)
    if slabs.first < slabs.last:
        _begin_block(search, lanes, row, block, limit, scratch)
        edge = search.own.start[row] - search.own.first[row]
        slot = lanes.start[block] - lanes.first[block]
        for slab in range(slabs.first, slabs.last):
            out = LOWER + slab - slabs.first
            _bound_slab(search, lanes, edge + slab, slot + slab, scratch, out)
    return slabs


@jit_inner
def choose_in_block(search: Search, slabs: Slice, scratch: Float32Array) -> None:
    """Write into `scratch` the first and the last slab to look at of each lane."""
    is_ratio = search.metric.kind == RATIO
    tilt = 0.0 if is_ratio else search.metric.tilt
    dip = 0.0 if is_ratio else search.metric.dip
    choose_slabs(slabs.last - slabs.first, tilt, dip, scratch)


@jit_inner
def _begin_block(
    search: Search, lanes: Lanes, row: int, block: int, limit: float, scratch: Float32Array
) -> None:
    most = np.float32(min(limit * (1.0 + 2e-7), FARTHEST_VALUE))
    for lane in range(LANES):
        scratch[UPPER, lane] = most
    if search.metric.kind != RATIO:
        return
    for lane in range(LANES):
        other: int = lanes.row[block * LANES + lane]
        if other < 0:
            # A spare lane: any number will do, so that its lower bound is that of the absent.
            scratch[WEIGHT_ACROSS, lane] = ZERO
            scratch[WEIGHT_UPWARD, lane] = ZERO
            continue
        minima = outer_cylinder(search.limits, row, other)
        scratch[WEIGHT_ACROSS, lane] = np.float32(1.0 / minima.horizontal)
        scratch[WEIGHT_UPWARD, lane] = np.float32(1.0 / minima.vertical)


@jit_inner
def outer_cylinder(limits: Limits, own_row: int, other_row: int) -> Cylinder:
    """Return a pair's minima as bounds take them."""
    return pair_cylinder(limits, own_row, other_row, 0)


@jit_inner
def _bound_slab(
    search: Search, lanes: Lanes, edge: int, slot: int, scratch: Float32Array, out: int
) -> None:
    """Bound one slab; where the own row has no position, no lane has a bound."""
    edges = search.own.edge
    if search.own.leg[edge] < 0:
        for lane in range(LANES):
            scratch[out, lane] = FAR * np.float32(2.0)
    elif search.metric.kind == RATIO:
        bound_ratio(lanes.slot, slot, edges, edge, search.metric, scratch, out)
    elif lanes.slot.shape[1] == PLANE:
        bound_plane(lanes.slot, slot, edges, edge, scratch, out)
    else:
        rising = np.float32(1.0) if search.metric.kind == SLANT else ZERO
        bound_space(lanes.slot, slot, edges, edge, rising, scratch, out)
