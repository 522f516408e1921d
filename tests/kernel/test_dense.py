"""Bounds and branch and bound against the plain merge: the same bits, and bounds that hold."""

import math

import numpy as np
import pytest
from approach_tables import list_all, make_scratch, make_search, new_columns
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_kernel import frozen, kinds_of_time, make_job, make_knots, small_tracks

from airprox_kernel.approach import HORIZONTAL, RATIO, SLANT
from airprox_kernel.closest import Approaches, closest_approaches
from airprox_kernel.dense import approach_pairs, approach_rows
from airprox_kernel.lane_bounds import bound_plane, choose_slabs
from airprox_kernel.lanes import LANES, LOWER, NONE
from airprox_kernel.nearest import Contest, nearest_rows
from airprox_kernel.ranking import Ranking, rank_pairs
from airprox_kernel.reports import Columns

MINIMA = (1000.0, 150.0)
METRICS = (HORIZONTAL, SLANT, RATIO)
COMPILED = hasattr(approach_rows, "signatures")
"""Loops over 128 lanes take a second an example without the compiler."""
few = settings(max_examples=settings().max_examples if COMPILED else 4)


def as_geodetic(tracks):
    """The same tracks around 47 N 8 E, legs up to some 11 km."""
    return [
        [
            [(t, 47.0 + float(y) / 111e3, 8.0 + float(x) / 76e3, z) for t, x, y, z in part]
            for part in track
        ]
        for track in tracks
    ]


@st.composite
def jobs(draw):
    tracks, timestamps = draw(kinds_of_time(lambda instants: small_tracks(instants, rows=(2, 6))))
    geodetic = draw(st.booleans())
    placed = as_geodetic(tracks) if geodetic else tracks
    cut = draw(st.integers(0, len(tracks) - 1))
    sides = [
        make_knots(t, timestamps=timestamps, geodetic=geodetic)
        for t in (placed[cut:], placed[:cut])
    ]
    times = [knot[0] for track in tracks for part in track for knot in part]
    window = (None, None)
    if draw(st.booleans()):
        window = tuple(sorted((draw(st.sampled_from(times)), draw(st.sampled_from(times)))))
    minima = draw(st.sampled_from((MINIMA, (1000.0, math.inf))))
    job = make_job(sides[0], sides[1] if cut else None, minima, window=window)
    if geodetic and draw(st.booleans()):
        job = job._replace(limits=job.limits._replace(arc=frozen([[[minima[0]]]])))
    extent = float(max(times) - min(times)) or 1.0
    return job, extent / draw(st.sampled_from((0.7, 1.0, 3.0, 10.0, 50.0)))


def merged(job, own, other, kind):
    """What the plain merge says, as it is reported."""
    found = Approaches(
        np.zeros(own.size, job.own.time.dtype), *(np.full(own.size, np.inf) for _ in range(5))
    )
    closest_approaches(job, own, other, kind, found)
    never = ~np.isfinite(found.value)
    offset = np.where(never, 0.0, found.offset)
    whole = job.own.time.dtype.kind == "i"
    time = found.origin + (np.rint(offset).astype(np.int64) if whole else offset)
    horizontal = np.where(never, np.inf, found.horizontal)
    slant = np.sqrt(found.horizontal * found.horizontal + found.vertical * found.vertical)
    return time, horizontal, found.vertical, slant, np.sqrt(found.ratio_square)


def assert_same(columns, expected):
    met = np.isfinite(expected[1])
    assert np.array_equal(met, np.isfinite(columns.horizontal))
    for column, values in zip(columns[:5], expected, strict=True):
        assert np.array_equal(column[met], values[met])


