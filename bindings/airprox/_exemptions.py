"""Which pairs are exempt before any geometry: from ids and `Rules` to what kernels look up."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.exemptions import NO_EXEMPTIONS, Exemptions

from ._arrow import frozen
from ._categories import Labels, label_rows
from ._matching import matching_rows
from .errors import InvalidTrajectories, SchemaError
from .fleet import Fleet
from .rules import Rules


class Identities(NamedTuple):
    """A number per row of each side, equal iff the two rows are one trajectory and so no pair."""

    own: NDArray[np.int64]
    other: NDArray[np.int64]


def identities(own: Fleet, other: Fleet, same_id: str) -> Identities:
    """Return the identities of both sides' rows.

    Within one fleet a trajectory is one with itself; between two it is what `same_id` says of one
    id on both sides ("raise", "exempt" or "screen").
    """
    if same_id not in ("raise", "exempt", "screen"):
        raise SchemaError(f'same_id must be "raise", "exempt" or "screen", not {same_id!r}')
    single = own is other
    numbers = frozen(np.arange(len(own), dtype=np.int64))
    if single:
        return Identities(numbers, numbers)
    others = len(own) + np.arange(len(other), dtype=np.int64)
    if same_id != "screen":
        match = matching_rows(own.ids, other.ids)
        shared = np.flatnonzero(match >= 0)
        if same_id == "raise" and shared.size:
            row = int(shared[0])
            raise InvalidTrajectories(
                f"an id may stand on one side only unless same_id is given, but "
                f"{other.ids[row].as_py()!r} is row {match[row]} of the fleet and row {row} of "
                f"`against` ({shared.size} such ids): say same_id='exempt' if it is the same "
                "aircraft, same_id='screen' if it is not"
            )
        others[shared] = match[shared]
    return Identities(numbers, frozen(others))


def make_exemptions(own: Fleet, other: Fleet, rules: Rules | None) -> Exemptions:
    """Return the rules beside identity.

    Raises `SchemaError` if neither side has a column that they need.
    """
    if rules is None:
        return NO_EXEMPTIONS
    by_side = bool(rules.sides) or not rules.other_sides
    if rules.exempt is None and not (rules.flight or rules.group or by_side):
        return NO_EXEMPTIONS
    flights = groups = sides = Labels(
        np.zeros(len(own), np.int32), np.zeros(len(other), np.int32), (None,)
    )
    if rules.flight is not None:
        flights = label_rows(own, other, rules.flight, "Rules(flight=…)", needed=True)
    if rules.group is not None:
        groups = label_rows(own, other, rules.group, "Rules(group=…)", needed=True)
    if by_side:
        sides = label_rows(own, other, "side", "Rules(sides=…)", needed=True)
    screened = [
        [rules.sides.get((one, two), rules.other_sides) for two in sides.values]
        for one in sides.values
    ]
    return Exemptions(
        True,
        frozen(_listed(own, other, rules.exempt)),
        len(other),
        frozen(_without_nulls(flights.own, flights)),
        frozen(_without_nulls(flights.other, flights)),
        frozen(_without_nulls(groups.own, groups)),
        frozen(_without_nulls(groups.other, groups)),
        frozen(sides.own),
        frozen(sides.other),
        frozen(np.array(screened, np.bool_)),
    )


def _without_nulls(rows: NDArray[np.int32], labels: Labels) -> NDArray[np.int32]:
    """Return the labels with -1 in place of the last one, which is null's."""
    return np.where(rows == len(labels.values) - 1, np.int32(-1), rows)


def _listed(own: Fleet, other: Fleet, pairs: pa.Table | None) -> NDArray[np.int64]:
    """Return the keys of the listed pairs of rows, ascending; unknown ids are passed over."""
    if pairs is None:
        return np.empty(0, np.int64)
    first, second = (
        matching_rows(fleet.ids, pairs[name].combine_chunks())
        for fleet, name in ((own, "own"), (other, "other"))
    )
    if own is other:
        first, second = np.minimum(first, second), np.maximum(first, second)
    known = (first >= 0) & (second >= 0)
    if own is other:
        known &= first != second
    return np.unique(first[known] * len(other) + second[known])
