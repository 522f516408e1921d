"""Minima in words, in the units that people fly by, and what a screening by them has found."""

import math
from collections.abc import Mapping

from ._units import FT, NM
from .minima import Minima
from .minima_table import MinimaTable
from .receipt import Receipt
from .screening import Screening


def counts_by_level(receipt: Receipt) -> dict[str, int]:
    """Encounters by the name of their level, in the order in which the minima name them."""
    if not isinstance(receipt.minima, Mapping):
        return {}
    return {name: receipt.encounters_by_level[name] for name in receipt.minima}


def headline(result: Screening) -> str:
    """How many encounters of how many pairs, by which minima; a line for each level if any."""
    count, pairs = result.encounters.num_rows, result.receipt.pairs_in_conflict
    found = f"{count:,} encounter{'' if count == 1 else 's'}"
    of = f" of {pairs:,} pair{'' if pairs == 1 else 's'}" if count else ""
    minima = result.receipt.minima
    if isinstance(minima, Mapping):
        return "\n".join([f"{found}{of}, by level", *_by_level(result, minima)])
    return found + of + (f" closer than {in_words(minima)}" if minima else "")


def _by_level(result: Screening, minima: Mapping[str, Minima | MinimaTable]) -> list[str]:
    counts = counts_by_level(result.receipt)
    names = max(map(len, minima))
    digits = max(len(f"{count:,}") for count in counts.values())
    return [
        f"  {name.ljust(names)}  {counts[name]:>{digits},}  closer than {in_words(level)}"
        for name, level in minima.items()
    ]


def in_words(minima: Minima | MinimaTable) -> str:
    """The minima in nautical miles and feet where these are round, and in metres."""
    if isinstance(minima, MinimaTable):
        return _table_in_words(minima)
    sides = f"{_length(minima.horizontal, NM)} horizontally"
    if len(minima.steps) > 1:
        return f"{sides} and vertically {_steps_in_words(minima)}"
    vertical = minima.largest_vertical
    if math.isinf(vertical):
        return f"{sides}, whatever the altitudes"
    return f"{sides} and {_length(vertical, FT)} vertically"


def _steps_in_words(minima: Minima) -> str:
    """The vertical minima by altitude, from the ground up."""
    *lower, (_, highest) = minima.steps
    return ", ".join(
        [
            *(
                f"{_length(vertical, FT)} up to {ceiling / FT:,.0f} ft"
                for ceiling, vertical in lower
            ),
            f"{_length(highest, FT)} above",
        ]
    )


def _table_in_words(table: MinimaTable) -> str:
    """The range of the minima of a table."""
    horizontal = {minima.horizontal for minima in table.different}
    vertical = {height for minima in table.different for _, height in minima.steps}
    return (
        f"the minima of their categories: {_range(horizontal, NM)} horizontally, "
        f"{_range(vertical, FT)} vertically"
    )


def _range(lengths: set[float], unit: float) -> str:
    least, most = min(lengths), max(lengths)
    if least == most:
        return _length(most, unit)
    return f"{_short(least, unit)} to {_short(most, unit)}"


def _length(metres: float, unit: float) -> str:
    """A length such as "5 NM (9260 m)", or in metres only where no unit makes it round."""
    short = _short(metres, unit)
    return short if short.endswith(" m") or math.isinf(metres) else f"{short} ({metres:g} m)"


def _short(metres: float, unit: float) -> str:
    """The length in the unit if it is round there, else in feet, else in metres."""
    if math.isinf(metres):
        return "any distance"
    for size, name in ((unit, "NM" if unit == NM else "ft"), (FT, "ft")):
        text = f"{metres / size:.4g}"
        if math.isclose(float(text) * size, metres, rel_tol=1e-9):
            return f"{float(text):g} {name}"
    return f"{metres:g} m"
