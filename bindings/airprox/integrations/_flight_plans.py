"""Where BlueSky's own autopilot will take aircraft: its routes as trajectories from now on."""

import math
from typing import Any, NamedTuple

import numpy as np

from airprox._arrow import frozen
from airprox_kernel import geodesic


class Leg(NamedTuple):
    """A geodesic: from where, at which azimuth (degrees), and the way flown before it (m)."""

    lat: float
    lon: float
    azimuth: float
    before: float


def planned(traffic: Any, autopilots: Any, seconds: float) -> dict[str, Any]:
    """Return predicted trajectories in long form, and for each knot the aircraft's ``row``.

    Each aircraft keeps its present ground speed. With LNAV on it flies along geodesics to the
    active waypoint and on along its route, turning on the spot; after the last waypoint, and
    without LNAV, it goes straight on. Its altitude changes at the present vertical rate until the
    altitude that the autopilot holds selected is reached, where BlueSky levels off, and then stays.
    Times are seconds from now.

    Parameters
    ----------
    traffic
        What is detected: ids, positions, tracks and speeds (the traffic, or its ADS-B image).
    autopilots
        The traffic with routes and autopilot settings, in the same order.
    seconds
        How far to look ahead.
    """
    names = ("row", "time", "lat", "lon", "azimuth", "way", "alt")
    columns: dict[str, list[float]] = {name: [] for name in names}
    for row in range(traffic.ntraf):
        speed = float(traffic.gs[row])
        legs = _legs(traffic, autopilots, row, speed * seconds)
        climb, level = _climb(traffic, autopilots, row)
        turns = {leg.before / speed: leg for leg in legs if leg.before > 0.0}
        times = sorted({0.0, seconds, *turns, *({level} if 0.0 < level < seconds else ())})
        leg = legs[0]
        for time in times:
            leg = turns.get(time, leg)
            along = speed * time - leg.before
            altitude = float(traffic.alt[row]) + climb * min(time, level)
            knot = (row, time, leg.lat, leg.lon, leg.azimuth, along, altitude)
            for name, value in zip(names, knot, strict=True):
                columns[name].append(value)
    arrays = {name: np.array(values) for name, values in columns.items()}
    lat, lon = np.empty(len(arrays["row"])), np.empty(len(arrays["row"]))
    places, azimuth = (frozen(arrays["lat"]), frozen(arrays["lon"])), frozen(arrays["azimuth"])
    geodesic.destination(*places, azimuth, frozen(arrays["way"]), lat, lon)
    rows = arrays["row"].astype(np.int64)
    ids = np.array(traffic.id, object)[rows].tolist()
    return {"id": ids, "row": rows, "time": arrays["time"], "lat": lat, "lon": lon} | {
        "alt": arrays["alt"]
    }


def _legs(traffic: Any, autopilots: Any, row: int, reach: float) -> list[Leg]:
    """The legs that the aircraft begins within a way of `reach` metres, the first one now."""
    lat, lon = float(traffic.lat[row]), float(traffic.lon[row])
    azimuth, before = float(traffic.trk[row]) % 360.0, 0.0
    legs: list[Leg] = []
    for to_lat, to_lon in _waypoints(autopilots, row):
        if before >= reach:
            return legs
        length, sine, cosine = geodesic.inverse(lat, lon, to_lat, to_lon)
        if length == 0.0:
            continue
        legs.append(Leg(lat, lon, _degrees(sine, cosine), before))
        _, sine, cosine = geodesic.inverse(to_lat, to_lon, lat, lon)
        azimuth = _degrees(-sine, -cosine)
        lat, lon, before = to_lat, to_lon, before + length
    if before < reach or not legs:
        legs.append(Leg(lat, lon, azimuth, before))
    return legs


def _waypoints(autopilots: Any, row: int) -> list[tuple[float, float]]:
    route = autopilots.ap.route[row]
    if not autopilots.swlnav[row] or route.iactwp < 0:
        return []
    places = zip(route.wplat[route.iactwp :], route.wplon[route.iactwp :], strict=True)
    return [(float(lat), float(lon)) for lat, lon in places]


def _climb(traffic: Any, autopilots: Any, row: int) -> tuple[float, float]:
    """The vertical rate (m/s) and when (s) the selected altitude is reached; 0, if never."""
    climb = float(traffic.vs[row])
    rest = float(autopilots.selalt[row]) - float(traffic.alt[row])
    if climb == 0.0:
        return 0.0, 0.0
    return (climb, rest / climb) if rest / climb > 0.0 else (climb, math.inf)


def _degrees(sine: float, cosine: float) -> float:
    return math.degrees(math.atan2(sine, cosine)) % 360.0
