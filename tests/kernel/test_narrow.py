"""The narrow phase: whole intervals, whichever slab proposes them, and what it writes of each."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_kernel import (
    find_all_pieces,
    frozen,
    kinds_of_time,
    make_job,
    make_knots,
    make_reach,
    merged,
    search,
    small_tracks,
    spelt,
)

import oracle
import strategies
from airprox_kernel.boxes import Places
from airprox_kernel.job import Slabs

GEOD = pyproj.Geod(ellps="WGS84")
MINIMA = (1000.0, 150.0)
BRACKET = Fraction(5, 10**8)


def whole_axis(job):
    """The job in one slab that holds everything."""
    times = np.concatenate([job.own.time, job.other.time])
    ends = (frozen([end], times.dtype) for end in (times.min(), times.max()))
    return job._replace(slabs=Slabs(*ends))


def first_legs(job):
    """Every part of both sides as a box, own first, with the first leg of each."""
    sides = [job.own] if job.single else [job.own, job.other]
    part = np.concatenate([np.arange(s.part_row.size, dtype=np.int32) for s in sides])
    return Places(part, np.concatenate([s.part_start[:-1] for s in sides]))


def all_pairs(job, slab=0):
    own, other = job.own.part_row.size, job.other.part_row.size
    if job.single:
        return [
            (slab, a, b)
            for a in range(own)
            for b in range(a + 1, own)
            if job.own.part_row[a] != job.own.part_row[b]
        ]
    return [(slab, a, own + b) for a in range(own) for b in range(other)]


def every_piece(job, room=64):
    """Pieces of all pairs of parts in one slab, and the number of intervals."""
    job = whole_axis(job)
    return find_all_pieces(job, first_legs(job), all_pairs(job), room)


@st.composite
def jobs(draw):
    """A job in a drawn window, and the tracks that it was made from."""
    tracks, timestamps = draw(kinds_of_time(lambda instants: small_tracks(instants, rows=(2, 5))))
    times = [knot[0] for track in tracks for part in track for knot in part]
    window = (None, None)
    if draw(st.booleans()):
        window = tuple(sorted((draw(st.sampled_from(times)), draw(st.sampled_from(times)))))
    minima = draw(st.sampled_from(([MINIMA], [MINIMA, (300.0, math.inf)])))
    single = draw(st.booleans())
    cut = len(tracks) if single else draw(st.integers(1, len(tracks) - 1))
    own = make_knots(tracks[:cut], timestamps=timestamps)
    other = None if single else make_knots(tracks[cut:], timestamps=timestamps)
    job = make_job(own, other, *minima, window=window)
    return job, tracks[:cut], tracks[:cut] if single else tracks[cut:], window, minima


@given(jobs())
def test_pieces_are_the_exact_losses_of_all_pairs(drawn):
    job, ours, theirs, window, minima = drawn
    found, _ = every_piece(job)
    for own, track in enumerate(ours):
        for other, partner in enumerate(theirs):
            if job.single and other <= own:
                continue
            mine = found[
                (job.own.part_row[found["own"]] == own)
                & (job.other.part_row[found["other"]] == other)
            ]
            for level, (horizontal, vertical) in enumerate(minima):
                pieces = mine[mine["level"] == level]
                spans = [ends(piece) for piece in pieces]
                check_spans(spans, track, partner, horizontal, vertical, window)


def ends(piece):
    """Start and end as exact numbers."""
    return tuple(
        Fraction(piece[origin].item()) + Fraction(piece[offset].item())
        for origin, offset in (("first", "start"), ("last", "end"))
    )


def check_spans(spans, own, other, horizontal, vertical, window):
    """Each within an exact loss of larger minima, and over those of smaller ones.

    Offsets in seconds carry the rounding of the duration besides: 1e-14 of a minute at most.
    """
    late = Fraction(1, 10**14) * 60
    inner, outer = (
        oracle.loss_set(own, other, horizontal, vertical, window, oracle.TOUCH_TOLERANCE + t)
        for t in (BRACKET, -BRACKET)
    )
    for start, end in spans:
        assert start < end
        assert any(
            loss.start.lower - late <= start and end <= loss.end.upper + late for loss in outer
        )
    for loss in inner:
        assert any(
            start <= loss.start.upper + late and loss.end.lower - late <= end
            for start, end in spans
        )


@given(jobs(), st.sampled_from((1, 2, 5)))
def test_a_small_buffer_changes_nothing(drawn, room):
    job, *_ = drawn
    once, legs = every_piece(job)
    again, same_legs = every_piece(job, room)
    assert spelt(again) == spelt(once)
    assert same_legs == legs


@given(jobs(), st.data())
def test_any_slab_that_an_interval_crosses_gives_it_whole(drawn, data):
    """The pieces of a slab are those of one walk over everything, cut at intervals."""
    job, *_ = drawn
    job = whole_axis(job)
    whole, _ = every_piece(job)
    times = np.unique(np.concatenate([job.own.time, job.other.time])).tolist()
    cuts = sorted({times[0], times[-1], *data.draw(st.lists(st.sampled_from(times), max_size=3))})
    middle = [a + (b - a) // 2 for a, b in pairwise(cuts)]
    cuts = sorted({*cuts, *middle})
    if len(cuts) < 2:
        return
    kind = job.own.time.dtype
    slabs = Slabs(frozen(cuts[:-1], kind), frozen(cuts[1:], kind))
    places = first_legs(job)
    found = []
    for slab in range(len(cuts) - 1):
        triples = all_pairs(job, slab)
        found.append(find_all_pieces(job._replace(slabs=slabs), places, triples, 64)[0])
    assert spelt(merged(np.concatenate(found))) == spelt(merged(whole))


@given(jobs(), st.sampled_from((0.3, 4.0, 1000.0)), st.sampled_from((1, 4, 10**6)))
def test_the_whole_search_finds_what_all_pairs_give(drawn, length, chunk_boxes):
    """Boxes and candidates lose nothing, and slabs and chunks change no bit."""
    job, *_, minima = drawn
    expected = merged(every_piece(job)[0])
    second = 7 if job.own.time.dtype.kind == "i" else 1
    found = search(job, make_reach(*minima), length * second, chunk_boxes=chunk_boxes, room=8)
    assert spelt(found) == spelt(expected)


@given(strategies.fleets(strategies.Minima(9260.0, 304.8)), st.sampled_from((20.0, 600.0)))
def test_drawn_traffic_is_searched_without_loss(plan, length):
    tracks = [track for _, track in strategies.tracks(plan)]
    job = make_job(make_knots(tracks, timestamps=plan.timestamps), None, (9260.0, 304.8))
    expected = merged(every_piece(job)[0])
    longest = max(float(job.own.time.max() - job.own.time.min()) / 50, length * plan.second)
    found = search(job, make_reach((9260.0, 304.8)), longest)
    assert spelt(found) == spelt(expected)


@given(jobs())
def test_a_swap_of_the_sides_changes_no_bit(drawn):
    job, ours, theirs, window, minima = drawn
    if job.single:
        return
    timestamps = job.own.time.dtype.kind == "i"
    back = make_job(
        make_knots(theirs, timestamps=timestamps),
        make_knots(ours, timestamps=timestamps),
        *minima,
        window=window,
    )
    there, here = every_piece(job)[0], every_piece(back)[0]
    here["own"], here["other"] = here["other"].copy(), here["own"].copy()
    assert spelt(merged(here)) == spelt(merged(there))


@given(jobs())
def test_levels_are_searched_each_for_itself(drawn):
    job, ours, theirs, window, _ = drawn
    levels = [MINIMA, (300.0, 50.0), (2000.0, math.inf)]

    def pieces(*minima):
        timestamps = job.own.time.dtype.kind == "i"
        own = make_knots(ours, timestamps=timestamps)
        other = None if job.single else make_knots(theirs, timestamps=timestamps)
        return merged(every_piece(make_job(own, other, *minima, window=window))[0])

    together = pieces(*levels)
    for level, minima in enumerate(levels):
        alone = pieces(minima)
        mine = together[together["level"] == level]
        mine["level"] = 0
        assert spelt(mine) == spelt(alone)


def straight(*knots):
    """A track along x at height 0."""
    return [[(t, x, 0.0, 0.0) for t, x in knots]]


def test_a_piece_goes_over_knots_in_loss():
    """Own rests; the other passes with knots inside the loss: one piece over three intervals."""
    own = [[(0.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0)]]
    other = straight((0.0, -5000.0), (48.0, -200.0), (52.0, 200.0), (100.0, 5000.0))
    job = make_job(make_knots([own, other]), None, MINIMA)
    (piece,), legs = every_piece(job)
    assert legs == 3
    assert (piece["first"], piece["last"], piece["until"]) == (0.0, 52.0, 100.0)
    assert math.isclose(piece["start"], 40.0, rel_tol=1e-9)
    assert math.isclose(piece["end"], 8.0, rel_tol=1e-9)
    assert not piece["at_start"]
    assert not piece["at_end"]
    assert (piece["cpa"], piece["cpa_offset"], piece["cpa_square"]) == (48.0, 2.0, 0.0)
    assert (piece["critical"], piece["critical_offset"]) == (48.0, 2.0)
    assert (piece["own"], piece["other"], piece["level"]) == (0, 1, 0)


def test_pieces_that_touch_at_a_knot_without_loss_stay_two():
    """To the minimum exactly at a knot, and back: touching is not loss."""
    own = [[(0.0, 0.0, 0.0, 0.0), (30.0, 0.0, 0.0, 0.0)]]
    other = straight((0.0, 500.0), (10.0, 1000.0), (20.0, 500.0), (30.0, 500.0))
    job = make_job(make_knots([own, other]), None, MINIMA)
    found, _ = every_piece(job)
    assert [(p["first"], p["until"]) for p in found] == [(0.0, 10.0), (10.0, 30.0)]
    assert found["at_start"].tolist() == [True, False]
    assert found["at_end"].tolist() == [False, True]
    assert found["end"][0] < 10.0
    assert found["start"][1] > 0.0


def test_a_late_start_inside_a_slab_is_not_extrapolated():
    """The walk begins at the legs of the common start, not at those of the slab's start.

    The other begins at 50 beside own's second leg. A walk from own's first leg, which ended at 10,
    would take own for elsewhere.
    """
    own = [[(0.0, 0.0, 0.0, 0.0), (10.0, 9e4, 0.0, 0.0), (100.0, 9e4, 0.0, 0.0)]]
    other = [[(50.0, 9e4, 500.0, 0.0), (100.0, 9e4, 500.0, 0.0)]]
    for pair in ([own, other], [other, own]):
        job = make_job(make_knots(pair), None, MINIMA)
        (piece,), legs = every_piece(job)
        assert legs == 1
        assert (piece["first"], piece["until"], piece["start"], piece["end"]) == (50, 100, 0, 50)
        assert piece["cpa_horizontal"] == 500.0


def test_a_window_clips_pieces_and_an_instant_has_none():
    own, other = straight((0.0, 0.0), (100.0, 0.0)), straight((0.0, 400.0), (100.0, 400.0))
    knots = make_knots([own, other])
    (piece,), _ = every_piece(make_job(knots, None, MINIMA, window=(25.0, 75.0)))
    assert (piece["first"], piece["until"], piece["end"]) == (25.0, 75.0, 50.0)
    assert piece["at_start"]
    assert piece["at_end"]
    found, legs = every_piece(make_job(knots, None, MINIMA, window=(25.0, 25.0)))
    assert (found.size, legs) == (0, 0)


def test_a_single_knot_is_in_no_piece():
    pair = [straight((0.0, 0.0), (100.0, 0.0)), straight((50.0, 0.0))]
    found, legs = every_piece(make_job(make_knots(pair), None, MINIMA))
    assert (found.size, legs) == (0, 0)


def test_the_vertical_distance_at_the_horizontal_closest_approach_is_absolute():
    own = [[(0.0, 0.0, 0.0, 100.0), (100.0, 0.0, 0.0, 100.0)]]
    other = [[(0.0, -5000.0, 30.0, 0.0), (100.0, 5000.0, 30.0, 0.0)]]
    (piece,), _ = every_piece(make_job(make_knots([own, other]), None, MINIMA))
    assert piece["cpa_vertical"] == 100.0
    assert math.isclose(piece["cpa_horizontal"], 30.0, rel_tol=1e-12)
    assert math.isclose(piece["cpa_square"], 900.0, rel_tol=1e-12)
    assert math.isclose(math.sqrt(piece["critical_square"]), 100.0 / 150.0, rel_tol=1e-8)


@pytest.mark.parametrize("latitude", [0.0, 47.0, -80.0])
@pytest.mark.parametrize("longitude", [8.0, 179.999])
@pytest.mark.parametrize(("distance", "lost"), [(9259.97, True), (9260.03, False)])
def test_two_aircraft_on_the_earth_lose_separation_below_the_geodesic_minimum(
    latitude, longitude, distance, lost
):
    """Side by side at 5 NM less and more 3 cm; across the antimeridian too."""
    ends = []
    for time, north in ((0.0, 0.0), (60.0, 12_000.0)):
        lon, lat, _ = GEOD.fwd(longitude, latitude, 0.0, north)
        ends.append((time, lat, lon, 9000.0))
    # Knots beside own, at right angles to its track, at every kilometre.
    beside = []
    for step in range(13):
        lon, lat, _ = GEOD.fwd(longitude, latitude, 0.0, 1000.0 * step)
        lon, lat, _ = GEOD.fwd(lon, lat, 90.0, distance)
        beside.append((5.0 * step, lat, lon, 9000.0))
    knots = make_knots([[ends], [beside]], geodetic=True)
    job = make_job(knots, None, (9260.0, 304.8))
    found = merged(every_piece(job)[0])
    assert (found.size > 0) == lost
    if lost:
        assert found["cpa_horizontal"].min() < 9260.0
        assert abs(found["cpa_horizontal"].min() - distance) < 0.02
        searched = search(job, make_reach((9260.0, 304.8), geodetic=True), 7.0)
        assert spelt(searched) == spelt(found)


@pytest.mark.parametrize(("spare", "lost"), [(-0.05, True), (0.05, False)])
@pytest.mark.parametrize("azimuth", [60.0, 90.0])
def test_minima_over_50_nm_take_the_radius_of_the_pair(azimuth, spare, lost):
    """1,000 km from a place at rest at 47 degrees; with the mean radius, 5 m would be missing."""
    minimum = 1e6
    lon, lat, _ = GEOD.fwd(8.0, 47.0, azimuth, minimum + spare)
    tracks = [[[(t, *place, 0.0) for t in (0.0, 9.0)]] for place in ((47.0, 8.0), (lat, lon))]
    job = make_job(make_knots(tracks, geodetic=True), None, (minimum, 100.0))
    limits = job.limits._replace(arc=frozen([[[minimum]]]))
    found, _ = every_piece(job._replace(limits=limits))
    assert (found.size == 1) == lost
    assert np.all(np.abs(found["cpa_horizontal"] - minimum - spare) < 0.05)
    assert every_piece(job)[0].size == 0


def test_a_crossing_over_the_pole_is_one_encounter():
    """Two tracks over the pole at right angles, with knots at it, at 250 m/s."""
    own = [(-80.0, 89.8, 0.0, 9e3), (0.0, 90.0, 0.0, 9e3), (80.0, 89.8, 180.0, 9e3)]
    other = [(-80.0, 89.8, 90.0, 9e3), (0.0, 90.0, 33.0, 9e3), (80.0, 89.8, -90.0, 9e3)]
    knots = make_knots([[own], [other]], geodetic=True)
    job = make_job(knots, None, (9260.0, 304.8))
    (piece,) = merged(every_piece(job)[0])
    assert piece["cpa_horizontal"] < 1e-6
    assert piece["cpa"] + piece["cpa_offset"] == 0.0
    speed = GEOD.line_length([0.0, 0.0], [89.8, 90.0]) / 80.0
    start = piece["first"] + piece["start"]
    assert math.isclose(start, -9260.0 / (speed * math.sqrt(2.0)), rel_tol=1e-5)
    assert math.isclose(piece["last"] + piece["end"], -start, rel_tol=1e-9)
