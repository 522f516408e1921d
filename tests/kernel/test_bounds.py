"""The bounds of `bounds` hold: in slabs for what is flown, and on the Earth for chords anywhere."""

import math

import numpy as np
from approach_tables import list_all, make_search
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies_kernel import make_job, make_knots
from test_dense import COMPILED, METRICS, jobs
from test_near import meet_all, new_ceilings

from airprox_kernel.approach import HORIZONTAL, RATIO
from airprox_kernel.chords import slab_of
from airprox_kernel.closest import Approaches, closest_approaches
from airprox_kernel.job import Window
from airprox_kernel.projection import DIP, TILT, farthest_chord, nearest_projection

few = settings(max_examples=settings().max_examples if COMPILED else 4)
ROUNDED = 1.0 + 1e-12


def least(job, own, other, kind):
    """The merge's least values of the metric, not squared; inf where there is none."""
    times = np.zeros(own.size, job.own.time.dtype)
    found = Approaches(times, *(np.full(own.size, np.inf) for _ in range(5)))
    closest_approaches(job, own, other, kind, found)
    return found._replace(value=np.sqrt(found.value))


@few
@given(jobs(), st.sampled_from(METRICS), st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4))
def test_no_value_is_below_the_lower_bound_of_its_slab(drawn, kind, shares):
    """Whatever instant of a slab both fly; and the upper bounds are not below the least value."""
    job, slab = drawn
    far = 1e4 if kind == RATIO else 1e7
    search, _ = make_search(job, kind, slab=slab, limit=far)
    rows, others = search.own.begin.size, search.other.begin.size
    ceilings = new_ceilings(rows, 1, far)
    nobody = new_ceilings(others, 1, -np.inf)
    ceilings.value[:] = far
    meetings = meet_all(job, search, far, new_ceilings(rows, 0, far), new_ceilings(others, 0, far))
    lower = {
        (int(own), int(other), int(slab)): bound
        for own, other, slab, bound in zip(*meetings, strict=True)
    }
    _, own, other = list_all(job)
    for share in shares:
        for a, b in zip(own.tolist(), other.tolist(), strict=True):
            begin = max(search.own.begin[a], search.other.begin[b])
            end = min(search.own.end[a], search.other.end[b])
            time = begin + type(begin)(share * float(end - begin))
            instant = job._replace(window=Window(time, time))
            value = least(instant, np.array([a]), np.array([b]), kind).value[0]
            if value < np.inf:
                assert value * ROUNDED + 1e-9 >= lower[a, b, slab_of(search.own.grid, time)]
    meet_all(job, search, far, ceilings, ceilings if job.single else nobody)
    for row in range(rows):
        mine = (own == row) | ((other == row) if job.single else False)
        values = least(job, own[mine], other[mine], kind).value
        assert ceilings.value[row, 0] * ROUNDED >= min(far, values.min(initial=np.inf))


@given(
    st.tuples(st.floats(-89.0, 89.0), st.floats(-180.0, 180.0)),
    st.floats(0.0, 1.0).map(lambda share: 27.0 * share * share),
    st.floats(0.0, 2.0 * math.pi),
    st.lists(st.floats(-1.0, 1.0), min_size=8, max_size=8),
    st.booleans(),
)
def test_chords_on_the_earth_are_hardly_longer_than_their_projections(
    place, apart, course, moves, crossed
):
    """Two legs of at most 18 km, up to 3,000 km apart: |s| and |s_h| at the least of |s_h|.

    Where one is crossed, the other stands above the middle of its leg, and the chord is below.
    """
    reach = 12.5e3 / 111.7e3
    latitude = place[0] + apart * math.cos(course)
    assume(abs(latitude) < 89.5)
    longitude = place[1] + apart * math.sin(course)
    if crossed:
        latitude, longitude = place[0] + reach * moves[0] / 2, place[1] + reach * moves[1] / 2
        moves[4:6] = 0.0, 0.0
    tracks = []
    for (lat, lon), (north, east, up, down) in (
        (place, moves[:4]),
        ((latitude, longitude), moves[4:]),
    ):
        end = lat + reach * north, lon + reach * east
        tracks.append([[(0.0, lat, lon, 1e4 * abs(up)), (60.0, *end, 1e4 * abs(down))]])
    knots = make_knots(tracks, geodetic=True)
    job = make_job(knots, None, (1000.0, 150.0))
    found = least(job, np.array([0]), np.array([1]), HORIZONTAL)
    share = (found.origin[0] + found.offset[0]) / 60.0
    vectors = np.stack([knots.x, knots.y, knots.z])
    s = (vectors[:, 2] - vectors[:, 0]) * (1.0 - share) + (vectors[:, 3] - vectors[:, 1]) * share
    length = math.sqrt(float(s @ s))
    value = float(found.value[0])
    assert value <= length * ROUNDED + 1e-6
    assert length <= farthest_chord(value, TILT, DIP) + 1e-6
    assert nearest_projection(length, TILT, DIP) <= value + 1e-6
