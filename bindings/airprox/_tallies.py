"""Encounters counted by what they have in common."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._arrow import pc, plain
from ._codes import Coded, encode
from ._encounter_rows import fleet_rows, read_numbers, read_rows, read_times, taken_from
from ._job import Sides
from ._times import NANOSECONDS
from .errors import SchemaError
from .fleet import Fleet

HOUR = 3600
"""Seconds."""


class Entries(NamedTuple):
    """What is counted: an encounter once, or once for each of its two trajectories.

    (entries,) each; a group is any whole number, equal for entries that are counted together.
    """

    group: NDArray[np.int64]
    pair: NDArray[np.int64]
    ratio: NDArray[np.float64]


class Tally(NamedTuple):
    """Numbers by group, (groups,) each, in the order of the groups' numbers."""

    first: NDArray[np.int64]
    """The first entry of the group."""
    encounters: NDArray[np.int64]
    pairs: NDArray[np.int64]
    worst: NDArray[np.float64]

    def ranking(self) -> NDArray[np.int64]:
        """The groups with most encounters first, then the smallest ratio, then first to appear."""
        return np.lexsort((self.first, self.worst, -self.encounters))

    def taken(self, order: NDArray[np.int64]) -> "Tally":
        """These groups, in this order."""
        return Tally(
            self.first[order], self.encounters[order], self.pairs[order], self.worst[order]
        )


def tally(entries: Entries) -> Tally:
    """Count entries, their distinct pairs, and the smallest ratio, by group."""
    _, first, group, encounters = np.unique(
        entries.group, return_index=True, return_inverse=True, return_counts=True
    )
    worst = np.full(len(first), np.inf)
    np.minimum.at(worst, group, entries.ratio)
    order = np.lexsort((entries.pair, group))
    group, pair = group[order], entries.pair[order]
    new = np.append(True, (group[1:] != group[:-1]) | (pair[1:] != pair[:-1]))[: len(group)]
    pairs = np.bincount(group[new], minlength=len(first))
    return Tally(first, encounters, pairs.astype(np.int64), worst)


def _entries(table: pa.Table, group: NDArray[np.int64]) -> Entries:
    own, other = read_rows(table, "own_row"), read_rows(table, "other_row")
    return Entries(group, _joint(own, other), read_numbers(table, "critical_ratio"))


def _joint(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.int64]:
    """One number for two: the place of each pair of values among the distinct ones."""
    ones = np.unique(first, return_inverse=True)[1].astype(np.int64)
    others, twos = np.unique(second, return_inverse=True)
    return ones * (len(others) + 1) + twos


def _ranked(counts: Tally) -> Tally:
    return counts.taken(counts.ranking())


def _counted(keys: dict[str, Any], counts: Tally) -> pa.Table:
    columns = {
        **keys,
        "encounters": pa.array(counts.encounters, pa.int64()),
        "pairs": pa.array(counts.pairs, pa.int64()),
        "worst_ratio": pa.array(counts.worst, pa.float64()),
    }
    return pa.table(columns)


