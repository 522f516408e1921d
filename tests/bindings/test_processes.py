"""Worker processes of a parent that has used the library already: forked, spawned, pooled."""

import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor

import pytest

import airprox
from airprox import Fleet, Minima
from benchmarks import scenarios
from long_runs import usual_or_long

MINIMA = Minima(horizontal=9260.0, vertical=304.8)
METHODS = multiprocessing.get_all_start_methods()
FLIGHTS = 400
"""Enough knots that a screening takes several threads."""


def answer(fleet):
    """Return what a worker finds in the fleet that it is sent, and in one that it loads."""
    own = Fleet.from_arrow(scenarios.enroute(FLIGHTS))
    return [airprox.screen(side, MINIMA, threads=2).encounters for side in (fleet, own)]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("method", METHODS)
def test_workers_answer_like_their_parent(method):
    fleet = Fleet.from_arrow(scenarios.enroute(FLIGHTS))
    expected = answer(fleet)
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply_async(answer, [fleet]).get(120) == expected
    assert answer(fleet) == expected


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("method", usual_or_long(METHODS[:1], METHODS))
def test_pool_of_workers_answers_like_its_parent(method):
    fleet = Fleet.from_arrow(scenarios.enroute(FLIGHTS))
    expected = answer(fleet)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        assert list(pool.map(answer, [fleet] * 4, timeout=120)) == [expected] * 4


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.skipif("fork" not in METHODS, reason="this system cannot fork")
def test_fork_while_other_threads_are_at_work():
    """The child must not wait for a lock or a thread that only its parent has."""
    fleet = Fleet.from_arrow(scenarios.enroute(FLIGHTS))
    expected = answer(fleet)
    done = threading.Event()

    def busy():
        while not done.is_set():
            airprox.screen(fleet, MINIMA, threads=2)

    workers = [threading.Thread(target=busy) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        context = multiprocessing.get_context("fork")
        for _ in range(4):
            with context.Pool(1) as pool:
                assert pool.apply_async(answer, [fleet]).get(120) == expected
    finally:
        done.set()
        for worker in workers:
            worker.join(60)
