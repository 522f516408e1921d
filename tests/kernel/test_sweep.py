"""The hashed sweep: every box in each strip that it touches, in order of its cell's bucket."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from airprox_kernel.sweep import (
    BLOCK,
    CROWD,
    FARTHEST,
    SAMPLE,
    Axes,
    Grain,
    bucket_count,
    bucket_of,
    cell_of,
    choose_axes,
    choose_grain,
    enter_boxes,
    make_table,
    strips_of,
)

PLAIN = Axes(0, 1, 3, 2, deep=False, striped=False)
STRIPED = PLAIN._replace(striped=True)


@st.composite
def bounds(draw):
    """Points, small boxes, wide ones, giants and endless altitudes; at home and far away."""
    count = draw(st.integers(1, 12))
    widths = st.sampled_from((0.0, 5.0, 9.9, 10.0, 41.0, 1e4, 2e9)) | st.floats(0, 100)
    origin = draw(st.sampled_from((0.0, -1e6, 1e8)))
    array = np.zeros((count, 8), np.float32)
    for row in array:
        for axis in range(4):
            row[axis] = origin + draw(st.floats(-100, 100, width=32))
            row[axis + 4] = row[axis] + np.float32(draw(widths))
        if draw(st.integers(0, 4)) == 0:
            row[3], row[7] = -math.inf, math.inf
    return array


@pytest.mark.parametrize(
    ("value", "cell"),
    [(0.0, 0), (9.9, 0), (10.0, 1), (-0.1, -1), (-20.0, -2), (math.inf, int(FARTHEST))],
)
def test_cells_are_counted_from_the_floor(value, cell):
    assert cell_of(value, 0.1) == cell


@given(st.floats(width=32, allow_nan=False), st.floats(width=32, allow_nan=False))
def test_cells_keep_the_order_of_values(one, two):
    for scale in (1e-6, 1.0, 1e3):
        assert (cell_of(one, scale) <= cell_of(two, scale)) or one > two


@given(st.integers(-(10**14), 10**14), st.integers(-50, 50))
def test_buckets_of_neighbouring_cells_follow_on_each_other(cell, strip):
    for buckets in (16, 1024):
        bucket = bucket_of(cell, strip, buckets)
        assert 0 <= bucket < buckets
        assert bucket_of(cell + 1, strip, buckets) == (bucket + 1) % buckets


@pytest.mark.parametrize(("boxes", "buckets"), [(0, 16), (16, 16), (17, 32), (1000, 1024)])
def test_there_are_a_power_of_two_of_buckets(boxes, buckets):
    assert bucket_count(boxes) == buckets


@given(bounds(), st.integers(0, 5), st.booleans(), st.permutations((0, 1, 3)))
def test_every_box_is_entered_where_it_belongs(array, before, striped, order):
    """Boxes [before, end) of a longer array."""
    whole = np.concatenate([np.full((before, 8), 7.0, np.float32), array])
    axes = Axes(order[0], order[1], order[2], 2, False, striped)
    grain = choose_grain(whole, before, len(whole), axes)
    buckets = bucket_count(len(array))
    table = make_table(len(array), striped)
    entries = enter_boxes(whole, before, len(whole), axes, grain, buckets, table)
    assert entries + BLOCK <= table.box.size
    assert table.start[0] == 0
    assert table.start[buckets] == entries
    found = []
    for bucket in range(buckets):
        inside = range(table.start[bucket], table.start[bucket + 1])
        boxes = [(table.box[entry], table.strip[entry]) for entry in inside]
        assert boxes == sorted(boxes)
        for entry in inside:
            box, strip = int(table.box[entry]), int(table.strip[entry])
            cell = cell_of(whole[box, axes.sweep], grain.cell)
            reach = cell_of(whole[box, axes.sweep + 4], grain.cell) - cell + 1
            assert table.bucket[entry] == bucket == bucket_of(cell, strip, buckets)
            assert table.cells[entry] == min(reach, buckets + 1)
            for k, axis in enumerate((axes.one, axes.two, axes.three)):
                assert table.low[k, entry] == whole[box, axis]
                assert table.high[k, entry] == whole[box, axis + 4]
            found.append((box, strip))
    expected = []
    for box in range(before, len(whole)):
        first, last = strips_of(whole, box, axes, grain.strip)
        expected += [(box, strip) for strip in range(first, last + 1)]
    assert sorted(found) == expected


def test_there_is_room_for_boxes_of_which_each_touches_two_strips():
    array = np.zeros((100, 8), np.float32)
    array[:, 1] = 4.0 * np.arange(100.0) - 0.5
    array[:, 4], array[:, 5] = 1.0, array[:, 1] + 1.0
    grain = choose_grain(array, 0, 100, STRIPED)
    table = make_table(100, True)
    entries = enter_boxes(array, 0, 100, STRIPED, grain, bucket_count(100), table)
    assert entries == 200
    assert entries + BLOCK <= table.box.size


def test_strips_are_four_mean_heights_and_cells_an_eighth_of_the_mean_width():
    array = np.full((7, 8), 100.0, np.float32)
    array[3:, 4] += 16.0
    array[3:, 5] += (1.0, 1.0, 1.0, 5.0)
    assert choose_grain(array, 3, 7, STRIPED) == Grain(0.5, 1.0 / 8.0)
    assert choose_grain(array, 3, 7, PLAIN) == Grain(0.5, 0.0)
    array[3:, 4:] = 100.125
    assert choose_grain(array, 3, 7, STRIPED) == Grain(64.0, 2.0)
    array[:] = 0.0
    assert choose_grain(array, 3, 7, STRIPED) == Grain(1.0, 0.0)
    array[3:, 4:] = np.inf
    assert choose_grain(array, 3, 7, STRIPED) == Grain(1.0, 0.0)


@pytest.mark.parametrize(("axis", "deep"), [(0, False), (1, False), (3, False), (2, True)])
def test_the_axis_on_which_fewest_boxes_meet_is_swept_along(axis, deep):
    """The next best one is divided into strips; the plane's third axis is never of use."""
    random = np.random.default_rng(axis)
    array = np.zeros((300, 8), np.float32)
    for k, spread in ((0, 30.0), (1, 20.0), (3, 10.0)):
        array[:, k] = random.uniform(0.0, 3000.0 if k == axis else spread, 300)
    if axis == 2:
        array[:, 2] = random.uniform(0.0, 3000.0, 300)
    array[:, 4:] = array[:, :4] + np.float32(5.0)
    axes = choose_axes(array, 0, 300, deep)
    assert axes.sweep == axis
    assert axes.one == (1 if axis == 0 else 0)
    assert sorted(axes[:4]) == [0, 1, 2, 3]
    assert axes.three == 2 or deep
    assert not axes.striped


