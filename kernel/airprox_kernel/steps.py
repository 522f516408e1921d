"""Steps of altitude: what boxes count altitudes in, so that flight levels are told apart."""

import numpy as np

from ._jit import jit, jit_inner
from ._types import FloatArray

STEPS = 64.0
"""Steps of altitude in the least vertical minimum.

Flight levels next to each other are exactly the minimum apart, and rounded outwards all of them
would meet: three candidates of five. So altitudes are numbers of whole steps, rounded down at both
ends of a box (a map that keeps the order, hence never parts what meets), and where levels are
multiples of half the minimum, an edge between two steps lies between a level's boxes and the
next's."""
SPARE = 2.5e-8
"""What the touch tolerance of 1e-7 m leaves over for each end of a box (m): two aircraft lose
separation only if they are nearer than the minimum by 1e-7 m."""
LAST_BITS = 2.0**-47
"""Relative error that 64 roundings could add to an altitude."""


@jit
def altitude_scale(vertical: FloatArray) -> float:
    """Return the steps of altitude in a metre, from half-widths (m); 1 where none is finite."""
    least = np.inf
    for kind in range(vertical.size):
        if vertical[kind] > 0.0:
            least = min(least, vertical[kind])
    return STEPS / _whole(2.0 * least) if least < np.inf else 1.0


@jit_inner
def _whole(minimum: float) -> float:
    """Return a minimum, or the whole number of feet or metres that is no farther off than 1 mm.

    Minima are written a hair below the distance of two levels, so that levels next to each other do
    not count: 999.999 ft. Steps of exactly that would drift away from the levels.
    """
    for unit in (0.3048, 1.0):
        whole = np.floor(minimum / unit + 0.5) * unit
        if whole > 0.0 and abs(whole - minimum) <= 1e-3:
            return whole
    return minimum


@jit_inner
def step_of(value: float, spare: float, scale: float) -> np.float32:
    """Return the step that an altitude, `spare` moved inwards, lies in; the map never decreases."""
    inward = spare - abs(value) * LAST_BITS if spare > 0.0 else spare + abs(value) * LAST_BITS
    return np.float32(np.floor((value + inward) * scale))
