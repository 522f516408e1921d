"""Plans: a screening divided among partitions, each a message of bytes that any process can do."""

import secrets
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox._account import facts_of
from airprox._arrow import frozen
from airprox._buffers import as_arrow
from airprox._encounters import encounters_schema
from airprox._job import NOTHING, Case, Sides, make_case, pair_up
from airprox._levels import AnyMinima, as_levels
from airprox._message import write_message
from airprox._minima_message import as_data
from airprox._partition import cut_out
from airprox._parts import VERSION
from airprox.errors import SchemaError
from airprox.fleet import Fleet
from airprox.rules import Rules
from airprox_kernel.job import Job
from airprox_kernel.knots import Knots


class Plan(NamedTuple):
    """A screening divided among partitions."""

    descriptors: list[bytes]
    """What `run_partition` takes, one each; the last one is the account of the whole."""
    edges: list[Any]
    """Instants between the slabs of time."""
    legs: int
    """Legs of all partitions together."""
    legs_twice: int
    """How many of them are repeats."""

    def __str__(self) -> str:
        return (
            f"{len(self.descriptors)} descriptors, {len(self.edges) + 1} slabs of time, "
            f"{self.legs:,} legs, {self.legs_twice:,} of them twice"
        )


def plan(
    fleet: Fleet,
    minima: AnyMinima,
    *,
    against: Fleet | None = None,
    same_id: str = "raise",
    rules: Rules | None = None,
    window: tuple[Any, Any] | None = None,
    partitions: int | None = None,
    _edges: Sequence[Any] | None = None,
) -> Plan:
    """Divide a screening among partitions."""
    sides = pair_up(fleet, against)
    for side in sides:
        if side._radii is not None:
            raise SchemaError("fleets with radii cannot be screened in parts, found one")
    case = make_case(sides, minima, same_id, window, rules)
    edges = _slab_edges(case, partitions or 4) if _edges is None else list(_edges)
    ends = [-np.inf, *edges, np.inf]
    label = {"version": VERSION, "total": len(ends), "fingerprint": secrets.token_hex(8)}
    descriptors: list[bytes] = []
    legs = 0
    for number, (start, end) in enumerate(pairwise(ends)):
        part = cut_out(case, start, end)
        legs += _legs(part.case.job)
        header = {**label, "number": number, "kind": "fleet"}
        columns = {
            "own_id": fleet.ids.take(as_arrow(part.own_row)),
            "other_id": sides.other.ids.take(as_arrow(part.other_row)),
        }
        descriptors.append(write_message(header, part, columns))
    whole = cut_out(case, -np.inf, np.inf)
    descriptors.append(_account({**label, "number": len(ends) - 1}, case, sides, minima, window))
    return Plan(descriptors, edges, legs, legs - _legs(whole.case.job))


def _legs(job: Job) -> int:
    knots = (job.own,) if job.single else (job.own, job.other)
    return sum(k.time.size - k.part_row.size for k in knots)


def _slab_edges(case: Case, count: int) -> list[Any]:
    times = case.job.own.time[:: max(1, case.job.own.time.size // 100_000)]
    if not times.size:
        return []
    return np.unique(np.sort(times)[np.arange(1, count) * times.size // count]).tolist()


def _account(
    label: dict[str, Any],
    case: Case,
    sides: Sides,
    minima: AnyMinima,
    window: tuple[Any, Any] | None,
) -> bytes:
    """Return the descriptor of the account: what is told and counted of the whole."""
    levels = as_levels(minima)
    first, last = (None, None) if window is None else window
    job = case.job
    roster = job._replace(own=_roster(job.own), other=_roster(job.other))
    header = {
        **label,
        "kind": "account",
        "facts": facts_of(sides),
        "minima": as_data(levels),
        "window": [
            None if end is None else instant
            for end, instant in ((first, job.window.start), (last, job.window.end))
        ],
    }
    schema = encounters_schema(sides, levels, False).serialize()
    columns = {"schema": pa.array(np.frombuffer(schema, np.uint8))}
    return write_message(header, roster, columns)


def _roster(knots: Knots) -> Knots:
    """Return trajectories of which only the first and the last instant are left."""
    rows = knots.row_start.size - 1
    first = knots.part_start[knots.row_start[:-1]]
    last = knots.part_start[knots.row_start[1:]] - 1
    ends = np.stack([knots.time[first], knots.time[last]], axis=1).reshape(-1)
    every: NDArray[np.int64] = np.arange(rows + 1)
    return Knots(
        frozen(ends), NOTHING, NOTHING, NOTHING, NOTHING,
        frozen(2 * every), frozen(every[:-1]), frozen(every), knots.geodetic,
    )  # fmt: skip
