"""How work is divided: slabs by speed and minima, tasks by processors, boxes by category."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
from airprox import _plan
from airprox._job import make_case, pair_up
from airprox._limits import _shares

MINIMA = airprox.Minima(9260.0, 304.8)


def straight(flights, speed, *, every=60.0, knots=10, **extra):
    """Parallel flights at one speed (m/s)."""
    time = np.tile(np.arange(knots) * every, flights)
    columns = {
        "id": np.repeat(np.arange(flights), knots),
        "time": time,
        "x": time * speed,
        "y": np.repeat(np.arange(flights) * 1e3, knots),
        "z": np.zeros(time.size),
    }
    columns |= {name: np.repeat(values, knots) for name, values in extra.items()}
    return airprox.Fleet.from_arrow(columns)


def plan_of(fleet, minima=MINIMA, slab=None):
    sides = pair_up(fleet, None)
    case = make_case(sides, minima, "raise", None, None)
    return _plan.make_plan(case, sides.paces, slab)


def longest(plan):
    return float((plan.job.slabs.end - plan.job.slabs.start).max())


@pytest.mark.parametrize("speed", [100.0, 250.0, 1000.0])
def test_slabs_are_as_long_as_some_minima_are_flown(speed):
    plan = plan_of(straight(3, speed, knots=100))
    asked = _plan.SLAB_MINIMA * 9260.0 / speed
    assert 0.8 * asked <= longest(plan) <= asked


@pytest.mark.parametrize(("processors", "slabs"), [(1, 1), (2, 2), (3, 3), (64, 4)])
def test_a_short_time_is_cut_for_all_processors_but_not_to_dust(monkeypatch, processors, slabs):
    """States 300 s ahead at 250 m/s, of which a slab is 296 s."""
    monkeypatch.setattr(_plan, "processors", lambda: processors)
    fleet = straight(3, 250.0, every=296.0, knots=2)
    assert plan_of(fleet).job.slabs.start.size == 1  # one thread does what is small
    monkeypatch.setattr(_plan, "SMALL", 0)
    assert plan_of(fleet).job.slabs.start.size == slabs
    assert plan_of(fleet, slab=100.0).job.slabs.start.size == 3


def test_minima_of_metres_do_not_cut_time_to_dust():
    plan = plan_of(straight(3, 250.0), airprox.Minima(1.0, 1.0))
    assert plan.own_boxes.sum() <= 4 * _plan.MOST_BOXES * plan.job.own.time.size


def test_parked_aircraft_have_long_slabs():
    assert longest(plan_of(straight(3, 0.0, every=1e5))) == pytest.approx(_plan.LONGEST_SLAB, 0.1)


def test_one_flight_of_large_minima_does_not_set_the_slabs():
    wide = airprox.Minima(200_000.0, 1000.0)
    table = airprox.MinimaTable({("usual", "usual"): MINIMA}, default=wide)
    fleet = straight(9, 250.0, knots=40, category=["usual"] * 8 + ["wide"])
    assert longest(plan_of(fleet, table)) == pytest.approx(longest(plan_of(fleet)))


@pytest.mark.parametrize("processors", [1, 2, 16])
def test_tasks_are_a_multiple_of_the_processors_and_fit_the_memory(monkeypatch, processors):
    monkeypatch.setattr(_plan, "processors", lambda: processors)
    for boxes in (10, 10_000, 300_000, 3_000_000, 10**9):
        size = _plan.chunk_size(boxes)
        assert size <= _plan.CHUNK_BOXES
        tasks = -(-boxes // size)
        if size > _plan.LEAST_CHUNK and boxes < 10**9:
            assert tasks % processors == 0
        assert tasks <= max(1, boxes // _plan.LEAST_CHUNK + 1)


lengths = st.sampled_from((0.0, 10.0, 100.0, 9260.0, math.inf)) | st.floats(0.0, 1e5)


@given(st.integers(1, 5), st.data())
def test_shares_of_two_categories_make_up_their_minimum(count, data):
    minima = np.zeros((count, count))
    for one in range(count):
        for two in range(one, count):
            minima[one, two] = minima[two, one] = data.draw(lengths)
    order = data.draw(st.permutations(range(count)))
    share = _shares(minima, order)
    assert np.all(share[:, None] + share >= minima * (1 - 1e-15))
    assert share[order[0]] == minima[order[0], order[0]] / 2


def test_the_few_take_up_large_minima_themselves():
    assert _shares(np.array([[10.0, 200.0], [200.0, 50.0]]), [0, 1]).tolist() == [5, 195]
    assert _shares(np.array([[10.0, 200.0], [200.0, 50.0]]), [1, 0]).tolist() == [175, 25]
