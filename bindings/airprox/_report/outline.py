"""Coasts, borders and a grid of degrees around an area, for the background of a map.

`outline.bin` was made by `docs/outline.py` of Natural Earth's 1:50m countries (public domain), as
the npm package world-atlas 2.0.2 has them (ISC licence, `LICENSE.world-atlas`): 44,326 points,
thinned to 0.02 degrees.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .packing import unpacked
from .plane import Centre, projected

Floats = NDArray[np.float64]
_STEP = 0.01
"""Degrees: coordinates are multiples of it."""
_GRIDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Degrees between lines; the first is taken of which no more than eight cross the area."""
COAST, BORDER, GRID = 0, 1, 2


class Box(NamedTuple):
    """An area of the plane (m)."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def surroundings(self) -> "Box":
        """The area with a margin on each side: half of its longer side, and 150 km."""
        margin = 0.5 * max(self.right - self.left, self.top - self.bottom) + 150e3
        return Box(self.left - margin, self.bottom - margin, self.right + margin, self.top + margin)

    def holds(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Which points are inside."""
        return (x >= self.left) & (x <= self.right) & (y >= self.bottom) & (y <= self.top)


class Lines(NamedTuple):
    """Lines of points of the plane (m), one after another."""

    kind: NDArray[np.int64]
    """(lines,) `COAST`, `BORDER` or `GRID`."""
    length: NDArray[np.int64]
    """(lines,) how many points each has."""
    x: Floats
    y: Floats


def around(box: Box, centre: Centre) -> Lines:
    """What lies in an area of the plane with that centre, cut at about its edge."""
    kind, count, longitude, latitude = _outline()
    grid = _grid(box, centre)
    kind = np.concatenate((kind, np.full(len(grid), GRID)))
    count = np.concatenate((count, [line.shape[1] for line in grid])).astype(np.int64)
    latitude = np.concatenate((latitude, *(line[0] for line in grid)))
    longitude = np.concatenate((longitude, *(line[1] for line in grid)))
    x, y = projected(latitude, longitude, centre)
    return _cut(Lines(kind, count, x, y), box)


@cache
def _outline() -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    kind, length, *degrees = unpacked((Path(__file__).parent / "outline.bin").read_bytes())
    longitude, latitude = (each.astype(np.float64) * _STEP for each in degrees)
    return kind, length, longitude, latitude


def _grid(box: Box, centre: Centre) -> list[Floats]:
    """Meridians and parallels of an area: arrays of latitudes and longitudes."""
    degrees = max(box.right - box.left, box.top - box.bottom) / 111_000.0
    step = next((step for step in _GRIDS if degrees / step <= 8.0), _GRIDS[-1])
    along = np.linspace(-89.0, 89.0, 713)
    meridians = np.arange(-180.0, 180.0, step if step != 30.0 else 15.0)
    parallels = np.arange(-90.0 + step, 90.0, step)
    near = parallels[np.abs(parallels - centre.latitude) <= 1.5 * degrees]
    width = 1.5 * degrees / max(np.cos(np.radians(centre.latitude)), 0.05)
    apart = np.abs((meridians - centre.longitude + 180.0) % 360.0 - 180.0)
    lines = [np.stack((along, np.full(len(along), each))) for each in meridians[apart <= width]]
    around = np.linspace(-180.0, 180.0, 1441)
    return lines + [np.stack((np.full(len(around), each), around)) for each in near]


def _cut(lines: Lines, box: Box) -> Lines:
    """The pieces of lines that are inside, each with the point before it and the one after it."""
    number = np.repeat(np.arange(len(lines.length)), lines.length)
    inside = box.holds(lines.x, lines.y)
    joined = number[1:] == number[:-1]
    near = inside.copy()
    near[1:] |= inside[:-1] & joined
    near[:-1] |= inside[1:] & joined
    places = np.flatnonzero(near)
    begins = np.ones(len(places), np.bool_)
    begins[1:] = (np.diff(places) > 1) | (np.diff(number[places]) > 0)
    first = np.flatnonzero(begins)
    count = np.diff(np.append(first, len(places)))
    return Lines(lines.kind[number[places[first]]], count, lines.x[places], lines.y[places])
