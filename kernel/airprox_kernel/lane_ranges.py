"""Ranges of time of 128 pairs at once: where in its slab each pair may be closest.

In float64, and so without the room that float32 needs: 0.3 elementary intervals a pair less to
test, for 5 ns.
"""

import numpy as np

from ._jit import jit
from ._types import Float32Array
from .approach import SLANT
from .bounds import Metric
from .chords import ACROSS, ALTITUDE, HIGH, LOW, PARTIAL, UPWARD, X, Y, Z
from .lanes import (
    ENDS,
    FIRST,
    LANE_ALTITUDE,
    LANE_HIGH,
    LANE_LOW,
    LANE_PARTIAL,
    LANE_RADIUS,
    LANE_X,
    LANE_Y,
    LANE_Z,
    LANES,
    NEAR_HIGH,
    NEAR_LOW,
    NO_MOTION,
    NONE,
    STILL,
    UPPER,
    WIDE,
    Lanes,
)


@jit
def narrow_plane(
    lanes: Lanes, index: int, edge: Float32Array, own: int, scratch: Float32Array
) -> None:
    """Write the range of u in each lane's first slab in which the chords are near enough.

    `index` and `own` are those of the walk's first slab. It is worked out in float64, without the
    room for float32: 0.3 elementary intervals a pair less to test, for 5 ns.
    """
    slot = lanes.slot
    for lane in range(LANES):
        first = scratch[FIRST, lane]
        slab = int(first) if first < NONE else 0
        here, there = index + slab, index + slab + 1
        mine, next_one = own + slab, own + slab + 1
        x = np.float64(slot[here, LANE_X, lane]) - np.float64(edge[mine, X])
        y = np.float64(slot[here, LANE_Y, lane]) - np.float64(edge[mine, Y])
        dx = np.float64(slot[there, LANE_X, lane]) - np.float64(edge[next_one, X]) - x
        dy = np.float64(slot[there, LANE_Y, lane]) - np.float64(edge[next_one, Y]) - y
        low = np.float64(max(slot[here, LANE_LOW, lane], edge[mine, LOW]))
        high = np.float64(min(slot[here, LANE_HIGH, lane], edge[mine, HIGH]))
        square = dx * dx + dy * dy
        inverse = 1.0 / (square + NO_MOTION)
        u = -(x * dx + y * dy) * inverse
        radius = np.float64(slot[here, LANE_RADIUS, lane]) - lanes.rounding
        radius += np.float64(edge[mine, ACROSS]) + ENDS * (abs(dx) + abs(dy))
        flown = min(max(u, low), high)
        nx, ny = x + flown * dx, y + flown * dy
        upper = np.sqrt(nx * nx + ny * ny) + radius
        upper += np.float64(slot[here, LANE_PARTIAL, lane] + edge[mine, PARTIAL])
        reach = min(upper, np.float64(scratch[UPPER, lane])) + radius
        x += u * dx
        y += u * dy
        half = np.sqrt(max((reach * reach - (x * x + y * y)) * inverse, 0.0))
        moves = square >= STILL
        half = half if moves else 1e30
        u = u if moves else 0.0
        scratch[NEAR_LOW, lane] = np.float32(max(low, u - half) - WIDE)
        scratch[NEAR_HIGH, lane] = np.float32(min(high, u + half) + WIDE)


@jit
def narrow_space(
    lanes: Lanes,
    index: int,
    edge: Float32Array,
    own: int,
    metric: Metric,
    scratch: Float32Array,
) -> None:
    """Do as `narrow_plane` for the other distances."""
    slot = lanes.slot
    rising = 1.0 if metric.kind == SLANT else 0.0
    for lane in range(LANES):
        first = scratch[FIRST, lane]
        slab = int(first) if first < NONE else 0
        here, there = index + slab, index + slab + 1
        mine, next_one = own + slab, own + slab + 1
        x = np.float64(slot[here, LANE_X, lane]) - np.float64(edge[mine, X])
        y = np.float64(slot[here, LANE_Y, lane]) - np.float64(edge[mine, Y])
        z = np.float64(slot[here, LANE_Z, lane]) - np.float64(edge[mine, Z])
        a = np.float64(slot[here, LANE_ALTITUDE, lane]) - np.float64(edge[mine, ALTITUDE])
        end = np.float64(slot[there, LANE_ALTITUDE, lane]) - np.float64(edge[next_one, ALTITUDE])
        dx = np.float64(slot[there, LANE_X, lane]) - np.float64(edge[next_one, X]) - x
        dy = np.float64(slot[there, LANE_Y, lane]) - np.float64(edge[next_one, Y]) - y
        dz = np.float64(slot[there, LANE_Z, lane]) - np.float64(edge[next_one, Z]) - z
        da = (end - a) * rising
        a *= rising
        low = np.float64(max(slot[here, LANE_LOW, lane], edge[mine, LOW]))
        high = np.float64(min(slot[here, LANE_HIGH, lane], edge[mine, HIGH]))
        square = dx * dx + dy * dy + dz * dz + da * da
        inverse = 1.0 / (square + NO_MOTION)
        u = -(x * dx + y * dy + z * dz + a * da) * inverse
        # With the altitudes, the sum of the two radii is not below the root of their squares.
        radius = np.float64(slot[here, LANE_RADIUS, lane]) - lanes.rounding
        radius += np.float64(edge[mine, ACROSS]) + np.float64(edge[mine, UPWARD]) * rising
        radius += ENDS * (abs(dx) + abs(dy) + abs(dz) + abs(da))
        flown = min(max(u, low), high)
        nx, ny, nz, na = x + flown * dx, y + flown * dy, z + flown * dz, a + flown * da
        upper = np.sqrt(nx * nx + ny * ny + nz * nz + na * na) + radius
        upper += np.float64(slot[here, LANE_PARTIAL, lane] + edge[mine, PARTIAL])
        upper = min(upper, np.float64(scratch[UPPER, lane]))
        aside = metric.tilt * ((upper + metric.dip) / (1.0 - metric.tilt)) + metric.dip
        reach = np.sqrt(upper * upper + aside * aside) + radius
        x += u * dx
        y += u * dy
        z += u * dz
        a += u * da
        left = reach * reach - (x * x + y * y + z * z + a * a)
        half = np.sqrt(max(left * inverse, 0.0))
        moves = square >= STILL
        half = half if moves else 1e30
        u = u if moves else 0.0
        scratch[NEAR_LOW, lane] = np.float32(max(low, u - half) - WIDE)
        scratch[NEAR_HIGH, lane] = np.float32(min(high, u + half) + WIDE)
