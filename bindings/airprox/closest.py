"""Closest approach: how near the trajectories of a pair come, and when."""

import threading
from typing import Any

import pyarrow as pa

from ._approach_request import Request
from ._approach_search import ApproachSearch
from ._parallel import Progress
from ._result import Batches, Result
from .errors import SchemaTypeError
from .fleet import Fleet
from .minima import Minima
from .minima_table import MinimaTable


class ClosestApproaches(Result):
    """The result of `closest_approach`; any Arrow consumer takes it as the table of pairs."""

    _title = "{} pairs"

    @property
    def pairs(self) -> pa.Table:
        """One row per pair that has an instant in common."""
        return self._table


class ApproachBatches(Batches):
    """An iterator over the rows of the table of pairs, as record batches.

    After the last batch `receipt` is complete. Any Arrow consumer takes it as a stream.
    """


def closest_approach(
    fleet: Fleet,
    *,
    against: Fleet | None = None,
    same_id: str = "raise",
    pairs: object = None,
    metric: str = "horizontal",
    minima: Minima | MinimaTable | None = None,
    within: float | None = None,
    nearest: int | None = None,
    window: tuple[Any, Any] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    max_pairs: int | None = None,
) -> ClosestApproaches:
    """Return the closest approach of pairs of trajectories, in conflict or not.

    Parameters
    ----------
    fleet, against, same_id, window, threads, progress, cancel
        As for `airprox.screen`.
    pairs
        The pairs asked for: any Arrow table, or mapping of arrays, with the columns ``own_row``
        and ``other_row``, or ``own`` and ``other`` (ids). Their order is kept, repeats included.
        By default all pairs that share an instant, sorted by rows.
    metric
        What is least: the ``"horizontal"`` distance, the ``"slant"`` distance in three
        dimensions, or the ``"ratio"`` max(horizontal / minimum, vertical / minimum).
    minima
        Separation minima, or a table of them by categories; needed for ``metric="ratio"``, and
        adding the column ``ratio``. Where they have bands of altitude, the minimum is that of the
        instant, and where it jumps the smaller ratio of both sides counts; each pair then takes
        as long as a plain merge of its knots, some 3 µs.
    within
        Only pairs whose reported value of the metric (m, or the ratio) is below this. Pairs that
        are never as near are pruned in space and time, as in a screening; of horizontal distances
        altitudes prune nothing, so compare with one whose vertical minimum is ``math.inf``.
    nearest
        For each trajectory of `fleet` only its so many closest others, fewer where fewer share
        its time. ``own`` is the one asked about, and each pair may come from both ends. Ties are
        broken by time, then by the partner's id.
    max_pairs
        Refuse more pairs than this (20 million by default).

    Returns
    -------
    ClosestApproaches
        ``.pairs`` with the columns ``own``, ``other``, ``own_row``, ``other_row``, ``cpa_time``
        (the earliest time of the least value), ``cpa_horizontal``, ``cpa_vertical``,
        ``cpa_slant`` (m, at that time) and, with minima, ``ratio``; one row per pair that has an
        instant in common. With `nearest`, a column ``rank`` (from 1) comes after the rows, by
        which it is sorted. In the geodetic frame the least horizontal distance is that of the
        chord, and it is reported as the distance over the ground. And ``.receipt``.

    Raises
    ------
    SchemaError, InvalidMinima
        If an argument does not fit.
    InvalidTrajectories
        If `pairs` names an unknown id or row, or pairs a trajectory with itself.
    TooManyPairs
        If there are more than `max_pairs`; `closest_approach_batches` has no such limit.
    Cancelled
        If `cancel` was set.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B"], "time": [0.0, 100.0, 0.0, 100.0],
    ...     "x": [0.0, 20e3, 20e3, 0.0], "y": [0.0, 0.0, 300.0, 300.0],
    ...     "z": [9e3, 9e3, 9.4e3, 9.4e3]})
    >>> result = airprox.closest_approach(fleet, pairs={"own": ["A"], "other": ["B"]})
    >>> result.pairs.select(["cpa_time", "cpa_horizontal", "cpa_slant"]).to_pylist()
    [{'cpa_time': 50.0, 'cpa_horizontal': 300.0, 'cpa_slant': 500.0}]
    >>> airprox.closest_approach(fleet, pairs={"own": [], "other": []}).pairs.num_rows
    0
    >>> airprox.closest_approach(fleet, within=300.0).pairs.num_rows  # 300 is not below 300
    0
    >>> airprox.closest_approach(fleet, nearest=1).pairs.select(["own", "rank"]).to_pylist()
    [{'own': 'A', 'rank': 1}, {'own': 'B', 'rank': 1}]
    """
    search = ApproachSearch(
        Request(
            fleet, against, same_id, pairs, metric, minima, within, nearest, window, threads,
            progress, cancel,
        )
    )  # fmt: skip
    table = search.table(max_pairs)
    return ClosestApproaches(table, search.account())


def closest_approach_batches(
    fleet: Fleet,
    *,
    against: Fleet | None = None,
    same_id: str = "raise",
    pairs: object = None,
    metric: str = "horizontal",
    minima: Minima | MinimaTable | None = None,
    within: float | None = None,
    nearest: int | None = None,
    window: tuple[Any, Any] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    batch_bytes: int = 64 << 20,
) -> ApproachBatches:
    """Return the rows of ``closest_approach(...).pairs`` as an iterator of record batches.

    The rows come in the order of the table, computed as they are asked for: beyond the fleets, the
    memory in use stays near a few times `batch_bytes`. Parameters, errors and columns are those of
    `closest_approach`, whose limit on the number of pairs does not hold here.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "B"], "time": [0.0] * 2, "x": [0.0, 1.0], "y": [0.0] * 2, "z": [0.0] * 2})
    >>> [batch.num_rows for batch in airprox.closest_approach_batches(fleet)]
    [1]
    """
    if isinstance(batch_bytes, bool) or not isinstance(batch_bytes, int) or batch_bytes < 1:
        raise SchemaTypeError(
            f"batch_bytes must be a whole number of at least 1, not {batch_bytes!r}"
        )
    search = ApproachSearch(
        Request(
            fleet, against, same_id, pairs, metric, minima, within, nearest, window, threads,
            progress, cancel,
        )
    )  # fmt: skip
    return ApproachBatches(search, search.batches(batch_bytes))
