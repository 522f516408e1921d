"""Bounds on what two trajectories can do in one slab, from their chords.

Let c(u) be the difference of the two chords (other minus own), linear in u from 0 to 1 over the
slab, and R the sum of their radii. At every instant of the slab that both fly, the separation s of
the trajectories themselves obeys |s - c| <= R, hence ||s| - |c|| <= R, horizontally, vertically,
and in all coordinates at once with the radii composed (the norm of (R_h, R_z)).

**Plane.** s is the separation that the exact test sees. The least |s| is at least min |c| - R, and
at most |c(u)| + R for any u that both fly. |s(u)| <= v implies |c(u)| <= v + R, which holds on one
span of u, since |c| is convex.

**Earth.** The exact test sees s_h, the part of s that is horizontal; `projection` has what one
says of the other.

**Ratio.** N is the larger of |s_h|² / D² and s_z² / H²; each term is bounded by itself.

All of it is computed in float64 from edges in float32, whose rounding the radii contain; the
rounding of float64 itself is within the room that each radius has (`chords.ROUNDING`).
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit_inner
from .approach import RATIO, SLANT, PairMinima
from .chords import ACROSS, ALTITUDE, PARTIAL, UPWARD, Chords, X, Y, Z
from .projection import DIP, TILT, farthest_chord, nearest_projection

SPREAD = 1e-4
"""Relative: a minimum that takes the pair's own radius has a chord within this of that with the
mean radius (2,000 km: 5.5e-5)."""
PRODUCTS = 2e-6
"""Relative room for products in float32."""
NO_MOTION = 1e-40
"""A squared displacement (m²) under this is no motion."""


class Metric(NamedTuple):
    """What is bounded, and in which frame."""

    kind: int
    tilt: float
    dip: float
    spread: float
    """Relative room for ratios: more iff some minima take the pair's own radius."""


class Scale(NamedTuple):
    """A pair's minima as far as bounds need them; of distances, 1 and 1."""

    across: float
    upward: float


class Chord(NamedTuple):
    """Other minus own over one slab: (x, y, z, up) + u * (dx, dy, dz, rise), and the radii."""

    x: float
    y: float
    z: float
    up: float
    dx: float
    dy: float
    dz: float
    rise: float
    across: float
    upward: float
    partial: bool
    """Whether one of the two flies the slab in part only."""


class Range(NamedTuple):
    """A closed range of u; empty iff ``low > high``."""

    low: float
    high: float


class Bound(NamedTuple):
    """What the value of the metric (a distance or a ratio) can be on a range of u."""

    lower: float
    """No value is below."""
    upper: float
    """Some value is not above, if both fly the whole range."""


def metric_of(kind: int, geodetic: bool, own_radius: bool) -> Metric:
    """Return a metric in one of the frames; `own_radius` iff minima take the pair's own radius."""
    spread = SPREAD + PRODUCTS if own_radius else PRODUCTS
    return Metric(kind, TILT, DIP, spread) if geodetic else Metric(kind, 0.0, 0.0, spread)


@jit_inner
def scale_of(minima: PairMinima) -> Scale:
    """Return the scale of a pair."""
    limit = minima.general
    return Scale(limit.horizontal, limit.vertical)


@jit_inner
def chord_between(own: Chords, own_edge: int, other: Chords, other_edge: int) -> Chord:
    """Return the difference of two chords of one slab.

    ``float`` leaves a float32 what it is.
    """
    a, b = own.edge[own_edge], other.edge[other_edge]
    c, d = own.edge[own_edge + 1], other.edge[other_edge + 1]
    x, y, z = (
        np.float64(b[X]) - np.float64(a[X]),
        np.float64(b[Y]) - np.float64(a[Y]),
        np.float64(b[Z]) - np.float64(a[Z]),
    )
    up = np.float64(b[ALTITUDE]) - np.float64(a[ALTITUDE])
    return Chord(
        x,
        y,
        z,
        up,
        np.float64(d[X]) - np.float64(c[X]) - x,
        np.float64(d[Y]) - np.float64(c[Y]) - y,
        np.float64(d[Z]) - np.float64(c[Z]) - z,
        np.float64(d[ALTITUDE]) - np.float64(c[ALTITUDE]) - up,
        np.float64(a[ACROSS]) + np.float64(b[ACROSS]),
        np.float64(a[UPWARD]) + np.float64(b[UPWARD]),
        a[PARTIAL] > 0.0 or b[PARTIAL] > 0.0,
    )


