"""The legs that hold instants, found many at a time, against a search of each by itself."""

from bisect import bisect_right

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from strategies_kernel import frozen

from airprox_kernel.passages import find_legs


@st.composite
def searches(draw):
    """Ascending times, and for each search an instant and the legs [first, last) to look among."""
    steps = draw(st.lists(st.integers(1, 3), min_size=1, max_size=70))
    times = np.cumsum([0, *steps])
    legs = st.tuples(st.integers(0, len(times) - 2), st.integers(1, len(times))).map(
        lambda pair: (pair[0], min(pair[0] + pair[1], len(times) - 1))
    )
    asked = draw(st.lists(st.tuples(st.integers(-1, int(times[-1]) + 1), legs), max_size=9))
    return times.tolist(), asked


@given(searches(), st.booleans())
@example(([0, 1], [(0, (0, 1)), (1, (0, 1))]), False)
@example(([0, 1, 2, 3], [(2, (0, 3)), (2, (0, 2)), (3, (1, 3))]), True)
def test_legs_are_found_as_by_bisection(drawn, timestamps):
    times, asked = drawn
    kind = np.int64 if timestamps else np.float64
    room = len(asked) + 2
    leg, last = np.full(room, -7), np.full(room, -7)
    when = np.zeros(room, kind)
    for index, (instant, (first, end)) in enumerate(asked):
        when[index], leg[index], last[index] = instant, first, end
    find_legs(frozen(times, kind), when, leg, last, len(asked))
    expected = [
        max(first, min(bisect_right(times, instant, first, end) - 1, end - 1))
        for instant, (first, end) in asked
    ]
    assert leg[: len(asked)].tolist() == expected
    assert leg[len(asked) :].tolist() == [-7, -7]  # what is beyond the count is left alone
