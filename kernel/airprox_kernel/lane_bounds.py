"""Bounds of 128 pairs at once, which choose the slabs to look at.

The inner loops are branch-free over parallel arrays of float32, which the compiler turns into
vector code: 1.3 G chord pairs a second on one core in the plane (16 slabs of a pair in 12 ns).

They only choose slabs to look at. `bounds` has the derivation; here every bound is wider by
`lanes.ROUNDING` of the greatest coordinate and the greatest change of one along a chord:

Let e = 2**-24, M the greatest coordinate and W the greatest change of a coordinate along a chord,
at most four coordinates. The difference s of two starts is off by e |s| <= 4 e M; the displacement
w of the difference, from the differences at both ends, by 8 e M + 4 e W. So the chord in float32 is
off by 12 e M + 4 e W. Its nearest point is sought at u = -s.w / w.w, off by 9 e |s| / |w| at most,
which makes the distance found too large by up to 36 e M; the ends of what is flown are rounded, by
e |w| <= 4 e W. The point there is off by 2 e (|s| + |w|) <= 8 e (M + W), its length by 3 e of
itself, and the sums with the radii by as much again: 36 e (M + W). What `choose_slabs` adds is
within 8 e (M + W). Together 100 e M + 60 e W, and `lanes.ROUNDING` is 134 e.
"""

import numpy as np

from ._jit import jit
from ._types import Float32Array
from .bounds import Metric
from .chords import ACROSS, ALTITUDE, HIGH, LOW, PARTIAL, UPWARD, X, Y, Z
from .lanes import (
    FARTHEST,
    FIRST,
    LANE_ALTITUDE,
    LANE_HIGH,
    LANE_LOW,
    LANE_PARTIAL,
    LANE_RADIUS,
    LANE_UPWARD,
    LANE_X,
    LANE_Y,
    LANE_Z,
    LANES,
    LAST,
    LOWER,
    NONE,
    ONE,
    TINY,
    UPPER,
    WEIGHT_ACROSS,
    WEIGHT_UPWARD,
    ZERO,
    rounded_up,
)


@jit
def bound_plane(
    slot: Float32Array, index: int, edge: Float32Array, own: int, scratch: Float32Array, out: int
) -> None:
    """Bound the horizontal distance of one own chord from 128 others, in the plane.

    Writes lower bounds into row `out` and lowers the upper bounds.
    """
    x0, y0, x1, y1 = edge[own, X], edge[own, Y], edge[own + 1, X], edge[own + 1, Y]
    radius, partial = edge[own, ACROSS], edge[own, PARTIAL]
    low, high = edge[own, LOW], edge[own, HIGH]
    for lane in range(LANES):
        x = slot[index, LANE_X, lane] - x0
        y = slot[index, LANE_Y, lane] - y0
        dx = (slot[index + 1, LANE_X, lane] - x1) - x
        dy = (slot[index + 1, LANE_Y, lane] - y1) - y
        u = -(x * dx + y * dy) / (dx * dx + dy * dy + TINY)
        u = max(u, max(slot[index, LANE_LOW, lane], low))
        u = min(u, min(slot[index, LANE_HIGH, lane], high))
        x += u * dx
        y += u * dy
        distance = np.sqrt(x * x + y * y)
        room = slot[index, LANE_RADIUS, lane] + radius
        scratch[out, lane] = distance - room
        upper = (distance + room) + (slot[index, LANE_PARTIAL, lane] + partial)
        scratch[UPPER, lane] = min(scratch[UPPER, lane], upper)


@jit
def bound_space(
    slot: Float32Array,
    index: int,
    edge: Float32Array,
    own: int,
    rising: np.float32,
    scratch: Float32Array,
    out: int,
) -> None:
    """Do as `bound_plane` in three dimensions, and with the altitudes iff `rising` is 1, not 0."""
    x0, y0, x1, y1 = edge[own, X], edge[own, Y], edge[own + 1, X], edge[own + 1, Y]
    z0, z1 = edge[own, Z], edge[own + 1, Z]
    a0, a1 = edge[own, ALTITUDE], edge[own + 1, ALTITUDE]
    across, upward = edge[own, ACROSS], edge[own, UPWARD] * rising
    radius = rounded_up(
        np.sqrt(np.float64(across) * np.float64(across) + np.float64(upward) * np.float64(upward))
    )
    partial, low, high = edge[own, PARTIAL], edge[own, LOW], edge[own, HIGH]
    for lane in range(LANES):
        x = slot[index, LANE_X, lane] - x0
        y = slot[index, LANE_Y, lane] - y0
        z = slot[index, LANE_Z, lane] - z0
        a = (slot[index, LANE_ALTITUDE, lane] - a0) * rising
        dx = (slot[index + 1, LANE_X, lane] - x1) - x
        dy = (slot[index + 1, LANE_Y, lane] - y1) - y
        dz = (slot[index + 1, LANE_Z, lane] - z1) - z
        da = (slot[index + 1, LANE_ALTITUDE, lane] - a1) * rising - a
        u = -(x * dx + y * dy + z * dz + a * da)
        u /= dx * dx + dy * dy + dz * dz + da * da + TINY
        u = max(u, max(slot[index, LANE_LOW, lane], low))
        u = min(u, min(slot[index, LANE_HIGH, lane], high))
        x += u * dx
        y += u * dy
        z += u * dz
        a += u * da
        distance = np.sqrt(x * x + y * y + z * z + a * a)
        room = slot[index, LANE_RADIUS, lane] + radius
        scratch[out, lane] = distance - room
        upper = (distance + room) + (slot[index, LANE_PARTIAL, lane] + partial)
        scratch[UPPER, lane] = min(scratch[UPPER, lane], upper)


