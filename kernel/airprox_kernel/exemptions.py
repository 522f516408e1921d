"""Rules that take pairs out of a screening, before any geometry: see `Exemptions`."""

from typing import NamedTuple

import numpy as np

from ._jit import jit
from ._types import BoolArray, IndexArray, IntArray


class Exemptions(NamedTuple):
    """Which pairs of rows are exempt, beside those of one identity."""

    any: bool
    """Whether there is any rule; without one, nothing below is looked at."""
    listed: IndexArray
    """(pairs,) keys of the pairs listed one by one, ascending: see `pair_key`."""
    rows: int
    """Rows of the other side."""
    own_flight: IntArray
    """(own rows,) rows of equal flights, 0 or above, are exempt; -1 is none."""
    other_flight: IntArray
    own_group: IntArray
    """The same for groups."""
    other_group: IntArray
    own_side: IntArray
    """(own rows,) index into `screened`."""
    other_side: IntArray
    screened: BoolArray
    """(sides, sides) whether the pairs of two sides are screened."""


def _no_exemptions() -> Exemptions:
    rows = np.empty(0, np.int32)
    listed, screened = np.empty(0, np.int64), np.empty((0, 0), np.bool_)
    for array in (rows, listed, screened):
        array.flags.writeable = False
    return Exemptions(False, listed, 0, rows, rows, rows, rows, rows, rows, screened)


NO_EXEMPTIONS = _no_exemptions()


@jit
def pair_key(own_row: int, other_row: int, rows: int) -> int:
    """Return the number of a pair of rows; `rows` is how many the other side has."""
    return own_row * rows + other_row


@jit
def is_exempt(exemptions: Exemptions, own_row: int, other_row: int) -> bool:
    """Return whether a pair is exempt; of a single fleet, ``own_row < other_row``."""
    flight = exemptions.own_flight[own_row]
    if flight >= 0 and flight == exemptions.other_flight[other_row]:
        return True
    group = exemptions.own_group[own_row]
    if group >= 0 and group == exemptions.other_group[other_row]:
        return True
    if not exemptions.screened[exemptions.own_side[own_row], exemptions.other_side[other_row]]:
        return True
    return is_listed(exemptions, own_row, other_row)


@jit
def is_listed(exemptions: Exemptions, own_row: int, other_row: int) -> bool:
    """Return whether a pair is listed by itself."""
    listed = exemptions.listed
    key = pair_key(own_row, other_row, exemptions.rows)
    low = 0
    high = listed.size
    while low < high:
        middle = (low + high) // 2
        if listed[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low < listed.size and listed[low] == key
