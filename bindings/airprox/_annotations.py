"""What the trajectories tell about encounters beyond the table: columns for `views`."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._encounter_rows import fleet_rows, read_times
from ._geometry import (
    Places,
    States,
    Vectors,
    closure_speed,
    encounter_angle,
    latitude_longitude,
    part_ends,
    parts_at,
    states_at,
)
from ._job import Sides
from ._times import NANOSECONDS
from ._units import FT
from .columns import POSITION
from .errors import SchemaError
from .fleet import Fleet

OVERTAKING_BELOW, HEAD_ON_ABOVE = 45.0, 135.0
"""Degrees between tracks. ICAO Doc 4444 (PANS-ATM), 5.4.2.1.5, calls tracks "same" that differ by
less than 45 degrees, "reciprocal" from 135 to 225, and "crossing" otherwise."""
LEVEL_BELOW = 300.0 * FT / 60.0
"""Metres a second: 300 ft/min, the gate with which EUROCONTROL's Performance Review Unit finds
level segments ("Analysis of vertical flight efficiency during climb and descent", 2017)."""

_CLASSES = ("overtaking", "crossing", "head-on")
_PHASES = ("descent", "level", "climb")
_MOMENTS = {"start": "start", "cpa": "cpa_time", "end": "end"}


class Meeting(NamedTuple):
    """The states of one side of each encounter at its start, closest approach and end."""

    start: States
    cpa: States
    end: States


def annotations(table: pa.Table, sides: Sides) -> list[tuple[pa.Field, pa.Array]]:
    """The columns that `airprox.annotate_encounters` appends, in order."""
    own_row, other_row = fleet_rows(table, sides)
    geodetic = sides.own.frame == "geodetic"
    own = _meeting(table, sides.own, own_row, "own")
    other = _meeting(table, sides.other, other_row, "other")
    columns = [*_positions(own, "own", geodetic), *_positions(other, "other", geodetic)]
    angle = encounter_angle(own.cpa, other.cpa, geodetic)
    unknown = np.isnan(angle)
    gate = (angle >= OVERTAKING_BELOW).astype(np.int8) + (angle > HEAD_ON_ABOVE)
    return [
        *columns,
        _column("encounter_angle", pa.array(angle, mask=unknown), "degree"),
        _column("encounter_class", _named(gate, _CLASSES, unknown)),
        _column("closure_speed", pa.array(closure_speed(own.start, other.start, geodetic)), "m/s"),
        _column("own_vertical_phase", _phase(own.cpa)),
        _column("other_vertical_phase", _phase(other.cpa)),
    ]


def positions_at_closest(table: pa.Table, sides: Sides) -> tuple[Vectors, NDArray[np.float64]]:
    """The middle of the two positions at each closest approach: horizontal, and the altitude."""
    own_row, other_row = fleet_rows(table, sides)
    own = _meeting(table, sides.own, own_row, "own").cpa
    other = _meeting(table, sides.other, other_row, "other").cpa
    half = np.full(len(own_row), 0.5)
    middle = own.position.plus(other.position).times(half)
    return middle, half * (own.altitude + other.altitude)


def _meeting(table: pa.Table, fleet: Fleet, row: Places, name: str) -> Meeting:
    """The states at the encounter's three instants, all on the part that holds its start."""
    knots = fleet._knots
    instants = [_instants(table, column, fleet) for column in _MOMENTS.values()]
    slack = _slack(table)
    part = parts_at(knots, row, instants[0] + slack)
    first, last = part_ends(knots, part)
    begin, end = knots.time[first], knots.time[last]
    outside = first == last
    for instant in instants:
        outside |= (instant < begin - slack) | (instant > end + slack)
    if np.any(outside):
        place = int(np.argmax(outside))
        raise SchemaError(
            f"the fleet must be the one that was screened, but {name} "
            f"{table[name][place].as_py()!r} has no legs there from {table['start'][place]} to "
            f"{table['end'][place]}, as row {place} of the encounters says"
        )
    return Meeting(*(states_at(knots, part, np.clip(instant, begin, end)) for instant in instants))


def _instants(table: pa.Table, name: str, fleet: Fleet) -> NDArray[Any]:
    found = read_times(table, name)
    if found.values.dtype != fleet._knots.time.dtype:
        raise SchemaError(
            f"column {name!r} must count time as the fleet does ({fleet.time_type}), found "
            f"{table.schema.field(name).type}"
        )
    return found.values


def _slack(table: pa.Table) -> int:
    """How far (ns) an instant may be off because its column counts in coarser units."""
    kinds = [table.schema.field(name).type for name in _MOMENTS.values()]
    units = {"s": NANOSECONDS, "ms": 10**6, "us": 10**3}
    return max(units.get(kind.unit, 0) if pa.types.is_timestamp(kind) else 0 for kind in kinds)


def _positions(meeting: Meeting, name: str, geodetic: bool) -> list[tuple[pa.Field, pa.Array]]:
    columns: list[tuple[pa.Field, pa.Array]] = []
    for moment, state in meeting._asdict().items():
        horizontal = (state.position.x, state.position.y)
        if geodetic:
            horizontal = latitude_longitude(state.position)
        roles = POSITION["geodetic" if geodetic else "planar"]
        units = ("degree", "degree", "m") if geodetic else ("m", "m", "m")
        for role, unit, values in zip(roles, units, (*horizontal, state.altitude), strict=True):
            columns.append(_column(f"{name}_{role}_{moment}", pa.array(values), unit))
    return columns


def _phase(state: States) -> pa.Array:
    gate = 1 + (state.climb >= LEVEL_BELOW).astype(np.int8) - (state.climb <= -LEVEL_BELOW)
    return _named(gate, _PHASES, np.zeros(len(gate), np.bool_))


def _named(gate: NDArray[np.int8], names: tuple[str, ...], unknown: NDArray[np.bool_]) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(gate, pa.int8(), mask=unknown))


def _column(name: str, values: pa.Array, unit: str | None = None) -> tuple[pa.Field, pa.Array]:
    nullable = name in ("encounter_angle", "encounter_class")
    return pa.field(name, values.type, nullable, unit and {"unit": unit}), values
