"""Which pairs of rows closest approaches are asked for."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.job import Job

from ._arrow import checked, joined, plain
from ._job import Sides, matching_rows
from ._matching import check_ids
from ._sources import read_table
from .errors import InvalidTrajectories, SchemaError, SchemaTypeError, TooManyPairs
from .fleet import Fleet

MOST_PAIRS = 20_000_000
PAIR_BYTES = 64
"""Bytes of a row of the result, with its ratio."""
_ROWS = ("own_row", "other_row")
_IDS = ("own", "other")


class Pairs(NamedTuple):
    """Pairs of rows, (pairs,) int64 each."""

    own: NDArray[np.int64]
    other: NDArray[np.int64]


def pair_limit(max_pairs: int | None) -> int:
    """Return how many pairs there may be."""
    limit = MOST_PAIRS if max_pairs is None else max_pairs
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise SchemaTypeError(f"max_pairs must be a whole number of at least 0, not {limit!r}")
    return limit


def check_number(count: int, limit: int) -> None:
    """Raise `TooManyPairs` if there are more pairs than there may be."""
    if count > limit:
        raise TooManyPairs(
            f"there may be at most {limit:,} pairs, but there are {count:,} (about "
            f"{count * PAIR_BYTES:,} bytes); raise max_pairs, ask for fewer with pairs, within or "
            "nearest, or take closest_approach_batches"
        )


def find_pairs(sides: Sides, pairs: object, limit: int | None) -> Pairs:
    """Return the rows that a table of pairs asks for."""
    table = read_table(pairs)
    if limit is not None:
        check_number(table.num_rows, limit)
    names = table.column_names
    by_row = all(name in names for name in _ROWS)
    if not by_row and not all(name in names for name in _IDS):
        raise SchemaError(
            "pairs must have the columns own_row and other_row, or own and other, but has "
            f"{', '.join(names) or 'none'}"
        )
    wanted = _ROWS if by_row else _IDS
    for name in wanted:
        if names.count(name) > 1:
            raise SchemaError(f"columns of pairs must be unique, found {name!r} more than once")
    table = checked(table, wanted)
    rows = _rows if by_row else _rows_of_ids
    own, other = (
        rows(joined(plain(table[name])), name, fleet)
        for name, fleet in zip(wanted, sides, strict=True)
    )
    itself = np.flatnonzero(own == other) if sides.single else own[:0]
    if itself.size:
        row = int(itself[0])
        raise InvalidTrajectories(
            f"a pair must be of two trajectories, but row {row} of pairs asks for "
            f"{sides.own.ids[int(own[row])].as_py()!r} twice"
        )
    return Pairs(own, other)


def _rows(column: pa.Array, name: str, fleet: Fleet) -> NDArray[np.int64]:
    if not (pa.types.is_integer(column.type) or len(column) == 0):
        raise SchemaTypeError(f"{name} of pairs must hold whole numbers, not {column.type}")
    values = np.asarray(_without_nulls(column, name).to_numpy(zero_copy_only=False))
    wrong = (values < 0) | (values >= len(fleet))
    if wrong.any():
        row = int(wrong.argmax())
        raise InvalidTrajectories(
            f"{name} of pairs must be between 0 and {len(fleet) - 1}, but is {values[row]} in row "
            f"{row}"
        )
    return values.astype(np.int64)


def _rows_of_ids(column: pa.Array, name: str, fleet: Fleet) -> NDArray[np.int64]:
    if len(column) == 0:
        return np.empty(0, np.int64)
    check_ids(column.type, repr(name))
    ids = _without_nulls(column, name)
    values = matching_rows(fleet.ids, ids)
    wrong = np.flatnonzero(values < 0)
    if wrong.size:
        row = int(wrong[0])
        raise InvalidTrajectories(
            f"{name} of pairs must be an id of the fleet, but is {ids[row].as_py()!r} in row {row}"
        )
    return values


def _without_nulls(column: pa.Array, name: str) -> pa.Array:
    if column.null_count:
        row = column.is_null().to_pylist().index(True)
        raise InvalidTrajectories(f"{name} of pairs must not be null, but is in row {row}")
    return column


def without_exempt(job: Job, pairs: Pairs) -> Pairs:
    """Return the pairs that are not one aircraft on both sides."""
    kept = job.own_identity[pairs.own] != job.other_identity[pairs.other]
    return Pairs(np.ascontiguousarray(pairs.own[kept]), np.ascontiguousarray(pairs.other[kept]))
