"""With `exact_edges` the encounters are those of the definition, however shallow."""

from collections import Counter
from itertools import combinations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from test_screen_properties import bits, build, limits, screenings, window_of

import airprox
import promise
import strategies
from strategies import Minima, Plan

# What a millionth of a metre, or a hundred times less, decides: all that a float64 may get wrong.
HAIR = (0.0, 1e-12, -1e-12, 1e-10, -1e-10, 1e-9, -1e-9, 3e-8, -3e-8, 1e-7, 9e-7, -9e-7, 2e-6)


def minima_of(minima: Minima, more: float) -> Minima:
    return Minima(minima.horizontal + more, minima.vertical + more)


def check(result: airprox.Screening, plan: Plan, minima: Minima, window=None) -> None:
    """The promise holds, and each pair has as many rows as exact sets of loss."""
    scale = promise.Scale(*minima, plan.timestamps)
    rows, tracks = promise.rows(result.encounters), strategies.tracks(plan)
    promise.check_encounters(rows, tracks, None, scale, window=window)
    found = Counter((row["own_row"], row["other_row"]) for row in rows)
    for a, b in combinations(range(len(tracks)), 2):
        losses = promise.Pair(tracks[a][1], tracks[b][1], window).loss_set(*minima)
        assert found[a, b] == len(losses), (a, b, losses)


@st.composite
def hairs(draw):
    """Pairs that fly, pass, climb and turn a hair from the effective minima, far from the origin.

    Both drift along: between the knots of one, where the other has some, its place is computed, and
    off by a hair. At each knot there loss may go on, begin anew, or touch and part.
    """
    minima = draw(st.sampled_from((Minima(9260.0, 304.8), Minima(15.0, 10.0), Minima(7.3, 5.1))))
    timestamps = draw(st.booleans())
    second = 10**9 if timestamps else 1
    tracks = []
    for pair in range(draw(st.integers(1, 3))):
        shift = draw(st.sampled_from((0.0, 3.7, -123_456.7, 9_123_456.7)))
        u, v, w = draw(st.sampled_from(((0.0, 0.0, 0.0), (251.3, -93.7, 0.7), (2999.9, 0.1, -1e3))))
        where = [1e5 * pair, shift, shift / 1e3]
        across = st.sampled_from(HAIR).map(lambda more: minima.horizontal - 1e-7 + more)
        upward = st.sampled_from(HAIR).map(lambda more: minima.vertical - 1e-7 + more)
        x, y, z = draw(
            st.sampled_from(
                (
                    (st.just(0.0), across, st.just(0.0)),
                    (st.sampled_from((-100.0, 100.0)), st.just(draw(across)), st.just(2.0)),
                    (st.just(0.0), st.just(0.0), upward),
                    (st.just(0.0), across | st.just(1.0), upward | st.just(0.0)),
                )
            )
        )
        for number, name in enumerate("ab"):
            knots = []
            for t in (0.0, 17.0, 40.0) if number == 0 else (0.0, 10.0, 17.3, 20.0, 30.0, 40.0):
                apart = (0.0, 0.0, 0.0) if number == 0 else (draw(x), draw(y), draw(z))
                drift = (u * t, v * t, w * t)
                place = (sum(parts) for parts in zip(where, drift, apart, strict=True))
                knots.append((round(t * second) if timestamps else t, *place))
            tracks.append((f"{pair}{name}", knots))
    return minima, Plan(tracks, timestamps, None)


@given(hairs())
def test_a_hair_from_the_edge_the_rows_are_the_exact_sets(drawn):
    minima, plan = drawn
    check(airprox.screen(build(plan), limits(minima), exact_edges=True), plan, minima)


@given(screenings())
def test_of_any_fleet_the_rows_are_the_exact_sets(drawn):
    minima, plan, window = drawn
    asked = window_of(plan, window)
    result = airprox.screen(build(plan), limits(minima), window=asked, exact_edges=True)
    check(result, plan, minima, window)


@given(hairs(), st.sampled_from((1, 300)))
def test_the_edges_of_batches_are_those_of_the_table(drawn, size):
    minima, plan = drawn
    fleet = build(plan)
    whole = airprox.screen(fleet, limits(minima), exact_edges=True).encounters
    batches = airprox.screen_batches(fleet, limits(minima), exact_edges=True, batch_bytes=size)
    gathered = pa.Table.from_batches(list(batches), schema=whole.schema)
    assert bits(gathered) == bits(whole)


@given(screenings())
def test_away_from_the_edge_no_bit_differs(drawn):
    """Rows that both have, of pairs that no part of which comes near the edge, are the same."""
    minima, plan, window = drawn
    fleet, asked = build(plan), window_of(plan, window)
    plain = airprox.screen(fleet, limits(minima), window=asked)
    edges = airprox.screen(fleet, limits(minima), window=asked, exact_edges=True)
    wide, narrow = (
        airprox.screen(fleet, limits(minima_of(minima, more)), window=asked)
        for more in (1e-5, -1e-5)
    )
    names = ["own_row", "other_row", "start_clipped", "end_clipped"]
    one, two = wide.encounters, narrow.encounters
    if one.select(names).equals(two.select(names)) and same_intervals(one, two, fleet):
        assert bits(edges.encounters) == bits(plain.encounters)


def same_intervals(one, two, fleet):
    """Whether no knot lies on or between the ends of encounters for wider and narrower minima."""
    knots = np.sort(fleet._knots.time)
    for name in ("start", "end"):
        times = [np.asarray(table[name].to_numpy()).astype(knots.dtype) for table in (one, two)]
        first = np.searchsorted(knots, np.minimum(*times), "left")
        last = np.searchsorted(knots, np.maximum(*times), "right")
        apart = (first != last) & (times[0] != times[1])
        if apart.any():
            return False
    return True
