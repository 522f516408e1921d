"""Boxes around chords find what comes near; ceilings hold, and leave out nothing that counts."""

import numpy as np
from approach_tables import list_all, make_search, new_columns
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_kernel import frozen
from test_dense import COMPILED, METRICS, jobs, merged

from airprox_kernel.approach import RATIO, SLANT
from airprox_kernel.boxes import Boxes, Places, Reach
from airprox_kernel.broad import Candidates, Found, find_candidates
from airprox_kernel.chord_boxes import ChordSide, box_chords, count_flown
from airprox_kernel.chunks import Chunk
from airprox_kernel.dense import LEADS
from airprox_kernel.lead_records import lead_type
from airprox_kernel.near import (
    Ceilings,
    Meetings,
    NearPairs,
    approach_near_pairs,
    bound_meetings,
    lower_ceilings,
)
from airprox_kernel.projection import farthest_chord

few = settings(max_examples=settings().max_examples if COMPILED else 4)


def box_all(job, search, limit):
    """The boxes of all slabs of both sides, as one chunk, widened to meet within the limit."""
    kind, metric = search.metric.kind, search.metric
    across, upward = limit, limit if kind == SLANT else np.inf
    if kind == RATIO:
        across = limit * (1.0 + metric.spread) * float(job.limits.horizontal.max())
        upward = limit * (1.0 + metric.spread) * float(job.limits.vertical.max())
    across = farthest_chord(across, metric.tilt, metric.dip)
    reach = Reach(frozen([0.5 * across]), frozen([0.5 * upward]))
    sides = [ChordSide(search.own, job.limits.own_category, job.own.row_start)]
    if not job.single:
        sides.append(ChordSide(search.other, job.limits.other_category, job.other.row_start))
    slabs = 1 + max(int((s.chords.first + np.diff(s.chords.start)).max(initial=0)) for s in sides)
    counts = np.zeros((2, slabs), np.int64)
    for side, count in zip(sides, counts, strict=False):
        count_flown(side.chords, count)
    start = np.concatenate([[0], np.cumsum(counts.sum(axis=0))])
    middle = start[:-1] + counts[0]
    boxes = Boxes(np.empty((start[-1], 8), np.float32), start, middle)
    places = Places(np.empty(start[-1], np.int32), np.empty(start[-1], np.int64))
    chunk = Chunk(0, slabs)
    for side, cursor in zip(sides, (start[:-1], middle), strict=False):
        rows = np.arange(side.chords.begin.size, dtype=np.int32)
        box_chords(side, chunk, rows, reach, cursor.copy(), boxes.bounds, places)
    return boxes, places, chunk


def new_ceilings(rows, k, limit):
    return Ceilings(np.full((rows, k), limit), np.full((rows, k), -1, np.int32))


def meet_all(job, search, limit, own, other):
    """The meetings of all slabs; what is known from them goes into the ceilings."""
    boxes, places, chunk = box_all(job, search, limit)
    room = max(1, len(boxes.bounds) ** 2)
    out = Candidates(*(np.empty(room, np.int32) for _ in range(3)))
    found = Found(*find_candidates(job, boxes, places, chunk, Found(0, 0, 0), out))
    assert found.slab == chunk.last
    kept = Meetings(*(np.empty(room, np.int32) for _ in range(3)), np.empty(room))
    count = bound_meetings(job, search, places, out, found.pairs, own, other, kept)
    return Meetings(*(column[:count] for column in kept))


def pairs_of(meetings, highest):
    """The pairs of meetings, and in which slabs they are."""
    slabs = {}
    for own, other, slab, lower in zip(*meetings, strict=True):
        if lower <= highest[own, other]:
            slabs.setdefault((int(own), int(other)), []).append(int(slab))
    listed = [(a, b, min(s), max(s), highest[a, b]) for (a, b), s in sorted(slabs.items())]
    columns = np.array(listed).reshape(-1, 5).T
    return NearPairs(*(column.astype(np.int64) for column in columns[:4]), columns[4].copy())


@few
@given(jobs(), st.sampled_from(METRICS), st.floats(0.01, 4000.0), st.integers(0, 3))
def test_what_is_near_or_among_the_nearest_has_the_bits_of_the_merge(drawn, kind, limit, k):
    job, slab = drawn
    limit = limit / 1000.0 if kind == RATIO else limit
    search, _ = make_search(job, kind, slab=slab, limit=limit)
    rows, others = search.own.begin.size, search.other.begin.size
    own_ceilings = Ceilings(np.full((rows, k), limit), np.full((rows, k), -1, np.int32))
    # Of two sides, only rows of the first are asked about.
    nobody = Ceilings(
        np.full((others, min(k, 1)), -np.inf), np.full((others, min(k, 1)), -1, np.int32)
    )
    meetings = meet_all(job, search, limit, own_ceilings, own_ceilings if job.single else nobody)
    highest = np.full((rows, others), limit)
    if k:
        ceiling = own_ceilings.value[:, -1]
        across = ceiling if job.single else np.full(others, -np.inf)
        highest = np.maximum(ceiling[:, None], across[None, :])
    pairs = pairs_of(meetings, highest)
    found = new_columns(pairs.own.size, job.own.time.dtype)
    leads = np.empty(LEADS + 200, lead_type(job.own.time.dtype))
    approach_near_pairs(job, search, pairs, leads, found)
    at = {
        pair: i for i, pair in enumerate(zip(pairs.own.tolist(), pairs.other.tolist(), strict=True))
    }
    _, own, other = list_all(job)
    expected = merged(job, own, other, kind)
    value = (expected[1], expected[3], expected[4])[kind]
    of_row = [[] for _ in range(rows)]
    for i in range(own.size):
        if not np.isfinite(expected[1][i]):
            continue
        of_row[own[i]].append(value[i])
        if job.single:
            of_row[other[i]].append(value[i])
        # At the limit itself the reported value and the bound may be rounded apart.
        if value[i] < min(limit, highest[own[i], other[i]]):
            index = at[own[i], other[i]]
            assert [column[index] for column in found[:5]] == [v[i] for v in expected]
    if k:
        for row in range(rows):
            best = sorted(of_row[row])
            assert len(best) < k or ceiling[row] >= min(limit, best[k - 1])


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9).map(float)), max_size=30),
    st.integers(1, 4),
    st.integers(0, 30),
)
def test_ceilings_are_the_least_values_of_different_partners(known, k, cut):
    """However they come: in one list, or some of them from elsewhere."""
    one, two = (new_ceilings(1, k, 8.0) for _ in range(2))
    for number, (partner, value) in enumerate(known):
        lower_ceilings(one if number < cut else two, as_ceilings(partner, value, k))
    lower_ceilings(one, two)
    least = {}
    for partner, value in known:
        least[partner] = min(value, least.get(partner, 8.0))
    assert one.value[0].tolist() == sorted([*least.values(), *[8.0] * k])[:k]
    assert len(set(one.partner[one.value < 8.0])) == np.count_nonzero(one.value < 8.0)


def as_ceilings(partner, value, k):
    ceilings = new_ceilings(1, k, 8.0)
    ceilings.value[0, 0], ceilings.partner[0, 0] = value, partner
    return ceilings
