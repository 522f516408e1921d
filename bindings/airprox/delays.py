"""Departure delays: which of them put a pair of trajectories in conflict, and which keep clear.

A delay shifts a trajectory in time and leaves its path as it is. For a pair only the difference of
two delays counts: the delay of other relative to own, so that ``fleet.shifted`` by it, applied to
other alone, shows what it says.
"""

import threading
from typing import Any

import numpy as np
import pyarrow as pa

from ._delay_request import DelayRequest, check_horizon, search_pairs
from ._delay_tolerance import possible_pairs, tolerances
from ._free_delays import either_way, left_over, others_of
from ._parallel import Progress
from ._result import Result
from .airspace import Airspace, Snapshot
from .errors import SchemaError, SchemaTypeError
from .fleet import Fleet
from .minima import Minima
from .minima_table import MinimaTable
from .rules import Rules


class ForbiddenDelays(Result):
    """The result of `forbidden_delays`; any Arrow consumer takes it as the table of delays."""

    _title = "{} intervals of forbidden delays"

    @property
    def delays(self) -> pa.Table:
        """One row per maximal interval, sorted by ``own_row``, ``other_row``, ``delay_start``."""
        return self._table


class FreeDelays(Result):
    """The result of `free_delays`; any Arrow consumer takes it as the table of delays."""

    _title = "{} intervals of free delays"

    @property
    def delays(self) -> pa.Table:
        """One row per interval, ascending."""
        return self._table


class TimeMargins(Result):
    """The result of `time_margin`; any Arrow consumer takes it as the table of margins."""

    _title = "{} pairs with forbidden delays"

    @property
    def margins(self) -> pa.Table:
        """One row per pair that has forbidden delays, sorted by ``own_row``, ``other_row``."""
        return self._table


