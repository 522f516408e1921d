"""Candidates equal brute force over all pairs of boxes: none missing, none twice."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import Part, all_candidates, frozen, make_job, make_knots

from airprox_kernel.boxes import Boxes, Places
from airprox_kernel.broad import Candidates, Found, boxes_meet, find_candidates
from airprox_kernel.chunks import Chunk
from airprox_kernel.job import Block
from airprox_kernel.sweep import choose_axes
from airprox_kernel.tubes import COLUMNS, NO_TUBES, RADIUS, tubes_meet

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
def tubes(draw, count):
    """Tubes that often miss each other, or none at all."""
    if draw(st.booleans()):
        return NO_TUBES
    values = np.zeros((count, COLUMNS), np.float32)
    for tube in range(count):
        values[tube, :RADIUS] = draw(st.lists(st.integers(-6, 6), min_size=6, max_size=6))
        values[tube, RADIUS] = draw(st.sampled_from((0.0, 1.0, 4.0, math.inf)))
    return values


@st.composite
def parts(draw, *, single=None):
    """A job whose rows are its boxes, spread over some slabs; two sides or one."""
    single = draw(st.booleans()) if single is None else single
    flat = draw(st.booleans())
    counts = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=3))
    if single:
        counts = [(own + other, 0) for own, other in counts]
    rows = max(1, *(n for count in counts for n in count))
    boxes = [(side, row) for count in counts for side, n in enumerate(count) for row in range(n)]
    bounds = [draw(box_bounds(flat=flat)) for _ in boxes]
    sums = [sum(count) for count in counts]
    start = np.concatenate([[0], np.cumsum(sums)]).astype(np.int64)
    middle = start[:-1] + np.array([own for own, _ in counts], np.int64)
    part = Part(
        Chunk(FIRST_SLAB, FIRST_SLAB + len(counts)),
        Boxes(np.array(bounds, np.float32).reshape(-1, 8), start, middle),
        Places(
            np.array([row for _, row in boxes], np.int32),
            np.zeros(len(boxes), np.int64),
            draw(tubes(len(boxes))),
        ),
    )
    still = [[[(0.0, 0.0, 0.0, 0.0)]]] * rows
    knots = make_knots(still, geodetic=not flat)
    other = None if single else make_knots(still, geodetic=not flat)
    return make_job(knots, other, (1.0, 1.0)), part


def expected(job, part):
    """(slab, own box, other box) of all pairs of boxes that share a point, and tubes that meet."""
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
                if (
                    own[part.places.part[a]] != other[part.places.part[b]]
                    and all(
                        bounds[a][k] <= bounds[b][k + 4] and bounds[b][k] <= bounds[a][k + 4]
                        for k in range(4)
                    )
                    and tubes_meet(part.places.tube, a, b)
                ):
                    found.append((slab, a, b))
    return found


@given(parts(), st.sampled_from((1, 2, 7, 1000)))
def test_candidates_equal_brute_force(drawn, room):
    """Whatever the size of the buffer in which the search has to go on."""
    job, part = drawn
    found = all_candidates(job, part, room)
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
        job = job._replace(other_identity=frozen(identity, np.int64))
    rows_of = part.places.part
    kept = [
        (slab, a, b)
        for slab, a, b in expected(job, part)
        if ends[0][0] <= rows_of[a] < ends[0][1] and ends[1][0] <= rows_of[b] < ends[1][1]
    ]
    assert sorted(all_candidates(job, part, 50)) == kept


@given(parts(), st.integers(0, 30))
def test_every_call_goes_on_where_the_last_one_stopped(drawn, spare):
    """Room for as many pairs as the fullest slab has boxes is progress on each call."""
    job, part = drawn
    room = max(1, int(np.diff(part.boxes.start).max())) + spare
    since = Found(FIRST_SLAB, 0, 0)
    calls = 0
    while since.slab < part.chunk.last:
        before = since
        out = Candidates(*(np.full(room, -9, np.int32) for _ in range(3)))
        since = Found(*find_candidates(job, part.boxes, part.places, part.chunk, since, out))
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


@pytest.mark.parametrize("place", [0.0, 50.0, 99.0])
def test_a_box_with_more_cells_than_buckets_is_paired_with_all_of_the_other_fleet(place):
    """Also with what begins in its own cell, and whoever is entered first."""
    bounds = np.zeros((4, 8), np.float32)
    bounds[0, 4] = 100.0
    bounds[1:, 0] = bounds[1:, 4] = place
    knots = make_knots([[[(0.0, 0.0, 0.0, 0.0)]]] * 4)
    places = Places(np.arange(4, dtype=np.int32), np.zeros(4, np.int64))
    for middle in (1, 3):
        part = Part(Chunk(0, 1), Boxes(bounds, np.array([0, 4]), np.array([middle])), places)
        found = sorted(all_candidates(make_job(knots, knots, (1.0, 1.0)), part, 9))
        giant, points = (0, (1, 2, 3)) if middle == 1 else (3, (0, 1, 2))
        assert found == [(0, *sorted((giant, point))) for point in points]
        bounds = np.ascontiguousarray(bounds[::-1])


def part_of(bounds, sizes):
    """A fleet against itself: so many boxes in each slab, and each box of a row of its own."""
    start = np.cumsum([0, *sizes])
    rows = np.arange(len(bounds), dtype=np.int32)
    part = Part(
        Chunk(0, len(sizes)),
        Boxes(bounds, start, start[1:].copy()),
        Places(rows, np.zeros(len(bounds), np.int64)),
    )
    knots = make_knots([[[(0.0, 0.0, 0.0, 0.0)]]] * max(1, len(bounds)))
    return make_job(knots, None, (1.0, 1.0)), part


def test_an_empty_slab_has_no_candidates():
    job, nothing = part_of(np.empty((0, 8), np.float32), [0])
    assert all_candidates(job, nothing, 4) == []


@pytest.mark.parametrize(
    ("axes", "sizes", "sweep"),
    [
        ((1, 0), (5, 5), 1),
        ((1, 0), (5, 6), 0),
        ((3, 1, 0), (2, 5, 3), 1),
        ((1, 3, 0), (4, 2, 5), 0),
        ((3, 1, 0), (2, 5, 6), 0),
    ],
)
def test_a_chunk_is_swept_along_the_axis_of_its_first_fullest_slab(axes, sizes, sweep):
    """The boxes of each slab lie one behind the other along its axis, and are alike on others."""
    bounds = np.zeros((sum(sizes), 8), np.float32)
    first = 0
    for axis, size in zip(axes, sizes, strict=True):
        bounds[first : first + size, axis] = 10.0 * np.arange(size)
        first += size
    bounds[:, 4:] = bounds[:, :4] + np.float32(1.0)
    job, part = part_of(bounds, sizes)
    out = Candidates(*(np.empty(10, np.int32) for _ in range(3)))
    since = Found(0, 0, 0)
    found = Found(*find_candidates(job, part.boxes, part.places, part.chunk, since, out))
    assert found == Found(len(sizes), 0, 0, sweep, False)


def test_endless_altitudes_meet_where_levels_are_compared_first():
    """Five boxes at levels of their own, and two that meet at all levels."""
    bounds = np.zeros((7, 8), np.float32)
    bounds[:, 0] = 0.0, 0.5, 20.0, 40.0, 60.0, 80.0, 100.0
    bounds[:, 3] = 10.0 * np.arange(7)
    bounds[:, 4:] = bounds[:, :4] + np.float32(1.0)
    bounds[:2, 3], bounds[:2, 7] = -np.inf, np.inf
    assert choose_axes(bounds, 0, 7, False)[:2] == (0, 3)
    job, part = part_of(bounds, [7])
    assert all_candidates(job, part, 7) == [(0, 0, 1)]
