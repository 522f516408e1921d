"""Views of encounters against plain loops, exact fractions, finite differences and PROJ."""

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import pyarrow as pa
import pyproj
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import airprox
import promise
import strategies
from exact import Knot, Track
from strategies import Plan

WGS84 = pyproj.Geod(ellps="WGS84")
LABELS = (None, "blue", "red", "white")
RATIOS = (0.0, 0.25, 0.5, 1.5)
"""Few, so that many are equal."""


class Case(NamedTuple):
    """A table by hand, as rows, and the labels of the two fleets' trajectories."""

    rows: list[dict[str, Any]]
    own: list[str | None]
    other: list[str | None] | None
    timestamps: bool

    @property
    def table(self) -> pa.Table:
        time = pa.timestamp("ns", "Asia/Kathmandu") if self.timestamps else pa.float64()
        kinds = {"own": pa.string(), "other": pa.string(), "own_row": pa.int64()}
        kinds |= {"other_row": pa.int64(), "start": time, "end": time}
        kinds |= {"critical_ratio": pa.float64(), "level": pa.string()}
        columns = {name: pa.array([row[name] for row in self.rows], kinds[name]) for name in kinds}
        return pa.table(columns).replace_schema_metadata({"airprox.frame": "planar"})

    @property
    def fleets(self) -> tuple[airprox.Fleet, airprox.Fleet | None]:
        return fleet_of("a", self.own), None if self.other is None else fleet_of("b", self.other)


def fleet_of(prefix: str, labels: list[str | None]) -> airprox.Fleet:
    count = len(labels)
    data = {name: pa.array([0.0] * count) for name in ("time", "x", "y", "z")}
    data["id"] = pa.array([f"{prefix}{row}" for row in range(count)], pa.string())
    data["side"] = data["category"] = pa.array(labels, pa.string())
    return airprox.Fleet.from_arrow(data)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    labels = st.lists(st.sampled_from(LABELS), min_size=2, max_size=5)
    own, other = draw(labels), draw(st.none() | labels)
    stamped = draw(st.booleans())
    rows: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 12))):
        first = draw(st.integers(0, len(own) - 1))
        second = draw(st.integers(0, len(other or own) - 1))
        if other is None and first == second:
            continue
        if other is None:
            first, second = sorted((first, second))
        start = draw(st.integers(-2, 2)) * 3600 + draw(st.sampled_from((0, 1, 3599)))
        end = start + draw(st.integers(0, 3))
        rows.append(
            {
                "own": f"a{first}",
                "other": f"{'a' if other is None else 'b'}{second}",
                "own_row": first,
                "other_row": second,
                "start": start * 10**9 if stamped else float(start),
                "end": end * 10**9 if stamped else float(end),
                "critical_ratio": draw(st.sampled_from(RATIOS)),
                "level": draw(st.sampled_from(("conflict", "advisory"))),
            }
        )
    return Case(rows, own, other, stamped)


def hour(case: Case, row: dict[str, Any]) -> int:
    return math.floor(row["start"] / (3600e9 if case.timestamps else 3600))


def labels_of(case: Case, row: dict[str, Any]) -> tuple[str | None, str | None]:
    own = case.own[row["own_row"]]
    if case.other is not None:
        return own, case.other[row["other_row"]]
    first, second = sorted((own, case.own[row["other_row"]]), key=lambda v: (v is None, v or ""))
    return first, second


KEYS: dict[str, Callable[[Case, dict[str, Any]], list[Any]]] = {
    "trajectory": lambda _, row: [row["own"], row["other"]],
    "side": lambda case, row: [labels_of(case, row)],
    "category": lambda case, row: [labels_of(case, row)],
    "hour": lambda case, row: [hour(case, row)],
    "level": lambda _, row: [row["level"]],
    "pair": lambda _, row: [(row["own"], row["other"], row["own_row"], row["other_row"])],
}


