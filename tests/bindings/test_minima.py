"""Minima and bands of altitude: what is taken, what it means at an altitude, what is refused."""

import doctest
import importlib
import itertools
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
from airprox.minima import LEAST, Band, Minima, larger_of

FL290, FL410 = 29_000 * airprox.FT, 41_000 * airprox.FT
INFINITY = math.inf


@pytest.mark.parametrize("name", ["minima", "minima_table", "_rvsm", "rules", "_units", "geoarrow"])
def test_the_docstrings_examples_are_true(name):
    done = doctest.testmod(importlib.import_module(f"airprox.{name}"))
    assert done.attempted > 1
    assert done.failed == 0


def test_without_bands_nothing_has_changed():
    minima = Minima(9_260, 304.8)
    assert repr(minima) == "Minima(horizontal=9260.0, vertical=304.8)"
    assert minima == Minima(horizontal=9_260.0, vertical=304.8, bands=())
    assert minima.steps == ((INFINITY, 304.8),)
    assert minima.largest_vertical == 304.8
    assert Minima(9_260, INFINITY).largest_vertical == INFINITY


def test_bands_leave_the_vertical_minimum_outside_of_them():
    minima = Minima(9_260, 300, (Band(FL410, INFINITY, 600), (FL290, 10_000, 450)))
    assert minima.bands == (Band(FL290, 10_000.0, 450.0), Band(FL410, INFINITY, 600.0))
    assert minima.steps == ((FL290, 300.0), (10_000.0, 450.0), (FL410, 300.0), (INFINITY, 600.0))
    assert minima.largest_vertical == 600.0
    assert "bands=(Band(floor=" in repr(minima)
    assert eval(repr(minima), {"Minima": Minima, "Band": Band, "inf": INFINITY}) == minima


def test_equal_neighbours_are_one_step():
    minima = Minima(9_260, 300, (Band(0, 100, 300), Band(100, 200, 600), Band(200, 300, 600)))
    assert minima.steps == ((100.0, 300.0), (300.0, 600.0), (INFINITY, 300.0))


def test_bands_may_cover_every_altitude():
    minima = Minima(9_260, 5_000, (Band(-INFINITY, 0, 300), Band(0, INFINITY, 600)))
    assert minima.steps == ((0.0, 300.0), (INFINITY, 600.0))
    assert minima.largest_vertical == 600.0


def test_the_order_of_bands_is_no_matter():
    bands = [Band(0, 100, 300), Band(200, 300, 400), Band(100, 200, 500)]
    first, second = Minima(9_260, 100, tuple(bands)), Minima(9_260, 100, tuple(bands[::-1]))
    assert first == second
    assert hash(first) == hash(second)
    assert pickle.loads(pickle.dumps(first)) == first


def test_edges_that_are_meant_to_be_one_are_one():
    minima = Minima(9_260, 300, (Band(0, 12_496.8, 400), Band(FL410, 13_000, 500)))
    assert FL410 != 12_496.8
    assert [band.floor for band in minima.bands] == [0.0, 12_496.8]
    assert minima.steps[1:3] == ((12_496.8, 400.0), (13_000.0, 500.0))
    overlapping = Minima(9_260, 300, (Band(0, 100 + 0.9 * LEAST, 400), Band(100, 200, 500)))
    assert overlapping.bands[1].floor == overlapping.bands[0].ceiling


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ([(0, 100, 300), (99, 200, 300)], r"may not overlap, but (0, 100] m and (99, 200] m do"),
        ([(0, INFINITY, 300), (99, 200, 300)], "may not overlap"),
        ([(0, 100, 300), (0, 100, 300)], "may not overlap"),
        ([(100, 0, 300)], "floor must be over 0.001 m below its ceiling, not (100, 0] m"),
        ([(100, 100, 300)], "below its ceiling"),
        ([(100, 100.0005, 300)], "below its ceiling"),
        ([(INFINITY, INFINITY, 300)], "below its ceiling"),
        ([(-INFINITY, -INFINITY, 300)], "below its ceiling"),
        ([(float("nan"), 100, 300)], "below its ceiling"),
        ([(0, float("nan"), 300)], "below its ceiling"),
        ([(0, 100, 0)], "the vertical minimum of the band (0, 100] m must be over 0.001 m"),
        ([(0, 100, -5)], "not -5.0"),
        ([(0, 100, float("nan"))], "not nan"),
        ([(0, 100, "high")], "a band's vertical minimum must be a number of metres, not 'high'"),
        ([("low", 100, 300)], "a band's floor must be a number of metres"),
        ([(0, 100)], "a band must be (floor, ceiling, vertical), not (0, 100)"),
        ([7], "a band must be"),
        (["abc"], "a band must be"),
        (7, "bands must be a sequence of Band, not 7"),
        (None, "bands must be a sequence of Band"),
    ],
)
def test_bands_that_cannot_be_are_refused(bands, words):
    with pytest.raises(airprox.InvalidMinima) as error:
        Minima(9_260, 300, bands)
    assert words in str(error.value)


