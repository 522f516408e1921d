"""Partitions of a dataset: slabs of time, each of which reads its own row groups."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from airprox._crossings import no_before
from airprox._division import Division
from airprox._job import Case
from airprox._outline import Outline, outline, slabs
from airprox._reading import reading as reading_of
from airprox._slab_work import SlabWork, shell_of, write_work
from airprox._stored import Files, chunks_of, open_stored
from airprox.columns import DEFAULT_CARRY
from airprox.errors import SchemaError

from ._tiling import tasks_for

KNOT_SECONDS = 4e-7
"""What a knot takes one processor, most of it to be read: 3.7 s for 10 million."""


class Surveyed(NamedTuple):
    """A dataset that has been surveyed."""

    whole: Outline

    @property
    def legs(self) -> int:
        """Legs, gaps taken for some too."""
        return self.whole.rows - len(self.whole.roster)

    def works(self, case: Case) -> Iterator[SlabWork]:
        """Yield the partitions of a case of the roster."""
        for slab, _ in slabs(self.whole, case.job.window):
            yield SlabWork(self.whole.stored, self.whole.reading, slab, shell_of(case, slab))

    def describe(self, label: dict[str, Any], work: SlabWork) -> bytes:
        """Return the descriptor of a partition."""
        return write_work(label, work)

    def repeats(self, work: SlabWork) -> int:
        """Return how many legs of a partition earlier ones have too."""
        before = work.slab.before
        return int(np.count_nonzero(before != no_before(before.dtype)))

    def seconds(self, work: SlabWork) -> float:
        """Return what a partition takes one processor, as a guess."""
        return KNOT_SECONDS * sum(chunk.rows for chunk in work.slab.chunks)


def survey(source: object, reading: dict[str, Any], partitions: int | None) -> Surveyed:
    """Survey a dataset for about so many partitions; errors as those of `scan`."""
    if reading.get("invalid", "raise") != "raise":
        raise SchemaError(
            "a plan of a dataset must have invalid='raise': no partition knows what others reject"
        )
    stored = open_stored(source)
    given = reading_of(reading.pop("columns", None), reading.pop("carry", DEFAULT_CARRY), **reading)
    files = Files(stored)
    rows = sum(chunk.rows for chunk in chunks_of(files, 2**62))
    count = partitions or tasks_for(KNOT_SECONDS * rows)
    whole = outline(files, given, Division(max(1, -(-rows // count))), lambda *_: None)
    return Surveyed(whole)
