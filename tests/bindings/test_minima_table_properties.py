"""Tables of minima by category: every pair keeps the minima that the table states for it."""

from hypothesis import given
from hypothesis import strategies as st

import airprox
import promise
import strategies
import strategies_conditions as drawn
from conditions_built import fleet_of, geodetic_fleet_of, minima_of, minima_table_of, window_of
from conditions_checked import DIVISIONS, bits, check_divided, named, of_pair
from promise_conditions import check_rows
from strategies_conditions import PairMinima, Table, Traffic


@st.composite
def screenings(draw):
    """A table, a fleet with categories, and a window."""
    separation = draw(strategies.minima())
    plan = draw(strategies.fleets(separation, tracks=(2, 5)))
    traffic = draw(drawn.carrying(plan, "category"))
    return draw(drawn.tables(drawn.minima_near(separation))), traffic, draw(drawn.windows(plan))


@st.composite
def two_sided(draw):
    separation = draw(strategies.minima())
    ours, theirs = (
        draw(drawn.carrying(plan, "category")) for plan in draw(strategies.fleet_pairs(separation))
    )
    table = draw(drawn.tables(drawn.minima_near(separation)))
    return table, ours, theirs, draw(drawn.windows(ours.plan))


def keeping(table: Table, own: Traffic, other: Traffic | None = None):
    ours = own.values("category")
    theirs = (other or own).values("category")
    return lambda a, b: table.minima_of(ours[a], theirs[b]).kept


@given(screenings())
@drawn.FEWER
def test_one_fleet_keeps_its_table(case):
    table, traffic, window = case
    result = airprox.screen(
        fleet_of(traffic), minima_table_of(table), window=window_of(traffic.plan, window)
    )
    check_rows(
        promise.rows(result.encounters),
        traffic.flown,
        None,
        keeping(table, traffic),
        timestamps=traffic.plan.timestamps,
        window=window,
    )
    rows = promise.rows(result.encounters)
    pairs = {(row["own_row"], row["other_row"]) for row in rows}
    assert result.receipt.pairs_in_conflict == len(pairs)
    assert result.receipt.complete


@given(two_sided())
@drawn.FEWER
def test_two_fleets_keep_their_table(case):
    table, ours, theirs, window = case
    result = airprox.screen(
        fleet_of(ours),
        minima_table_of(table),
        against=fleet_of(theirs),
        window=window_of(ours.plan, window),
    )
    check_rows(
        promise.rows(result.encounters),
        ours.flown,
        theirs.flown,
        keeping(table, ours, theirs),
        timestamps=ours.plan.timestamps,
        window=window,
    )


@given(two_sided())
@drawn.FEWEST
def test_swapping_the_sides_changes_no_bit(case):
    table, ours, theirs, window = case
    own, other, minima = fleet_of(ours), fleet_of(theirs), minima_table_of(table)
    asked = window_of(ours.plan, window)
    there = airprox.screen(own, minima, against=other, window=asked)
    back = airprox.screen(other, minima, against=own, window=asked)
    assert named(there.encounters) == named(back.encounters)


@given(screenings(), st.permutations(["a", "b", "c"]), st.data())
@drawn.FEWEST
def test_renaming_the_categories_changes_no_bit(case, names, data):
    """The names, the order of the entries and the order within a pair say nothing."""
    table, traffic, window = case
    new = dict(zip(["a", "b", "c"], names, strict=True))
    entries = {
        tuple(
            new[category] for category in (pair if data.draw(st.booleans()) else pair[::-1])
        ): rule
        for pair, rule in data.draw(st.permutations([*table.entries.items()]))
    }
    renamed = [value and new[value] for value in traffic.values("category")]
    asked = window_of(traffic.plan, window)
    once = airprox.screen(fleet_of(traffic), minima_table_of(table), window=asked)
    twice = airprox.screen(
        fleet_of(traffic._replace(carried={"category": renamed})),
        minima_table_of(Table(entries, table.default)),
        window=asked,
    )
    assert bits(once.encounters) == bits(twice.encounters)


@given(screenings())
@drawn.FEWEST
def test_equal_entries_are_uniform_minima_to_the_bit(case):
    table, traffic, window = case
    same = table._replace(entries=dict.fromkeys(table.entries, table.default))
    fleet, asked = fleet_of(traffic), window_of(traffic.plan, window)
    once = airprox.screen(fleet, minima_of(table.default), window=asked)
    twice = airprox.screen(fleet, minima_table_of(same), window=asked)
    assert bits(once.encounters) == bits(twice.encounters)
    counts = ("pairs_common", "pairs_exempt", "pairs_in_conflict", "encounters", "complete")
    for name in counts:
        assert getattr(once.receipt, name) == getattr(twice.receipt, name)


