"""Who is present in which slab and chunk, against brute force."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import frozen, kinds_of_time, make_knots, small_tracks

from airprox_kernel.chunks import (
    Presence,
    call_roll,
    divide,
    find_presence,
    part_spans,
)
from airprox_kernel.job import Slabs

spans = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda ends: tuple(sorted(ends))),
    min_size=1,
    max_size=8,
)


@st.composite
def slab_lists(draw):
    """Slabs that touch or leave time between them."""
    edges = draw(st.lists(st.integers(0, 20), min_size=2, max_size=10, unique=True).map(sorted))
    pairs = list(pairwise(edges))
    return [pair for pair in pairs if draw(st.integers(0, 3))] or pairs[:1]


def as_slabs(pairs):
    return Slabs(*(frozen([pair[k] for pair in pairs], np.int64) for k in (0, 1)))


def presence_of(drawn, pairs):
    start, end = (np.array([span[k] for span in drawn], np.int64) for k in (0, 1))
    return find_presence(start, end, as_slabs(pairs))


def shared(span, slab):
    return max(span[0], slab[0]) < min(span[1], slab[1])


@given(spans, slab_lists())
def test_a_part_is_present_where_it_shares_more_than_an_instant(drawn, pairs):
    presence, _ = presence_of(drawn, pairs)
    for part, span in enumerate(drawn):
        found = set(range(presence.first[part], presence.last[part] + 1))
        assert found == {k for k, slab in enumerate(pairs) if shared(span, slab)}


@given(spans, slab_lists())
def test_boxes_are_counted_by_slab(drawn, pairs):
    _, counts = presence_of(drawn, pairs)
    assert counts.tolist() == [sum(shared(span, slab) for span in drawn) for slab in pairs]


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 20))
def test_chunks_are_runs_of_slabs_of_about_the_target(boxes, target):
    first = divide(np.array(boxes, np.int64), target)
    assert first[0] == 0
    assert first[-1] == len(boxes)
    assert np.all(np.diff(first) > 0)
    for begin, end in pairwise(first):
        assert sum(boxes[begin:end]) < 2 * target + max(boxes)
        # A chunk ends only where it is full: all but its last slab stay below the target.
        assert sum(boxes[begin : end - 1]) <= target
    chunks = len(first) - 1
    assert chunks <= sum(boxes) // target + 1


@given(spans, slab_lists(), st.integers(1, 20))
def test_the_roll_lists_the_parts_of_each_chunk(drawn, pairs, target):
    presence, counts = presence_of(drawn, pairs)
    chunk_start = divide(counts, target)
    roll = call_roll(presence, chunk_start)
    assert roll.start.size == chunk_start.size
    for chunk, (first, last) in enumerate(pairwise(chunk_start)):
        expected = [
            part
            for part, span in enumerate(drawn)
            if any(shared(span, slab) for slab in pairs[first:last])
        ]
        assert roll.part[roll.start[chunk] : roll.start[chunk + 1]].tolist() == expected


def test_no_slabs_have_no_chunks_and_nobody_present():
    nothing = frozen([], np.int64)
    presence, counts = find_presence(np.array([3]), np.array([7]), Slabs(nothing, nothing))
    assert presence.last[0] < presence.first[0]
    chunk_start = divide(counts, 10)
    assert chunk_start.tolist() == [0]
    roll = call_roll(presence, chunk_start)
    assert roll.start.tolist() == [0]
    assert roll.part.size == 0


def test_an_instant_is_present_nowhere():
    presence, counts = find_presence(np.array([5]), np.array([5]), as_slabs([(0, 10)]))
    assert presence.last[0] < presence.first[0]
    assert counts.tolist() == [0]


def test_absent_parts_are_on_no_roll():
    presence = Presence(np.array([2, 0, 1]), np.array([1, 1, -1]))
    roll = call_roll(presence, np.array([0, 1, 3]))
    assert roll.start.tolist() == [0, 1, 2]
    assert roll.part.tolist() == [1, 1]


@given(kinds_of_time(lambda instants: small_tracks(instants)))
def test_spans_of_parts_are_first_and_last_knots(drawn):
    tracks, timestamps = drawn
    start, end = part_spans(make_knots(tracks, timestamps=timestamps))
    parts = [part for track in tracks for part in track]
    assert start.tolist() == [part[0][0] for part in parts]
    assert end.tolist() == [part[-1][0] for part in parts]
