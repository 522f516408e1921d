"""The k closest others of each row, best first: by value, then time, then the partner's id."""

from typing import NamedTuple

import numpy as np

from ._jit import jit, jit_inner
from ._types import FloatArray, IndexArray, Time, TimeArray
from .approach import HORIZONTAL, RATIO
from .reports import Columns


class Ranking(NamedTuple):
    """The closest others of each row asked about, best first: (rows, k) each."""

    partner: IndexArray
    """Their rows; -1 after the last."""
    value: FloatArray
    """What they are ordered by, then by time and by `order`; inf after the last."""
    time: TimeArray
    horizontal: FloatArray
    vertical: FloatArray
    slant: FloatArray
    ratio: FloatArray
    order: IndexArray
    """(other rows,) the place of each other row in the order of ids."""


@jit
def rank_pairs(
    found: Columns,
    own: IndexArray,
    other: IndexArray,
    metric: int,
    single: bool,
    out: Ranking,
) -> None:
    """Enter each pair that has an approach for its own row and, of a single fleet, for its other.

    Rows of the ranking are own rows.
    """
    for index in range(own.size):
        enter(found, index, metric, own[index], other[index], out)
        if single:
            enter(found, index, metric, other[index], own[index], out)


@jit_inner
def enter(found: Columns, index: int, metric: int, place: int, partner: int, out: Ranking) -> None:
    """Enter an approach with a partner at `place` where it belongs, if it is among the k best.

    Nothing happens where the pair has no approach.
    """
    if found.horizontal[index] == np.inf:
        return
    value, time = value_of(found, index, metric), found.time[index]
    rank = out.partner.shape[1] - 1
    if not _is_before(value, time, partner, place, rank, out):
        return
    while rank > 0 and _is_before(value, time, partner, place, rank - 1, out):
        _move(place, rank - 1, rank, out)
        rank -= 1
    out.partner[place, rank] = partner
    out.value[place, rank] = value
    out.time[place, rank] = time
    out.horizontal[place, rank] = found.horizontal[index]
    out.vertical[place, rank] = found.vertical[index]
    out.slant[place, rank] = found.slant[index]
    out.ratio[place, rank] = found.ratio[index] if found.ratio.size > 0 else 0.0


@jit_inner
def value_of(found: Columns, index: int, metric: int) -> float:
    """Return the reported value of the metric."""
    if metric == RATIO:
        return found.ratio[index]
    return found.horizontal[index] if metric == HORIZONTAL else found.slant[index]


@jit_inner
def _is_before(value: float, time: Time, partner: int, place: int, rank: int, out: Ranking) -> bool:
    """Return whether an approach comes before the one at `rank`: by value, time, then id."""
    rival: int = out.partner[place, rank]
    if rival < 0 or value != out.value[place, rank]:
        return rival < 0 or value < out.value[place, rank]
    if time != out.time[place, rank]:
        return time < out.time[place, rank]
    return out.order[partner] < out.order[rival]


@jit_inner
def _move(place: int, source: int, target: int, out: Ranking) -> None:
    out.partner[place, target] = out.partner[place, source]
    out.value[place, target] = out.value[place, source]
    out.time[place, target] = out.time[place, source]
    out.horizontal[place, target] = out.horizontal[place, source]
    out.vertical[place, target] = out.vertical[place, source]
    out.slant[place, target] = out.slant[place, source]
    out.ratio[place, target] = out.ratio[place, source]
