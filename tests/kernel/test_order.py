"""Grouping, sorting, ties and gaps against what plain Python makes of the same rows."""

from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from airprox_kernel import gaps
from airprox_kernel import order as ordering

codes_drawn = st.lists(st.integers(0, 4), max_size=30)


def frozen(values, kind):
    array = np.array(values, kind)
    array.flags.writeable = False
    return array


def grouped(codes):
    """Renumbered codes, whether they were grouped, the places and offsets of the groups."""
    number, first = np.full(5, -1, np.int32), np.full(5, -1, np.int64)
    renumbered = np.empty(len(codes), np.int32)
    count, is_grouped = ordering.renumber(frozen(codes, np.int32), number, first, renumbered)
    renumbered.flags.writeable = False
    start = np.zeros(count + 1, np.int64)
    ordering.count_rows(renumbered, start)
    places = np.empty(len(codes), np.int64)
    ordering.place_rows(renumbered, start[:-1].copy(), places)
    return renumbered, is_grouped, frozen(places, np.int64), start, number, first[:count]


def moved(values, places, kind):
    result = np.empty(len(values), kind)
    column = frozen(values, kind)
    ordering.move(column.view(np.int64), places, result.view(np.int64))
    result.flags.writeable = False
    return result


@given(codes_drawn)
def test_codes_are_numbered_by_first_appearance(codes):
    renumbered, is_grouped, _, start, number, first = grouped(codes)
    seen = list(dict.fromkeys(codes))
    assert renumbered.tolist() == [seen.index(code) for code in codes]
    assert number.tolist() == [seen.index(code) if code in seen else -1 for code in range(5)]
    assert first.tolist() == [codes.index(code) for code in seen]
    assert is_grouped == (len([key for key, _ in groupby(codes)]) == len(seen))
    assert len(start) == len(seen) + 1


@given(codes_drawn)
def test_rows_move_to_their_trajectories_and_keep_their_order(codes):
    renumbered, _, places, start, *_ = grouped(codes)
    order = moved(range(len(codes)), places, np.int64)
    assert order.tolist() == sorted(range(len(codes)), key=lambda row: renumbered[row])
    assert np.diff(start).tolist() == [codes.count(code) for code in dict.fromkeys(codes)]
    assert moved(np.arange(len(codes)) + 0.5, places, np.float64).tolist() == (order + 0.5).tolist()


@given(st.data(), codes_drawn)
def test_the_first_change_of_a_value(data, codes):
    size = len(codes)
    values = data.draw(st.lists(st.integers(0, 1), min_size=size, max_size=size))
    renumbered, *_, first = grouped(codes)
    changes = np.empty(len(first), np.int64)
    ordering.first_changes(renumbered, frozen(values, np.int32), frozen(first, np.int64), changes)
    for found, code in zip(changes, dict.fromkeys(codes), strict=True):
        own = [row for row in range(size) if codes[row] == code]
        other = [row for row in own if values[row] != values[own[0]]]
        assert found == (other[0] if other else -1)


@pytest.mark.parametrize("kind", [np.int64, np.float64])
@given(st.data(), codes_drawn)
def test_times_are_sorted_within_trajectories_and_ties_keep_their_order(kind, data, codes):
    size = len(codes)
    drawn = data.draw(st.lists(st.integers(-3, 9), min_size=size, max_size=size))
    _, _, places, start, *_ = grouped(codes)
    time = moved(drawn, places, kind)
    progress = np.empty(len(start) - 1, np.uint8)
    largest = ordering.progress_of_all(time, start, progress)
    stops = 0
    for found, (begin, end) in zip(progress, pairwise(start), strict=True):
        steps = np.diff(time[begin:end]).tolist()
        stops += sum(step <= 0 for step in steps)
        worst = ordering.DECREASING if min(steps, default=1) < 0 else ordering.TIES
        assert found == (ordering.INCREASING if min(steps, default=1) > 0 else worst)
    assert largest == max(progress, default=ordering.INCREASING)
    assert ordering.count_stops(time, frozen(start, np.int64)) == stops
    order = np.arange(size)
    ordering.sort_decreasing(time, order, start, progress, np.empty_like(order))
    for begin, end in pairwise(start):
        assert order[begin:end].tolist() == sorted(range(begin, end), key=lambda knot: time[knot])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), max_size=12), st.integers(0, 12))
