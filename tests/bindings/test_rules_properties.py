"""Rules: which pairs are left out, and which rule of the receipt counts them, by brute force."""

from hypothesis import given
from hypothesis import strategies as st

import airprox
import promise
import strategies
import strategies_conditions as drawn
from conditions_built import fleet_of, geodetic_fleet_of, is_near, minima_of, window_of
from conditions_checked import DIVISIONS, bits, check_divided, named, plain
from oracle_rules import ORDER, Aircraft, RuleSet, exempt_by_rule, exempting_rule
from promise_conditions import check_rows
from strategies_conditions import PairMinima, Traffic

COLUMNS = ("side", "group", "flight")
SIDES = ("red", "blue", None)
VALUES = ("red", "blue", "a", None)


@st.composite
def rule_sets(draw, ids, one_fleet):
    """Rules over sides, groups, flights and pairs of ids, some of them unknown."""
    sides = {}
    if draw(st.booleans()):
        pairs = [(a, b) for i, a in enumerate(SIDES) for b in SIDES[i:]]
        for pair in draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True)):
            sides[pair if draw(st.booleans()) else pair[::-1]] = draw(st.booleans())
    known = [(a, b) for a in ids for b in ids]
    some = st.sampled_from([*known, ("unknown", ids[0]), (ids[-1], "unknown")])
    exempt = draw(st.lists(some, max_size=6))
    return RuleSet(
        sides=sides,
        other_sides=draw(st.booleans()) if sides else True,
        group=draw(st.booleans()),
        exempt=exempt,
        flight=draw(st.booleans()),
        same_id=not one_fleet and draw(st.booleans()),
    )


@st.composite
def one_fleet(draw):
    separation = draw(strategies.minima())
    plan = draw(strategies.fleets(separation, tracks=(2, 5)))
    traffic = draw(drawn.carrying(plan, *COLUMNS, values=VALUES))
    rules = draw(rule_sets([name for name, _ in plan.tracks], True))
    return separation, traffic, rules, draw(drawn.windows(plan))


@st.composite
def two_fleets(draw):
    """Two sides, some of whose ids are the same."""
    separation = draw(strategies.minima())
    ours, theirs = draw(strategies.fleet_pairs(separation))
    names = [name for name, _ in ours.tracks]
    if draw(st.booleans()):
        shared = [
            (names[row] if row < len(names) else name, knots)
            for row, (name, knots) in enumerate(theirs.tracks)
        ]
        theirs = theirs._replace(tracks=shared)
    own, other = (draw(drawn.carrying(plan, *COLUMNS, values=VALUES)) for plan in (ours, theirs))
    ids = [*names, *(name for name, _ in theirs.tracks)]
    rules = draw(rule_sets(ids, False))
    return separation, own, other, rules, draw(drawn.windows(ours))


def built(rules: RuleSet) -> airprox.Rules:
    exempt = {
        "own": [own for own, _ in rules.exempt],
        "other": [other for _, other in rules.exempt],
    }
    return airprox.Rules(
        sides={(own, other): flag for (own, other), flag in rules.sides.items()},
        other_sides=rules.other_sides,
        group=rules.group,
        exempt=exempt if rules.exempt else None,
        flight="flight" if rules.flight else None,
    )


def aircraft(traffic: Traffic) -> list[Aircraft]:
    carried = zip(*(traffic.values(name) for name in COLUMNS), strict=True)
    return [
        Aircraft(name, track, *values)
        for (name, track), values in zip(strategies.tracks(traffic.plan), carried, strict=True)
    ]


def check(result, separation, own, other, rules, window):
    ours, theirs = aircraft(own), aircraft(other or own)
    kept = PairMinima(*separation).kept

    def keeping(a, b):
        return None if exempting_rule(ours[a], theirs[b], rules, other is None) else kept

    check_rows(
        promise.rows(result.encounters),
        own.flown,
        None if other is None else other.flown,
        keeping,
        timestamps=own.plan.timestamps,
        window=window,
    )
    expected = exempt_by_rule(ours, None if other is None else theirs, rules, window)
    counted = result.receipt.exempt_by_rule
    assert set(counted) <= set(ORDER)
    assert {rule: counted.get(rule, 0) for rule in ORDER} == expected
    assert result.receipt.pairs_exempt == sum(expected.values())
    assert result.receipt.complete


@given(one_fleet())
def test_the_rules_of_one_fleet(case):
    separation, traffic, rules, window = case
    result = airprox.screen(
        fleet_of(traffic),
        airprox.Minima(*separation),
        rules=built(rules),
        window=window_of(traffic.plan, window),
    )
    check(result, separation, traffic, None, rules, window)