def by_trajectory(table: pa.Table, sides: Sides | None) -> pa.Table:
    """One row a trajectory; an encounter counts for both of its trajectories."""
    ids, alike = _all_ids(table)
    codes = encode(ids, "'own', 'other'").codes.astype(np.int64)
    own, other = codes[: table.num_rows], codes[table.num_rows :]
    two = sides is not None and not sides.single
    # One id on both sides is two trajectories if the caller says so, or if the two met.
    if two or not alike or bool(np.any(own == other)):
        other = other + len(codes)
    encounters = _entries(table, own)
    # Own and other of one encounter are neighbours, so that order of appearance is the table's.
    group = np.stack((own, other), 1).ravel()
    counts = tally(Entries(group, np.repeat(encounters.pair, 2), np.repeat(encounters.ratio, 2)))
    place = np.unique(group, return_inverse=True)[1]
    as_own = np.bincount(place[::2], minlength=len(counts.first))
    ranking = counts.ranking()
    first = counts.first[ranking]
    keys = {
        "trajectory": taken_from(ids, first // 2 + first % 2 * table.num_rows),
        "as_own": pa.array(as_own[ranking], pa.int64()),
        "as_other": pa.array((counts.encounters - as_own)[ranking], pa.int64()),
    }
    return _counted(keys, counts.taken(ranking))


def _all_ids(table: pa.Table) -> tuple[pa.ChunkedArray, bool]:
    """All own ids, then all other ids, and whether both have one kind; else they become text."""
    sides = [pa.table({"id": plain(table[name])}) for name in ("own", "other")]
    try:
        return pa.concat_tables(sides, promote_options="permissive")["id"], True
    except pa.ArrowException:
        texts = [side["id"].cast(pa.string()) for side in sides]
        return pa.chunked_array([*texts[0].chunks, *texts[1].chunks], pa.string()), False


def by_label(table: pa.Table, sides: Sides, name: str) -> pa.Table:
    """One row for two values of a carried column: unordered in one fleet, else own and other."""
    own_row, other_row = fleet_rows(table, sides)
    own = _labels(sides.own, name, "fleet")
    other = own if sides.single else _labels(sides.other, name, "against")
    first = own.codes.astype(np.int64)[own_row]
    second = other.codes.astype(np.int64)[other_row]
    if sides.single:
        first, second = np.minimum(first, second), np.maximum(first, second)
    counts = _ranked(tally(_entries(table, first * (len(other.values) + 1) + second)))
    keys = {
        f"own_{name}": _values(own, first[counts.first]),
        f"other_{name}": _values(other, second[counts.first]),
    }
    return _counted(keys, counts)


def _labels(fleet: Fleet, name: str, argument: str) -> Coded:
    """A carried column as codes in ascending order of its values; no value comes last."""
    if name not in fleet.carried.column_names:
        carried = ", ".join(map(repr, fleet.carried.column_names)) or "no columns"
        raise SchemaError(f"`{argument}` must carry the column {name!r}, but carries {carried}")
    coded = encode(fleet.carried[name], repr(name))
    order = pc.sort_indices(coded.values)
    rank = np.append(np.argsort(order.to_numpy()), len(order)).astype(np.int32)
    return Coded(rank[coded.codes], coded.values.take(order))


def _values(coded: Coded, codes: NDArray[np.int64]) -> pa.Array:
    known = pa.concat_arrays([coded.values, pa.nulls(1, coded.values.type)])
    return known.take(pa.array(codes))


def by_hour(table: pa.Table) -> pa.Table:
    """One row for each UTC hour, or hour of a count of seconds, in which encounters start."""
    start = read_times(table, "start")
    stamped = pa.types.is_timestamp(start.time_type)
    length = HOUR * NANOSECONDS if stamped else HOUR
    hours = (start.values // length).astype(np.int64)
    counts = tally(_entries(table, hours))
    hour = pa.array(hours[counts.first])
    if stamped:
        hour = pa.array(hours[counts.first] * length).cast(pa.timestamp("ns", "UTC"))
    return _counted({"hour": hour}, counts)


def by_level(table: pa.Table) -> pa.Table:
    """One row for each level."""
    codes = encode(table["level"], "'level'").codes.astype(np.int64)
    counts = _ranked(tally(_entries(table, codes)))
    return _counted({"level": taken_from(table["level"], counts.first)}, counts)


def by_pair(table: pa.Table) -> pa.Table:
    """One row for each pair."""
    pair = _joint(read_rows(table, "own_row"), read_rows(table, "other_row"))
    counts = _ranked(tally(_entries(table, pair)))
    names = ("own", "other", "own_row", "other_row")
    return _counted({name: taken_from(table[name], counts.first) for name in names}, counts)
