"""What a report shows, as plain data for the page's program."""

import base64
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox._annotations import positions_at_closest
from airprox._arrow import python_values
from airprox._encounter_rows import fleet_rows, read_numbers, read_times
from airprox._geometry import Vectors, latitude_longitude
from airprox._job import Sides
from airprox._times import NANOSECONDS
from airprox.fleet import Fleet

from .drawn import (
    Accuracy,
    Tracks,
    Views,
    accuracy_for,
    drawn,
    joined,
    position_of,
    seconds_since,
)
from .minima import held
from .outline import Box, Lines, around
from .packing import packed
from .plane import Centre, centre_of, projected, scale

REQUIRED = (
    "own", "other", "own_row", "other_row", "start", "end", "start_clipped", "end_clipped",
    "cpa_time", "cpa_horizontal", "cpa_vertical", "critical_time", "critical_ratio",
)  # fmt: skip
"""Columns of the table of encounters that a report shows."""
_TIMES = ("start", "end", "cpa_time", "critical_time")
_MARGIN = (60.0, 600.0)
"""Seconds shown before and after an encounter: as long as it lasts, but within these; less before
and after one that is over at once."""
_OUTLINE_STEP = 100.0
"""Metres, of the background's points; the outline itself is good to some kilometres."""


class Encounters(NamedTuple):
    """The table and where its rows belong."""

    table: pa.Table
    sides: Sides
    rows: tuple[NDArray[np.int64], NDArray[np.int64]]


def contents(table: pa.Table, sides: Sides) -> dict[str, Any]:
    """Everything that the page needs: numbers as they are in the table, and packed tracks.

    Raises `SchemaError` if the fleets are not those of the encounters.
    """
    middle, _ = positions_at_closest(table, sides)
    encounters = Encounters(table, sides, fleet_rows(table, sides))
    minima = held(table, tuple(rows.tolist() for rows in encounters.rows), sides)
    fleets = _fleets(sides)
    origin, seconds = _span(fleets)
    accuracy = accuracy_for(minima.horizontal, minima.vertical, seconds)
    centre = centre_of(_every(fleets)) if sides.own.frame == "geodetic" else None
    starts, ends = _views(table, sides.own)
    tracks = _tracks(encounters, origin, centre, accuracy, (starts, ends))
    x, y = _places(middle, centre)
    return {
        "frame": sides.own.frame,
        "time": _time(sides.own, origin, seconds),
        "flights": _flights(sides),
        "minima": [_finite(each) for each in minima.minima],
        "accuracy": accuracy._asdict(),
        "encounters": {
            **_columns(encounters, origin),
            "minima": minima.of,
            "from": seconds_since(origin, starts).tolist(),
            "to": seconds_since(origin, ends).tolist(),
            "x": np.round(x, 3).tolist(),
            "y": np.round(y, 3).tolist(),
            "scale": _scales(middle, centre),
        },
        "tracks": _text(tracks.as_bytes(accuracy)),
        "outline": _outline(tracks, centre),
        "outlineStep": _OUTLINE_STEP,
    }


def _fleets(sides: Sides) -> list[Fleet]:
    return [sides.own] if sides.single else [*sides]


def _span(fleets: list[Fleet]) -> tuple[Any, float]:
    """The first instant of all (int64 ns or float64 s), and the seconds to the last one."""
    times = [fleet._knots.time for fleet in fleets if len(fleet._knots.time)]
    if not times:
        return fleets[0]._knots.time.dtype.type(0), 0.0
    origin = min(time.min() for time in times)
    return origin, max(float(seconds_since(origin, time).max()) for time in times)


def _every(fleets: list[Fleet]) -> Vectors:
    columns = zip(*(position_of(fleet) for fleet in fleets), strict=True)
    return Vectors(*(np.concatenate(column) for column in columns))


def _views(table: pa.Table, fleet: Fleet) -> tuple[NDArray[Any], NDArray[Any]]:
    """The span that is shown of each encounter, in the fleet's kind of time."""
    start, end = (read_times(table, name).values for name in ("start", "end"))
    unit = NANOSECONDS if fleet._knots.time.dtype == np.int64 else 1
    low, high = (seconds * unit for seconds in _MARGIN)
    lasting = (end - start).astype(np.float64)
    margin = np.clip(lasting, np.clip(20.0 * lasting, unit, low), high).astype(start.dtype)
    return start - margin, end + margin


