"""Encounters at the very edge of loss, settled in rational arithmetic (`exact_edges`).

The search is made at three levels for each one asked for: with minima a margin smaller, as they
are, and a margin larger. Where the smaller and the larger minima give a piece of the same
elementary intervals and ends, every knot and every least distance along it is farther from the edge
than computing can err, and the piece as computed is right. The others are computed anew, exactly.
"""

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from airprox_kernel.boxes import Reach
from airprox_kernel.job import Job
from airprox_kernel.knots import Knots
from airprox_kernel.limits import Limits
from airprox_kernel.pieces import PieceArray

from ._arrow import frozen
from ._job import Case, Sides
from ._levels import Levels
from ._limits import find_kinds
from ._rational import (
    BELOW_ONE,
    Box,
    Line,
    Loss,
    Place,
    at,
    closest_on,
    critical_on,
    line_between,
    loss_on,
    root,
    rounded,
)
from .errors import SchemaError
from .minima import Minima

MARGIN = 1e-6
"""Metres, twenty times what computing may err up to 10⁷ m; beyond, the margin grows as the error
does, with the coordinates."""
FAR = 1e7
TOUCH = Fraction(1, 10**7)
"""The touch tolerance as the definition has it: the float64 of `TOUCH_TOLERANCE` is 5e-24 off."""


class Stretch(NamedTuple):
    """A pair of parts at one level, and the elementary intervals of a piece in doubt."""

    own: int
    other: int
    level: int
    first: int | float
    until: int | float


class Lost(NamedTuple):
    """An elementary interval with a loss."""

    start: int | float
    end: int | float
    line: Line
    loss: Loss


STRETCH = list(Stretch._fields)
OUTLINE = [*STRETCH, "last", "at_start", "at_end"]
"""What tells pieces apart, but for where inside their intervals they begin and end."""


