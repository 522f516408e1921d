"""Which pairs of a job there are, and which way to compute so many."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel.job import Job
from airprox_kernel.pairs import Spans, list_pairs
from airprox_kernel.tables import row_spans

MERGE_INTERVALS = 400_000
"""Up to so many elementary intervals, 10 ms of work, all of them are tested: chords would take as
long to make, and more to compile."""


class Listed(NamedTuple):
    """Pairs by own row: row ``first + r`` has ``other[start[r] : start[r + 1]]``."""

    first: int
    start: NDArray[np.int64]
    other: NDArray[np.int64]


def list_block(job: Job, spans: list[Spans], first: int, last: int) -> Listed:
    """Return all pairs of the own rows [first, last) that share an instant and are not exempt."""
    start = np.empty(last - first + 1, np.int64)
    own, other = spans[0], spans[-1]
    count = list_pairs(job, own, other, first, last, start, np.empty(0, np.int64))
    rows = np.empty(count, np.int64)
    list_pairs(job, own, other, first, last, start, rows)
    return Listed(first, start, rows)


def few_intervals(job: Job, pairs: int) -> bool:
    """Return whether so many pairs are computed sooner one by one than through chords."""
    rows = job.own_identity.size + (0 if job.single else job.other_identity.size)
    knots = job.own.time.size + (0 if job.single else job.other.time.size)
    return 2 * pairs * knots <= max(MERGE_INTERVALS, knots) * max(rows, 1)


def spans_of(job: Job) -> list[Spans]:
    """Return the spans of the rows of each side; of a single fleet, once."""
    sides = [job.own] if job.single else [job.own, job.other]
    return [row_spans(knots, job.window) for knots in sides]
