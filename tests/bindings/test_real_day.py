"""Recorded traffic: geodetic screening against GeographicLib, planar against exact arithmetic.

The recordings are read here with NumPy alone, not through `airprox.Fleet`: split where more than
two minutes are missing, feet to metres, whole nanoseconds. How the planar part stays within a
minute is said at `meetings`.
"""

import functools
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
from geodetic_closest import distance_at, least_distance
from geodetic_oracle import Part

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


Day: TypeAlias = Callable[[str], tuple[airprox.Fleet, Recording]]


@pytest.fixture(scope="module")
def day(sample: Load) -> Day:
    """A sample as we read it and as the oracle does, each read once."""

    @functools.cache
    def load(name: str) -> tuple[airprox.Fleet, Recording]:
        table = sample(name)
        return build(table), read(table)

    return load


def limits(minima: tuple[float, float]) -> airprox.Minima:
    return airprox.Minima(horizontal=minima[0], vertical=minima[1])


def verdict(
    recording: Recording, found: pa.Table, minima: tuple[float, float]
) -> geodetic_oracle.Verdict:
    """What the geodetic oracle says of our encounters."""
    row = {name: index for index, name in enumerate(recording.names)}
    encounters = [
        geodetic_oracle.Encounter(row[each["own"]], row[each["other"]], *_span(each))
        for each in promise.rows(found)
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
        ("dreamliner_airfrance", (60.0, 10.0), 16, 1),
        ("dreamliner_airfrance", (50.0, 10.0), 0, 0),
        ("calfire", STANDARD, 154, 81),
        ("calfire", FORMATION, 2, 2),
        ("quickstart", STANDARD, 498, 306),
        ("quickstart", FORMATION, 15, 15),
    ],
)
def test_encounters_are_those_of_the_geodetic_oracle(
    day: Day, name: str, minima: tuple[float, float], encounters: int, pairs: int
) -> None:
    """Every encounter deeper than 5 cm, none of less than -5 cm, and all ends between the two."""
    fleet, recording = day(name)
    result = airprox.screen(fleet, limits(minima))
    found = verdict(recording, result.encounters, minima)
    assert found.problems == []
    assert (found.reported, result.receipt.pairs_in_conflict) == (encounters, pairs)
    assert found.certain <= found.reported <= found.possible


# --- The same tracks in a plane -------------------------------------------------------------------

MINUTE = 60 * 10**9
SPHERE = 6_371_000.0


class Meeting(NamedTuple):
    """A pair and a span of time (ns) that may hold losses of separation, the first track's row."""

    own: int
    other: int
    start: int
    end: int


def flatten(tracks: list[list[Part]]) -> list[list[NDArray[Any]]]:
    """Local equirectangular metres: a part becomes its time, x, y and altitude."""
    parts = [part for track in tracks for part in track]
    middle = math.radians(float(np.median(np.concatenate([part.latitude for part in parts]))))
    return [
        [
            np.array(
                (
                    part.time,
                    SPHERE * math.cos(middle) * np.radians(part.longitude),
                    SPHERE * np.radians(part.latitude),
                    part.altitude,
                ),
                dtype=object,
            )
            for part in track
        ]
        for track in tracks
    ]


def planar_fleet(names: list[str], flat: list[list[NDArray[Any]]]) -> airprox.Fleet:
    knots = [np.concatenate(track, axis=1) for track in flat]
    ids = [name for name, track in zip(names, knots, strict=True) for _ in range(track.shape[1])]
    time, x, y, z = np.concatenate(knots, axis=1)
    columns = {"x": x.astype(float), "y": y.astype(float), "z": z.astype(float)}
    instants = pa.array(time.astype(np.int64), pa.timestamp("ns", "UTC"))
    return airprox.Fleet.from_arrow({"id": ids, "time": instants, **columns}, max_gap=120.0)


def exact_track(track: list[NDArray[Any]]) -> Track:
    return [[tuple(map(Fraction, knot)) for knot in part.T.tolist()] for part in track]


