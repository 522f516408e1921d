"""Pairs taken out by rule: the look-up against the definition, pair by pair."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import frozen

from airprox_kernel.exemptions import Exemptions, is_exempt, is_listed, pair_key

ROWS, OTHERS = 5, 7


@given(
    st.sets(st.tuples(st.integers(0, ROWS - 1), st.integers(0, OTHERS - 1))),
    st.lists(st.integers(-1, 2), min_size=ROWS, max_size=ROWS),
    st.lists(st.integers(-1, 2), min_size=OTHERS, max_size=OTHERS),
    st.lists(st.integers(-1, 2), min_size=ROWS + OTHERS, max_size=ROWS + OTHERS),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_every_pair_is_exempt_iff_a_rule_names_it(listed, groups, other_groups, flights, screened):
    own_flights, other_flights = flights[:ROWS], flights[ROWS:]
    sides, other_sides = [row % 2 for row in range(ROWS)], [row // 4 for row in range(OTHERS)]
    table = np.array(screened).reshape(2, 2)
    exemptions = Exemptions(
        True,
        frozen(sorted(pair_key(own, other, OTHERS) for own, other in listed), np.int64),
        OTHERS,
        frozen(own_flights, np.int32),
        frozen(other_flights, np.int32),
        frozen(groups, np.int32),
        frozen(other_groups, np.int32),
        frozen(sides, np.int32),
        frozen(other_sides, np.int32),
        frozen(table, np.bool_),
    )
    for own in range(ROWS):
        for other in range(OTHERS):
            assert is_listed(exemptions, own, other) == ((own, other) in listed)
            same_group = groups[own] >= 0 and groups[own] == other_groups[other]
            same_flight = own_flights[own] >= 0 and own_flights[own] == other_flights[other]
            off = not table[sides[own], other_sides[other]]
            expected = (own, other) in listed or same_flight or same_group or off
            assert is_exempt(exemptions, own, other) == expected
