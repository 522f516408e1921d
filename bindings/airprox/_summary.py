"""A screening in words: what was found, the worst of it with where and when, and the receipt."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ._positions import position
from ._units import FT, NM, feet, nautical_miles
from .fleet import Fleet
from .minima import Minima
from .receipt import Receipt
from .screening import Screening

WORST = 10
"""Encounters that are printed."""
_LABELS = ("side", "category")
_MOST_LABELS = 15


def describe(result: Screening, own: Fleet, against: Fleet | None = None) -> str:
    """Text of many lines about a screening of `own`, or of `own` against another fleet."""
    other = own if against is None else against
    encounters = result.encounters
    blocks = [_headline(result)]
    if encounters.num_rows:
        blocks.append(_by_label(encounters, own, other, ordered=against is not None))
        blocks.append(_worst(encounters, own, other))
    blocks.append(describe_receipt(result.receipt))
    return "\n\n".join(block for block in blocks if block)


def _headline(result: Screening) -> str:
    count, pairs = result.encounters.num_rows, result.receipt.pairs_in_conflict
    found = f"{count:,} encounter{'' if count == 1 else 's'}"
    of = f" of {pairs:,} pair{'' if pairs == 1 else 's'}" if count else ""
    minima = result.receipt.minima
    return found + of + (f" closer than {_in_words(minima)}" if minima else "")


def _in_words(minima: Minima) -> str:
    """The minima in the units that people fly by."""
    sides = f"{minima.horizontal / NM:g} NM ({minima.horizontal:g} m) horizontally"
    if math.isinf(minima.vertical):
        return f"{sides}, whatever the altitudes"
    return f"{sides} and {minima.vertical / FT:g} ft ({minima.vertical:g} m) vertically"


def _by_label(encounters: pa.Table, own: Fleet, other: Fleet, *, ordered: bool) -> str:
    """Encounters counted by side and category of the two, most first; "" if neither is known."""
    own_labels, other_labels = _labels(own), _labels(other)
    if not any(own_labels) and not any(other_labels):
        return ""
    counts: dict[tuple[str, ...], list[Any]] = {}
    rows = (encounters[name].to_pylist() for name in ("own_row", "other_row", "critical_ratio"))
    for own_row, other_row, ratio in zip(*rows, strict=True):
        both = (own_labels[own_row], other_labels[other_row])
        entry = counts.setdefault(both if ordered else tuple(sorted(both)), [0, set(), math.inf])
        entry[0] += 1
        entry[1].add((own_row, other_row))
        entry[2] = min(entry[2], ratio)
    ranked = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))
    lines = [
        (first or "-", second or "-", f"{number:,}", f"{len(pairs):,}", f"{ratio:.3f}")
        for (first, second), (number, pairs, ratio) in ranked[:_MOST_LABELS]
    ]
    rest = len(ranked) - len(lines)
    heads = ("own", "other") if ordered else ("one", "the other")
    table = _aligned([(*heads, "encounters", "pairs", "worst ratio"), *lines], right={2, 3, 4})
    return "By side and category\n" + table + (f"\n  and {rest} more" if rest else "")


def _labels(fleet: Fleet) -> list[str]:
    """Side and category of every trajectory, as far as they are known."""
    columns = [
        fleet.carried[name].to_pylist() for name in _LABELS if name in fleet.carried.column_names
    ]
    if not columns:
        return [""] * len(fleet)
    return [
        " ".join(str(value) for value in values if value is not None)
        for values in zip(*columns, strict=True)
    ]


def _worst(encounters: pa.Table, own: Fleet, other: Fleet) -> str:
    """The encounters with the smallest ratios: who, when, for how long, how close, where."""
    ratio = encounters["critical_ratio"].to_numpy()
    # A stable sort of a sorted table: ties come in the table's order.
    chosen = encounters.take(pa.array(np.argsort(ratio, kind="stable")[:WORST]))
    rows = _numbers(chosen).to_pylist()
    own_names, other_names = _names(rows, "own", own), _names(rows, "other", other)
    instants, scale = _clock([row["critical_time"] for row in rows])
    lines = [
        (
            f"{row['critical_ratio']:.3f}",
            own_name,
            other_name,
            instant,
            f"{_seconds(row['end'] - row['start']):,.0f} s",
            f"{nautical_miles(row['cpa_horizontal'])}, {feet(row['cpa_vertical'])}",
            str(position(own._knots, row["own_row"], row["critical_time"])),
        )
        for row, own_name, other_name, instant in zip(
            rows, own_names, other_names, instants, strict=True
        )
    ]
    heads = ("ratio", "own", "other", "when", "lasting", "closest, height", "where own was")
    return (
        f"The {len(lines)} worst of {encounters.num_rows:,}, {scale}; ratio 0 is a collision, 1 "
        "the edge of the minima\n" + _aligned([heads, *lines], right={0, 4})
    )


def _numbers(encounters: pa.Table) -> pa.Table:
    """The table with timestamps as int64 nanoseconds, as kernels and `position` count them."""
    for index, field in enumerate(encounters.schema):
        if pa.types.is_timestamp(field.type):
            numbers = encounters.column(index).cast(pa.int64())
            encounters = encounters.set_column(index, field.name, numbers)
    return encounters


def _names(rows: list[dict[str, Any]], role: str, fleet: Fleet) -> list[str]:
    """Ids of one side, with the side and category where not all of its trajectories share them."""
    labels = _labels(fleet)
    if len(set(labels)) == 1:
        return [str(row[role]) for row in rows]
    return [f"{row[role]} ({labels[row[f'{role}_row']] or '-'})" for row in rows]


def _clock(instants: Sequence[float]) -> tuple[list[str], str]:
    """Instants as text, and what they are counted in; a day that all share is said there."""
    if not isinstance(instants[0], int):
        return [f"{instant:,.1f}" for instant in instants], "times in seconds"
    texts = [str(np.datetime64(int(instant), "ns").astype("datetime64[s]")) for instant in instants]
    days, clocks = zip(*(text.split("T") for text in texts), strict=True)
    if len(set(days)) == 1:
        return list(clocks), f"times in UTC on {days[0]}"
    return [text.replace("T", " ") for text in texts], "times in UTC"


def _seconds(duration: float) -> float:
    return duration / 1e9 if isinstance(duration, int) else duration


def describe_receipt(receipt: Receipt) -> str:
    """What was screened, what was not, how much work it was and how long that took."""
    phases = ", ".join(f"{phase} {seconds:.3f}" for phase, seconds in receipt.seconds.items())
    lines = [*str(receipt).splitlines(), f"seconds       {phases}"]
    return "Receipt\n" + "\n".join(f"  {line}" for line in lines)


def _aligned(rows: Sequence[Iterable[str]], right: set[int]) -> str:
    """Rows of text in columns, two spaces apart; the columns in `right` end in line."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    lines: list[str] = []
    for row in zip(*columns, strict=True):
        cells = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)
