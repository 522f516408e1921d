"""From merged pieces to the table of encounters."""

import json

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.chunks import part_spans
from airprox_kernel.job import Job
from airprox_kernel.pieces import PieceArray

from ._job import Sides
from .minima import Minima

SCHEMA_VERSION = "1"


def encounters_schema(sides: Sides, minima: Minima) -> pa.Schema:
    """Return the schema of the table of encounters."""
    time = sides.own.time_type
    meters = {b"unit": b"m"}
    fields = [
        pa.field("own", sides.own.ids.type, False),
        pa.field("other", sides.other.ids.type, False),
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
    return pa.schema(fields, result_metadata(sides, minima))


def result_metadata(sides: Sides, minima: Minima | None) -> dict[str, str]:
    """Return the metadata of a result's schema: version, frame, units, minima."""
    metadata = {
        "airprox.schema_version": SCHEMA_VERSION,
        "airprox.frame": sides.own.frame,
        "airprox.length_unit": "m",
        "airprox.time_unit": "s" if pa.types.is_floating(sides.own.time_type) else "ns",
    }
    if minima is not None:
        values = {"horizontal": minima.horizontal, "vertical": minima.vertical}
        metadata["airprox.minima"] = json.dumps(values)
    return metadata


def encounters_table(pieces: PieceArray, job: Job, sides: Sides, minima: Minima) -> pa.Table:
    """Return one row per encounter, sorted by own row, other row and start.

    An interval has one piece, and its ends are whole nanoseconds: rounded outwards, two rows of a
    pair may touch there but never overlap. The root of a square below 1 is rounded to below 1.
    """
    start = instant(pieces["first"], pieces["start"], np.floor)
    end = instant(pieces["last"], pieces["end"], np.ceil)
    end = np.where(pieces["at_end"], pieces["until"], np.minimum(end, pieces["until"]))
    own_row = job.own.part_row[pieces["own"]]
    other_row = job.other.part_row[pieces["other"]]
    order = np.lexsort((start, other_row, own_row))
    pieces, start, end = pieces[order], start[order], end[order]
    own_row, other_row = own_row[order], other_row[order]
    first, last = _component(job, pieces)
    columns = [
        sides.own.ids.take(pa.array(own_row)),
        sides.other.ids.take(pa.array(other_row)),
        pa.array(own_row),
        pa.array(other_row),
        _times(start, sides),
        _times(end, sides),
        pa.array(pieces["at_start"] & (pieces["first"] == first)),
        pa.array(pieces["at_end"] & (pieces["until"] == last)),
        _times(_between(pieces["cpa"], pieces["cpa_offset"], start, end), sides),
        pa.array(np.ascontiguousarray(pieces["cpa_horizontal"])),
        pa.array(np.ascontiguousarray(pieces["cpa_vertical"])),
        _times(_between(pieces["critical"], pieces["critical_offset"], start, end), sides),
        pa.array(np.sqrt(pieces["critical_square"])),
    ]
    return pa.Table.from_arrays(columns, schema=encounters_schema(sides, minima))


def instant(origin: NDArray, offset: NDArray[np.float64], rounding: np.ufunc) -> NDArray:
    """Return origin + offset; for whole nanoseconds, the offset is rounded by `rounding`."""
    if origin.dtype.kind == "i":
        return origin + rounding(offset).astype(np.int64)
    return origin + offset


def _between(origin: NDArray, offset: NDArray[np.float64], start: NDArray, end: NDArray) -> NDArray:
    return np.clip(instant(origin, offset, np.rint), start, end)


def _component(job: Job, pieces: PieceArray) -> tuple[NDArray, NDArray]:
    """Return start and end of the common span that each piece lies in."""
    own_start, own_end = part_spans(job.own)
    other_start, other_end = part_spans(job.other)
    start = np.maximum(own_start[pieces["own"]], other_start[pieces["other"]])
    end = np.minimum(own_end[pieces["own"]], other_end[pieces["other"]])
    return np.maximum(start, job.window.start), np.minimum(end, job.window.end)


def _times(values: NDArray, sides: Sides) -> pa.Array:
    return pa.array(values).cast(sides.own.time_type)
