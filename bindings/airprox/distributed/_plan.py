"""Plans: a screening divided among partitions, each a message of bytes that any process can do."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox import __version__
from airprox._account import facts_of
from airprox._arrow import frozen
from airprox._buffers import as_arrow
from airprox._encounters import encounters_schema
from airprox._excerpts import Tile, cut_out
from airprox._job import NOTHING, Case, Sides, make_case, pair_up
from airprox._levels import AnyMinima, as_levels
from airprox._message import as_message, in_bytes
from airprox._minima_message import as_data
from airprox._parallel import processors, run
from airprox.errors import SchemaError, SchemaTypeError
from airprox.fleet import Fleet
from airprox.rules import Rules
from airprox_kernel.knots import Knots

from ._load import estimate
from ._paths import is_dataset
from ._store import store
from ._tiling import Tiling, divide, tasks_for


@dataclass(frozen=True, eq=False)
class Plan:
    """A screening divided among partitions: see `plan`.

    ``len`` is the number of descriptors; ``str`` tells how the work is divided.
    """

    descriptors: list[bytes]
    """What `run_partition` takes, one each; the last one is the account of the whole."""
    tiles: list[Tile]
    """The slab of time, and the strip of space, of each descriptor but the last."""
    seconds: list[float]
    """The work of each as it was guessed, of one processor."""
    legs: int
    """Legs of all partitions together."""
    legs_twice: int
    """How many of them are in more than one: repeats."""

    def __len__(self) -> int:
        return len(self.descriptors)

    def __str__(self) -> str:
        slabs = len({tile.start for tile in self.tiles})
        size = sum(map(len, self.descriptors)) / 2**20
        twice = 100.0 * self.legs_twice / max(self.legs - self.legs_twice, 1)
        heaviest = max(self.seconds) * len(self.seconds) / max(sum(self.seconds), 1e-12)
        return (
            f"partitions    {len(self.tiles):,} and the account, {size:,.1f} MiB\n"
            f"slabs         {slabs:,} of time, {len(self.tiles) - slabs:,} more strips of space\n"
            f"legs          {self.legs - self.legs_twice:,}, {self.legs_twice:,} carried twice "
            f"({twice:.2g} %)\n"
            f"work          about {sum(self.seconds):.2g} s of one processor, "
            f"{max(self.seconds):.2g} s in the heaviest ({heaviest:.2f} of the mean)"
        )


def plan(
    fleet: Any,
    minima: AnyMinima,
    *,
    against: Fleet | None = None,
    same_id: str = "raise",
    rules: Rules | None = None,
    window: tuple[Any, Any] | None = None,
    partitions: int | None = None,
    directory: str | PathLike[str] | None = None,
    _tiles: Sequence[Tile] | None = None,
    **reading: Any,
) -> Plan:
    """Divide a screening among partitions that any processes can do, in any order.

    Parameters
    ----------
    fleet, minima, against, same_id, rules, window
        As of `airprox.screen`, and checked here. Or a path to Parquet files that whoever does the
        work can read, a list of paths or a pyarrow dataset, as of `airprox.scan`: ids and times
        are read here, and each partition reads the row groups of its own slab.
    partitions
        About how many there should be. By default three for each processor of this one machine,
        or more where they would take over two seconds each; small jobs are one partition.
    directory
        A folder for the partitions and the account, one file each, which whoever does the work can
        read; descriptors then hold paths. Without it they hold the legs. Files are for the caller
        to delete.
    **reading
        Of a dataset: ``columns``, ``altitude_unit``, ``altitude_reference``, ``max_gap``,
        ``gates``, ``carry`` and ``naive_time`` as of `Fleet.from_arrow`.

    Raises
    ------
    SchemaError, InvalidMinima, InvalidTrajectories
        As `airprox.screen` does; and `SchemaError` for fleets with radii, or a folder that cannot
        be written to.

    Examples
    --------
    >>> import airprox
    >>> from airprox import distributed
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A", "B", "B"], "time": [0.0, 100.0, 0.0, 100.0],
    ...     "x": [0.0, 20e3, 20e3, 0.0], "y": [0.0] * 4, "z": [9e3] * 4})
    >>> minima = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
    >>> plan = distributed.plan(fleet, minima)
    >>> parts = [distributed.run_partition(descriptor) for descriptor in plan.descriptors]
    >>> distributed.merge(parts).encounters.equals(airprox.screen(fleet, minima).encounters)
    True
    """
    number = _checked_number(partitions)
    if not isinstance(fleet, Fleet) and is_dataset(fleet):
        if against is not None or directory is not None:
            raise SchemaError("a plan of a dataset takes neither `against` nor `directory`")
        return _of_dataset(fleet, Asked(minima, rules, window), number, reading)
    if reading:
        raise SchemaTypeError(f"a fleet has been read: {', '.join(reading)} must not be given")
    sides = pair_up(fleet, against)
    if any(side._radii is not None for side in sides):
        raise SchemaError(
            "fleets that are screened in parts must have no radii: the certain part of an "
            "encounter is found from the whole of it"
        )
    case = make_case(sides, minima, same_id, window, rules)
    load = estimate(case)
    if _tiles is not None:
        tiling = Tiling(list(_tiles), [0.0] * len(_tiles))
    else:
        tiling = divide(case, load, number or tasks_for(load.cost.sum()))
    numbers = range(len(tiling.tiles))
    label = {"version": __version__, "total": len(numbers) + 1, "fingerprint": secrets.token_hex(8)}
    folder = None if directory is None else Path(directory).resolve()

    def kept(numbered: dict[str, Any], message: pa.Table) -> bytes:
        return in_bytes(message) if folder is None else store(folder, numbered, message)

    def describe(number: int) -> tuple[bytes, int]:
        numbered = {**label, "number": number}
        message, legs = _describe(numbered, case, sides, tiling.tiles[number])
        return kept(numbered, message), legs

    done = run(describe, numbers, processors())
    numbered = {**label, "number": len(numbers)}
    account = kept(numbered, _account(numbered, case, sides, minima, window))
    legs = sum(count for _, count in done)
    descriptors = [*(descriptor for descriptor, _ in done), account]
    return Plan(descriptors, tiling.tiles, tiling.seconds, legs, legs - load.legs)


class Asked(NamedTuple):
    """What is asked of a dataset."""

    minima: AnyMinima
    rules: Rules | None
    window: tuple[Any, Any] | None


def _of_dataset(
    source: object, asked: Asked, partitions: int | None, reading: dict[str, Any]
) -> Plan:
    """Return the plan of a dataset, by slabs of time."""
    # Loaded where asked for: reading datasets takes modules that nothing else needs.
    from ._dataset import survey

    found = survey(source, reading, partitions)
    sides = pair_up(found.whole.roster, None)
    case = make_case(sides, asked.minima, "raise", asked.window, asked.rules)
    works = list(found.works(case))
    label = {"version": __version__, "fingerprint": secrets.token_hex(8), "total": len(works) + 1}
    descriptors = [
        found.describe({**label, "number": number}, work) for number, work in enumerate(works)
    ]
    account = in_bytes(
        _account({**label, "number": len(works)}, case, sides, asked.minima, asked.window)
    )
    tiles = [Tile(work.slab.start.item(), work.slab.end.item()) for work in works]
    twice = sum(found.repeats(work) for work in works)
    seconds = [found.seconds(work) for work in works]
    return Plan([*descriptors, account], tiles, seconds, found.legs + twice, twice)


def _checked_number(partitions: int | None) -> int | None:
    whole = isinstance(partitions, int) and not isinstance(partitions, bool)
    if partitions is not None and not (whole and partitions >= 1):
        raise SchemaTypeError(
            f"partitions must be a whole number of at least 1, not {partitions!r}"
        )
    return partitions


def _describe(label: dict[str, Any], case: Case, sides: Sides, tile: Tile) -> tuple[pa.Table, int]:
    """Return the descriptor of a tile, and how many legs it has."""
    part = cut_out(case, tile)
    job = part.case.job
    legs = sum(k.time.size - k.part_row.size for k in (job.own, job.other)[: 2 - job.single])
    columns = {
        "own_id": sides.own.ids.take(as_arrow(part.own_row)),
        "other_id": sides.other.ids.take(as_arrow(part.other_row)),
    }
    return as_message({**label, "kind": "fleet"}, part, columns), legs


def _account(
    label: dict[str, Any],
    case: Case,
    sides: Sides,
    minima: AnyMinima,
    window: tuple[Any, Any] | None,
) -> pa.Table:
    """Return the descriptor of the account: what is told and counted of the whole."""
    levels = as_levels(minima)
    first, last = (None, None) if window is None else window
    job = case.job
    roster = job._replace(own=_roster(job.own), other=_roster(job.other))
    header = {
        **label,
        "kind": "account",
        "facts": facts_of(sides),
        "minima": as_data(levels),
        "window": [
            None if end is None else instant
            for end, instant in ((first, job.window.start), (last, job.window.end))
        ],
    }
    schema = encounters_schema(sides, levels, False).serialize()
    columns = {"schema": pa.array(np.frombuffer(schema, np.uint8))}
    return as_message(header, roster, columns)


def _roster(knots: Knots) -> Knots:
    """Return trajectories of which only the first and the last instant are left."""
    rows = knots.row_start.size - 1
    first = knots.part_start[knots.row_start[:-1]]
    last = knots.part_start[knots.row_start[1:]] - 1
    ends = np.stack([knots.time[first], knots.time[last]], axis=1).reshape(-1)
    every: NDArray[np.int64] = np.arange(rows + 1)
    return Knots(
        frozen(ends), NOTHING, NOTHING, NOTHING, NOTHING,
        frozen(2 * every), frozen(every[:-1]), frozen(every), knots.geodetic,
    )  # fmt: skip
