"""Closest approach and loss of separation in exact rational arithmetic: the tests' authority.

Planar frame, all pairs, the definitions word for word, and slow: nothing is pruned. Nothing here
imports the library or NumPy, and no decision is taken in floating point. The unit of time is the
caller's (seconds or whole nanoseconds), distances are metres; see `exact` for what a track is.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from exact import (
    Enclosure,
    ExactKnot,
    Interval,
    Motion,
    Number,
    Surd,
    Track,
    Vector,
    Window,
    bound,
    cut,
    exact,
    exactly,
    fraction,
    relative_motion,
    roots,
    shifted,
    square_root,
)

TOUCH_TOLERANCE = Fraction(1, 10**7)


class Loss(NamedTuple):
    """One maximal interval of loss of separation within one component of W."""

    start: Enclosure
    end: Enclosure
    start_clipped: bool
    end_clipped: bool
    component: Interval


class Closest(NamedTuple):
    """The earliest minimum of a metric over W: when, its square, and |s_z| then."""

    time: Enclosure
    squared: Enclosure
    vertical: Enclosure


class Pair:
    """Two tracks on their common time W: everything that can be asked of one pair."""

    def __init__(self, own: Track, other: Track, window: Window | None = None) -> None:
        self.components = relative_motion(exact(own), exact(other), window)
        """For each component of W, in order of time, its elementary intervals."""

    @property
    def spans(self) -> list[Interval]:
        """The components of W as closed intervals, possibly instants."""
        return [(part[0].start, part[-1].start + part[-1].length) for part in self.components]

    def separation(self, time: Number) -> Vector:
        """The vector s at an instant of W."""
        instant = fraction(time)
        for motion in self._motions():
            if motion.start <= instant <= motion.start + motion.length:
                return motion.at(instant - motion.start)
        raise ValueError(f"W must contain the instant, got {float(instant)}")

    def fastest(self, start: Number, end: Number) -> tuple[Fraction, Fraction]:
        """Upper bounds of |v_h| and |v_z| on the elementary intervals that meet [start, end]."""
        speeds = [
            motion.v
            for motion in self._motions()
            if motion.start <= end and start <= motion.start + motion.length
        ]
        squares = [x * x + y * y for x, y, _ in speeds]
        horizontal = square_root(max(squares, default=Fraction(0))).upper
        return horizontal, max((abs(z) for _, _, z in speeds), default=Fraction(0))

    def loss_set(
        self, horizontal: Number, vertical: Number, tolerance: Number = TOUCH_TOLERANCE
    ) -> list[Loss]:
        """The maximal intervals of loss of separation, in order of time."""
        minima = _effective(horizontal, vertical, tolerance)
        losses: list[Loss] = []
        for component, span in zip(self.components, self.spans, strict=True):
            if span[0] < span[1]:
                losses += _component_losses(component, span, minima)
        return losses

    def closest(
        self,
        metric: str,
        horizontal: Number | None = None,
        vertical: Number | None = None,
        tolerance: Number = TOUCH_TOLERANCE,
    ) -> Closest | None:
        """The earliest minimum of "horizontal", "slant" or "ratio" over W; None if W is empty.

        Minima of the two distances are rational, and so exact. The critical point may be a root,
        which is only enclosed: ratios within 2**-80 of the smallest count as equal.
        """
        slack = Fraction(0)
        if metric == "ratio":
            slack = Fraction(1, 2**80)
            if horizontal is None or vertical is None:
                raise ValueError("the metric 'ratio' must be given both minima")
            minima = _effective(horizontal, vertical, tolerance)
            candidates = [
                entry for motion in self._motions() for entry in critical_points(motion, *minima)
            ]
        else:
            axes = {"horizontal": 2, "slant": 3}[metric]
            candidates = [_axis_minimum(motion, axes) for motion in self._motions()]
        if not candidates:
            return None
        smallest = min(entry.squared.upper for entry in candidates)
        equal = [entry for entry in candidates if entry.squared.lower <= smallest * (1 + slack)]
        return min(equal, key=lambda entry: entry.time)

    def depth(self, horizontal: Number, vertical: Number) -> Enclosure | None:
        """Maximum of min(D - |s_h|, H - |s_z|) over W's components of positive length.

        Enclosed to 1e-12 m; None if W has no such component.
        """
        entries = [
            entry
            for motion in self._motions()
            if motion.length > 0
            for entry in _depths(motion, fraction(horizontal), bound(vertical))
        ]
        if not entries:
            return None
        lower, upper = zip(*entries, strict=True)
        return Enclosure(max(lower), max(upper))

    def _motions(self) -> Iterable[Motion]:
        return (motion for component in self.components for motion in component)


def components(own: Track, other: Track, window: Window | None = None) -> list[Interval]:
    """W: the instants at which both tracks and the window are defined, as closed intervals."""
    return Pair(own, other, window).spans


def loss_set(
    own: Track,
    other: Track,
    horizontal: Number,
    vertical: Number,
    window: Window | None = None,
    tolerance: Number = TOUCH_TOLERANCE,
) -> list[Loss]:
    """The maximal intervals on which |s_h| < D - tolerance and |s_z| < H - tolerance."""
    return Pair(own, other, window).loss_set(horizontal, vertical, tolerance)


def closest(
    own: Track,
    other: Track,
    metric: str,
    horizontal: Number | None = None,
    vertical: Number | None = None,
    window: Window | None = None,
) -> Closest | None:
    """The earliest minimum of a metric over W; None if W is empty."""
    return Pair(own, other, window).closest(metric, horizontal, vertical)


def depth(
    own: Track, other: Track, horizontal: Number, vertical: Number, window: Window | None = None
) -> Enclosure | None:
    """How deep the pair violates the minima, negative if it does not."""
    return Pair(own, other, window).depth(horizontal, vertical)


class PairCounts(NamedTuple):
    """What a receipt counts, over all pairs of two fleets or all unordered pairs of one."""

    common: int
    exempt: int
    in_conflict: int


def pair_counts(
    own: Sequence[tuple[Hashable, Track]],
    other: Sequence[tuple[Hashable, Track]] | None,
    horizontal: Number,
    vertical: Number,
    window: Window | None = None,
    exempt: Collection[Hashable] = (),
    tolerance: Number = TOUCH_TOLERANCE,
) -> PairCounts:
    """Common, exempt (one id on both sides, among `exempt`) and conflicting pairs."""
    if other is None:
        pairs = [(a, b) for i, a in enumerate(own) for b in own[i + 1 :]]
    else:
        pairs = [(a, b) for a in own for b in other]
    common = exempted = in_conflict = 0
    for (own_id, own_track), (other_id, other_track) in pairs:
        if not spans_meet(exact(own_track), exact(other_track), window):
            continue
        common += 1
        if own_id == other_id and own_id in exempt:
            exempted += 1
        elif loss_set(own_track, other_track, horizontal, vertical, window, tolerance):
            in_conflict += 1
    return PairCounts(common, exempted, in_conflict)


def _effective(
    horizontal: Number, vertical: Number, tolerance: Number
) -> tuple[Fraction, Fraction | None]:
    touch = fraction(tolerance)
    height = bound(vertical)
    return fraction(horizontal) - touch, None if height is None else height - touch


def spans_meet(
    own: list[list[ExactKnot]], other: list[list[ExactKnot]], window: Window | None
) -> bool:
    common = max(own[0][0][0], other[0][0][0]), min(own[-1][-1][0], other[-1][-1][0])
    return bool(cut([common], window))


def _is_loss(s: Vector, horizontal: Fraction, vertical: Fraction | None) -> bool:
    x, y, z = s
    inside = horizontal > 0 and x * x + y * y < horizontal * horizontal
    return inside and (vertical is None or abs(z) < vertical)


def _component_losses(
    component: list[Motion], span: Interval, minima: tuple[Fraction, Fraction | None]
) -> list[Loss]:
    losses: list[Loss] = []
    last = component[-1]
    clipped = _is_loss(component[0].s, *minima), _is_loss(last.at(last.length), *minima)
    for motion in component:
        piece = _piece(motion, *minima)
        if piece is None:
            continue
        start, end = piece
        if losses and _is_loss(motion.s, *minima):
            losses[-1] = losses[-1]._replace(end=end)
        else:
            losses.append(Loss(start, end, False, False, span))
    if clipped[0]:
        losses[0] = losses[0]._replace(start_clipped=True)
    if clipped[1]:
        losses[-1] = losses[-1]._replace(end_clipped=True)
    return losses


def _piece(
    motion: Motion, horizontal: Fraction, vertical: Fraction | None
) -> tuple[Enclosure, Enclosure] | None:
    """Where loss holds on one elementary interval: an interval of positive length, or None."""
    if horizontal <= 0 or (vertical is not None and vertical <= 0):
        return None
    x, y, z = motion.s
    vx, vy, vz = motion.v
    start, end = Fraction(0), motion.length
    if vertical is not None:
        if vz == 0 and abs(z) >= vertical:
            return None
        if vz != 0:
            crossings = sorted(((-vertical - z) / vz, (vertical - z) / vz))
            start, end = max(start, crossings[0]), min(end, crossings[1])
    enter = leave = None
    speed = vx * vx + vy * vy
    excess = x * x + y * y - horizontal * horizontal
    if speed == 0 and excess >= 0:
        return None
    if speed > 0:
        enter, leave = roots(speed, 2 * (x * vx + y * vy), excess) or (None, None)
        if enter is None or leave is None or enter.radicand == 0:
            return None
        if enter.compare(end) >= 0 or leave.compare(start) <= 0:
            return None
    if start >= end:
        return None
    first, last = Enclosure(start, start), Enclosure(end, end)
    if enter is not None and enter.compare(start) > 0:
        first = enter.enclosure()
    if leave is not None and leave.compare(end) < 0:
        last = leave.enclosure()
    return shifted(first, motion.start), shifted(last, motion.start)


def _minimiser(motion: Motion, axes: Sequence[int]) -> Fraction:
    """Where the sum of the axes' squares is smallest on the interval; its start if constant."""
    speed = sum((motion.v[axis] ** 2 for axis in axes), Fraction(0))
    if speed == 0:
        return Fraction(0)
    along = sum((motion.s[axis] * motion.v[axis] for axis in axes), Fraction(0))
    return min(max(-along / speed, Fraction(0)), motion.length)


