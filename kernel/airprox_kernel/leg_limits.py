"""Minima that two legs are kept to, rounded to the safe side where they vary along the legs."""

import math
from typing import NamedTuple

from ._jit import jit, jit_inner
from .apart import SAG, STRETCH
from .bands import Bands, Steps, largest_minimum
from .delays import LegPair
from .legs import Leg
from .limits import TOUCH_TOLERANCE, Limits
from .surface import SEMI_MAJOR_AXIS, SEMI_MINOR_AXIS, chord_of_arc

MARGIN = 0.5 * TOUCH_TOLERANCE
"""Metres. Screening takes the touch tolerance off the minima and then is right to half of it; so it
finds nothing beyond the minima less the other half, which are those that delays are formed for.
With the whole minima, flights at adjacent levels (304.7999999999993 m apart) would forbid each
other every delay."""
LEAST_RADIUS = SEMI_MINOR_AXIS * SEMI_MINOR_AXIS / SEMI_MAJOR_AXIS
LARGEST_RADIUS = SEMI_MAJOR_AXIS * SEMI_MAJOR_AXIS / SEMI_MINOR_AXIS
"""Of curvature, of the ellipsoid, in metres: along the equator's meridian, and at the poles."""
GEODETIC_MARGIN = 0.05
"""Metres added to the horizontal minimum of the geodetic frame. One normal stands for a pair of
legs, that of the middle of both; screening takes one for each elementary interval. The middles
differ by up to a quarter of both legs, the normals by the angle `tilt` (9 km / R = 0.0014), and so
two horizontal separations s by up to |s| tilt² / 2 + sag * tilt, where sag <= 6.4 m is how far the
chord of a leg of 18 km dips: 2 cm at 5 NM, 5 cm at 20 NM, and more than the margin beyond."""
DIP = 0.015
"""Metres: sag * tilt, and room for rounding."""
ROOM = 1e-6
"""Metres: more than the rounding of coordinates within 1e9 m, on which positions are limited."""


class Kept(NamedTuple):
    """What two trajectories are kept to."""

    horizontal: float
    """The minimum (m), or its chord in the geodetic frame, less `MARGIN`."""
    geodetic: bool
    steps: Steps
    """The bands of altitude that hold for the two."""


class Reached(NamedTuple):
    """Minima (m) of a pair of legs: of the plane, or of the chord."""

    horizontal: float
    vertical: float


@jit
def kept_to(limits: Limits, bands: Bands, own_row: int, other_row: int, geodetic: bool) -> Kept:
    """Return what two trajectories are kept to at the one level of `limits`.

    Minima whose chord depends on the pair's own radius of curvature get the largest chord.
    """
    own: int = limits.own_category[own_row]
    other: int = limits.other_category[other_row]
    horizontal: float = limits.horizontal[own, other, 0] + (TOUCH_TOLERANCE - MARGIN)
    arc: float = limits.arc[own, other, 0]
    if geodetic and arc > 0.0:
        horizontal = chord_of_arc(arc, LARGEST_RADIUS) - MARGIN
    return Kept(horizontal, geodetic, Steps(bands.first[own, other, 0], bands.last[own, other, 0]))


@jit
def farthest(bands: Bands, kept: Kept) -> Reached:
    """Return how far apart (m), along an axis and vertically, two places in conflict can be.

    Without the radii of the two aircraft.
    """
    across = kept.horizontal
    if kept.geodetic:
        across = STRETCH * across + SAG
    upward = 0.0
    for step in range(kept.steps.first, kept.steps.last + 1):
        upward = max(upward, bands.vertical[step])
    return Reached(across + ROOM, upward + (TOUCH_TOLERANCE + ROOM))


@jit
def are_near(own: Leg, other: Leg, reach: Reached) -> bool:
    """Return whether the boxes around two legs are close enough along every axis.

    Where not, there are no forbidden delays: this only saves work.
    """
    across = reach.horizontal + STRETCH * (own.across + other.across)
    upward = reach.vertical + (own.upward + other.upward)
    a, b, c, d = own.start, own.end, other.start, other.end
    return (
        _gap(a.altitude, b.altitude, c.altitude, d.altitude) <= upward
        and _gap(a.x, b.x, c.x, d.x) <= across
        and _gap(a.y, b.y, c.y, d.y) <= across
        and _gap(a.z, b.z, c.z, d.z) <= across
    )


@jit_inner
def _gap(a: float, b: float, c: float, d: float) -> float:
    """Return the gap between the spans of a, b and of c, d; negative where they overlap."""
    return max(min(a, b) - max(c, d), min(c, d) - max(a, b))


@jit
def leg_minima(bands: Bands, kept: Kept, own: Leg, other: Leg, pair: LegPair) -> Reached:
    """Return the minima that a pair of legs is kept to.

    Where minima vary along the legs these are the largest: the vertical one of all altitudes that
    the two legs span, and both with the largest radii of the two aircraft on them. Sums commute, so
    that swapping the two sides changes no bit.
    """
    horizontal = kept.horizontal
    if kept.geodetic:
        horizontal += _geodetic_margin(pair, horizontal)
    steps = kept.steps
    vertical: float = bands.vertical[steps.first]
    if steps.first < steps.last:
        vertical = max(_largest_on(bands, steps, own), _largest_on(bands, steps, other))
    vertical += TOUCH_TOLERANCE - MARGIN
    return Reached(horizontal + (own.across + other.across), vertical + (own.upward + other.upward))


@jit_inner
def _geodetic_margin(pair: LegPair, chord: float) -> float:
    """Return what is added to a chord, see `GEODETIC_MARGIN`."""
    own = math.sqrt(pair.own_x * pair.own_x + pair.own_y * pair.own_y)
    other = math.sqrt(pair.other_x * pair.other_x + pair.other_y * pair.other_y)
    tilt = 0.5 * (own + other) / LEAST_RADIUS
    return max(GEODETIC_MARGIN, DIP + 0.5 * chord * tilt * tilt)


@jit_inner
def _largest_on(bands: Bands, steps: Steps, leg: Leg) -> float:
    """Return the largest vertical minimum of the altitudes that an aircraft may have on a leg."""
    low = min(leg.start.altitude, leg.end.altitude) - leg.upward
    high = max(leg.start.altitude, leg.end.altitude) + leg.upward
    return largest_minimum(bands, steps, low, high)
