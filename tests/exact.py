"""Exact numbers, and the relative motion of two tracks in them: the ground the oracle stands on.

A track is a list of parts, a part a list of knots ``(t, x, y, z)``; every number is converted to
`Fraction` exactly. Between two neighbouring cuts of both tracks and of the window, an elementary
interval, the separation s = other - own is linear: s(start + tau) = s + v tau, 0 <= tau <= length.
Where an instant is the root of a quadratic, p +- sqrt(q), it is compared with a rational by
squaring; only what is returned is enclosed.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, TypeAlias

Number: TypeAlias = int | float | Fraction
Knot: TypeAlias = tuple[Number, Number, Number, Number]
Track: TypeAlias = Sequence[Sequence[Knot]]
Window: TypeAlias = tuple[Number | None, Number | None]
ExactKnot: TypeAlias = tuple[Fraction, Fraction, Fraction, Fraction]
Vector: TypeAlias = tuple[Fraction, Fraction, Fraction]
Interval: TypeAlias = tuple[Fraction, Fraction]


class Enclosure(NamedTuple):
    """A real number between two rationals; a rational one has lower == upper."""

    lower: Fraction
    upper: Fraction


class Surd(NamedTuple):
    """The number middle + sign * sqrt(radicand), radicand >= 0."""

    middle: Fraction
    sign: int
    radicand: Fraction

    def compare(self, other: Fraction) -> int:
        """-1, 0 or 1 as this number is below, at or above `other`; exact."""
        offset = self.middle - other
        if offset == 0 or (offset > 0) == (self.sign > 0):
            return sign_of(offset) or self.sign * sign_of(self.radicand)
        return sign_of(offset) * sign_of(offset * offset - self.radicand)

    def enclosure(self) -> Enclosure:
        lower, upper = square_root(self.radicand)
        if self.sign < 0:
            lower, upper = -upper, -lower
        return Enclosure(self.middle + lower, self.middle + upper)


class Motion(NamedTuple):
    """The separation s + v tau on one elementary interval [start, start + length]."""

    start: Fraction
    length: Fraction
    s: Vector
    v: Vector

    def at(self, tau: Fraction) -> Vector:
        return (
            self.s[0] + self.v[0] * tau,
            self.s[1] + self.v[1] * tau,
            self.s[2] + self.v[2] * tau,
        )


def square_root(value: Fraction) -> Enclosure:
    """The square root, exact if rational, else within 2**-100 of itself."""
    radicand = value.numerator * value.denominator
    shift = max(0, (206 - radicand.bit_length()) // 2)
    root = math.isqrt(radicand << 2 * shift)
    scale = value.denominator << shift
    rest = 0 if root * root == radicand << 2 * shift else 1
    return Enclosure(Fraction(root, scale), Fraction(root + rest, scale))


def fraction(value: Number) -> Fraction:
    return value if type(value) is Fraction else Fraction(value)


def sign_of(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def bound(value: Number) -> Fraction | None:
    """A vertical minimum, None where it is infinite."""
    return None if value == math.inf else fraction(value)


def shifted(offset: Enclosure, start: Fraction) -> Enclosure:
    return Enclosure(offset.lower + start, offset.upper + start)


def roots(a: Fraction, b: Fraction, c: Fraction) -> tuple[Surd, Surd] | None:
    """The two roots of a tau**2 + b tau + c in order (the same one twice if linear), or None."""
    if a == 0:
        line = None if b == 0 else Surd(-c / b, 1, Fraction(0))
        return None if line is None else (line, line)
    middle = -b / (2 * a)
    radicand = middle * middle - c / a
    return None if radicand < 0 else (Surd(middle, -1, radicand), Surd(middle, 1, radicand))


def exactly(value: Fraction) -> Enclosure:
    return Enclosure(value, value)


def exact(track: Track) -> list[list[ExactKnot]]:
    return [
        [(fraction(t), fraction(x), fraction(y), fraction(z)) for t, x, y, z in part]
        for part in track
    ]


def cut(intervals: list[Interval], window: Window | None) -> list[Interval]:
    """The intervals within the closed window; an end that is None is open."""
    first, last = window if window is not None else (None, None)
    within = [
        (
            start if first is None else max(start, fraction(first)),
            end if last is None else min(end, fraction(last)),
        )
        for start, end in intervals
    ]
    return [(start, end) for start, end in within if start <= end]


def relative_motion(
    own: list[list[ExactKnot]], other: list[list[ExactKnot]], window: Window | None
) -> list[list[Motion]]:
    """The elementary intervals of each component of W; an instant is one of length zero."""
    found: list[list[Motion]] = []
    for a in own:
        for b in other:
            common = [(max(a[0][0], b[0][0]), min(a[-1][0], b[-1][0]))]
            for start, end in cut(common, window):
                inner = {knot[0] for knot in (*a, *b) if start < knot[0] < end}
                found.append(_elementary(a, b, sorted({start, end} | inner)))
    return sorted(found, key=lambda component: component[0].start)


def _elementary(own: list[ExactKnot], other: list[ExactKnot], cuts: list[Fraction]) -> list[Motion]:
    states = [_difference(_position(own, time), _position(other, time)) for time in cuts]
    if len(cuts) == 1:
        nil = Fraction(0)
        return [Motion(cuts[0], nil, states[0], (nil, nil, nil))]
    motions: list[Motion] = []
    for index, length in enumerate(b - a for a, b in pairwise(cuts)):
        dx, dy, dz = _difference(states[index], states[index + 1])
        velocity = (dx / length, dy / length, dz / length)
        motions.append(Motion(cuts[index], length, states[index], velocity))
    return motions


def _difference(own: Vector, other: Vector) -> Vector:
    return other[0] - own[0], other[1] - own[1], other[2] - own[2]


def _position(part: list[ExactKnot], time: Fraction) -> Vector:
    index = bisect_right(part, time, key=lambda knot: knot[0]) - 1
    t, *position = part[index]
    if t == time:
        return position[0], position[1], position[2]
    later, *target = part[index + 1]
    share = (time - t) / (later - t)
    x, y, z = (p + (q - p) * share for p, q in zip(position, target, strict=True))
    return x, y, z
