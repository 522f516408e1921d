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
_GRIDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0)
"""Degrees between lines; the first is taken of which no more than eight cross the area."""
COAST, BORDER, MERIDIAN, PARALLEL = range(4)


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
    """(lines,) `COAST`, `BORDER`, `MERIDIAN` or `PARALLEL`."""
    length: NDArray[np.int64]
    """(lines,) how many points each has."""
    degrees: NDArray[np.int64]
    """(lines,) of a meridian or a parallel, in hundredths."""
    x: Floats
    y: Floats


class _Line(NamedTuple):
    kind: int
    degrees: float
    latitude: Floats
    longitude: Floats


def around(box: Box, centre: Centre) -> Lines:
    """What lies in an area of the plane with that centre, cut at about its edge."""
    kind, length, longitude, latitude = _outline()
    grid = _grid(box, centre)
    x, y = projected(
        np.concatenate((latitude, *(line.latitude for line in grid))),
        np.concatenate((longitude, *(line.longitude for line in grid))),
        centre,
    )
    lines = Lines(
        np.concatenate((kind, np.array([line.kind for line in grid], np.int64))),
        np.concatenate((length, np.array([len(line.latitude) for line in grid], np.int64))),
        np.concatenate(
            (0 * kind, np.array([round(100 * line.degrees) for line in grid], np.int64))
        ),
        x,
        y,
    )
    return _cut(lines, box)


@cache
def _outline() -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    kind, length, *degrees = unpacked((Path(__file__).parent / "outline.bin").read_bytes())
    longitude, latitude = (each.astype(np.float64) * _STEP for each in degrees)
    return kind, length, longitude, latitude


def _grid(box: Box, centre: Centre) -> list[_Line]:
    """Meridians and parallels that may cross an area around the centre."""
    extent = max(box.right - box.left, box.top - box.bottom) / 111_000.0
    step = next((step for step in _GRIDS if extent / step <= 8.0), _GRIDS[-1])
    meridians = np.arange(-180.0 + step, 180.0 + step, step)
    east = (meridians - centre.longitude + 180.0) % 360.0 - 180.0
    across = 1.5 * extent / max(np.cos(np.radians(centre.latitude)), 0.05)
    parallels = np.arange(-90.0 + step, 90.0, step)
    north = parallels - centre.latitude
    up, along = np.linspace(-89.0, 89.0, 713), np.linspace(-180.0, 180.0, 1441)
    return [
        *(
            _Line(MERIDIAN, degrees, up, np.full(len(up), degrees))
            for degrees in meridians[np.abs(east) <= across]
        ),
        *(
            _Line(PARALLEL, degrees, np.full(len(along), degrees), along)
            for degrees in parallels[np.abs(north) <= 1.5 * extent]
        ),
    ]


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
    of = number[places[first]]
    return Lines(
        lines.kind[of],
        np.diff(np.append(first, len(places))),
        lines.degrees[of],
        lines.x[places],
        lines.y[places],
    )