def _tracks(
    encounters: Encounters, origin: Any, centre: Centre | None, accuracy: Accuracy,
    views: tuple[NDArray[Any], NDArray[Any]],
) -> Tracks:  # fmt: skip
    """The tracks of all fleets; those of a single fleet are seen from both sides."""
    sides, rows = encounters.sides, encounters.rows
    if sides.single:
        both = Views(*(np.concatenate(pair) for pair in (rows, *((each, each) for each in views))))
        return drawn(sides.own, 0, origin, centre, accuracy, both)
    return joined(
        [
            drawn(fleet, first, origin, centre, accuracy, Views(row, *views))
            for fleet, first, row in zip(sides, (0, len(sides.own)), rows, strict=True)
        ]
    )


def _time(fleet: Fleet, origin: Any, seconds: float) -> dict[str, Any]:
    """How times count: seconds, or nanoseconds since an instant of UTC; and how many there are."""
    if fleet._knots.time.dtype == np.int64:
        start = str(np.datetime64(int(origin), "ns"))
        return {"kind": "utc", "origin": start, "seconds": seconds}
    return {"kind": "seconds", "origin": float(origin), "seconds": seconds}


def _flights(sides: Sides) -> dict[str, Any]:
    """Ids, sides and categories of all trajectories, those of `own` first."""
    fleets = _fleets(sides)
    labels = {name: _labels(fleets, name) for name in ("side", "category")}
    if labels["side"] is None and len(fleets) == 2:
        labels["side"] = ["fleet"] * len(sides.own) + ["against"] * len(sides.other)
    coded: dict[str, Any] = {
        "id": [str(each) for fleet in fleets for each in fleet.ids.to_pylist()]
    }
    for name, values in labels.items():
        if values is not None:
            number = {value: place for place, value in enumerate(sorted({*values}))}
            coded[name] = {"names": [*number], "of": [number[value] for value in values]}
    return coded


def _labels(fleets: list[Fleet], name: str) -> list[str] | None:
    """A carried column of all fleets as text; None where no fleet has it."""
    if not any(name in fleet.carried.column_names for fleet in fleets):
        return None
    values: list[str] = []
    for fleet in fleets:
        if name in fleet.carried.column_names:
            column = python_values(fleet.carried[name], repr(name))
            values += ["-" if value is None else str(value) for value in column]
        else:
            values += ["-"] * len(fleet)
    return values


def _columns(encounters: Encounters, origin: Any) -> dict[str, list[Any]]:
    """The table's columns; timestamps as whole nanoseconds since the origin, seconds as given."""
    table, sides, (own, other) = encounters
    first = 0 if sides.single else len(sides.own)
    columns: dict[str, list[Any]] = {"own": own.tolist(), "other": (first + other).tolist()}
    for name in _TIMES:
        values = read_times(table, name).values
        columns[name] = (values - origin if values.dtype == np.int64 else values).tolist()
    for name in ("cpa_horizontal", "cpa_vertical", "critical_ratio"):
        columns[name] = read_numbers(table, name).tolist()
    for name in ("start_clipped", "end_clipped", "level"):
        if name in table.column_names:
            columns[name] = table[name].to_pylist()
    return columns


def _places(middle: Vectors, centre: Centre | None) -> tuple[Any, Any]:
    """Where in the plane the closest approaches are."""
    if centre is None:
        return middle.x, middle.y
    return projected(*latitude_longitude(middle), centre)


def _scales(middle: Vectors, centre: Centre | None) -> list[float]:
    """Metres for a metre of the plane at each closest approach."""
    if centre is None:
        return [1.0] * len(middle.x)
    return np.round(scale(middle, centre), 9).tolist()


def _outline(tracks: Tracks, centre: Centre | None) -> str:
    """Coasts, borders and a grid of degrees around the tracks; nothing in a plane of one's own."""
    if centre is None or not len(tracks.x):
        return _text(packed([]))
    box = Box(tracks.x.min(), tracks.y.min(), tracks.x.max(), tracks.y.max())
    found: Lines = around(box.surroundings, centre)
    points = (np.round(each / _OUTLINE_STEP).astype(np.int64) for each in (found.x, found.y))
    return _text(packed([found.kind, found.length, found.degrees, *points]))


def _finite(minima: dict[str, Any]) -> dict[str, Any]:
    """Minima with null for what is infinite, as JSON wants it."""
    bands = [_finite(band) for band in minima.get("bands", ())]
    numbers = {
        name: value if abs(value) < np.inf else None
        for name, value in minima.items()
        if name != "bands"
    }
    return {**numbers, **({"bands": bands} if bands else {})}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
