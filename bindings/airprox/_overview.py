"""A fleet at a glance: one row a trajectory, for notebooks."""

import numpy as np
import pyarrow as pa

from ._prepared import Prepared


def overview(prepared: Prepared) -> pa.Table:
    """Return id, number of points and parts, first and last instant, altitudes (m), and carried."""
    knots = prepared.knots
    bounds = knots.part_start[knots.row_start]
    first, last = bounds[:-1], bounds[1:] - 1
    points = np.diff(bounds)
    if len(prepared.original):
        points = np.diff(np.searchsorted(prepared.original, bounds))
    empty = not len(prepared.ids)
    lowest, highest = (
        first.astype(np.float64) if empty else function.reduceat(knots.altitude, first)
        for function in (np.minimum, np.maximum)
    )
    columns = {
        "id": prepared.ids,
        "points": points,
        "parts": np.diff(knots.row_start),
        "from": pa.array(knots.time[first]).view(prepared.time_type),
        "to": pa.array(knots.time[last]).view(prepared.time_type),
        "lowest": lowest,
        "highest": highest,
    }
    carried = {name: prepared.carried[name] for name in prepared.carried.column_names}
    return pa.table({**columns, **carried})
