"""Geodesics against GeographicLib (through `pyproj`), near and far, and the cutting of legs."""

import math
from typing import NamedTuple

import numpy as np
import pyproj
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from airprox_kernel.geodesic import (
    ANTIPODE,
    LEG_FINE,
    LEG_NEARLY_ANTIPODAL,
    LEG_TOO_QUICK,
    LONGEST_LEG,
    count_cuts,
    cut_legs,
    destination,
    distance_between,
    distance_of_vectors,
    inverse,
)
from airprox_kernel.surface import surface_vector, surface_vectors

WGS84 = pyproj.Geod(ellps="WGS84")
GEOCENTRIC = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)

# GeographicLib is exact to 15 nm (Karney 2013); half of the Earth in degrees is rounded to 3 nm,
# and the quadrature leaves 1e-14 of the longest distance.
DISTANCE_BOUND = 3e-7

latitudes = st.one_of(st.floats(-90.0, 90.0), st.sampled_from([-90.0, 0.0, 45.0, 89.9999999, 90.0]))
longitudes = st.one_of(st.floats(-180.0, 180.0), st.sampled_from([-180.0, 0.0, 90.0, 179.9999999]))
small = st.one_of(
    st.sampled_from([0.0, 1e-300, 1e-15, 1e-9, -1e-6]),
    st.floats(-1e-4, 1e-4),
    st.floats(-1.0, 1.0),
    st.floats(-9.0, 9.0),
)


class Ends(NamedTuple):
    """Two places in degrees."""

    latitude1: float
    longitude1: float
    latitude2: float
    longitude2: float

    @property
    def geodesic(self) -> tuple[float, float]:
        """GeographicLib's azimuth (degrees) and length (m)."""
        azimuth, _, length = WGS84.inv(
            self.longitude1, self.latitude1, self.longitude2, self.latitude2
        )
        return azimuth, length

    @property
    def to_the_antipode(self) -> float:
        """Straight metres from the second place to the antipode of the first."""
        first = surface_vector(self.latitude1, self.longitude1)
        second = surface_vector(self.latitude2, self.longitude2)
        return math.dist([-value for value in first], second)


@st.composite
def ends(draw: st.DrawFn) -> Ends:
    """Two places anywhere, next to each other, next to each other's antipodes, on one meridian."""
    latitude, longitude = draw(latitudes), draw(longitudes)
    kind = draw(st.sampled_from(["any", "near", "antipodal", "equator", "meridian"]))
    if kind == "any":
        return Ends(latitude, longitude, draw(latitudes), draw(longitudes))
    if kind == "meridian":
        turn = draw(st.sampled_from([0.0, 180.0]))
        return Ends(latitude, longitude, draw(latitudes), longitude + turn)
    north, east = draw(small), draw(small)
    if kind == "equator":
        return Ends(draw(small) * 1e-3, longitude, north * 1e-3, draw(longitudes))
    if kind == "antipodal":
        latitude2, longitude2 = north - latitude, longitude + 180.0 + east
    else:
        latitude2, longitude2 = latitude + north, longitude + east
    return Ends(latitude, longitude, min(max(latitude2, -90.0), 90.0), longitude2)


@given(ends())
def test_distance_is_geographiclib_s_at_any_range(places: Ends) -> None:
    distance = distance_between(*places)
    assert distance == pytest.approx(places.geodesic[1], rel=0.0, abs=DISTANCE_BOUND)
    latitude1, longitude1, latitude2, longitude2 = places
    assert distance == distance_between(latitude2, longitude2, latitude1, longitude1)


@given(ends())
def test_the_geodesic_s_azimuth_arrives(places: Ends) -> None:
    length, east, north = inverse(*places)
    assert math.hypot(east, north) == pytest.approx(1.0, abs=1e-15)
    azimuth = math.degrees(math.atan2(east, north))
    longitude, latitude, _ = WGS84.fwd(places.longitude1, places.latitude1, azimuth, length)
    missed = WGS84.inv(longitude, latitude, places.longitude2, places.latitude2)[2]
    # The azimuth is rounded to degrees here: 3e-14 degrees are 3 nm at most, at 90 degrees of arc.
    assert missed < 2e-6


