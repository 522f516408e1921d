"""Ranges of time of 128 pairs at once: where in its slab each pair may be closest.

In float64, and so without the room that float32 needs: 0.3 elementary intervals a pair less to
test. The slab differs from lane to lane, so what is needed of it is gathered first; the loop over
what was gathered has no branches and becomes vector code.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner, zero
from ._types import Float32Array, FloatArray, IndexArray, IntArray
from .approach import SLANT
from .bounds import Metric
from .chords import ACROSS, ALTITUDE, HIGH, LOW, PARTIAL, UPWARD, Chords, X, Y, Z
from .lanes import (
    ENDS,
    FARTHEST,
    FIRST,
    LANES,
    LAST,
    LOWER,
    NO_MOTION,
    STILL,
    WIDE,
)

START_X, START_Y, START_Z, START_UP, END_X, END_Y, END_Z, END_UP = range(8)
FLOWN_LOW, FLOWN_HIGH, RADIUS, GAPS, HIGHEST, NEAR_LOW, NEAR_HIGH = range(8, 15)
GATHERED = 15
"""Rows of what is gathered: the separation at both ends of the slab (in the plane the last two
coordinates stay 0), the range of u that both fly, the sum of the radii, what is added to upper
bounds, and a bound on the least value; and what is found, the range of u that may hold it."""
WANTED_LANE, WANTED_SLAB, WANTED_EDGE, WANTED_PLACE = range(4)
WANTED = 4


class Partners(NamedTuple):
    """The rows of a block, as they are asked for beside one own row."""

    row: IndexArray
    """(LANES,) the row in each lane, or -1."""
    place: IntArray
    """(other rows,) where the result of a row goes, -1 for nowhere."""
    first: int
    """The first slab that own row and block share."""


class Wanted(NamedTuple):
    """Slabs of lanes that are looked at; those of a lane come one after another, in their order."""

    size: int
    entry: IndexArray
    """(WANTED, LANES + slabs of the longest row): the lane, the slab, the edge at which it begins
    in the chords of the lane's row, and where the result goes."""
    upper: Float32Array
    """(LANES,) what the least value of each lane is not above."""


@jit_inner
def note_wanted(
    chords: Chords,
    partners: Partners,
    lane: int,
    whole: bool,
    scratch: Float32Array,
    entry: IndexArray,
) -> tuple[int, int]:
    """Note slabs to look at from `lane` on, of some `LANES`; return their number and the next lane.

    `chords` are those of the lanes. Iff `whole`, a lane has one entry, with its first slab.
    """
    count = zero()
    while lane < LANES and count < LANES:
        other: int = partners.row[lane]
        first, last = int(scratch[FIRST, lane]), int(scratch[LAST, lane])
        place: int = partners.place[max(other, 0)]
        edge = chords.start[max(other, 0)] - chords.first[max(other, 0)] + partners.first
        # Written before it is known to count: a branch on that is wrong too often.
        _note(entry, count, lane, partners.first + first, edge + first, place)
        counts = (other >= 0) & (last >= 0) & (place >= 0)
        count += counts
        if counts and last > first and not whole:
            for slab in range(first + 1, last + 1):
                _note(entry, count, lane, partners.first + slab, edge + slab, place)
                count += scratch[LOWER + slab, lane] <= scratch[FARTHEST, lane]
        lane += 1
    return count, lane


@jit_inner
def _note(entry: IndexArray, index: int, lane: int, slab: int, edge: int, place: int) -> None:
    entry[WANTED_LANE, index] = lane
    entry[WANTED_SLAB, index] = slab
    entry[WANTED_EDGE, index] = edge
    entry[WANTED_PLACE, index] = place


@jit
def gather_plane(
    own: Float32Array, own_edge: int, other: Float32Array, wanted: Wanted, out: FloatArray
) -> None:
    """Gather the wanted slabs from the edges of both sides; `own_edge` is that of slab 0.

    In the edges a slab has 80 bytes together, in the slots of lanes it has 12 places.
    """
    for number in range(wanted.size):
        mine = own_edge + wanted.entry[WANTED_SLAB, number]
        yours: int = wanted.entry[WANTED_EDGE, number]
        # Told that nothing is negative, the compiler leaves out counting from the end.
        if mine < 0 or yours < 0:
            continue
        a, b, c, d = own[mine], other[yours], own[mine + 1], other[yours + 1]
        out[START_X, number] = np.float64(b[X]) - np.float64(a[X])
        out[START_Y, number] = np.float64(b[Y]) - np.float64(a[Y])
        out[END_X, number] = np.float64(d[X]) - np.float64(c[X])
        out[END_Y, number] = np.float64(d[Y]) - np.float64(c[Y])
        out[FLOWN_LOW, number] = max(a[LOW], b[LOW])
        out[FLOWN_HIGH, number] = min(a[HIGH], b[HIGH])
        out[RADIUS, number] = np.float64(a[ACROSS]) + np.float64(b[ACROSS])
        out[GAPS, number] = a[PARTIAL] + b[PARTIAL]
        out[HIGHEST, number] = wanted.upper[wanted.entry[WANTED_LANE, number]]


@jit
def gather_space(
    own: Float32Array,
    own_edge: int,
    other: Float32Array,
    kind: int,
    wanted: Wanted,
    out: FloatArray,
) -> None:
    """Do as `gather_plane` in three dimensions, for slant distances with the altitudes."""
    gather_plane(own, own_edge, other, wanted, out)
    rising = 1.0 if kind == SLANT else 0.0
    for number in range(wanted.size):
        mine = own_edge + wanted.entry[WANTED_SLAB, number]
        yours: int = wanted.entry[WANTED_EDGE, number]
        if mine < 0 or yours < 0:
            continue
        a, b, c, d = own[mine], other[yours], own[mine + 1], other[yours + 1]
        out[START_Z, number] = np.float64(b[Z]) - np.float64(a[Z])
        out[END_Z, number] = np.float64(d[Z]) - np.float64(c[Z])
        out[START_UP, number] = rising * (np.float64(b[ALTITUDE]) - np.float64(a[ALTITUDE]))
        out[END_UP, number] = rising * (np.float64(d[ALTITUDE]) - np.float64(c[ALTITUDE]))
        across = out[RADIUS, number]
        upward = rising * (np.float64(a[UPWARD]) + np.float64(b[UPWARD]))
        out[RADIUS, number] = np.sqrt(across * across + upward * upward)


@jit
def narrow(metric: Metric, count: int, gathered: FloatArray) -> None:
    """Write the range of u in each gathered slab in which the chords are near enough."""
    tilt, dip, upright = metric.tilt, metric.dip, 1.0 / (1.0 - metric.tilt)
    for lane in range(count):
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
        upper = min(upper, gathered[HIGHEST, lane])
        aside = tilt * ((upper + dip) * upright) + dip
        reach = np.sqrt(upper * upper + aside * aside) + radius
        x, y, z, a = x + u * dx, y + u * dy, z + u * dz, a + u * da
        left = reach * reach - (x * x + y * y + z * z + a * a)
        half = np.sqrt(max(left * shrink, 0.0))
        moves = square >= STILL
        half = half if moves else 1e30
        u = u if moves else 0.0
        gathered[NEAR_LOW, lane] = max(low, u - half) - WIDE
        gathered[NEAR_HIGH, lane] = min(high, u + half) + WIDE
