"""Which pairs are screened, by the rules' definition: every pair, one after another.

The rules are asked in their stated order, and the first that exempts a pair counts it.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import NamedTuple

from exact import Track, Window, exact
from oracle import spans_meet

ORDER: tuple[str, ...] = ("same id", "explicit", "group", "side")


class Aircraft(NamedTuple):
    """A trajectory and what the rules ask of it; None is no flight, no group, the side None."""

    id: Hashable
    track: Track
    side: str | None = None
    group: str | None = None
    flight: str | None = None


class RuleSet(NamedTuple):
    """Rules as plain data; `sides` and `exempt` name a pair in one of its orders."""

    sides: Mapping[tuple[str | None, str | None], bool] = {}
    other_sides: bool = True
    group: bool = False
    exempt: Collection[tuple[Hashable, Hashable]] = ()
    flight: bool = False
    same_id: bool = False
    """Whether one id on both sides means one aircraft."""


def exempting_rule(own: Aircraft, other: Aircraft, rules: RuleSet, one_fleet: bool) -> str | None:
    """The first rule that exempts a pair, or None."""
    verdicts = {
        "same id": _is_same_aircraft(own, other, rules),
        "explicit": (own.id, other.id) in rules.exempt
        or (one_fleet and (other.id, own.id) in rules.exempt),
        "group": rules.group and own.group is not None and own.group == other.group,
        "side": not _is_screened(own.side, other.side, rules),
    }
    return next((rule for rule in ORDER if verdicts[rule]), None)


def common_pairs(
    own: Sequence[Aircraft], other: Sequence[Aircraft] | None, window: Window | None
) -> list[tuple[int, int]]:
    """The pairs whose closed spans, cut to the window, share an instant."""
    theirs = own if other is None else other
    return [
        (a, b)
        for a in range(len(own))
        for b in range(a + 1 if other is None else 0, len(theirs))
        if spans_meet(exact(own[a].track), exact(theirs[b].track), window)
    ]


def exempt_by_rule(
    own: Sequence[Aircraft],
    other: Sequence[Aircraft] | None,
    rules: RuleSet,
    window: Window | None = None,
) -> dict[str, int]:
    """How many common pairs each rule exempts, every rule in its order."""
    theirs = own if other is None else other
    counts: dict[str, int] = dict.fromkeys(ORDER, 0)
    for a, b in common_pairs(own, other, window):
        rule = exempting_rule(own[a], theirs[b], rules, other is None)
        if rule is not None:
            counts[rule] += 1
    return counts


def _is_same_aircraft(own: Aircraft, other: Aircraft, rules: RuleSet) -> bool:
    if rules.same_id and own.id == other.id:
        return True
    return rules.flight and own.flight is not None and own.flight == other.flight


def _is_screened(own: str | None, other: str | None, rules: RuleSet) -> bool:
    for pair in ((own, other), (other, own)):
        if pair in rules.sides:
            return rules.sides[pair]
    return rules.other_sides
