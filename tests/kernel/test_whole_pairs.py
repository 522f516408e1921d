"""Pairs tested one by one: the same pieces as the search finds, whatever a call has room for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import frozen, make_job, make_knots, make_reach, merged, search, spelt
from test_narrow import jobs

from airprox_kernel import whole_pairs
from airprox_kernel.narrow import Narrowed
from airprox_kernel.pieces import piece_type
from airprox_kernel.whole_pairs import find_pieces_of_pairs


def pieces_of_pairs(job, own, other, room):
    """The merged pieces of the pairs of rows; room is doubled where one pair needs it."""
    own, other = (frozen(rows, np.int64) for rows in (own, other))
    out = np.empty(room, piece_type(job.own.time.dtype))
    scratch = np.empty(job.limits.horizontal.shape[2], np.int64)
    found, done, legs = [out[:0]], 0, 0
    while done < own.size:
        result = Narrowed(*find_pieces_of_pairs(job, own, other, done, scratch, out))
        out = np.empty(2 * out.size, out.dtype) if result.candidate == done else out
        found.append(out[: result.pieces].copy())
        done = result.candidate
        legs += result.legs
    return merged(np.concatenate(found)), legs


def every_pair(job):
    rows, width = job.own_identity.size, job.other_identity.size
    return np.triu_indices(rows, 1) if job.single else np.divmod(np.arange(rows * width), width)


@given(jobs(), st.sampled_from((1, 3, 100)))
def test_the_pieces_of_all_pairs_are_those_of_the_search(drawn, room):
    job, *_, minima = drawn
    found, _ = pieces_of_pairs(job, *every_pair(job), room)
    length = 1000.0 * (7 if job.own.time.dtype.kind == "i" else 1)
    assert spelt(found) == spelt(search(job, make_reach(*minima), length))


def crossing(rows):
    """Tracks of two parts, (0, 40) and (50, 90), all of them on one line."""
    return make_knots([[[(a, a, 0, 0), (a + 40.0, a + 1.0, 0, 0)] for a in (0.0, 50.0)]] * rows)


def test_every_interval_of_all_parts_is_tested_and_what_is_left_out_is_not():
    job = make_job(crossing(3), None, (10.0, 10.0))
    found, legs = pieces_of_pairs(job, *every_pair(job), 1)
    assert (found.size, legs) == (6, 6)
    same = job._replace(own_identity=frozen([0, 0, 1], np.int64))
    same = same._replace(other_identity=same.own_identity)
    found, legs = pieces_of_pairs(same, *every_pair(job), 1)
    assert (found.size, legs) == (4, 4)


def test_a_call_ends_after_enough_intervals(monkeypatch):
    """Only the uncompiled program sees the smaller number; compiled, the result is the same."""
    monkeypatch.setattr(whole_pairs, "ENOUGH", 1)
    job = make_job(crossing(5), None, (10.0, 10.0))
    found, legs = pieces_of_pairs(job, *every_pair(job), 100)
    assert (found.size, legs) == (20, 20)
