"""Several levels in one pass: each as if it were screened alone."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

import airprox
import promise
import strategies
import strategies_conditions as drawn
from conditions_built import (
    fleet_of,
    geodetic_fleet_of,
    is_near,
    minima_of,
    minima_table_of,
    window_of,
)
from conditions_checked import DIVISIONS, bits, check_divided, named, plain
from promise_conditions import by_level, check_rows
from strategies_conditions import PairMinima, Table

NAMES = ("nmac", "conflict", "advisory", "ä", "NMAC")


@st.composite
def screenings(draw, bands=True):
    """One to four levels of minima, tables, or minima with bands, in any order."""
    separation = draw(strategies.minima())
    plan = draw(drawn.climbers(separation) | strategies.fleets(separation, tracks=(2, 4)))
    traffic = draw(drawn.carrying(plan, "category"))
    plain_minima = drawn.minima_near(separation)
    some = plain_minima | drawn.tables(plain_minima)
    if bands:
        some |= drawn.bands_around(plan, separation)
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    return {name: draw(some) for name in names}, traffic, draw(drawn.windows(plan))


def built(levels):
    return {
        name: minima_of(minima) if isinstance(minima, PairMinima) else minima_table_of(minima)
        for name, minima in levels.items()
    }


def keeping(minima, traffic):
    if isinstance(minima, PairMinima):
        return minima.kept
    categories = traffic.values("category")
    return lambda a, b: minima.minima_of(categories[a], categories[b]).kept


@given(screenings())
@drawn.FEWER
def test_every_level_keeps_the_promise(case):
    levels, traffic, window = case
    result = airprox.screen(
        fleet_of(traffic), built(levels), window=window_of(traffic.plan, window)
    )
    rows = by_level(promise.rows(result.encounters))
    assert set(rows) <= set(levels)
    for name, minima in levels.items():
        check_rows(
            rows.get(name, []),
            traffic.flown,
            None,
            keeping(minima, traffic),
            timestamps=traffic.plan.timestamps,
            window=window,
        )


@given(screenings(), st.booleans())
@drawn.FEWEST
def test_every_level_is_its_own_screening_to_the_bit(case, geodetic):
    """Also where a level has bands and the others have none, and over the ground."""
    levels, traffic, window = case
    laid = geodetic and is_near(traffic.plan)
    fleet = geodetic_fleet_of(traffic) if laid else fleet_of(traffic)
    asked = window_of(traffic.plan, window)
    together = airprox.screen(fleet, built(levels), window=asked)
    assert together.encounters.column_names[-1] == "level"
    rows = by_level(promise.rows(together.encounters))
    pairs = set()
    for name, minima in built(levels).items():
        alone = airprox.screen(fleet, minima, window=asked)
        expected = bits(alone.encounters)
        assert [plain(row) for row in rows.get(name, [])] == expected
        assert together.receipt.encounters_by_level[name] == len(expected)
        assert alone.receipt.encounters_by_level == {}
        assert alone.receipt.pairs_common == together.receipt.pairs_common
        pairs |= {row[2:4] for row in expected}
    assert set(together.receipt.encounters_by_level) == set(levels)
    assert together.receipt.encounters == together.encounters.num_rows
    assert together.receipt.pairs_in_conflict == len(pairs)


@st.composite
def nested(draw):
    """Tables whose entries grow from level to level, by at least 1e-6 m."""
    separation = draw(strategies.minima())
    plan = draw(strategies.fleets(separation, tracks=(2, 5)))
    traffic = draw(drawn.carrying(plan, "category"))
    smallest = draw(drawn.tables(drawn.minima_near(separation)))
    tables = [smallest]
    for _ in range(draw(st.integers(1, 2))):
        more = draw(st.sampled_from((1e-6, 0.5, 100.0)))
        last = tables[-1]
        tables.append(
            Table(
                {pair: _larger(minima, more) for pair, minima in last.entries.items()},
                _larger(last.default, more),
            )
        )
    names = draw(st.permutations(NAMES))
    return dict(zip(names, tables, strict=False)), traffic, draw(drawn.windows(plan))


def _larger(minima: PairMinima, more: float) -> PairMinima:
    return minima._replace(horizontal=minima.horizontal + more, vertical=minima.vertical + more)


@given(nested())
@drawn.FEWEST
def test_an_encounter_lies_inside_one_of_every_larger_level(case):
    levels, traffic, window = case
    result = airprox.screen(
        fleet_of(traffic), built(levels), window=window_of(traffic.plan, window)
    )
    rows = by_level(promise.rows(result.encounters))
    for small, large in pairwise(levels):
        for row in rows.get(small, []):
            assert any(
                (row["own_row"], row["other_row"]) == (big["own_row"], big["other_row"])
                and big["start"] <= row["start"]
                and row["end"] <= big["end"]
                for big in rows.get(large, [])
            ), (row, "is in no encounter of", large)


@given(screenings(), DIVISIONS)
@drawn.FEWEST
def test_slabs_threads_and_batches_change_no_bit(case, division):
    levels, traffic, window = case
    asked = window_of(traffic.plan, window)
    check_divided(fleet_of(traffic), built(levels), division, window=asked)


@given(screenings(), st.randoms(use_true_random=False))
@drawn.FEWEST
def test_the_order_of_levels_and_trajectories_changes_no_bit(case, random):
    levels, traffic, window = case
    order = [*range(len(traffic.plan.tracks))]
    random.shuffle(order)
    names = [*levels]
    random.shuffle(names)
    moved = traffic._replace(
        plan=traffic.plan._replace(tracks=[traffic.plan.tracks[row] for row in order]),
        carried={"category": [traffic.values("category")[row] for row in order]},
    )
    asked = window_of(traffic.plan, window)
    once = airprox.screen(fleet_of(traffic), built(levels), window=asked)
    mixed = built({name: levels[name] for name in names})
    twice = airprox.screen(fleet_of(moved), mixed, window=asked)
    assert named(once.encounters) == named(twice.encounters)
