"""Cutting of long legs, against GeographicLib (through `pyproj`)."""

import math
from typing import NamedTuple

import numpy as np
import pytest
from geodesic_places import GEOCENTRIC, WGS84, Ends, ends, latitudes, longitudes
from hypothesis import assume, given
from hypothesis import strategies as st

from airprox_kernel.cuts import (
    ANTIPODE,
    LEG_FINE,
    LEG_NEARLY_ANTIPODAL,
    LEG_TOO_QUICK,
    LEG_UNDECIDED,
    LONGEST_LEG,
    Course,
    Division,
    count_cuts,
    cut_long_legs,
    cut_short_legs,
    mark_long_legs,
    solve_cuts,
)
from airprox_kernel.geodesic import distance_between
from airprox_kernel.order import move
from airprox_kernel.surface import surface_vectors


class Route(NamedTuple):
    """The result of cutting one part."""

    pieces: np.ndarray
    status: np.ndarray
    time: np.ndarray
    place: np.ndarray
    altitude: np.ndarray
    source: np.ndarray


def frozen(values: object, dtype: type = np.float64) -> np.ndarray:
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array


def cut(
    times: list[float],
    places: list[tuple[float, float]],
    altitudes: list[float],
    dtype: type,
    parts: tuple[int, ...] = (),
) -> Route:
    """`mark_long_legs`, counting, `move` and cutting, as a fleet does it.

    `parts` are the offsets between the parts.
    """
    size = len(times)
    time, altitude = frozen(times, dtype), frozen(altitudes)
    latitude, longitude = frozen([p[0] for p in places]), frozen([p[1] for p in places])
    vectors = np.empty((3, size))
    surface_vectors(latitude, longitude, vectors[0], vectors[1], vectors[2])
    x, y, z = (frozen(row) for row in vectors)
    long = np.full(size, 9, np.uint8)
    mark_long_legs(x, y, z, long)
    long[[part - 1 for part in parts]] = 0
    legs = frozen(np.flatnonzero(long), np.int64)
    cuts, refused = np.zeros(len(legs), np.int64), np.full(len(legs), 9, np.uint8)
    count_cuts(legs, time, x, y, z, cuts, refused)
    undecided = np.flatnonzero(refused == LEG_UNDECIDED)
    solved, status = np.zeros(len(undecided), np.int64), np.full(len(undecided), 9, np.uint8)
    far = frozen(legs[undecided], np.int64)
    solve_cuts(far, time, latitude, longitude, solved, status)
    cuts[undecided], refused[undecided] = solved, status
    pieces, status = np.ones(size, np.int64), np.zeros(size, np.uint8)
    pieces[legs], status[legs] = cuts, refused
    total = int(pieces.sum())
    place = frozen(np.cumsum(pieces) - pieces, np.int64)
    out_time, out = np.zeros(total, dtype), np.zeros((4, total))
    for column, longer in zip([time, x, y, z, altitude], [out_time, *out], strict=True):
        move(column.view(np.int64), place, longer.view(np.int64))
    division = Division(legs, frozen(cuts, np.int64), place)
    course, longer = Course(time, x, y, z, altitude), Course(out_time, *out)
    cut_short_legs(division, course, longer)
    cut_long_legs(division, course, latitude, longitude, longer)
    source = np.full(total, -1)
    source[place] = np.arange(size)
    original = out[:3, source >= 0]
    assert original.tobytes() == vectors.tobytes()
    assert out_time[source >= 0].tobytes() == time.tobytes()
    assert out[3, source >= 0].tobytes() == altitude.tobytes()
    assert source[source >= 0].tolist() == list(range(size))
    return Route(pieces, status, out_time, out[:3].T, out[3], source)


START = 1_790_000_000_123_456_789