def test_ties_are_repeats_or_conflicts(knots, cut):
    knots = sorted(knots[:cut], key=lambda knot: knot[0]) + sorted(knots[cut:])
    start = frozen(sorted({0, min(cut, len(knots)), len(knots)}), np.int64)
    time, place = (frozen([knot[axis] for knot in knots], np.float64) for axis in (0, 1))
    same = frozen([0.0] * len(knots), np.float64)
    for axes in ([place, same, same], [same, place, same], [same, same, place]):
        repeated = np.zeros(len(knots), np.uint8)
        conflicts = np.empty(len(start) - 1, np.int64)
        ordering.find_all_ties(time, *axes, start, repeated, conflicts)
        for found, begin, end in zip(conflicts, start[:-1], start[1:], strict=True):
            pairs = [(k, knots[k - 1], knots[k]) for k in range(begin + 1, end)]
            assert [repeated[k] for k, one, two in pairs] == [one == two for _, one, two in pairs]
            clashes = [k for k, one, two in pairs if one[0] == two[0] and one[1] != two[1]]
            assert found == (clashes[0] if clashes else -1)


@pytest.mark.parametrize(
    ("row", "mark"),
    [
        ((1e12, 1.0, 2.0, 3.0), 0),
        ((-1e12, -1.0, -2.0, -3.0), 0),
        ((np.nextafter(1e12, 2e12), 0.0, 0.0, 0.0), 1),
        ((np.nan, 9.0, 0.0, 0.0), 1),
        ((-np.inf, 0.0, 0.0, 0.0), 1),
        ((0.0, np.nextafter(1.0, 2.0), np.nan, 0.0), 2),
        ((0.0, 0.0, -np.inf, 99.0), 3),
        ((0.0, 0.0, 2.5, 0.0), 3),
        ((0.0, 0.0, 0.0, np.nan), 4),
        ((0.0, 0.0, 0.0, -3.5), 4),
    ],
)
def test_values_out_of_range_are_marked_with_the_first(row, mark):
    high = frozen([1.0, 2.0, 3.0], np.float64)
    columns = [frozen([0.0, value, 0.0], np.float64) for value in row]
    marks = np.empty(3, np.uint8)
    count = ordering.mark_outside(
        columns[0], 1e12, *columns[1:], frozen(-high, np.float64), high, marks
    )
    assert marks.tolist() == [0, mark, 0]
    assert count == (mark > 0)


def test_timestamps_out_of_range_are_marked():
    limit = 2**62 - 1
    time = frozen([limit, -limit, limit + 1, -limit - 1, 2**63 - 1, -(2**63)], np.int64)
    zero, low = frozen([0.0] * 6, np.float64), frozen([0.0] * 3, np.float64)
    marks = np.empty(6, np.uint8)
    assert ordering.mark_outside(time, limit, zero, zero, zero, low, low, marks) == 4
    assert marks.tolist() == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("kind", [np.int64, np.float64])
@given(
    st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=8, unique=True), max_size=4),
    st.integers(1, 6),
)
def test_parts_are_split_at_legs_that_take_longer(kind, tracks, max_gap):
    tracks = [sorted(track) for track in tracks]
    time = frozen([t for track in tracks for t in track], kind)
    start = frozen(np.cumsum([0, *map(len, tracks)]), np.int64)
    limit = max_gap if kind == np.int64 else float(max_gap)
    counts = np.empty(len(tracks), np.int64)
    gaps.count_parts(time, start, limit, counts)
    row_start = frozen(np.cumsum([0, *counts]), np.int64)
    part_start = np.empty(row_start[-1] + 1, np.int64)
    part_row = np.empty(row_start[-1], np.int64)
    gaps.fill_parts(time, start, limit, row_start, part_start, part_row)
    cuts = [
        [0, *(k for k in range(1, len(track)) if track[k] - track[k - 1] > max_gap)]
        for track in tracks
    ]
    assert counts.tolist() == [len(cut) for cut in cuts]
    assert part_start.tolist() == [
        *(begin + k for begin, cut in zip(start, cuts, strict=False) for k in cut),
        len(time),
    ]
    assert part_row.tolist() == [row for row, cut in enumerate(cuts) for _ in cut]


@given(
    st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=8, unique=True), max_size=4),
    st.integers(1, 6),
)
@example([[0], [9], [12, 20]], 5)
def test_long_legs_are_counted_within_parts(parts, limit):
    parts = [sorted(part) for part in parts]
    time = frozen([t for part in parts for t in part], np.int64)
    part_start = frozen(np.cumsum([0, *map(len, parts)]), np.int64)
    long = [
        [begin + k for k in range(1, len(part)) if part[k] - part[k - 1] > limit]
        for begin, part in zip(part_start, parts, strict=False)
    ]
    legs = np.empty(len(parts), np.int64)
    gaps.first_long_legs(time, part_start, limit, legs)
    assert gaps.count_long_legs(time, part_start, limit) == sum(map(len, long))
    assert legs.tolist() == [found[0] if found else -1 for found in long]
