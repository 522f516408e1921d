"""`traffic`: its closest points of approach, on samples that all flights share every 10 s."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from airprox import FT, Minima

from . import Pairs, Peer

STEP = 10.0
EPOCH = "2024-06-01T00:00:00Z"
WORKERS = 2
PLANE = "+proj=laea +lat_0=50 +lon_0=10 +ellps=WGS84 +units=m"


def prepare(workload: Mapping[str, np.ndarray]) -> Any:
    import pandas as pd
    import pyproj
    from traffic.core import Traffic

    plane = pyproj.Proj(PLANE)
    ids, start = np.unique(workload["id"], return_index=True)
    frames = []
    for number, rows in zip(ids, np.split(np.arange(len(workload["id"])), start[1:]), strict=True):
        time = workload["time"][rows]
        at = np.arange(np.ceil(time[0] / STEP), np.floor(time[-1] / STEP) + 1) * STEP
        x, y, z = (np.interp(at, time, workload[axis][rows]) for axis in ("x", "y", "z"))
        lon, lat = plane(x - 750_000.0, y - 750_000.0, inverse=True)
        frame = {"latitude": lat, "longitude": lon, "altitude": z / FT}
        frame["timestamp"] = pd.Timestamp(EPOCH) + pd.to_timedelta(at, unit="s")
        named = {"icao24": f"{number:06x}", "callsign": f"F{number}", "flight_id": f"{number}"}
        frames.append(pd.DataFrame(frame | named))
    return Traffic(pd.concat(frames, ignore_index=True))


def pairs(traffic: Any, minima: Minima) -> Pairs:
    import pyproj

    found = traffic.closest_point_of_approach(
        lateral_separation=minima.horizontal,
        vertical_separation=minima.vertical / FT,
        projection=pyproj.Proj(PLANE),
        max_workers=WORKERS,
    )
    if found is None:
        return set()
    rows = found.data
    # `lateral` is in nautical miles, `vertical` in feet.
    lost = rows[
        (rows.lateral * 1852.0 < minima.horizontal) & (rows.vertical * FT < minima.vertical)
    ]
    both = {(int(a), int(b)) for a, b in zip(lost.flight_id_x, lost.flight_id_y, strict=True)}
    return {(min(pair), max(pair)) for pair in both}


PEER = Peer("traffic CPA, 10 s samples", "traffic", ("traffic.core",), False, prepare, pairs)
