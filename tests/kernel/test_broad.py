"""Candidates equal brute force over all pairs of boxes: none missing, none twice."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox_kernel.boxes import Boxes, Places
from airprox_kernel.broad import (
    LARGE,
    Candidates,
    Cells,
    Found,
    box_cells,
    boxes_meet,
    cell_count,
    cell_key,
    enter_boxes,
    find_candidates,
)
from airprox_kernel.chunks import Chunk
from airprox_kernel.job import Block
from strategies_kernel import Part, all_candidates, make_job, make_knots

CELL = 10.0
FIRST_SLAB = 5


@st.composite
def box_bounds(draw, *, flat=True):
    """Small whole numbers, so that boxes often touch; some boxes are huge, some are points."""
    size = st.sampled_from((0.0, 0.0, 1.0, 5.0, 10.0, 30.0, 170.0, 1e4, 3e6))
    place = st.integers(-6, 6).map(lambda k: k * 5.0) | st.floats(-60, 60, width=32)
    origin = draw(st.sampled_from((0.0, 0.0, -1e6, 2.0**21 * CELL)))
    low = [origin + draw(place) for _ in range(3)] + [draw(place)]
    high = [value + draw(size) for value in low]
    if flat:
        low[2] = high[2] = 0.0
    if draw(st.integers(0, 5)) == 0:
        low[3], high[3] = -math.inf, math.inf
    return low + high


@st.composite
def parts(draw, *, single=None):
    """A job whose rows are its boxes, spread over some slabs; two sides or one."""
    single = draw(st.booleans()) if single is None else single
    flat = draw(st.booleans())
    counts = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=3))
    if single:
        counts = [(own + other, 0) for own, other in counts]
    rows = max(1, *(n for count in counts for n in count))
    boxes = [
        (side, row) for count in counts for side, n in enumerate(count) for row in range(n)
    ]
    bounds = [draw(box_bounds(flat=flat)) for _ in boxes]
    sums = [sum(count) for count in counts]
    start = np.concatenate([[0], np.cumsum(sums)]).astype(np.int64)
    middle = start[:-1] + np.array([own for own, _ in counts], np.int64)
    part = Part(
        Chunk(FIRST_SLAB, FIRST_SLAB + len(counts)),
        Boxes(np.array(bounds, np.float32).reshape(-1, 8), start, middle),
        Places(np.array([row for _, row in boxes], np.int32), np.zeros(len(boxes), np.int64)),
    )
    still = [[[(0.0, 0.0, 0.0, 0.0)]]] * rows
    knots = make_knots(still)
    other = None if single else make_knots(still)
    return make_job(knots, other, (1.0, 1.0)), part


def expected(job, part):
    """(slab, own box, other box) of all pairs of boxes that share a point."""
    found = []
    bounds = part.boxes.bounds.tolist()
    for slab in range(part.chunk.first, part.chunk.last):
        index = slab - part.chunk.first
        start, middle, end = (
            part.boxes.start[index],
            part.boxes.middle[index],
            part.boxes.start[index + 1],
        )
        for a in range(start, middle):
            for b in range(a + 1, end) if job.single else range(middle, end):
                own, other = job.own_identity, job.other_identity
                if own[part.places.part[a]] != other[part.places.part[b]] and all(
                    bounds[a][k] <= bounds[b][k + 4] and bounds[b][k] <= bounds[a][k + 4]
                    for k in range(4)
                ):
                    found.append((slab, a, b))
    return found


@given(parts(), st.sampled_from((1, 2, 7, 1000)), st.sampled_from((CELL, 1.0, 200.0, 0.3)))
def test_candidates_equal_brute_force(drawn, room, cell):
    """Whatever the size of cells, and of the buffer in which the search has to go on."""
    job, part = drawn
    found = all_candidates(job, part, 1.0 / cell, room)
    assert sorted(found) == expected(job, part)
    assert [slab for slab, _, _ in found] == sorted(slab for slab, _, _ in found)


@given(parts(), st.data())
def test_rows_of_equal_identity_and_outside_the_block_are_no_pairs(drawn, data):
    job, part = drawn
    rows = job.own_identity.size
    ends = [
        sorted(data.draw(st.lists(st.integers(0, rows), min_size=2, max_size=2))) for _ in range(2)
    ]
    job = job._replace(block=Block(*ends[0], *ends[1]))
    if not job.single:
        identity = job.other_identity.copy()
        for row in range(rows):
            if data.draw(st.booleans()):
                identity[row] = row
        job = job._replace(other_identity=identity)
    rows_of = part.places.part
    kept = [
        (slab, a, b)
        for slab, a, b in expected(job, part)
        if ends[0][0] <= rows_of[a] < ends[0][1] and ends[1][0] <= rows_of[b] < ends[1][1]
    ]
    assert sorted(all_candidates(job, part, 1.0 / CELL, 50)) == kept


@given(parts(), st.integers(0, 30))
def test_every_call_goes_on_where_the_last_one_stopped(drawn, spare):
    """Room for twice the fullest slab's boxes and entries is progress on each call."""
    job, part = drawn
    room = 2 * int(np.diff(part.boxes.start).max()) + spare
    since = Found(FIRST_SLAB, 0, 0)
    calls = 0
    while since.slab < part.chunk.last:
        before = since
        out = Candidates(*(np.full(room, -9, np.int32) for _ in range(3)))
        since = find_candidates(job, part.boxes, part.places, part.chunk, 0.1, since, out)
        assert since.pairs <= room
        assert np.all(out.own[since.pairs :] == -9)
        assert since[:2] > before[:2]
        calls += 1
    assert calls <= len(expected(job, part)) + 1


