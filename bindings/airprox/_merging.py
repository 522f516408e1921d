"""Parts of all partitions become one result."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.pieces import PieceArray

from ._account import compose
from ._aftermath import Encounters, finish_rows
from ._basket import merge as merge_pieces
from ._blocks import count_pairs_of
from ._buffers import as_arrow
from ._counts import Counts
from ._encounters import encounters_table
from ._minima_message import as_given, from_data
from ._parts import Named, Part, read_part
from .errors import InvalidParts
from .receipt import Receipt
from .screening import Screening


def merge(parts: Iterable[bytes]) -> Screening:
    """Return the screening that the parts of one plan are together, in whatever order they come.

    Its table is that of `airprox.screen`, bit for bit. So is its receipt, but for counts of work
    (what straddles a slab's edge is tested on either side), phases and the ends of the window,
    which it gives as the fleet counts time: nanoseconds since 1970, or seconds.

    Parameters
    ----------
    parts
        All that `run_partition` returned for one plan; one that is there twice counts once.

    Raises
    ------
    InvalidParts
        If a part is torn or no part, is of another plan, or is missing (the message names the
        numbers), or if there are two that differ of one partition.

    Examples
    --------
    >>> import airprox
    >>> from airprox import distributed
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "B"], "time": [0.0] * 2, "x": [0.0, 1.0], "y": [0.0] * 2, "z": [0.0] * 2})
    >>> plan = distributed.plan(fleet, airprox.Minima(horizontal=9260.0, vertical=300.0))
    >>> parts = [distributed.run_partition(descriptor) for descriptor in plan.descriptors]
    >>> distributed.merge(parts).encounters.num_rows
    0
    >>> distributed.merge(parts[1:])
    Traceback (most recent call last):
    airprox.errors.InvalidParts: all 2 parts must be there, but 1 is not: 0
    """
    return screening_of(collect(read_part(part) for part in parts))


def screening_of(found: dict[int, Part], *, finished: bool = True, **work: Any) -> Screening:
    """Return the screening of checked parts by number; not `finished`, only the account is needed.

    `work` are more fields of the receipt.
    """
    account = found[max(found)]
    assert account.schema is not None
    others = [part for number, part in sorted(found.items()) if number != account.number]
    levels = from_data(account.counts["minima"])
    pieces = joined_pieces([part.pieces for part in others], account.schema)
    encounters = finish_rows(pieces)
    ids = (
        _ids_of([part.own for part in others], encounters.own_row, account.schema.field("own")),
        _ids_of(
            [part.other for part in others], encounters.other_row, account.schema.field("other")
        ),
    )
    table = encounters_table(encounters, ids, levels, account.schema)
    receipt = _receipt(account, [part.counts for part in others], encounters)
    receipt = replace(receipt, complete=finished and receipt.complete, **work)
    return Screening(table, lambda: receipt)


def collect(parts: Iterable[Part]) -> dict[int, Part]:
    """Return the parts by number, checked to be all of one plan."""
    found: dict[int, Part] = {}
    for part in parts:
        first = found.setdefault(part.number, part)
        any_part = next(iter(found.values()))
        if part.fingerprint != any_part.fingerprint:
            raise InvalidParts(
                f"all parts must be of one plan, found {part.number} of the plan "
                f"{part.fingerprint} beside {any_part.number} of {any_part.fingerprint}"
            )
        if first is not part and not first.says(part):
            raise InvalidParts(
                f"a partition must have one result, found two that differ of number {part.number}"
            )
    if not found:
        raise InvalidParts("there must be parts of a plan to merge, found none")
    total = next(iter(found.values())).total
    missing = [number for number in range(total) if number not in found]
    if missing:
        few = ", ".join(map(str, missing[:10])) + (", …" if len(missing) > 10 else "")
        verb = "is" if len(missing) == 1 else "are"
        raise InvalidParts(f"all {total} parts must be there, but {len(missing)} {verb} not: {few}")
    return found


def joined_pieces(found: list[PieceArray], schema: pa.Schema) -> PieceArray:
    """Return the pieces of all parts in order, adjacent ones joined and repeats dropped."""
    seconds = pa.types.is_floating(schema.field("start").type)
    return merge_pieces(found, np.dtype(np.float64 if seconds else np.int64))


def _ids_of(sides: list[Named], rows: NDArray[np.int64], field: pa.Field) -> pa.Array:
    """Return the ids of rows; each side names all rows that its part has."""
    if not rows.size:
        return pa.nulls(0, field.type)
    known = np.concatenate([side.row for side in sides])
    ids = pa.concat_arrays([side.id for side in sides])
    known, first = np.unique(known, return_index=True)
    return ids.take(as_arrow(first[np.searchsorted(known, rows)]))


def _receipt(account: Part, counts: list[dict[str, Any]], found: Encounters) -> Receipt:
    whole = account.counts
    levels = from_data(whole["minima"])
    by_level = np.bincount(found.pieces["level"], minlength=len(levels.tables)).tolist()
    tasks = sum((Counter(count["tasks"]) for count in counts), Counter[str]())
    return compose(
        _facts(whole["facts"], counts),
        Counts(whole["common"], whole["exempt"]),
        finished=True,
        minima=as_given(levels),
        slabs=sum(count["slabs"] for count in counts),
        slab_length=max((count["slab_length"] for count in counts), default=0.0),
        pairs_in_conflict=count_pairs_of(found),
        encounters=found.own_row.size,
        encounters_by_level=dict(zip(levels.names or (), by_level, strict=False)),
        window=tuple(whole["window"]),
        threads=max((count["threads"] for count in counts), default=1),
        pair_visits=sum(count["pair_visits"] for count in counts),
        legs_tested=sum(count["legs_tested"] for count in counts),
        tasks=dict(sorted(tasks.items())),
        seconds={"search": sum(count["seconds"] for count in counts)},
    )


def _facts(told: dict[str, Any], counts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what is told of the whole, and what partitions counted as they read a dataset."""
    facts = dict(told)
    for name in ("joined_gaps", "duplicates_dropped"):
        facts[name] += sum(count.get(name, 0) for count in counts)
    if counts and "fast" in counts[0]:
        facts["implausible"] = len({row for count in counts for row in count["implausible_rows"]})
        fast, steep = (sum(count[name] for count in counts) for name in ("fast", "steep"))
        facts["implausible_legs"] = {"speed": fast, "climb": steep}
    return facts