@given(ends(), st.floats(-10.0, 0.0), st.floats(-10.0, 0.0))
def test_distance_of_vectors_below_the_surface(places: Ends, depth1: float, depth2: float) -> None:
    first = GEOCENTRIC.transform(places.longitude1, places.latitude1, depth1)
    second = GEOCENTRIC.transform(places.longitude2, places.latitude2, depth2)
    distance = distance_of_vectors(*first, *second)
    # Each foot is off by 0.51 e2 depth / R along the surface, times the depth: 54 nm at 10 m.
    assert distance == pytest.approx(places.geodesic[1], rel=0.0, abs=DISTANCE_BOUND + 1.1e-7)
    assert distance == distance_of_vectors(*second, *first)


def test_distances_by_hand() -> None:
    equator, meridian = math.pi * 6378137.0, 20003931.458625447
    assert distance_between(0.0, 0.0, 0.0, 0.0) == 0.0
    assert distance_between(90.0, 12.0, 90.0, -50.0) < 1e-9
    assert distance_between(0.0, 179.5, 0.0, -179.5) == pytest.approx(equator / 180.0, abs=1e-8)
    for places in ((0.0, 0.0, 0.0, 180.0), (90.0, 7.0, -90.0, 8.0), (30.0, -100.0, -30.0, 80.0)):
        assert distance_between(*places) == pytest.approx(meridian, abs=DISTANCE_BOUND)
    # On the equator the geodesic leaves it only 179.3965 degrees away.
    assert distance_between(0.0, 0.0, 0.0, 179.39) == pytest.approx(equator * 179.39 / 180.0)
    assert distance_between(0.0, 0.0, 0.0, 179.5) == pytest.approx(19980861.908890963, abs=1e-6)
    assert distance_of_vectors(6378137.0, 0.0, 0.0, -6378137.0, 0.0, 0.0) == pytest.approx(
        meridian, abs=DISTANCE_BOUND
    )


@pytest.mark.parametrize("latitude", [0.0, 1e-300, 1e-31, 1e-28, 1e-20, 1e-15, 1e-12])
@pytest.mark.parametrize("turn", [172.5, 179.0, 179.39])
def test_far_along_a_line_next_to_the_equator(latitude: float, turn: float) -> None:
    """The root of the azimuth is as close to east as the line to the equator."""
    along = math.pi * 6378137.0 * turn / 180.0
    for latitude1, latitude2 in ((latitude, latitude), (-latitude, 0.0), (latitude, -latitude)):
        distance = distance_between(latitude1, 10.0, latitude2, 10.0 + turn)
        assert distance == pytest.approx(along, rel=0.0, abs=DISTANCE_BOUND)


@given(latitudes, longitudes, st.floats(-180.0, 360.0), st.floats(0.0, 2e7))
def test_destination(latitude: float, longitude: float, azimuth: float, distance: float) -> None:
    columns = [np.array([value]) for value in (latitude, longitude, azimuth, distance)]
    for column in columns:
        column.flags.writeable = False
    found = np.empty(1), np.empty(1)
    destination(*columns, *found)
    expected = WGS84.fwd(longitude, latitude, azimuth, distance)
    assert WGS84.inv(found[1][0], found[0][0], *expected[:2])[2] < 5e-7
    assert abs(found[0][0]) <= 90.0
    assert abs(found[1][0]) <= 180.0


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
    """`count_cuts` and `cut_legs` of the knots; `parts` are the offsets between the parts."""
    size = len(times)
    time, altitude = frozen(times, dtype), frozen(altitudes)
    latitude, longitude = frozen([p[0] for p in places]), frozen([p[1] for p in places])
    vectors = np.empty((3, size))
    surface_vectors(latitude, longitude, vectors[0], vectors[1], vectors[2])
    x, y, z = (frozen(row) for row in vectors)
    part_start = frozen([0, *parts, size], np.int64)
    pieces, status = np.zeros(size, np.int64), np.full(size, 9, np.uint8)
    count_cuts(time, x, y, z, latitude, longitude, part_start, pieces, status)
    pieces = frozen(pieces, np.int64)
    total = int(pieces.sum())
    out_time, source = np.zeros(total, dtype), np.zeros(total, np.int64)
    out = np.zeros((4, total))
    cut_legs(
        time, latitude, longitude, x, y, z, altitude, pieces,
        out_time, out[0], out[1], out[2], out[3], source,
    )  # fmt: skip
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
