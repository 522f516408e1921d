"""Closest approaches of few pairs, one by one, from all their elementary intervals."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airprox_kernel._direct import Direct, kind_of
from airprox_kernel.closest import Approaches, closest_approaches
from airprox_kernel.closest_in_bands import closest_in_bands
from airprox_kernel.job import Job
from airprox_kernel.reports import Columns
from airprox_kernel.varying import Variations

from ._aftermath import instant
from ._found import Found
from ._tasks import Tasks, ranges

MERGED_PAIRS = 4096
"""Pairs per task: some 10 ms."""
_closest_approaches = Direct(closest_approaches)
"""For one pair, finding out the types of all arrays would take 180 µs, the work itself 2."""


class Merge(NamedTuple):
    """Pairs of a job, for one metric."""

    job: Job
    bands: Variations | None
    """None where no vertical minimum depends on the altitude."""
    metric: int
    with_ratio: bool
    tasks: Tasks

    def of(self, own: NDArray[np.int64], other: NDArray[np.int64]) -> Found:
        """Return the closest approaches of a list of pairs, in its order."""
        lengths = [np.empty(own.size) for _ in range(5)]
        found = Approaches(np.zeros(own.size, self.job.own.time.dtype), *lengths)

        def work(pairs: tuple[int, int]) -> None:
            part = slice(*pairs)
            out = Approaches._make(column[part] for column in found)
            rest = own[part], other[part], self.metric, out
            if self.bands is None:
                legs = _closest_approaches.of(kind_of(self.job, *rest))(self.job, *rest)
            else:
                legs = closest_in_bands(self.job, self.bands, *rest)
            self.tasks.count(part.stop - part.start, legs)

        self.tasks.run(work, ranges(own.size, MERGED_PAIRS))
        never = ~np.isfinite(found.value)
        for column in found[1:]:
            column[never] = np.inf
        found.offset[never] = 0.0
        return Found(own, other, _reported(found, self.with_ratio))


def _reported(found: Approaches, with_ratio: bool) -> Columns:
    """Return the columns of a merge; the same operations as `airprox_kernel.approach.report`."""
    squares = found.horizontal * found.horizontal + found.vertical * found.vertical
    return Columns(
        instant(found.origin, found.offset, np.rint),
        found.horizontal,
        found.vertical,
        np.sqrt(squares),
        np.sqrt(found.ratio_square) if with_ratio else found.ratio_square[:0],
        found.value[:0],
    )
