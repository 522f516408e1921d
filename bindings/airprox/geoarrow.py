"""Trajectories and encounters for maps: GeoArrow tables, and GeoParquet files of them."""

import json
from os import PathLike
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from airprox_kernel.surface import SEMI_MAJOR_AXIS

from ._annotations import positions_at_closest
from ._changes import original_parts
from ._encounter_rows import read_encounters
from ._geoarrow import LINESTRING, METADATA, NAME, POINT
from ._geometry import latitude_longitude
from ._job import pair_up
from .columns import Frame
from .errors import SchemaError, SchemaTypeError
from .fleet import Fleet


def _axes(*axes: tuple[str, str, str, str]) -> list[dict[str, str]]:
    names = ("name", "abbreviation", "direction", "unit")
    return [dict(zip(names, axis, strict=True)) for axis in axes]


_REALISATIONS = ("Transit", "G730", "G873", "G1150", "G1674", "G1762", "G2139", "G2296")
_CRS: dict[Frame, dict[str, Any]] = {
    "geodetic": {
        "type": "GeographicCRS",
        "name": "WGS 84 (CRS84)",
        "datum_ensemble": {
            "name": "World Geodetic System 1984 ensemble",
            "members": [{"name": f"World Geodetic System 1984 ({name})"} for name in _REALISATIONS],
            "ellipsoid": {
                "name": "WGS 84",
                "semi_major_axis": SEMI_MAJOR_AXIS,
                "inverse_flattening": 298.257223563,
            },
            "accuracy": "2.0",
        },
        "coordinate_system": {
            "subtype": "ellipsoidal",
            "axis": _axes(
                ("Geodetic longitude", "Lon", "east", "degree"),
                ("Geodetic latitude", "Lat", "north", "degree"),
            ),
        },
        "id": {"authority": "OGC", "code": "CRS84"},
    },
    "planar": {
        "type": "EngineeringCRS",
        "name": "plane",
        "datum": {"name": "plane"},
        "coordinate_system": {
            "subtype": "Cartesian",
            "axis": _axes(("x", "x", "east", "metre"), ("y", "y", "north", "metre")),
        },
    },
}
"""PROJJSON of each frame; the first is the CRS that GeoParquet assumes.
https://github.com/opengeospatial/geoparquet (format-specs, version 1.1)"""
_ENCODINGS = {LINESTRING: ("linestring", "LineString Z"), POINT: ("point", "Point Z")}


def to_geoarrow(
    source: object, fleet: Fleet | None = None, *, against: Fleet | None = None
) -> pa.Table:
    """Return trajectories as linestrings, or encounters as points, as a GeoArrow table.

    Parameters
    ----------
    source
        A `Fleet`; or a `Screening`, or any table with its columns, and then `fleet` (and
        `against`) are those that were screened.

    Returns
    -------
    pyarrow.Table
        Of a fleet one row a part (a trajectory has several if it has gaps): ``id``, ``part`` (from
        0), the carried columns, ``geometry`` (``geoarrow.linestring`` XYZ) and ``time``, lists
        as long as the linestrings. lonboard's ``TripsLayer(table, get_timestamps=table["time"])``
        takes it as it is where times are timestamps, and `Fleet.from_arrow` reads it.

        Of encounters the table with a last column ``geometry`` (``geoarrow.point`` XYZ): the middle
        of the two positions at the horizontal closest approach.

        Longitude, latitude (degrees) and altitude (m) in OGC:CRS84; planar x, y, z
        (m) in a plane of its own.

    Raises
    ------
    SchemaError
        If the fleets are missing, or not those of the encounters.

    Examples
    --------
    >>> import airprox
    >>> fleet = airprox.Fleet.from_arrow({
    ...     "id": ["A", "A"], "time": [0.0, 60.0], "lat": [47.0, 47.1], "lon": [8.0, 8.0],
    ...     "alt": [9e3, 9e3]}, altitude_unit="m")
    >>> airprox.to_geoarrow(fleet)["geometry"].to_pylist()
    [[{'x': 8.0, 'y': 47.0, 'z': 9000.0}, {'x': 8.0, 'y': 47.1, 'z': 9000.0}]]
    """
    if isinstance(source, Fleet):
        if fleet is not None or against is not None:
            raise SchemaError("a fleet must be given alone, found another beside it")
        return _trajectories(source)
    if not isinstance(fleet, Fleet):
        raise SchemaTypeError(
            "to_geoarrow must be given a fleet, or encounters with the fleet that was screened, "
            f"found {type(source).__name__} with {type(fleet).__name__}"
        )
    sides = pair_up(fleet, against)
    table = read_encounters(source, tuple(_NEEDED))
    middle, altitude = positions_at_closest(table, sides)
    horizontal = (middle.x, middle.y)
    if fleet.frame == "geodetic":
        horizontal = latitude_longitude(middle)[::-1]
    points = _coordinates([*horizontal, altitude])
    return table.append_column(_field("geometry", points.type, POINT, fleet), points)