@given(ends(), st.floats(600.0, 90_000.0), st.booleans())
def test_cuts_lie_on_the_geodesic_at_their_time(places: Ends, duration: float, whole: bool) -> None:
    assume(places.to_the_antipode > ANTIPODE)
    assume(places.geodesic[1] < 2_000_000.0 or abs(places.latitude1) < 3.0)  # few long ones
    _check_cuts(places, duration, whole)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    "places",
    [
        Ends(51.47, -0.45, -33.95, 151.18),  # London to Sydney
        Ends(60.0, 179.0, 62.0, -170.0),
        Ends(-60.0, -179.0, -62.0, 170.0),
        Ends(80.0, 10.0, 75.0, -170.0),
        Ends(0.0, -100.0, 0.0, 75.0),
        Ends(-70.0, 30.0, 70.0, 30.0),
        Ends(90.0, 55.0, 88.0, 10.0),
        Ends(0.9, 0.0, 0.9, 178.0),
        Ends(-40.0, 174.0, 41.5, -6.0),
    ],
)
def test_cuts_of_famous_legs(places: Ends, whole: bool) -> None:
    _check_cuts(places, 40_000.123, whole)


@pytest.mark.parametrize(
    "length", [18_001.0, 35_999.0, 36_001.0, 50_000.0, 53_999.0, 54_001.0, 75e3]
)
@pytest.mark.parametrize("whole", [True, False])
def test_cuts_of_two_pieces_and_more(length: float, whole: bool) -> None:
    longitude, latitude, _ = WGS84.fwd(8.0, 47.0, 60.0, length)
    _check_cuts(Ends(47.0, 8.0, latitude, longitude), 180.0, whole)


