"""WGS84 against 60-digit arithmetic, `pyproj` and cases made by hand."""

import math
from decimal import Decimal

import numpy as np
import pyproj
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sixty_digits import PI, exact_arcsine, exact_cosine, exact_sine, last_places, sixty_digits

from airprox_kernel.surface import (
    ECCENTRICITY_SQUARED,
    MEAN_RADIUS,
    SEMI_MAJOR_AXIS,
    SEMI_MINOR_AXIS,
    arc_of_chord,
    chord_of_arc,
    euler_radius,
    foot,
    normal,
    surface_vector,
    surface_vectors,
)

GEOCENTRIC = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)

__all__ = ["sixty_digits"]

latitudes = st.floats(-90.0, 90.0)
longitudes = st.floats(-180.0, 360.0)
azimuths = st.floats(-180.0, 180.0)

EXPECTED_PLACE = ["0x1.07f9708ce7ea7p+22", "0x1.13b8fd611a20dp+19", "0x1.1b15984c334e2p+22"]
EXPECTED_NORMAL = ["0x1.5a8fb5359f243p-1", "0x1.69fc331d3a2b6p-4", "0x1.7627a25839faep-1"]
EXPECTED_RADIUS = "0x1.84c47562eff49p+22"
EXPECTED_CHORD = "0x1.69b72fece36dfp+16"
EXPECTED_ARC = "0x1.651fe2d2f71bdp+21"


@given(latitudes, longitudes)
def test_surface_vector_against_proj(latitude: float, longitude: float) -> None:
    expected = GEOCENTRIC.transform(longitude, latitude, 0.0)
    # PROJ's own conversion to radians costs 1e-15 of a turn, 6 nm.
    assert np.allclose(surface_vector(latitude, longitude), expected, rtol=0.0, atol=2e-8)


@given(latitudes, longitudes)
def test_surface_vector_in_sixty_digits(latitude: float, longitude: float) -> None:
    flattening = 1 / Decimal("298.257223563")
    squared = flattening * (2 - flattening)
    phi, theta = Decimal(latitude) * PI / 180, Decimal(longitude) * PI / 180
    prime = Decimal(6378137) / (1 - squared * exact_sine(phi) ** 2).sqrt()
    level = prime * exact_cosine(phi)
    exact = (
        level * exact_cosine(theta),
        level * exact_sine(theta),
        prime * (1 - squared) * exact_sine(phi),
    )
    for value, coordinate in zip(surface_vector(latitude, longitude), exact, strict=True):
        assert abs(Decimal(value) - coordinate) < Decimal("5e-9")


def test_surface_vectors_by_hand() -> None:
    a, b = SEMI_MAJOR_AXIS, SEMI_MINOR_AXIS
    assert surface_vector(0.0, 0.0) == (a, 0.0, 0.0)
    assert surface_vector(0.0, 90.0) == (0.0, a, 0.0)
    assert surface_vector(0.0, -180.0) == (-a, 0.0, 0.0)
    assert surface_vector(90.0, 17.0)[2] == pytest.approx(b, abs=1e-9)


def bits(vector: tuple[float, float, float]) -> bytes:
    return np.array(vector).tobytes()


@given(latitudes, st.integers(-180 * 64, 180 * 64).map(lambda part: part / 64.0))
def test_one_place_has_one_vector(latitude: float, longitude: float) -> None:
    assert bits(surface_vector(latitude, longitude)) == bits(
        surface_vector(latitude, longitude + 360.0)
    )
    assert bits(surface_vector(-0.0, longitude)) == bits(surface_vector(0.0, longitude))
    for pole in (90.0, -90.0):
        assert bits(surface_vector(pole, longitude)) == bits(surface_vector(pole, 0.0))


@given(st.lists(st.tuples(latitudes, longitudes), max_size=9))
def test_the_plural_is_the_singular(places: list[tuple[float, float]]) -> None:
    table = np.array(places, dtype=np.float64).reshape(-1, 2)
    latitude, longitude = np.ascontiguousarray(table.T)
    latitude.flags.writeable = longitude.flags.writeable = False
    out = np.empty((3, len(places)))
    surface_vectors(latitude, longitude, out[0], out[1], out[2])
    expected = [surface_vector(*place) for place in places]
    assert out.T.tobytes() == np.array(expected, dtype=np.float64).tobytes()


