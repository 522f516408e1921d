"""The exact test of whole pairs, without any search: what a search is held to.

Every elementary interval of a pair is tested, those too whose legs are far apart.
"""

from ._jit import jit, jit_inner, zero
from ._types import IndexArray
from .intervals import first_interval, next_interval, pair_of_parts
from .job import Job, component, is_pair
from .narrow import record
from .pieces import PieceArray
from .varying import Variations

ENOUGH = 1 << 19
"""Intervals after which a call returns: some 50 ms of work, so that Ctrl-C is answered."""


@jit
def find_pieces_of_pairs(
    job: Job,
    own_rows: IndexArray,
    other_rows: IndexArray,
    first: int,
    open_pieces: IndexArray,
    out: PieceArray,
) -> tuple[int, int, int]:
    """Write the pieces of the pairs of rows from number `first` on, in order of time of each pair.

    Returns what `Narrowed` holds: its candidate is the first pair that is not done, since `out` is
    full or the call has lasted long enough; a pair is done whole or not at all. What the job leaves
    out has no pieces. `open_pieces` (levels,) is scratch.
    """
    return _find(job, None, own_rows, other_rows, first, open_pieces, out)


@jit
def find_varying_pieces_of_pairs(
    job: Job,
    variations: Variations,
    own_rows: IndexArray,
    other_rows: IndexArray,
    first: int,
    open_pieces: IndexArray,
    out: PieceArray,
) -> tuple[int, int, int]:
    """Do as `find_pieces_of_pairs` where minima vary along the way."""
    return _find(job, variations, own_rows, other_rows, first, open_pieces, out)


@jit_inner
def _find(
    job: Job,
    variations: Variations | None,
    own_rows: IndexArray,
    other_rows: IndexArray,
    first: int,
    open_pieces: IndexArray,
    out: PieceArray,
) -> tuple[int, int, int]:
    count = zero()
    legs = zero()
    for index in range(first, own_rows.size):
        own_row, other_row = own_rows[index], other_rows[index]
        if is_pair(job, own_row, other_row):
            written, tested = _walk_rows(
                job, variations, own_row, other_row, open_pieces, count, out
            )
            if written < 0:
                return index, count, legs
            count = written
            legs += tested
            if legs > ENOUGH:
                return index + 1, count, legs
    return own_rows.size, count, legs


@jit_inner
def _walk_rows(
    job: Job,
    variations: Variations | None,
    own_row: int,
    other_row: int,
    open_pieces: IndexArray,
    count: int,
    out: PieceArray,
) -> tuple[int, int]:
    """Walk all parts that two rows have in common; returns pieces (-1 if full) and intervals."""
    tested = zero()
    own_part: int = job.own.row_start[own_row]
    other_part: int = job.other.row_start[other_row]
    while own_part < job.own.row_start[own_row + 1] and (
        other_part < job.other.row_start[other_row + 1]
    ):
        count, legs = _walk_parts(job, variations, own_part, other_part, open_pieces, count, out)
        tested += legs
        if count < 0:
            return count, tested
        own_end = job.own.time[job.own.part_start[own_part + 1] - 1]
        if own_end <= job.other.time[job.other.part_start[other_part + 1] - 1]:
            own_part += 1
        else:
            other_part += 1
    return count, tested


@jit_inner
def _walk_parts(
    job: Job,
    variations: Variations | None,
    own_part: int,
    other_part: int,
    open_pieces: IndexArray,
    count: int,
    out: PieceArray,
) -> tuple[int, int]:
    """Test every elementary interval of two parts; returns pieces (-1 if full) and intervals."""
    open_pieces[:] = -1
    tested = zero()
    common = component(job, own_part, other_part)
    if not common.start < common.end:
        return count, tested
    pair = pair_of_parts(job, own_part, other_part, common.start)
    interval = first_interval(job, pair, common, common.start)
    while True:
        tested += 1
        count = record(job, variations, pair, interval, open_pieces, count, out)
        if count < 0 or interval.end >= common.end:
            return count, tested
        interval = next_interval(job, interval, common)
