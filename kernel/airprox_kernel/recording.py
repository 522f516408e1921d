"""What one elementary interval says is added to the pieces of its pair."""

from typing import NamedTuple

import numpy as np

from ._jit import jit_inner
from ._types import IndexArray
from .cpa import horizontal_cpa
from .intervals import Interval, Pair
from .motion import Motion, horizontal_square, instant_at, separation_at, surface_distance
from .pieces import PieceArray
from .violation import Violation


class Part(NamedTuple):
    """A part of an elementary interval at one level: the number of cuts before it, and its end."""

    level: int
    cut: int
    high: float


@jit_inner
def take_part(
    pair: Pair,
    interval: Interval,
    motion: Motion,
    part: Part,
    found: Violation,
    open_pieces: IndexArray,
    count: int,
    out: PieceArray,
) -> int:
    """Add one part to the open piece of its level, or begin a new piece; -1 where `out` is full.

    `open_pieces` holds, per level, the piece whose loss holds where this part begins.
    """
    start, end = found.start * motion.duration, found.end * motion.duration
    if not start < end:
        open_pieces[part.level] = -1
        return count
    index = open_pieces[part.level]
    if index < 0 or not found.at_start:
        if count == out.size:
            return -1
        index = count
        count += 1
        _begin(out, index, pair, part, interval, start, found.at_start)
    open_pieces[part.level] = index if found.at_end else -1
    out["last"][index] = interval.start
    out["until"][index] = interval.end
    out["last_cut"][index] = part.cut
    out["end"][index] = end
    out["at_end"][index] = found.at_end and part.high >= 1.0
    _note_closest(out, index, interval, motion, found)
    return count


@jit_inner
def _begin(
    out: PieceArray,
    index: int,
    pair: Pair,
    part: Part,
    interval: Interval,
    start: float,
    at_start: bool,
) -> None:
    out["own"][index] = pair.own_part
    out["other"][index] = pair.other_part
    out["level"][index] = part.level
    out["first"][index] = interval.start
    out["first_cut"][index] = part.cut
    out["start"][index] = start
    out["at_start"][index] = at_start and part.cut == 0
    out["start_clipped"][index] = out["end_clipped"][index] = False
    out["cpa_square"][index] = np.inf
    out["critical_square"][index] = np.inf


@jit_inner
def _note_closest(
    out: PieceArray, index: int, interval: Interval, motion: Motion, found: Violation
) -> None:
    """Keep the least distance and the least N so far; the earliest of equal ones stays."""
    u = horizontal_cpa(motion, found.start, found.end)
    separation = separation_at(motion, u)
    square = horizontal_square(separation)
    if square < out["cpa_square"][index]:
        moment = instant_at(interval.start, interval.end, motion.duration, u)
        out["cpa"][index] = moment.origin
        out["cpa_offset"][index] = moment.offset
        out["cpa_square"][index] = square
        out["cpa_horizontal"][index] = surface_distance(motion, separation, np.sqrt(square))
        out["cpa_vertical"][index] = abs(separation.vertical)
    if found.square < out["critical_square"][index]:
        moment = instant_at(interval.start, interval.end, motion.duration, found.critical)
        out["critical"][index] = moment.origin
        out["critical_offset"][index] = moment.offset
        out["critical_square"][index] = found.square
