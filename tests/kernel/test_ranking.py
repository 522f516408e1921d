"""The k closest others of each row are the first of all of them in order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from airprox_kernel.approach import HORIZONTAL, RATIO, SLANT
from airprox_kernel.ranking import Ranking, rank_pairs
from airprox_kernel.reports import Columns

ROWS = 5


@st.composite
def approaches(draw):
    """Pairs with few different values and times, some without an approach; the order of ids."""
    pairs = [(own, other) for own in range(ROWS) for other in range(own + 1, ROWS)]
    pairs = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=10))
    few = st.lists(st.integers(0, 2).map(float), min_size=len(pairs), max_size=len(pairs))
    columns = np.array([draw(few) for _ in range(5)]).reshape(5, -1)
    for index in range(len(pairs)):
        if draw(st.integers(0, 5)) == 0:
            columns[1, index] = np.inf
    order = draw(st.permutations(range(ROWS)))
    return np.array(pairs, np.int64).reshape(-1, 2).T.copy(), columns, np.array(order)


@given(
    approaches(),
    st.integers(1, 3),
    st.sampled_from((HORIZONTAL, SLANT, RATIO)),
    st.booleans(),
    st.booleans(),
)
def test_the_closest_are_ranked_by_value_then_time_then_id(drawn, k, metric, single, with_ratio):
    """In whatever order they are entered; of two fleets only for rows of the first."""
    (own, other), columns, order = drawn
    with_ratio = with_ratio or metric == RATIO
    found = Columns(*columns[:4], columns[4] if with_ratio else columns[4, :0], columns[0, :0])
    shape = (ROWS, k)
    ranking = Ranking(np.full(shape, -1), *(np.full(shape, np.inf) for _ in range(6)), order)
    rank_pairs(found, own, other, metric, single, ranking)
    value = columns[{HORIZONTAL: 1, SLANT: 3, RATIO: 4}[metric]]
    for row in range(ROWS):
        met = []
        for index, (a, b) in enumerate(zip(own.tolist(), other.tolist(), strict=True)):
            if row in ((a, b) if single else (a,)) and columns[1, index] < np.inf:
                partner = b if row == a else a
                met.append((value[index], columns[0, index], order[partner], partner, index))
        best = sorted(met)[:k]
        assert ranking.partner[row].tolist() == [p for *_, p, _ in best] + [-1] * (k - len(best))
        assert np.all(ranking.value[row, len(best) :] == np.inf)
        for rank, (least, time, _, _, index) in enumerate(best):
            assert (ranking.value[row, rank], ranking.time[row, rank]) == (least, time)
            ratio = columns[4, index] if with_ratio else 0.0
            said = [column[row, rank] for column in ranking[3:7]]
            assert said == [*columns[1:4, index], ratio]
