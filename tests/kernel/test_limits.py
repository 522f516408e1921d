"""The table of minima, and minima that take the pair's own radius."""

import math

import numpy as np
import pyproj
import pytest
from strategies_kernel import make_knots

from airprox_kernel.limits import (
    TOUCH_TOLERANCE,
    Limits,
    on_own_radius,
    pair_arc,
    pair_cylinder,
)
from airprox_kernel.motion import (
    horizontal_square,
    pair_radius,
    relative_motion,
    separation_at,
)
from airprox_kernel.surface import MEAN_RADIUS, chord_of_arc
from airprox_kernel.violation import cylinder, violation

GEOD = pyproj.Geod(ellps="WGS84")


def table(offset):
    """Two categories, three levels, every entry different."""
    return offset + np.arange(12.0).reshape(2, 2, 3)


LIMITS = Limits(
    table(100.0),
    table(1000.0),
    table(0.0),
    np.array([1, 0, 1], np.int32),
    np.array([0, 1], np.int32),
)


@pytest.mark.parametrize("own", range(3))
@pytest.mark.parametrize("other", range(2))
@pytest.mark.parametrize("level", range(3))
def test_minima_are_those_of_both_categories_and_the_level(own, other, level):
    place = 6 * (1, 0, 1)[own] + 3 * (0, 1)[other] + level
    assert pair_cylinder(LIMITS, own, other, level) == cylinder(100.0 + place, 1000.0 + place)
    assert pair_arc(LIMITS, own, other, level) == place


def test_the_touch_tolerance_is_a_tenth_of_a_micrometre():
    assert TOUCH_TOLERANCE == 1e-7


@pytest.mark.parametrize("latitude", [0.0, 40.0, -70.0])
@pytest.mark.parametrize("azimuth", [0.0, 60.0, 90.0])
@pytest.mark.parametrize(("minimum", "error"), [(185_200.0, 1e-3), (1_000_000.0, 0.05)])
def test_large_minima_take_the_radius_of_the_pair(latitude, azimuth, minimum, error):
    """1 mm at 100 NM and 5 cm at 1,000 km, where the mean radius is off by up to 7 cm and 11 m."""
    for spare, lost in ((error, False), (-error, True)):
        motion = still_motion(latitude, azimuth, minimum + spare)
        general = cylinder(chord_of_arc(minimum, MEAN_RADIUS) - TOUCH_TOLERANCE, 300.0)
        own = on_own_radius(motion, general, minimum)
        assert own.vertical == general.vertical
        assert own.vertical_weight == general.vertical_weight
        assert own.horizontal_weight == 1.0 / (own.horizontal * own.horizontal)
        assert (violation(motion, own).square < 1.0) == lost


def still_motion(latitude, azimuth, distance):
    """Two places that do not move, on either side of a middle at `latitude`."""
    ends = []
    for turn in (180.0, 0.0):
        lon, lat, _ = GEOD.fwd(0.0, latitude, azimuth + turn, distance / 2)
        ends.append([[(0.0, lat, lon, 0.0), (9.0, lat, lon, 0.0)]])
    knots = make_knots(ends, geodetic=True)
    return relative_motion(knots, 0, knots, 2, 0.0, 9.0)


def test_the_chord_on_the_own_radius_is_taken_less_the_touch_tolerance():
    motion = still_motion(0.0, 90.0, 185_200.0)
    general = cylinder(1.0, 300.0)
    own = on_own_radius(motion, general, 185_200.0)
    chord = math.sqrt(horizontal_square(separation_at(motion, 0.5)))
    # Along the equator the radius is the semi-major axis.
    expected = 2 * 6378137.0 * math.sin(185_200.0 / (2 * 6378137.0))
    assert abs(own.horizontal - (expected - 1e-7)) < 2e-9 + 1e-15 * expected
    assert abs(chord - expected) < 1e-6


def test_the_own_radius_is_that_in_mid_interval():
    """The pair turns from east to north of each other: the radius along its azimuth changes."""
    own = [(0.0, 40.0, 8.0, 0.0), (9.0, 40.0, 8.0, 0.0)]
    other = [(0.0, 40.0, 10.0, 0.0), (9.0, 41.5, 8.0, 0.0)]
    knots = make_knots([[own], [other]], geodetic=True)
    motion = relative_motion(knots, 0, knots, 2, 0.0, 9.0)
    radii = [pair_radius(motion, separation_at(motion, u)) for u in (0.0, 0.5, 1.0)]
    assert radii[0] > radii[1] > radii[2]
    expected = chord_of_arc(185_200.0, radii[1]) - TOUCH_TOLERANCE
    assert on_own_radius(motion, cylinder(1.0, 300.0), 185_200.0).horizontal == expected
