"""Bent chords against GeographicLib (through `pyproj`)."""

import math

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox_kernel.short_geodesic import Vector, bend_chord, point_of_bow
from airprox_kernel.surface import surface_vector

WGS84 = pyproj.Geod(ellps="WGS84")

LONGEST = 60_000.0

latitudes = st.floats(-90.0, 90.0) | st.sampled_from([-90.0, 0.0, 45.0, 89.999, 90.0])
longitudes = st.floats(-180.0, 180.0) | st.sampled_from([-180.0, 0.0, 90.0])
azimuths = st.floats(-180.0, 180.0) | st.sampled_from([-90.0, 0.0, 90.0, 180.0])


@given(latitudes, longitudes, azimuths, st.floats(1.0, LONGEST), st.floats(0.0, 1.0))
def test_points_are_geographiclib_s(
    latitude: float, longitude: float, azimuth: float, length: float, fraction: float
) -> None:
    longitude2, latitude2, _ = WGS84.fwd(longitude, latitude, azimuth, length)
    start = Vector(*surface_vector(latitude, longitude))
    end = Vector(*surface_vector(latitude2, longitude2))
    azimuth, _, length = WGS84.inv(longitude, latitude, longitude2, latitude2)
    between = WGS84.fwd(longitude, latitude, azimuth, fraction * length)
    expected = surface_vector(between[1], between[0])
    missed = math.dist(point_of_bow(bend_chord(start, end), fraction), expected)
    # Places in degrees are rounded to 1e-14 of 90; the bow itself leaves a fifth power.
    assert missed < 1e-8 + 1.2e-7 * (length / LONGEST) ** 5


@given(latitudes, longitudes, azimuths)
def test_the_ends_are_kept(latitude: float, longitude: float, azimuth: float) -> None:
    longitude2, latitude2, _ = WGS84.fwd(longitude, latitude, azimuth, 30_000.0)
    start = Vector(*surface_vector(latitude, longitude))
    end = Vector(*surface_vector(latitude2, longitude2))
    bow = bend_chord(start, end)
    assert point_of_bow(bow, 0.0) == start
    assert point_of_bow(bow, 1.0) == end


def test_the_middle_of_a_leg_along_the_equator() -> None:
    start, end = Vector(*surface_vector(0.0, -0.25)), Vector(*surface_vector(0.0, 0.25))
    middle = point_of_bow(bend_chord(start, end), 0.5)
    assert middle == pytest.approx((6378137.0, 0.0, 0.0), rel=0.0, abs=1.3e-7)


def test_coincident_places_have_no_bend() -> None:
    place = Vector(*surface_vector(47.0, 8.0))
    bow = bend_chord(place, place)
    assert point_of_bow(bow, 0.25) == pytest.approx(place, rel=1e-15)
    assert bow.middle == (0.0, 0.0, 0.0)
