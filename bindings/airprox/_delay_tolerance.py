"""Departures that may be off: which pairs of trajectories may then be in conflict."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._delay_request import Found
from .errors import SchemaError, SchemaTypeError
from .fleet import Fleet

Seconds = NDArray[np.float64]


def tolerances(
    given: Any, fleet: Fleet, against: Fleet | None, horizon: float
) -> tuple[Seconds, Seconds]:
    """Return the departure tolerance (s) of each row of both sides.

    Raises `SchemaError` if there is not one or one a trajectory, if one is negative or not finite,
    or if two of them are more than the horizon together.
    """
    other = fleet if against is None else against
    rows = len(fleet) + (0 if other is fleet else len(other))
    try:
        values = np.asarray(given)
    except ValueError:
        values = np.empty(0, object)
    if values.dtype.kind not in "fiu":
        raise SchemaTypeError(f"departure_tolerance must be numbers of seconds, found {given!r}")
    if values.ndim and values.shape != (rows,):
        raise SchemaError(
            f"departure_tolerance must be one number or {rows}, one a trajectory, found "
            f"{values.size}"
        )
    seconds = np.full(rows, values, np.float64)
    wrong = np.flatnonzero(~((seconds >= 0.0) & (seconds < np.inf)))
    if wrong.size:
        row = int(wrong[0])
        ids = fleet.ids if row < len(fleet) else other.ids
        name = ids[row if row < len(fleet) else row - len(fleet)].as_py()
        raise SchemaError(
            f"departure_tolerance must be finite and not negative, found {seconds[row]} for "
            f"trajectory {name!r} (row {row})"
        )
    own, theirs = seconds[: len(fleet)], seconds if other is fleet else seconds[len(fleet) :]
    together = _largest_sum(own, theirs, single=other is fleet)
    if together > horizon:
        raise SchemaError(
            "horizon must be at least as long as two departure tolerances together, but is "
            f"{horizon:g} s, and two are {together:g} s"
        )
    return own, theirs


def _largest_sum(own: Seconds, other: Seconds, *, single: bool) -> float:
    """Return the largest sum of the tolerances of a pair."""
    if single:
        return float(np.sort(own)[-2:].sum()) if own.size > 1 else 0.0
    return float(own.max() + other.max()) if own.size and other.size else 0.0


def possible_pairs(found: Found, own: Seconds, other: Seconds) -> NDArray[np.bool_]:
    """Return for each row whether its pair may lose separation with departures off as allowed.

    That is so iff one of the pair's open intervals meets the delays within both tolerances.
    """
    within = own[found.own] + other[found.other]
    meets = (found.start < within) & (found.end > -within)
    first = found.pair_starts()
    if not first.size:
        return meets
    sizes = np.diff(np.append(first, meets.size))
    return np.repeat(np.logical_or.reduceat(meets, first), sizes)