def axes_of_all_pairs(sample, boxes, step, deep):
    """The axes by the number of pairs of a sample that meet along each, from all of them."""
    met = []
    for axis in range(4):
        low, high = sample[:, axis], sample[:, axis + 4]
        met.append(int(np.triu((low[:, None] <= high) & (low <= high[:, None]), 1).sum()))
    sweep, one = sorted(range(4), key=lambda axis: (met[axis], axis))[:2]
    two = max({0, 1, 3} - {sweep, one})
    (three,) = {0, 1, 2, 3} - {sweep, one, two}
    striped = met[sweep] * step * step > CROWD * boxes
    return Axes(sweep, one, two, three, deep=deep, striped=striped)


@given(
    st.sampled_from((1, 2, 63, 64, 65, 127, 128, 129, 130, 131, 132, 192, 300)),
    st.tuples(*[st.sampled_from((0, 5, 20, 100, 400))] * 4),
    st.sampled_from((0, 1, 3, 7)),
    st.sampled_from((0, 1, 70)),
    st.booleans(),
)
@example(130, (0, 0, 0, 0), 0, 0, True)
def test_axes_are_chosen_by_the_pairs_of_a_sample_that_meet(boxes, spans, width, first, deep):
    """Boxes that do not meet are whole metres apart.

    With 130 boxes that all meet, a box looks at 64 others: that is no crowd yet.
    """
    random = np.random.default_rng(boxes)
    array = np.zeros((first + boxes, 8), np.float32)
    array[:, :4] = np.floor(random.uniform(0.0, 1.0, (first + boxes, 4)) * spans)
    array[:, 4:] = array[:, :4] + np.float32(width)
    step = max(1, boxes // SAMPLE)
    expected = axes_of_all_pairs(array[first::step], boxes, step, deep)
    assert choose_axes(array, first, first + boxes, deep) == expected


def test_crowds_are_divided_into_strips():
    random = np.random.default_rng(1)
    array = np.zeros((400, 8), np.float32)
    array[:, :2] = random.uniform(0.0, 100.0, (400, 2))
    array[:, 4:6] = array[:, :2] + np.float32(60.0)
    assert choose_axes(array, 0, 400, False).striped
    array[:, 4:6] = array[:, :2] + np.float32(5.0)
    assert not choose_axes(array, 0, 400, False).striped


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_few_boxes_are_swept_along_x(count):
    assert choose_axes(np.zeros((count, 8), np.float32), 0, count, False) == PLAIN
