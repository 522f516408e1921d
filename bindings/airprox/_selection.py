"""Which rows of a table of encounters are asked for."""

import math
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._codes import encode
from ._encounter_rows import read_numbers
from .errors import SchemaError, SchemaTypeError
from .screening import Screening


def level_names(level: str | Sequence[str], result: object) -> list[str]:
    """The names asked for; a `Screening` knows which there are."""
    names = [level] if isinstance(level, str) else list(level)
    for name in names:
        if not isinstance(name, str):
            raise SchemaTypeError(f"level must be a name or several, found {level!r}")
    if isinstance(result, Screening):
        known = result.receipt.encounters_by_level
        unknown = [name for name in names if name not in known]
        if unknown:
            raise SchemaError(
                f"level must be among {', '.join(map(repr, known))}, found {unknown[0]!r}"
            )
    return names


def of_levels(table: pa.Table, names: list[str]) -> NDArray[np.int64]:
    """The rows of these levels."""
    coded = encode(table["level"], "'level'")
    wanted = [code for code, name in enumerate(coded.values.to_pylist()) if name in names]
    return np.flatnonzero(np.isin(coded.codes, wanted))


def checked_duration(seconds: float) -> float:
    """A finite number of seconds, 0 or more."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float, np.number)):
        raise SchemaTypeError(f"min_duration must be a number of seconds, found {seconds!r}")
    if not 0.0 <= seconds < math.inf:
        raise SchemaError(f"min_duration must be finite and at least 0 s, found {seconds!r}")
    return float(seconds)


def checked_count(top: int) -> int:
    """A whole number, 0 or more."""
    if isinstance(top, bool) or not isinstance(top, (int, np.integer)) or top < 0:
        raise SchemaTypeError(f"top must be a whole number of at least 0, found {top!r}")
    return int(top)


def worst(table: pa.Table, count: int) -> NDArray[np.int64]:
    """The rows with the smallest ratios of each level, worst first, one level after another."""
    ratio = read_numbers(table, "critical_ratio")
    level = np.zeros(len(ratio), np.int64)
    if "level" in table.column_names:
        coded = encode(table["level"], "'level'")
        names = coded.values.to_pylist()
        rank = np.append(np.argsort(np.argsort(names)), len(names))
        level = rank[coded.codes]
    order = np.lexsort((ratio, level))
    level = level[order]
    place = np.arange(len(order)) - np.searchsorted(level, level)
    return order[place < count]
