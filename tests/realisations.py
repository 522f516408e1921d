"""Single positions that two aircraft may have inside their stated bounds, in exact arithmetic."""

from bisect import bisect_left
from fractions import Fraction
from typing import NamedTuple

from exact import Number, fraction
from exact_cells import TOUCH_TOLERANCE, Flown, vertical_at
from promise_conditions import Kept


class Whereabouts(NamedTuple):
    """A nominal position and the radii of its bounds."""

    x: Fraction
    y: Fraction
    z: Fraction
    horizontal: Fraction
    vertical: Fraction

    def moved(self, east: Number, north: Number, up: Number) -> "Whereabouts":
        """A position inside the bounds: shares of the radii, east² + north² <= 1, |up| <= 1."""
        return self._replace(
            x=self.x + fraction(east) * self.horizontal,
            y=self.y + fraction(north) * self.horizontal,
            z=self.z + fraction(up) * self.vertical,
        )


def whereabouts(flown: Flown, time: Fraction) -> Whereabouts:
    """Where an aircraft is at an instant of one of its parts, and how well that is known."""
    for index, part in enumerate(flown.track):
        times = [fraction(knot[0]) for knot in part]
        if times[0] <= time <= times[-1]:
            radii = [(0, 0)] * len(part) if flown.radii is None else flown.radii[index]
            states = [
                [fraction(value) for value in (*knot[1:], *pair)]
                for knot, pair in zip(part, radii, strict=True)
            ]
            after = max(bisect_left(times, time), 1) if len(times) > 1 else 0
            if not after:
                return Whereabouts(*states[0])
            share = (time - times[after - 1]) / (times[after] - times[after - 1])
            ends = zip(states[after - 1], states[after], strict=True)
            return Whereabouts(*(p + (q - p) * share for p, q in ends))
    raise ValueError(f"a track must have a position at the instant, got {float(time)}")


def is_conflict(own: Whereabouts, other: Whereabouts, kept: Kept, slack: Fraction) -> bool:
    """Whether two positions are in loss, for minima that are larger by `slack`.

    An altitude within the slack's size of an edge counts in favour of its sign.
    """
    size = abs(slack)
    choose = max if slack > 0 else min
    height = max(
        choose(vertical_at(kept.steps, z + by, TOUCH_TOLERANCE) for by in (-size, size))
        for z in (own.z, other.z)
    )
    less = slack - TOUCH_TOLERANCE
    width = fraction(kept.horizontal) + less
    across = (own.x - other.x) ** 2 + (own.y - other.y) ** 2 < width * width
    return across and (height == float("inf") or abs(own.z - other.z) < fraction(height) + less)
