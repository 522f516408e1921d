"""Tables in long or nested form become the same thing: rows that know their trajectory."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel import order as ordering

from ._arrow import flat_lists, frozen, numbers, plain, struct_fields
from ._buffers import as_arrow
from ._codes import Coded, Runs, combine, encode, encode_runs
from ._faults import Faults
from ._grouping import NO_PLACES, Grouping, grouped
from ._radii import Radii
from ._times import Times, times
from .columns import RADII, Layout


class Values(NamedTuple):
    """One knot a row, in the order of the input; the altitude in metres."""

    time: Times
    position: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
    null: NDArray[np.uint8] | None
    """1 where the time is null, 2 to 4 where a coordinate is, 5 or 6 where a radius is, else 0."""
    scale: float
    """Metres in the altitude's unit, to speak to the user in that."""
    radii: Radii | None
    """Metres, 0 where only the other is given; None where there is neither column."""


class Read(NamedTuple):
    """What an input holds, grouped but not yet judged."""

    values: Values
    grouping: Grouping
    ids: pa.Array
    """One a trajectory, in order of first appearance, with the input's type."""
    carried: pa.Table
    faults: Faults


def read_ids(table: pa.Table, layout: Layout) -> Coded | Runs:
    """The ids as codes, by row or by run."""
    names, label = layout.names["id"], layout.label("id")
    if len(names) == 1:
        return encode_runs(_typed(table[names[0]]), label)
    return combine([encode(_typed(table[name]), label) for name in names])


def read_ids_by_row(table: pa.Table, layout: Layout) -> Coded:
    """The ids as codes, one a row."""
    coded = read_ids(table, layout)
    return coded.by_row() if isinstance(coded, Runs) else coded


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of ids with a type of its own: Arrow reads an empty list as a list of nulls."""
    return column.cast(pa.string()) if pa.types.is_null(column.type) else column


def id_rows(coded: Coded, table: pa.Table, layout: Layout) -> pa.Array:
    """The ids of the codes; the type is the input's, an extension type included."""
    values = pa.concat_arrays([coded.values, pa.nulls(1, coded.values.type)])
    ids = values.take(as_arrow(coded.codes))
    kind = table.schema.field(layout.names["id"][0]).type
    if isinstance(kind, pa.BaseExtensionType) and kind.storage_type == ids.type:
        return kind.wrap_array(ids)
    return ids


def read_values(
    columns: dict[str, pa.ChunkedArray], layout: Layout, scale: float, naive_time: str
) -> Values:
    """Times, positions and radii of the columns by role."""
    unix_time = layout.preset is not None and layout.preset.unix_time
    time = times(columns["time"], layout.label("time"), naive_time, unix_time)
    roles = (*layout.position, *RADII)
    found = {r: numbers(columns[r], layout.label(r)) for r in roles if r in columns}
    masks = {1: time.null, **{k: found[r].null for k, r in enumerate(roles, 2) if r in found}}
    null = None
    for mark, mask in reversed(masks.items()):
        if mask is not None:
            null = np.zeros(len(mask), np.uint8) if null is None else null
            null[mask] = mark
    first, second, third = (found[role].values for role in layout.position)
    if scale != 1.0:
        third = frozen(third * scale)
    radii = None
    if any(role in found for role in RADII):
        none = frozen(np.zeros(len(first)))
        radii = Radii(*(found[role].values if role in found else none for role in RADII))
    return Values(time, (first, second, third), null, scale, radii)


def read_long(table: pa.Table, layout: Layout, scale: float, naive_time: str, invalid: str) -> Read:
    """One row a knot: group the rows by id with a stable counting sort, unless they are grouped."""
    columns = {role: table[layout.names[role][0]] for role in layout.knot_roles}
    values = read_values(columns, layout, scale, naive_time)
    coded = read_ids(table, layout)
    grouping, named, firsts, none = grouped(coded)
    ids = id_rows(Coded(named, coded.values), table, layout)
    faults = Faults(ids, invalid)
    if none >= 0:
        text = f"column {layout.label('id')} must not be null, found a null"
        faults.add([none], [int(firsts[none])], lambda _: text, [0])
    read = Read(values, grouping, ids, carried_rows(table, layout, firsts), faults)
    for name in layout.carry:
        check_constant(table[name], name, read, firsts)
    return read


def carried_rows(table: pa.Table, layout: Layout, rows: NDArray[np.int64]) -> pa.Table:
    columns = {name: plain(table[name]).take(as_arrow(rows)) for name in layout.carry}
    return pa.table(columns) if columns else empty_carried(len(rows))


def empty_carried(rows: int) -> pa.Table:
    """A table of no columns; Arrow keeps its number of rows only if it had a column once."""
    return pa.table({"": pa.nulls(rows)}).select([])


def take_carried(carried: pa.Table, rows: NDArray[np.int64]) -> pa.Table:
    """Some rows of a carried table; Arrow's own `take` forgets how many if there is no column."""
    return carried.take(as_arrow(rows)) if carried.num_columns else empty_carried(len(rows))


