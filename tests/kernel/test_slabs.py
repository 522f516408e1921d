"""Periods and slabs against counting the spans open at every instant."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox_kernel.slabs import busy_periods, crowded_periods, cut_periods

EPOCH = 1_790_000_000_000_000_000
spans = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda ends: tuple(sorted(ends))),
    max_size=6,
)
kinds = st.sampled_from((np.int64, np.float64))


def arrays(drawn, kind):
    shift = EPOCH if kind is np.int64 else 0
    return tuple(np.array([span[k] for span in drawn], kind) + shift for k in (0, 1))


def open_between(drawn, instant):
    """How many spans are open on all of (instant, instant + 1)."""
    return sum(start <= instant and instant + 1 <= end for start, end in drawn)


def joined(periods, kind):
    """The unit intervals that the periods cover; asserts that they are ascending and disjoint.

    A period may be an instant, where one span begins as another ends; it is cut into no slabs.
    """
    start, end = periods
    assert start.dtype == end.dtype == kind
    assert np.all(start <= end)
    assert np.all(end[:-1] <= start[1:])
    shift = EPOCH if kind is np.int64 else 0
    return {
        instant
        for a, b in zip(start - shift, end - shift, strict=True)
        for instant in range(int(a), int(b))
    }


@given(spans, kinds)
def test_crowded_periods_are_those_with_two_spans_open(drawn, kind):
    found = joined(crowded_periods(*arrays(drawn, kind)), kind)
    assert found == {k for k in range(20) if open_between(drawn, k) >= 2}


@given(spans, spans, kinds)
def test_busy_periods_are_those_with_a_span_open_on_each_side(own, other, kind):
    found = joined(busy_periods(*arrays(own, kind), *arrays(other, kind)), kind)
    assert found == {k for k in range(20) if open_between(own, k) and open_between(other, k)}


@given(spans, st.sampled_from((0.3, 1.0, 2.5, 7.0, 1e9)), kinds)
def test_slabs_tile_the_periods_exactly(drawn, length, kind):
    start, end = crowded_periods(*arrays(drawn, kind))
    slabs = cut_periods(start, end, length)
    assert slabs.start.dtype == slabs.end.dtype == kind
    assert np.all(slabs.start < slabs.end)
    assert np.all(slabs.end - slabs.start <= max(length, 1.0) + 1.0)
    tiles = list(zip(slabs.start.tolist(), slabs.end.tolist(), strict=True))
    for a, b in zip(start.tolist(), end.tolist(), strict=True):
        inside = [tile for tile in tiles if a <= tile[0] and tile[1] <= b]
        if a == b:
            continue
        assert inside[0][0] == a
        assert inside[-1][1] == b
        assert all(x[1] == y[0] for x, y in pairwise(inside))
        tiles = [tile for tile in tiles if tile not in inside]
    assert not tiles


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e6), st.integers(1, 50))
def test_slabs_of_float_seconds_tile_too(start, span, count):
    end = start + span
    if not start < end:
        return
    slabs = cut_periods(np.array([start]), np.array([end]), (end - start) / count)
    assert slabs.start[0] == start
    assert slabs.end[-1] == end
    assert np.all(slabs.start < slabs.end)
    assert np.array_equal(slabs.start[1:], slabs.end[:-1])


@pytest.mark.parametrize(
    ("length", "count"), [(100.0, 1), (99.9, 2), (50.0, 2), (34.0, 3), (10.0, 10)]
)
def test_a_period_is_cut_evenly(length, count):
    slabs = cut_periods(np.array([EPOCH]), np.array([EPOCH + 100]), length)
    assert slabs.start.size == count
    assert slabs.start.tolist() == [EPOCH + 100 * k // count for k in range(count)]
    assert slabs.end.tolist() == [EPOCH + 100 * (k + 1) // count for k in range(count)]


def test_no_periods_have_no_slabs():
    nothing = np.empty(0, np.int64)
    slabs = cut_periods(nothing, nothing, 5.0)
    assert slabs.start.size == slabs.end.size == 0
    assert slabs.start.dtype == np.int64


def test_spans_that_meet_at_an_instant_share_no_period():
    one = np.array([0.0]), np.array([5.0])
    two = np.array([5.0]), np.array([9.0])
    periods = busy_periods(*one, *two)
    assert np.array_equal(*periods)
    assert cut_periods(*periods, 1.0).start.size == 0