@given(cases(), st.sampled_from(sorted(KEYS)))
def test_counts_are_those_of_a_loop(case: Case, by: str) -> None:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in case.rows:
        for key in KEYS[by](case, row):
            groups.setdefault(key, []).append(row)
    expected = []
    for key, rows in groups.items():
        pairs = {(row["own"], row["other"]) for row in rows}
        worst = min(row["critical_ratio"] for row in rows)
        expected.append((key, len(rows), len(pairs), worst))
    # A stable sort: groups stand in the order of their appearance.
    expected.sort(key=(lambda g: g[0]) if by == "hour" else (lambda g: (-g[1], g[3])))
    counts = airprox.count_encounters(case.table, by, *case.fleets)
    if by == "hour" and case.timestamps:
        hours = [at.value // (3600 * 10**9) for at in counts["hour"]]
        counts = counts.set_column(0, "hour", pa.array(hours, pa.int64()))
    found = []
    for row in counts.to_pylist():
        numbers = tuple(row.pop(name) for name in ("encounters", "pairs", "worst_ratio"))
        if by == "trajectory":
            assert row["as_own"] + row["as_other"] == numbers[0]
            times = sum(r["own"] == row["trajectory"] for r in case.rows)
            assert row["as_own"] == times
            del row["as_own"], row["as_other"]
        values = tuple(row.values())
        found.append((values if len(values) > 1 else values[0], *numbers))
    assert found == expected
    if by == "trajectory":
        assert counts.equals(airprox.count_encounters(case.table, by))


@given(
    cases(),
    st.none() | st.integers(0, 3),
    st.none() | st.integers(0, 5),
    st.none() | st.sampled_from(("conflict", "advisory", ["advisory", "conflict"], "nmac")),
)
def test_filters_keep_what_a_loop_keeps(case, seconds, top, level):
    second = 10**9 if case.timestamps else 1
    kept = [
        row
        for row in case.rows
        if (seconds is None or row["end"] - row["start"] >= seconds * second)
        and (level is None or row["level"] in level)
    ]
    if top is not None:
        ranked = sorted(kept, key=lambda row: (row["level"], row["critical_ratio"]))
        kept = []
        for row in ranked:
            if sum(other["level"] == row["level"] for other in kept) < top:
                kept.append(row)
    found = airprox.filter_encounters(case.table, min_duration=seconds, top=top, level=level)
    assert found.schema.equals(case.table.schema, check_metadata=True)
    assert found.equals(case._replace(rows=kept).table)


# Annotations, planar


class Motion(NamedTuple):
    """Exact: a place, and a velocity per second."""

    at: tuple[Fraction, ...]
    per_second: tuple[Fraction, ...]


def motion(track: Track, start: Any, time: Any, second: int) -> Motion:
    """On the part that holds `start`: the leg after a knot, but the one before at the end."""
    part = next(part for part in track if part[0][0] <= start <= part[-1][0])
    legs = list(pairwise(part))
    first, last = next((leg for leg in legs if leg[0][0] <= time < leg[1][0]), legs[-1])
    duration = Fraction(last[0]) - Fraction(first[0])
    share = (Fraction(time) - Fraction(first[0])) / duration
    rises = [Fraction(q) - Fraction(p) for p, q in zip(first[1:], last[1:], strict=True)]
    at = tuple(Fraction(p) + share * rise for p, rise in zip(first[1:], rises, strict=True))
    return Motion(at, tuple(rise * second / duration for rise in rises))


@st.composite
def screened(draw: st.DrawFn) -> tuple[Plan, pa.Table, list[dict[str, Any]]]:
    minima = draw(strategies.minima())
    plan = draw(strategies.fleets(minima))
    fleet = airprox.Fleet.from_arrow(strategies.table(plan), max_gap=plan.max_gap)
    result = airprox.screen(fleet, airprox.Minima(*minima))
    table = airprox.annotate_encounters(result, fleet)
    assume(table.num_rows)
    assert table.select(result.encounters.column_names).equals(result.encounters)
    return plan, table, promise.rows(table)


@given(screened())
def test_annotations_are_those_of_the_legs(drawn):
    """Positions and angles to rounding; the closure speed is also a difference quotient."""
    plan, _, rows = drawn
    tracks = [track for _, track in strategies.tracks(plan)]
    for row in rows:
        moments = {"start": row["start"], "cpa": row["cpa_time"], "end": row["end"]}
        states: dict[tuple[str, str], Motion] = {}
        for side in ("own", "other"):
            track = tracks[row[f"{side}_row"]]
            for moment, time in moments.items():
                state = motion(track, row["start"], time, plan.second)
                states[side, moment] = state
                for axis, exact in zip("xyz", state.at, strict=True):
                    # Four roundings of numbers below 2e7: see the kernel's own test.
                    assert row[f"{side}_{axis}_{moment}"] == pytest.approx(float(exact), abs=2e-8)
        check_track(row, states["own", "cpa"], states["other", "cpa"])
        check_closure(row, states["own", "start"], states["other", "start"])


def check_track(row: dict[str, Any], own: Motion, other: Motion) -> None:
    ours, theirs = (tuple(map(float, state.per_second[:2])) for state in (own, other))
    if ours == (0.0, 0.0) or theirs == (0.0, 0.0):
        assert row["encounter_angle"] is None
        assert row["encounter_class"] is None
    else:
        turn = math.degrees(math.atan2(*theirs) - math.atan2(*ours)) % 360.0
        angle = min(turn, 360.0 - turn)
        assert row["encounter_angle"] == pytest.approx(angle, abs=1e-9)
        near_gate = min(abs(angle - 45.0), abs(angle - 135.0)) < 1e-9
        names = {angle > 135.0: "head-on", angle < 45.0: "overtaking"}
        assert near_gate or row["encounter_class"] == names.get(True, "crossing")
    for side, state in (("own", own), ("other", other)):
        climb = float(state.per_second[2]) / 0.00508  # ft/min
        phase = "level" if abs(climb) < 300.0 else "climb" if climb > 0.0 else "descent"
        near_gate = abs(abs(climb) - 300.0) < 1e-6
        assert near_gate or row[f"{side}_vertical_phase"] == phase


def check_closure(row: dict[str, Any], own: Motion, other: Motion) -> None:
    away = [b - a for a, b in zip(own.at[:2], other.at[:2], strict=True)]
    speed = [b - a for a, b in zip(own.per_second[:2], other.per_second[:2], strict=True)]
    limit = math.hypot(*map(float, speed))
    distance = math.hypot(*map(float, away))
    if not any(away):
        assert row["closure_speed"] == pytest.approx(-limit, rel=1e-9)
    elif distance > 1e-3:
        # In a microsecond the distance changes by this, its rate by less than the last term.
        tiny = Fraction(1, 10**6)
        later = [s + v * tiny for s, v in zip(away, speed, strict=True)]
        squares = [sum(part * part for part in vector) for vector in (away, later)]
        shrunk = float((squares[0] - squares[1]) / tiny) / (
            math.hypot(*map(float, later)) + distance
        )
        bend = limit * limit * 1e-6 / distance
        # Places are off by 2e-8 m, which turns the direction by that over the distance; each of
        # the speeds is rounded before their difference is taken.
        fastest = max(math.hypot(*map(float, state.per_second[:2])) for state in (own, other))
        slack = limit * 6e-8 / distance + 1e-9 * limit + 1e-15 * fastest
        assert abs(row["closure_speed"] - shrunk) <= bend + slack


# Annotations on WGS84


class Flight(NamedTuple):
    """One leg, or two with a knot in between: (seconds, latitude, longitude, altitude)."""

    knots: list[Knot]

    def at(self, time: float) -> tuple[float, float]:
        """Latitude and longitude on the geodesic at constant speed."""
        later = [leg for leg in pairwise(self.knots) if leg[0][0] <= time]
        (t1, lat1, lon1, _), (t2, lat2, lon2, _) = later[-1] if later else self.knots[:2]
        azimuth, _, length = WGS84.inv(lon1, lat1, lon2, lat2)
        lon, lat, _ = WGS84.fwd(lon1, lat1, azimuth, length * (time - t1) / (t2 - t1))
        return lat, lon


@st.composite
def flights(draw: st.DrawFn, latitude: float, longitude: float) -> Flight:
    """Past a place at 0 s, in a straight line or with a turn there or a little after."""
    speed = draw(st.floats(20, 400))
    course, turn = draw(st.floats(0, 360)), draw(st.sampled_from((0.0, 0.0, 60.0, -130.0)))
    lon, lat, _ = WGS84.fwd(longitude, latitude, draw(st.floats(0, 360)), draw(st.floats(0, 12e3)))
    way = draw(st.floats(60, 900))
    start = WGS84.fwd(lon, lat, course + 180.0, speed * way)
    end = WGS84.fwd(lon, lat, course + turn, speed * way)
    altitude = draw(st.floats(9e3, 9.2e3))
    rise = draw(st.sampled_from((0.0, 1000.0, -1000.0)))
    knots: list[Knot] = [(-way, start[1], start[0], altitude - rise)]
    if turn:
        knots.append((0.0, lat, lon, altitude))
    return Flight([*knots, (way, end[1], end[0], altitude + rise)])


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[Flight], pa.Table]:
    latitude = draw(st.floats(-90, 90) | st.sampled_from((0.0, 47.0, 89.99, -90.0)))
    longitude = draw(st.floats(-180, 180) | st.sampled_from((180.0, 0.0)))
    pair = [draw(flights(latitude, longitude)) for _ in range(2)]
    fleets = [
        airprox.Fleet.from_arrow(
            {
                "id": [name] * len(flight.knots),
                **dict(
                    zip(("time", "lat", "lon", "alt"), zip(*flight.knots, strict=True), strict=True)
                ),
            },
            altitude_unit="m",
        )
        for name, flight in zip("AB", pair, strict=True)
    ]
    result = airprox.screen(fleets[0], airprox.Minima(9260.0, 300.0), against=fleets[1])
    assume(len(result))
    return pair, airprox.annotate_encounters(result, *fleets)


