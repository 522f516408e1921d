"""Geometries as GeoArrow has them: a linestring becomes lists of coordinates, and back.

Columns are recognised by their fields' metadata (``ARROW:extension:name``), since packages that
register the types are not needed, and change what Arrow does with tables where they are.
https://geoarrow.org/extension-types
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute

from ._arrow import checked, flat_lists, joined, plain, plain_type, struct_fields
from ._sources import Source
from .columns import POSITION, Columns, Frame, is_list
from .errors import SchemaError

# pyarrow makes these functions when it is imported, where static checkers do not see them.
pc: Any = pyarrow.compute

NAME, METADATA = b"ARROW:extension:name", b"ARROW:extension:metadata"
LINESTRING, POINT = "geoarrow.linestring", "geoarrow.point"
_WGS84 = {"EPSG:4326", "EPSG:4979", "OGC:CRS84", "OGC:CRS84H"}
"""All with longitude first in GeoArrow, whatever the authority says of the order of axes."""
_ROLES: dict[Frame, dict[str, str]] = {
    "geodetic": {"x": "lon", "y": "lat", "z": "alt", "m": "time"},
    "planar": {"x": "x", "y": "y", "z": "z", "m": "time"},
}


class Geometry(NamedTuple):
    """A column of linestrings: its name, its coordinates in order, and the frame of its CRS."""

    name: str
    dimensions: str
    frame: Frame


def with_coordinates(source: Source, columns: Columns) -> Source:
    """Return the source with lists of coordinates and times instead of its linestrings.

    A source that has positions of another form, or no linestrings, is returned as it is. Raises
    `SchemaError` where there are several linestrings, no altitudes, no times, or no CRS.
    """
    named = set(columns) if isinstance(columns, Mapping) else set[str]()
    frames = [*POSITION.values(), ("trajectory",)]
    stated = any({*roles} <= {*source.schema.names} for roles in frames)
    preset = columns is not None and not isinstance(columns, Mapping)
    if stated or preset or named & {role for roles in frames for role in roles}:
        return source
    found = [field for field in source.schema if extension_name(field) == LINESTRING]
    if not found:
        return source
    if len(found) > 1:
        names = ", ".join(repr(field.name) for field in found)
        raise SchemaError(f"trajectories must stand in one column of linestrings, found {names}")
    if source.schema.names.count(found[0].name) > 1:
        raise SchemaError(f"column names must be unique, found {found[0].name!r} more than once")
    geometry = _geometry(found[0])
    times = columns["time"] if isinstance(columns, Mapping) and "time" in columns else "time"
    timed = times in source.schema.names
    if timed == ("m" in geometry.dimensions):
        there = "both" if timed else "neither"
        raise SchemaError(
            f"times must be the M of column {geometry.name!r} or a column {times!r} of lists, "
            f"found {there}"
        )
    roles = [_ROLES[geometry.frame][dimension] for dimension in geometry.dimensions]
    rest = [field for field in source.schema if field.name not in (*roles, geometry.name)]
    lists = [pa.field(role, pa.large_list(pa.float64())) for role in roles]

    def read(names: Sequence[str]) -> pa.Table:
        table = source.read([name for name in names if name not in roles] + [geometry.name])
        return _unfolded(table, geometry, roles)

    return Source(pa.schema([*rest, *lists]), read)


def extension_name(field: pa.Field) -> str:
    """Return the name of a field's extension type, registered or not; "" if it has none."""
    kind: Any = field.type
    if isinstance(kind, pa.BaseExtensionType):
        return str(getattr(kind, "extension_name", ""))
    return (field.metadata or {}).get(NAME, b"").decode(errors="replace")


