"""Visits: the first and the last instant of each trajectory in each slab."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox_kernel.visits import note_visits, slab_of

INSTANTS = st.integers(-5, 25)


def frozen(values, kind):
    array = np.array(values, kind)
    array.flags.writeable = False
    return array


@given(
    st.lists(st.tuples(st.integers(-1, 3), INSTANTS), max_size=30),
    st.lists(INSTANTS, min_size=2, max_size=6, unique=True).map(sorted),
    st.sampled_from([np.int64, np.float64]),
)
def test_first_and_last_instants_are_those_of_each_slab(knots, edges, kind):
    slabs = len(edges) - 1
    first, last = np.full(4 * slabs, 99, kind), np.full(4 * slabs, -99, kind)
    counts = np.zeros(slabs, np.int64)
    row, time = frozen([k[0] for k in knots], np.int32), frozen([k[1] for k in knots], kind)
    note_visits(row, time, frozen(edges, kind), first, last, counts)
    inside = [[t for r, t in knots if r == q] for q in range(4)]
    for q in range(4):
        for s in range(slabs):
            here = [t for t in inside[q] if edges[s] <= t < edges[s + 1]]
            assert first[q * slabs + s] == min(here, default=99)
            assert last[q * slabs + s] == max(here, default=-99)
    assert counts.sum() == sum(edges[0] <= t < edges[-1] for r, t in knots if r >= 0)


@pytest.mark.parametrize(("instant", "slab"), [(0, 0), (9, 0), (10, 1), (19, 1), (20, 2), (29, 2)])
def test_an_edge_belongs_to_the_slab_that_it_begins(instant, slab):
    assert slab_of(frozen([0, 10, 20, 30], np.int64), instant) == slab
