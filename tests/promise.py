"""DESIGN.md's promise as assertions: a table of results against exact arithmetic, planar frame.

The bounds, and why they hold. `grain` is the output's unit of time: 1 ns for timestamps, which
are rounded outwards; one ulp for float seconds, which are rounded to nearest (half an ulp, and as
much again for the sum of an interval's start and an offset).

* Let I and O be the exact sets of loss for minima 5e-8 m smaller and larger than D', H'. Before
  rounding, the computed set C has I <= C <= O. Rounding outwards by less than a grain, clamping to
  W's component and joining what then overlaps gives rows such that each interval of I lies in one
  row, and each row in the union of the intervals of O rounded outwards and joined alike.
* A pair deeper than 1 um has an interval of I, since 1e-6 > 1e-7 + 5e-8: that it has a row needs
  no check of its own. A row's interval of O has depth > 0 for D, H: 1e-7 - 5e-8 > 0.
* Every instant of a row is within a grain of an instant of C, so the minimum over the row's span
  is at most the minimum over C, and by at most (fastest change) x grain less.
* A reported instant is rounded by at most a grain: what is reported for it and what exact
  arithmetic finds there differ by the promised 1e-6 m and (fastest change) x grain.
* A ratio is a distance divided by D' or H': its error is a distance's divided by the smaller one.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa

from exact import Enclosure, Interval, Number, Track, Window, exactly, square_root
from oracle import TOUCH_TOLERANCE, Closest, Loss, Pair

Row: TypeAlias = Mapping[str, Any]
Fleet: TypeAlias = Sequence[tuple[Hashable, Track]]

BRACKET = Fraction(5, 10**8)
DISTANCE = Fraction(1, 10**6)


class Scale(NamedTuple):
    """What a check is made with: the minima, the kind of time, and how far positions may be off.

    `moved` (m) bounds how far the separation of two tracks that were screened may be from that
    of the tracks given here, at any instant: it widens the bracket and every distance.
    """

    horizontal: float
    vertical: float
    timestamps: bool
    moved: Fraction = Fraction(0)

    @property
    def distance(self) -> Fraction:
        return DISTANCE + self.moved

    @property
    def bracket(self) -> Fraction:
        return BRACKET + self.moved

    def grain(self, *instants: Number) -> Fraction:
        if self.timestamps:
            return Fraction(1)
        return Fraction(math.ulp(max(abs(float(instant)) for instant in instants)))

    @property
    def effective(self) -> tuple[Fraction, Fraction | None]:
        height = None
        if not math.isinf(self.vertical):
            height = Fraction(self.vertical) - TOUCH_TOLERANCE
        return Fraction(self.horizontal) - TOUCH_TOLERANCE, height


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """A table's rows as plain data, timestamps as whole nanoseconds."""
    plain = {
        name: column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    return pa.table(plain).to_pylist()


def check_encounters(
    found: Sequence[Row],
    own: Fleet,
    other: Fleet | None,
    scale: Scale,
    *,
    window: Window | None = None,
    exempt: Sequence[Hashable] = (),
) -> None:
    """The rows of `encounters` are exactly those that the promise allows."""
    order = [(row["own_row"], row["other_row"], row["start"]) for row in found]
    assert order == sorted(order), "rows must be sorted"
    rest = _by_pair(found, own, other)
    for key, (own_track, other_track) in _pairs(own, other).items():
        mine = rest.pop(key, [])
        if own[key[0]][0] == (other or own)[key[1]][0] and own[key[0]][0] in exempt:
            assert not mine, f"{key} is exempt, and has {mine}"
            continue
        pair = Pair(own_track, other_track, window)
        check_pair(mine, pair, scale)
        for row in mine:
            span = Pair(own_track, other_track, (row["start"], row["end"]))
            check_closest_within(row, pair, span, scale)
    assert not rest, f"no such pairs: {sorted(rest)}"


def check_pair(found: Sequence[Row], pair: Pair, scale: Scale) -> None:
    """The rows of one pair, in order: their spans and whether they are clipped."""
    minima = scale.horizontal, scale.vertical
    inner = pair.loss_set(*minima, tolerance=TOUCH_TOLERANCE + scale.bracket)
    outer = pair.loss_set(*minima, tolerance=TOUCH_TOLERANCE - scale.bracket)
    check_spans(found, pair.spans, inner, outer, scale)


def check_spans(
    found: Sequence[Row],
    spans: Sequence[Interval],
    inner: Sequence[Loss],
    outer: Sequence[Loss],
    scale: Scale,
) -> None:
    """The rows of one pair lie between the two exact sets; `spans` are the components of W."""
    allowed = rounded(outer, scale)
    for row in found:
        start, end = row["start"], row["end"]
        assert start < end or (start == end and not scale.timestamps), row
        assert any(a <= start and end <= b for a, b in allowed), (row, "outside", allowed)
        _check_clipped(row, spans, outer)
    for before, after in pairwise(found):
        assert before["end"] <= after["start"], (before, "overlaps", after)
    for loss in inner:
        _check_covered(loss, found, scale)


def check_closest_within(row: Row, pair: Pair, span: Pair, scale: Scale) -> None:
    """The closest approach and the critical point of one encounter; `span` is cut to the row."""
    check_cpa_within(row, pair, span, scale)
    grain = scale.grain(row["start"], row["end"])
    across, up = pair.fastest(row["start"], row["end"])
    width, height = scale.effective
    critical = span.closest("ratio", scale.horizontal, scale.vertical)
    assert critical is not None, row
    error = scale.distance / (width if height is None else min(width, height))
    change = max(across / width, Fraction(0) if height is None else up / height) * grain
    _check_minimum(row["critical_ratio"], critical, error, change)
    assert 0 <= row["critical_ratio"] < 1, row
    assert row["start"] <= row["critical_time"] <= row["end"], row
    there = ratio_at(pair, row["critical_time"], scale)
    _check_near(row["critical_ratio"], there, error + change)


def check_cpa_within(row: Row, pair: Pair, span: Pair, scale: Scale) -> None:
    """The closest approach of one encounter alone."""
    grain = scale.grain(row["start"], row["end"])
    across, up = pair.fastest(row["start"], row["end"])
    closest = span.closest("horizontal")
    assert closest is not None, row
    _check_minimum(row["cpa_horizontal"], closest, scale.distance, across * grain)
    _check_state(row, pair, scale, (across * grain, up * grain))
    assert row["start"] <= row["cpa_time"] <= row["end"], row


def check_closest_approaches(
    found: Sequence[Row],
    pairs: Sequence[tuple[int, int]],
    own: Fleet,
    other: Fleet | None,
    scale: Scale,
    *,
    metric: str = "horizontal",
    window: Window | None = None,
) -> None:
    """One row for each of the pairs, in their order, whose W is not empty."""
    theirs = other if other is not None else own
    expected = [
        ((a, b), pair)
        for a, b in pairs
        if (pair := Pair(own[a][1], theirs[b][1], window)).components
    ]
    assert [(row["own_row"], row["other_row"]) for row in found] == [key for key, _ in expected]
    column = {"horizontal": "cpa_horizontal", "slant": "cpa_slant", "ratio": "ratio"}[metric]
    for row, ((a, b), pair) in zip(found, expected, strict=True):
        assert (row["own"], row["other"]) == (own[a][0], theirs[b][0])
        grain = scale.grain(row["cpa_time"])
        across, up = pair.fastest(row["cpa_time"] - grain, row["cpa_time"] + grain)
        error = scale.distance
        if metric == "ratio":
            width, height = scale.effective
            error /= width if height is None else min(width, height)
            closest = pair.closest(metric, scale.horizontal, scale.vertical)
        else:
            closest = pair.closest(metric)
        assert closest is not None
        _check_minimum(row[column], closest, error, Fraction(0))
        _check_state(row, pair, scale, (across * grain, up * grain))
        x, y, z = pair.separation(row["cpa_time"])
        slant = square_root(x * x + y * y + z * z)
        _check_near(row["cpa_slant"], slant, scale.distance + (across + up) * grain)


def ratio_at(pair: Pair, time: Number, scale: Scale) -> Enclosure:
    """The root of N at an instant of W."""
    width, height = scale.effective
    x, y, z = pair.separation(time)
    flat = (x * x + y * y) / (width * width)
    return square_root(flat if height is None else max(flat, z * z / (height * height)))


def _pairs(own: Fleet, other: Fleet | None) -> dict[tuple[int, int], tuple[Track, Track]]:
    theirs = own if other is None else other
    return {
        (a, b): (own[a][1], theirs[b][1])
        for a in range(len(own))
        for b in range(a + 1 if other is None else 0, len(theirs))
    }


def _by_pair(
    found: Sequence[Row], own: Fleet, other: Fleet | None
) -> dict[tuple[int, int], list[Row]]:
    theirs = own if other is None else other
    grouped: dict[tuple[int, int], list[Row]] = {}
    for row in found:
        key = row["own_row"], row["other_row"]
        assert (row["own"], row["other"]) == (own[key[0]][0], theirs[key[1]][0]), row
        assert other is not None or key[0] < key[1], row
        grouped.setdefault(key, []).append(row)
    return grouped


def rounded(losses: Sequence[Loss], scale: Scale) -> list[Interval]:
    """The intervals rounded outwards, clamped to their components, and joined where they meet."""
    joined: list[Interval] = []
    for loss in losses:
        start, end = loss.start.lower, loss.end.upper
        if scale.timestamps:
            start, end = Fraction(math.floor(start)), Fraction(math.ceil(end))
        else:
            grain = scale.grain(start, end)
            start, end = start - grain, end + grain
        start, end = max(start, loss.component[0]), min(end, loss.component[1])
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _check_covered(loss: Loss, found: Sequence[Row], scale: Scale) -> None:
    """An interval of I lies in one row, which is clipped where the interval is."""
    slack = Fraction(0) if scale.timestamps else scale.grain(loss.start.lower, loss.end.upper)
    covering = [
        row
        for row in found
        if row["start"] <= loss.start.upper + slack and loss.end.lower - slack <= row["end"]
    ]
    assert covering, (loss, "has no row among", list(found))
    for side, span_end in (("start", loss.component[0]), ("end", loss.component[1])):
        if getattr(loss, f"{side}_clipped"):
            kept = [row for row in covering if row[side] == span_end]
            assert any(row[f"{side}_clipped"] for row in kept), (loss, "must be clipped", covering)


def _check_clipped(row: Row, spans: Sequence[Interval], outer: Sequence[Loss]) -> None:
    """Clipped only at an end of W's component where loss holds, or may hold within 5e-8 m."""
    span = next(span for span in spans if span[0] <= row["start"] and row["end"] <= span[1])
    for side, span_end in (("start", span[0]), ("end", span[1])):
        if row[f"{side}_clipped"]:
            assert row[side] == span_end, row
            assert any(
                loss.component == span and getattr(loss, f"{side}_clipped") for loss in outer
            ), (row, "has no loss at the end of", span)


def _check_state(row: Row, pair: Pair, scale: Scale, change: tuple[Fraction, Fraction]) -> None:
    """cpa_horizontal and cpa_vertical are the distances at cpa_time."""
    x, y, z = pair.separation(row["cpa_time"])
    flat = square_root(x * x + y * y)
    _check_near(row["cpa_horizontal"], flat, scale.distance + change[0])
    _check_near(row["cpa_vertical"], exactly(abs(z)), scale.distance + change[1])


def _check_minimum(value: float, exact: Closest, error: Fraction, change: Fraction) -> None:
    """The reported minimum is the exact one, or up to `change` more for the span's rounding."""
    root = Enclosure(square_root(exact.squared.lower).lower, square_root(exact.squared.upper).upper)
    assert root.lower - error <= Fraction(value) <= root.upper + error + change, (
        value,
        float(root.lower),
        float(error),
        float(change),
    )


def _check_near(value: float, exact: Enclosure, error: Fraction) -> None:
    assert exact.lower - error <= Fraction(value) <= exact.upper + error, (
        value,
        float(exact.lower),
        float(error),
    )
