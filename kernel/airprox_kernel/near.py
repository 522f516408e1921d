"""Pairs that come near, by boxes around chords that meet: bounds first, then few exact tests.

Each meeting of two boxes, a pair in a slab, is bounded by the chords (`bounds`). Where the k
nearest are looked for, the upper bounds say of each trajectory how near k others come at least,
its ceiling, and whatever is above both ceilings of a pair is left out. With the first bounds the
ceilings are as good as known: of the 30 meetings of a flight of a day, one is tested exactly.
"""

from typing import NamedTuple

from ._jit import jit, jit_inner, zero
from ._types import FloatArray, IndexArray, IntArray
from .approach import RATIO, pair_minima
from .bounds import bound_on, scale_of
from .boxes import Places
from .broad import Candidates
from .dense import LEADS
from .following import follow_leads
from .job import Job
from .knots import Knots
from .lead_records import LeadArray
from .leads import Search, add_leads, chord_of, pairing, shared
from .reports import Columns
from .surface import arc_of_chord

SMALLEST_RADIUS = 6.33e6
"""Below every radius of curvature of the ellipsoid (m)."""
SERIES_END = 3.1e6
"""Chords (m) up to here become arcs; beyond, the farthest place is taken."""
FARTHEST_PLACE = 2.1e7


class Ceilings(NamedTuple):
    """For each row, the k least values, ascending, that so many others are known not to exceed.

    (rows, k) each; with k = 0 there are none.
    """

    value: FloatArray
    """As it is reported; the limit of the search where fewer are known."""
    partner: IntArray
    """Whose value it is, -1 for nobody's."""


class Meetings(NamedTuple):
    """Rows whose chords come near in a slab, (meetings,) each."""

    own: IntArray
    other: IntArray
    slab: IntArray
    lower: FloatArray
    """No value in the slab is below."""


class NearPairs(NamedTuple):
    """Pairs of rows, the slabs [first, last] in which they come near, and up to what value."""

    own: IndexArray
    other: IndexArray
    first: IndexArray
    last: IndexArray
    ceiling: FloatArray


@jit
def bound_meetings(
    job: Job,
    search: Search,
    places: Places,
    candidates: Candidates,
    count: int,
    own: Ceilings,
    other: Ceilings,
    out: Meetings,
) -> int:
    """Write those of the first `count` candidates that may count; return their number.

    Lowers the ceilings, which are the same ones on both sides of a single fleet.
    """
    kept = zero()
    for index in range(count):
        own_row = _row_of(job.own, places, candidates.own, index)
        other_row = _row_of(job.other, places, candidates.other, index)
        slab = zero() + int(candidates.slab[index])
        pair = pairing(search, own_row, other_row)
        # No row and no edge is negative. Told so, the compiler leaves out counting from the end.
        if pair.begin > pair.end or pair.own_edge + slab < 0 or pair.other_edge + slab < 0:
            continue
        chord = chord_of(search, pair, slab)
        within = shared(search.own.grid, slab, pair)
        scale = scale_of(pair_minima(search.limits, own_row, other_row))
        bound = bound_on(chord, within, search.metric, scale)
        highest = max(_highest(search, own, own_row), _highest(search, other, other_row))
        if bound.lower > highest:
            continue
        out.own[kept] = own_row
        out.other[kept] = other_row
        out.slab[kept] = slab
        out.lower[kept] = bound.lower
        kept += 1
        if pair.whole or not chord.partial:
            value = reported_bound(search, bound.upper)
            lower_ceiling(own, own_row, other_row, value)
            lower_ceiling(other, other_row, own_row, value)
    return kept


@jit_inner
def _row_of(knots: Knots, places: Places, boxes: IntArray, index: int) -> int:
    """Return the row that a candidate's box stands for, as a 64-bit number like others."""
    box: int = boxes[index]
    part: int = places.part[box]
    return zero() + int(knots.part_row[part])


@jit_inner
def _highest(search: Search, ceilings: Ceilings, row: int) -> float:
    """Return the value above which nothing matters to a row."""
    if ceilings.value.shape[1] == 0:
        return search.limit
    return ceilings.value[row, -1]


@jit
def reported_bound(search: Search, upper: float) -> float:
    """Return a bound on the reported value where the metric is at most `upper`.

    Ratios are reported as they are. A reported distance is an arc over the chord, with a radius
    above `SMALLEST_RADIUS`, or a geodesic; of a slant distance, the horizontal part is.
    """
    if search.metric.kind == RATIO or search.metric.dip == 0.0:
        return upper
    return arc_of_chord(upper, SMALLEST_RADIUS) if upper < SERIES_END else upper + FARTHEST_PLACE


@jit_inner
def lower_ceiling(ceilings: Ceilings, row: int, partner: int, value: float) -> None:
    """Take in that a partner's value is not above `value`; of each partner the least counts."""
    values, partners = ceilings.value, ceilings.partner
    place = values.shape[1] - 1
    if place < 0 or not value < values[row, place]:
        return
    for known in range(place):
        if partners[row, known] == partner:
            place = known
    if not value < values[row, place]:
        return
    while place > 0 and value < values[row, place - 1]:
        values[row, place] = values[row, place - 1]
        partners[row, place] = partners[row, place - 1]
        place -= 1
    values[row, place] = value
    partners[row, place] = partner


@jit
def lower_ceilings(ceilings: Ceilings, known: Ceilings) -> None:
    """Take in what is known from elsewhere."""
    for row in range(known.value.shape[0]):
        for place in range(known.value.shape[1]):
            partner: int = known.partner[row, place]
            if partner >= 0:
                lower_ceiling(ceilings, row, partner, known.value[row, place])


@jit
def approach_near_pairs(
    job: Job, search: Search, pairs: NearPairs, leads: LeadArray, out: Columns
) -> int:
    """Write the closest approaches of the pairs, those of values up to their ceilings.

    Others stay as they are or become too large. Returns the number of intervals tested.
    """
    tested = zero()
    count = zero()
    for index in range(pairs.own.size):
        own: int = pairs.own[index]
        other: int = pairs.other[index]
        first: int = pairs.first[index]
        last: int = pairs.last[index]
        pair = pairing(search, own, other)
        count = add_leads(search, pair, first, last, pairs.ceiling[index], index, count, leads)
        if count >= LEADS:
            tested += follow_leads(job, search.metric.kind, leads, count, out)
            count = zero()
    return tested + follow_leads(job, search.metric.kind, leads, count, out)
