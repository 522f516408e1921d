"""Probes: candidates against a picture, as a screening, a summary or a choice."""

import time
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._incumbents import Incumbents, find_incumbents
from ._ledger import in_order, taken
from ._picture import Picture, Sorted, assembled
from ._probe import Own, Rows, search
from ._probe_receipt import probe_receipt
from .errors import InvalidTrajectories
from .fleet import Fleet
from .receipt import Receipt
from .screening import Screening


class Choice(NamedTuple):
    """The best of some candidates."""

    row: int
    """Its row among the candidates."""
    id: Any
    encounters: int
    worst_ratio: float | None
    """The least critical ratio of its encounters; None if it has none."""


class Probe(NamedTuple):
    """What a search found, and all that its receipt takes."""

    table: pa.Table
    visits: int
    legs: int
    seconds: float


def probe(picture: Picture, candidates: Fleet, replaces: str | None, threads: int) -> Screening:
    """Return the encounters of candidates with the picture."""
    begin = time.perf_counter()
    incumbents = find_incumbents(picture, candidates, replaces)
    found = _probe(picture, candidates, incumbents, threads, begin)
    return Screening(found.table, lambda: _receipt(picture, candidates, incumbents, threads, found))


def _probe(
    picture: Picture, candidates: Fleet, incumbents: Incumbents, threads: int, begin: float
) -> Probe:
    form, registry = picture.form, picture.registry
    own = Own(
        candidates, registry.crew(candidates, keep=False), incumbents.slots, incumbents.listed
    )
    uncertain = form.uncertain or candidates._radii is not None
    found = search(own, picture.layers, registry, threads, uncertain)
    nothing = form.no_meetings(candidates)
    table = nothing if not found.rows else _table(picture, candidates, found.rows, nothing.schema)
    return Probe(table, found.visits, found.legs, time.perf_counter() - begin)


def _table(picture: Picture, candidates: Fleet, parts: list[Rows], schema: pa.Schema) -> pa.Table:
    rows = parts[0]
    if len(parts) > 1:
        rows = Rows(
            pa.concat_tables([part.values for part in parts]),
            np.concatenate([part.own for part in parts]),
            np.concatenate([part.other for part in parts]),
        )
    other_row = picture.rows_of(rows.other)
    if rows.own.size > 1:
        order = in_order(rows, rows.own, other_row, picture.form.levels)
        rows, other_row = taken(rows, order), other_row[order]
    found = Sorted(rows.values, rows.own, other_row)
    return assembled(found, candidates.ids, picture.flights.ids, schema)


def _receipt(
    picture: Picture, candidates: Fleet, incumbents: Incumbents, threads: int, found: Probe
) -> Receipt:
    table, names = found.table, picture.form.levels.names
    levels = table["level"].to_pylist() if names is not None else []
    pairs = np.stack([table["own_row"].to_numpy(), table["other_row"].to_numpy()])
    return probe_receipt(
        picture,
        candidates,
        incumbents,
        pairs_in_conflict=np.unique(pairs, axis=1).shape[1],
        encounters=table.num_rows,
        encounters_by_level={name: levels.count(name) for name in names or ()},
        window=(None, None),
        threads=threads,
        pair_visits=found.visits,
        legs_tested=found.legs,
        seconds={"probe": found.seconds},
    )


class Summary(NamedTuple):
    """What candidates would meet, (candidates,) each."""

    encounters: NDArray[np.int64]
    worst_ratio: NDArray[np.float64]
    """inf where there is none."""
    worst: NDArray[np.int64]
    """The place of the worst encounter in the table, -1 where there is none."""
    first: NDArray[np.int64]
    """The place of the earliest one."""


def summarise(table: pa.Table, rows: int) -> Summary:
    """Return the summary of a table of encounters, whose first row decides among equals."""
    own = table["own_row"].to_numpy()
    ratio = table["critical_ratio"].to_numpy()
    start = table["start"].to_numpy()
    worst, first = np.full(rows, -1), np.full(rows, -1)
    place = np.arange(own.size)
    # Written from the last to the first by rank, the least of each row is what stays.
    by_ratio = np.lexsort((place, ratio))[::-1]
    worst[own[by_ratio]] = by_ratio
    by_start = np.lexsort((place, start))[::-1]
    first[own[by_start]] = by_start
    least = np.full(rows, np.inf)
    least[worst >= 0] = ratio[worst[worst >= 0]]
    return Summary(np.bincount(own, minlength=rows), least, worst, first)


def summary_table(table: pa.Table, candidates: Fleet) -> pa.Table:
    """Return one row per candidate."""
    found = summarise(table, len(candidates))
    none = found.worst < 0
    worst, first = pa.array(found.worst, mask=none), pa.array(found.first, mask=none)
    fields = [
        pa.field("id", candidates.ids.type, False),
        pa.field("encounters", pa.int64(), False),
        pa.field("worst_ratio", pa.float64()),
        pa.field("partner", table.schema.field("other").type),
        pa.field("first_time", table.schema.field("start").type),
    ]
    columns = [
        candidates.ids,
        pa.array(found.encounters),
        pa.array(found.worst_ratio, mask=none),
        table["other"].take(worst),
        table["start"].take(first),
    ]
    return pa.table(columns, schema=pa.schema(fields, table.schema.metadata))


def choose(table: pa.Table, candidates: Fleet) -> Choice:
    """Return the candidate of fewest encounters, then largest worst ratio, then least row."""
    if not len(candidates):
        raise InvalidTrajectories("best must be given at least one candidate, found none")
    found = summarise(table, len(candidates))
    row = int(np.lexsort((-found.worst_ratio, found.encounters))[0])
    ratio = None if found.worst[row] < 0 else float(found.worst_ratio[row])
    return Choice(row, candidates.ids[row].as_py(), int(found.encounters[row]), ratio)
