"""Lists of pairs whose spans share an instant."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import make_job, make_knots

from airprox_kernel.job import Block
from airprox_kernel.pairs import ByRows, Spans, list_pairs, order_by_rows

spans = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda ends: ends[0] <= ends[1] + 2),
    max_size=6,
)


def make_spans(side):
    return Spans(*(np.array([span[k] for span in side], np.float64) for k in (0, 1)))


@given(spans, spans, st.booleans(), st.integers(0, 40), st.data())
def test_pairs_are_those_whose_closed_spans_meet(own, other, single, room, data):
    """A span that ends before it starts is empty and meets nothing."""
    other = own if single else other
    first = data.draw(st.integers(0, len(own)))
    last = data.draw(st.integers(first, len(own)))
    expected = [
        [
            b
            for b, (b0, b1) in enumerate(other)
            if (not single or a < b) and any(a0 <= t <= a1 and b0 <= t <= b1 for t in range(10))
        ]
        for a, (a0, a1) in enumerate(own[:last])
        if a >= first
    ]
    knots = [make_knots([[[(0.0, 0.0, 0.0, 0.0)]]] * len(side)) for side in (own, other)]
    job = make_job(knots[0], None if single else knots[1], (1e3, 1e2))
    start, rows = np.empty(last - first + 1, np.int64), np.full(room, -1, np.int64)
    count = list_pairs(job, make_spans(own), make_spans(other), first, last, start, rows)
    flat = [b for partners in expected for b in partners]
    assert count == len(flat)
    assert start.tolist() == np.cumsum([0] + [len(partners) for partners in expected]).tolist()
    assert rows[: len(flat)].tolist() == flat[:room]


def test_pairs_of_one_identity_and_outside_of_the_block_are_left_out():
    knots = make_knots([[[(0.0, 0.0, 0.0, 0.0)]]] * 3)
    job = make_job(knots, knots, (1e3, 1e2))
    job = job._replace(other_identity=np.array([5, 1, 7]), block=Block(0, 3, 0, 2))
    instants = Spans(np.zeros(3), np.zeros(3))
    start, rows = np.empty(4, np.int64), np.empty(6, np.int64)
    assert list_pairs(job, instants, instants, 0, 3, start, rows) == 5
    assert rows[:5].tolist() == [0, 1, 0, 0, 1]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=30))
def test_a_list_in_order_has_each_pair_once_and_the_place_of_every_one(pairs):
    own, other = np.array(pairs, np.int64).reshape(-1, 2).T.copy()
    order, seen = np.empty(own.size, np.int64), np.empty(7, np.int64)
    out = ByRows(np.empty(6, np.int64), np.empty_like(order), np.empty_like(order))
    order_by_rows(own, other, order, seen, out)
    row = np.repeat(np.arange(5), np.diff(out.start))
    listed = list(zip(row.tolist(), out.partner[: out.start[-1]].tolist(), strict=True))
    assert sorted(listed) == sorted(set(pairs))
    assert [listed[place] for place in out.place] == pairs
