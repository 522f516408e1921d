"""A partition: the whole legs of a case that reach into a span of time, and what is found in it.

Every elementary interval that crosses the span is computed from its four true knots, so its piece
is the same, bit for bit, as in a screening of the whole. Where a part goes on beyond the legs that
are here is marked, so that the ends of excerpts are not taken for ends of trajectories.
"""

import threading
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.excerpts import copy_runs, find_excerpts
from airprox_kernel.exemptions import Exemptions
from airprox_kernel.job import Block, Job, Window
from airprox_kernel.knots import Knots
from airprox_kernel.pieces import PieceArray

from ._account import longest
from ._aftermath import Truncated, mark_clipped
from ._arrow import frozen
from ._job import Case
from ._moves import offsets
from ._pace import pace_of
from ._parallel import run
from ._plan import make_plan
from ._search import Gathering, merge

UNLIMITED = 2**62


class Partition(NamedTuple):
    """A case of the legs of a partition alone."""

    case: Case
    """Its rows are some of the whole, in the same order."""
    span: Window
    """The instants that are looked at."""
    own_row: NDArray[np.int64]
    """(own rows of the case,) which rows of the whole they are, ascending."""
    other_row: NDArray[np.int64]
    truncated: Truncated


class Excerpts(NamedTuple):
    """What of one side's knots is in a partition."""

    knots: Knots
    row: NDArray[np.int64]
    opens: NDArray[np.bool_]
    """(parts,) whether a part goes on before its first knot here."""
    closes: NDArray[np.bool_]
    """(parts,) whether a part goes on after its last knot here."""


class Yield(NamedTuple):
    """What was found in a partition."""

    pieces: PieceArray
    """Merged, marked, and of rows of the whole in place of parts."""
    counts: dict[str, Any]
    """Of work, as receipts name it."""


def cut_out(case: Case, start: Any, end: Any) -> Partition:
    """Return the partition of the legs that reach into [start, end], within the case's window."""
    job = case.job
    # The window has the kind of number that times are; infinities would not be one.
    span = Window(max(job.window.start, start), min(job.window.end, end))
    own = _excerpts(job.own, span)
    other = own if job.single else _excerpts(job.other, span)
    return assemble(case, span, own, other)


def assemble(case: Case, span: Window, own: Excerpts, other: Excerpts) -> Partition:
    """Return the partition of excerpts of the rows of a case; its knots are not looked at."""
    job = case.job
    limits = job.limits._replace(
        own_category=frozen(job.limits.own_category[own.row]),
        other_category=frozen(job.limits.other_category[other.row]),
    )
    cut = Job(
        own.knots,
        other.knots,
        frozen(job.own_identity[own.row]),
        frozen(job.other_identity[other.row]),
        job.single,
        job.slabs,
        job.window,
        Block(0, own.row.size, 0, other.row.size),
        limits,
        _exemptions_of(job.exemptions, own.row, other.row),
    )
    truncated = Truncated(own.opens, own.closes, other.opens, other.closes)
    return Partition(case._replace(job=cut), span, own.row, other.row, truncated)


def _excerpts(knots: Knots, span: Window) -> Excerpts:
    parts = knots.part_row.size
    first, last = np.empty(parts, np.int64), np.empty(parts, np.int64)
    find_excerpts(knots.time, knots.part_start, span.start, span.end, first, last)
    here = np.flatnonzero(first < last)
    first, last = first[here], last[here]
    start = offsets(last - first + 1)
    parts_of_row = np.bincount(knots.part_row[here], minlength=knots.row_start.size - 1)
    row = np.flatnonzero(parts_of_row)
    runs = frozen(first)

    def cut(values: NDArray[Any]) -> NDArray[Any]:
        out = np.empty(int(start[-1]) if values.size else 0, values.dtype)
        if values.size:
            copy_runs(values.view(np.int64), runs, start, out.view(np.int64))
        return frozen(out)

    row_start = offsets(parts_of_row[row])
    chosen = Knots(
        time=cut(knots.time),
        x=cut(knots.x),
        y=cut(knots.y),
        z=cut(knots.z),
        altitude=cut(knots.altitude),
        part_start=start,
        part_row=frozen(np.repeat(np.arange(row.size), np.diff(row_start))),
        row_start=row_start,
        geodetic=knots.geodetic,
    )
    opens, closes = first > knots.part_start[here], last < knots.part_start[here + 1] - 1
    return Excerpts(chosen, frozen(row), frozen(opens), frozen(closes))


def _exemptions_of(
    exemptions: Exemptions, own: NDArray[np.int64], other: NDArray[np.int64]
) -> Exemptions:
    """Return the exemptions of some rows."""
    if not exemptions.any:
        return exemptions
    e = exemptions
    keys = np.divmod(e.listed, max(e.rows, 1))
    places = [np.searchsorted(rows, key) for rows, key in zip((own, other), keys, strict=True)]
    known = np.ones(e.listed.size, np.bool_)
    for rows, key, place in zip((own, other), keys, places, strict=True):
        known &= np.append(rows, -1)[place] == key
    return Exemptions(
        True,
        frozen((places[0] * other.size + places[1])[known]),
        other.size,
        frozen(e.own_flight[own]),
        frozen(e.other_flight[other]),
        frozen(e.own_group[own]),
        frozen(e.other_group[other]),
        frozen(e.own_side[own]),
        frozen(e.other_side[other]),
        e.screened,
    )


def search(partition: Partition, threads: int, cancel: threading.Event | None = None) -> Yield:
    """Return what is found in a partition; raises `Stopped` where `cancel` comes before the end."""
    job = partition.case.job
    paces = [pace_of(knots) for knots in ((job.own,) if job.single else (job.own, job.other))]
    plan = make_plan(partition.case, paces, None, partition.span)
    gathering = Gathering([plan], UNLIMITED)
    run(gathering.search, gathering.tasks, threads, None, cancel)
    pieces = merge(gathering.pieces, plan.time_kind)
    mark_clipped(job, pieces, partition.truncated)
    rows = partition.own_row, partition.other_row
    for side, knots, row in zip(("own", "other"), (job.own, job.other), rows, strict=True):
        pieces[side] = row[knots.part_row[pieces[side]]]
    slabs = plan.job.slabs
    counts = {
        "pair_visits": gathering.pair_visits,
        "legs_tested": gathering.legs_tested,
        "slabs": slabs.start.size,
        "slab_length": longest(slabs),
        "tasks": dict(gathering.sweeps),
    }
    return Yield(pieces, counts)
