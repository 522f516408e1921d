"""A plane for maps: stereographic, so that shapes are true and poles are places like others."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox._geometry import Vectors, latitude_longitude
from airprox_kernel.surface import ECCENTRICITY_SQUARED, SEMI_MAJOR_AXIS

Floats = NDArray[np.float64]
_STEP = 10.0
"""Metres over which `scale` is looked at."""


class Centre(NamedTuple):
    """Where the plane touches the Earth: degrees."""

    latitude: float
    longitude: float


def centre_of(position: Vectors) -> Centre:
    """The middle of points on the Earth; (0, 0) where there is none."""
    sums = (np.array([values.sum()]) for values in position)
    middle = Vectors(*sums)
    length = float(middle.length()[0])
    if length < 1.0:
        return Centre(0.0, 0.0)
    latitude, longitude = latitude_longitude(middle.times(np.array([SEMI_MAJOR_AXIS / length])))
    return Centre(float(latitude[0]), float(longitude[0]))


def projected(latitude: Floats, longitude: Floats, centre: Centre) -> tuple[Floats, Floats]:
    """Metres east and north of the centre, of degrees.

    The ellipsoid goes to a sphere by the conformal latitude and on by the stereographic
    projection: J. P. Snyder, "Map Projections: A Working Manual" (1987), 3-1 and 21-2 to 21-4.
    Points within 16 degrees of the antipode are kept at that distance from it.
    """
    x, y, z = _on_sphere(latitude, longitude)
    a, b, c = _on_sphere(np.array([centre.latitude]), np.array([centre.longitude]))
    across = np.hypot(a, b)
    up = a * x + b * y + c * z
    east = (a * y - b * x) / across
    north = across * z - c * (a * x + b * y) / across
    stretch = 2.0 * SEMI_MAJOR_AXIS / (1.0 + np.maximum(up, -0.96))
    return east * stretch, north * stretch


def scale(position: Vectors, centre: Centre) -> Floats:
    """Metres on the Earth for a metre of the plane, around Earth-centred positions."""
    # Of the Earth's axis and the x axis at least one is far from upright.
    upright = np.abs(position.z) > 0.7 * position.length()
    axis = Vectors(np.where(upright, 1.0, 0.0), np.zeros(len(upright)), np.where(upright, 0.0, 1.0))
    aside = position.cross(axis)
    step = aside.times(_STEP / aside.length())
    x, y = projected(*latitude_longitude(position), centre)
    to_x, to_y = projected(*latitude_longitude(position.plus(step)), centre)
    return _STEP / np.hypot(to_x - x, to_y - y)


def _on_sphere(latitude: Floats, longitude: Floats) -> tuple[Floats, Floats, Floats]:
    """Unit vectors of the conformal latitude; a pole is taken for a point 1 cm beside it."""
    eccentricity = np.sqrt(ECCENTRICITY_SQUARED)
    sine = np.sin(np.radians(np.clip(latitude, -89.9999999, 89.9999999)))
    isometric = np.arctanh(sine) - eccentricity * np.arctanh(eccentricity * sine)
    across, angle = 1.0 / np.cosh(isometric), np.radians(longitude)
    return across * np.cos(angle), across * np.sin(angle), np.tanh(isometric)