def _axis_minimum(motion: Motion, axes: int) -> Closest:
    tau = _minimiser(motion, range(axes))
    s = motion.at(tau)
    squared = sum((component * component for component in s[:axes]), Fraction(0))
    return Closest(exactly(motion.start + tau), exactly(squared), exactly(abs(s[2])))


def _instants(motion: Motion, crossings: tuple[Surd, Surd] | None) -> list[Enclosure]:
    """Ends, axis minima and the crossings inside the interval, as offsets clamped to it."""
    rational = (Fraction(0), motion.length, _minimiser(motion, (0, 1)), _minimiser(motion, (2,)))
    inside = [
        root.enclosure()
        for root in crossings or ()
        if root.compare(Fraction(0)) >= 0 and root.compare(motion.length) <= 0
    ]
    clamped = [
        Enclosure(max(root.lower, Fraction(0)), min(root.upper, motion.length)) for root in inside
    ]
    return [exactly(tau) for tau in rational] + clamped


def critical_points(
    motion: Motion, horizontal: Fraction, vertical: Fraction | None
) -> list[Closest]:
    """Candidates for the minimum of N: it is convex, so one of them attains it.

    At a root the value is taken at the enclosure's lower end, and lowered by what N can change
    across the enclosure: |d/dt |s|**2| <= 2 |s| |v|, in sums of absolute values.
    """
    x, y, z = motion.s
    vx, vy, vz = motion.v
    across, up = 1 / horizontal**2, Fraction(0) if vertical is None else 1 / vertical**2
    crossings = roots(
        (vx * vx + vy * vy) * across - vz * vz * up,
        2 * ((x * vx + y * vy) * across - z * vz * up),
        (x * x + y * y) * across - z * z * up,
    )
    slopes = (
        (abs(x) + abs(y) + (abs(vx) + abs(vy)) * motion.length) * (abs(vx) + abs(vy)) * across,
        (abs(z) + abs(vz) * motion.length) * abs(vz) * up,
    )
    found: list[Closest] = []
    for tau in _instants(motion, crossings):
        width = tau.upper - tau.lower
        sx, sy, sz = motion.at(tau.lower)
        value = max((sx * sx + sy * sy) * across, sz * sz * up)
        height = sorted((abs(sz), abs(motion.at(tau.upper)[2])))
        squared = Enclosure(max(value - 2 * max(slopes) * width, Fraction(0)), value)
        found.append(Closest(shifted(tau, motion.start), squared, Enclosure(height[0], height[1])))
    return found


