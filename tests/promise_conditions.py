"""The promise under tables, bands, levels, rules and bounds, as assertions on rows.

`promise` derives the bounds; what is added here:

* Altitudes, like distances, are off by far less than 5e-8 m, and so are the instants at which they
  cross an edge. The exact sets are therefore taken for minima 5e-8 m smaller and larger *and* for
  the smallest and the largest minimum that a band has within 5e-8 m of each altitude: the computed
  set lies between the two, and is connected wherever the smaller one is.
* Where the vertical minimum jumps, an instant's rounding may change N by more than any speed does.
  The least N is therefore bounded from above over the row's span less a grain at both ends, which
  is part of what was computed, and from below over the span more a grain, which holds all of it.
* The certain part is the longest of the row's certain intervals. It is rounded inwards, so that
  every instant of it is certain, and may then vanish.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from exact import Interval, Window, square_root
from exact_cells import Demand, Flown, Steps, cells
from oracle_conditions import Conditioned
from promise import BRACKET, Row, Scale, check_cpa_within, check_spans

Fleet: TypeAlias = Sequence[tuple[Hashable, Flown]]
Pairs: TypeAlias = Mapping[tuple[int, int], tuple[Flown, Flown]]


class Kept(NamedTuple):
    """The minima that one pair must keep."""

    horizontal: float
    steps: Steps


Keeping: TypeAlias = Kept | Callable[[int, int], Kept | None]
"""The minima of all pairs, or those of two rows; None where a rule leaves the pair out."""


def pairs_of(own: Fleet, other: Fleet | None) -> Pairs:
    """All pairs of one fleet, each once, or of two."""
    theirs = own if other is None else other
    return {
        (a, b): (own[a][1], theirs[b][1])
        for a in range(len(own))
        for b in range(a + 1 if other is None else 0, len(theirs))
    }


def check_rows(
    found: Sequence[Row],
    own: Fleet,
    other: Fleet | None,
    keeping: Keeping,
    *,
    timestamps: bool,
    window: Window | None = None,
    bounds: bool = False,
) -> None:
    """The rows of `encounters` (of one level) are exactly those that the promise allows.

    With `bounds` the fleets state radii, and a row spans the possible set.
    """
    order = [(row["own_row"], row["other_row"], row["start"]) for row in found]
    assert order == sorted(order), "rows must be sorted"
    rest: dict[tuple[int, int], list[Row]] = {}
    for row in found:
        rest.setdefault((row["own_row"], row["other_row"]), []).append(row)
    for key, (ours, theirs) in pairs_of(own, other).items():
        mine = rest.pop(key, [])
        kept = keeping if isinstance(keeping, Kept) else keeping(*key)
        if kept is None:
            assert not mine, f"{key} is left out by a rule, and has {mine}"
            continue
        for row in mine:
            assert (row["own"], row["other"]) == (own[key[0]][0], (other or own)[key[1]][0]), row
        check_pair(mine, ours, theirs, kept, timestamps, window, bounds)
    assert not rest, f"no such pairs: {sorted(rest)}"


def check_pair(
    found: Sequence[Row],
    own: Flown,
    other: Flown,
    kept: Kept,
    timestamps: bool,
    window: Window | None = None,
    bounds: bool = False,
) -> None:
    """The rows of one pair, in order of time."""
    pair = Conditioned(own, other, window)
    least = min(float(height) for _, height in kept.steps)
    scale = Scale(kept.horizontal, least, timestamps)
    side = 1 if bounds else 0
    inner, outer = (
        pair.loss_set(Demand(*kept, side=side, slack=slack)) for slack in (-BRACKET, BRACKET)
    )
    check_spans(found, pair.nominal.spans, inner, outer, scale)
    for row in found:
        within = Conditioned(own, other, (row["start"], row["end"]))
        check_cpa_within(row, pair.nominal, within.nominal, scale)
        _check_critical(row, pair, kept, scale)
        assert bounds or row["critical_ratio"] < 1, row
    if bounds:
        _check_certain(found, pair, kept, scale)


def _check_critical(row: Row, pair: Conditioned, kept: Kept, scale: Scale) -> None:
    """The ratio is the least of the row, and that of its instant."""
    grain = scale.grain(row["start"], row["end"])
    width, height = scale.effective
    error = scale.distance / (width if height is None else min(width, height))
    value = Fraction(row["critical_ratio"])

    def least(first: Fraction, last: Fraction, slack: Fraction) -> Fraction:
        cut = inside(pair.nominal.spans, first, last)
        squared = Conditioned(pair.own, pair.other, cut).critical_square(Demand(*kept, slack=slack))
        assert squared is not None, row
        return square_root(squared.upper).upper if slack < 0 else square_root(squared.lower).lower

    start, end = Fraction(row["start"]), Fraction(row["end"])
    assert value >= least(start - grain, end + grain, BRACKET) - error, row
    if end - start > 2 * grain:
        assert value <= least(start + grain, end - grain, -BRACKET) + error, row
    assert row["start"] <= row["critical_time"] <= row["end"], row
    # At its own instant, N comes down to the ratio, if only on one side of a jump.
    instant = Fraction(row["critical_time"])
    assert value >= least(instant - grain, instant + grain, BRACKET) - error, row
    near = inside(pair.nominal.spans, instant - grain, instant + grain)
    assert value <= greatest(pair, kept, near) + error, row


def greatest(pair: Conditioned, kept: Kept, cut: Interval) -> Fraction:
    """The root of the largest N in a short span, with the smallest minima that may hold there."""
    demand = Demand(*kept, slack=-BRACKET)
    squares: list[Fraction] = []
    for cell in (cell for part in cells(pair.own, pair.other, demand, cut) for cell in part):
        for tau in (Fraction(0), cell.motion.length):
            x, y, z = cell.motion.at(tau)
            squares.append((x * x + y * y) / cell.horizontal.value**2)
            if cell.vertical is not None:
                squares.append((z / cell.vertical.value) ** 2)
    return square_root(max(squares)).upper


def inside(spans: Sequence[Interval], first: Fraction, last: Fraction) -> Interval:
    """A span cut to the component of W of positive length that it lies in."""
    for start, end in spans:
        if start < end and first < end and start < last:
            return max(start, first), min(end, last)
    raise AssertionError(f"no component of W holds {float(first)} to {float(last)}")


def _check_certain(found: Sequence[Row], pair: Conditioned, kept: Kept, scale: Scale) -> None:
    """The certain part of a row lies in a certain interval, and none in the row is longer."""
    inner, outer = (
        pair.loss_set(Demand(*kept, side=-1, slack=slack)) for slack in (-BRACKET, BRACKET)
    )
    for row in found:
        grain = scale.grain(row["start"], row["end"])
        slack = Fraction(0) if scale.timestamps else grain
        start, end = row["certain_start"], row["certain_end"]
        assert (start is None) == (end is None), row
        length = Fraction(0)
        if start is not None:
            assert row["start"] <= start <= end <= row["end"], row
            length = Fraction(end) - Fraction(start)
            assert any(
                loss.start.lower - slack <= start and end <= loss.end.upper + slack
                for loss in outer
            ), (row, "is not certain", outer)
        for loss in inner:
            if row["start"] - slack <= loss.start.lower and loss.end.upper <= row["end"] + slack:
                longest = loss.end.lower - loss.start.upper
                assert length >= longest - 2 * grain, (row, "is certain for longer", loss)


def by_level(found: Sequence[Row]) -> dict[str, list[dict[str, Any]]]:
    """Rows per level's name, without that column; the whole must be sorted with it."""
    order = [(row["own_row"], row["other_row"], row["start"], row["level"]) for row in found]
    assert order == sorted(order), "rows must be sorted"
    levels: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        rest = dict(row)
        levels.setdefault(rest.pop("level"), []).append(rest)
    return levels
