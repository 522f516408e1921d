"""Properties of forbidden delays on drawn fleets, with `airprox.screen` as the judge of each."""

import math
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

import airprox
import strategies
from airprox._delays import make_delay_plan
from airprox._job import make_case, pair_up
from airprox_kernel.delay_search import forbidden
from airprox_kernel.leg_limits import kept_to
from airprox_kernel.legs import leg_of
from conditions_built import fleet_of
from strategies import Minima, Plan

HORIZON = 900.0
NEAR_EDGE = 1.1e-3
METRES_PER_DEGREE = 111_195.0


class Drawn(NamedTuple):
    minima: airprox.Minima
    fleet: airprox.Fleet
    parts: list[float]
    """Where between two edges delays are tried, in [0, 1]."""


def limits(minima: Minima, less: float = 0.0) -> airprox.Minima:
    return airprox.Minima(horizontal=minima.horizontal - less, vertical=minima.vertical - less)


def on_earth(plan: Plan, latitude: float, longitude: float) -> airprox.Fleet:
    """The same flights around a place; metres become degrees, roughly."""
    table = strategies.table(plan)
    x, y = table["x"].to_numpy(), table["y"].to_numpy()
    east = x / (METRES_PER_DEGREE * math.cos(math.radians(latitude)))
    columns = {
        "id": table["id"],
        "time": table["time"],
        "lat": pa.array(latitude + y / METRES_PER_DEGREE),
        "lon": pa.array((longitude + east + 180.0) % 360.0 - 180.0),
        "alt": table["z"],
    }
    return airprox.Fleet.from_arrow(columns, altitude_unit="m", max_gap=plan.max_gap)


def pairs(fleet: airprox.Fleet):
    """Every pair as two fleets of one, with its rows."""
    each = [fleet.select([name]) for name in fleet.ids.to_pylist()]
    for b in range(len(each)):
        for a in range(b):
            yield (a, b), each[a], each[b]


def intervals(table: pa.Table) -> dict[tuple[int, int], list[tuple[float, float]]]:
    found: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for row in table.to_pylist():
        key = row["own_row"], row["other_row"]
        found.setdefault(key, []).append((row["delay_start"], row["delay_end"]))
    return found


def in_conflict(own: airprox.Fleet, other: airprox.Fleet, delay: float, minima: Any) -> bool:
    moved = other.shifted(delay)
    return airprox.screen(own, minima, against=moved).encounters.num_rows > 0


