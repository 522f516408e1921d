"""How long aircraft are in each cell of a map."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._geometry import Floats, Vectors, latitude_longitude
from ._times import NANOSECONDS
from .errors import SchemaError
from .fleet import Fleet


class Density(NamedTuple):
    """Seconds in each cell of a map: degrees where geodetic, else kilometres."""

    edges: tuple[Floats, Floats]
    seconds: NDArray[np.float64]
    """(cells of x, cells of y)."""
    geodetic: bool

    @property
    def aspect(self) -> float:
        """How much taller than wide a unit must be drawn for the map to be true in its middle."""
        middle = float(np.mean(self.edges[1]))
        return 1.0 / np.cos(np.radians(middle)) if self.geodetic else 1.0


def time_in_cells(fleet: Fleet, cells: int) -> Density:
    """Cut every leg into pieces no longer than a cell, and count each where its middle is.

    Cells are squares, `cells` of them along the longer side. Raises `SchemaError` for a fleet
    without legs.
    """
    knots, geodetic = fleet._knots, fleet.frame == "geodetic"
    leg = np.setdiff1d(np.arange(len(knots.time) - 1), knots.part_start[1:-1] - 1)
    if not len(leg):
        raise SchemaError("a picture of density must have legs, found none in the fleet")
    position = Vectors(knots.x, knots.y, knots.z if geodetic else np.zeros(len(knots.x)))
    places = _map(position, geodetic)
    sizes, edges = _grid([values[np.union1d(leg, leg + 1)] for values in places], cells, geodetic)
    steps = [
        np.abs(np.diff(values)[leg]) / size for values, size in zip(places, sizes, strict=True)
    ]
    # Across the antimeridian a leg spans the whole map; its middles are still where they should be.
    pieces = np.clip(np.ceil(np.maximum(*steps)), 1, cells).astype(np.int64)
    seconds = np.diff(knots.time)[leg].astype(np.float64) / pieces
    if knots.time.dtype == np.int64:
        seconds /= NANOSECONDS
    middles = _map(_middles(position, leg, pieces), geodetic)
    counted, _, _ = np.histogram2d(*middles, bins=edges, weights=np.repeat(seconds, pieces))
    return Density((edges[0], edges[1]), counted, geodetic)


def _grid(
    places: list[Floats], cells: int, geodetic: bool
) -> tuple[tuple[float, float], list[Floats]]:
    """The sizes of a cell in x and y, and the edges of all cells."""
    x, y = (max(float(np.ptp(values)), 1e-6) for values in places)
    aspect = 1.0 / np.cos(np.radians(np.mean(places[1]))) if geodetic else 1.0
    side = max(x, y * aspect) / cells
    sizes = (side, side / aspect)
    edges = [
        values.min() + size * np.arange(np.ceil(span / size) + 1.0)
        for values, span, size in zip(places, (x, y), sizes, strict=True)
    ]
    # Rounding may leave the last place just outside.
    for each, values in zip(edges, places, strict=True):
        each[-1] = max(each[-1], values.max())
    return sizes, edges


def _middles(position: Vectors, leg: NDArray[np.int64], pieces: NDArray[np.int64]) -> Vectors:
    """The middle of each of the equal pieces that each leg is cut into."""
    first = np.repeat(leg, pieces)
    number = np.arange(len(first)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (number + 0.5) / np.repeat(pieces, pieces)
    return Vectors(
        *(values[first] + share * (values[first + 1] - values[first]) for values in position)
    )


def _map(position: Vectors, geodetic: bool) -> tuple[Floats, Floats]:
    """Longitude and latitude, or kilometres."""
    if not geodetic:
        return position.x / 1e3, position.y / 1e3
    latitude, longitude = latitude_longitude(position)
    return longitude, latitude
