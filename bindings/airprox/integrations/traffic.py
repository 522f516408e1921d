"""Closest approaches of the `traffic` library's flights, in that library's terms.

`Fleet.from_arrow(traffic, columns="traffic")` reads its `Traffic` and `Flight` objects; here is an
answer in its own columns and units, of every pair and of all instants, not of sampled ones.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox import FT, NM, Fleet, Minima, closest_approach
from airprox._geometry import latitude_longitude, parts_at, states_at

_NAMES = ("icao24", "callsign", "flight_id")


def closest_point_of_approach(
    traffic: Any, lateral_separation: float, vertical_separation: float, **options: Any
) -> Any:
    """Return the pairs of flights that come closer than both separations at an instant.

    The counterpart of ``Traffic.closest_point_of_approach(…).aggregate(…).min("aggregated")``,
    which looks at common sample times only.

    Parameters
    ----------
    traffic
        A `traffic.core.Traffic`, or any frame with its columns.
    lateral_separation
        Metres, as there.
    vertical_separation
        Feet, as there.
    **options
        Keyword arguments of `Fleet.from_arrow`, such as ``max_gap``.

    Returns
    -------
    pandas.DataFrame
        One row a pair, at its worst instant (within gaps of 120 s or less, unless ``max_gap`` says
        otherwise): ``timestamp`` (UTC), ``icao24_x``, ``callsign_x`` and ``flight_id_x`` as far as
        there, ``latitude_x``, ``longitude_x``, ``altitude_x`` (feet), the same with ``_y``,
        ``lateral`` (nautical miles), ``vertical`` (feet) and ``aggregated``, the larger of both in
        units of the separations; sorted by ``aggregated``.

    Raises
    ------
    SchemaError, InvalidTrajectories, InvalidMinima
        As `Fleet.from_arrow` and `Minima` do.
    """
    names = [name for name in _NAMES if name in getattr(traffic, "data", traffic).columns]
    fleet = Fleet.from_arrow(traffic, **{"columns": "traffic", "carry": names} | options)
    minima = Minima(lateral_separation, vertical_separation * FT)
    pairs = closest_approach(fleet, metric="ratio", minima=minima, within=1.0).pairs
    time = pairs["cpa_time"].combine_chunks()
    instants = time.view(pa.int64()).to_numpy()
    columns: dict[str, Any] = {"timestamp": time}
    for side, name in (("x", "own_row"), ("y", "other_row")):
        rows = pairs[name].to_numpy()
        for carried in names:
            columns[f"{carried}_{side}"] = fleet.carried[carried].take(pa.array(rows))
        columns |= {f"{name}_{side}": v for name, v in _places(fleet, rows, instants).items()}
    columns["lateral"] = pairs["cpa_horizontal"].to_numpy() / NM
    columns["vertical"] = pairs["cpa_vertical"].to_numpy() / FT
    columns["aggregated"] = pairs["ratio"]
    return pa.table(columns).sort_by("aggregated").to_pandas()


def _places(fleet: Fleet, rows: NDArray[np.int64], time: NDArray[np.int64]) -> dict[str, Any]:
    knots = fleet._knots
    state = states_at(knots, parts_at(knots, rows, time), time)
    latitude, longitude = latitude_longitude(state.position)
    return {"latitude": latitude, "longitude": longitude, "altitude": state.altitude / FT}