def delays_between(found: list[tuple[float, float]], parts: list[float]) -> list[float]:
    """Ends of intervals, and places in the gaps between them, all within the horizon."""
    edges = [-HORIZON, *(edge for interval in found for edge in interval), HORIZON]
    tried = [edge for edge in edges if abs(edge) < HORIZON]
    for part in parts:
        place = int(part * (len(edges) // 2)) * 2
        start, end = edges[min(place, len(edges) - 2) :][:2]
        if start < end:
            tried.append(start + (part * 7.0 % 1.0) * (end - start))
    return tried


def check_never_free_in_conflict(drawn: Drawn, minima: Any) -> None:
    table = airprox.forbidden_delays(drawn.fleet, minima, horizon=HORIZON).delays
    by_pair = intervals(table)
    for rows, own, other in pairs(drawn.fleet):
        found = by_pair.get(rows, [])
        for delay in delays_between(found, drawn.parts):
            if not any(start < delay < end for start, end in found):
                assert not in_conflict(own, other, delay, minima), (rows, delay, found)


def leg_intervals(own: airprox.Fleet, other: airprox.Fleet, minima: Any):
    """The forbidden delays of each pair of legs, not joined and not rounded."""
    case = make_case(pair_up(own, other), minima, "raise", None, None)
    plan = make_delay_plan(case, HORIZON)
    sides, second = plan.sides, plan.outlook.second
    kept = kept_to(case.job.limits, sides.bands, 0, 0, sides.own.geodetic)
    legs = [
        [
            leg_of(knots, radii, leg)
            for part in range(len(knots.part_row))
            for leg in range(knots.part_start[part], knots.part_start[part + 1] - 1)
        ]
        for knots, radii in ((sides.own, sides.own_radii), (sides.other, sides.other_radii))
    ]
    found = [forbidden(sides.bands, kept, a, b, second) for a, b in product(*legs)]
    return [span for span in found if span.low <= span.high]


def check_conflict_well_inside(drawn: Drawn, minima: Any, less: Any) -> None:
    for _, own, other in pairs(drawn.fleet):
        spans = leg_intervals(own, other, less)
        edges = sorted({edge for span in spans for edge in span})
        for part in drawn.parts:
            if len(edges) < 2:
                continue
            place = min(int(part * (len(edges) - 1)), len(edges) - 2)
            start, end = edges[place] + NEAR_EDGE, edges[place + 1] - NEAR_EDGE
            delay = start + (part * 7.0 % 1.0) * (end - start)
            if start < end and any(span.low < delay < span.high for span in spans):
                assert in_conflict(own, other, delay, minima), (delay, spans)


parts = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4)


@st.composite
def planar(draw, tracks=(2, 3), **options):
    minima = draw(strategies.minima())
    plan = draw(strategies.fleets(minima, tracks=tracks, **options))
    return minima, plan, draw(parts)


@st.composite
def geodetic(draw):
    minima = draw(
        st.sampled_from((Minima(9260.0, 304.8), Minima(15.0, 10.0), Minima(37_040.0, 600.0)))
    )
    plan = draw(strategies.fleets(minima, tracks=(2, 3), far=False))
    reach = max(abs(value) for _, knots in plan.tracks for knot in knots for value in knot[1:3])
    scale = min(1.0, 1e6 / max(reach, 1.0))
    tracks = [
        (name, [(t, x * scale, y * scale, z) for t, x, y, z in knots])
        for name, knots in plan.tracks
    ]
    latitude = draw(st.sampled_from((0.0, 48.0, -60.0, 70.0)))
    longitude = draw(st.sampled_from((8.0, 180.0, -75.0)))
    return minima, plan._replace(tracks=tracks), latitude, longitude, draw(parts)


@given(planar())
def test_never_free_where_screening_conflicts(drawn):
    minima, plan, where = drawn
    check_never_free_in_conflict(Drawn(limits(minima), fleet_of(plan), where), limits(minima))


@given(planar())
def test_a_delay_well_inside_leads_to_an_encounter(drawn):
    minima, plan, where = drawn
    data = Drawn(limits(minima), fleet_of(plan), where)
    check_conflict_well_inside(data, limits(minima), limits(minima, 1e-6))


@given(geodetic())
def test_never_free_where_screening_conflicts_on_the_earth(drawn):
    minima, plan, latitude, longitude, where = drawn
    fleet = on_earth(plan, latitude, longitude)
    check_never_free_in_conflict(Drawn(limits(minima), fleet, where), limits(minima))


@given(geodetic())
def test_a_delay_well_inside_leads_to_an_encounter_on_the_earth(drawn):
    minima, plan, latitude, longitude, where = drawn
    fleet = on_earth(plan, latitude, longitude)
    less = airprox.Minima(minima.horizontal - 0.1, minima.vertical - 1e-6)
    check_conflict_well_inside(Drawn(limits(minima), fleet, where), limits(minima), less)


@given(planar(far=False), st.lists(st.floats(0, 500), min_size=2, max_size=2), st.booleans())
def test_never_free_with_bands_radii_and_categories(drawn, radii, banded):
    minima, plan, where = drawn
    table = strategies.table(plan)
    rows = np.arange(table.num_rows)
    table = table.append_column("horizontal_radius", pa.array(radii[0] * (1 + rows % 3) / 3))
    table = table.append_column("vertical_radius", pa.array(radii[1] * (1 + rows % 2) / 9))
    kinds = ["x" if name < "1" else "y" for name in table["id"].to_pylist()]
    table = table.append_column("category", pa.array(kinds))
    bands = (airprox.Band(3000.0, 8000.0, 77.0), airprox.Band(8000.0, 12_000.0, 700.0))
    one = airprox.Minima(minima.horizontal, minima.vertical, bands if banded else ())
    two = airprox.Minima(minima.horizontal / 2.0, minima.vertical)
    held = airprox.MinimaTable({("x", "x"): two, ("x", "y"): one, ("y", "y"): two})
    fleet = airprox.Fleet.from_arrow(table, max_gap=plan.max_gap)
    check_never_free_in_conflict(Drawn(one, fleet, where), held)


@given(planar(tracks=(2, 5)))
def test_swapped_chosen_and_divided_fleets_have_the_same_bits(drawn):
    minima, plan, _ = drawn
    fleet = fleet_of(plan)

    def found(one, two=None, **options):
        delays = airprox.forbidden_delays(
            one, limits(minima), against=two, horizon=HORIZON, **options
        ).delays
        return [tuple(row.values()) for row in delays.to_pylist()]

    def mirrored(rows):
        return sorted((b, a, d, c, -end, -start) for a, b, c, d, start, end in rows)

    whole = found(fleet)
    assert whole == sorted(whole, key=lambda row: row[2:5])
    assert found(fleet, threads=1) == whole
    back = fleet.select(fleet.ids.to_pylist()[::-1])
    flipped = [
        (a, b, len(fleet) - 1 - c, len(fleet) - 1 - d, start, end)
        for a, b, c, d, start, end in mirrored(whole)
    ]
    assert sorted(found(back)) == sorted(flipped)
    ids = fleet.ids.to_pylist()
    ours, theirs = fleet.select(ids[:1]), fleet.select(ids[1:])
    between = found(ours, theirs)
    assert [row[:2] + row[4:] for row in between] == [
        row[:2] + row[4:] for row in whole if row[2] == 0
    ]
    assert mirrored(found(theirs, ours)) == sorted(between)


@given(planar(tracks=(2, 5)), st.lists(st.floats(0.0, 200.0), min_size=5, max_size=5))
def test_margins_tolerances_and_free_delays_say_what_the_intervals_do(drawn, off):
    minima, plan, where = drawn
    fleet = fleet_of(plan)
    off = off[: len(fleet)]
    result = airprox.forbidden_delays(
        fleet, limits(minima), horizon=HORIZON, departure_tolerance=off
    )
    by_pair = intervals(result.delays)
    for row in result.delays.to_pylist():
        a, b = row["own_row"], row["other_row"]
        within = off[a] + off[b]
        assert row["possible"] == any(
            start < within and -within < end for start, end in by_pair[a, b]
        )
    margins = airprox.time_margin(fleet, limits(minima), horizon=HORIZON).margins
    assert {
        (row["own_row"], row["other_row"]): row["time_margin"] for row in margins.to_pylist()
    } == {key: min(max(start, -end, 0.0) for start, end in found) for key, found in by_pair.items()}
    screened = airprox.screen(fleet, limits(minima)).encounters
    conflicts = {
        *zip(screened["own_row"].to_pylist(), screened["other_row"].to_pylist(), strict=True)
    }
    still = {
        (row["own_row"], row["other_row"]) for row in margins.to_pylist() if row["time_margin"] == 0
    }
    assert conflicts <= still
    flight = fleet.select(fleet.ids.to_pylist()[-1:])
    others = fleet.select(fleet.ids.to_pylist()[:-1])
    free = airprox.free_delays(fleet, flight, HORIZON, limits(minima)).delays.to_pylist()
    for row, part in zip(free, where, strict=False):
        start, end = row["delay_start"], row["delay_end"]
        for delay in (start, end, start + part * (end - start)):
            assert not in_conflict(others, flight, delay, limits(minima)), (delay, free)
    taken = sum(row["delay_end"] - row["delay_start"] for row in free)
    last = len(fleet) - 1
    busy = sorted(i for (_, b), found in by_pair.items() if b == last for i in found)
    until = -HORIZON
    for start, end in busy:
        taken += max(0.0, min(end, HORIZON) - max(start, until))
        until = max(until, end)
    assert abs(taken - 2 * HORIZON) < 1e-3 * (1 + len(busy))
