"""Merging: the same whatever the pieces were cut into, and however often they were found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import spelt

from airprox_kernel.encounters import (
    follows,
    is_same_pair,
    join,
    merge_pieces,
    merged,
    order_pieces,
)
from airprox_kernel.pieces import piece_type

EPOCH = 1_790_000_000_000_000_000
KINDS = st.sampled_from((np.int64, np.float64))


@st.composite
def histories(draw):
    """Elementary intervals of one pair and level: the loss in each, or None.

    Loss has offsets (start, end) in an interval of length 10, and values of two minima; a loss at
    an end of an interval starts, or ends, there.
    """
    history = []
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.integers(0, 2)) == 0:
            history.append(None)
            continue
        at_start, at_end = draw(st.booleans()), draw(st.booleans())
        start = 0.0 if at_start else draw(st.integers(0, 4)) * 1.0
        end = 10.0 if at_end else draw(st.integers(6, 10)) * 1.0
        values = st.integers(0, 3).map(float)
        history.append((start, end, at_start, at_end, draw(values), draw(values)))
    return history


def piece_over(history, first, last, key, kind):
    """The piece that a walk over the intervals [first, last] writes, all joined to one."""
    piece = np.zeros(1, piece_type(kind))
    piece["own"], piece["other"], piece["level"] = key
    begin, end = history[first], history[last]
    shift = EPOCH if kind is np.int64 else 0
    piece["first"], piece["last"], piece["until"] = (
        shift + 10 * first,
        shift + 10 * last,
        shift + 10 * last + 10,
    )
    piece["start"], piece["at_start"] = begin[0], begin[2]
    piece["end"], piece["at_end"] = end[1], end[3]
    for value, name, names in (
        (4, "cpa", ("cpa_square", "cpa_offset", "cpa_horizontal", "cpa_vertical")),
        (5, "critical", ("critical_square", "critical_offset")),
    ):
        best = min(range(first, last + 1), key=lambda k: (history[k][value], k))
        piece[name] = shift + 10 * best
        for order, field in enumerate(names):
            piece[field] = history[best][value] + (0 if order == 0 else best + order)
    return piece


def runs(history, first, last):
    """The pieces (first, last) that a walk over the intervals [first, last] writes."""
    found = []
    for k in range(first, last + 1):
        if history[k] is None:
            continue
        joins = found and found[-1][1] == k - 1 and history[k - 1][3] and history[k][2]
        if joins:
            found[-1] = (found[-1][0], k)
        else:
            found.append((k, k))
    return found


@st.composite
def scattered(draw):
    """Pieces of several pairs from walks over drawn parts of time, repeats included, shuffled."""
    kind = draw(KINDS)
    keys = draw(st.lists(st.tuples(*[st.integers(0, 1)] * 3), min_size=1, max_size=3, unique=True))
    whole, pieces = [], []
    for key in sorted(keys):
        history = draw(histories())
        last = len(history) - 1
        for a, b in runs(history, 0, last):
            whole.append(piece_over(history, a, b, key, kind))
        # Every interval is walked over once at least, alone or with its neighbours.
        walks = [(0, last)] if draw(st.booleans()) else [(k, k + 1) for k in range(last)]
        walks = walks or [(0, last)]
        for _ in range(draw(st.integers(0, 4))):
            a, b = sorted((draw(st.integers(0, last)), draw(st.integers(0, last))))
            walks.append((a, b))
        for walk in walks:
            pieces += [piece_over(history, a, b, key, kind) for a, b in runs(history, *walk)]
    pieces = draw(st.permutations(pieces))
    empty = np.empty(0, piece_type(kind))
    return np.concatenate([empty, *pieces]), np.concatenate([empty, *whole])


@given(scattered())
def test_merging_gives_what_one_walk_over_everything_writes(drawn):
    pieces, whole = drawn
    assert spelt(merged(pieces)) == spelt(whole)


@given(scattered(), st.data())
def test_merging_in_parts_is_merging_at_once(drawn, data):
    pieces, whole = drawn
    cut = data.draw(st.integers(0, pieces.size))
    halves = np.concatenate([merged(pieces[:cut]), merged(pieces[cut:])])
    assert spelt(merged(halves)) == spelt(whole)
    assert spelt(merged(whole)) == spelt(whole)


@given(scattered())
def test_the_order_is_by_pair_level_and_time(drawn):
    pieces, _ = drawn
    rows = [
        (int(p["own"]), int(p["other"]), int(p["level"]), p["first"].item())
        for p in pieces[order_pieces(pieces)]
    ]
    assert rows == sorted(rows)


def two_pieces(**second):
    """Pieces over [0, 10] and [10, 20] that are in loss at the knot between them."""
    pieces = np.zeros(2, piece_type(np.int64))
    pieces["first"] = pieces["last"] = [0, 10]
    pieces["until"] = [10, 20]
    pieces["at_end"][0] = pieces["at_start"][1] = True
    for name, value in second.items():
        pieces[name][1] = value
    return pieces


def test_pieces_follow_on_each_other_with_loss_on_both_sides_of_the_knot_only():
    assert follows(two_pieces(), 0, 1)
    assert not follows(two_pieces(at_start=False), 0, 1)
    pieces = two_pieces()
    pieces["at_end"][0] = False
    assert not follows(pieces, 0, 1)
    # A knot further on is not the same knot.
    assert not follows(two_pieces(first=11, last=11), 0, 1)


def test_pieces_that_share_an_interval_are_of_one_encounter():
    assert follows(two_pieces(first=0, last=0, until=10, at_start=False), 0, 1)
    pieces = two_pieces(at_start=False)
    pieces["last"][0], pieces["until"][0] = 10, 20
    assert follows(pieces, 0, 1)


def test_pieces_of_one_interval_follow_only_where_their_parts_meet():
    """Minima jump inside an interval: loss in its first and third part is two encounters."""
    apart = {"first": 0, "last": 0, "until": 10, "at_start": False}
    pieces = two_pieces(**apart, first_cut=2, last_cut=2)
    pieces["at_end"][0] = False
    assert not follows(pieces, 0, 1)
    pieces["last_cut"][0] = 1
    assert not follows(pieces, 0, 1)
    pieces["last_cut"][0] = 2
    assert follows(pieces, 0, 1)


def test_pieces_of_other_parts_or_levels_never_follow():
    for name in ("own", "other", "level"):
        pieces = two_pieces(**{name: 1})
        assert not is_same_pair(pieces, 0, 1)
        assert not follows(pieces, 0, 1)
    assert is_same_pair(two_pieces(), 0, 1)


def test_the_earlier_of_two_equal_minima_stays():
    pieces = two_pieces(cpa=10, cpa_offset=3.0, critical=10, critical_offset=4.0)
    join(pieces, 0, 1)
    assert (pieces["cpa"][0], pieces["critical"][0]) == (0, 0)
    pieces = two_pieces(
        cpa=10, cpa_offset=3.0, cpa_square=-1.0, cpa_vertical=7.0, cpa_horizontal=8.0
    )
    join(pieces, 0, 1)
    assert pieces[0][["cpa", "cpa_offset", "cpa_square"]].item() == (10, 3.0, -1.0)
    assert pieces[0][["cpa_vertical", "cpa_horizontal"]].item() == (7.0, 8.0)
    assert pieces["critical"][0] == 0
    pieces = two_pieces(critical=10, critical_offset=4.0, critical_square=-1.0)
    join(pieces, 0, 1)
    assert pieces[0][["critical", "critical_offset", "critical_square"]].item() == (10, 4.0, -1.0)
    assert (pieces["last"][0], pieces["until"][0], pieces["first"][0]) == (10, 20, 0)


CLIPPED = [(False, False), (False, True), (True, False), (True, True)]


@pytest.mark.parametrize(("one", "two"), CLIPPED)
def test_who_ends_or_begins_at_one_place_is_clipped_if_either_says_so(one, two):
    """Parts of a divided world may not know whether a trajectory goes on beyond their edge."""
    same = {"first": 0, "last": 0, "until": 10}

    def joined(**places):
        pieces = two_pieces(**same | places)
        pieces["start_clipped"] = pieces["end_clipped"] = one, two
        join(pieces, 0, 1)
        return pieces[0][["start_clipped", "end_clipped"]].item()

    assert joined() == (one or two, one or two)
    # A piece that begins or ends elsewhere knows nothing of this place.
    assert joined(first_cut=1, last_cut=1) == (one, two)
    assert joined(first=5, last=10) == (one, two)


def test_the_longer_in_one_interval_has_the_end():
    """Minima jump inside an interval: its parts are numbered."""
    pieces = two_pieces(first=0, last=0, until=10, last_cut=1, end=7.0, end_clipped=True)
    pieces["end_clipped"][0] = False
    join(pieces, 0, 1)
    assert pieces[0][["last_cut", "end", "end_clipped"]].item() == (1, 7.0, True)
    pieces = two_pieces(first=0, last=0, until=10, end=7.0, end_clipped=True)
    pieces["last_cut"][0] = 1
    join(pieces, 0, 1)
    assert pieces[0][["last_cut", "end", "end_clipped"]].item() == (1, 0.0, False)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 4)), max_size=12))
def test_pieces_in_any_order_merge_to_the_same(drawn):
    """Pieces of one level that come in order of time take the short way, others the long one."""
    pieces = np.zeros(len(drawn), piece_type(np.float64))
    for piece, (own, other, first) in zip(pieces, drawn, strict=True):
        piece["own"], piece["other"], piece["first"] = own, other, first
        piece["last"], piece["until"], piece["end"] = first, first + 1.0, 1.0
        piece["at_start"] = piece["at_end"] = first % 2 == 0
    ordered = pieces[order_pieces(pieces)]
    assert (merge_pieces(pieces.copy()) == -1) == (spelt(ordered) != spelt(pieces))
    kept = ordered[: merge_pieces(ordered)]
    assert spelt(merged(pieces)) == spelt(kept)
    assert spelt(merged(pieces[np.argsort(pieces["first"], kind="stable")])) == spelt(kept)


def test_nothing_merges_to_nothing():
    assert merge_pieces(np.empty(0, piece_type(np.float64))) == 0