def check_constant(
    column: pa.ChunkedArray, name: str, read: Read, firsts: NDArray[np.int64]
) -> None:
    """A carried column must have one value in a trajectory; null is a value too."""
    grouping = read.grouping
    found = encode_runs(column, repr(name), floats=True)
    if isinstance(found, Runs) and grouping.codes is None:
        inside = found.starts[1:][found.codes[1:] != found.codes[:-1]]
        owners = grouping.trajectory(inside)
        inside, owners = inside[inside != firsts[owners]], owners[inside != firsts[owners]]
        bad, place = np.unique(owners, return_index=True)
        rows = inside[place]
    else:
        values = found.by_row() if isinstance(found, Runs) else found
        codes = grouping.codes
        if codes is None:
            codes = np.repeat(np.arange(len(firsts), dtype=np.int32), np.diff(grouping.start))
        changes = np.empty(len(firsts), np.int64)
        ordering.first_changes(frozen(codes), values.codes, frozen(firsts), changes)
        bad = np.flatnonzero(changes >= 0)
        rows = changes[bad]

    def reason(place: int) -> str:
        one, two = (_told(column[int(row)]) for row in (firsts[bad[place]], rows[place]))
        return f"column {name!r} must be constant in a trajectory, found {one} and {two}"

    read.faults.add(bad, rows, reason, range(len(bad)))


def _told(value: pa.Scalar) -> str:
    """A value as messages have it; Python's own types hold neither all times nor all zones."""
    try:
        return repr(value.as_py())
    except (pa.ArrowException, ValueError, OverflowError):
        return f"a {value.type}"


def read_nested(
    table: pa.Table, layout: Layout, scale: float, naive_time: str, invalid: str
) -> Read:
    """One row a trajectory: its lists must be there, not empty, and equally long."""
    coded = read_ids_by_row(table, layout)
    ids = id_rows(coded, table, layout)
    faults = Faults(ids, invalid)
    check_unique(coded, faults, layout)
    lists = (
        [layout.names["trajectory"][0]]
        if layout.form == "structs"
        else [layout.names[role][0] for role in layout.knot_roles]
    )
    lengths = _check_lengths(table, lists, faults)
    keep = faults.kept(table.num_rows)
    rows = np.flatnonzero(keep)
    chosen = table if keep.all() else table.take(as_arrow(rows))
    items = {name: flat_lists(chosen[name])[0] for name in lists}
    if layout.form == "structs":
        fields = struct_fields(items[lists[0]])
        columns = {role: fields[layout.names[role][0]] for role in layout.knot_roles}
    else:
        columns = {role: items[layout.names[role][0]] for role in layout.knot_roles}
    places = as_arrow(np.repeat(np.arange(len(rows)), lengths[rows])) if layout.constant else None
    for role in layout.constant:
        columns[role] = plain(chosen[layout.names[role][0]]).take(places)
    values = read_values(columns, layout, scale, naive_time)
    # Trajectories with a fault stay in the numbering, but own no knots.
    start = np.zeros(table.num_rows + 1, np.int64)
    np.cumsum(np.where(keep, lengths, 0), out=start[1:])
    every = np.arange(table.num_rows)
    grouping = Grouping(NO_PLACES, frozen(start), None, every)
    return Read(values, grouping, ids, carried_rows(table, layout, every), faults)


def check_unique(coded: Coded, faults: Faults, layout: Layout) -> None:
    label = layout.label("id")
    none = np.flatnonzero(coded.codes == len(coded.values))
    faults.add(none, none, lambda _: f"column {label} must not be null, found a null", none)
    counts = np.bincount(coded.codes, minlength=len(coded.values) + 1)
    counts[-1] = 0
    repeated = np.flatnonzero(counts[coded.codes] > 1)
    seconds = repeated[np.argsort(coded.codes[repeated], kind="stable")]
    codes = coded.codes[seconds]
    is_first = np.diff(codes, prepend=-1) != 0
    # The first of equal ids is as suspect as the others; the row to look at is the second's.
    offending = np.repeat(seconds[np.flatnonzero(is_first) + 1], counts[codes[is_first]])
    text = f"ids in column {label} must be unique with one row a trajectory, found one again"
    faults.add(seconds, np.maximum(offending, seconds), lambda _: text, seconds)


def _check_lengths(table: pa.Table, lists: list[str], faults: Faults) -> NDArray[np.int64]:
    found = [flat_lists(table[name])[1] for name in lists]
    for name, lengths in zip(lists, found, strict=True):
        for bad, what in ((-1, "null"), (0, "an empty list")):
            rows = np.flatnonzero(lengths == bad)
            text = f"column {name!r} must hold at least one knot, found {what}"
            faults.add(rows, rows, lambda _, text=text: text, rows)
    for name, lengths in zip(lists[1:], found[1:], strict=True):
        rows = np.flatnonzero(lengths != found[0])

        def reason(row: int, name: str = name, lengths: NDArray[np.int64] = lengths) -> str:
            return (
                f"lists of one trajectory must be equally long, found {found[0][row]} in "
                f"{lists[0]!r} and {lengths[row]} in {name!r}"
            )

        faults.add(rows, rows, reason, rows)
    return found[0]
