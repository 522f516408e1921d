"""A partition: the whole legs of a case that reach into a span of time, and what is found in it.

Every elementary interval that crosses the span is computed from its four true knots, so its piece
is the same, bit for bit, as in a screening of the whole. Where a part goes on beyond the legs that
are here is marked, so that the ends of excerpts are not taken for ends of trajectories.
"""

import threading
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.exemptions import Exemptions
from airprox_kernel.job import Block, Job, Window
from airprox_kernel.knots import Knots
from airprox_kernel.pieces import PieceArray

from ._account import longest
from ._aftermath import Truncated, mark_clipped
from ._arrow import frozen
from ._blocks import UNLIMITED
from ._job import Case
from ._pace import pace_of
from ._parallel import run
from ._plan import make_plan
from ._search import Gathering, merge


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


def _exemptions_of(
    exemptions: Exemptions, own: NDArray[np.int64], other: NDArray[np.int64]
) -> Exemptions:
    """Return the exemptions of some rows."""
    e = exemptions
    if not e.any:
        return e
    one, two = np.divmod(e.listed, max(e.rows, 1))
    first, second = np.searchsorted(own, one), np.searchsorted(other, two)
    known = (np.append(own, -1)[first] == one) & (np.append(other, -1)[second] == two)
    return Exemptions(
        True,
        frozen((first * other.size + second)[known]),
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
    """Return what is found in a partition; raises `Stopped` where `cancel` comes before the end.

    Two parts of one row lie a gap apart, so no piece of one follows a piece of the other, and rows
    are keys enough to merge by.
    """
    job = partition.case.job
    paces = [pace_of(knots) for knots in ((job.own,) if job.single else (job.own, job.other))]
    plan = make_plan(partition.case, paces, None, partition.span)
    gathering = Gathering([plan], UNLIMITED)
    run(gathering.search, gathering.tasks, threads, None, cancel)
    pieces = merge(gathering.pieces, plan.time_kind)
    mark_clipped(job, pieces, partition.truncated)
    pieces["own"] = partition.own_row[job.own.part_row[pieces["own"]]]
    pieces["other"] = partition.other_row[job.other.part_row[pieces["other"]]]
    counts = {
        "pair_visits": gathering.pair_visits,
        "legs_tested": gathering.legs_tested,
        "slabs": plan.job.slabs.start.size,
        "slab_length": longest(plan.job.slabs),
        "tasks": dict(gathering.sweeps),
    }
    return Yield(pieces, counts)
