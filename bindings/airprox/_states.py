"""State vectors, one a row, become legs of two knots: now, and straight on after the horizon."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel import geodesic, trigonometry

from ._arrow import frozen, numbers
from ._faults import Faults
from ._grouping import NO_PLACES, Grouping
from ._moves import offsets
from ._prepared import duration
from ._radii import mapped
from ._ranges import over_rows
from ._rows import (
    Read,
    carried_rows,
    check_unique,
    id_rows,
    read_ids_by_row,
    read_values,
)
from ._stated import speed_scale
from ._times import SECONDS_LIMIT, TIMESTAMP_LIMIT
from ._tracks import POSITION_LIMIT, Tracks, check_values
from .columns import RADII, Columns, Layout
from .errors import SchemaError, SchemaTypeError, UnitsError

CARTESIAN = ("vx", "vy", "vz")
POLAR = ("track", "groundspeed", "vertical_rate")
WAY_WEIGHT = 128
"""Rows of a pass over memory that take as long as one end of a geodesic."""
LONGEST_WAY = 1e7
"""Metres: about a quarter of the way round the Earth, well below where geodesics end to be
shortest."""


class Units(NamedTuple):
    """The arguments that say units."""

    speed: str | None
    vertical_rate: str | None


def check_horizon(horizon: Any) -> float:
    """The horizon in seconds; raises `SchemaError` unless it is finite and above 0."""
    try:
        seconds = float(horizon)
    except (TypeError, ValueError) as error:
        raise SchemaTypeError(f"horizon must be a number of seconds, found {horizon!r}") from error
    if not 1e-9 <= seconds <= SECONDS_LIMIT:
        raise SchemaError(f"horizon must be above 0 s and finite, found {horizon!r}")
    return seconds


def velocity_roles(layout: Layout, columns: Columns) -> tuple[str, str, str]:
    """The three columns of the velocity; raises `SchemaError` if there are none, or both kinds."""
    named = set(columns) if isinstance(columns, Mapping) else set[str]()
    kinds = [POLAR] if layout.frame == "geodetic" else [CARTESIAN, POLAR]
    complete = [kind for kind in kinds if all(role in layout.names for role in kind)]
    if len(complete) == 2:
        complete = [kind for kind in kinds if named & {*kind}]
    if len(complete) != 1:
        wanted = " or ".join(", ".join(map(repr, kind)) for kind in kinds)
        found = ", ".join(repr(r) for r in (*CARTESIAN, *POLAR) if r in layout.names) or "none"
        raise SchemaError(f"velocities must stand in columns {wanted}, found {found}")
    return complete[0]


def read_states(
    table: pa.Table,
    layout: Layout,
    columns: Columns,
    units: Units,
    scale: float,
    horizon: float,
    naive_time: str,
    invalid: str,
) -> tuple[Read, Tracks]:
    """Each state and its straight continuation; states that break a rule are set aside."""
    roles = velocity_roles(layout, columns)
    factors = _factors(layout, roles, units)
    roles_read = [r for r in ("time", *layout.position, *RADII) if r in layout.names]
    chosen = {role: table[layout.names[role][0]] for role in roles_read}
    if "time" not in chosen:
        chosen["time"] = pa.chunked_array([np.zeros(table.num_rows)])
    values = read_values(chosen, layout, scale, naive_time)
    coded = read_ids_by_row(table, layout)
    every = np.arange(table.num_rows)
    ids = id_rows(coded, table, layout)
    faults = Faults(ids, invalid)
    check_unique(coded, faults, layout)
    grouping = Grouping(NO_PLACES, frozen(np.arange(len(every) + 1)), None, None)
    read = Read(values, grouping, ids, carried_rows(table, layout, every), faults)
    check_values(read, layout)
    velocity = [_velocity(table, layout, read, role) for role in roles]
    keep = np.flatnonzero(faults.kept(len(every)))
    begin = [p[keep] for p in values.position]
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is out of range
        moves = [v[keep] * factor for v, factor in zip(velocity, factors, strict=True)]
        if roles == POLAR:
            end, way = _polar_end(layout, begin, moves, horizon)
        else:
            end = [p + v * horizon for p, v in zip(begin, moves, strict=True)]
            way = np.zeros(len(keep))
    time = values.time.values[keep]
    later = time + duration(horizon, time)
    fine = _check_ends(read, keep, layout, [later, *end], way)
    pairs = [_interleaved(a[fine], b[fine]) for a, b in zip(begin, end, strict=True)]
    return read, Tracks(
        _interleaved(time[fine], later[fine]),
        (pairs[0], pairs[1], pairs[2]),
        offsets(np.full(int(fine.sum()), 2)),
        keep[fine],
        np.repeat(keep[fine], 2),
        0,
        mapped(values.radii, lambda radius: np.repeat(radius[keep[fine]], 2)),
    )


def _interleaved(begin: NDArray[Any], end: NDArray[Any]) -> NDArray[Any]:
    return frozen(np.column_stack([begin, end]).ravel())


def _factors(layout: Layout, roles: tuple[str, str, str], units: Units) -> tuple[float, ...]:
    """Factors to SI of the three velocity columns; m/s is the only unit of vx, vy and vz."""
    if roles == POLAR:
        speed = speed_scale(layout, "groundspeed", "speed_unit", units.speed)
        rate = speed_scale(layout, "vertical_rate", "vertical_rate_unit", units.vertical_rate)
        return 1.0, speed, rate
    for argument, unit in zip(("speed_unit", "vertical_rate_unit"), units, strict=True):
        if unit not in (None, "m/s"):
            raise UnitsError(f"vx, vy and vz must be in m/s, found {argument}={unit!r}")
    return 1.0, 1.0, 1.0


def _velocity(table: pa.Table, layout: Layout, read: Read, role: str) -> NDArray[np.float64]:
    """One velocity column; a null, or what is not finite, or a negative groundspeed is a fault."""
    label = layout.label(role)
    found = numbers(table[layout.names[role][0]], label)
    values = found.values
    null = np.zeros(len(values), np.bool_) if found.null is None else found.null
    low = 0.0 if role == "groundspeed" else -math.inf
    bad = np.flatnonzero(null | ~(np.isfinite(values) & (values >= low)))
    must = "be finite and not negative" if role == "groundspeed" else "be finite"

    def reason(row: int) -> str:
        if null[row]:
            return f"column {label} must not be null, found a null"
        return f"column {label} must {must}, found {values[row]}"

    read.faults.add(bad, bad, reason, bad)
    return values


def _polar_end(
    layout: Layout,
    begin: list[NDArray[np.float64]],
    moves: list[NDArray[np.float64]],
    horizon: float,
) -> tuple[list[NDArray[np.float64]], NDArray[np.float64]]:
    """Where track and groundspeed lead, along a straight line or a geodesic, and how far it is."""
    track, speed, rate = moves
    way = speed * horizon
    third = begin[2] + rate * horizon
    azimuth = np.remainder(track, 360.0)
    if layout.frame == "planar":
        sine, cosine = np.empty(len(way)), np.empty(len(way))
        trigonometry.sines_cosines_degrees(frozen(azimuth), sine, cosine)
        return [begin[0] + way * sine, begin[1] + way * cosine, third], 0.0 * way
    latitude, longitude = np.empty(len(way)), np.empty(len(way))
    bounded = np.minimum(way, LONGEST_WAY)
    given = [frozen(column) for column in (*begin[:2], azimuth, bounded)]

    def lead(rows: slice) -> None:
        columns = (column[rows] for column in (*given, latitude, longitude))
        geodesic.destination(*columns)

    over_rows(len(way), lead, WAY_WEIGHT)
    return [latitude, longitude, third], way


def _check_ends(
    read: Read,
    rows: NDArray[np.int64],
    layout: Layout,
    ends: list[NDArray[Any]],
    way: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Which of the states end in range, both in time and in space."""
    limits = [
        TIMESTAMP_LIMIT if ends[0].dtype == np.int64 else SECONDS_LIMIT,
        *[POSITION_LIMIT] * 3,
    ]
    names = ("time", *layout.position)
    fine = np.ones(len(rows), np.bool_)
    for name, values, limit in zip(names, ends, limits, strict=True):
        inside = (-limit <= values) & (values <= limit)
        bad = np.flatnonzero(~inside)
        text = f"the state's {name!r} after the horizon must be within ±{limit:g}, found "
        read.faults.add(rows[bad], rows[bad], lambda k, v=values, t=text: t + str(v[k]), bad)
        fine &= inside
    far = np.flatnonzero(~(way <= LONGEST_WAY))
    read.faults.add(
        rows[far],
        rows[far],
        lambda k: f"the way to the horizon must be at most 1e7 m, found {way[k]:g} m",
        far,
    )
    return fine & (way <= LONGEST_WAY)