@few
@given(jobs(), st.sampled_from(METRICS))
def test_rows_and_pairs_have_the_bits_of_the_merge(drawn, kind):
    """Both frames, both kinds of time, gaps, windows, slabs of any length."""
    job, slab = drawn
    asked, own, other = list_all(job)
    expected = merged(job, own, other, kind)
    search, lanes = make_search(job, kind, slab=slab)
    scratch = make_scratch(search)
    found = new_columns(own.size, job.own.time.dtype)
    rows = search.own.begin.size
    approach_rows(job, search, lanes, asked, 0, rows, scratch, found)
    assert_same(found, expected)
    found = new_columns(own.size, job.own.time.dtype)
    approach_pairs(job, search, own, other, scratch, found)
    assert_same(found, expected)


@few
@given(jobs(), st.sampled_from(METRICS), st.floats(0.0, 4000.0))
def test_with_a_limit_what_is_below_it_is_right(drawn, kind, limit):
    job, slab = drawn
    limit = limit / 1000.0 if kind == RATIO else limit
    asked, own, other = list_all(job)
    expected = merged(job, own, other, kind)
    value = (expected[1], expected[3], expected[4])[kind]
    search, lanes = make_search(job, kind, slab=slab, limit=limit)
    found = new_columns(own.size, job.own.time.dtype)
    approach_rows(job, search, lanes, asked, 0, search.own.begin.size, make_scratch(search), found)
    below = np.isfinite(expected[1]) & (value < limit)
    for column, values in zip(found[:5], expected, strict=True):
        assert np.array_equal(column[below], values[below])


def new_ranking(job, rows, k, order):
    shape = (rows, k)
    lengths = [np.empty(shape) for _ in range(4)]
    time = np.zeros(shape, job.own.time.dtype)
    return Ranking(np.full(shape, -1), np.full(shape, np.inf), time, *lengths, order)


@few
@given(jobs(), st.sampled_from(METRICS), st.integers(1, 4))
def test_the_nearest_are_those_of_all_pairs_in_order(drawn, kind, k):
    job, slab = drawn
    search, lanes = make_search(job, kind, slab=slab)
    rows, others = search.own.begin.size, search.other.begin.size
    own, other = (grid.ravel() for grid in np.indices((rows, others)))
    kept = job.own_identity[own] != job.other_identity[other]
    own, other = own[kept], other[kept]
    expected = merged(job, own, other, kind)
    value = (expected[1], expected[3], expected[4])[kind]
    rank = np.arange(others)[::-1].copy()
    order = [
        i for i in np.lexsort((rank[other], expected[0], value, own)) if np.isfinite(expected[1][i])
    ]
    best = {r: [i for i in order if own[i] == r][:k] for r in range(rows)}
    out = new_ranking(job, rows, k, rank)
    room = np.empty(others, np.int64), np.empty(others), np.empty(k)
    contest = Contest(*room, new_columns(1, job.own.time.dtype))
    nearest_rows(job, search, lanes, np.arange(rows), contest, make_scratch(search), out)
    again = new_ranking(job, rows, k, rank)
    rank_pairs(Columns(*expected, expected[0][:0]), own, other, kind, False, again)
    for row in range(rows):
        count = len(best[row])
        assert out.partner[row].tolist() == [other[i] for i in best[row]] + [-1] * (k - count)
        assert out.value[row, :count].tolist() == [value[i] for i in best[row]]
        assert out.time[row, :count].tolist() == [expected[0][i] for i in best[row]]
        assert out.horizontal[row, :count].tolist() == [expected[1][i] for i in best[row]]
    filled = out.partner >= 0
    for one, two in zip(out[:-1], again[:-1], strict=True):
        assert np.array_equal(one[filled], two[filled])