def to_geoparquet(source: object, path: str | PathLike[str]) -> None:
    """Write a table of `to_geoarrow`, or a `Fleet` as such a table, as a GeoParquet 1.1 file.

    Coordinates keep their native encoding (GeoArrow, separated), which Parquet compresses and
    filters by; GeoPandas and QGIS read it.

    Raises
    ------
    SchemaError
        If there is no geometry.
    OSError
        If the file cannot be written.
    """
    table: Any = to_geoarrow(source) if isinstance(source, Fleet) else source
    if not isinstance(table, pa.Table):
        raise SchemaTypeError(
            f"to_geoparquet must be given a fleet or a pyarrow.Table, found {type(source).__name__}"
        )
    columns: dict[str, Any] = {}
    for field in table.schema:
        name = (field.metadata or {}).get(NAME, b"").decode()
        if name in _ENCODINGS:
            columns[field.name] = _description(table[field.name], field, name)
    if not columns:
        raise SchemaError(
            "the table must have a geometry of to_geoarrow, found columns "
            f"{', '.join(map(repr, table.column_names))}"
        )
    described = {"version": "1.1.0", "primary_column": next(iter(columns)), "columns": columns}
    metadata = {**(table.schema.metadata or {}), b"geo": json.dumps(described).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)


_NEEDED = ("own", "other", "own_row", "other_row", "start", "cpa_time", "end")


def _trajectories(fleet: Fleet) -> pa.Table:
    prepared = fleet._prepared
    knots = prepared.knots
    time, starts = original_parts(prepared)
    altitude = knots.altitude
    if len(prepared.original):
        altitude = altitude[prepared.original]
    position = [knots.x, knots.y, altitude]
    if fleet.frame == "geodetic":
        position = [prepared.longitude, prepared.latitude, altitude]
    offsets = pa.array(starts.astype(np.int32))
    lines = pa.ListArray.from_arrays(offsets, _coordinates(position))
    times = pa.ListArray.from_arrays(offsets, pa.array(time).view(fleet.time_type))
    rows = pa.array(knots.part_row)
    part = np.arange(len(knots.part_row)) - knots.row_start[knots.part_row]
    columns: list[tuple[pa.Field, Any]] = [
        (pa.field("id", fleet.ids.type), fleet.ids.take(rows)),
        (pa.field("part", pa.int64()), pa.array(part)),
        *((field, fleet.carried[field.name].take(rows)) for field in fleet.carried.schema),
        (_field("geometry", lines.type, LINESTRING, fleet), lines),
        (pa.field("time", times.type), times),
    ]
    schema = pa.schema([field for field, _ in columns])
    return pa.table([values for _, values in columns], schema=schema)


def _coordinates(values: list[Any]) -> pa.StructArray:
    fields = [pa.field(name, pa.float64(), False) for name in "xyz"]
    return pa.StructArray.from_arrays([pa.array(each) for each in values], fields=fields)


def _field(name: str, kind: pa.DataType, extension: str, fleet: Fleet) -> pa.Field:
    """A field that says what its geometry is; edges between knots are geodesics ("karney")."""
    stated: dict[str, Any] = {"crs": _CRS[fleet.frame]}
    if fleet.frame == "geodetic" and extension == LINESTRING:
        stated["edges"] = "karney"
    return pa.field(
        name, kind, metadata={NAME: extension.encode(), METADATA: json.dumps(stated).encode()}
    )


def _description(column: pa.ChunkedArray, field: pa.Field, extension: str) -> dict[str, Any]:
    """What GeoParquet wants to know of a column."""
    encoding, kind = _ENCODINGS[extension]
    stated = json.loads(field.metadata[METADATA])
    described = {"encoding": encoding, "geometry_types": [kind], "crs": stated["crs"]}
    if "edges" in stated:
        described["edges"] = "spherical"
    box = _bounds(column)
    return described | ({"bbox": box} if box else {})


def _bounds(column: pa.ChunkedArray) -> list[float]:
    """Smallest x, y, z, then the largest; empty without points."""
    low, high = [], []
    for chunk in column.chunks:
        points = chunk.flatten() if pa.types.is_list(chunk.type) else chunk
        if len(points):
            values = [part.to_numpy() for part in points.flatten()]
            low.append([float(part.min()) for part in values])
            high.append([float(part.max()) for part in values])
    return [*np.min(low, axis=0).tolist(), *np.max(high, axis=0).tolist()] if low else []
