"""The index and the probing of it, against every pair of boxes and every instant."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airprox_kernel.boxes import Places, Reach
from airprox_kernel.exemptions import NO_EXEMPTIONS
from airprox_kernel.index import (
    Buckets,
    Content,
    Entries,
    Grain,
    Index,
    Stays,
    fill_entries,
    find_slabs,
    hash_entries,
)
from airprox_kernel.knots import Knots
from airprox_kernel.probing import Asked, Asking, Meetings, Standing, find_meetings
from airprox_kernel.uncertain import Radii

HALF = 500.0
UPWARD = 150.0


def frozen(values, kind):
    array = np.ascontiguousarray(np.asarray(values, kind))
    array.flags.writeable = False
    return array


NOTHING = frozen([], np.float64)
NO_RADII = Radii(NOTHING, NOTHING)
REACH = Reach(frozen([HALF], np.float64), frozen([UPWARD], np.float64))


def knots_of(tracks, kind=np.float64, geodetic=False):
    """Tracks are lists of (time, x, y, altitude), one part each."""
    rows = [knot for track in tracks for knot in track]
    ends = np.cumsum([0, *(len(track) for track in tracks)])
    column = [frozen([row[axis] for row in rows], np.float64) for axis in range(1, 4)]
    every = frozen(np.arange(len(tracks) + 1), np.int64)
    return Knots(
        frozen([row[0] for row in rows], kind),
        column[0],
        column[1],
        frozen(np.zeros(len(rows)), np.float64) if geodetic else NOTHING,
        column[2],
        frozen(ends, np.int64),
        every[:-1],
        every,
        geodetic,
    )


def index_of(knots, grain, few=0, radii=NO_RADII):
    """The index, with buckets for slabs of more than `few` entries."""
    parts = knots.part_row.size
    first, last = np.empty(parts, np.int64), np.empty(parts, np.int64)
    find_slabs(knots, grain, first, last)
    counts = np.zeros(grain.slabs, np.int64)
    for a, b in zip(first, last, strict=True):
        counts[a : b + 1] += 1
    slab = np.append(0, np.cumsum(counts))
    size = int(slab[-1])

    def entries():
        return Entries(
            np.empty((size, 8), np.float32), np.empty(size, np.int32), np.empty(size, np.int64)
        )

    made, out = entries(), entries()
    category = frozen(np.zeros(parts), np.int32)
    content = Content(knots, radii, category, REACH)
    fill_entries(content, grain, Stays(0, first, last), slab[:-1].copy(), made)
    table = np.zeros(grain.slabs + 1, np.int64)
    for number, count in enumerate(counts):
        buckets = 1 + (1 << int(2 * count).bit_length()) if count > few else 0
        table[number + 1] = table[number] + buckets
    levels, start = np.zeros(grain.slabs, np.int32), np.zeros(int(table[-1]), np.int32)
    places = Buckets(slab, table, levels, start)
    hash_entries(grain.scale, places, 0, grain.slabs, made, np.empty(size, np.int64), out)
    arrays = (*places, *out)
    return Index(grain, *(frozen(array, array.dtype) for array in arrays))


def meetings(own, other, index, *, room=None, stand=None, alive=None, radii=NO_RADII):
    """(own part, other part, start, end) of every meeting, in the order in which they come."""
    size = max(1, int(np.diff(index.slab).max(initial=0))) if room is None else room
    out = Meetings(
        Places(np.zeros(2 * size, np.int32), np.zeros(2 * size, np.int64)),
        np.empty(size, own.time.dtype),
        np.empty(size, own.time.dtype),
    )
    parts = own.part_row.size
    rows = other.part_row.size
    standing = Standing(
        frozen(np.full(parts, -1) if stand is None else stand, np.int64),
        frozen(np.arange(rows), np.int64),
        frozen(np.ones(rows) if alive is None else alive, np.bool_),
        NO_EXEMPTIONS,
        other.part_row,
    )
    asking = Asking(own, frozen(np.zeros(parts), np.int32), REACH, radii)
    every = frozen(np.arange(parts), np.int64)
    since = Asked(0, -1, 0)
    found = []
    while since.place < parts:
        since = Asked(*find_meetings(index, standing, asking, every, since, out))
        for k in range(since.meetings):
            pair = out.places.part[k], out.places.part[size + k]
            for knots, place in ((own, k), (other, size + k)):
                part, leg = out.places.part[place], out.places.leg[place]
                assert knots.part_start[part] <= leg < knots.part_start[part + 1]
                begin = knots.time[knots.part_start[part]]
                assert knots.time[leg] <= max(begin, out.start[k])
            found.append((*map(int, pair), out.start[k].item(), out.end[k].item()))
    return found


def position(track, time):
    for (t, *p), (u, *q) in pairwise(track):
        if t <= time <= u:
            return [a + (b - a) * (time - t) / (u - t) for a, b in zip(p, q, strict=True)]
    return None


def near(own, other):
    """Pairs of tracks and instants (quarters of a second) at which they are in loss."""
    for a, one in enumerate(own):
        for b, two in enumerate(other):
            first, last = max(one[0][0], two[0][0]), min(one[-1][0], two[-1][0])
            for quarter in range(int(4 * first) + 1, int(4 * last)):
                p, q = position(one, quarter / 4), position(two, quarter / 4)
                across = np.hypot(p[0] - q[0], p[1] - q[1])
                if across < 2 * HALF - 1e-6 and abs(p[2] - q[2]) < 2 * UPWARD - 1e-6:
                    yield a, b, quarter / 4


lengths = st.integers(-4000, 4000)
levels = st.integers(0, 6).map(lambda number: number * 2 * UPWARD)


@st.composite
def tracks(draw, most):
    found = []
    for _ in range(draw(st.integers(1, most))):
        time = draw(st.integers(0, 20))
        track = []
        for _ in range(draw(st.integers(1, 4))):
            track.append((float(time), float(draw(lengths)), float(draw(lengths)), draw(levels)))
            time += draw(st.integers(1, 20))
        found.append(track)
    return found


grains = st.builds(
    Grain,
    st.sampled_from((0.0, -5.0, 7.25)),
    st.sampled_from((1.0, 3.7, 30.0)),
    st.just(64),
    st.just(64.0 / (2 * UPWARD)),
    st.sampled_from((1 / 1500.0, 1 / 300.0, 1 / 40_000.0)),
)


def covering(grain, track_list):
    """The grain with its origin at or before all tracks, and slabs up to the last of them."""
    times = [knot[0] for track in track_list for knot in track]
    origin = min(grain.origin, min(times))
    return grain._replace(origin=origin, slabs=int((max(times) - origin) / grain.length) + 2)


@given(tracks(3), tracks(14), grains, st.sampled_from((0, 3)), st.booleans())
def test_who_is_in_loss_meets_there_and_once_a_slab(ours, theirs, grain, few, geodetic):
    own, other = knots_of(ours, geodetic=geodetic), knots_of(theirs, geodetic=geodetic)
    grain = covering(grain, theirs)
    index = index_of(other, grain, few)
    found = meetings(own, other, index)
    assert len(found) == len(set(found))
    for a, b, time in near(ours, theirs):
        assert any((p, q) == (a, b) and start <= time <= end for p, q, start, end in found), (
            a,
            b,
            time,
        )


@given(tracks(3), tracks(14), grains)
def test_buckets_find_what_a_look_at_every_entry_finds(ours, theirs, grain):
    own, other = knots_of(ours), knots_of(theirs)
    grain = covering(grain, theirs)
    hashed = meetings(own, other, index_of(other, grain))
    looked = meetings(own, other, index_of(other, grain, few=1000))
    assert sorted(hashed) == sorted(looked)


@given(tracks(3), tracks(6), grains, st.data())
def test_little_room_and_the_dead(ours, theirs, grain, data):
    own, other = knots_of(ours), knots_of(theirs)
    index = index_of(other, covering(grain, theirs))
    every = meetings(own, other, index, room=10_000)
    assert meetings(own, other, index) == every
    flags = st.booleans()
    alive = data.draw(st.lists(flags, min_size=len(theirs), max_size=len(theirs)))
    some = st.integers(-1, len(theirs) - 1)
    stand = data.draw(st.lists(some, min_size=len(ours), max_size=len(ours)))
    kept = [m for m in every if alive[m[1]] and stand[m[0]] != m[1]]
    assert meetings(own, other, index, alive=alive, stand=stand) == kept


@given(tracks(4), tracks(10), grains)
def test_whole_nanoseconds_find_the_same_pairs(ours, theirs, grain):
    def nanoseconds(given):
        return [[(int(knot[0] * 10**9), *knot[1:]) for knot in track] for track in given]

    grain = covering(grain, theirs)
    whole = grain._replace(origin=int(grain.origin * 10**9), length=int(grain.length * 10**9))
    own, other = (knots_of(nanoseconds(t), np.int64) for t in (ours, theirs))
    found = {m[:2] for m in meetings(own, other, index_of(other, whole))}
    seconds = meetings(knots_of(ours), knots_of(theirs), index_of(knots_of(theirs), grain))
    assert found == {m[:2] for m in seconds}


def test_a_wide_crowd_is_found_through_cells():
    """Enough boxes of several sizes that the cells are fewer than the entries."""
    random = np.random.Generator(np.random.PCG64(4))
    theirs = []
    for _ in range(400):
        x, y = random.uniform(-60_000, 60_000, 2)
        east, north = random.uniform(-250, 250, 2) * random.choice((1, 1, 40))
        theirs.append([(0.0, x, y, 0.0), (20.0, x + 20 * east, y + 20 * north, 0.0)])
    ours = theirs[:20]
    grain = Grain(0.0, 10.0, 3, 64.0 / (2 * UPWARD), 1 / 4000.0)
    own, other = knots_of(ours), knots_of(theirs)
    index = index_of(other, grain)
    assert int(index.levels[0]).bit_count() > 1
    hashed = meetings(own, other, index)
    assert sorted(hashed) == sorted(meetings(own, other, index_of(other, grain, few=1000)))
    assert {m[:2] for m in hashed} >= {(k, k) for k in range(20)}


@pytest.mark.parametrize("apart", [2 * UPWARD, 2 * UPWARD - 1e-5])
def test_levels_a_minimum_apart_do_not_meet(apart):
    ours = [[(0.0, 0.0, 0.0, 3000.0), (10.0, 1000.0, 0.0, 3000.0)]]
    theirs = [[(0.0, 0.0, 0.0, 3000.0 + apart), (10.0, 1000.0, 0.0, 3000.0 + apart)]]
    grain = Grain(0.0, 5.0, 3, 64.0 / (2 * UPWARD), 1 / 4000.0)
    own, other = knots_of(ours), knots_of(theirs)
    assert bool(meetings(own, other, index_of(other, grain))) == (apart < 2 * UPWARD)


def test_radii_widen_the_boxes_of_both_sides():
    ours = [[(0.0, 0.0, 0.0, 0.0), (10.0, 0.0, 0.0, 0.0)]]
    theirs = [[(0.0, 0.0, 3000.0, 1000.0), (10.0, 0.0, 3000.0, 1000.0)]]
    grain = Grain(0.0, 5.0, 3, 64.0 / (2 * UPWARD), 1 / 4000.0)
    own, other = knots_of(ours), knots_of(theirs)
    radii = Radii(frozen([0.0, 1100.0], np.float64), frozen([0.0, 400.0], np.float64))
    assert not meetings(own, other, index_of(other, grain, radii=radii))
    assert not meetings(own, other, index_of(other, grain), radii=radii)
    found = meetings(own, other, index_of(other, grain, radii=radii), radii=radii)
    assert [m[2:] for m in found] == [(5.0, 10.0)]


def test_a_radius_at_an_inner_knot_counts():
    ours = [[(0.0, 0.0, 0.0, 0.0), (2.5, 0.0, 0.0, 0.0), (5.0, 0.0, 0.0, 0.0)]]
    theirs = [[(0.0, 0.0, 3000.0, 500.0), (5.0, 0.0, 3000.0, 500.0)]]
    grain = Grain(0.0, 5.0, 1, 64.0 / (2 * UPWARD), 1 / 4000.0)
    own, other = knots_of(ours), knots_of(theirs)
    radii = Radii(frozen([0.0, 2100.0, 0.0], np.float64), frozen([0.0, 250.0, 0.0], np.float64))
    assert meetings(own, other, index_of(other, grain), radii=radii)
    assert not meetings(own, other, index_of(other, grain))
