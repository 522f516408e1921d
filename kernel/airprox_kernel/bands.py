"""Altitude bands: a vertical minimum that depends on the altitudes of the two aircraft.

The minimum of a pair at an instant is the larger of those that its bands give for the altitude of
the one and of the other. Along an interval it is constant between the instants at which either
altitude crosses an edge of a band.
"""

from typing import NamedTuple

from ._jit import jit
from ._types import FloatArray, IndexArray


class Bands(NamedTuple):
    """Ascending steps of altitude for every pair of categories at every level."""

    first: IndexArray
    """(categories, categories, levels) the first step of a pair of categories at a level."""
    last: IndexArray
    """(categories, categories, levels) its last step, whose ceiling is inf."""
    ceiling: FloatArray
    """(steps,) in metres: an altitude belongs to the first step whose ceiling is not below it. The
    touch tolerance is added: FL410 is 12,496.8 m, in floating point or a little more."""
    vertical: FloatArray
    """(steps,) vertical minima in metres, less the touch tolerance; may be inf."""


class Steps(NamedTuple):
    """The steps [first, last] that hold for one pair."""

    first: int
    last: int


class Line(NamedTuple):
    """A quantity that is linear on an elementary interval: start + u * change."""

    start: float
    change: float


@jit
def line_at(line: Line, u: float) -> float:
    """Return the value at u in [0, 1]."""
    return line.start + u * line.change


@jit
def step_at(bands: Bands, steps: Steps, altitude: float) -> int:
    """Return the step that an altitude belongs to."""
    step = steps.first
    while step < steps.last and altitude > bands.ceiling[step]:
        step += 1
    return step


@jit
def next_crossing(bands: Bands, steps: Steps, altitude: Line, low: float) -> float:
    """Return the least u above `low` at which the altitude crosses an edge, 1 if there is none."""
    least = 1.0
    if altitude.change != 0.0:
        for step in range(steps.first, steps.last):
            u = (bands.ceiling[step] - altitude.start) / altitude.change
            if low < u < least:
                least = u
    return least


@jit
def vertical_minimum(bands: Bands, steps: Steps, own: float, other: float) -> float:
    """Return the minimum (m) of a pair at two altitudes."""
    return max(
        bands.vertical[step_at(bands, steps, own)], bands.vertical[step_at(bands, steps, other)]
    )


@jit
def largest_minimum(bands: Bands, steps: Steps, low: float, high: float) -> float:
    """Return the largest minimum (m) that an altitude in [low, high] has."""
    largest = 0.0
    for step in range(step_at(bands, steps, low), step_at(bands, steps, high) + 1):
        largest = max(largest, bands.vertical[step])
    return largest


@jit
def smallest_minimum(bands: Bands, steps: Steps, low: float, high: float) -> float:
    """Return the smallest minimum (m) that an altitude in [low, high] has; domain: low <= high."""
    first = step_at(bands, steps, low)
    smallest: float = bands.vertical[first]
    for step in range(first, step_at(bands, steps, high) + 1):
        smallest = min(smallest, bands.vertical[step])
    return smallest
