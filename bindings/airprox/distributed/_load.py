"""How much work a screening is, and when: estimated from a sample of its legs.

Estimates only balance partitions; no result depends on them.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox._excerpts import AXES, Tile, runs_in
from airprox._job import Case
from airprox_kernel.chunks import part_spans
from airprox_kernel.knots import Knots

LEG = 3.5e-8
"""Seconds that a leg takes one processor: 92 ms for the 2.64 million of the European day."""
BESIDE = 2.0e-6
"""Seconds more for each other one in its cell, of the minima in size: 1.1 to 2.4 µs in six kinds
of traffic. Six times as many are within the minima at some time, and more have to be looked at."""
MIX = (73_856_093, 19_349_663, 83_492_791, 2_654_435_761)
"""Factors by which the numbers of a cell along the axes become one number, mostly its own."""
STARTS = 30_000
"""Legs whose starts are looked at."""
PICTURES = 16
"""Instants at which positions are looked at."""
SEEN = 2_000_000
"""Positions that are looked at in all of them; of large fleets fewer instants."""


class Picture(NamedTuple):
    """Where everybody is at one instant."""

    place: NDArray[np.float64]
    """(legs, 3) along x, y, z."""
    cost: NDArray[np.float64]
    """(legs,) seconds that each leg takes."""
    length: float
    """The mean extent (m) of a leg along an axis."""


class Load(NamedTuple):
    """The work of a case."""

    legs: int
    start: NDArray[Any]
    """(sample,) instants at which legs start, ascending: each is as many legs."""
    pictures: list[Picture]
    share: NDArray[np.float64]
    """(pictures + 1,) each picture stands for the starts from one of these shares to the next."""

    @property
    def cost(self) -> NDArray[np.float64]:
        """(pictures,) seconds of the legs that each picture stands for."""
        mean = [picture.cost.mean() if picture.cost.size else LEG for picture in self.pictures]
        return np.array(mean) * self.legs * np.diff(self.share)

    @property
    def done(self) -> NDArray[np.float64]:
        """(pictures + 1,) seconds of work up to each share of the starts."""
        return np.append(0.0, self.cost.cumsum())

    def instants(self, shares: NDArray[np.float64]) -> list[Any]:
        """Return the instants by which these shares of the work begin, ascending."""
        if not self.start.size:
            return []
        steps = np.interp(shares * self.done[-1], self.done, self.share)
        places = np.minimum(steps * self.start.size, self.start.size - 1).astype(np.int64)
        return sorted(set(self.start[places].tolist()) - {self.start[0].item()})

    def between(self, start: Any, end: Any) -> tuple[list[Picture], float]:
        """Return the pictures of a slab of time, and the seconds of work in it."""
        if not self.start.size:
            return [], 0.0
        low, high = np.searchsorted(self.start, [start, end]) / self.start.size
        before, after = np.interp([low, high], self.share, self.done)
        middle = (self.share[:-1] + self.share[1:]) / 2
        inside = [p for p, at in zip(self.pictures, middle, strict=True) if low <= at <= high]
        return inside, float(after - before)


def estimate(case: Case) -> Load:
    """Return the work of a case.

    More pictures are taken where more is in flight, since the pairs grow with its square: of a
    crowd of 6,000 for one minute of a quiet day, one in sixteen of the legs would see nothing.
    """
    job = case.job
    sides = [job.own] if job.single else [job.own, job.other]
    start = np.sort(np.concatenate([_starts(case, knots) for knots in sides]))
    legs = sum(_legs(runs_in(case, Tile(-np.inf, np.inf), side)) for side in range(len(sides)))
    spans = [part_spans(knots) for knots in sides]
    parts = sum(knots.part_row.size for knots in sides)
    count = min(PICTURES, max(4, SEEN // max(parts, 1)), start.size)
    crowd = sum((_in_flight(*span, start) for span in spans), np.zeros(start.size))
    weight = np.append(0.0, (crowd + crowd.mean() if start.size else crowd).cumsum())
    places = np.searchsorted(weight, np.linspace(0.0, weight[-1], 2 * count + 1))
    edges = places[::2] / max(start.size, 1)
    pictures = [
        _picture(case, [_flying(k, *s, t) for k, s in zip(sides, spans, strict=True)])
        for t in start[np.minimum(places[1::2], start.size - 1)]
    ]
    return Load(legs, start, pictures, edges)


def _in_flight(
    start: NDArray[Any], end: NDArray[Any], instants: NDArray[Any]
) -> NDArray[np.float64]:
    """Return how many spans hold each of the instants."""
    begun = np.searchsorted(np.sort(start), instants, "right")
    return (begun - np.searchsorted(np.sort(end), instants, "right")).astype(np.float64)


def _legs(runs: Any) -> int:
    return int((runs.last - runs.first).sum())


def _starts(case: Case, knots: Knots) -> NDArray[Any]:
    # With even steps, tracks of two knots would be seen at their first ones alone, or at none.
    step = max(1, knots.time.size // STARTS)
    knot = np.arange(0, knots.time.size // step * step, step)
    knot += np.random.default_rng(0).integers(0, step, knot.size)
    last = knots.part_start[np.searchsorted(knots.part_start, knot, "right")] - 1
    time = knots.time[knot[knot < last]]
    window = case.job.window
    return time[(time >= window.start) & (time < window.end)]


class _Legs(NamedTuple):
    """The legs of one side that hold an instant."""

    place: NDArray[np.float64]
    """(legs, 3)"""
    altitude: NDArray[np.float64]
    extent: NDArray[np.float64]
    """(legs,) along the axis on which it is largest."""


def _flying(knots: Knots, start: NDArray[Any], end: NDArray[Any], time: Any) -> _Legs:
    """Return where the legs are that hold an instant, (parts,) `start` and `end` given."""
    part = np.flatnonzero((start <= time) & (time < end))
    low, high = knots.part_start[part], knots.part_start[part + 1] - 1
    while (high - low > 1).any():
        middle = (low + high) // 2
        before = knots.time[middle] <= time
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    axes = [getattr(knots, axis) for axis in AXES[: 3 if knots.geodetic else 2]]
    share = (time - knots.time[low]) / np.maximum(knots.time[high] - knots.time[low], 1e-9)
    place, extent = np.zeros((part.size, 3)), np.zeros(part.size)
    for number, axis in enumerate(axes):
        change = axis[high] - axis[low]
        place[:, number] = axis[low] + share * change
        extent = np.maximum(extent, np.abs(change))
    return _Legs(place, knots.altitude[low], extent)


def _picture(case: Case, sides: list[_Legs]) -> Picture:
    """Return the picture of all sides; pairs near each other are guessed from cells."""
    place = np.concatenate([legs.place for legs in sides])
    altitude = np.concatenate([legs.altitude for legs in sides])
    cell, cells = _cells(case, place, altitude)
    is_other = np.arange(cell.size) >= sides[0].altitude.size
    own, other = (np.bincount(cell[side], minlength=cells) for side in (~is_other, is_other))
    beside = own[cell] - 1 if len(sides) == 1 else np.where(is_other, own[cell], other[cell])
    extent = np.concatenate([legs.extent for legs in sides])
    # Each leg that ends, of either, ends an interval of the pair.
    cost = (LEG + BESIDE * beside).astype(np.float64)
    return Picture(place, cost, float(extent.mean()) if extent.size else 0.0)


def _cells(
    case: Case, place: NDArray[np.float64], altitude: NDArray[np.float64]
) -> tuple[NDArray[np.int64], int]:
    """Return the number of the cell that each position is in, and how many cells there are."""
    width, height = (2.0 * float(reach.max(initial=1.0)) for reach in case.reach)
    steps = [*(place / width).T, altitude / height]
    key = np.zeros(altitude.size, np.int64)
    for step, factor in zip(steps, MIX, strict=True):
        key ^= np.floor(step).astype(np.int64) * factor
    found, cell = np.unique(key, return_inverse=True)
    return cell, found.size
