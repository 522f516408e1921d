"""Separation minima as the kernels see them: a table over category, category and level."""

from typing import NamedTuple

from ._jit import jit
from ._types import FloatArray, IntArray
from .motion import Motion, Separation, is_curved, pair_radius, separation_at
from .surface import chord_of_arc
from .violation import Cylinder, cylinder

TOUCH_TOLERANCE = 1e-7
"""Metres taken off every minimum, once: adjacent flight levels in metres differ by
304.7999999999993, and touching is not loss. Rounding at planar scales up to 1e7 m is below half
of it, so that nothing is reported that is not a loss in exact arithmetic."""


class Limits(NamedTuple):
    """Minima of every pair of categories at every level; one category and one level is usual."""

    horizontal: FloatArray
    """(categories, categories, levels) minima in metres: a distance in the plane, in the geodetic
    frame the chord of the minimum with the Earth's mean radius; less the touch tolerance."""
    vertical: FloatArray
    """(categories, categories, levels) in metres, less the touch tolerance; may be inf. Where it
    depends on the altitude, the largest one: see `bands`."""
    arc: FloatArray
    """(categories, categories, levels): the minimum itself where the mean radius is too coarse
    and the pair's own must be taken, else 0."""
    own_category: IntArray
    """(own rows,) index into the first axis."""
    other_category: IntArray
    """(other rows,) index into the second axis."""


@jit
def pair_cylinder(limits: Limits, own_row: int, other_row: int, level: int) -> Cylinder:
    """Return the cylinder of two trajectories at one level."""
    own = limits.own_category[own_row]
    other = limits.other_category[other_row]
    return cylinder(limits.horizontal[own, other, level], limits.vertical[own, other, level])


@jit
def pair_arc(limits: Limits, own_row: int, other_row: int, level: int) -> float:
    """Return the minimum (m) that needs the pair's own radius, or 0."""
    return limits.arc[limits.own_category[own_row], limits.other_category[other_row], level]


@jit
def interval_cylinder(
    limits: Limits, own_row: int, other_row: int, level: int, motion: Motion
) -> Cylinder:
    """Return the cylinder of two trajectories at one level on the interval of a motion."""
    minima = pair_cylinder(limits, own_row, other_row, level)
    arc = pair_arc(limits, own_row, other_row, level)
    if arc > 0.0 and is_curved(motion):
        minima = on_own_radius(motion, minima, arc)
    return minima


@jit
def on_own_radius(motion: Motion, general: Cylinder, arc: float) -> Cylinder:
    """Return the cylinder with the chord of `arc` for the pair's radius in mid-interval."""
    middle: Separation = separation_at(motion, 0.5)
    chord = chord_of_arc(arc, pair_radius(motion, middle))
    return cylinder(chord - TOUCH_TOLERANCE, general.vertical)
