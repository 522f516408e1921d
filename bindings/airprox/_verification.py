"""Self-check: pairs are tested one by one, without the search, and must have the same rows."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.job import Job
from airprox_kernel.narrow import Narrowed
from airprox_kernel.pieces import PieceArray, piece_type
from airprox_kernel.whole_pairs import find_pieces_of_pairs, find_varying_pieces_of_pairs

from ._arrow import frozen, joined
from ._buffers import as_arrow, as_numpy
from ._parallel import pause
from ._plan import Plan
from ._search import merge
from .errors import VerificationFailed

FEW = 2_000
"""Trajectories of which all pairs are tested."""
RANDOM_PAIRS = 1_000_000
MOST_NEIGHBOURS = 4_000_000
"""Of more neighbours than this, so many are chosen at random: a clique of 4,500 has 2e14."""
PAIRS = 16_384
"""Pairs of a task: some 0.1 s."""
ROOM = 4_096
SEED = 20_240_607
"""Pairs at random are the same in every run, so that a failure can be repeated."""

Keys = NDArray[np.int64]
"""Numbers of pairs, own row * other rows + other row, ascending."""


class Verification:
    """The pairs to test and, for each task, those that it tests."""

    def __init__(
        self, plan: Plan, found: pa.Table, assemble: Callable[[PieceArray], pa.Table]
    ) -> None:
        self._plan = plan
        self._assemble = assemble
        self._found = found.combine_chunks()
        self._width = plan.job.other_identity.size
        own, other = (as_numpy(joined(found[name])) for name in ("own_row", "other_row"))
        self._found_keys = own * self._width + other
        self.keys = _choose(plan.job, own, other)
        self.tasks = range(0, self.keys.size, PAIRS)

    def test(self, first: int) -> None:
        """Test the pairs of one task; raises `VerificationFailed` on any difference."""
        keys = self.keys[first : first + PAIRS]
        own, other = np.divmod(keys, self._width)
        expected = self._assemble(_test_pairs(self._plan, frozen(own), frozen(other)))
        begin, end = np.searchsorted(self._found_keys, [keys[0], keys[-1] + 1])
        inside = np.flatnonzero(np.isin(self._found_keys[begin:end], keys))
        found = self._found.slice(begin, end - begin).take(as_arrow(inside))
        if not expected.equals(found):
            raise VerificationFailed(_describe(found, expected))


def _test_pairs(plan: Plan, own: Keys, other: Keys) -> PieceArray:
    """Return the merged pieces of pairs of rows."""
    job, variations = plan.job, plan.variations
    scratch = np.empty(job.limits.horizontal.shape[2], np.int64)
    out = np.empty(ROOM, piece_type(job.own.time.dtype))
    found: list[PieceArray] = []
    done = 0
    while done < own.size:
        pause()
        if variations is None:
            progress = find_pieces_of_pairs(job, own, other, done, scratch, out)
        else:
            progress = find_varying_pieces_of_pairs(job, variations, own, other, done, scratch, out)
        result = Narrowed(*progress)
        if result.candidate == done:
            out = np.empty(2 * out.size, out.dtype)
        done = result.candidate
        found.append(out[: result.pieces].copy())
    return merge(found, plan.time_kind)


def _choose(job: Job, own: NDArray[np.int64], other: NDArray[np.int64]) -> Keys:
    """Return the pairs to test, given the rows of the encounters that were found."""
    rows, width = job.own_identity.size, job.other_identity.size
    if rows + (0 if job.single else width) <= FEW:
        if not job.single:
            return np.arange(rows * width)
        one, two = np.triu_indices(rows, 1)
        return one * width + two
    random = np.random.default_rng(SEED)
    one, two = (random.integers(0, size, RANDOM_PAIRS) for size in (rows, width))
    pairs = [(one, two), _neighbours(own, other, rows, width, job.single), (own, other)]
    one, two = (np.concatenate(side) for side in zip(*pairs, strict=True))
    if job.single:
        one, two = np.minimum(one, two), np.maximum(one, two)
        one, two = one[one < two], two[one < two]
    return np.unique(one * width + two)


def _neighbours(
    own: NDArray[np.int64], other: NDArray[np.int64], rows: int, width: int, single: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return, for each pair in conflict, everybody in conflict with either, beside the other's.

    Of a single fleet everybody is their own neighbour too, so that two in conflict with a third
    are a pair.
    """
    if single:
        every = np.arange(rows)
        own, other = np.concatenate([own, other, every]), np.concatenate([other, own, every])
    keys = np.unique(own * width + other)
    own, other = np.divmod(keys, width)
    of_own, of_other = np.bincount(own, minlength=rows), np.bincount(other, minlength=width)
    own_start, other_start = np.cumsum(of_own) - of_own, np.cumsum(of_other) - of_other
    by_other = own[np.argsort(other, kind="stable")]
    # The pair (a, b) has the partners of b on its one side, and those of a on the other.
    before = np.cumsum(np.concatenate([[0], of_own[own] * of_other[other]]))
    number = int(before[-1])
    chosen = np.arange(number)
    if number > MOST_NEIGHBOURS:
        chosen = np.random.default_rng(SEED).integers(0, number, MOST_NEIGHBOURS)
    edge = np.searchsorted(before, chosen, "right") - 1
    one, two = np.divmod(chosen - before[edge], of_own[own[edge]])
    return by_other[other_start[other[edge]] + one], other[own_start[own[edge]] + two]


def _describe(found: pa.Table, expected: pa.Table) -> str:
    """Return what is wrong with the first row that differs."""
    both = range(min(len(found), len(expected)))
    place = next((n for n in both if not _row(found, n).equals(_row(expected, n))), len(both))
    missed = place < len(expected) and (
        place == len(found) or _order(expected, place) <= _order(found, place)
    )
    table = expected if missed else found
    own, other, own_row, other_row = (
        table[name][place].as_py() for name in ("own", "other", "own_row", "other_row")
    )
    start, end = (_instant(table[name][place]) for name in ("start", "end"))
    return (
        "a search must report what the exact test of each pair does, but it "
        f"{'misses or alters' if missed else 'invents'} the encounter of {own!r} (own row "
        f"{own_row}) and {other!r} (other row {other_row}) from {start} to {end}: please report "
        "this defect of airprox"
    )


def _row(table: pa.Table, place: int) -> pa.Table:
    return table.slice(place, 1)


def _order(table: pa.Table, place: int) -> tuple[int, int, int | float]:
    """Return what a table is sorted by, up to the level."""
    start = table["start"][place]
    instant = start.value if pa.types.is_timestamp(start.type) else start.as_py()
    return table["own_row"][place].as_py(), table["other_row"][place].as_py(), instant


def _instant(time: pa.Scalar) -> str:
    """Return a time for people; Python's own types hold no nanoseconds."""
    if not pa.types.is_timestamp(time.type):
        return str(time.as_py())
    return f"{time.cast(pa.timestamp('ns')).cast(pa.string()).as_py()}Z"