def directions(latitude: float, longitude: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Up, north and east."""
    phi, theta = math.radians(latitude), math.radians(longitude)
    up = (math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi))
    north = (-math.sin(phi) * math.cos(theta), -math.sin(phi) * math.sin(theta), math.cos(phi))
    return np.array(up), np.array(north), np.array((-math.sin(theta), math.cos(theta), 0.0))


@given(latitudes, longitudes, st.floats(-10.0, 0.0))
def test_normal_and_foot_of_a_point_below_the_surface(
    latitude: float, longitude: float, height: float
) -> None:
    up, _, _ = directions(latitude, longitude)
    place = np.array(surface_vector(latitude, longitude))
    assert np.allclose(normal(*place), up, rtol=0.0, atol=1e-15)
    below = place + height * up
    # The direction of the centre is off the normal by up to e2/2; e2 of that, per radius, is left.
    bound = 1e-15 + abs(height) * 0.51 * ECCENTRICITY_SQUARED / 6.3e6
    assert np.linalg.norm(np.array(normal(*below)) - up) < bound
    # A Newton step leaves the square of the depth over the diameter, which is upwards.
    bound = 4e-9 + abs(height) * 1.01 * bound + height * height / 1.25e7
    assert np.linalg.norm(np.array(foot(*below)) - place) < bound


def test_the_centre_of_the_earth_has_no_normal() -> None:
    assert normal(0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)


@given(latitudes, longitudes, azimuths, st.floats(1e-3, 1e7))
def test_euler_radius(latitude: float, longitude: float, azimuth: float, size: float) -> None:
    up, north, east = directions(latitude, longitude)
    alpha, phi = math.radians(azimuth), math.radians(latitude)
    along = size * (math.cos(alpha) * north + math.sin(alpha) * east)
    root = math.sqrt(1.0 - ECCENTRICITY_SQUARED * math.sin(phi) ** 2)
    prime, meridian = SEMI_MAJOR_AXIS / root, SEMI_MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED) / root**3
    expected = 1.0 / (math.cos(alpha) ** 2 / meridian + math.sin(alpha) ** 2 / prime)
    radius = euler_radius(*up, *along)
    assert radius == pytest.approx(expected, rel=3e-15)
    assert radius == euler_radius(*up, *-along)


@given(latitudes, st.tuples(*[st.floats(-1e7, 1e7)] * 3))
def test_euler_radius_of_any_vector_is_a_radius_of_the_place(
    latitude: float, vector: tuple[float, float, float]
) -> None:
    up, north, east = directions(latitude, 0.0)
    radius = euler_radius(*up, *vector)
    bounds = euler_radius(*up, *north), euler_radius(*up, *east)
    assert bounds[0] * (1 - 1e-15) <= radius <= bounds[1] * (1 + 1e-15)


def test_euler_radius_without_an_azimuth() -> None:
    polar = SEMI_MAJOR_AXIS**2 / SEMI_MINOR_AXIS
    for vector in ((1.0, 0.0, 0.0), (-3.0, 4.0, 0.0), (0.0, 0.0, 0.0), (1e-200, 0.0, 0.0)):
        assert euler_radius(0.0, 0.0, 1.0, *vector) == pytest.approx(polar, rel=1e-15)
    assert euler_radius(1.0, 0.0, 0.0, 0.0, 0.0, 0.0) == SEMI_MAJOR_AXIS


@given(st.floats(-3.5e6, 3.5e6), st.floats(6.33e6, 6.4e6))
def test_arc_and_chord(size: float, radius: float) -> None:
    assume(size == 0.0 or abs(size) > 1e-290)
    # Half a unit in the last place from the sum and less than one from the small term.
    ratio = Decimal(size) / (2 * Decimal(radius))
    chord, arc = chord_of_arc(size, radius), arc_of_chord(size, radius)
    assert last_places(chord, 2 * Decimal(radius) * exact_sine(ratio)) < 0.6
    assert last_places(arc, 2 * Decimal(radius) * exact_arcsine(ratio)) < 0.6
    assert (chord_of_arc(-size, radius), arc_of_chord(-size, radius)) == (-chord, -arc)


def test_arc_and_chord_by_hand() -> None:
    assert chord_of_arc(0.0, MEAN_RADIUS) == arc_of_chord(0.0, MEAN_RADIUS) == 0.0
    assert chord_of_arc(0.01, MEAN_RADIUS) == arc_of_chord(0.01, MEAN_RADIUS) == 0.01
    minimum = 5 * 1852.0
    shortening = minimum**3 / (24 * MEAN_RADIUS**2)
    assert minimum - chord_of_arc(minimum, MEAN_RADIUS) == pytest.approx(shortening, abs=3e-11)
    assert pytest.approx(6371008.7714, abs=5e-5) == MEAN_RADIUS


def test_the_bits_do_not_depend_on_the_compiler() -> None:
    """Values of the plain functions: the compiled ones may neither contract nor reassociate."""
    place = surface_vector(46.95108, 7.43864)
    assert [value.hex() for value in place] == EXPECTED_PLACE
    up = normal(*place)
    assert [value.hex() for value in up] == EXPECTED_NORMAL
    assert euler_radius(*up, 300.0, 400.0, -500.0).hex() == EXPECTED_RADIUS
    assert chord_of_arc(92600.0, 6.38e6).hex() == EXPECTED_CHORD
    assert arc_of_chord(2.9e6, 6.38e6).hex() == EXPECTED_ARC
