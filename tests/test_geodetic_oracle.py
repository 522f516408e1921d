"""The geodetic oracle against arithmetic on the equator, dense sampling, and planted mistakes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodetic_oracle import (
    WGS84,
    Encounter,
    Part,
    check_encounters,
    coarse_pairs,
    loss_intervals,
    losses,
    split,
)

NAUTICAL_MILE = 1852.0
FOOT = 0.3048
MINIMA = 5 * NAUTICAL_MILE, 1000 * FOOT
DEGREE = WGS84.a * math.pi / 180.0
"""Metres on the equator."""
MIDNIGHT = 1_790_000_000 * 10**9


def part(*knots: tuple[float, float, float, float], whole: bool = False) -> Part:
    """Knots (time s, latitude, longitude, altitude m); times in int64 ns if `whole`."""
    time, latitude, longitude, altitude = (
        np.array(column, float) for column in zip(*knots, strict=True)
    )
    if whole:
        return Part(MIDNIGHT + np.round(time * 1e9).astype(np.int64), latitude, longitude, altitude)
    return Part(time, latitude, longitude, altitude)


def level(start: float, end: float, first: float, last: float, altitude: float = 9000.0) -> Part:
    """A flight along the equator between two longitudes."""
    return part((start, 0.0, first, altitude), (end, 0.0, last, altitude))


def test_head_on_along_the_equator() -> None:
    """200 km apart, 250 m/s each: below D between (200 km -+ D) / 500 m/s."""
    away = 100_000.0 / DEGREE
    own, other = level(0.0, 800.0, -away, away), level(0.0, 800.0, away, -away)
    ((start, end),) = loss_intervals([own], [other], *MINIMA)
    assert start == pytest.approx((200_000.0 - MINIMA[0]) / 500.0, abs=1e-9)
    assert end == pytest.approx((200_000.0 + MINIMA[0]) / 500.0, abs=1e-9)


def test_whole_nanoseconds() -> None:
    away = 100_000.0 / DEGREE
    own = part((0.0, 0.0, -away, 0.0), (800.0, 0.0, away, 0.0), whole=True)
    other = part((0.0, 0.0, away, 0.0), (800.0, 0.0, -away, 0.0), whole=True)
    ((start, end),) = loss_intervals([own], [other], *MINIMA)
    assert isinstance(start, int)
    assert abs(start - MIDNIGHT - (200_000.0 - MINIMA[0]) / 500.0 * 1e9) < 2.0
    assert abs(end - MIDNIGHT - (200_000.0 + MINIMA[0]) / 500.0 * 1e9) < 2.0


def test_a_short_dip_between_two_knots_is_found() -> None:
    """Head-on on parallel tracks 1 um closer than the minimum: 0.5 s of loss in an hour."""
    minimum = 1_000.0
    # North of the equator by the minimum less 1 um, at the meeting.
    _, north, _ = WGS84.fwd(10.0, 0.0, 0.0, minimum - 1e-6 - 1e-7)
    own = level(0.0, 3600.0, 10.0 - 4.0, 10.0 + 4.0)
    east = part((0.0, north, 10.0 + 4.0, 9000.0), (1800.0, north, 10.0, 9000.0))
    west = part((1800.0, north, 10.0, 9000.0), (3600.0, north, 10.0 - 4.0, 9000.0))
    other = Part(*(np.concatenate((a, b[1:])) for a, b in zip(east, west, strict=True)))
    (found,) = loss_intervals([own], [other], minimum, 100.0)
    assert found[0] < 1800.0 < found[1]
    assert found[1] - found[0] < 1.0
    assert loss_intervals([own], [other], minimum - 2e-6, 100.0) == []


def test_vertical_crossing_is_exact() -> None:
    """One passes the other's level at 10 m/s: |dz| < 304.8 m for 60.96 s."""
    own = level(0.0, 200.0, 0.0, 0.1)
    other = part((0.0, 0.0, 0.0, 8000.0), (200.0, 0.0, 0.1, 10_000.0))
    ((start, end),) = loss_intervals([own], [other], *MINIMA)
    assert start == pytest.approx(100.0 - 30.48, abs=2e-8)
    assert end == pytest.approx(100.0 + 30.48, abs=2e-8)


def test_touching_is_not_loss() -> None:
    own, other = (
        level(0.0, 60.0, 0.0, 0.1, 29_000 * FOOT),
        level(0.0, 60.0, 0.0, 0.1, 30_000 * FOOT),
    )
    assert MINIMA[1] > 30_000 * FOOT - 29_000 * FOOT
    assert loss_intervals([own], [other], *MINIMA) == []
    assert loss_intervals([own], [other], MINIMA[0], MINIMA[1] + 1e-6) == [(0.0, 60.0)]


