"""Lists of the pairs of trajectories whose spans share an instant."""

from typing import NamedTuple

from ._jit import jit, zero
from ._types import IndexArray, TimeArray
from .job import Job, is_pair


class Spans(NamedTuple):
    """First and last instant of each row within the window, (rows,) each; none iff end < begin."""

    begin: TimeArray
    end: TimeArray


@jit
def list_pairs(
    job: Job,
    own: Spans,
    other: Spans,
    first_row: int,
    last_row: int,
    start: IndexArray,
    other_rows: IndexArray,
) -> int:
    """List the pairs of the own rows [first_row, last_row) by rows; return their number.

    Pairs are those of the job whose closed spans share an instant, of a single fleet once. Row r
    gets ``other_rows[start[r - first_row] : start[r - first_row + 1]]``, ascending; nothing is
    written beyond the output's size, so an empty one counts. What is after the last is undefined.
    """
    count = zero()
    for row in range(first_row, last_row):
        start[row - first_row] = count
        begin, end = own.begin[row], own.end[row]
        first = row + 1 if job.single else 0
        for partner in range(first, other.begin.size):
            # Written before it is known to count: a branch on that is wrong too often.
            if count < other_rows.size:
                other_rows[count] = partner
            meets = max(begin, other.begin[partner]) <= min(end, other.end[partner])
            count += meets & is_pair(job, row, partner)
    start[last_row - first_row] = count
    return count


class ByRows(NamedTuple):
    """A list of pairs put in order: row r with ``partner[start[r] : start[r + 1]]``, each once."""

    start: IndexArray
    """(own rows + 1,)"""
    partner: IndexArray
    """(pairs,) of which the first ``start[-1]`` count"""
    place: IndexArray
    """(pairs,) where among the partners each pair of the list is"""


@jit
def order_by_rows(
    own: IndexArray, other: IndexArray, order: IndexArray, seen: IndexArray, out: ByRows
) -> None:
    """Put pairs of rows in order by counting; partners of a row come as they are first named.

    `order` (pairs,) and `seen` (other rows,) are room to work in.
    """
    start = out.start
    start[:] = 0
    for row in own:
        start[row + 1] += 1
    for row in range(1, start.size):
        start[row] += start[row - 1]
    for pair in range(own.size):
        row: int = own[pair]
        place: int = start[row]
        order[place] = pair
        start[row] = place + 1
    seen[:] = -1
    count = zero()
    first = zero()
    for row in range(start.size - 1):
        begun, last = count, start[row]
        for number in range(first, last):
            index: int = order[number]
            partner: int = other[index]
            if seen[partner] < begun:
                seen[partner] = count
                out.partner[count] = partner
                count += 1
            out.place[index] = seen[partner]
        start[row] = begun
        first = last
    start[-1] = count