def _check_cuts(places: Ends, duration: float, whole: bool) -> None:
    start, end = (START, START + round(duration * 1e9)) if whole else (17.3, 17.3 + duration)
    pair = [places[:2], places[2:]]
    route = cut([start, end], pair, [1000.0, 9000.0], np.int64 if whole else np.float64)
    azimuth, length = places.geodesic
    count = route.pieces[0]
    assert route.status.tolist() == [LEG_FINE, LEG_FINE]
    assert route.pieces[1] == 1
    assert length / count <= LONGEST_LEG + 1e-6
    assert count == 1 or length / (count - 1) > LONGEST_LEG - 1e-6
    assert np.all(np.diff(route.time) > 0)
    if whole:
        exact = [start + (2 * k * (end - start) + count) // (2 * count) for k in range(count + 1)]
        assert route.time.tolist() == [int(value) for value in exact]
    elapsed = (route.time - route.time[0]).astype(np.float64)
    fraction = elapsed / elapsed[-1]
    assert np.allclose(fraction, np.arange(count + 1) / count, rtol=0.0, atol=1e-11)
    assert np.allclose(route.altitude, 1000.0 + 8000.0 * fraction, rtol=0.0, atol=1e-9)
    origin = np.full((2, count + 1), [[places.longitude1], [places.latitude1]])
    east, north, _ = WGS84.fwd(*origin, np.full(count + 1, azimuth), fraction * length)
    expected = np.column_stack(GEOCENTRIC.transform(east, north, np.zeros(count + 1)))
    missed = np.linalg.norm(route.place - expected, axis=1)
    assert missed.max() < 1e-3
    if places.to_the_antipode > 1e6:
        assert missed.max() < 2e-6


def test_cut_times_have_no_epoch_and_no_rounding() -> None:
    """2**53 ns in 1,108 pieces: neither the product of the two nor a float holds the instants."""
    end = START + 2**53
    route = cut([START, end], [(0.0, 0.0), (0.0, 179.0)], [0.0, 0.0], np.int64)
    count = int(route.pieces[0])
    assert count == 1108
    exact = [START + (2 * k * 2**53 + count) // (2 * count) for k in range(count + 1)]
    assert route.time.tolist() == exact


def test_halves_of_a_nanosecond_go_up() -> None:
    places = [(0.0, 0.0), (0.3, 0.0)]  # 33 km, 2 pieces
    route = cut([START, START + 1001], places, [0.0, 0.0], np.int64)
    assert route.time.tolist() == [START, START + 501, START + 1001]
    assert route.altitude.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("start", [1.0, math.nextafter(1.0, 2.0)])
def test_a_float_cut_may_meet_neither_end(start: float) -> None:
    """Half a unit in the last place is rounded to the start here, to the end there."""
    end = math.nextafter(start, 2.0)
    route = cut([start, end], [(0.0, 0.0), (0.3, 0.0)], [0.0, 0.0], np.float64)
    assert route.status.tolist() == [LEG_TOO_QUICK, LEG_FINE]


def test_only_long_legs_are_cut_and_never_across_a_gap() -> None:
    # 0.16 degrees on the equator are 17.8 km.
    places = [(0.0, 0.0), (0.0, 0.16), (0.0, 0.16), (0.0, 0.9), (0.0, 5.0), (0.0, 5.1), (9.0, 9.0)]
    route = cut([0, 1, 2, 3, 4, 5, 6], places, [0.0] * 7, np.float64, parts=(4, 6))
    assert route.pieces.tolist() == [1, 1, 5, 1, 1, 1, 1]
    assert route.source.tolist() == [0, 1, 2, -1, -1, -1, -1, 3, 4, 5, 6]
    assert not route.status.any()


@given(
    latitudes,
    longitudes,
    st.floats(-180.0, 180.0),
    st.sampled_from([18e3, 36e3, 54e3, 72e3]),
    st.sampled_from([0.0, 1e-6, -1e-6, 1e-3, -1e-3, 5e-3, -5e-3, 0.05, -0.05, 0.2, -0.2]),
)
def test_legs_around_a_whole_number_of_pieces(
    latitude: float, longitude: float, azimuth: float, whole: float, more: float
) -> None:
    """Where the chord cannot tell the number of pieces, the geodesic does."""
    longitude2, latitude2, _ = WGS84.fwd(longitude, latitude, azimuth, whole + more)
    length = distance_between(latitude, longitude, latitude2, longitude2)
    route = cut([0.0, 90.0], [(latitude, longitude), (latitude2, longitude2)], [0.0] * 2, float)
    if abs(length - whole) > 1e-7:
        assert route.pieces[0] == math.ceil(length / LONGEST_LEG)


def test_nothing_to_cut() -> None:
    assert cut([], [], [], np.int64).source.size == 0
    assert cut([5], [(90.0, 0.0)], [0.0], np.int64).source.tolist() == [0]


@pytest.mark.parametrize(
    ("latitude", "longitude", "status"),
    [
        (-50.0, -170.0, LEG_NEARLY_ANTIPODAL),
        (-50.99, -170.0, LEG_NEARLY_ANTIPODAL),
        (-51.01, -170.0, LEG_FINE),
        (-50.0, -168.46, LEG_NEARLY_ANTIPODAL),
        (-50.0, -168.43, LEG_FINE),
    ],
)
def test_nearly_antipodal_legs_are_refused(latitude: float, longitude: float, status: int) -> None:
    route = cut([0, 10**13], [(50.0, 10.0), (latitude, longitude)], [0.0, 0.0], np.int64)
    assert route.status.tolist() == [status, LEG_FINE]
    assert (route.pieces[0] > 990) == (status == LEG_FINE)


@pytest.mark.parametrize(("duration", "status"), [(1, 2), (6, 2), (7, 0), (50, 0)])
def test_legs_shorter_than_their_cuts_are_refused(duration: int, status: int) -> None:
    places = [(0.0, 0.0), (1.1, 0.0)]  # 121.6 km, 7 pieces
    route = cut([START, START + duration], places, [0.0, 0.0], np.int64)
    assert route.status[0] == (LEG_TOO_QUICK if status else LEG_FINE)
    assert route.pieces[0] == (1 if status else 7)
    ulps = [0.1, 0.1 + duration * math.ulp(0.1)]
    route = cut(ulps, places, [0.0, 0.0], np.float64)
    assert route.status[0] == (LEG_TOO_QUICK if status else LEG_FINE)
