"""Bounds on what two trajectories can do in one slab, from their chords.

Let c(u) be the difference of the two chords (other minus own), linear in u from 0 to 1 over the
slab, and R the sum of their radii. At every instant of the slab that both fly, the separation s of
the trajectories themselves obeys |s - c| <= R, hence ||s| - |c|| <= R, horizontally, vertically,
and in all coordinates at once with the radii composed (the norm of (R_h, R_z)).

**Plane.** s is the separation that the exact test sees. The least |s| is at least min |c| - R, and
at most |c(u)| + R for any u that both fly. |s(u)| <= v implies |c(u)| <= v + R, which holds on one
span of u, since |c| is convex.

**Earth.** The exact test sees s_h = s - (s . n) n, n the ellipsoid's normal at the middle of the
elementary interval, or s itself for far pairs. So |s_h| <= |s|, and |s|² = |s_h|² + (s . n)². Let A
be the matrix diag(1, 1, 1 / (1 - e²)): points p of the ellipsoid have p . A p = a², and the normal
in the direction of m is A m / |A m|. For p and q on the ellipsoid and m their middle,
(q - p) . A (p + q) / 2 = (q . A q - p . A p) / 2 = 0: the separation is exactly across the normal
at the middle. Two things are in the way. The points lie on chords of legs of at most 18 km, up to
6.4 m below the surface, which adds at most 6.4 m (times 1.04: |A m| is not less than |m|, which is
0.97 of the Earth's radius for pairs 3,020 km apart). And n is taken at the middle of the interval,
up to half a leg away: 9 km / 6,180 km turn m by up to 0.00146, and the normal by at most 1.007
times that. So

    |s . n| <= TILT |s| + DIP,

and |s_h| <= v implies |s| <= v + TILT |s| + DIP, so |s| <= w = (v + DIP) / (1 - TILT), and then
|s| <= sqrt(v² + (TILT w + DIP)²): 0.15 m more than v at 50 km. With the altitudes as a further
coordinate of s and s_h the same holds for the slant distance.

**Ratio.** N is the larger of |s_h|² / D² and s_z² / H²; each term is bounded by itself.

All of it is computed in float64 from edges in float32, whose rounding the radii contain; the
rounding of float64 itself is within the room that each radius has (`chords.ROUNDING`).
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner
from .approach import RATIO, SLANT, PairMinima
from .chords import ACROSS, ALTITUDE, PARTIAL, UPWARD, Chords, X, Y, Z

TILT = 0.0015
DIP = 7.0
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


@jit
def farthest_chord(value: float, tilt: float, dip: float) -> float:
    """Return a bound on |s| where |s_h| <= `value`."""
    wide = (value + dip) / (1.0 - tilt)
    aside = tilt * wide + dip
    return np.sqrt(value * value + aside * aside)


@jit
def nearest_projection(chord: float, tilt: float, dip: float) -> float:
    """Return a bound from below on |s_h| where |s| >= `chord`."""
    aside = tilt * chord + dip
    return np.sqrt(max(chord * chord - aside * aside, 0.0))


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
