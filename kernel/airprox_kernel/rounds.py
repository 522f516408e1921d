"""Rounds of a sweep: one side of a slab asks one side who meets, eight entries at once."""

from typing import NamedTuple

import numpy as np

from ._jit import jit_inner
from .boxes import Boxes
from .sweep import BLOCK, Axes, Grain, Table, cell_of

WORD = 32
"""Entries of which one word tells which meet."""


class Round(NamedTuple):
    """One side of a slab asks one side: who begins in the same cell (`step` 0) or a later one."""

    slab: int
    axes: Axes
    grain: Grain
    buckets: int
    asking: Table
    asked: Table
    step: int


class Look(NamedTuple):
    """What one entry looks at: the entries [begin, end) of the side that is asked.

    Of those that begin in its own cell, only entries after `after` count.
    """

    entry: int
    after: int
    begin: int
    end: int


@jit_inner
def any_meets(turn: Round, look: Look) -> bool:
    """Return whether some entry meets on the axes compared by; a few beyond the end are taken in.

    No branch and an unsigned index, which is not tested for being negative: so eight entries are
    compared at once.
    """
    low, high = turn.asked.low, turn.asked.high
    one_low, one_high = turn.asking.low[0, look.entry], turn.asking.high[0, look.entry]
    two_low, two_high = turn.asking.low[1, look.entry], turn.asking.high[1, look.entry]
    three_low, three_high = turn.asking.low[2, look.entry], turn.asking.high[2, look.entry]
    blocks = (look.end - look.begin + BLOCK - 1) // BLOCK
    meets = np.int32(0)
    if turn.axes.deep:
        for k in range(blocks * BLOCK):
            entry = np.uintp(look.begin + k)
            meets += np.int32(
                (low[0, entry] <= one_high)
                & (high[0, entry] >= one_low)
                & (low[1, entry] <= two_high)
                & (high[1, entry] >= two_low)
                & (low[2, entry] <= three_high)
                & (high[2, entry] >= three_low)
            )
    else:
        for k in range(blocks * BLOCK):
            entry = np.uintp(look.begin + k)
            meets += np.int32(
                (low[0, entry] <= one_high)
                & (high[0, entry] >= one_low)
                & (low[1, entry] <= two_high)
                & (high[1, entry] >= two_low)
            )
    return bool(meets > 0)


@jit_inner
def which_meet(turn: Round, look: Look, begin: int) -> np.uint32:
    """Return which of the entries from `begin` on meet on the axes compared by: bit k is the k-th.

    In the plane the third axis is 0 throughout, and meets.
    """
    low, high = turn.asked.low, turn.asked.high
    one_low, one_high = turn.asking.low[0, look.entry], turn.asking.high[0, look.entry]
    two_low, two_high = turn.asking.low[1, look.entry], turn.asking.high[1, look.entry]
    three_low, three_high = turn.asking.low[2, look.entry], turn.asking.high[2, look.entry]
    rest = look.end - begin
    meeting = np.uint32(0)
    for k in range(BLOCK if rest <= BLOCK else WORD):
        entry = np.uintp(begin + k)
        meeting |= np.uint32(
            (low[0, entry] <= one_high)
            & (high[0, entry] >= one_low)
            & (low[1, entry] <= two_high)
            & (high[1, entry] >= two_low)
            & (low[2, entry] <= three_high)
            & (high[2, entry] >= three_low)
        ) << np.uint32(k)
    beyond = max(WORD - rest, 0)
    return np.uint32(meeting << np.uint32(beyond)) >> np.uint32(beyond)


@jit_inner
def is_its_own(boxes: Boxes, turn: Round, look: Look, entry: int) -> bool:
    """Return whether a pair that meets is this entry's to write: no other one would find it.

    The later of the two low ends says in which strip, and the earlier one who looks.
    """
    bounds = boxes.bounds
    box, partner = turn.asking.box[look.entry], turn.asked.box[entry]
    strip = turn.asking.strip[look.entry]
    if strip != turn.asked.strip[entry]:
        return False
    if turn.grain.strip > 0.0:
        low = max(bounds[box, turn.axes.one], bounds[partner, turn.axes.one])
        if cell_of(low, turn.grain.strip) != strip:
            return False
    first = cell_of(bounds[box, turn.axes.sweep], turn.grain.cell) + turn.step
    cell = cell_of(bounds[partner, turn.axes.sweep], turn.grain.cell)
    return cell > first or (cell == first and entry > look.after)