def meetings(flat: list[list[NDArray[Any]]], minima: tuple[float, float]) -> Iterator[Meeting]:
    """Spans of time within which are all losses of separation, with a minute clear of any around.

    In each minute a track has the box of all its legs that touch the minute, and a metre more on
    every side. Where two boxes, widened by the minima, do not meet there is no loss in that
    minute, whatever the rounding. So a pair need only be looked at in runs of minutes in which
    they do, and a minute to each side of a run: the losses of W within such a span are those of
    all W that lie there, with the same ends, and no end of the span is taken for one of W.
    """
    boxes: dict[int, dict[int, NDArray[np.float64]]] = {}
    for row, track in enumerate(flat):
        for part in track:
            _add_boxes(boxes, row, part)
    gap = np.array([minima[0], minima[0], minima[1]])
    met: dict[tuple[int, int], list[int]] = {}
    for minute in sorted(boxes):
        rows = np.array(list(boxes[minute]))
        bounds = np.array(list(boxes[minute].values()))
        apart = (bounds[:, None, :3] > bounds[None, :, 3:] + gap).any(axis=2)
        near = np.argwhere(np.triu(~(apart | apart.T), 1))
        for own, other in np.sort(rows[near], axis=1).tolist():
            met.setdefault((own, other), []).append(minute)
    for (own, other), minutes in sorted(met.items()):
        for run in np.split(minutes, np.flatnonzero(np.diff(minutes) > 3) + 1):
            yield Meeting(own, other, int(run[0] - 1) * MINUTE, int(run[-1] + 2) * MINUTE)