@given(two_fleets())
@drawn.FEWER
def test_the_rules_of_two_fleets(case):
    separation, own, other, rules, window = case
    result = airprox.screen(
        fleet_of(own),
        airprox.Minima(*separation),
        against=fleet_of(other),
        same_id="exempt" if rules.same_id else "screen",
        rules=built(rules),
        window=window_of(own.plan, window),
    )
    check(result, separation, own, other, rules, window)


@given(two_fleets())
@drawn.FEWEST
def test_swapping_the_sides_changes_no_bit(case):
    """With the explicit pairs the other way round."""
    separation, own, other, rules, window = case
    asked, same = window_of(own.plan, window), "exempt" if rules.same_id else "screen"
    ours, theirs, minima = fleet_of(own), fleet_of(other), airprox.Minima(*separation)
    turned = rules._replace(exempt=[pair[::-1] for pair in rules.exempt])
    there = airprox.screen(
        ours, minima, against=theirs, same_id=same, rules=built(rules), window=asked
    )
    back = airprox.screen(
        theirs, minima, against=ours, same_id=same, rules=built(turned), window=asked
    )
    assert named(there.encounters) == named(back.encounters)
    assert there.receipt.exempt_by_rule == back.receipt.exempt_by_rule


@given(one_fleet(), st.booleans())
@drawn.FEWEST
def test_what_is_not_exempt_is_screened_as_without_rules(case, geodetic):
    separation, traffic, rules, window = case
    laid = geodetic and is_near(traffic.plan)
    fleet = geodetic_fleet_of(traffic) if laid else fleet_of(traffic)
    asked, minima = window_of(traffic.plan, window), minima_of(PairMinima(*separation))
    ours = aircraft(traffic)
    free = airprox.screen(fleet, minima, window=asked)
    ruled = airprox.screen(fleet, minima, rules=built(rules), window=asked)
    left = [
        plain(row)
        for row in promise.rows(free.encounters)
        if not exempting_rule(ours[row["own_row"]], ours[row["other_row"]], rules, True)
    ]
    assert bits(ruled.encounters) == left
    assert ruled.receipt.pairs_common == free.receipt.pairs_common
    assert bits(
        airprox.screen(fleet, minima, rules=airprox.Rules(), window=asked).encounters
    ) == bits(free.encounters)


@given(one_fleet(), DIVISIONS)
@drawn.FEWEST
def test_slabs_threads_and_batches_change_nothing(case, division):
    separation, traffic, rules, window = case
    options = {"rules": built(rules), "window": window_of(traffic.plan, window)}
    fleet, minima = fleet_of(traffic), airprox.Minima(*separation)
    check_divided(fleet, minima, division, "exempt_by_rule", **options)


@given(two_fleets())
@drawn.FEWEST
def test_one_fleet_on_both_sides_keeps_its_rules(case):
    separation, own, _, rules, window = case
    fleet, asked = fleet_of(own), window_of(own.plan, window)
    minima, ruled = airprox.Minima(*separation), built(rules)
    both = airprox.screen(fleet, minima, against=fleet, rules=ruled, window=asked)
    once = airprox.screen(fleet, minima, rules=ruled, window=asked)
    assert bits(both.encounters) == bits(once.encounters)
    assert both.receipt.exempt_by_rule == once.receipt.exempt_by_rule


def test_what_is_one_with_a_third_is_not_one():
    """Own 0 is one with other 0 by id, and that with own 1 by flight; own 1 with other 0 alone."""
    places = {"time": [0.0, 10.0], "x": [0.0, 0.0], "y": [0.0, 0.0], "z": [0.0, 0.0]}

    def fleet(*rows):
        columns = {name: values * len(rows) for name, values in places.items()}
        columns |= {"id": [name for name, _ in rows for _ in range(2)]}
        columns |= {"flight": [flight for _, flight in rows for _ in range(2)]}
        return airprox.Fleet.from_arrow(columns, carry=["flight"])

    own, other = fleet(("0", "blue"), ("1", "red")), fleet(("0", "red"), ("2", "blue"))
    rules = airprox.Rules(flight="flight")
    result = airprox.screen(
        own, airprox.Minima(10, 10), against=other, same_id="exempt", rules=rules
    )
    found = [(row["own"], row["other"]) for row in promise.rows(result.encounters)]
    assert found == [("1", "2")]
    assert result.receipt.exempt_by_rule == {"same id": 3}
