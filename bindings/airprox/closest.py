"""Closest approach: how near the trajectories of a pair come, and when."""

import threading
import time
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.closest import HORIZONTAL, RATIO, SLANT, Approaches, closest_approaches
from airprox_kernel.job import Job

from ._account import write_receipt
from ._encounters import instant, result_metadata
from ._html import as_html
from ._job import Sides, make_job, pair_up
from ._levels import as_levels
from ._pairs import Pairs, all_pairs, find_pairs, without_exempt
from ._parallel import Progress, Stopped, run, thread_count
from .errors import Cancelled, InvalidMinima, SchemaError
from .fleet import Fleet
from .minima import Minima
from .receipt import Receipt

METRICS = {"horizontal": HORIZONTAL, "slant": SLANT, "ratio": RATIO}
TASK_PAIRS = 4096
"""Pairs per task of a thread: some 10 ms."""


class ClosestApproaches:
    """The result of `closest_approach`; any Arrow consumer takes it as the table of pairs."""

    def __init__(self, pairs: pa.Table, receipt: Receipt) -> None:
        self.pairs = pairs
        """One row per pair that has an instant in common."""
        self.receipt = receipt

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.pairs.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return self.pairs.num_rows

    def __repr__(self) -> str:
        return f"<airprox.ClosestApproaches: {len(self):,} pairs>\n{self.receipt}"

    def _repr_html_(self) -> str:
        """Return the first pairs and the receipt, for notebooks."""
        return as_html(f"{len(self):,} pairs", self.pairs, str(self.receipt))


def closest_approach(
    fleet: Fleet,
    *,
    against: Fleet | None = None,
    same_id: str = "raise",
    pairs: object = None,
    metric: str = "horizontal",
    minima: Minima | None = None,
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
        Separation minima; needed for ``metric="ratio"``, and adding the column ``ratio``.
    max_pairs
        Refuse more pairs than this (20 million by default).

    Returns
    -------
    ClosestApproaches
        ``.pairs`` with the columns ``own``, ``other``, ``own_row``, ``other_row``, ``cpa_time``
        (the earliest time of the least value), ``cpa_horizontal``, ``cpa_vertical``,
        ``cpa_slant`` (m, at that time) and, with minima, ``ratio``; one row per pair that has an
        instant in common. In the geodetic frame the least horizontal distance is that of the
        chord, and it is reported as the distance over the ground. And ``.receipt``.

    Raises
    ------
    SchemaError, InvalidMinima
        If an argument does not fit.
    InvalidTrajectories
        If `pairs` names an unknown id or row, or pairs a trajectory with itself.
    TooManyPairs
        If there are more than `max_pairs`.
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
    """
    if metric not in METRICS:
        raise SchemaError(f'metric must be "horizontal", "slant" or "ratio", not {metric!r}')
    if metric == "ratio" and minima is None:
        raise InvalidMinima('metric="ratio" must come with minima, and none were given')
    start = time.perf_counter()
    count = thread_count(threads)
    sides = pair_up(fleet, against)
    job = make_job(sides, NO_MINIMA if minima is None else minima, same_id, window)
    asked = all_pairs(job, max_pairs) if pairs is None else find_pairs(sides, pairs, max_pairs)
    wanted = without_exempt(job, asked)
    seconds = {"prepare": time.perf_counter() - start}
    tested: list[_Tested] = []

    def account(*, finished: bool, apart: int) -> Receipt:
        return write_receipt(
            job,
            sides,
            minima,
            finished=finished,
            pairs_in_conflict=None,
            encounters=None,
            pairs_asked=asked.own.size,
            pairs_apart=apart,
            window=(None, None) if window is None else tuple(window),
            threads=count,
            pair_visits=sum(part.pairs for part in tested),
            legs_tested=sum(part.legs for part in tested),
            seconds=seconds,
        )

    start = time.perf_counter()
    try:
        found = _compute(job, wanted, METRICS[metric], tested, count, progress, cancel)
    except Stopped as stop:
        parts = len(_tasks(wanted))
        raise Cancelled(
            f"cancelled after {stop.done} of {parts} parts of the work",
            account(finished=False, apart=0),
        ) from None
    searched = time.perf_counter()
    seconds["search"] = searched - start
    table = _table(sides, wanted, found, minima)
    seconds["assemble"] = time.perf_counter() - searched
    apart = wanted.own.size - table.num_rows
    return ClosestApproaches(table, account(finished=True, apart=apart))


class _Tested(NamedTuple):
    """What one part of the work took: pairs, and elementary intervals."""

    pairs: int
    legs: int


NO_MINIMA = Minima(horizontal=1e6, vertical=1e6)
"""Stands in where none are given; its ratio is not reported."""


def _tasks(pairs: Pairs) -> range:
    """Return the first pair of each part of the work."""
    return range(0, pairs.own.size, TASK_PAIRS)


def _compute(
    job: Job,
    pairs: Pairs,
    metric: int,
    tested: list[_Tested],
    threads: int,
    progress: Progress | None,
    cancel: threading.Event | None,
) -> Approaches:
    """Return the closest approaches of the pairs; `tested` grows by an entry per finished task."""
    size = pairs.own.size
    lengths = [np.empty(size) for _ in range(5)]
    found = Approaches(np.empty(size, job.own.time.dtype), *lengths)

    def work(first: int) -> None:
        part = slice(first, min(first + TASK_PAIRS, size))
        own, other = pairs.own[part], pairs.other[part]
        legs = closest_approaches(job, own, other, metric, _picked(found, part))
        tested.append(_Tested(own.size, legs))

    run(work, _tasks(pairs), threads, progress, cancel)
    return found


def _picked(found: Approaches, rows: slice | NDArray[np.int64]) -> Approaches:
    picked: list[NDArray[Any]] = [column[rows] for column in found]
    return Approaches(*picked)


def _table(sides: Sides, pairs: Pairs, found: Approaches, minima: Minima | None) -> pa.Table:
    """Return the table of the pairs that have an instant in common."""
    met = np.flatnonzero(np.isfinite(found.value))
    if met.size < found.value.size:
        pairs = Pairs(pairs.own[met], pairs.other[met])
        found = _picked(found, met)
    levels = None if minima is None else as_levels(minima)
    moment = instant(found.origin, found.offset, np.rint)
    columns = {
        "own": pa.DictionaryArray.from_arrays(pairs.own.astype(np.int32), sides.own.ids),
        "other": pa.DictionaryArray.from_arrays(pairs.other.astype(np.int32), sides.other.ids),
        "own_row": pa.array(pairs.own),
        "other_row": pa.array(pairs.other),
        "cpa_time": pa.array(moment).cast(sides.own.time_type),
        "cpa_horizontal": pa.array(found.horizontal),
        "cpa_vertical": pa.array(found.vertical),
        "cpa_slant": pa.array(
            np.sqrt(found.horizontal * found.horizontal + found.vertical * found.vertical)
        ),
    }
    if minima is not None:
        columns["ratio"] = pa.array(np.sqrt(found.ratio_square))
    return pa.table(columns).replace_schema_metadata(result_metadata(sides, levels))
