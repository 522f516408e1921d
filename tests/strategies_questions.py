"""Whole questions to `airprox.screen` for Hypothesis: fleets, minima of any kind, rules, a window.

Made of `strategies` and `strategies_conditions`; fleets are the library's own, so that a question
can be put to one way of screening after another.
"""

import math
from itertools import pairwise
from typing import Any, NamedTuple

from hypothesis import strategies as st

import airprox
import strategies
import strategies_conditions as drawn
from airprox._excerpts import Tile
from conditions_built import (
    fleet_of,
    geodetic_fleet_of,
    is_near,
    minima_of,
    minima_table_of,
    window_of,
)
from strategies import Minima, Plan

COLUMNS = ("category", "side", "group")
VALUES = ("a", "b", None)
SIDES = (("a", "a"), ("a", "b"), ("b", None))


class Question(NamedTuple):
    """The arguments of a screening, and the instants at which its fleets have knots."""

    fleet: airprox.Fleet
    minima: Any
    options: dict[str, Any]
    instants: list[Any]
    second: int

    def asked(self, of: Any, **options: Any) -> Any:
        return of(self.fleet, self.minima, **self.options, **options)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """One fleet or two, in either frame and kind of time."""
    separation = draw(strategies.minima())
    if draw(st.booleans()):
        plans = [draw(strategies.fleets(separation, tracks=(1, 6)) | drawn.climbers(separation))]
    else:
        plans = list(draw(strategies.fleet_pairs(separation)))
    traffic = [draw(drawn.carrying(plan, *COLUMNS, values=VALUES)) for plan in plans]
    near = all(is_near(plan) for plan in plans) and draw(st.booleans())
    fleets = [(geodetic_fleet_of if near else fleet_of)(side) for side in traffic]
    options: dict[str, Any] = {"window": window_of(plans[0], draw(drawn.windows(plans[0])))}
    if draw(st.booleans()):
        options["rules"] = draw(rules([name for plan in plans for name, _ in plan.tracks]))
    if len(plans) > 1:
        options |= {"against": fleets[1], "same_id": draw(st.sampled_from(("exempt", "screen")))}
    instants = sorted({instant for plan in plans for instant in plan.instants})
    return Question(
        fleets[0], draw(any_minima(separation, plans[0])), options, instants, plans[0].second
    )


@st.composite
def rules(draw: st.DrawFn, ids: list[str]) -> airprox.Rules:
    sides = draw(st.dictionaries(st.sampled_from(SIDES), st.booleans()))
    one, two = (st.sampled_from([*ids, "unknown"]) for _ in range(2))
    pairs = draw(st.lists(st.tuples(one, two), max_size=4))
    exempt = {"own": [a for a, _ in pairs], "other": [b for _, b in pairs]} if pairs else None
    return airprox.Rules(sides=sides, group=draw(st.booleans()), exempt=exempt)


@st.composite
def any_minima(draw: st.DrawFn, separation: Minima, plan: Plan) -> Any:
    """One minimum, one with bands, a table over categories, or levels of any of these."""
    plain = drawn.minima_near(separation)
    one = plain.map(minima_of) | drawn.tables(plain).map(minima_table_of)
    if plan.tracks:
        one |= drawn.bands_around(plan, separation).map(minima_of)
    return draw(
        st.just(airprox.Minima(*separation))
        | one
        | st.dictionaries(st.sampled_from(("near", "far")), one, min_size=1)
    )


@st.composite
def tiles(draw: st.DrawFn, question: Question) -> list[Tile]:
    """Slabs of time, each in strips of space or not."""
    times = [-math.inf, *draw(edges(question)), math.inf]
    found: list[Tile] = []
    for start, end in pairwise(times):
        axis = draw(st.sampled_from("xyz" if question.fleet.frame == "geodetic" else "xy"))
        cuts = draw(st.just([]) | strip_edges(question, axis))
        for low, high in pairwise([-math.inf, *cuts, math.inf]):
            found.append(Tile(start, end, axis, low, high))
    return found


@st.composite
def edges(draw: st.DrawFn, question: Question) -> list[Any]:
    """Instants to cut time at, ascending: knots, between knots, next to knots, outside of all."""
    if not question.instants:
        return []
    instant = st.sampled_from(question.instants)
    step = st.sampled_from((0, 1, -1)).map(lambda steps: steps * question.second)
    middle = st.tuples(instant, instant).map(lambda two: two[0] + (two[1] - two[0]) // 2)
    found = draw(st.sets(st.builds(lambda a, b: a + b, instant, step) | middle, max_size=5))
    return sorted(found)


@st.composite
def strip_edges(draw: st.DrawFn, question: Question, axis: str) -> list[float]:
    """Coordinates to cut space at, ascending: of knots, and between or beside them."""
    values = getattr(question.fleet._knots, axis).tolist()
    if not values:
        return []
    value = st.sampled_from(values)
    beside = st.builds(lambda a, by: a + by, value, st.sampled_from((0.0, 100.0, -5_000.0)))
    middle = st.builds(lambda a, b: a + (b - a) / 2, value, value)
    return sorted(draw(st.sets(beside | middle, max_size=3)))
