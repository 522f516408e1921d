"""What free delays need: the picture they are asked of, and what forbidden intervals leave over."""

from typing import Any

import numpy as np
import pyarrow as pa

from airprox_kernel.delay_sets import GAP

from ._delay_request import Found
from .errors import InvalidMinima, SchemaError, SchemaTypeError
from .fleet import Fleet
from .minima import Minima
from .minima_table import MinimaTable
from .rules import Rules


def picture(
    airspace: Any, minima: Minima | MinimaTable | None, rules: Rules | None
) -> tuple[Fleet, Minima | MinimaTable, Rules | None]:
    """Return the fleet, minima and rules of an airspace, or those given with a fleet.

    Raises `InvalidMinima` if a fleet comes without minima, `SchemaError` if an airspace, which has
    its own, comes with minima or rules.
    """
    if isinstance(airspace, Fleet):
        if minima is None:
            raise InvalidMinima("a fleet must come with minima, and none were given")
        return airspace, minima, rules
    if not hasattr(airspace, "snapshot"):
        raise SchemaTypeError(
            "airspace must be an airprox.Fleet or have a snapshot() of one, but is "
            f"{type(airspace).__name__}"
        )
    if minima is not None or rules is not None:
        raise SchemaError("an airspace must come alone: it has minima and rules of its own")
    return airspace.snapshot().fleet, airspace.minima, airspace.rules


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