@given(scenes())
def test_geodetic_annotations_agree_with_proj(drawn):
    """Positions within 1 cm; tracks in a map centred between the two; distances by geodesics."""
    pair, table = drawn
    for row in table.to_pylist():
        for side, flight in zip(("own", "other"), pair, strict=True):
            for moment, time in (("start", "start"), ("cpa", "cpa_time"), ("end", "end")):
                lat, lon = flight.at(row[time])
                found = row[f"{side}_lat_{moment}"], row[f"{side}_lon_{moment}"]
                assert WGS84.inv(lon, lat, found[1], found[0])[2] < 0.01
        assert row["encounter_angle"] == pytest.approx(angle_on_a_map(pair, row), abs=0.01)
        check_geodetic_closure(pair, row)


def angle_on_a_map(pair: list[Flight], row: dict[str, Any]) -> float:
    """The angle between the ways of one second (backwards at an end) in an azimuthal map.

    The map is 10 km wide at most: it turns directions by less than (5 km / R)² = 6e-7.
    """
    time = row["cpa_time"]
    places = [flight.at(time) for flight in pair]
    azimuth, _, apart = WGS84.inv(places[0][1], places[0][0], places[1][1], places[1][0])
    lon, lat, _ = WGS84.fwd(places[0][1], places[0][0], azimuth, apart / 2)
    chart = pyproj.Proj(proj="aeqd", lat_0=lat, lon_0=lon, ellps="WGS84")
    tracks = []
    for flight in pair:
        ahead = 1.0 if time + 1.0 < flight.knots[-1][0] else -1.0
        knots = [knot[0] for knot in flight.knots]
        if ahead > 0.0 and any(time < knot < time + 1.0 for knot in knots):
            ahead = -1.0
        assume(ahead > 0.0 or not any(time - 1.0 < knot <= time for knot in knots[:-1]))
        one, two = (chart(*reversed(flight.at(t))) for t in (time, time + ahead))
        tracks.append(math.atan2((two[1] - one[1]) * ahead, (two[0] - one[0]) * ahead))
    turn = math.degrees(tracks[1] - tracks[0]) % 360.0
    return min(turn, 360.0 - turn)


def check_geodetic_closure(pair: list[Flight], row: dict[str, Any]) -> None:
    start, step = row["start"], 1e-3
    knots = [knot[0] for flight in pair for knot in flight.knots]
    assume(not any(start < knot < start + step for knot in knots))

    def distance(time: float) -> float:
        (lat1, lon1), (lat2, lon2) = (flight.at(time) for flight in pair)
        return WGS84.inv(lon1, lat1, lon2, lat2)[2]

    apart = distance(start)
    assume(apart > 100.0)
    shrunk = (apart - distance(start + step)) / step
    # The rate bends by v²/distance a second, v up to 800 m/s; chords differ from arcs in trail by
    # 1e-5 of the speed or so.
    assert abs(row["closure_speed"] - shrunk) < 800.0**2 / apart * step + 0.02