@jit
def bound_ratio(
    slot: Float32Array,
    index: int,
    edge: Float32Array,
    own: int,
    metric: Metric,
    scratch: Float32Array,
    out: int,
) -> None:
    """Do as `bound_plane` for ratios, in either frame; the weights are 1/D and 1/H of each lane."""
    x0, y0, x1, y1 = edge[own, X], edge[own, Y], edge[own + 1, X], edge[own + 1, Y]
    z0, z1 = edge[own, Z], edge[own + 1, Z]
    a0, a1 = edge[own, ALTITUDE], edge[own + 1, ALTITUDE]
    across, upward, partial = edge[own, ACROSS], edge[own, UPWARD], edge[own, PARTIAL]
    low, high = edge[own, LOW], edge[own, HIGH]
    tilt, dip = np.float32(metric.tilt), np.float32(metric.dip)
    less, more = np.float32(1.0 - metric.spread), np.float32(1.0 + metric.spread)
    for lane in range(LANES):
        x = slot[index, LANE_X, lane] - x0
        y = slot[index, LANE_Y, lane] - y0
        z = slot[index, LANE_Z, lane] - z0
        a = slot[index, LANE_ALTITUDE, lane] - a0
        end = slot[index + 1, LANE_ALTITUDE, lane] - a1
        dx = (slot[index + 1, LANE_X, lane] - x1) - x
        dy = (slot[index + 1, LANE_Y, lane] - y1) - y
        dz = (slot[index + 1, LANE_Z, lane] - z1) - z
        u = -(x * dx + y * dy + z * dz) / (dx * dx + dy * dy + dz * dz + TINY)
        u = max(u, max(slot[index, LANE_LOW, lane], low))
        u = min(u, min(slot[index, LANE_HIGH, lane], high))
        x += u * dx
        y += u * dy
        z += u * dz
        distance = np.sqrt(x * x + y * y + z * z)
        room = slot[index, LANE_RADIUS, lane] + across
        slack = slot[index, LANE_UPWARD, lane] + upward
        chord = max(distance - room, ZERO)
        aside = tilt * chord + dip
        chord = np.sqrt(max(chord * chord - aside * aside, ZERO))
        level = max(max(min(a, end), -max(a, end)), ZERO) - slack
        over = abs(a + u * (end - a)) + slack
        wide, tall = scratch[WEIGHT_ACROSS, lane], scratch[WEIGHT_UPWARD, lane]
        # The radius of an absent trajectory is far below 0, and minima may be large.
        absent = max(-slot[index, LANE_RADIUS, lane], ZERO)
        scratch[out, lane] = max(chord * wide, level * tall) * less + absent
        upper = max((distance + room) * wide, over * tall) * more
        upper += slot[index, LANE_PARTIAL, lane] + partial
        scratch[UPPER, lane] = min(scratch[UPPER, lane], upper)


@jit
def choose_slabs(count: int, tilt: float, dip: float, scratch: Float32Array) -> None:
    """Write for each lane the first and the last of `count` slabs that may hold the least value."""
    narrow, sink = np.float32(1.0 / (1.0 - tilt)), np.float32(dip)
    lean = np.float32(tilt)
    for lane in range(LANES):
        value = scratch[UPPER, lane]
        aside = lean * ((value + sink) * narrow) + sink
        scratch[FARTHEST, lane] = np.sqrt(value * value + aside * aside)
        scratch[FIRST, lane] = NONE
        scratch[LAST, lane] = -ONE
    for slab in range(count):
        number = np.float32(slab)
        for lane in range(LANES):
            holds = scratch[LOWER + slab, lane] <= scratch[FARTHEST, lane]
            first, last = scratch[FIRST, lane], scratch[LAST, lane]
            scratch[FIRST, lane] = min(first, number) if holds else first
            scratch[LAST, lane] = number if holds else last
