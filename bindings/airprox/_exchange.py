"""A fleet leaves as an Arrow table that can be read back, or as bytes that restore it exactly."""

import json
import zlib
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from airprox_kernel.knots import Knots

from ._arrow import dense, from_ipc, frozen, joined, to_ipc
from ._changes import knot_rows
from ._prepared import NOTHING, Prepared
from ._radii import Radii, mapped
from ._rows import empty_carried
from .columns import RADII
from .errors import SchemaError
from .gates import Implausible

SCHEMA_VERSION = 1
_IMPLAUSIBLE = tuple(f"implausible_{name}" for name in Implausible._fields)
_METRES, _DEGREES, _SECONDS = ({"unit": unit} for unit in ("m", "deg", "s"))


def as_table(prepared: Prepared) -> pa.Table:
    """One row a knot that came in: `id`, `time`, a position, radii, and the carried columns."""
    knots, original, radii = prepared.knots, prepared.original, prepared.radii
    rows, time, altitude = knot_rows(knots), knots.time, knots.altitude
    if len(original):
        rows, time, altitude = rows[original], time[original], altitude[original]
        radii = mapped(radii, lambda values: values[original])
    places = pa.array(rows)
    seconds = time.dtype == np.float64
    columns: list[tuple[pa.Field, Any]] = [
        (pa.field("id", prepared.ids.type), prepared.ids.take(places)),
        (
            pa.field("time", prepared.time_type, metadata=_SECONDS if seconds else None),
            pa.array(time).view(prepared.time_type),
        ),
    ]
    if knots.geodetic:
        columns.append((pa.field("lat", pa.float64(), metadata=_DEGREES), prepared.latitude))
        columns.append((pa.field("lon", pa.float64(), metadata=_DEGREES), prepared.longitude))
    else:
        columns.append((pa.field("x", pa.float64(), metadata=_METRES), knots.x))
        columns.append((pa.field("y", pa.float64(), metadata=_METRES), knots.y))
    vertical = "alt" if knots.geodetic else "z"
    columns.append((pa.field(vertical, pa.float64(), metadata=_METRES), altitude))
    for role, values in zip(RADII, radii or (), strict=False):
        columns.append((pa.field(role, pa.float64(), metadata=_METRES), values))
    for field in prepared.carried.schema:
        columns.append((field, prepared.carried[field.name].take(places)))
    metadata = {
        "airprox.schema": f"trajectories {SCHEMA_VERSION}",
        "airprox.frame": "geodetic" if knots.geodetic else "planar",
        "airprox.altitude_unit": "m",
        "airprox.altitude_reference": prepared.altitude_reference or "",
        "airprox.max_gap": repr(prepared.max_gap),
    }
    schema = pa.schema([field for field, _ in columns], metadata=metadata)
    return pa.table([values for _, values in columns], schema=schema)


class Stored(NamedTuple):
    """A fleet as three Arrow IPC streams, and a sum that shows damage (2 GB/s)."""

    arrays: pa.Buffer
    ids: pa.Buffer
    """With the carried columns."""
    rejected: pa.Buffer
    checksum: int


def _checksum(*streams: pa.Buffer) -> int:
    return reduce(lambda found, stream: zlib.crc32(stream, found), streams, 0)


def as_bytes(prepared: Prepared) -> Stored:
    """Everything that the fleet is."""
    knots = prepared.knots
    arrays = {
        "time": pa.array(knots.time).view(prepared.time_type),
        "x": knots.x,
        "y": knots.y,
        "z": knots.z,
        "altitude": knots.altitude,
        "part_start": knots.part_start,
        "row_start": knots.row_start,
        "latitude": prepared.latitude,
        "longitude": prepared.longitude,
        "original": prepared.original,
        **dict(zip(RADII, prepared.radii or (), strict=False)),
        **dict(zip(_IMPLAUSIBLE, prepared.implausible or (), strict=False)),
    }
    # Arrays of different lengths fit one table as one row of lists.
    lists = {name: _as_list(pa.array(values)) for name, values in arrays.items()}
    rest = {
        "geodetic": knots.geodetic,
        "altitude_reference": prepared.altitude_reference,
        "max_gap": prepared.max_gap,
        "joined_gaps": prepared.joined_gaps,
        "duplicates_dropped": prepared.duplicates_dropped,
    }
    table = pa.table(lists).replace_schema_metadata({"airprox": json.dumps(rest)})
    carried = {name: prepared.carried[name] for name in prepared.carried.column_names}
    ids = pa.table({"id": prepared.ids, **carried})
    streams = to_ipc(table), to_ipc(ids), to_ipc(prepared.rejected)
    return Stored(*streams, _checksum(*streams))


def _as_list(values: pa.Array) -> pa.LargeListArray:
    return pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)


def from_bytes(stored: Stored) -> Prepared:
    """The fleet that `as_bytes` wrote, bit for bit; raises `SchemaError` if the bytes are others.

    Nothing else about them is looked at: who writes a pickle can make it do anything.
    """
    arrays, ids, rejected, checksum = stored
    if _checksum(arrays, ids, rejected) != checksum:
        raise SchemaError("a stored fleet must be as it was written, found damaged bytes")
    table, named = from_ipc(arrays), from_ipc(ids)
    rest = json.loads(table.schema.metadata[b"airprox"])
    items = {name: joined(table[name]).flatten() for name in table.column_names}
    time_type = items["time"].type
    kinds = {"time": pa.float64() if time_type == pa.float64() else pa.int64()}
    found = {name: dense(item, kinds.get(name, item.type)).values for name, item in items.items()}
    row_start = found["row_start"]
    part_row = frozen(np.repeat(np.arange(len(row_start) - 1), np.diff(row_start)))
    geodetic = rest.pop("geodetic")
    knots = Knots(
        time=found["time"],
        x=found["x"],
        y=found["y"],
        z=found["z"] if geodetic else NOTHING,
        altitude=found["altitude"],
        part_start=found["part_start"],
        part_row=part_row,
        row_start=row_start,
        geodetic=geodetic,
    )
    carried = named.drop_columns("id")
    return Prepared(
        knots=knots,
        latitude=found["latitude"],
        longitude=found["longitude"],
        original=found["original"],
        ids=joined(named["id"]),
        carried=carried if carried.num_columns else empty_carried(named.num_rows),
        rejected=from_ipc(rejected),
        time_type=time_type,
        radii=Radii(*(found[role] for role in RADII)) if RADII[0] in found else None,
        implausible=Implausible(*(found[name] for name in _IMPLAUSIBLE))
        if _IMPLAUSIBLE[0] in found
        else None,
        **rest,
    )
