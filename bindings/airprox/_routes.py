"""Routes in a plane, flown at constant speed and laid on the Earth: the geometry of the demo."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Points = list[tuple[float, float, float]]
"""Way points: km east, km north, feet."""

EARTH_RADIUS = 6371.0
"""Kilometres."""
SPACING = 60
"""Seconds between knots on straight flight."""


def racetrack(
    centre: tuple[float, float],
    heading: float,
    length: float,
    radius: float,
    level: float,
    laps: int,
) -> Points:
    """Two legs of `length` km joined by half turns of `radius` km, flown `laps` times."""
    half = np.linspace(-np.pi / 2, np.pi / 2, 9)
    along = np.concatenate(
        [length / 2 + radius * np.cos(half), -length / 2 - radius * np.cos(half)]
    )
    across = np.concatenate([radius * np.sin(half), -radius * np.sin(half)])
    east = centre[0] + along * np.sin(heading) + across * np.cos(heading)
    north = centre[1] + along * np.cos(heading) - across * np.sin(heading)
    return [(float(x), float(y), level) for x, y in zip(east, north, strict=True)] * laps


def circle(centre: tuple[float, float], radius: float, level: float, laps: int) -> Points:
    """`laps` circles of 16 way points each."""
    angle = np.arange(16 * laps + 1) * (np.pi / 8)
    east, north = centre[0] + radius * np.sin(angle), centre[1] + radius * np.cos(angle)
    return [(float(x), float(y), level) for x, y in zip(east, north, strict=True)]


def fly(points: Points, speed: float, departure: float) -> tuple[Array, Array, Array, Array]:
    """Seconds, km east, km north and feet of a flight's knots.

    There is one at every way point (to the whole second) and every minute; `speed` in m/s,
    `departure` in seconds.
    """
    east, north, feet = np.array(points).T
    metres = 1000.0 * np.sqrt(np.diff(east) ** 2 + np.diff(north) ** 2)
    at = np.concatenate([[0.0], np.cumsum(metres)]) / speed + departure
    minutes = np.arange(np.ceil(at[0]), np.floor(at[-1]), SPACING)
    seconds = np.unique(np.concatenate([np.round(at), minutes]))
    return (
        seconds,
        np.interp(seconds, at, east),
        np.interp(seconds, at, north),
        np.interp(seconds, at, feet),
    )


def place(east: Array, north: Array, middle: tuple[float, float]) -> tuple[Array, Array]:
    """Latitude and longitude (degrees, six decimals) of points (km) of a plane.

    It is laid on a sphere at `middle`; azimuths and distances from there are kept.
    """
    angle = np.sqrt(east * east + north * north) / EARTH_RADIUS
    heading, phi = np.arctan2(east, north), np.radians(middle[0])
    sine = np.sin(phi) * np.cos(angle) + np.cos(phi) * np.sin(angle) * np.cos(heading)
    turn = np.arctan2(
        np.sin(heading) * np.sin(angle) * np.cos(phi), np.cos(angle) - np.sin(phi) * sine
    )
    return np.round(np.degrees(np.arcsin(sine)), 6), np.round(middle[1] + np.degrees(turn), 6)
