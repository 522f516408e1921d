"""Margins: how near each trajectory comes to its worst partner, for planners to sort by."""

import threading
from typing import Any

import numpy as np
import pyarrow as pa

from ._buffers import as_numpy
from ._parallel import Progress
from .closest import closest_approach
from .fleet import Fleet
from .minima import Minima
from .minima_table import MinimaTable
from .screening import screen


def margins(
    fleet: Fleet,
    minima: Minima | MinimaTable,
    *,
    against: Fleet | None = None,
    same_id: str = "raise",
    window: tuple[Any, Any] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> pa.Table:
    """Return one row per trajectory: its worst partner, and how many encounters it has.

    Parameters
    ----------
    fleet, minima, against, same_id, window, threads, progress, cancel
        As for `airprox.screen`; `progress` is called for closest approaches, then for encounters.

    Returns
    -------
    pyarrow.Table
        In the fleet's order, with the columns ``id``; ``ratio``, the least of max(horizontal /
        minimum, vertical / minimum) with any other trajectory; ``partner``, the id of that
        trajectory, of equal ones the one met first, then the one whose id comes first; ``time``,
        when; and ``encounters``, how many it has with all others. Where nobody shares a
        trajectory's time, ``ratio``, ``partner`` and ``time`` are null.

        A trajectory that shares more than an instant with others has encounters if and only if
        its ratio over that time is below 1.

    Raises
    ------
    SchemaError, InvalidMinima, InvalidTrajectories, Cancelled
        As `airprox.screen`.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B", "late"], "time": [0.0, 100.0, 0.0, 100.0, 500.0],
    ...     "x": [0.0, 20e3, 20e3, 0.0, 0.0], "y": [0.0] * 5, "z": [9e3, 9e3, 9150.0, 9150.0, 0.0]})
    >>> table = airprox.margins(fleet, airprox.Minima(horizontal=9260.0, vertical=300.0))
    >>> table.select(["id", "partner", "encounters"]).to_pylist()[1:]
    [{'id': 'B', 'partner': 'A', 'encounters': 1}, {'id': 'late', 'partner': None, 'encounters': 0}]
    >>> round(table["ratio"][0].as_py(), 6)
    0.5
    """
    common: dict[str, Any] = {
        "against": against,
        "same_id": same_id,
        "window": window,
        "threads": threads,
        "progress": progress,
        "cancel": cancel,
    }
    worst = closest_approach(
        fleet, metric="ratio", minima=minima, nearest=1, max_pairs=len(fleet), **common
    ).pairs
    encounters = screen(fleet, minima, **common).encounters
    place = np.full(len(fleet), -1, np.int64)
    place[as_numpy(worst["own_row"].combine_chunks())] = np.arange(worst.num_rows)
    rows = pa.array(place, mask=place < 0)
    other = fleet if against is None else against
    partner = other.ids.take(worst["other_row"].combine_chunks())
    return pa.table(
        {
            "id": fleet.ids,
            "ratio": worst["ratio"].combine_chunks().take(rows),
            "partner": partner.take(rows),
            "time": worst["cpa_time"].combine_chunks().take(rows),
            "encounters": _count(encounters, fleet, other),
        }
    )


def _count(encounters: pa.Table, fleet: Fleet, other: Fleet) -> pa.Array:
    """Return the number of encounters of each trajectory of the fleet, on either side of a pair."""
    sides = ["own_row", "other_row"] if other is fleet else ["own_row"]
    counts = np.zeros(len(fleet), np.int64)
    for side in sides:
        counts += np.bincount(as_numpy(encounters[side].combine_chunks()), minlength=len(fleet))
    return pa.array(counts)