def test_boxes_that_touch_meet():
    """Closed boxes, on each of the four axes, from either side."""
    for axis in range(4):
        for gap, meets in ((-1.0, True), (0.0, True), (1.0, False)):
            bounds = np.zeros((2, 8), np.float32)
            bounds[:, 4:] = 10.0
            bounds[1, axis] = 10.0 + gap
            bounds[1, axis + 4] = 20.0 + gap
            assert boxes_meet(bounds, 0, 1) == meets, axis
            assert boxes_meet(bounds, 1, 0) == meets, axis


@pytest.mark.parametrize(
    ("low", "high", "cells"), [(0.0, 9.9, (0, 0)), (-0.1, 10.0, (-1, 1)), (-20.0, -10.1, (-2, -2))]
)
def test_cells_are_counted_from_the_floor_on_every_axis(low, high, cells):
    for axis in range(3):
        bounds = np.zeros((1, 8), np.float32)
        bounds[0, axis], bounds[0, axis + 4] = low, high
        found = box_cells(bounds, 0, 0.1)
        assert (found[axis], found[axis + 3]) == cells
        assert sum(map(abs, found)) == abs(cells[0]) + abs(cells[1])
        assert cell_count(found) == cells[1] - cells[0] + 1


def test_cells_of_a_box_are_a_product():
    assert cell_count(Cells(0, -1, 5, 1, 1, 8)) == 2 * 3 * 4


def test_the_number_of_cells_of_the_largest_boxes_does_not_wrap_around():
    """2e9 m in cells of 2**-10 m: 2**41 by 2**41 of them are 2**82, or 0 in 64 bits."""
    last = 2**41 - 1
    assert cell_count(Cells(0, 0, 0, last, last, 0)) > LARGE


def test_keys_tell_near_cells_apart():
    cells = [(x, y, z) for x in range(-3, 4) for y in range(-3, 4) for z in range(-3, 4)]
    assert len({cell_key(*cell) for cell in cells}) == len(cells)
    assert cell_key(1, 2, 3) == cell_key(1 + 2**21, 2 - 2**21, 3)
    assert cell_key(2**20, 0, 0) != cell_key(-(2**20) + 1, 0, 0)


@given(parts())
def test_every_small_box_is_entered_into_all_of_its_cells_once(drawn):
    """Sorted by side and box in each bucket; large boxes are listed apart."""
    _, part = drawn
    bounds = part.boxes.bounds
    start, middle, end = part.boxes.start[0], part.boxes.middle[0], part.boxes.start[1]
    grid = enter_boxes(bounds, start, middle, end, 1.0 / CELL)
    assert grid.start[-1] == grid.box.size
    entered = []
    for slot in range(grid.start.size - 1):
        inside = grid.box[grid.start[slot] : grid.start[slot + 1]].tolist()
        assert inside == sorted(inside)
        assert all((box >= middle) == (slot % 2 == 1) for box in inside)
    entered = sorted(zip(grid.box.tolist(), grid.key.tolist(), strict=True))
    wanted, large = [], []
    for box in range(start, end):
        cells = box_cells(bounds, box, 1.0 / CELL)
        if cell_count(cells) > LARGE:
            large.append(box)
            continue
        wanted += [
            (box, cell_key(x, y, z))
            for x in range(cells.x0, cells.x1 + 1)
            for y in range(cells.y0, cells.y1 + 1)
            for z in range(cells.z0, cells.z1 + 1)
        ]
    assert entered == sorted(wanted)
    assert grid.large.tolist() == large
    assert np.flatnonzero(grid.is_large).tolist() == [box - start for box in large]


def test_an_empty_slab_has_no_candidates():
    still = make_knots([[[(0.0, 0.0, 0.0, 0.0)]]])
    nothing = Part(
        Chunk(0, 1),
        Boxes(np.empty((0, 8), np.float32), np.zeros(2, np.int64), np.zeros(1, np.int64)),
        Places(np.empty(0, np.int32), np.empty(0, np.int64)),
    )
    assert all_candidates(make_job(still, None, (1.0, 1.0)), nothing, 0.1, 4) == []
