"""Recorded traffic: geodetic screening against GeographicLib, planar against exact arithmetic.

The recordings are read here with NumPy alone, not through `airprox.Fleet`: split where more than
two minutes are missing, feet to metres, whole nanoseconds. How the planar part stays within a
minute is said at `meetings`.
"""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

import airprox
import geodetic_oracle
import promise
from exact import Track
from geodetic_oracle import WGS84, Part

pytestmark = pytest.mark.samples

FEET = 0.3048
TWO_MINUTES = 120 * 10**9
STANDARD = 5 * 1852.0, 1000 * FEET
FORMATION = 150.0, 30.0
"""Minima for two aircraft that fly about 60 m apart."""
DEPTH = 0.05
"""Metres: a deeper encounter must be found, and none may be that much too shallow."""
CLOSEST = 0.02
"""DESIGN.md's bound for distances at 5 NM, in metres."""

Load: TypeAlias = Callable[[str], pa.Table]


class Recording(NamedTuple):
    """A recording as an oracle takes it: one track per id, in the order of first appearance."""

    names: list[str]
    tracks: list[list[Part]]

    def row(self, name: str) -> int:
        return self.names.index(name)


def read(table: pa.Table) -> Recording:
    """Knots by flight and time; an exact repetition of a knot is dropped."""
    names = np.array(table["flight_id"].to_pylist())
    time = table["timestamp"].cast(pa.timestamp("ns", "UTC")).cast(pa.int64()).to_numpy()
    place = [table[name].to_numpy() for name in ("latitude", "longitude", "altitude")]
    _, first, number = np.unique(names, return_index=True, return_inverse=True)
    appears = first[number]
    knots = np.column_stack([appears, time, *(column.view(np.int64) for column in place)])
    knots = np.unique(knots, axis=0)
    cuts = np.flatnonzero(np.diff(knots[:, 0])) + 1
    tracks = []
    for rows in np.split(knots, cuts):
        assert np.all(np.diff(rows[:, 1]) > 0), "a flight must not be at two places at once"
        columns = (np.ascontiguousarray(column) for column in rows.T[1:])
        instants, latitude, longitude, altitude = columns
        degrees = latitude.view(np.float64), longitude.view(np.float64)
        metres = altitude.view(np.float64) * FEET
        tracks.append(geodetic_oracle.split(instants, *degrees, metres, TWO_MINUTES))
    return Recording(names[np.unique(appears)].tolist(), tracks)


def build(table: pa.Table) -> airprox.Fleet:
    return airprox.Fleet.from_arrow(table, columns="traffic")


def limits(minima: tuple[float, float]) -> airprox.Minima:
    return airprox.Minima(horizontal=minima[0], vertical=minima[1])


def verdict(table: pa.Table, minima: tuple[float, float]) -> geodetic_oracle.Verdict:
    """What the geodetic oracle says of our encounters."""
    recording = read(table)
    row = {name: index for index, name in enumerate(recording.names)}
    encounters = [
        geodetic_oracle.Encounter(row[found["own"]], row[found["other"]], *_span(found))
        for found in promise.rows(airprox.screen(build(table), limits(minima)).encounters)
    ]
    return geodetic_oracle.check_encounters(encounters, recording.tracks, *minima, DEPTH)


def _span(row: promise.Row) -> tuple[int, int]:
    return row["start"], row["end"]


@pytest.mark.parametrize(
    ("name", "minima", "encounters", "pairs"),
    [
        ("switzerland", STANDARD, 170, 163),
        ("dreamliner_airfrance", STANDARD, 6, 1),
        ("dreamliner_airfrance", FORMATION, 30, 1),
        ("dreamliner_airfrance", (60.0, 10.0), None, None),
        ("calfire", STANDARD, 154, 81),
        ("calfire", FORMATION, 2, 2),
        ("quickstart", STANDARD, 498, 306),
    ],
)
def test_encounters_are_those_of_the_geodetic_oracle(
    sample: Load,
    name: str,
    minima: tuple[float, float],
    encounters: int | None,
    pairs: int | None,
) -> None:
    """Every encounter deeper than 5 cm, none of less than -5 cm, and all ends between the two."""
    table = sample(name)
    found = verdict(table, minima)
    assert found.problems == []
    receipt = airprox.screen(build(table), limits(minima)).receipt
    assert (found.reported, receipt.pairs_in_conflict) == (encounters, pairs)
    assert found.certain <= found.reported <= found.possible