@pytest.mark.parametrize("value", [0, -1, LEAST, math.nan, INFINITY, "wide", None])
def test_horizontal_minima_that_cannot_be_are_refused(value):
    with pytest.raises(airprox.InvalidMinima, match="the horizontal minimum must be"):
        Minima(value, 300)


# Edges on whole metres and small ones, so that bands touch, and verticals that are often equal.
edges = st.lists(st.integers(-20, 20), min_size=0, max_size=8, unique=True).map(sorted)
verticals = st.sampled_from([100.0, 200.0, 300.0, INFINITY])


@st.composite
def minima_with_bands(draw):
    ends = [-INFINITY, *draw(edges), INFINITY]
    bands = [
        Band(floor, ceiling, draw(verticals))
        for floor, ceiling in itertools.pairwise(ends)
        if draw(st.booleans())
    ]
    horizontal = draw(st.sampled_from([1_000.0, 2_000.0]))
    return Minima(horizontal, draw(verticals), tuple(draw(st.permutations(bands))))


def by_definition(minima: Minima, altitude: float) -> float:
    inside = [band for band in minima.bands if band.floor < altitude <= band.ceiling]
    assert len(inside) <= 1
    return inside[0].vertical if inside else minima.vertical


def by_steps(minima: Minima, altitude: float) -> float:
    return next(vertical for ceiling, vertical in minima.steps if altitude <= ceiling)


ALTITUDES = [value / 2 for value in range(-45, 46)]


@given(minima_with_bands())
def test_steps_are_the_bands_at_every_altitude(minima):
    for altitude in ALTITUDES:
        assert by_steps(minima, altitude) == by_definition(minima, altitude)
    ceilings = [ceiling for ceiling, _ in minima.steps]
    heights = [vertical for _, vertical in minima.steps]
    assert ceilings == sorted(set(ceilings))
    assert ceilings[-1] == INFINITY
    assert all(low != high for low, high in itertools.pairwise(heights))
    assert minima.largest_vertical == max(by_definition(minima, at) for at in ALTITUDES)


@given(minima_with_bands(), minima_with_bands())
def test_the_larger_of_two_is_so_at_every_altitude_and_in_either_order(one, other):
    larger = larger_of(one, other)
    assert larger == larger_of(other, one)
    assert larger.horizontal == max(one.horizontal, other.horizontal)
    for altitude in ALTITUDES:
        expected = max(by_definition(one, altitude), by_definition(other, altitude))
        assert by_definition(larger, altitude) == expected
    assert larger_of(one, one) == one
    if one != other:
        assert all(band.vertical != larger.vertical for band in larger.bands)


@given(minima_with_bands(), minima_with_bands(), st.floats(-0.9e-3, 0.9e-3))
def test_edges_that_differ_by_a_rounding_leave_no_sliver(one, other, shift):
    moved = tuple(
        band._replace(floor=band.floor + shift, ceiling=band.ceiling + shift)
        for band in other.bands
    )
    larger = larger_of(one, Minima(other.horizontal, other.vertical, moved))
    ceilings = [ceiling for ceiling, _ in larger.steps]
    assert all(low + LEAST < high for low, high in itertools.pairwise(ceilings))
    for altitude in ALTITUDES:
        if altitude % 1:
            expected = max(by_definition(one, altitude), by_definition(other, altitude))
            assert by_definition(larger, altitude) == expected


def test_a_sliver_between_edges_that_are_meant_to_be_one_is_neither():
    def stepped(edge, below, above):
        return Minima(9_260, above, (Band(-INFINITY, edge, below),))

    larger = larger_of(stepped(0, 500, 300), stepped(LEAST / 2, 400, 350))
    assert larger.steps == ((0.0, 500.0), (INFINITY, 350.0))