def _depths(motion: Motion, horizontal: Fraction, vertical: Fraction | None) -> list[Enclosure]:
    """Enclosed values of min(D - |s_h|, H - |s_z|), concave, at ends, axis minima and crossings.

    |s_h| = +-s_z + D - H is solved after squaring; a root that squaring added is an instant like
    any other, and does no harm to a maximum.
    """
    x, y, z = motion.s
    vx, vy, vz = motion.v
    instants = _instants(motion, None)
    if vertical is not None:
        for sign in (-1, 1):
            level = sign * z + horizontal - vertical
            crossings = roots(
                vx * vx + vy * vy - vz * vz,
                2 * (x * vx + y * vy - level * sign * vz),
                x * x + y * y - level * level,
            )
            instants += _instants(motion, crossings)[4:]
    found: list[Enclosure] = []
    for tau in instants:
        sx, sy, sz = motion.at(tau.lower)
        distance = square_root(sx * sx + sy * sy)
        lower, upper = horizontal - distance.upper, horizontal - distance.lower
        if vertical is not None:
            lower, upper = min(lower, vertical - abs(sz)), min(upper, vertical - abs(sz))
        change = (abs(vx) + abs(vy) + abs(vz)) * (tau.upper - tau.lower)
        found.append(Enclosure(lower, upper + change))
    return found
