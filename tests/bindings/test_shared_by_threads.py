"""Callers in many threads, on fleets of their own and on shared ones, get what one alone gets."""

import threading

import airprox
from airprox import Airspace, Fleet, Minima
from benchmarks import scenarios
from long_runs import usual_or_long

MINIMA = Minima(horizontal=9260.0, vertical=304.8)
CALLERS = 8
CALLS = usual_or_long(20, 500)
SOURCES = [scenarios.enroute(flights, hours=0.3, seed=flights) for flights in (30, 120)]
LARGE = scenarios.interleaved(scenarios.enroute(1300, seed=1))
"""More rows than one thread reads alone."""


def calls(fleet, airspace, own):
    """Return the calls that a caller makes in turn, on fleets that all share but for `own`."""
    source = SOURCES[0]

    def loaded():
        return Fleet.from_arrow(source).to_arrow()

    return [
        lambda: airprox.screen(fleet, MINIMA, threads=2).encounters,
        lambda: airprox.screen(own, MINIMA, against=fleet, same_id="screen").encounters,
        lambda: airprox.closest_approach(own, threads=3).pairs,
        lambda: airprox.closest_approach(fleet, nearest=2).pairs,
        lambda: airspace.probe(own).encounters,
        lambda: airprox.forbidden_delays(own, MINIMA, horizon=300.0, threads=2).delays,
        loaded,
    ]


def test_callers_at_once_get_the_answers_of_one():
    small, fleet = (Fleet.from_arrow(source) for source in SOURCES)
    airspace = Airspace(MINIMA)
    airspace.upsert(fleet)
    picture = airspace.snapshot()
    expected = [call() for call in calls(fleet, picture, small)]
    large = Fleet.from_arrow(LARGE).to_arrow()
    assert expected[0].num_rows > 3
    wrong, start = [], threading.Barrier(CALLERS)

    def caller(number):
        try:
            own = Fleet.from_arrow(SOURCES[0])
            todo = calls(fleet, picture, own)
            start.wait(60)
            for turn in range(CALLS):
                place = (number + turn) % len(todo)
                if not todo[place]().equals(expected[place]):
                    wrong.append((number, turn, place))
            if not Fleet.from_arrow(LARGE).to_arrow().equals(large):
                wrong.append((number, "large"))
        except BaseException as error:
            wrong.append((number, repr(error)))

    callers = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
    for thread in callers:
        thread.start()
    for thread in callers:
        thread.join(1800)
    assert not any(thread.is_alive() for thread in callers)
    assert wrong == []
