"""Days of European traffic in Parquet, written as they are made, so that memory does not grow.

A file a day, as recordings come: the flights that depart on it, in order of time, with their names
as ids. Flights in the air at midnight reach into the next day.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from . import scenarios

DAY_KNOTS = 2_670_000
"""Knots of a day, nearly."""
GROUP_ROWS = 500_000


def write(folder: Path, knots: int) -> int:
    """Write about so many knots, the last day thinner than the others; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    written = day = 0
    while written < knots:
        share = min(1.0, (knots - written) / DAY_KNOTS)
        flights = max(1, round(scenarios.DAY_FLIGHTS * share))
        table = _day(day, flights)
        pq.write_table(table, folder / f"day-{day:04}.parquet", row_group_size=GROUP_ROWS)
        written += table.num_rows
        day += 1
        if share < 1.0:
            break
    return written


def _day(day: int, flights: int) -> pa.Table:
    workload = scenarios.european_day(flights, seed=day)
    order = np.argsort(workload["time"], kind="stable")
    seconds = workload["time"][order].astype(np.float64) + 86_400.0 * day
    time = np.rint(seconds * 1000.0).astype(np.int64)
    start = scenarios.EPOCH.astype("datetime64[ms]").astype(np.int64)
    names = pa.array([f"D{day:04}F{flight:06}" for flight in range(flights)])
    return pa.table(
        {
            "id": names.take(pa.array(workload["id"][order])),
            "time": pa.array(start + time).view(pa.timestamp("ms", "UTC")),
            **{axis: workload[axis][order] for axis in ("x", "y", "z")},
        }
    )
