"""The end of a scan: trajectories set aside leave its files, and all is counted."""

from collections import Counter
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ._account import compose
from ._arrow import frozen, joined
from ._buffers import as_arrow, as_numpy
from ._counts import Counts, count_pairs
from ._grouping import NO_PLACES
from ._job import Case
from ._journal import Done, Journal, Written
from ._levels import AnyMinima, Levels
from ._partition import Excerpts, assemble
from .receipt import Receipt

MOST_PAIRS = 8_000_000
"""Pairs in conflict that are told apart at once: 64 MB."""


class Settled(NamedTuple):
    """What a scan comes to."""

    files: list[Written]
    rejected: list[tuple[int, int, str]]
    """Trajectories set aside: by number, the row of the dataset, and why."""
    found: dict[str, Any]
    """What its receipt says, but for the request itself."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"files": self.files, "rejected": self.rejected, "found": self.found}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Settled":
        """Return what `as_json` was made of."""
        files = [Written(*file) for file in values["files"]]
        return cls(files, [(a, b, c) for a, b, c in values["rejected"]], values["found"])

    @property
    def encounters(self) -> int:
        """How many there are."""
        return sum(file.rows for file in self.files)

    def receipt(self, minima: AnyMinima, window: tuple[Any, Any]) -> Receipt:
        """Return the account."""
        found = dict(self.found)
        facts, common, exempt = found.pop("facts"), found.pop("common"), found.pop("exempt")
        counts = Counts(common, exempt)
        return compose(facts, counts, minima=minima, window=window, **found)


class Ending(NamedTuple):
    """What there is to settle."""

    journal: Journal
    roster: Case
    levels: Levels
    max_gap: float


def settle(ending: Ending, done: list[Done], reasons: list[Any]) -> Settled:
    """Return what all slabs together come to; files are written anew if trajectories leave them.

    Numbers are then those of the trajectories that stay, as in a fleet read at once.
    """
    rejected = {row: (line, text) for row, line, text in reasons}
    for slab in done:
        for row, line, text in slab.counts["rejected"]:
            rejected.setdefault(row, (line, text))
    files = [slab.file for slab in done if slab.file is not None]
    gone = nobody(ending.roster)
    gone[[*rejected]] = True
    if rejected:
        files = _without(ending.journal, files, gone)
    told = [(row, *fault) for row, fault in sorted(rejected.items())]
    return Settled(files, told, account(ending, done, files, gone))


def nobody(roster: Case) -> NDArray[np.bool_]:
    """Return a mark for each trajectory, none of them set."""
    return np.zeros(roster.job.own.row_start.size - 1, np.bool_)


def _without(journal: Journal, files: list[Written], gone: NDArray[np.bool_]) -> list[Written]:
    """Write files without the encounters of some trajectories; the old ones stay."""
    number = np.cumsum(~gone) - 1
    left: list[Written | None] = []
    for file in files:
        table = pq.read_table(journal.folder / file.name)
        own, other = (as_numpy(joined(table[side])) for side in ("own_row", "other_row"))
        keep = ~(gone[own] | gone[other])
        for side, rows in (("own_row", own), ("other_row", other)):
            place = table.schema.get_field_index(side)
            table = table.set_column(place, table.schema.field(place), as_arrow(number[rows]))
        name = file.name.replace(".parquet", "-settled.parquet")
        left.append(journal.write_encounters(name, table.filter(as_arrow(keep))))
    return [file for file in left if file is not None]


def account(
    ending: Ending,
    done: list[Done],
    files: list[Written],
    gone: NDArray[np.bool_],
    finished: bool = True,
) -> dict[str, Any]:
    """Return what a receipt says of the slabs that are done, `gone` being set aside."""
    counts = [slab.counts for slab in done]

    def total(name: str) -> int:
        return sum(count[name] for count in counts)

    rejected = int(np.count_nonzero(gone))
    facts: dict[str, Any] = {
        "trajectories": (gone.size, gone.size - rejected, rejected),
        "joined_gaps": total("joined_gaps"),
        "duplicates_dropped": total("duplicates_dropped"),
        "max_gap": (ending.max_gap,),
    }
    if counts and "fast" in counts[0]:
        rows = {row for count in counts for row in count["implausible_rows"] if not gone[row]}
        facts["implausible"] = len(rows)
        facts["implausible_legs"] = {"speed": total("fast"), "climb": total("steep")}
    pairs = count_pairs(_kept_job(ending.roster, np.flatnonzero(~gone)))
    tasks = sum((Counter(count["tasks"]) for count in counts), Counter[str]())
    return {
        "facts": facts,
        "common": pairs.common,
        "exempt": pairs.exempt,
        "finished": finished,
        "slabs": total("slabs"),
        "slab_length": max((count["slab_length"] for count in counts), default=0.0),
        "pairs_in_conflict": _count_pairs(ending.journal, files, gone.size),
        "encounters": sum(file.rows for file in files),
        "encounters_by_level": _by_level(ending, files),
        "threads": max((count["threads"] for count in counts), default=1),
        "pair_visits": total("pair_visits"),
        "legs_tested": total("legs_tested"),
        "tasks": dict(sorted(tasks.items())),
        "seconds": {
            name: sum(count["seconds"][name] for count in counts) for name in ("read", "search")
        },
    }


def _kept_job(case: Case, rows: NDArray[np.int64]) -> Any:
    """Return the job of some trajectories of the roster."""
    knots = case.job.own
    every = np.arange(rows.size + 1)
    chosen = knots._replace(
        time=frozen(knots.time.reshape(-1, 2)[rows].reshape(-1)),
        part_start=frozen(2 * every),
        part_row=frozen(every[:-1]),
        row_start=frozen(every),
    )
    marks = frozen(np.empty(0, np.bool_))
    own = Excerpts(chosen, frozen(rows), marks, marks)
    return assemble(case, case.job.window, own, own).case.job


def _count_pairs(journal: Journal, files: list[Written], rows: int) -> int:
    """Return how many pairs have an encounter; of many, some own rows after others."""
    passes = 1 + sum(file.rows for file in files) // MOST_PAIRS
    edges = np.linspace(0, rows, passes + 1).astype(np.int64)
    count = 0
    for low, high in pairwise(edges.tolist()):
        keys = [NO_PLACES]
        for file in files:
            table = pq.read_table(journal.folder / file.name, columns=["own_row", "other_row"])
            own, other = (as_numpy(joined(column)) for column in table.columns)
            here = (low <= own) & (own < high)
            keys.append(np.unique(own[here] << 32 | other[here]))
        count += np.unique(np.concatenate(keys)).size
    return count


def _by_level(ending: Ending, files: list[Written]) -> dict[str, int]:
    if ending.levels.names is None:
        return {}
    counts = dict.fromkeys(ending.levels.names, 0)
    for file in files:
        column = pq.read_table(ending.journal.folder / file.name, columns=["level"])["level"]
        for found in column.value_counts().to_pylist():
            counts[found["values"]] += found["counts"]
    return counts
