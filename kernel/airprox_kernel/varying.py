"""Minima that vary along an interval: by bands of altitude, and by the aircraft's uncertainty.

An elementary interval falls into parts on which every altitude that matters stays in one band.
Each part is tested like an interval of its own; at a cut, minima are one-sided limits.
"""

from typing import NamedTuple

from ._jit import jit_inner
from .apart import STRETCH, Bounds
from .bands import (
    Bands,
    Line,
    Steps,
    largest_minimum,
    line_at,
    next_crossing,
    smallest_minimum,
    vertical_minimum,
)
from .cpa import critical_point_within
from .intervals import Interval
from .job import Job
from .limits import Limits
from .motion import Motion
from .segments import position_at
from .uncertain import Loss, Radii, Spread, growing_loss, largest_radius, spread_on, widened
from .violation import Cylinder, Violation, cylinder, violation_within


class Variations(NamedTuple):
    """What lets the minima of a pair vary, beside the job's `limits`."""

    bands: Bands
    """Takes the place of the limits' vertical minima."""
    own_radii: Radii
    other_radii: Radii
    uncertain: bool
    """Whether either side has radii."""


class Course(NamedTuple):
    """The altitudes (m) and the radii of both aircraft on one elementary interval."""

    own: Line
    other: Line
    own_spread: Spread
    other_spread: Spread


@jit_inner
def course_on(job: Job, variations: Variations, interval: Interval) -> Course:
    """Return the altitudes and radii on an interval."""
    start, end = interval.start, interval.end
    own = position_at(job.own, interval.own_leg, start).altitude
    other = position_at(job.other, interval.other_leg, start).altitude
    own_end = position_at(job.own, interval.own_leg, end).altitude
    other_end = position_at(job.other, interval.other_leg, end).altitude
    return Course(
        Line(own, own_end - own),
        Line(other, other_end - other),
        spread_on(job.own.time, variations.own_radii, interval.own_leg, start, end),
        spread_on(job.other.time, variations.other_radii, interval.other_leg, start, end),
    )


@jit_inner
def widened_bounds(
    job: Job, variations: Variations | None, interval: Interval, bounds: Bounds
) -> Bounds:
    """Return the bounds of a pair, more by the largest radii that both have on an interval's legs.

    They say "apart" where the exact test of such radii, which takes roots of a quadratic, might
    find a loss by their rounding alone.
    """
    if variations is None or not variations.uncertain:
        return bounds
    own, other = variations.own_radii, variations.other_radii
    across = largest_radius(own.horizontal, interval.own_leg)
    across += largest_radius(other.horizontal, interval.other_leg)
    upward = largest_radius(own.vertical, interval.own_leg)
    upward += largest_radius(other.vertical, interval.other_leg)
    across = STRETCH * across if job.own.geodetic else across
    return Bounds(bounds.horizontal + across, bounds.vertical + upward)


@jit_inner
def pair_steps(bands: Bands, limits: Limits, own_row: int, other_row: int, level: int) -> Steps:
    """Return the steps of two trajectories at one level."""
    own = limits.own_category[own_row]
    other = limits.other_category[other_row]
    return Steps(bands.first[own, other, level], bands.last[own, other, level])


@jit_inner
def next_cut(variations: Variations, course: Course, steps: Steps, low: float) -> float:
    """Return the u at which the part that begins at `low` ends."""
    if steps.first == steps.last:
        return 1.0
    bands = variations.bands
    cut = min(
        next_crossing(bands, steps, course.own, low), next_crossing(bands, steps, course.other, low)
    )
    if variations.uncertain:
        cut = min(cut, _next_crossing_of(bands, steps, course.own, course.own_spread, low))
        cut = min(cut, _next_crossing_of(bands, steps, course.other, course.other_spread, low))
    return cut


@jit_inner
def _next_crossing_of(
    bands: Bands, steps: Steps, altitude: Line, spread: Spread, low: float
) -> float:
    """Return where the lowest or the highest possible altitude next crosses an edge."""
    bottom = _aside(altitude, spread, -1.0)
    top = _aside(altitude, spread, 1.0)
    return min(next_crossing(bands, steps, bottom, low), next_crossing(bands, steps, top, low))


@jit_inner
def _aside(altitude: Line, spread: Spread, sign: float) -> Line:
    return Line(
        altitude.start + sign * spread.vertical.start,
        altitude.change + sign * spread.vertical.change,
    )


@jit_inner
def violation_of_part(
    variations: Variations,
    course: Course,
    steps: Steps,
    motion: Motion,
    limit: Cylinder,
    low: float,
    high: float,
) -> Violation:
    """Return where on a part separation is lost; of uncertain positions, where it may be.

    `limit` gives the horizontal minimum. The critical point is that of the nominal positions under
    the nominal minima, within the loss; its N may be 1 or more where positions are uncertain.
    """
    middle = 0.5 * (low + high)
    own, other = line_at(course.own, middle), line_at(course.other, middle)
    vertical = vertical_minimum(variations.bands, steps, own, other)
    minima = cylinder(limit.horizontal, vertical)
    if not variations.uncertain:
        return violation_within(motion, minima, low, high)
    vertical = max(
        _largest(variations.bands, steps, course.own, course.own_spread, middle),
        _largest(variations.bands, steps, course.other, course.other_spread, middle),
    )
    loss = growing_loss(motion, _widened(limit.horizontal, vertical, course, 1.0), low, high)
    point = critical_point_within(
        motion, minima.horizontal_weight, minima.vertical_weight, loss.start, loss.end
    )
    return Violation(loss.start, loss.end, loss.at_start, loss.at_end, point.u, point.square)


@jit_inner
def certain_loss_of_part(
    variations: Variations,
    course: Course,
    steps: Steps,
    motion: Motion,
    limit: Cylinder,
    low: float,
    high: float,
) -> Loss:
    """Return where on a part separation is lost wherever the two aircraft are."""
    middle = 0.5 * (low + high)
    vertical = max(
        _smallest(variations.bands, steps, course.own, course.own_spread, middle),
        _smallest(variations.bands, steps, course.other, course.other_spread, middle),
    )
    return growing_loss(motion, _widened(limit.horizontal, vertical, course, -1.0), low, high)


@jit_inner
def _widened(horizontal: float, vertical: float, course: Course, sign: float) -> Spread:
    own, other = course.own_spread, course.other_spread
    return Spread(
        widened(horizontal, own.horizontal, other.horizontal, sign),
        widened(vertical, own.vertical, other.vertical, sign),
    )


@jit_inner
def _largest(bands: Bands, steps: Steps, altitude: Line, spread: Spread, u: float) -> float:
    bottom, top = _aside(altitude, spread, -1.0), _aside(altitude, spread, 1.0)
    return largest_minimum(bands, steps, line_at(bottom, u), line_at(top, u))


@jit_inner
def _smallest(bands: Bands, steps: Steps, altitude: Line, spread: Spread, u: float) -> float:
    bottom, top = _aside(altitude, spread, -1.0), _aside(altitude, spread, 1.0)
    return smallest_minimum(bands, steps, line_at(bottom, u), line_at(top, u))