@given(screenings(), DIVISIONS)
@drawn.FEWEST
def test_slabs_threads_and_batches_change_no_bit(case, division):
    table, traffic, window = case
    asked = window_of(traffic.plan, window)
    check_divided(fleet_of(traffic), minima_table_of(table), division, window=asked)


@st.composite
def minima_by_category(draw):
    """Minima of each category, some with bands, and a fleet."""
    separation = draw(strategies.minima())
    plan = draw(strategies.fleets(separation, tracks=(2, 4)))
    edges = draw(drawn.edges_around(plan))
    some = drawn.minima_near(separation) | drawn.bands_on(edges, plan, separation)
    names = ["a", "b", "c"]
    return {name: draw(some) for name in names}, draw(some), draw(drawn.carrying(plan, "category"))


def larger_of(one: PairMinima, other: PairMinima) -> PairMinima:
    """The larger of each component, at every altitude, by definition."""
    edges = {edge for each in (one, other) for band in each.bands for edge in band[:2]}
    floors = sorted(edges | {float("-inf")})
    ceilings = [*floors[1:], float("inf")]
    bands = [
        (floor, ceiling, max(_vertical(each, ceiling) for each in (one, other)))
        for floor, ceiling in zip(floors, ceilings, strict=True)
        if floor < ceiling
    ]
    horizontal = max(one.horizontal, other.horizontal)
    return PairMinima(horizontal, max(one.vertical, other.vertical), tuple(bands))


def _vertical(minima: PairMinima, altitude: float) -> float:
    """The minimum at an altitude that is the upper edge of a span without edges inside."""
    found = [height for floor, ceiling, height in minima.bands if floor < altitude <= ceiling]
    return found[0] if found else minima.vertical


@given(minima_by_category())
@drawn.FEWEST
def test_the_larger_of_two_categories_minima(case):
    by_category, default, traffic = case
    entries = {name: minima_of(minima) for name, minima in by_category.items()}
    minima = airprox.MinimaTable(entries, default=minima_of(default), combine="max")
    result = airprox.screen(fleet_of(traffic), minima)
    kept = [by_category.get(category, default) for category in map(str, traffic.values("category"))]
    check_rows(
        promise.rows(result.encounters),
        traffic.flown,
        None,
        lambda a, b: larger_of(kept[a], kept[b]).kept,
        timestamps=traffic.plan.timestamps,
    )


@given(screenings())
@drawn.FEWEST
def test_a_table_read_from_arrow_is_the_same(case):
    table, traffic, _ = case
    pairs = {**table.entries, (None, None): table.default}
    source = {
        "own_category": [own for own, _ in pairs],
        "other_category": [other for _, other in pairs],
        "horizontal": [minima.horizontal for minima in pairs.values()],
        "vertical": [minima.vertical for minima in pairs.values()],
    }
    read = airprox.MinimaTable.from_arrow(source)
    assert read == minima_table_of(table)
    fleet = fleet_of(traffic)
    once, twice = (airprox.screen(fleet, minima) for minima in (read, minima_table_of(table)))
    assert bits(once.encounters) == bits(twice.encounters)


@st.composite
def geodetic_cases(draw):
    separation = draw(strategies.minima())
    plan = draw(drawn.climbers(separation, far=False))
    traffic = draw(drawn.carrying(plan, "category"))
    some = drawn.minima_near(separation) | drawn.bands_around(plan, separation)
    return draw(drawn.tables(some)), traffic


@given(geodetic_cases())
@drawn.FEWEST
def test_over_the_ground_each_pair_is_screened_with_its_own_minima(case):
    """A pair's rows are to the bit those of a screening that knows nothing but its minima."""
    table, traffic = case
    fleet = geodetic_fleet_of(traffic)
    found = airprox.screen(fleet, minima_table_of(table)).encounters
    categories = traffic.values("category")
    alone = {
        minima: airprox.screen(fleet, minima_of(minima)).encounters
        for minima in {*table.entries.values(), table.default}
    }
    for b in range(len(categories)):
        for a in range(b):
            minima = table.minima_of(categories[a], categories[b])
            assert of_pair(found, a, b) == of_pair(alone[minima], a, b)
