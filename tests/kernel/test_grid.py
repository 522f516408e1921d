"""The hashed grid: every box once, on the finest level that is wide enough for it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox_kernel.grid import (
    FILL,
    REFINEMENT,
    Cell,
    box_cell,
    box_level,
    cell_bucket,
    enter_boxes,
    level_scale,
)

SCALE = 0.1


@st.composite
def bounds(draw):
    """Points, small boxes, wide ones, giants; at home and far away."""
    count = draw(st.integers(0, 12))
    widths = st.sampled_from((0.0, 5.0, 9.9, 10.0, 39.0, 41.0, 1e4, 2e9)) | st.floats(0, 100)
    origin = draw(st.sampled_from((0.0, -1e6, 1e8)))
    array = np.zeros((count, 8), np.float32)
    for row in array:
        for axis in range(3):
            row[axis] = origin + draw(st.floats(-100, 100, width=32))
            row[axis + 4] = row[axis] + np.float32(draw(widths))
    return array


def width(row):
    return max(float(row[axis + 4]) - float(row[axis]) for axis in range(3))


@given(bounds(), st.sampled_from((SCALE, 1.0, 1e-3)))
def test_a_box_is_on_the_finest_level_whose_cells_hold_it(array, scale):
    for box, row in enumerate(array):
        level = box_level(array, box, scale)
        assert width(row) * level_scale(scale, level) <= FILL
        assert level == 0 or width(row) * level_scale(scale, level - 1) > FILL


def test_cells_of_a_level_are_wider_by_the_refinement():
    assert level_scale(SCALE, 0) == SCALE
    assert level_scale(SCALE, 3) == SCALE / REFINEMENT**3


@pytest.mark.parametrize(
    ("value", "cell"), [(0.0, 0), (9.9, 0), (10.0, 1), (-0.1, -1), (-20.0, -2)]
)
def test_cells_are_counted_from_the_floor_of_the_low_corner_on_every_axis(value, cell):
    for axis in range(3):
        array = np.full((1, 8), 1e6, np.float32)
        array[0, :3] = 0.0
        array[0, axis] = value
        assert box_cell(array, 0, SCALE) == tuple(cell if k == axis else 0 for k in range(3))


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), st.integers(-50, 50))
def test_buckets_of_a_row_follow_on_each_other(x, y, z):
    for buckets in (16, 1024):
        bucket = cell_bucket(Cell(x, y, z), buckets)
        assert 0 <= bucket < buckets
        assert cell_bucket(Cell(x + 1, y, z), buckets) == (bucket + 1) % buckets


def test_rows_fall_into_distant_buckets():
    rows = {cell_bucket(Cell(0, y, z), 2**16) for y in range(-5, 6) for z in range(-5, 6)}
    assert len(rows) == 121
    ordered = sorted(rows)
    assert min(b - a for a, b in pairwise(ordered)) >= 3


@given(bounds(), st.integers(0, 5), st.sampled_from((SCALE, 1.0, 1e-3)))
def test_every_box_is_entered_once_where_it_belongs(array, before, scale):
    """Boxes [before, end) of a longer array; levels without boxes have no buckets."""
    whole = np.concatenate([np.full((before, 8), 7.0, np.float32), array])
    grid = enter_boxes(whole, before, len(whole), scale)
    assert grid.scale == scale
    assert sorted(grid.box.tolist()) == list(range(before, len(whole)))
    levels = [box_level(whole, box, scale) for box in range(before, len(whole))]
    assert grid.table.size == max(levels, default=-1) + 2
    assert grid.table[0] == 0
    assert grid.start[0] == 0
    assert grid.start[-1] == grid.box.size
    assert grid.start.size == grid.table[-1] + 1
    entered = 0
    for level in range(grid.table.size - 1):
        first, buckets = grid.table[level], grid.table[level + 1] - grid.table[level]
        count = levels.count(level)
        if count == 0:
            assert buckets == 0
            continue
        assert buckets >= 2 * count
        assert buckets & (buckets - 1) == 0
        assert buckets <= max(16, 16 * count)
        for bucket in range(buckets):
            inside = slice(grid.start[first + bucket], grid.start[first + bucket + 1])
            boxes = grid.box[inside].tolist()
            assert boxes == sorted(boxes)
            assert set(grid.level[inside].tolist()) <= {level}
            for box in boxes:
                assert levels[box - before] == level
                cell = box_cell(whole, box, level_scale(scale, level))
                assert cell_bucket(cell, buckets) == bucket
            entered += len(boxes)
    assert entered == len(array)