class Edges:
    """Settles, for one screening, what lies at the edge of loss."""

    def __init__(self, case: Case, levels: Levels, sides: Sides) -> None:
        job = case.job
        if job.own.geodetic or case.variations is not None:
            found = "geodetic" if job.own.geodetic else "with bands or radii"
            raise SchemaError(
                "exact_edges must be asked of planar positions, without bands and radii, since "
                f"others are no rational numbers, but this screening is {found}"
            )
        self._job = job
        self._levels = levels
        self._kinds = find_kinds(levels, *sides)
        self._margin = MARGIN * max(1.0, _extent(job.own) / FAR, _extent(job.other) / FAR)
        self._count = len(levels.tables)
        self.reach = Reach(*(frozen(share + self._margin) for share in case.reach))

    def widened(self, job: Job) -> Job:
        """Return the job with three levels for each: smaller minima, those asked for, larger."""
        limits = job.limits
        sizes = (-self._margin, 0.0, self._margin)
        horizontal, vertical = (
            frozen(np.concatenate([values + size for size in sizes], axis=2))
            for values in (limits.horizontal, limits.vertical)
        )
        arc = frozen(np.zeros_like(horizontal))
        own, other = limits.own_category, limits.other_category
        return job._replace(limits=Limits(horizontal, vertical, arc, own, other))

    def settle(self, pieces: PieceArray) -> PieceArray:
        """Return the pieces of the levels asked for, given the merged ones of all three."""
        smaller, asked, larger = (
            pieces[pieces["level"] // self._count == place] for place in range(3)
        )
        for found in (smaller, asked, larger):
            found["level"] %= self._count
        seen = set(smaller[OUTLINE].tolist())
        doubtful = [outline not in seen for outline in larger[OUTLINE].tolist()]
        if not any(doubtful):
            return asked
        stretches = [Stretch._make(values) for values in larger[STRETCH][doubtful].tolist()]
        exact = [self._exact_pieces(stretch, asked.dtype) for stretch in stretches]
        pieces = np.concatenate([asked[_outside(asked, stretches)], *exact])
        return pieces[np.lexsort([pieces[key] for key in ("first", "level", "other", "own")])]

    def _exact_pieces(self, stretch: Stretch, kind: np.dtype[np.void]) -> PieceArray:
        """Return the pieces of a stretch of elementary intervals."""
        box = self._box(stretch)
        runs: list[list[Lost]] = []
        for start, end in pairwise(_cuts(self._job, stretch)):
            line = _line(self._job, stretch, start, end)
            loss = loss_on(line, box)
            if loss is None:
                continue
            lost = Lost(start, end, line, loss)
            if loss.at_start and runs and runs[-1][-1].end == start:
                runs[-1].append(lost)
            else:
                runs.append([lost])
        pieces = np.zeros(len(runs), kind)
        for place, run in enumerate(runs):
            for name, value in _piece(stretch, run, box).items():
                pieces[name][place] = value
        return pieces

    def _box(self, stretch: Stretch) -> Box:
        """Return the effective minima as the caller's numbers say."""
        own = self._kinds.own[self._job.own.part_row[stretch.own]]
        other = self._kinds.other[self._job.other.part_row[stretch.other]]
        table = self._levels.tables[stretch.level]
        one, two = (self._kinds.categories[kind][stretch.level] for kind in (own, other))
        minima = table if isinstance(table, Minima) else table.minima_of(one, two)
        high = minima.vertical
        vertical = None if high == float("inf") else Fraction(high) - TOUCH
        return Box(Fraction(minima.horizontal) - TOUCH, vertical)


def _extent(knots: Knots) -> float:
    """Return the largest coordinate."""
    axes = (knots.x, knots.y, knots.altitude)
    return max((float(np.abs(axis).max(initial=0.0)) for axis in axes), default=0.0)


def _outside(pieces: PieceArray, stretches: list[Stretch]) -> list[bool]:
    """Return which pieces lie in none of the stretches."""
    spans: dict[tuple[int, int, int], list[Stretch]] = {}
    for stretch in stretches:
        spans.setdefault(stretch[:3], []).append(stretch)
    return [
        not any(span.first <= first and until <= span.until for span in spans.get(tuple(key), ()))
        for *key, first, until in pieces[STRETCH].tolist()
    ]


def _cuts(job: Job, stretch: Stretch) -> list[int | float]:
    """Return the ends of the elementary intervals of a stretch."""
    cuts = {stretch.first, stretch.until}
    for knots, part in ((job.own, stretch.own), (job.other, stretch.other)):
        times = knots.time[knots.part_start[part] : knots.part_start[part + 1]]
        begin = np.searchsorted(times, stretch.first, "right")
        cuts.update(times[begin : np.searchsorted(times, stretch.until)].tolist())
    return sorted(cuts)


def _line(job: Job, stretch: Stretch, start: int | float, end: int | float) -> Line:
    first, last = (
        _minus(_position(job.other, stretch.other, time), _position(job.own, stretch.own, time))
        for time in (start, end)
    )
    return line_between(first, last, Fraction(end) - Fraction(start))


def _position(knots: Knots, part: int, time: int | float) -> Place:
    """Return where a part is at an instant of it."""
    first, last = knots.part_start[part : part + 2].tolist()
    leg = first + int(np.searchsorted(knots.time[first:last], time, "right")) - 1
    here = _knot(knots, leg)
    began = Fraction(knots.time[leg].item())
    if began == time:
        return here
    there = _knot(knots, leg + 1)
    line = line_between(here, there, Fraction(knots.time[leg + 1].item()) - began)
    return at(line, Fraction(time) - began)


def _knot(knots: Knots, index: int) -> Place:
    return Fraction(knots.x[index]), Fraction(knots.y[index]), Fraction(knots.altitude[index])


def _minus(one: Place, two: Place) -> Place:
    return one[0] - two[0], one[1] - two[1], one[2] - two[2]


def _piece(stretch: Stretch, run: list[Lost], box: Box) -> dict[str, object]:
    """Return the fields of the piece of neighbouring intervals that are lost throughout."""
    first, last = run[0], run[-1]
    whole = isinstance(first.start, int)
    near, nearest = min(
        ((lost, closest_on(lost.line, lost.loss)) for lost in run), key=lambda pair: pair[1].square
    )
    crit, critical = min(
        ((lost, critical_on(lost.line, box)) for lost in run), key=lambda pair: pair[1].square
    )
    return {
        **stretch._asdict(),
        "first": first.start,
        "last": last.start,
        "until": last.end,
        "start": rounded(first.loss.start, -1 if whole else 0),
        "end": rounded(last.loss.end, 1 if whole else 0),
        "at_start": first.loss.at_start,
        "at_end": last.loss.at_end,
        "cpa": near.start,
        "cpa_offset": float(nearest.time),
        "cpa_square": float(nearest.square),
        "cpa_horizontal": root(nearest.square),
        "cpa_vertical": float(abs(at(near.line, nearest.time)[2])),
        "critical": crit.start,
        "critical_offset": float(critical.time),
        "critical_square": min(float(critical.square), BELOW_ONE),
    }