class _Line(NamedTuple):
    """A chord in the coordinates that a distance counts: |p + u w|², and the radius."""

    start_square: float
    product: float
    square: float
    radius: float


@jit_inner
def _line(chord: Chord, kind: int) -> _Line:
    """Return the line of the horizontal distance, or with the altitudes of the slant distance."""
    c = chord
    line = _Line(
        c.x * c.x + c.y * c.y + c.z * c.z,
        c.x * c.dx + c.y * c.dy + c.z * c.dz,
        c.dx * c.dx + c.dy * c.dy + c.dz * c.dz,
        c.across,
    )
    if kind != SLANT:
        return line
    return _Line(
        line.start_square + c.up * c.up,
        line.product + c.up * c.rise,
        line.square + c.rise * c.rise,
        np.sqrt(c.across * c.across + c.upward * c.upward),
    )


@jit_inner
def _nearest(line: _Line, within: Range) -> float:
    """Return the u at which the line is nearest."""
    if line.square < NO_MOTION:
        return within.low
    return min(max(-line.product / line.square, within.low), within.high)


@jit_inner
def _distance(chord: Chord, kind: int, u: float) -> float:
    x, y, z = chord.x + u * chord.dx, chord.y + u * chord.dy, chord.z + u * chord.dz
    up = chord.up + u * chord.rise if kind == SLANT else 0.0
    return np.sqrt(x * x + y * y + z * z + up * up)


@jit_inner
def bound_on(chord: Chord, within: Range, metric: Metric, scale: Scale) -> Bound:
    """Return bounds on the least value of the metric on a range of u."""
    line = _line(chord, metric.kind)
    u = _nearest(line, within)
    distance = _distance(chord, metric.kind, u)
    lower = nearest_projection(max(distance - line.radius, 0.0), metric.tilt, metric.dip)
    upper = distance + line.radius
    if metric.kind != RATIO:
        return Bound(lower, upper)
    start = chord.up + within.low * chord.rise
    end = chord.up + within.high * chord.rise
    level = max(max(min(start, end), -max(start, end)), 0.0)
    over = abs(chord.up + u * chord.rise)
    return Bound(
        max(lower / scale.across, (level - chord.upward) / scale.upward) * (1.0 - metric.spread),
        max(upper / scale.across, (over + chord.upward) / scale.upward) * (1.0 + metric.spread),
    )


@jit_inner
def range_below(chord: Chord, within: Range, metric: Metric, scale: Scale, value: float) -> Range:
    """Return a range of u that holds all instants at which the metric is not above `value`."""
    line = _line(chord, metric.kind)
    if metric.kind != RATIO:
        return _range_of_distance(chord, line, within, metric, value)
    value *= 1.0 + metric.spread
    if scale.upward < np.inf:
        within = _range_of_level(chord, within, value * scale.upward + chord.upward)
        if within.low > within.high:
            return within
    return _range_of_distance(chord, line, within, metric, value * scale.across)


@jit_inner
def _range_of_distance(
    chord: Chord, line: _Line, within: Range, metric: Metric, value: float
) -> Range:
    reach = farthest_chord(value, metric.tilt, metric.dip) + line.radius
    if line.square < NO_MOTION:
        is_near = line.start_square <= reach * reach
        return within if is_near else Range(1.0, 0.0)
    u = -line.product / line.square
    distance = _distance(chord, metric.kind, u)
    if distance > reach:
        return Range(1.0, 0.0)
    half = np.sqrt((reach - distance) * (reach + distance) / line.square)
    return Range(max(within.low, u - half), min(within.high, u + half))


@jit_inner
def _range_of_level(chord: Chord, within: Range, reach: float) -> Range:
    """Return where the vertical separation of the chords is within `reach`."""
    if abs(chord.rise) < NO_MOTION:
        return within if abs(chord.up) <= reach else Range(1.0, 0.0)
    one = (-chord.up - reach) / chord.rise
    two = (-chord.up + reach) / chord.rise
    return Range(max(within.low, min(one, two)), min(within.high, max(one, two)))