def test_pieces_join_at_knots_unless_they_only_touch_there() -> None:
    own = part(*((t, 0.0, t * 1e-3, 9000.0) for t in (0.0, 7.0, 31.0, 60.0)))
    other = part(*((t, 0.01, t * 1e-3, 9100.0) for t in (0.0, 10.0, 31.0, 50.0, 60.0)))
    assert loss_intervals([own], [other], *MINIMA) == [(0.0, 60.0)]
    limit = 100.0 + 1e-7  # exactly on the effective minimum at 20 s, from below on both sides
    flat = part(*((t, 0.0, 0.0, 0.0) for t in (0.0, 20.0, 40.0)))
    peak = part((0.0, 0.0, 0.0, 50.0), (20.0, 0.0, 0.0, limit - 1e-7), (40.0, 0.0, 0.0, 50.0))
    assert len(loss_intervals([flat], [peak], 1000.0, limit)) == 2


def test_gaps_and_lonely_knots_hold_no_loss() -> None:
    own = [level(0.0, 10.0, 0.0, 0.01), level(20.0, 30.0, 0.02, 0.03)]
    other = [level(-5.0, 25.0, -0.005, 0.025), part((28.0, 0.0, 0.028, 9000.0))]
    assert loss_intervals(own, other, *MINIMA) == [(0.0, 10.0), (20.0, 25.0)]
    assert loss_intervals(own, [level(10.0, 20.0, 0.0, 0.01)], *MINIMA) == []


def test_over_the_pole_and_across_the_antimeridian() -> None:
    over = part((0.0, 89.0, 30.0, 0.0), (900.0, 89.0, -150.0, 0.0))
    waiting = part((0.0, 90.0, 0.0, 0.0), (900.0, 90.0, 77.0, 0.0))
    half = WGS84.inv(30.0, 89.0, 0.0, 90.0)[2]
    ((start, end),) = loss_intervals([over], [waiting], *MINIMA)
    assert start == pytest.approx(450.0 * (1.0 - MINIMA[0] / half), abs=1e-6)
    assert end == pytest.approx(450.0 * (1.0 + MINIMA[0] / half), abs=1e-6)
    east, west = level(0.0, 800.0, 179.0, 181.0), level(0.0, 800.0, -179.0, -181.0)
    assert len(loss_intervals([east], [west], *MINIMA)) == 1
    assert coarse_pairs([[east], [west]], *MINIMA) == [(0, 1)]


def test_splitting_at_gaps() -> None:
    time = np.array([0, 10, 20, 200, 210], dtype=np.int64)
    zero = np.zeros(5)
    sizes = [knots.time.size for knots in split(time, zero, zero, zero, 120)]
    assert sizes == [3, 2]
    assert len(split(time, zero, zero, zero, math.inf)) == 1


# --- Against dense sampling -----------------------------------------------------------------------


@st.composite
def tracks(draw: st.DrawFn) -> list[list[Part]]:
    """Two to four tracks of some legs in 0.4 degrees around one of a few places."""
    latitude, longitude = draw(st.sampled_from([(0.0, 0.0), (47.0, 179.9), (-89.9, 5.0)]))
    result = []
    for _ in range(draw(st.integers(2, 4))):
        time = draw(st.integers(0, 300))
        knots = []
        for _ in range(draw(st.integers(1, 4))):
            knots.append(
                (
                    float(time),
                    min(max(latitude + draw(st.integers(-200, 200)) / 1000.0, -90.0), 90.0),
                    longitude + draw(st.integers(-200, 200)) / 1000.0,
                    float(draw(st.integers(0, 8)) * 100),
                )
            )
            time += draw(st.integers(10, 200))
        result.append([part(*knots)])
    return result