def _geometry(field: pa.Field) -> Geometry:
    kind: Any = field.type
    if isinstance(kind, pa.BaseExtensionType) and hasattr(kind, "__arrow_ext_serialize__"):
        text = kind.__arrow_ext_serialize__()
    else:
        text = (field.metadata or {}).get(METADATA, b"")
    lists: Any = plain_type(kind)
    items: Any = plain_type(lists.value_type) if is_list(lists) else lists
    if is_list(lists) and pa.types.is_struct(items):
        dimensions = "".join(part.name for part in items)
    elif is_list(lists) and pa.types.is_fixed_size_list(items):
        name, size = items.value_field.name, items.list_size
        # Arrow calls them "item" unless told otherwise.
        stated = len(name) == size and {*name} <= {*"xyzm"}
        dimensions = name if stated else "xyzm"[:size] + "?" * (size > 4)
    else:
        raise SchemaError(f"column {field.name!r} must hold linestrings, found {field.type}")
    if dimensions not in ("xyz", "xyzm"):
        raise SchemaError(
            f"column {field.name!r} must have the coordinates xyz or xyzm, found "
            f"{dimensions[:80]!r}"
        )
    return Geometry(field.name, dimensions, _frame(_stated_crs(text, field.name), field.name))


def _stated_crs(text: bytes, column: str) -> Any:
    """The CRS in the metadata of an extension type; None if there is none."""
    try:
        stated = json.loads(text or b"{}")
    except (ValueError, RecursionError):
        stated = None
    if not isinstance(stated, dict):
        raise SchemaError(
            f"the extension metadata of column {column!r} must be a JSON object, "
            f"found {text[:80]!r}"
        )
    return _member(stated, "crs")


def _member(value: Any, key: str) -> Any:
    """What a JSON object has under a key; None if it is no object or has no such key."""
    return value.get(key) if isinstance(value, dict) else None


def _frame(crs: Any, column: str) -> Frame:
    """The frame of a CRS: PROJJSON, an authority's code, or WKT."""
    kind, name = "", crs
    if isinstance(crs, dict):
        kind, name = str(crs.get("type", "")), crs.get("name")
        code = crs.get("id")
        known = f"{_member(code, 'authority')}:{_member(code, 'code')}".upper() in _WGS84
        if kind.startswith("Geographic") and (known or _is_wgs84(name)):
            return "geodetic"
        axes = _member(crs.get("coordinate_system"), "axis")
        units = [_member(axis, "unit") for axis in axes] if isinstance(axes, list) else []
        metres = bool(units) and all(unit == "metre" for unit in units)
        if kind in ("ProjectedCRS", "EngineeringCRS") and metres:
            return "planar"
    elif isinstance(crs, str):
        if crs.upper() in _WGS84:
            return "geodetic"
        inside = crs.partition('"')[2].partition('"')[0]
        if crs.startswith(("GEOGCRS[", "GEOGCS[", "GEODCRS[")) and _is_wgs84(inside):
            return "geodetic"
    found = " ".join(f"{kind} {name}".split())[:80] if crs else "none"
    raise SchemaError(
        f"the CRS of column {column!r} must be WGS 84 in degrees, or a projected one in metres as "
        f"PROJJSON, found {found}"
    )


def _is_wgs84(name: object) -> bool:
    return isinstance(name, str) and name.upper().replace(" ", "").startswith("WGS84")


def _unfolded(table: pa.Table, geometry: Geometry, roles: list[str]) -> pa.Table:
    """The table with a column of lists for each coordinate in place of the geometry."""
    column = checked(table, [geometry.name])[geometry.name]
    items, lengths = flat_lists(column)
    if pa.types.is_struct(plain_type(items.type)):
        coordinates = list(struct_fields(items).values())
    else:
        flat = plain(items)
        coordinates = [pc.list_element(flat, place) for place in range(len(geometry.dimensions))]
    offsets = np.concatenate(([0], np.cumsum(np.maximum(lengths, 0))))
    mask = pa.array(lengths < 0)
    table = table.drop_columns([name for name in roles if name in table.column_names])
    for role, values in zip(roles, coordinates, strict=True):
        lists = pa.LargeListArray.from_arrays(pa.array(offsets), joined(values), mask=mask)
        table = table.append_column(role, lists)
    return table
