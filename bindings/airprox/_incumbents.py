"""Incumbents: the flights of a picture that candidates stand in for."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._arrow import frozen
from ._matching import id_kind
from ._picture import Picture
from ._registry import id_values
from .errors import InvalidTrajectories, SchemaError, SchemaTypeError
from .fleet import Fleet


class Incumbents(NamedTuple):
    """Whom candidates stand in for, and whom the rules list with them."""

    slots: NDArray[np.int64]
    """(candidates,) the slot of a flight of the picture, -1 for none."""
    listed: dict[int, NDArray[np.int64]]
    """The slots of flights that the rules list with a candidate, by its row."""


def find_incumbents(picture: Picture, candidates: Fleet, replaces: str | None) -> Incumbents:
    """Return the incumbents; raises `SchemaError` or `InvalidTrajectories`.

    A candidate is known by the id of the one it stands in for, if it names one, else by its own.
    """
    picture.form.check(candidates)
    slot_of = picture.flights.slot_of
    kind = id_kind(picture.flights.ids.type)
    names = id_values(candidates.ids)
    comparable = id_kind(candidates.ids.type) == kind
    known = [slot_of.get(name, -1) for name in names] if comparable else [-1] * len(names)
    if replaces is not None:
        others = _replaced(picture, candidates, replaces)
        for row, other in enumerate(others):
            if other is not None:
                names[row], known[row] = other, slot_of[other]
    return Incumbents(frozen(np.array(known, np.int64)), listed_slots(picture, names))


def listed_slots(picture: Picture, names: list[Any]) -> dict[int, NDArray[np.int64]]:
    """Return the slots of the flights that the rules list with flights of these names, by row."""
    partners, slot_of = picture.registry.partners, picture.flights.slot_of
    listed: dict[int, NDArray[np.int64]] = {}
    if partners:
        for row, name in enumerate(names):
            slots = [slot_of[other] for other in partners.get(name, ()) if other in slot_of]
            if slots:
                listed[row] = np.array(slots, np.int64)
    return listed


def _replaced(picture: Picture, candidates: Fleet, column: str) -> list[Any]:
    carried = candidates.carried
    if not isinstance(column, str) or column not in carried.column_names:
        names = ", ".join(map(repr, carried.column_names)) or "no columns"
        raise SchemaError(
            f"replaces must name a column that the candidates carry, found {column!r} and {names}; "
            "see the argument carry of Fleet.from_arrow"
        )
    kind = carried.schema.field(column).type
    values = id_values(carried[column])
    wanted = picture.flights.ids.type
    if id_kind(kind) != id_kind(wanted) and any(value is not None for value in values):
        raise SchemaTypeError(
            f"column {column!r} must hold ids of the airspace, which are {wanted}, found {kind}"
        )
    for row, value in enumerate(values):
        if value is not None and value not in picture.flights.slot_of:
            raise InvalidTrajectories(
                f"column {column!r} must name flights that are in the airspace, found {value!r} "
                f"in row {row} ({candidates.ids[row].as_py()!r})"
            )
    return values
