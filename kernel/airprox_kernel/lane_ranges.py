"""Ranges of time of 128 pairs at once: where in its slab each pair may be closest.

In float64, and so without the room that float32 needs: 0.3 elementary intervals a pair less to
test. The slab differs from lane to lane, so what is needed of it is gathered first; the loop over
what was gathered has no branches and becomes vector code.
"""

import numpy as np

from ._jit import jit
from ._types import Float32Array, FloatArray
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

START_X, START_Y, START_Z, START_UP, END_X, END_Y, END_Z, END_UP = range(8)
FLOWN_LOW, FLOWN_HIGH, RADIUS, GAPS = 8, 9, 10, 11
GATHERED = 12
"""Rows of what is gathered: the separation at both ends of the slab (in the plane the last two
coordinates stay 0), the range of u that both fly, the sum of the radii, and what is added to upper
bounds."""


@jit
def gather_plane(
    lanes: Lanes, index: int, edge: Float32Array, own: int, scratch: Float32Array, out: FloatArray
) -> None:
    """Gather each lane's first slab; `index` and `own` are those of the walk's first slab."""
    slot = lanes.slot
    for lane in range(LANES):
        first = scratch[FIRST, lane]
        slab = int(first) if first < NONE else 0
        here, mine = index + slab, own + slab
        out[START_X, lane] = np.float64(slot[here, LANE_X, lane]) - np.float64(edge[mine, X])
        out[START_Y, lane] = np.float64(slot[here, LANE_Y, lane]) - np.float64(edge[mine, Y])
        out[FLOWN_LOW, lane] = max(slot[here, LANE_LOW, lane], edge[mine, LOW])
        out[FLOWN_HIGH, lane] = min(slot[here, LANE_HIGH, lane], edge[mine, HIGH])
        radius = np.float64(slot[here, LANE_RADIUS, lane]) - lanes.rounding
        out[RADIUS, lane] = radius + np.float64(edge[mine, ACROSS])
        out[GAPS, lane] = slot[here, LANE_PARTIAL, lane] + edge[mine, PARTIAL]
        here, mine = here + 1, mine + 1
        out[END_X, lane] = np.float64(slot[here, LANE_X, lane]) - np.float64(edge[mine, X])
        out[END_Y, lane] = np.float64(slot[here, LANE_Y, lane]) - np.float64(edge[mine, Y])


@jit
def gather_space(
    lanes: Lanes,
    index: int,
    edge: Float32Array,
    own: int,
    kind: int,
    scratch: Float32Array,
    out: FloatArray,
) -> None:
    """Do as `gather_plane` in three dimensions, for slant distances with the altitudes."""
    gather_plane(lanes, index, edge, own, scratch, out)
    slot = lanes.slot
    rising = 1.0 if kind == SLANT else 0.0
    for lane in range(LANES):
        first = scratch[FIRST, lane]
        slab = int(first) if first < NONE else 0
        here, mine = index + slab, own + slab
        out[START_Z, lane] = np.float64(slot[here, LANE_Z, lane]) - np.float64(edge[mine, Z])
        up = np.float64(slot[here, LANE_ALTITUDE, lane]) - np.float64(edge[mine, ALTITUDE])
        out[START_UP, lane] = rising * up
        # The sum of the two radii is not below the root of their squares.
        out[RADIUS, lane] += rising * np.float64(edge[mine, UPWARD])
        here, mine = here + 1, mine + 1
        out[END_Z, lane] = np.float64(slot[here, LANE_Z, lane]) - np.float64(edge[mine, Z])
        up = np.float64(slot[here, LANE_ALTITUDE, lane]) - np.float64(edge[mine, ALTITUDE])
        out[END_UP, lane] = rising * up


@jit
def narrow_lanes(metric: Metric, gathered: FloatArray, scratch: Float32Array) -> None:
    """Write the range of u in each lane's first slab in which the chords are near enough."""
    tilt, dip, upright = metric.tilt, metric.dip, 1.0 / (1.0 - metric.tilt)
    for lane in range(LANES):
        x, y = gathered[START_X, lane], gathered[START_Y, lane]
        z, a = gathered[START_Z, lane], gathered[START_UP, lane]
        dx, dy = gathered[END_X, lane] - x, gathered[END_Y, lane] - y
        dz, da = gathered[END_Z, lane] - z, gathered[END_UP, lane] - a
        low, high = gathered[FLOWN_LOW, lane], gathered[FLOWN_HIGH, lane]
        square = dx * dx + dy * dy + dz * dz + da * da
        shrink = 1.0 / (square + NO_MOTION)
        u = -(x * dx + y * dy + z * dz + a * da) * shrink
        radius = gathered[RADIUS, lane] + ENDS * (abs(dx) + abs(dy) + abs(dz) + abs(da))
        flown = min(max(u, low), high)
        nx, ny, nz, na = x + flown * dx, y + flown * dy, z + flown * dz, a + flown * da
        upper = np.sqrt(nx * nx + ny * ny + nz * nz + na * na) + radius + gathered[GAPS, lane]
        upper = min(upper, np.float64(scratch[UPPER, lane]))
        aside = tilt * ((upper + dip) * upright) + dip
        reach = np.sqrt(upper * upper + aside * aside) + radius
        x, y, z, a = x + u * dx, y + u * dy, z + u * dz, a + u * da
        left = reach * reach - (x * x + y * y + z * z + a * a)
        half = np.sqrt(max(left * shrink, 0.0))
        moves = square >= STILL
        half = half if moves else 1e30
        u = u if moves else 0.0
        scratch[NEAR_LOW, lane] = np.float32(max(low, u - half) - WIDE)
        scratch[NEAR_HIGH, lane] = np.float32(min(high, u + half) + WIDE)