@given(
    st.lists(
        st.tuples(*[st.floats(-1e6, 1e6, width=32)] * 4, st.floats(0, 1e3)), min_size=1, max_size=5
    ),
    st.tuples(*[st.floats(-1e6, 1e6, width=32)] * 4),
)
def test_bounds_in_float32_hold(others, own):
    """A pair moves exactly along its chords, or up to its radius off: the bounds contain it."""
    slot = np.zeros((2, 6, LANES), np.float32)
    edge = np.zeros((2, 10), np.float32)
    edge[:, :2] = np.reshape(own, (2, 2))
    edge[:, 9] = 1.0
    room = 8e-6 * (1e6 + 2e6)
    for lane, (*place, radius) in enumerate(others):
        slot[:, :2, lane] = np.reshape(place, (2, 2))
        slot[:, 2, lane] = np.float32(radius + room) * np.float32(1 + 1e-6)
    slot[:, 5] = 1.0
    scratch = np.full((LOWER + 1, LANES), 1e13, np.float32)
    bound_plane(slot, 0, edge, 0, scratch, LOWER)
    choose_slabs(1, 0.0, 0.0, scratch)
    for lane, (*place, radius) in enumerate(others):
        start, end = np.reshape(place, (2, 2)) - np.reshape(own, (2, 2))
        u = np.linspace(0.0, 1.0, 1001)[:, None]
        way = np.hypot(*(start + u * (end - start)).T)
        w = end - start
        square = float(w @ w)
        least = way.min()
        if square > 0.0:
            nearest = min(max(-float(start @ w) / square, 0.0), 1.0)
            least = min(least, float(np.hypot(*(start + nearest * w))))
        assert scratch[LOWER, lane] <= least - radius
        assert scratch[0, lane] >= least + radius
        assert scratch[1, lane] < NONE


def crossing(count, *, timestamps=False):
    """Tracks that turn, climb and cross, of 30 knots."""
    generator = np.random.default_rng(5)
    second = 10**9 if timestamps else 1.0
    tracks = []
    for _ in range(count):
        time = int(generator.integers(0, 600))
        x, y, z = (float(v) for v in generator.uniform(-3e4, 3e4, 3))
        course = float(generator.uniform(0, 6.3))
        knots = []
        for _ in range(30):
            knots.append((time * second, x, y, abs(z)))
            step = int(generator.integers(20, 90))
            course += float(generator.normal(0, 0.2))
            time += step
            x, y = x + 200 * step * math.cos(course), y + 200 * step * math.sin(course)
            z += float(generator.choice((0.0, 0.0, 300.0)))
        tracks.append([knots])
    return tracks


@pytest.mark.parametrize("timestamps", [False, True])
@pytest.mark.parametrize("kind", METRICS)
def test_more_rows_than_lanes_take_few_intervals(kind, timestamps):
    """300 rows: three blocks, and groups of own rows; few of 50 intervals a pair decide."""
    rows = 300 if COMPILED else 10
    tracks = crossing(rows, timestamps=timestamps)
    job = make_job(make_knots(tracks, timestamps=timestamps), None, (9260.0, 304.8))
    asked, own, other = list_all(job)
    expected = merged(job, own, other, kind)
    search, lanes = make_search(job, kind)
    found = new_columns(own.size, job.own.time.dtype)
    scratch = make_scratch(search, group=64)
    legs = approach_rows(job, search, lanes, asked, 0, rows, scratch, found)
    assert_same(found, expected)
    assert legs < 10 * own.size


def test_of_equal_values_the_earliest_counts():
    """Side by side at one speed: every interval has the same least distance."""
    tracks = [
        [[(t + late, t + late, 300.0 * own, 0.0) for t in (0.0, 100.0, 200.0, 300.0, 400.0)]]
        for own, late in ((0, 0.0), (1, 50.0))
    ]
    job = make_job(make_knots(tracks), None, MINIMA)
    asked, own, other = list_all(job)
    search, lanes = make_search(job, HORIZONTAL)
    found = new_columns(own.size, job.own.time.dtype)
    approach_rows(job, search, lanes, asked, 0, 2, make_scratch(search), found)
    assert_same(found, merged(job, own, other, HORIZONTAL))
    assert (found.time.tolist(), found.horizontal.tolist()) == ([50.0], [300.0])
