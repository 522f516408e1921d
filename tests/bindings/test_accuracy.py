"""The edges of the accuracy promise (docs/accuracy.md), each of them, against exact arithmetic.

Pairs stand 25 km apart from each other, at offsets of up to 10⁷ m, and last from two milliseconds
to 10⁶ s. Of each pair one aircraft stays, and the other passes, sinks to or rests at a hair from
the minima.
"""

from fractions import Fraction
from itertools import product

import pyarrow as pa
import pytest

import airprox
import promise
from exact import Track

MINIMA = airprox.Minima(9260.0, 304.8)
LARGEST = 1e7
SPEEDS = (0.0, 1e-3, 240.0, 3000.0)
DURATIONS = (1e-3, 1.0, 1000.0, 500_000.0)
"""Seconds from one knot to the next, of which a pair has three."""
HAIRS = (-2e-6, -1e-6, -2e-7, -1.01e-7, -1e-7, -9e-8, 0.0, 1e-6)
APART = 25e3


def meetings(origin: float, stamps: bool) -> list[tuple[list, list]]:
    """Pairs of tracks, each of knots (time, x, y, z), around x = y = `origin`."""
    found = []
    for speed, duration, hair, axis in product(SPEEDS, DURATIONS, HAIRS, ("across", "up")):
        if speed * duration > 9e6:
            continue
        second = 10**9 if stamps else 1.0
        times = [type(second)(k * duration * second) for k in range(3)]
        inwards = -1.0 if origin > 0.0 else 1.0
        way = [inwards * speed * duration * k for k in (0.0, 0.5, 1.0)]
        # Across, the other passes the first aircraft half-way along, a hair from the minimum.
        middle = way[1] if axis == "across" else 0.0
        y = origin + inwards * APART * len(found)
        own = [(time, origin + middle, y, 0.0) for time in (times[0], times[2])]
        if axis == "across":
            beside = y + MINIMA.horizontal + hair
            other = [(t, origin + x, beside, 0.0) for t, x in zip(times, way, strict=True)]
        else:
            # Up, it sinks to a hair from the minimum and climbs again, right above the first.
            edge = MINIMA.vertical + hair
            high = edge + min(speed * duration, 9e6)
            other = [(t, origin, y, z) for t, z in zip(times, (high, edge, high), strict=True)]
        found.append((own, other))
    return found


def fleet_of(tracks: list[list], stamps: bool) -> airprox.Fleet:
    flat = [(row, *knot) for row, knots in enumerate(tracks) for knot in knots]
    ids, times, x, y, z = (list(column) for column in zip(*flat, strict=True))
    time = pa.array(times, pa.timestamp("ns", "UTC") if stamps else pa.float64())
    return airprox.Fleet.from_arrow({"id": ids, "time": time, "x": x, "y": y, "z": z})


@pytest.mark.parametrize("stamps", [False, True], ids=["seconds", "timestamps"])
@pytest.mark.parametrize("origin", [0.0, LARGEST, -LARGEST + 0.3])
def test_the_promise_holds_at_its_edges(origin, stamps):
    pairs = meetings(origin, stamps)
    own, other = (fleet_of([pair[side] for pair in pairs], stamps) for side in (0, 1))
    options = {"against": other, "same_id": "screen"}
    found: dict[int, list] = {}
    for row in promise.rows(airprox.screen(own, MINIMA, **options).encounters):
        found.setdefault(row["own_row"], []).append(row)
    exactly: dict[int, list] = {}
    edges = airprox.screen(own, MINIMA, exact_edges=True, **options).encounters
    for row in promise.rows(edges):
        exactly.setdefault(row["own_row"], []).append(row)
    scale = promise.Scale(MINIMA.horizontal, MINIMA.vertical, stamps)
    deep = shallow = 0
    for row, (one, two) in enumerate(pairs):
        tracks: tuple[Track, Track] = [one], [two]
        pair = promise.Pair(*tracks)
        rows = found.get(row, [])
        promise.check_pair(rows, pair, scale)
        for encounter in rows:
            assert encounter["other_row"] == row
            span = promise.Pair(*tracks, (encounter["start"], encounter["end"]))
            promise.check_closest_within(encounter, pair, span, scale)
        depth = pair.depth(MINIMA.horizontal, MINIMA.vertical)
        assert depth is not None
        deep += depth.lower > Fraction(1, 10**6)
        shallow += not rows
        assert rows or depth.lower <= Fraction(1, 10**6)
        assert len(exactly.get(row, [])) == len(pair.loss_set(*scale[:2]))
    assert min(deep, shallow) >= len(pairs) // 10


@pytest.mark.parametrize("metric", ["horizontal", "slant"])
@pytest.mark.parametrize("origin", [0.0, LARGEST])
def test_distances_at_the_edges_are_right_to_a_hundredth_of_the_promise(origin, metric):
    pairs = meetings(origin, False)
    own, other = (fleet_of([pair[side] for pair in pairs], False) for side in (0, 1))
    asked = {"own": list(range(len(pairs))), "other": list(range(len(pairs)))}
    found = airprox.closest_approach(
        own, against=other, same_id="screen", pairs=asked, metric=metric
    ).pairs
    assert len(found) == len(pairs)
    for value, (one, two) in zip(found[f"cpa_{metric}"].to_pylist(), pairs, strict=True):
        closest = promise.Pair([one], [two]).closest(metric)
        assert closest is not None
        least = promise.square_root(closest.squared.lower).lower
        assert abs(Fraction(value) - least) <= promise.DISTANCE / 100


@pytest.mark.parametrize("unit", ["ft", "m"])
def test_no_two_adjacent_flight_levels_are_in_conflict_in_either_unit(unit):
    """FL10 to FL600 above one place; 1,000 ft apart, in feet and in metres computed three ways."""
    feet = [1000.0 * level for level in range(1, 61)]
    ways = [feet] if unit == "ft" else [
        [height * airprox.FT for height in feet],
        [304.8 * level for level in range(1, 61)],
        [30.48 * (10 * level) for level in range(1, 61)],
    ]  # fmt: skip
    for heights in ways:
        fleet = airprox.Fleet.from_arrow(
            {
                "id": [level for level in range(60) for _ in range(2)],
                "time": [0.0, 60.0] * 60,
                "lat": [47.0, 47.01] * 60,
                "lon": [8.0] * 120,
                "alt": [height for height in heights for _ in range(2)],
            },
            altitude_unit=unit,
        )
        for thousand in (1000 * airprox.FT, 304.8, 304.8 - 1e-9):
            assert len(airprox.screen(fleet, airprox.Minima(9260.0, thousand))) == 0
        assert len(airprox.screen(fleet, airprox.Minima(9260.0, 304.8 + 1e-6))) == 59