def sampled(own: Part, other: Part, instants: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance and difference of altitude, from scratch, at instants that both cover."""
    places = []
    for flown in (own, other):
        leg = np.clip(
            np.searchsorted(flown.time, instants, side="right") - 1, 0, len(flown.time) - 2
        )
        share = (instants - flown.time[leg]) / (flown.time[leg + 1] - flown.time[leg])
        first, last = ((flown.longitude[k], flown.latitude[k]) for k in (leg, leg + 1))
        azimuth, _, length = WGS84.inv(*first, *last)
        longitude, latitude, _ = WGS84.fwd(*first, azimuth, share * length)
        climb = flown.altitude[leg + 1] - flown.altitude[leg]
        places.append((longitude, latitude, flown.altitude[leg] + share * climb))
    distance = WGS84.inv(*places[0][:2], *places[1][:2])[2]
    return np.asarray(distance), np.abs(places[1][2] - places[0][2])


@given(tracks())
def test_against_dense_sampling(tracks: list[list[Part]]) -> None:
    """At 500 instants of every pair the state is that of the intervals, but within 1 mm of D."""
    horizontal, vertical = 8000.0, 250.0
    coarse = set(coarse_pairs(tracks, horizontal, vertical))
    for i, (own,) in enumerate(tracks):
        for j, (other,) in enumerate(tracks[:i]):
            first, last = max(own.time[0], other.time[0]), min(own.time[-1], other.time[-1])
            if first >= last:
                continue
            instants = np.linspace(first, last, 500)
            distance, height = sampled(own, other, instants)
            lost = (distance < horizontal) & (height < vertical)
            clear = (np.abs(distance - horizontal) > 1e-3) & (np.abs(height - vertical) > 1e-6)
            found = loss_intervals([own], [other], horizontal, vertical)
            within = np.zeros(500, bool)
            for start, end in found:
                within |= (instants >= start) & (instants <= end)
            assert np.array_equal(lost[clear], within[clear])
            assert (j, i) in coarse or not (lost[clear].any() or found)


# --- Planted mistakes -----------------------------------------------------------------------------


def fleet() -> list[list[Part]]:
    """Two crossing pairs, an adjacent level above one of them, and one far away."""
    return [
        [level(0.0, 600.0, 0.0, 1.4)],
        [part((0.0, -0.7, 0.7, 9000.0), (600.0, 0.7, 0.7, 9000.0))],
        [part((0.0, -0.7, 0.71, 9100.0), (600.0, 0.7, 0.71, 9100.0))],
        [level(0.0, 600.0, 0.0, 1.4, 9000.0 + MINIMA[1])],
        [level(0.0, 600.0, 90.0, 91.4)],
    ]


def truth() -> list[Encounter]:
    pairs = coarse_pairs(fleet(), *MINIMA)
    return [
        Encounter(*pair, *interval)
        for pair, intervals in losses(fleet(), pairs, *MINIMA).items()
        for interval in intervals
    ]


def test_the_truth_passes() -> None:
    rows = truth()
    assert [row[:2] for row in rows] == [(0, 1), (0, 2), (1, 2), (2, 3)]
    verdict = check_encounters(rows, fleet(), *MINIMA)
    assert verdict.problems == []
    assert (verdict.reported, verdict.certain, verdict.possible) == (4, 4, 4)
    turned = [Encounter(row.other, row.own, row.start, row.end) for row in rows]
    assert check_encounters(turned, fleet(), *MINIMA).problems == []


def test_nobody_flies() -> None:
    assert check_encounters([], [], *MINIMA).problems == []
    assert check_encounters([], [[level(0.0, 9.0, 0.0, 0.1)]], *MINIMA).problems == []


@pytest.mark.parametrize("missing", range(4))
def test_a_missing_encounter_is_found_out(missing: int) -> None:
    rows = truth()
    del rows[missing]
    assert len(check_encounters(rows, fleet(), *MINIMA).problems) == 1


@pytest.mark.parametrize("pair", [(0, 3), (0, 4), (3, 4)])
def test_an_invented_encounter_is_found_out(pair: tuple[int, int]) -> None:
    rows = [*truth(), Encounter(*pair, 290.0, 300.0)]
    assert len(check_encounters(rows, fleet(), *MINIMA).problems) == 1


@pytest.mark.parametrize("shift", [-1e-2, -1e-3, 1e-3, 1e-2])
@pytest.mark.parametrize("field", ["start", "end"])
def test_a_shifted_end_is_found_out(field: str, shift: float) -> None:
    """Crossing at 367 m/s, 1 ms is 0.37 m of distance."""
    rows = truth()
    rows[0] = rows[0]._replace(**{field: getattr(rows[0], field) + shift})
    assert len(check_encounters(rows, fleet(), *MINIMA).problems) == 1


def test_a_divided_encounter_is_found_out() -> None:
    rows = truth()
    first = rows.pop(0)
    middle = 0.5 * (first.start + first.end)
    rows += [first._replace(end=middle), first._replace(start=middle)]
    assert len(check_encounters(rows, fleet(), *MINIMA).problems) == 1
