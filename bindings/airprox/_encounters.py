"""From merged pieces to the table of encounters."""

from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.certain import Certain

from ._aftermath import Encounters, Spans, instant
from ._buffers import as_arrow
from ._job import Sides
from ._levels import Levels, as_json

SCHEMA_VERSION = "1"


def encounters_schema(sides: Sides, levels: Levels, uncertain: bool) -> pa.Schema:
    """Return the schema of the table of encounters."""
    kinds = sides.own.ids.type, sides.other.ids.type, sides.own.time_type
    return _schema(*kinds, sides.own.frame, levels, uncertain)


@lru_cache
def _schema(
    own: pa.DataType,
    other: pa.DataType,
    time: pa.DataType,
    frame: str,
    levels: Levels,
    uncertain: bool,
) -> pa.Schema:
    meters = {b"unit": b"m"}
    fields = [
        pa.field("own", own, False),
        pa.field("other", other, False),
        pa.field("own_row", pa.int64(), False),
        pa.field("other_row", pa.int64(), False),
        pa.field("start", time, False),
        pa.field("end", time, False),
        pa.field("start_clipped", pa.bool_(), False),
        pa.field("end_clipped", pa.bool_(), False),
        pa.field("cpa_time", time, False),
        pa.field("cpa_horizontal", pa.float64(), False, meters),
        pa.field("cpa_vertical", pa.float64(), False, meters),
        pa.field("critical_time", time, False),
        pa.field("critical_ratio", pa.float64(), False),
    ]
    if uncertain:
        fields += [pa.field("certain_start", time), pa.field("certain_end", time)]
    if levels.names is not None:
        fields.append(pa.field("level", pa.string(), False))
    return pa.schema(fields, result_metadata(frame, time, levels))


def result_metadata(frame: str, time: pa.DataType, levels: Levels | None) -> dict[str, str]:
    """Return the metadata of a result's schema: version, frame, units, minima."""
    metadata = {
        "airprox.schema_version": SCHEMA_VERSION,
        "airprox.frame": frame,
        "airprox.length_unit": "m",
        "airprox.time_unit": "s" if pa.types.is_floating(time) else "ns",
    }
    if levels is not None:
        metadata["airprox.minima"] = as_json(levels)
    return metadata


def encounters_table(
    found: Encounters, ids: tuple[pa.Array, pa.Array], levels: Levels, schema: pa.Schema
) -> pa.Table:
    """Return one row per encounter, sorted by own row, other row, start and level.

    `ids` are those of each encounter's two trajectories.
    """
    columns = [
        *ids,
        as_arrow(found.own_row),
        as_arrow(found.other_row),
        *value_columns(found, schema.field("start").type, levels),
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def value_columns(found: Encounters, time_type: pa.DataType, levels: Levels) -> list[pa.Array]:
    """Return the columns after the ids and rows, from ``start`` on.

    The root of a square below 1 is rounded to below 1.
    """
    pieces, (start, end) = found.pieces, found.spans
    cpa = instant(pieces["cpa"], pieces["cpa_offset"], np.rint)
    critical = instant(pieces["critical"], pieces["critical_offset"], np.rint)
    columns = [
        as_arrow(start, time_type),
        as_arrow(end, time_type),
        as_arrow(pieces["start_clipped"]),
        as_arrow(pieces["end_clipped"]),
        as_arrow(_between(cpa, found.spans), time_type),
        as_arrow(pieces["cpa_horizontal"]),
        as_arrow(pieces["cpa_vertical"]),
        as_arrow(_between(critical, found.spans), time_type),
        as_arrow(np.sqrt(pieces["critical_square"])),
    ]
    if found.certain is not None:
        columns += _certain_times(found.certain, found.spans, time_type)
    if levels.names is not None:
        columns.append(pa.array(levels.names).take(as_arrow(pieces["level"])))
    return columns


def _certain_times(certain: Certain, spans: Spans, time_type: pa.DataType) -> list[pa.Array]:
    """Return starts rounded up and ends rounded down, within the rows; null if nothing is left.

    Seconds are sums that may round past the row's own ends by their last bit.
    """
    first = np.maximum(instant(certain.start, certain.start_offset, np.ceil), spans.start)
    last = np.minimum(instant(certain.end, certain.end_offset, np.floor), spans.end)
    none = ~((certain.length > 0.0) & (first <= last))
    return [pa.array(times, mask=none).cast(time_type) for times in (first, last)]


def _between(times: NDArray, spans: Spans) -> NDArray:
    return np.minimum(np.maximum(times, spans.start), spans.end)
