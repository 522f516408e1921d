"""One call about delays: its arguments checked, its pairs searched, its receipt written."""

import math
import threading
import time
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.job import Job, Window
from airprox_kernel.knots import Knots

from ._account import write_receipt
from ._arrow import frozen
from ._counts import row_spans
from ._delays import Delays, make_delay_plan, search_delays
from ._encounters import result_metadata
from ._job import Case, Sides, make_case, pair_up
from ._levels import AnyMinima, Levels, as_levels
from ._parallel import Progress, Stopped, thread_count
from .errors import Cancelled, InvalidMinima, SchemaError, SchemaTypeError
from .fleet import Fleet
from .receipt import Receipt
from .rules import Rules

LONGEST_HORIZON = 1e9
"""Seconds, some 31 years: times plus a horizon stay within 64 bits of nanoseconds."""
SMALL = 20_000
"""Fleets of fewer knots are searched in the calling thread: a second one would not pay."""


class DelayRequest(NamedTuple):
    """The arguments of a call, as `forbidden_delays` documents them."""

    fleet: Fleet
    minima: AnyMinima
    against: Fleet | None
    same_id: str
    rules: Rules | None
    horizon: float
    threads: int | None
    progress: Progress | None
    cancel: threading.Event | None


class Found(NamedTuple):
    """Forbidden delays by pair, sorted by own row, other row and start, (rows,) each."""

    sides: Sides
    levels: Levels
    own: NDArray[np.int64]
    other: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    receipt: Receipt

    def pair_starts(self) -> NDArray[np.int64]:
        """Return the first row of each pair."""
        return _pair_starts(self.own, self.other)

    def take(self, rows: NDArray[np.int64]) -> "Found":
        """Return the chosen rows."""
        columns = {name: getattr(self, name)[rows] for name in ("own", "other", "start", "end")}
        return self._replace(**columns)

    def table(self, seconds: dict[str, NDArray[np.float64]]) -> pa.Table:
        """Return the pairs with columns of seconds."""
        columns: dict[str, pa.Array] = {
            "own": self.sides.own.ids.take(pa.array(self.own)),
            "other": self.sides.other.ids.take(pa.array(self.other)),
            "own_row": pa.array(self.own),
            "other_row": pa.array(self.other),
            **{name: pa.array(values) for name, values in seconds.items()},
        }
        fields = [
            pa.field(name, array.type, False, {b"unit": b"s"} if name in seconds else None)
            for name, array in columns.items()
        ]
        schema = pa.schema(fields, self.metadata())
        return pa.Table.from_arrays([*columns.values()], schema=schema)

    def metadata(self) -> dict[str, str]:
        """Return the metadata of a table."""
        horizon = {"airprox.horizon": repr(self.receipt.horizon)}
        own = self.sides.own
        return result_metadata(own.frame, own.time_type, self.levels) | horizon


def check_horizon(horizon: Any) -> float:
    """Return the horizon in seconds; raises `SchemaError` unless it is positive and finite."""
    if isinstance(horizon, bool) or not isinstance(horizon, Real):
        raise SchemaTypeError(f"horizon must be a number of seconds, not {horizon!r}")
    seconds = float(horizon)
    if not 0.0 < seconds <= LONGEST_HORIZON:
        raise SchemaError(
            f"horizon must be above 0 and at most {LONGEST_HORIZON:g} seconds, but is {horizon!r}"
        )
    return seconds


def search_pairs(request: DelayRequest) -> Found:
    """Return the forbidden delays of all pairs; raises `Cancelled` where that was asked for."""
    begun = time.perf_counter()
    threads = thread_count(request.threads)
    levels = as_levels(request.minima)
    if levels.names is not None:
        raise InvalidMinima(
            "delays must be asked for one Minima or MinimaTable, not for the levels "
            f"{', '.join(map(repr, levels.names))}"
        )
    sides = pair_up(request.fleet, request.against)
    case = make_case(sides, request.minima, request.same_id, None, request.rules)
    plan = make_delay_plan(case, request.horizon)
    prepared = time.perf_counter()
    small = case.job.own.time.size + case.job.other.time.size <= SMALL
    try:
        found = search_delays(plan, 1 if small else threads, request.progress, request.cancel)
    except Stopped as stop:
        raise Cancelled(
            f"cancelled after {stop.done} parts of the work",
            _receipt(request, sides, case, None, threads, (begun, prepared)),
        ) from None
    receipt = _receipt(request, sides, case, found, threads, (begun, prepared))
    return Found(sides, levels, found.own, found.other, found.start, found.end, receipt)


def _receipt(
    request: DelayRequest,
    sides: Sides,
    case: Case,
    found: Delays | None,
    threads: int,
    instants: tuple[float, float],
) -> Receipt:
    begun, prepared = instants
    pairs = 0 if found is None else _pair_starts(found.own, found.other).size
    return write_receipt(
        looking_ahead(case.job, request.horizon),
        sides,
        request.minima,
        finished=found is not None,
        pairs_in_conflict=None,
        encounters=None,
        window=(None, None),
        threads=threads,
        pair_visits=0 if found is None else found.run_pairs,
        legs_tested=0 if found is None else found.legs,
        horizon=request.horizon,
        pairs_with_delays=pairs,
        seconds={"prepare": prepared - begun, "search": time.perf_counter() - prepared},
    )


def _pair_starts(own: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    differs = np.ones(own.size, np.bool_)
    differs[1:] = (np.diff(own) != 0) | (np.diff(other) != 0)
    return np.flatnonzero(differs)


def looking_ahead(job: Job, horizon: float) -> Job:
    """Return a job of spans alone, each longer by half of the horizon at both ends.

    Two of them share an instant iff the trajectories do for some delay within the horizon.
    """
    half: Any = 0.5 * horizon
    window = Window(-math.inf, math.inf)
    if job.own.time.dtype.kind == "i":
        half = round(half * 1e9)
        window = Window(*(int(bound) for bound in (-(2**63), 2**63 - 1)))
    own = _spans(job.own, window, half)
    other = own if job.single else _spans(job.other, window, half)
    return job._replace(own=own, other=other, window=window)


def _spans(knots: Knots, window: Window, half: Any) -> Knots:
    start, end = row_spans(knots, window)
    ends = np.arange(start.size + 1)
    return knots._replace(
        time=frozen(np.stack([start - half, end + half], axis=1).reshape(-1)),
        part_start=frozen(2 * ends),
        part_row=frozen(ends[:-1]),
        row_start=frozen(ends),
    )
