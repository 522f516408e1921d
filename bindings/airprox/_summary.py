"""A screening in words: what was found, the worst of it with where and when, and the receipt."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ._positions import position
from ._text_table import aligned
from ._units import feet, nautical_miles
from ._worded import counts_by_level, headline
from .fleet import Fleet
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
    levels = counts_by_level(result.receipt)
    blocks = [headline(result)]
    if encounters.num_rows:
        blocks.append(_by_label(encounters, own, other, [*levels], ordered=against is not None))
        blocks.append(_worst(encounters, own, other, levels))
    blocks.append(describe_receipt(result.receipt))
    return "\n\n".join(block for block in blocks if block)


def _by_label(
    encounters: pa.Table, own: Fleet, other: Fleet, levels: list[str], *, ordered: bool
) -> str:
    """Encounters counted by side and category of the two, most first; "" if neither is known.

    With levels there is one count for each, and the worst ratio is that of the first with a count.
    """
    own_labels, other_labels = _labels(own), _labels(other)
    if not any(own_labels) and not any(other_labels):
        return ""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    names = ["own_row", "other_row", "critical_ratio", *(["level"] if levels else [])]
    for row in encounters.select(names).to_pylist():
        both = (own_labels[row["own_row"]], other_labels[row["other_row"]])
        groups.setdefault(both if ordered else tuple(sorted(both)), []).append(row)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    lines = [
        (first or "-", second or "-", *_counts(rows, levels))
        for (first, second), rows in ranked[:_MOST_LABELS]
    ]
    rest = len(ranked) - len(lines)
    counted = levels or ["encounters"]
    heads = ("own", "other") if ordered else ("one", "the other")
    right = {*range(2, 4 + len(counted))}
    table = aligned([(*heads, *counted, "pairs", "worst ratio"), *lines], right=right)
    return "By side and category\n" + table + (f"\n  and {rest} more" if rest else "")


def _counts(rows: list[dict[str, Any]], levels: list[str]) -> list[str]:
    """Encounters by level, pairs, and the smallest ratio."""
    by_level = [[row for row in rows if row["level"] == level] for level in levels] or [rows]
    worst = min(row["critical_ratio"] for row in next(filter(None, by_level)))
    pairs = {(row["own_row"], row["other_row"]) for row in rows}
    return [*(f"{len(found):,}" for found in by_level), f"{len(pairs):,}", f"{worst:.3f}"]


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


def _worst(encounters: pa.Table, own: Fleet, other: Fleet, levels: dict[str, int]) -> str:
    """The encounters with the smallest ratios: who, when, for how long, how close, where.

    With levels they are those of the level with the most encounters, since ratios of different
    minima do not compare; what other levels the pair has reached meanwhile is said beside.
    """
    rows = _numbers(encounters).to_pylist()
    level = max(levels, key=lambda name: levels[name], default=None)
    shown = [row for row in rows if level is None or row["level"] == level]
    # A stable sort of a sorted table: ties come in the table's order.
    worst = sorted(shown, key=lambda row: row["critical_ratio"])[:WORST]
    own_names, other_names = _names(worst, "own", own), _names(worst, "other", other)
    instants, scale = _clock([row["critical_time"] for row in worst])
    lines = [
        (
            f"{row['critical_ratio']:.3f}",
            own_name,
            other_name,
            instant,
            f"{_seconds(row['end'] - row['start']):,.0f} s",
            f"{nautical_miles(row['cpa_horizontal'])}, {feet(row['cpa_vertical'])}",
            str(position(own._knots, row["own_row"], row["critical_time"])),
            *([_reached(row, rows)] if len(levels) > 1 else []),
        )
        for row, own_name, other_name, instant in zip(
            worst, own_names, other_names, instants, strict=True
        )
    ]
    heads = ["ratio", "own", "other", "when", "lasting", "closest, height", "where own was"]
    heads += ["also"] if len(levels) > 1 else []
    of = f"{len(shown):,}" + (f" at level {level!r}" if level is not None else "")
    return (
        f"The {len(lines)} worst of {of}, {scale}; ratio 0 is a collision, 1 the edge of the "
        "minima\n" + aligned([heads, *lines], right={0, 4})
    )


def _reached(row: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """The other levels at which this pair has an encounter that overlaps this one."""
    found = (
        other["level"]
        for other in rows
        if (other["own_row"], other["other_row"]) == (row["own_row"], row["other_row"])
        and other["level"] != row["level"]
        and other["start"] <= row["end"]
        and row["start"] <= other["end"]
    )
    return ", ".join(dict.fromkeys(found))


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
