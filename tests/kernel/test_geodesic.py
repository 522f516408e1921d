"""Geodesics against GeographicLib (through `pyproj`), near and far."""

import math

import numpy as np
import pytest
from geodesic_places import GEOCENTRIC, WGS84, Ends, ends, latitudes, longitudes
from hypothesis import given
from hypothesis import strategies as st

from airprox_kernel.geodesic import destination, distance_between, distance_of_vectors, inverse

# GeographicLib is exact to 15 nm (Karney 2013); half of the Earth in degrees is rounded to 3 nm,
# and the quadrature leaves 1e-14 of the longest distance.
DISTANCE_BOUND = 3e-7


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
