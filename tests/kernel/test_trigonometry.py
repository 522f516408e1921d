"""Sines, cosines and arc tangents against sixty digits, and where they are exact."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sixty_digits import (
    PI,
    exact_arctangent,
    exact_cosine,
    exact_sine,
    last_places,
    sixty_digits,
)

from airprox_kernel.trigonometry import (
    arc_tangent,
    sine_cosine,
    sine_cosine_degrees,
    sines_cosines_degrees,
)

__all__ = ["sixty_digits"]


@given(st.one_of(st.floats(-800.0, 800.0), st.integers(-1000, 1000).map(float)))
def test_sine_and_cosine_in_degrees(angle: float) -> None:
    assume(angle == 0.0 or abs(angle) > 1e-290)
    radians = (Decimal(angle) % 360) * PI / 180
    sine, cosine = sine_cosine_degrees(angle)
    if angle % 90.0 == 0.0:
        turns = round(angle / 90.0) % 4
        assert (sine, cosine) == ((0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0))[turns]
    else:
        assert last_places(sine, exact_sine(radians)) < 1.5
        assert last_places(cosine, exact_cosine(radians)) < 1.5


@pytest.mark.parametrize("centre", [45.0, 135.0, -45.0, 225.0, -135.0, 405.0])
def test_sine_and_cosine_around_the_change_of_octant(centre: float) -> None:
    for angle in (math.nextafter(centre, -1e9), centre, math.nextafter(centre, 1e9)):
        radians = Decimal(angle) * PI / 180
        sine, cosine = sine_cosine_degrees(angle)
        assert last_places(sine, exact_sine(radians)) < 1.5
        assert last_places(cosine, exact_cosine(radians)) < 1.5


@given(st.lists(st.floats(-800.0, 800.0), max_size=20))
def test_arrays_of_angles_have_the_bits_of_each(angles: list[float]) -> None:
    given_angles = np.array(angles, np.float64)
    given_angles.setflags(write=False)
    sine, cosine = np.empty_like(given_angles), np.empty_like(given_angles)
    sines_cosines_degrees(given_angles, sine, cosine)
    assert [*zip(sine, cosine, strict=True)] == [sine_cosine_degrees(angle) for angle in angles]


@given(st.one_of(st.floats(-7.0, 7.0), st.floats(-1e5, 1e5), st.integers(-9, 9).map(float)))
def test_sine_and_cosine_of_radians(angle: float) -> None:
    assume(angle == 0.0 or abs(angle) > 1e-290)
    sine, cosine = sine_cosine(angle)
    turned = Decimal(angle) % (2 * PI)
    for value, exact in ((sine, exact_sine(turned)), (cosine, exact_cosine(turned))):
        assert value == exact or last_places(value, exact) < 1.5 or abs(exact) < 1e-4
        assert abs(Decimal(value) - exact) <= Decimal("1e-20") + abs(exact) * Decimal("2e-16")


@pytest.mark.parametrize("quarters", [*range(-8, 9), 1001, 63_661])
def test_sine_and_cosine_next_to_their_zeros_and_to_the_change_of_octant(quarters: int) -> None:
    for eighth in (0.0, 0.5):
        centre = (quarters + eighth) * math.pi / 2
        for angle in (math.nextafter(centre, -1e9), centre, math.nextafter(centre, 1e9)):
            turned = Decimal(angle) % (2 * PI)
            sine, cosine = sine_cosine(angle)
            for value, exact in ((sine, exact_sine(turned)), (cosine, exact_cosine(turned))):
                assert abs(Decimal(value) - exact) <= Decimal("1e-20") + abs(exact) * Decimal(
                    "2e-16"
                )


lengths = st.one_of(st.floats(-1e14, 1e14), st.floats(-1.0, 1.0), st.integers(-16, 16).map(float))


@given(lengths, lengths)
def test_arc_tangent(y: float, x: float) -> None:
    assume(all(value == 0.0 or abs(value) > 1e-100 for value in (x, y)))
    angle = arc_tangent(y, x)
    if y == 0.0:
        assert abs(angle) == (0.0 if x >= 0.0 else math.pi)
    else:
        assert last_places(angle, exact_arctangent(Decimal(y), Decimal(x))) < 2.5
    assert arc_tangent(-y, x) == -angle


@pytest.mark.parametrize("slope", [7 / 16, 11 / 16, 1.0, 16 / 11, 16 / 7])
def test_arc_tangent_around_its_changes(slope: float) -> None:
    for y in (math.nextafter(slope, 0.0), slope, math.nextafter(slope, 9.0)):
        for x in (1.0, -1.0):
            exact = exact_arctangent(Decimal(y), Decimal(x))
            assert last_places(arc_tangent(y, x), exact) < 2.5


@pytest.mark.parametrize("y", [0.0, -0.0, 1.0, -1.0])
@pytest.mark.parametrize("x", [0.0, 1.0, -1.0])
def test_arc_tangent_has_the_signs_of_the_library_s(y: float, x: float) -> None:
    angle, expected = arc_tangent(y, x), math.atan2(y, x)
    assert angle == expected
    assert math.copysign(1.0, angle) == math.copysign(1.0, expected)
