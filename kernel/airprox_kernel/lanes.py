"""Lanes: the chords of 128 trajectories side by side, to be bounded all at once (`lane_bounds`)."""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner
from ._types import Float32Array, IndexArray
from .approach import SLANT
from .chords import ABSENT, ACROSS, ALTITUDE, HIGH, LOW, OPEN, PARTIAL, UPWARD, Chords, X, Y, Z

LANES = 128
ROUNDING = 8e-6
LANE_X, LANE_Y, LANE_RADIUS, LANE_PARTIAL, LANE_LOW, LANE_HIGH = range(6)
LANE_Z, LANE_ALTITUDE, LANE_UPWARD = 6, 7, 8
"""Rows of a slot; the last three are there where the metric or the frame needs them."""
PLANE, DEEP = 6, 9
"""Rows of a slot for horizontal distances in the plane, and for everything else."""
UPPER, FIRST, LAST, FARTHEST, WEIGHT_ACROSS, WEIGHT_UPWARD, LOWER = range(7)
"""Rows of the scratch: upper bound; first and last slab (from the walk's first) that may hold the
least value; bound on |s|; weights of a ratio; and from `LOWER` on the lower bounds by slab."""
FAR = np.float32(1e13)
"""Above all distances and ratios."""
FARTHEST_VALUE = float(FAR)
NONE = np.float32(1e9)
"""First slab where there is none."""
TINY = np.float32(1e-30)
"""Keeps a quotient finite where there is no motion; then the numerator is 0 too."""
STILL = 1e-12
"""A squared displacement (m²) under this is no motion."""
NO_MOTION = 1e-40
"""As `TINY`, in float64."""
ENDS = 2e-7
"""Room for the ends of what is flown, which are rounded to float32, in displacements of a slab."""
WIDE = 1e-6
"""Room for u itself."""
ZERO, ONE = np.float32(0.0), np.float32(1.0)


class Lanes(NamedTuple):
    """The chords of one fleet in blocks of `LANES` rows."""

    row: IndexArray
    """(blocks * LANES,) the row in each lane, ascending within a block; -1 in a spare lane."""
    highest: IndexArray
    """(blocks,) the highest row."""
    first: IndexArray
    """(blocks,) the slab of the first slot."""
    start: IndexArray
    """(blocks + 1,) offsets into the slots; a block has one more slot than slabs."""
    slot: Float32Array
    """(slots, `PLANE` or `DEEP`, LANES)"""
    rounding: float
    """Room (m) for float32, added to the radii."""


@jit
def fill_lanes(chords: Chords, kind: int, lanes: Lanes, first_block: int, last_block: int) -> None:
    """Write the blocks [first_block, last_block)."""
    for block in range(first_block, last_block):
        for slot in range(lanes.start[block], lanes.start[block + 1]):
            lanes.slot[slot, :, :] = ZERO
            for lane in range(LANES):
                lanes.slot[slot, LANE_RADIUS, lane] = ABSENT
                lanes.slot[slot, LANE_PARTIAL, lane] = OPEN
        for lane in range(LANES):
            row: int = lanes.row[block * LANES + lane]
            if row >= 0:
                slot = lanes.start[block] + chords.first[row] - lanes.first[block]
                _fill_lane(chords, kind, lanes, row, slot, lane)


@jit_inner
def _fill_lane(chords: Chords, kind: int, lanes: Lanes, row: int, slot: int, lane: int) -> None:
    is_deep = lanes.slot.shape[1] == DEEP
    for edge in range(chords.start[row], chords.start[row + 1]):
        here, there = lanes.slot[slot], chords.edge[edge]
        here[LANE_X, lane] = there[X]
        here[LANE_Y, lane] = there[Y]
        radius = there[ACROSS]
        if is_deep:
            here[LANE_Z, lane] = there[Z]
            here[LANE_ALTITUDE, lane] = there[ALTITUDE]
            here[LANE_UPWARD, lane] = rounded_up(np.float64(there[UPWARD]) + lanes.rounding)
        if radius != ABSENT:
            if kind == SLANT:
                across, upward = np.float64(there[ACROSS]), np.float64(there[UPWARD])
                radius = rounded_up(np.sqrt(across * across + upward * upward))
            here[LANE_RADIUS, lane] = rounded_up(np.float64(radius) + lanes.rounding)
            here[LANE_PARTIAL, lane] = there[PARTIAL]
            here[LANE_LOW, lane] = there[LOW]
            here[LANE_HIGH, lane] = there[HIGH]
        slot += 1


@jit_inner
def rounded_up(value: float) -> np.float32:
    """Return a float32 that is not below a positive `value`."""
    return np.float32(value * (1.0 + 1.2e-7))
