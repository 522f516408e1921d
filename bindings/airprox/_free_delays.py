"""What free delays need: those they keep clear of, and what forbidden intervals leave over."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from airprox_kernel.delay_sets import GAP

from ._delay_request import Found
from ._delays import ROOM_AHEAD
from ._levels import AnyMinima
from ._picture import Picture
from .airspace import Airspace, Snapshot
from .errors import InvalidMinima, SchemaError, SchemaTypeError
from .fleet import Fleet
from .rules import Rules


class Others(NamedTuple):
    """Whom a flight is kept clear of, and how."""

    fleet: Fleet
    minima: AnyMinima
    rules: Rules | None


def others_of(
    airspace: Any, flight: Fleet, horizon: float, minima: AnyMinima | None, rules: Rules | None
) -> Others:
    """Return the others of a fleet, or of an airspace those in the air within the horizon.

    Raises `InvalidMinima` if a fleet comes without minima, `SchemaError` if an airspace, which has
    its own, comes with minima or rules.
    """
    if isinstance(airspace, Fleet):
        if minima is None:
            raise InvalidMinima("a fleet must come with minima, and none were given")
        return Others(airspace, minima, rules)
    if not isinstance(airspace, Airspace | Snapshot):
        raise SchemaTypeError(
            "airspace must be an airprox.Airspace, a snapshot of one or an airprox.Fleet, but is "
            f"{type(airspace).__name__}"
        )
    if minima is not None or rules is not None:
        raise SchemaError("an airspace must come alone: it has minima and rules of its own")
    return Others(_flying(airspace._picture, flight, horizon), airspace.minima, airspace.rules)


def _flying(picture: Picture, flight: Fleet, horizon: float) -> Fleet:
    """Return the flights that share an instant with another one for some delay.

    Making a fleet of all would take 75 ms for a day of 33,000 flights, and the search as long.
    """
    picture.form.check(flight)
    if not picture.form.settled:
        return flight.select([])
    time = flight._knots.time
    ahead: Any = horizon + ROOM_AHEAD
    if time.dtype.kind == "i":
        ahead = round(ahead * 1e9)
    return picture.flying(time.min().item() - ahead, time.max().item() + ahead)


def either_way(rules: Rules | None) -> Rules | None:
    """Return the rules with exempt pairs in both orders: the flight may be either of them."""
    if rules is None or rules.exempt is None:
        return rules
    own, other = rules.exempt["own"], rules.exempt["other"]
    if own.type != other.type:
        raise SchemaTypeError(
            f"exempt pairs of one airspace must have ids of one type, found {own.type} and "
            f"{other.type}"
        )
    both = {
        "own": pa.chunked_array([*own.chunks, *other.chunks], own.type),
        "other": pa.chunked_array([*other.chunks, *own.chunks], own.type),
    }
    return Rules(
        sides=dict(rules.sides),
        other_sides=rules.other_sides,
        group=rules.group,
        exempt=pa.table(both),
        flight=rules.flight,
    )


def left_over(found: Found, horizon: float) -> pa.Table:
    """Return the intervals within the horizon that no forbidden one covers, ascending.

    What is shorter than `GAP` is left out, as it is between the intervals of one pair.
    """
    order = np.argsort(found.start, kind="stable")
    start = np.maximum.accumulate(np.append(-horizon, found.end[order]))
    end = np.append(found.start[order], horizon)
    kept = end - start >= (GAP if found.start.size else 0.0)
    names = ("delay_start", "delay_end")
    fields = [pa.field(name, pa.float64(), False, {b"unit": b"s"}) for name in names]
    schema = pa.schema(fields, found.metadata())
    return pa.Table.from_arrays([pa.array(start[kept]), pa.array(end[kept])], schema=schema)
