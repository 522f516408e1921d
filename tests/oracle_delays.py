"""Forbidden delays in exact rational arithmetic, planar frame: the tests' authority for delays.

For two legs, whether a delay puts them in loss of separation can change only at a delay at which

* one of them begins or ends where the other does,
* at an end of a leg the horizontal distance is the minimum, or the vertical one is,
* while the two pass, the least horizontal distance is the minimum,
* or the horizontal distance is the minimum just as the vertical one is.

All of these are rational or roots of quadratics. Between two neighbouring ones a single delay,
decided by `oracle.Pair` on the delayed track, speaks for all. Nothing here knows that the set is an
interval, or how the library finds it.
"""

from fractions import Fraction
from itertools import pairwise, product

from exact import (
    Enclosure,
    ExactKnot,
    Number,
    Track,
    Vector,
    bound,
    exact,
    exactly,
    fraction,
    roots,
    square_root,
)
from oracle import Pair

Leg = tuple[ExactKnot, ExactKnot]


def delayed(track: Track, delay: Number) -> list[list[ExactKnot]]:
    """The track later by `delay`, exactly."""
    by = fraction(delay)
    return [[(t + by, x, y, z) for t, x, y, z in part] for part in exact(track)]


def conflicts(
    own: Track, other: Track, delay: Number, horizontal: Number, vertical: Number
) -> bool:
    """Whether the two lose separation, for a while, with other delayed: |s| < minima exactly."""
    pair = Pair(own, delayed(other, delay))
    return bool(pair.loss_set(horizontal, vertical, tolerance=0))


def legs(track: Track) -> list[Leg]:
    """The legs of all parts; a part of one knot has none."""
    return [leg for part in exact(track) for leg in pairwise(part)]


def forbidden_delays(
    own: Track, other: Track, horizontal: Number, vertical: Number
) -> list[tuple[Enclosure, Enclosure]]:
    """The forbidden delays of each pair of legs that has any: open intervals, as (start, end).

    They may overlap; what the pair of tracks may not have is their union.
    """
    found = [
        leg_interval(a, b, fraction(horizontal), bound(vertical))
        for a, b in product(legs(own), legs(other))
    ]
    return [interval for interval in found if interval is not None]


def leg_interval(
    own: Leg, other: Leg, horizontal: Fraction, vertical: Fraction | None
) -> tuple[Enclosure, Enclosure] | None:
    """The forbidden delays of two legs, or None."""
    tracks = [own], [other]
    limit = float("inf") if vertical is None else vertical
    edges = sorted(critical_delays(own, other, horizontal, vertical))
    lost: list[tuple[Enclosure, Enclosure]] = []
    for before, after in pairwise(edges):
        if before.upper >= after.lower:
            continue  # the same number, or two that a hundred bits cannot tell apart
        middle = (before.upper + after.lower) / 2
        if conflicts(*tracks, middle, horizontal, limit):
            lost.append((before, after))
    return (lost[0][0], lost[-1][1]) if lost else None


def critical_delays(
    own: Leg, other: Leg, horizontal: Fraction, vertical: Fraction | None
) -> list[Enclosure]:
    """Every delay at which the answer for two legs may change."""
    (t0, *_), (t1, *_) = own
    (u0, *_), (u1, *_) = other
    a, va = _line(own)
    b, vb = _line(other)
    found = [exactly(t - u) for t in (t0, t1) for u in (u0, u1)]
    square = horizontal * horizontal
    # Delay d brings other's time u = t - d to own's time t. Each line below is s = p + q d.
    lines = [(_less(_at(b, vb, t), _at(a, va, t)), _times(vb, -1)) for t in (t0, t1)]
    lines += [(_less(_at(b, vb, u), _at(a, va, u)), _times(va, -1)) for u in (u0, u1)]
    for level in () if vertical is None else (vertical, -vertical):
        lines_at, found_at = _at_level(_less(b, a), va, vb, level)
        lines += lines_at
        found += found_at
        for p, q in lines[:4]:
            if q[2] != 0:
                found.append(exactly((level - p[2]) / q[2]))
    for p, q in lines:
        quadratic = (
            q[0] * q[0] + q[1] * q[1],
            2 * (p[0] * q[0] + p[1] * q[1]),
            p[0] * p[0] + p[1] * p[1] - square,
        )
        found += [root.enclosure() for root in roots(*quadratic) or ()]
    return found + _passing(_less(b, a), va, vb, horizontal)


def _passing(s: Vector, va: Vector, vb: Vector, horizontal: Fraction) -> list[Enclosure]:
    """Delays d at which |(s - vb d) x w| = D |w| for w = vb - va: the least distance is D."""
    w = _less(vb, va)
    turn = vb[0] * w[1] - vb[1] * w[0]
    if turn == 0:
        return []
    cross = s[0] * w[1] - s[1] * w[0]
    speed = square_root(w[0] * w[0] + w[1] * w[1])
    ends: list[Enclosure] = []
    for sign in (-1, 1):
        values = [(cross + sign * horizontal * v) / turn for v in speed]
        ends.append(Enclosure(min(values), max(values)))
    return ends


def _at_level(
    s: Vector, va: Vector, vb: Vector, level: Fraction
) -> tuple[list[tuple[Vector, Vector]], list[Enclosure]]:
    """The separation as a line in d where other is `level` above own.

    The vertical separation at own's time t is s_z + (vb_z - va_z) t - vb_z d. Where it does not
    change with t, it is `level` for one delay only, which is returned as such.
    """
    rise = vb[2] - va[2]
    if rise == 0:
        return [], [] if vb[2] == 0 else [exactly((s[2] - level) / vb[2])]
    start, slope = (level - s[2]) / rise, vb[2] / rise
    w = _less(vb, va)
    p = tuple(x + v * start for x, v in zip(s, w, strict=True))
    q = tuple(v * slope - u for v, u in zip(w, vb, strict=True))
    return [((p[0], p[1], p[2]), (q[0], q[1], q[2]))], []


def _line(leg: Leg) -> tuple[Vector, Vector]:
    """A leg as position at time 0, and velocity."""
    (t, *start), (end, *target) = leg
    velocity = [(q - p) / (end - t) for p, q in zip(start, target, strict=True)]
    origin = [p - v * t for p, v in zip(start, velocity, strict=True)]
    return (origin[0], origin[1], origin[2]), (velocity[0], velocity[1], velocity[2])


def _at(origin: Vector, velocity: Vector, time: Fraction) -> Vector:
    x, y, z = (p + v * time for p, v in zip(origin, velocity, strict=True))
    return x, y, z


def _less(one: Vector, two: Vector) -> Vector:
    return one[0] - two[0], one[1] - two[1], one[2] - two[2]


def _times(vector: Vector, factor: int) -> Vector:
    return vector[0] * factor, vector[1] * factor, vector[2] * factor
