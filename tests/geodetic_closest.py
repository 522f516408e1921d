"""Distances of two geodetic tracks by GeographicLib: at an instant, and the least of all.

For tests only, and independent of the library: what `geodetic_oracle` is for losses of separation,
this is for closest approaches.
"""

import numpy as np

from geodetic_oracle import WGS84, Steps, Track, seconds, steps


def place(track: Track, time: float) -> tuple[float, float]:
    """Latitude and longitude at an instant of the track, on the geodesic of the leg."""
    part = next(part for part in track if part.time[0] <= time <= part.time[-1])
    leg = min(int(np.searchsorted(part.time, time, side="right")), part.time.size - 1) - 1
    if leg < 0:
        return float(part.latitude[0]), float(part.longitude[0])
    begin = part.longitude[leg], part.latitude[leg]
    course, _, length = WGS84.inv(*begin, part.longitude[leg + 1], part.latitude[leg + 1])
    elapsed = seconds(np.asarray(time - part.time[leg]))
    share = float(elapsed / seconds(np.asarray(part.time[leg + 1] - part.time[leg])))
    longitude, latitude, _ = WGS84.fwd(*begin, course, share * length)
    return latitude, longitude


def distance_at(own: Track, other: Track, time: float) -> float:
    """Geodesic distance (m) at an instant of both tracks."""
    (lat1, lon1), (lat2, lon2) = place(own, time), place(other, time)
    return float(WGS84.inv(lon1, lat1, lon2, lat2)[2])


def least_distance(own: Track, other: Track) -> float:
    """The least geodesic distance (m) over all the time that the two tracks have in common.

    Steps of 2.5 km of travel on which the triangle inequality leaves room for a smaller distance
    are searched; on one step the distance falls and then rises (see `geodetic_oracle`). Two tracks
    of one part each may have a single instant in common.
    """
    every = steps([own, other], [(0, 1)])
    rows = np.arange(every.pair.size)
    if not rows.size:
        return distance_at(own, other, max(own[0].time[0], other[0].time[0]))
    begin, end = (every.distance(rows, np.full(rows.size, share)) for share in (0.0, 1.0))
    least = float(min(begin.min(), end.min()))
    floor = 0.5 * (begin + end - every.own.travel - every.other.travel)
    return min(least, _least_on(every, rows[floor < least]))


def _least_on(every: Steps, rows: np.ndarray) -> float:
    """Nine samples in a step, then nine around the least of them: 14 times, to 1e-8 of the step."""
    least = np.full(rows.size, np.inf)
    low, width = np.zeros(rows.size), np.ones(rows.size)
    ninths = np.linspace(0.0, 1.0, 9)
    for _ in range(14):
        shares = low[:, None] + width[:, None] * ninths
        each = np.repeat(rows, ninths.size)
        sampled = every.distance(each, shares.ravel()).reshape(shares.shape)
        best = np.argmin(sampled, axis=1)
        least = np.minimum(least, sampled.min(axis=1, initial=np.inf))
        low += width * np.clip(ninths[best] - 0.125, 0.0, 0.75)
        width *= 0.25
    return float(least.min(initial=np.inf))
