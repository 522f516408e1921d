"""Closest approach under minima that depend on the altitude, against exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_closest_ways import below, forced, listed, ranked, same
from test_two_roads import mixed_fleet

import airprox
import promise
import strategies_conditions as drawn
from airprox import closest_approach
from conditions_built import fleet_of, minima_of, window_of
from exact import square_root
from exact_cells import Demand
from oracle_conditions import Conditioned
from promise import BRACKET, Scale
from promise_conditions import greatest, inside
from strategies_conditions import Traffic

MINIMA = airprox.Minima(9260.0, 300.0, bands=(airprox.Band(2000.0, float("inf"), 600.0),))


@drawn.FEWEST
@given(drawn.banded(), st.sampled_from(("horizontal", "slant", "ratio")))
def test_ratios_are_those_of_the_bands_at_each_instant(case, metric):
    """The least one for its metric; for others that of the instant, if on one side of a jump."""
    minima, plan, window = case
    fleet, asked = fleet_of(plan), window_of(plan, window)
    result = closest_approach(fleet, metric=metric, minima=minima_of(minima), window=asked)
    flown, kept = Traffic(plan, {}).flown, minima.kept
    scale = Scale(kept.horizontal, min(float(h) for _, h in kept.steps), plan.timestamps)
    width, height = scale.effective
    error = scale.distance / (width if height is None else min(width, height))
    found = {(row["own_row"], row["other_row"]): row for row in promise.rows(result.pairs)}
    for own in range(len(flown)):
        for other in range(own + 1, len(flown)):
            pair = Conditioned(flown[own][1], flown[other][1], window)
            row = found.get((own, other))
            assert (row is not None) == bool(pair.nominal.spans)
            spans = [span for span in pair.nominal.spans if span[0] < span[1]]
            if row is None or not spans:
                continue
            value, instant = Fraction(row["ratio"]), Fraction(row["cpa_time"])
            if metric == "ratio":
                assert value <= least(pair, kept, -BRACKET) + error, row
                # An instant that two parts have in common counts here, and not for encounters.
                if len(spans) == len(pair.nominal.spans):
                    assert value >= least(pair, kept, BRACKET) - error, row
            grain = scale.grain(row["cpa_time"], row["cpa_time"])
            if any(start < instant + grain and instant - grain < end for start, end in spans):
                cut = inside(spans, instant - grain, instant + grain)
                near = Conditioned(pair.own, pair.other, cut)
                assert value >= least(near, kept, BRACKET) - error, row
                assert value <= greatest(pair, kept, cut) + error, row


def least(pair, kept, slack):
    squared = pair.critical_square(Demand(*kept, slack=slack))
    root = square_root(squared.upper if slack < 0 else squared.lower)
    return root.upper if slack < 0 else root.lower


@pytest.mark.parametrize("place", [None, (47.0, 8.0)])
@pytest.mark.parametrize("sides", [1, 2])
def test_within_nearest_and_margins_are_those_of_all_pairs(place, sides, monkeypatch):
    random = np.random.default_rng(sides)
    fleet = mixed_fleet(random, 60, place, "A")
    against = mixed_fleet(random, 40, place, "B") if sides == 2 else None
    table = airprox.MinimaTable({}, default=MINIMA)
    options = {"against": against, "metric": "ratio", "minima": table}
    whole = closest_approach(fleet, **options).pairs
    plain = closest_approach(fleet, **options | {"minima": airprox.Minima(9260.0, 300.0)}).pairs
    assert np.count_nonzero(whole["ratio"].to_numpy() < plain["ratio"].to_numpy()) > 10
    assert not np.any(whole["ratio"].to_numpy() > plain["ratio"].to_numpy())
    values = np.sort(whole["ratio"].to_numpy())
    names = (fleet if against is None else against).ids.to_pylist()
    forced(monkeypatch)
    for limit in values[[values.size // 50, values.size // 3]].tolist():
        near = closest_approach(fleet, within=limit, **options).pairs
        assert same(near, below(whole, "ratio", limit))
    found = closest_approach(fleet, nearest=2, **options).pairs
    assert listed(found) == ranked(whole, "ratio", 2, names, against is None)
    monkeypatch.undo()
    table = airprox.margins(fleet, MINIMA, against=against).to_pylist()
    worst = {own: other for own, rank, other in listed(found) if rank == 1}
    assert [row["partner"] and names.index(row["partner"]) for row in table] == [
        worst.get(row) for row in range(len(fleet))
    ]
    for row in table:
        assert (row["encounters"] > 0) == (row["ratio"] is not None and row["ratio"] < 1.0)


def test_one_step_for_all_altitudes_changes_no_bit():
    fleet = mixed_fleet(np.random.default_rng(5), 40, None, "A")
    plain = airprox.Minima(9260.0, 600.0)
    banded = airprox.Minima(9260.0, 300.0, bands=(airprox.Band(-1e6, float("inf"), 600.0),))
    for metric in ("horizontal", "slant", "ratio"):
        one = closest_approach(fleet, metric=metric, minima=plain).pairs
        two = closest_approach(fleet, metric=metric, minima=banded).pairs
        assert one.equals(two.replace_schema_metadata(one.schema.metadata))


def test_an_instant_after_a_gap_counts():
    """Found by the property: at the last instant alone both are in the band without a vertical."""
    down = [(0.0, 12192.0), (120.0, 12192.0), (180.0, 8534.4), (300.0, 8534.4)]
    fleet = airprox.Fleet.from_arrow(
        {
            "id": ["A"] * 4 + ["B"] * 4,
            "time": [time for time, _ in down * 2],
            "x": [0.0] * 8,
            "y": [0.0] * 6 + [2315.0, 0.0],
            "z": [altitude for _, altitude in down] + [altitude + 300.0 for _, altitude in down],
        },
        max_gap=60.0,
    )
    minima = airprox.Minima(9260.0, 304.8, bands=(airprox.Band(-1e6, 8534.4, float("inf")),))
    row = closest_approach(fleet, metric="ratio", minima=minima).pairs.to_pylist()[0]
    assert (row["ratio"], row["cpa_time"]) == (0.0, 300.0)