def forbidden_delays(
    fleet: Fleet,
    minima: Minima | MinimaTable,
    *,
    horizon: float,
    against: Fleet | None = None,
    same_id: str = "raise",
    rules: Rules | None = None,
    departure_tolerance: Any = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> ForbiddenDelays:
    """Return for every pair the departure delays that would put it in loss of separation.

    A delay is that of other relative to own, in seconds: if other departs that much later than it
    does in its fleet (earlier, if negative), the two lose separation. Each interval is exact and in
    closed form, rounded outwards by 1 µs, and intervals less than 1 ms apart are one; so a delay
    between two intervals, or at an end of one (but for the horizon's), never leads to an encounter
    that `screen` reports.
    Where minima vary on the way, delays are conservative: the vertical minimum is the largest of
    all altitudes that the legs in question span, radii are the largest on them, and a horizontal
    minimum on the Earth is 5 cm wider (0.3 m at 100 NM).

    Parameters
    ----------
    fleet, against, same_id, rules, threads, progress, cancel
        As for `airprox.screen`. Trajectories are taken whole, gaps stay gaps.
    minima
        One `Minima` or `MinimaTable`.
    horizon
        Seconds: delays from -horizon to horizon are looked at.
    departure_tolerance
        Seconds: how far departures may be off, either way. One number for all, or one a trajectory
        (of `fleet`, then of `against`). Adds the column ``possible``. No two tolerances may be more
        than the horizon together.

    Returns
    -------
    ForbiddenDelays
        ``.delays``, a `pyarrow.Table` with the columns ``own``, ``other`` (ids), ``own_row``,
        ``other_row``, ``delay_start``, ``delay_end`` (s, within the horizon) and, with tolerances,
        ``possible``: whether departures may be so far off that the pair has an encounter; the same
        in all rows of a pair. And ``.receipt``; its common pairs are those that share an instant
        for some delay within the horizon.

    Raises
    ------
    SchemaError, InvalidMinima, InvalidTrajectories
        If an argument does not fit, as for `screen`; levels are not taken.
    Cancelled
        If `cancel` was set.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B"], "time": [0.0, 200.0, 0.0, 200.0],
    ...     "x": [-20e3, 20e3, 0.0, 0.0], "y": [0.0, 0.0, -20e3, 20e3], "z": [9e3] * 4})
    >>> minima = airprox.Minima(horizontal=8000.0, vertical=300.0)
    >>> forbidden = airprox.forbidden_delays(fleet, minima, horizon=600.0)
    >>> [[round(row["delay_start"], 3), round(row["delay_end"], 3)]
    ...  for row in forbidden.delays.to_pylist()]
    [[-56.569, 56.569]]
    >>> airprox.screen(fleet.shifted({"B": 56.6}), minima).encounters.num_rows
    0
    >>> airprox.forbidden_delays(fleet.select(["A"]), minima, horizon=600.0).delays.num_rows
    0
    """
    request = DelayRequest(
        fleet, minima, against, same_id, rules, check_horizon(horizon), threads, progress, cancel
    )
    own = other = None
    if departure_tolerance is not None:
        own, other = tolerances(departure_tolerance, fleet, against, request.horizon)
    found = search_pairs(request)
    table = found.table({"delay_start": found.start, "delay_end": found.end})
    if own is not None and other is not None:
        table = table.append_column("possible", pa.array(possible_pairs(found, own, other)))
    return ForbiddenDelays(table, lambda: found.receipt)


def time_margin(
    fleet: Fleet,
    minima: Minima | MinimaTable,
    *,
    horizon: float,
    against: Fleet | None = None,
    same_id: str = "raise",
    rules: Rules | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> TimeMargins:
    """Return how much one of each pair may be late or early before they lose separation.

    Parameters, errors and receipt are those of `forbidden_delays`. ``.margins`` has the columns
    ``own``, ``other``, ``own_row``, ``other_row`` and ``time_margin`` (s): the distance from 0 to
    the nearest forbidden delay, 0 for pairs in conflict. A pair without a row has a margin of at
    least the horizon.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B"], "time": [0.0, 200.0, 100.0, 300.0],
    ...     "x": [-20e3, 20e3, 0.0, 0.0], "y": [0.0, 0.0, -20e3, 20e3], "z": [9e3] * 4})
    >>> minima = airprox.Minima(horizontal=8000.0, vertical=300.0)
    >>> margins = airprox.time_margin(fleet, minima, horizon=600.0).margins
    >>> round(margins["time_margin"][0].as_py(), 3)
    43.431
    >>> airprox.time_margin(fleet, minima, horizon=20.0).margins.num_rows
    0
    """
    found = search_pairs(
        DelayRequest(
            fleet, minima, against, same_id, rules, check_horizon(horizon), threads, progress,
            cancel,
        )
    )  # fmt: skip
    first = found.pair_starts()
    margin = np.maximum(np.maximum(found.start, -found.end), 0.0)
    if first.size:
        margin = np.minimum.reduceat(margin, first)
    return TimeMargins(found.take(first).table({"time_margin": margin}), lambda: found.receipt)


def free_delays(
    airspace: Airspace | Snapshot | Fleet,
    flight: Fleet,
    horizon: float,
    minima: Minima | MinimaTable | None = None,
    *,
    rules: Rules | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> FreeDelays:
    """Return the delays of one flight that keep it clear of all others.

    Parameters
    ----------
    airspace
        The others: a `Fleet`, which needs `minima`; or an `Airspace` or a snapshot of one, which
        has minima and rules of its own. Of these only the flights that are in the air within the
        horizon are looked at, and counted in the receipt.
    flight
        A fleet of one trajectory. If its id is among the others it stands in for that one.
    horizon
        Seconds: delays from -horizon (earlier) to horizon (later) are looked at.
    minima, rules, threads, progress, cancel
        As for `forbidden_delays`.

    Returns
    -------
    FreeDelays
        ``.delays`` with the columns ``delay_start`` and ``delay_end`` (s), ascending: any delay of
        these closed intervals will do. Intervals shorter than 1 ms are left out. And ``.receipt``.

    Raises
    ------
    SchemaError, InvalidMinima, Cancelled
        As for `forbidden_delays`.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B"], "time": [0.0, 200.0, 0.0, 200.0],
    ...     "x": [-20e3, 20e3, 0.0, 0.0], "y": [0.0, 0.0, -20e3, 20e3], "z": [9e3] * 4})
    >>> minima = airprox.Minima(horizontal=8000.0, vertical=300.0)
    >>> free = airprox.free_delays(fleet, fleet.select(["B"]), 600.0, minima).delays
    >>> [[round(row["delay_start"], 3), round(row["delay_end"], 3)] for row in free.to_pylist()]
    [[-600.0, -56.569], [56.569, 600.0]]
    """
    if not isinstance(flight, Fleet):
        raise SchemaTypeError(f"flight must be an airprox.Fleet, not {type(flight).__name__}")
    if len(flight) != 1:
        raise SchemaError(f"flight must be a fleet of one trajectory, but has {len(flight)}")
    seconds = check_horizon(horizon)
    others = others_of(airspace, flight, seconds, minima, rules)
    found = search_pairs(
        DelayRequest(
            others.fleet, others.minima, flight, "exempt", either_way(others.rules), seconds,
            threads, progress, cancel,
        )
    )  # fmt: skip
    return FreeDelays(left_over(found, seconds), lambda: found.receipt)
