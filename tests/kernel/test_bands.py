"""Steps of altitude: which one an altitude belongs to, and where a climb crosses an edge."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import frozen

from airprox_kernel.bands import (
    Bands,
    Line,
    Steps,
    largest_minimum,
    line_at,
    next_crossing,
    smallest_minimum,
    step_at,
    vertical_minimum,
)

EDGES = (8839.2 + 1e-7, 12496.8 + 1e-7)
VERTICALS = (304.8, 609.6, 450.0)
BANDS = Bands(
    frozen([[[0]]], np.int64),
    frozen([[[2]]], np.int64),
    frozen([*EDGES, math.inf]),
    frozen(VERTICALS),
)
ALL = Steps(0, 2)


def minimum_of(altitude):
    """By definition: the first step whose ceiling is not below the altitude."""
    return next(v for c, v in zip((*EDGES, math.inf), VERTICALS, strict=True) if altitude <= c)


altitudes = st.floats(0, 20_000) | st.sampled_from((*EDGES, 8839.2, 12496.8, 41_000 * 0.3048))


@given(altitudes, altitudes)
def test_minima_are_those_of_the_definition(one, two):
    low, high = min(one, two), max(one, two)
    assert BANDS.vertical[step_at(BANDS, ALL, one)] == minimum_of(one)
    assert vertical_minimum(BANDS, ALL, one, two) == max(minimum_of(one), minimum_of(two))
    between = [v for e, v in zip(EDGES, VERTICALS[1:], strict=True) if low <= e < high]
    assert largest_minimum(BANDS, ALL, low, high) == max(minimum_of(low), *between, 0.0)
    assert smallest_minimum(BANDS, ALL, low, high) == min(minimum_of(low), *between, math.inf)


def test_a_level_flight_at_an_edge_is_in_the_band_below():
    assert minimum_of(41_000 * 0.3048) == 609.6
    assert step_at(BANDS, ALL, 41_000 * 0.3048) == 1


@given(altitudes, altitudes, st.floats(0, 1, exclude_max=True))
def test_between_two_crossings_the_step_stays(start, end, low):
    line = Line(start, end - start)
    high = next_crossing(BANDS, ALL, line, low)
    assert low < high <= 1.0
    inside = [low + (high - low) * part for part in (0.25, 0.5, 0.75)]
    steps = {step_at(BANDS, ALL, line_at(line, u)) for u in inside if low < u < high}
    # A rounding away from an edge the step may be either; such parts are that short.
    assert len(steps) <= 1 or abs(line.change) * (high - low) < 1e-9


@pytest.mark.parametrize(("start", "change"), [(5000.0, 0.0), (5000.0, 100.0), (13_000.0, 9.0)])
def test_a_climb_within_a_step_crosses_nothing(start, change):
    assert next_crossing(BANDS, ALL, Line(start, change), 0.0) == 1.0
