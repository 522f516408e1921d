"""Runs, their grid, and pairs of runs against brute force."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import frozen, make_knots, make_reach, small_tracks

from airprox_kernel.run_grid import boxes_meet, enter_runs, find_meeting
from airprox_kernel.run_pairs import Asked, Collected, RunPairs, Workspace, find_run_pairs
from airprox_kernel.runs import (
    BOUNDS,
    LONGEST_RUN,
    Frame,
    Runs,
    count_runs,
    fill_run_boxes,
    fill_runs,
)
from airprox_kernel.uncertain import Radii

NOTHING = frozen([])
seconds = st.integers(0, 60).map(float) | st.floats(0, 60)


def make_runs(knots, limit: float) -> Runs:
    start = np.empty(knots.row_start.size, np.int64)
    count = count_runs(knots, limit, start)
    runs = Runs(
        np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int32), start
    )
    fill_runs(knots, limit, runs)
    return Runs(*(frozen(column, column.dtype) for column in runs))


def make_frame(knots, radius: float = 0.0) -> Frame:
    radii = Radii(NOTHING, NOTHING)
    if radius:
        radii = Radii(frozen([radius] * len(knots.time)), frozen([radius] * len(knots.time)))
    category = frozen([0] * (knots.row_start.size - 1), np.int32)
    return Frame(category, make_reach((300.0, 60.0)), radii, 0.0, 1.0)


def boxes_of(knots, runs, frame) -> np.ndarray:
    bounds = np.empty((runs.first.size, BOUNDS), np.float32)
    fill_run_boxes(knots, runs, frame, bounds)
    return bounds


@given(small_tracks(seconds), st.sampled_from((0.0, 500.0, 1e4)))
def test_runs_hold_every_leg_once(tracks, limit):
    knots = make_knots(tracks)
    runs = make_runs(knots, limit)
    held = [
        (int(row), leg)
        for row, first, last in zip(runs.row, runs.first, runs.last, strict=True)
        for leg in range(first, last)
    ]
    legs = []
    for part, row in enumerate(knots.part_row.tolist()):
        first, last = knots.part_start[part : part + 2].tolist()
        legs += [(row, leg) for leg in range(first, last - 1)]
    assert held == legs
    assert [runs.row.tolist().index(row) for row in sorted({*runs.row.tolist()})] == [
        begin for begin, end in pairwise(runs.start.tolist()) if begin < end
    ]
    for first, last in zip(runs.first, runs.last, strict=True):
        assert last - first <= LONGEST_RUN
        width = max(np.ptp(knots.x[first : last + 1]), np.ptp(knots.y[first : last + 1]))
        assert last - first == 1 or width <= limit


@given(small_tracks(seconds), st.sampled_from((0.0, 7.0)))
def test_boxes_hold_the_knots_of_a_run_and_its_reach(tracks, radius):
    knots = make_knots(tracks)
    runs = make_runs(knots, 500.0)
    bounds = boxes_of(knots, runs, make_frame(knots, radius)).astype(float)
    for run, (first, last) in enumerate(zip(runs.first, runs.last, strict=True)):
        for knot in range(first, last + 1):
            place = knots.x[knot], knots.y[knot], 0.0, knots.altitude[knot], knots.time[knot]
            reach = 150.0 + radius, 150.0 + radius, 0.0, 30.0 + radius, 0.0
            for axis in range(5):  # float32 has nothing between 0 and 1e-45
                assert bounds[run, axis] <= place[axis] - reach[axis] + 1e-40
                assert bounds[run, axis + 5] >= place[axis] + reach[axis] - 1e-40


sizes = st.sampled_from((0.0, 1.0, 30.0, 1e3, 1e6))


@st.composite
def boxes(draw):
    """Boxes of very different widths around a few places."""
    low = [draw(st.integers(-20, 20)) * draw(st.sampled_from((10.0, 1e3))) for _ in range(5)]
    return [*low, *(value + draw(sizes) for value in low)]


@given(st.lists(boxes(), max_size=25), boxes(), st.sampled_from((1e-3, 10.0)))
def test_grid_finds_the_boxes_that_meet(entered, asked, least):
    bounds = np.array(entered, np.float32).reshape(-1, BOUNDS)
    box = np.array([asked], np.float32)
    grid = enter_runs(bounds, least)
    found = np.empty(10_000, np.int32)
    count = find_meeting(grid, box, found)
    assert {*found[:count].tolist()} == {
        run for run in range(len(bounds)) if boxes_meet(bounds, run, box, 0)
    }
    assert find_meeting(grid, box, found[: count // 2]) == (-1 if count else 0)


@given(small_tracks(seconds), small_tracks(seconds), st.booleans(), st.sampled_from((0.0, 20.0)))
def test_pairs_of_runs_are_those_whose_boxes_meet(own_tracks, other_tracks, single, ahead):
    own = make_knots(own_tracks)
    other = own if single else make_knots(other_tracks)
    own_runs, other_runs = make_runs(own, 500.0), make_runs(other, 500.0)
    bounds = boxes_of(other, other_runs, make_frame(other))
    grid = enter_runs(bounds, 300.0)
    asked = Asked(own_runs, make_frame(own), ahead, single, other_runs.row)
    found: set[tuple[int, int]] = set()
    row = 0
    room = 1
    while row < len(own_tracks):
        work = Workspace(np.empty((1, BOUNDS), np.float32), np.empty(room, np.int32))
        out = RunPairs(np.empty(room, np.int32), np.empty(room, np.int32))
        done = Collected(*find_run_pairs(own, asked, grid, row, len(own_tracks), work, out))
        found |= {
            *zip(out.own[: done.pairs].tolist(), out.other[: done.pairs].tolist(), strict=True)
        }
        room *= 2 if done.row == row else 1
        row = done.row
    here = boxes_of(own, own_runs, make_frame(own))
    here[:, 4] -= np.float32(1.0001 * ahead)
    here[:, 9] += np.float32(1.0001 * ahead)
    expected = {
        (a, b)
        for a in range(len(here))
        for b in range(len(bounds))
        if boxes_meet(here, a, bounds, b) and not (single and other_runs.row[b] <= own_runs.row[a])
    }
    assert found <= expected
    here[:, 4] += np.float32(0.001 * ahead)
    here[:, 9] -= np.float32(0.001 * ahead)
    assert found >= {pair for pair in expected if boxes_meet(here, pair[0], bounds, pair[1])}
