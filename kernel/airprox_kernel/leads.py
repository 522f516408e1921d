"""Leads: spans of time in which a pair may be closest, found from chords, followed exactly.

The chords of a slab say how near a pair can come and, if some other time is known to be as near as
`upper`, in which part of the slab it can come nearer. That span is a lead. To follow a lead is to
test the elementary intervals that meet it, each one whole; the leads of a pair are followed in
order of time. Every interval left out has a computed value above the least one, so the result has
the bits of `closest.closest_approaches`.

Finding and following are separate loops over a block of pairs: each is small enough for the
compiler to keep in one piece. As one loop it took twice the time, and four times that to compile.
"""

from typing import NamedTuple

import numpy as np

from ._jit import jit_inner
from ._types import Time
from .approach import Legs, pair_minima
from .bounds import Bound, Chord, Metric, Range, bound_on, chord_between, range_below, scale_of
from .chords import Chords, PartSpans, TimeGrid, slab_time
from .job import Window
from .lead_records import Lead, LeadArray, write_lead
from .limits import Limits


class Search(NamedTuple):
    """What is asked, and the chords of both sides.

    As little as possible: a tuple of arrays that is passed on costs seven words an array.
    """

    own: Chords
    other: Chords
    limits: Limits
    metric: Metric
    limit: float
    """Values above are of no interest: a distance (m) or a ratio; may be inf."""
    single: bool


class Pairing(NamedTuple):
    """A pair of rows, and what both have in common."""

    own: int
    other: int
    begin: Time
    end: Time
    own_edge: int
    """The edge of slab 0, were there one."""
    other_edge: int
    whole: bool
    """Whether each is of one part."""


@jit_inner
def pairing(search: Search, own_row: int, other_row: int) -> Pairing:
    """Return a pair of rows."""
    own, other = search.own, search.other
    return Pairing(
        own_row,
        other_row,
        max(own.begin[own_row], other.begin[other_row]),
        min(own.end[own_row], other.end[other_row]),
        own.start[own_row] - own.first[own_row],
        other.start[other_row] - other.first[other_row],
        own.whole[own_row] and other.whole[other_row],
    )


@jit_inner
def is_flown(search: Search, pair: Pairing, slab: int) -> bool:
    """Return whether both have a position in a slab."""
    return (
        search.own.leg[pair.own_edge + slab] >= 0 and search.other.leg[pair.other_edge + slab] >= 0
    )


@jit_inner
def chord_of(search: Search, pair: Pairing, slab: int) -> Chord:
    """Return the difference of the chords of a pair."""
    return chord_between(search.own, pair.own_edge + slab, search.other, pair.other_edge + slab)


@jit_inner
def shared(grid: TimeGrid, slab: int, pair: Pairing) -> Range:
    """Return the part of a slab that lies in a pair's common span, as a range of u."""
    start = slab_time(grid, slab)
    length = float(grid.length)
    low = max(float(pair.begin - start) / length, 0.0)
    return Range(low, max(min(float(pair.end - start) / length, 1.0), low))


@jit_inner
def bound_slab(search: Search, pair: Pairing, slab: int) -> Bound:
    """Return the bounds of a slab that both fly; the upper one is inf where it would not hold."""
    chord = chord_of(search, pair, slab)
    scale = scale_of(pair_minima(search.limits, pair.own, pair.other))
    bound = bound_on(chord, shared(search.own.grid, slab, pair), search.metric, scale)
    return bound if pair.whole or not chord.partial else Bound(bound.lower, np.inf)


@jit_inner
def add_leads(
    search: Search,
    pair: Pairing,
    first: int,
    last: int,
    upper: float,
    place: int,
    count: int,
    leads: LeadArray,
) -> int:
    """Append the leads of a pair in the slabs [first, last]; return their new number.

    Domain: the least value is not above `upper`, or of no interest, and in none of the other slabs.
    """
    scale = scale_of(pair_minima(search.limits, pair.own, pair.other))
    for slab in range(first, last + 1):
        if not is_flown(search, pair, slab):
            continue
        chord = chord_of(search, pair, slab)
        within = shared(search.own.grid, slab, pair)
        bound = bound_on(chord, within, search.metric, scale)
        if bound.lower > upper:
            continue
        if pair.whole or not chord.partial:
            upper = min(upper, bound.upper)
        near = range_below(chord, within, search.metric, scale, upper)
        if near.low <= near.high:
            count = add_lead(search, pair, slab, near, bound.lower, place, count, leads)
    return count


@jit_inner
def add_lead(
    search: Search,
    pair: Pairing,
    slab: int,
    near: Range,
    lower: float,
    place: int,
    count: int,
    leads: LeadArray,
) -> int:
    """Append the lead of a range of u, one for each two parts; return the new number of leads."""
    if pair.whole:
        write_lead(lead_of(search, pair, slab, near, place), lower, count, leads)
        return count + 1
    span = span_of(search.own.grid, slab, near)
    return _add_parts(search, pair, span, lower, place, count, leads)


@jit_inner
def lead_of(search: Search, pair: Pairing, slab: int, near: Range, place: int) -> Lead:
    """Return the lead of a range of u of a pair of which each is of one part."""
    own, other = pair.own_edge + slab, pair.other_edge + slab
    return Lead(
        pair.own,
        pair.other,
        place,
        Window(pair.begin, pair.end),
        span_of(search.own.grid, slab, near),
        Legs(search.own.leg[own], search.own.leg_end[own]),
        Legs(search.other.leg[other], search.other.leg_end[other]),
    )


@jit_inner
def _add_parts(
    search: Search,
    pair: Pairing,
    span: Window,
    lower: float,
    place: int,
    count: int,
    leads: LeadArray,
) -> int:
    """Append a lead for each two parts that have an instant of the span in common.

    The parts of each trajectory are ascending in time, so one pass over both lists meets all.
    """
    own, other = search.own.parts, search.other.parts
    own_part: int = own.row_start[pair.own]
    other_part: int = other.row_start[pair.other]
    while own_part < own.row_start[pair.own + 1] and other_part < other.row_start[pair.other + 1]:
        own_begin: Time = own.begin[own_part]
        own_end: Time = own.end[own_part]
        other_begin: Time = other.begin[other_part]
        other_end: Time = other.end[other_part]
        common = Window(max(own_begin, other_begin), min(own_end, other_end))
        if max(common.start, span.start) <= min(common.end, span.end):
            own_legs, other_legs = _legs_of(own, own_part), _legs_of(other, other_part)
            lead = Lead(pair.own, pair.other, place, common, span, own_legs, other_legs)
            write_lead(lead, lower, count, leads)
            count += 1
        own_part += own_end <= other_end
        other_part += other_end <= own_end
    return count


@jit_inner
def _legs_of(parts: PartSpans, part: int) -> Legs:
    """Return all legs of a part."""
    first: int = parts.knot_start[part]
    last: int = parts.knot_start[part + 1] - 1
    return Legs(first, last)


@jit_inner
def span_of(grid: TimeGrid, slab: int, near: Range) -> Window:
    """Return the time of a range of u, and a little more on both sides for its rounding."""
    start = slab_time(grid, slab)
    low, high = near.low * float(grid.length), near.high * float(grid.length)
    if isinstance(start, float):
        room = 1e-15 * (abs(start) + grid.length) + 1e-12 * grid.length
        return Window(start + (low - room), start + (high + room))
    return Window(start + int(np.floor(low)) - 2, start + int(np.ceil(high)) + 2)