def _add_boxes(
    boxes: dict[int, dict[int, NDArray[np.float64]]], row: int, part: NDArray[Any]
) -> None:
    """Take the legs of a part, or its one knot, into the boxes of the minutes they touch."""
    minutes = (part[0] // MINUTE).tolist()
    place = part[1:].astype(float)
    last = max(len(minutes) - 1, 1)
    for leg in range(last):
        knots = place[:, leg : leg + 2]
        low, high = knots.min(axis=1) - 1.0, knots.max(axis=1) + 1.0
        for minute in range(minutes[leg], minutes[leg : leg + 2][-1] + 1):
            box = boxes.setdefault(minute, {}).setdefault(row, np.concatenate([low, high]))
            np.minimum(box[:3], low, out=box[:3])
            np.maximum(box[3:], high, out=box[3:])


@pytest.mark.parametrize(
    ("name", "minima"),
    [
        ("switzerland", STANDARD),
        ("dreamliner_airfrance", STANDARD),
        ("dreamliner_airfrance", FORMATION),
        ("calfire", STANDARD),
    ],
)
def test_planar_encounters_keep_the_promise(
    day: Day, name: str, minima: tuple[float, float]
) -> None:
    """All rows of all pairs against the rational oracle, to the promise's 5e-8 m and 1 ns."""
    names, tracks = day(name)[1]
    flat = flatten(tracks)
    result = airprox.screen(planar_fleet(names, flat), limits(minima))
    rows: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for row in promise.rows(result.encounters):
        rows.setdefault((row["own_row"], row["other_row"]), []).append(row)
    scale = promise.Scale(*minima, timestamps=True)
    exact = {}
    checked = 0
    for own, other, start, end in meetings(flat, minima):
        for row in (own, other):
            if row not in exact:
                exact[row] = exact_track(flat[row])
        found = [row for row in rows.get((own, other), []) if start < row["start"] < end]
        pair = promise.Pair(exact[own], exact[other], (start, end))
        promise.check_pair(found, pair, scale)
        for row in found:
            span = promise.Pair(exact[own], exact[other], _span(row))
            promise.check_closest_within(row, pair, span, scale)
        checked += len(found)
    assert checked == result.encounters.num_rows > 0


# --- One day, asked in different ways -------------------------------------------------------------


def same_bits(one: pa.Table, two: pa.Table) -> bool:
    return one.schema.equals(two.schema) and spelt(one) == spelt(two)


def spelt(table: pa.Table) -> list[tuple[Any, ...]]:
    """Every row with its floats spelt out: equal if and only if no bit differs."""
    return [
        tuple(value.hex() if isinstance(value, float) else value for value in row.values())
        for row in promise.rows(table)
    ]


def by_name(table: pa.Table) -> list[tuple[Any, ...]]:
    """The rows without row numbers, each pair in the order of its names."""
    found = []
    for row in spelt(table):
        own, other, _, _, *values = row
        found.append((*sorted((own, other)), *values))
    return sorted(found)


@pytest.fixture(scope="module")
def swiss(day: Day) -> airprox.Fleet:
    return day("switzerland")[0]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_change_no_bit(swiss: airprox.Fleet, threads: int) -> None:
    once = airprox.screen(swiss, limits(STANDARD))
    again = airprox.screen(swiss, limits(STANDARD), threads=threads)
    assert same_bits(again.encounters, once.encounters)


def test_the_order_of_rows_changes_no_bit(sample: Load, swiss: airprox.Fleet) -> None:
    """Rows last first, then dealt out in 97 hands: other row numbers, other own and other."""
    table = sample("switzerland")
    order = np.arange(len(table))[::-1]
    shuffled = table.take(np.concatenate([order[start::97] for start in range(97)]))
    once = airprox.screen(swiss, limits(STANDARD)).encounters
    again = airprox.screen(build(shuffled), limits(STANDARD)).encounters
    assert again["own"].to_pylist() != once["own"].to_pylist()
    assert by_name(again) == by_name(once)


@pytest.mark.parametrize("batch_bytes", [1, 100_000, 64 << 20])
def test_batches_are_the_table(swiss: airprox.Fleet, batch_bytes: int) -> None:
    whole = airprox.screen(swiss, limits(STANDARD)).encounters
    batches = airprox.screen_batches(swiss, limits(STANDARD), batch_bytes=batch_bytes)
    table = pa.Table.from_batches(batches, batches.schema)
    order = [(name, "ascending") for name in ("own_row", "other_row", "start")]
    assert same_bits(table.sort_by(order).combine_chunks(), whole.combine_chunks())


def test_the_receipt_counts_what_a_plain_count_finds(day: Day, swiss: airprox.Fleet) -> None:
    tracks = day("switzerland")[1].tracks
    first = np.array([track[0].time[0] for track in tracks])
    last = np.array([track[-1].time[-1] for track in tracks])
    meet = np.maximum.outer(first, first) <= np.minimum.outer(last, last)
    result = airprox.screen(swiss, limits(STANDARD))
    pairs = set(
        zip(*(result.encounters[name].to_pylist() for name in ("own", "other")), strict=True)
    )
    receipt = result.receipt
    assert receipt.trajectories == (len(tracks), len(tracks), 0)
    assert receipt.pairs_common == np.count_nonzero(np.triu(meet, 1))
    assert receipt.pairs_in_conflict == len(pairs) == 163
    assert receipt.encounters == result.encounters.num_rows == 170
    assert (receipt.pairs_exempt, receipt.duplicates_dropped) == (0, 0)
    assert receipt.complete


def test_closest_approaches_of_pairs_in_conflict(day: Day, swiss: airprox.Fleet) -> None:
    """Of each pair, the least ratio is that of its worst encounter, to the bit; the least distance
    is GeographicLib's, and no encounter's is below it."""
    tracks = day("switzerland")[1].tracks
    encounters = promise.rows(airprox.screen(swiss, limits(STANDARD)).encounters)
    worst: dict[tuple[int, int], tuple[float, int]] = {}
    nearest: dict[tuple[int, int], float] = {}
    for row in encounters:
        pair = row["own_row"], row["other_row"]
        critical = row["critical_ratio"], row["critical_time"]
        worst[pair] = min(worst.get(pair, critical), critical)
        nearest[pair] = min(nearest.get(pair, math.inf), row["cpa_horizontal"])
    pairs = {"own_row": [own for own, _ in worst], "other_row": [other for _, other in worst]}

    ratios = airprox.closest_approach(swiss, pairs=pairs, metric="ratio", minima=limits(STANDARD))
    found = [(row["ratio"], row["cpa_time"]) for row in promise.rows(ratios.pairs)]
    assert found == list(worst.values())

    rows = promise.rows(airprox.closest_approach(swiss, pairs=pairs).pairs)
    assert [(row["own_row"], row["other_row"]) for row in rows] == list(worst)
    for row in rows:
        own, other = row["own_row"], row["other_row"]
        assert row["cpa_horizontal"] <= nearest[own, other]
        least = least_distance(tracks[own], tracks[other])
        assert row["cpa_horizontal"] == pytest.approx(least, abs=CLOSEST)
        then = distance_at(tracks[own], tracks[other], row["cpa_time"])
        assert row["cpa_horizontal"] == pytest.approx(then, abs=CLOSEST)
