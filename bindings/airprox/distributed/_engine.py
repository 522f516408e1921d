"""Distributed screening: the partitions of a plan, done by the workers of an executor."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import closing
from functools import partial
from typing import Any

from airprox._merging import screening_of
from airprox._parallel import Progress, Stopped, thread_count
from airprox._parts import Part, read_part
from airprox.errors import (
    Cancelled,
    InvalidParts,
    PartitionFailed,
    SchemaError,
    SchemaTypeError,
)
from airprox.receipt import Receipt
from airprox.screening import Screening

from ._crew import hire
from ._dispatch import Dispatch
from ._plan import Plan
from ._terms import GaveUp, Terms
from ._work import run_partition


def screen(
    plan: Plan,
    executor: "Executor | Callable[[], Executor] | Any | None" = None,
    *,
    threads: int = 1,
    retries: int = 2,
    in_flight: int | None = None,
    patience: float = 3.0,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Screening:
    """Return what `airprox.screen` returns, its partitions done by the workers of an executor.

    Only bytes go to workers and come back from them: descriptors and parts. The rows are those of
    `airprox.screen`, bit for bit, whatever workers there are and whatever becomes of them.

    Parameters
    ----------
    plan
        From `airprox.distributed.plan`.
    executor
        Who does the work: a client of Dask; any `concurrent.futures.Executor` (a standard pool,
        `airprox.distributed.ray.RayExecutor`), which stays open; a function that makes an executor,
        which is shut down in the end, and made once more where a dying worker breaks it; or None,
        for a pool of as many processes as there are processors.
    threads
        Threads of each task.
    retries
        Attempts at a partition after one that failed: by any error but those of `airprox.errors`
        about the input, by the loss of the worker or of the result. On Dask, another worker is
        asked. The last attempt is made alone, after everything else.
    in_flight
        Tasks at the executor at a time; two for each of its workers by default.
    patience
        With nothing else left to do, a task that has taken so many times the longest one before it
        (and a second) is done a second time; the first answer counts. `math.inf` for never.
    progress
        Called in the calling thread as ``progress(done, total)``, in partitions.
    cancel
        An event that another thread may set to stop the work.

    Raises
    ------
    PartitionFailed
        If partitions are missing in the end; its `missing` numbers them, its cause is the last
        error, its `receipt` tells of the others.
    Cancelled
        If `cancel` was set; its ``receipt`` tells what had been done.
    VerificationFailed
        If a partition that was done twice had two different results.

    However a call ends, nothing of it is waiting for a worker any more. Where it made the executor
    itself, its processes have ended. Tasks that had begun on an executor that was given are waited
    for (up to 30 s) after a cancellation or an error; on Dask they run to their end unheard, on Ray
    they are killed.

    Examples
    --------
    >>> import airprox
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B"], "time": [0.0, 100.0, 0.0, 100.0],
    ...     "x": [0.0, 20e3, 20e3, 0.0], "y": [0.0] * 4, "z": [9e3] * 4})
    >>> minima = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
    >>> plan = airprox.distributed.plan(fleet, minima)
    >>> with ThreadPoolExecutor(2) as pool:
    ...     result = airprox.distributed.screen(plan, pool)
    >>> result.encounters == airprox.screen(fleet, minima).encounters
    True
    """
    work = partial(run_partition, threads=thread_count(threads))
    check_whole(retries, "retries", 0)
    if in_flight is not None:
        check_whole(in_flight, "in_flight", 1)
    if not isinstance(patience, (int, float)) or not patience >= 1:
        raise SchemaError(f"patience must be at least 1, not {patience!r}")
    read = _Reader()
    is_cancelled = threading.Event().is_set if cancel is None else cancel.is_set
    terms = Terms(work, read, _agree, retries, in_flight, float(patience), is_cancelled)
    dispatch = Dispatch(plan.descriptors, hire(executor), terms)
    found: dict[int, Part] = {}
    try:
        with closing(dispatch.parts()) as parts:
            for part in parts:
                found[part.number] = part
                if progress is not None:
                    progress(dispatch.done, len(plan.descriptors))
    except Stopped as stopped:
        raise Cancelled(
            f"cancelled after {stopped.done} of {len(plan.descriptors)} partitions",
            _unfinished(plan, found, dispatch),
        ) from None
    except GaveUp as gave_up:
        receipt = _unfinished(plan, found, dispatch)
        raise PartitionFailed(str(gave_up), gave_up.missing, receipt) from gave_up.__cause__
    return screening_of(found, attempts=dispatch.attempts)


def check_whole(value: int, name: str, least: int) -> None:
    """Refuse what is not a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SchemaTypeError(f"{name} must be a whole number of at least {least}, not {value!r}")


class _Reader:
    """Reads parts, and holds each to be the one that was asked for, of one plan."""

    def __init__(self) -> None:
        self._fingerprint: str | None = None

    def __call__(self, number: int, data: bytes) -> Part:
        part = read_part(data)
        self._fingerprint = self._fingerprint or part.fingerprint
        if part.number != number or part.fingerprint != self._fingerprint:
            raise InvalidParts(
                f"the part of partition {number} of plan {self._fingerprint} must come back from "
                f"its descriptor, found that of {part.number} of {part.fingerprint}"
            )
        return part


def _agree(one: Part, two: Part) -> bool:
    return one.says(two)


def _unfinished(plan: Plan, found: dict[int, Part], dispatch: Dispatch) -> Receipt:
    """Return the receipt of the parts that are there; the account is made here if it is not."""
    last = len(plan.descriptors) - 1
    if last not in found:
        found[last] = read_part(run_partition(plan.descriptors[last]))
    return screening_of(found, finished=False, attempts=dispatch.attempts).receipt
