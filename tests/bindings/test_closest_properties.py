"""`airprox.closest_approach` on drawn fleets against exact arithmetic, planar frame."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
import promise
import strategies
from airprox import _dense
from conditions_built import fleet_of, window_of

METRICS = ("horizontal", "slant", "ratio")


@contextmanager
def through_chords(wanted: bool) -> Iterator[None]:
    """Let even the fewest pairs go through chords, or leave the choice to the library."""
    with pytest.MonkeyPatch.context() as patch:
        if wanted:
            patch.setattr(_dense, "few_intervals", lambda *_: False)
        yield


@st.composite
def screenings(draw):
    minima = draw(strategies.minima())
    plan = draw(strategies.fleets(minima))
    return minima, plan, draw(strategies.windows(plan))


@given(screenings(), st.sampled_from(METRICS), st.booleans())
def test_all_pairs_keep_the_promise(drawn, metric, chords):
    """One row for each pair whose W is not empty, also where W is only an instant."""
    minima, plan, window = drawn
    with through_chords(chords):
        result = airprox.closest_approach(
            fleet_of(plan),
            metric=metric,
            minima=airprox.Minima(*minima),
            window=window_of(plan, window),
        )
    count = len(plan.tracks)
    promise.check_closest_approaches(
        promise.rows(result.pairs),
        [(a, b) for a in range(count) for b in range(a + 1, count)],
        strategies.tracks(plan),
        None,
        promise.Scale(*minima, plan.timestamps),
        metric=metric,
        window=window,
    )


@given(screenings(), st.sampled_from(METRICS), st.booleans(), st.data())
def test_a_table_of_pairs_keeps_its_order_and_orientation(drawn, metric, chords, data):
    minima, plan, window = drawn
    rows = st.integers(0, len(plan.tracks) - 1)
    pairs = data.draw(st.lists(st.tuples(rows, rows).filter(lambda pair: pair[0] != pair[1])))
    asked = {
        "own_row": pa.array([own for own, _ in pairs], pa.int64()),
        "other_row": pa.array([other for _, other in pairs], pa.int64()),
    }
    with through_chords(chords):
        result = airprox.closest_approach(
            fleet_of(plan),
            pairs=asked,
            metric=metric,
            minima=airprox.Minima(*minima),
            window=window_of(plan, window),
        )
    promise.check_closest_approaches(
        promise.rows(result.pairs),
        pairs,
        strategies.tracks(plan),
        None,
        promise.Scale(*minima, plan.timestamps),
        metric=metric,
        window=window,
    )


@given(screenings(), st.sampled_from(METRICS))
def test_swapping_a_pair_changes_no_bit(drawn, metric):
    minima, plan, _ = drawn
    count = len(plan.tracks)
    ahead = [(a, b) for a in range(count) for b in range(a + 1, count)]
    fleet = fleet_of(plan)

    def values(pairs: list[tuple[int, int]]) -> list[tuple[Any, ...]]:
        asked = {
            "own_row": pa.array([own for own, _ in pairs], pa.int64()),
            "other_row": pa.array([other for _, other in pairs], pa.int64()),
        }
        found = airprox.closest_approach(
            fleet, pairs=asked, metric=metric, minima=airprox.Minima(*minima)
        )
        names = ("cpa_time", "cpa_horizontal", "cpa_vertical", "cpa_slant", "ratio")
        rows = promise.rows(found.pairs)
        return [
            tuple(v.hex() if isinstance(v, float) else v for v in map(row.get, names))
            for row in rows
        ]

    assert values(ahead) == values([(b, a) for a, b in ahead])
