"""Ctrl-C: answered at once wherever it strikes, and what is computed afterwards is right."""

import importlib
import json
import pkgutil
import threading
import typing
from functools import partial
from types import SimpleNamespace

import pytest

import airprox
from airprox import Minima, _delays, _search, _workspace
from airprox.errors import Cancelled
from crowds import clique
from long_runs import answer_of, usual_or_long

LATENCY = 0.5
"""Seconds within which Ctrl-C is answered."""
ROUNDS = usual_or_long(6, 24)
MINIMA = Minima(horizontal=9260.0, vertical=304.8)

PROGRAM = """
import json, signal, sys, time

import airprox
from airprox import Airspace, Fleet, Minima
from benchmarks import scenarios
from crowds import clique

sizes, rounds = json.loads(sys.argv[1]), int(sys.argv[2])
MINIMA = Minima(horizontal=9260.0, vertical=304.8)


def prepared(name, size):
    if name == "screen":
        fleet = clique(size)
        return lambda: airprox.screen(fleet, MINIMA, threads=2).encounters
    if name == "upsert":
        fleet = clique(size)
        return lambda: Airspace(MINIMA).upsert(fleet).new
    if name == "from_arrow":
        source = scenarios.with_names(scenarios.interleaved(scenarios.enroute(size)))
        return lambda: Fleet.from_arrow(source).to_arrow()
    fleet = Fleet.from_arrow(scenarios.enroute(size))
    if name == "closest_approach":
        return lambda: airprox.closest_approach(fleet, threads=2).pairs
    if name == "nearest":
        return lambda: airprox.closest_approach(fleet, nearest=3, threads=2).pairs
    assert name == "forbidden_delays"
    return lambda: airprox.forbidden_delays(fleet, MINIMA, horizon=7200.0, threads=2).delays


def interrupted(job, after):
    begun = time.perf_counter()
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, after)
            job()
        finally:  # where the alarm may ring as well
            signal.setitimer(signal.ITIMER_REAL, 0.0)
    except KeyboardInterrupt:
        return time.perf_counter() - begun - after


def tried(name, size):
    job = prepared(name, size)
    expected = job()  # larger jobs take ways that small ones do not: all is compiled only now
    begun = time.perf_counter()
    job()
    whole = time.perf_counter() - begun
    shares = [(number + 0.5) / rounds for number in range(rounds)]
    # A run that ended before its alarm, on a machine that was busier before, is tried once more.
    moments = [share * whole for share in shares]
    waits = [interrupted(job, moment) or interrupted(job, moment / 4) for moment in moments]
    waits = sorted(wait for wait in waits if wait is not None)
    return {"whole": whole, "waits": waits, "right": job().equals(expected)}


signal.signal(signal.SIGALRM, signal.default_int_handler)
print(json.dumps({name: tried(name, size) for name, size in sizes.items()}))
"""

SIZES = {
    "screen": (400, 2500),
    "closest_approach": (1200, 6000),
    "nearest": (1500, 20_000),
    "forbidden_delays": (600, 8000),
    "upsert": (300, 1500),
    "from_arrow": (4000, 120_000),
}


@pytest.fixture(scope="module")
def answers():
    sizes = {name: usual_or_long(*pair) for name, pair in SIZES.items()}
    return answer_of(PROGRAM, json.dumps(sizes), ROUNDS, timeout=1800)


@pytest.mark.parametrize("name", SIZES)
def test_interrupt_is_answered_and_the_next_run_is_right(answers, name):
    """The alarm does what Ctrl-C does, at a moment that is known.

    The ordinary run looks at the median: on a busy machine, one wait may be another program's.
    """
    answer = answers[name]
    waits = answer["waits"]
    assert answer["right"]
    assert len(waits) >= ROUNDS // 3, answer
    assert usual_or_long(waits[len(waits) // 2], waits[-1]) < LATENCY, answer


@pytest.mark.parametrize(
    ("module", "kernel", "call"),
    [
        (_search, "_find_candidates", airprox.screen),
        (_search, "_find_pieces", airprox.screen),
        (_delays, "find_run_pairs", partial(airprox.forbidden_delays, horizon=60.0)),
    ],
)
def test_cancel_is_answered_in_the_middle_of_a_task(monkeypatch, module, kernel, call):
    """All of this work is one task, of many calls where so few results fit."""
    cancel, plain, calls = threading.Event(), getattr(module, kernel), []

    def cancelling(function):
        def call(*arguments):
            cancel.set()
            calls.append(kernel)
            return function(*arguments)

        return call

    direct = SimpleNamespace(of=lambda *kinds: cancelling(plain.of(*kinds)))
    monkeypatch.setattr(module, kernel, direct if hasattr(plain, "of") else cancelling(plain))
    monkeypatch.setattr(_workspace, "BUFFER", 1)
    with pytest.raises(Cancelled):
        call(clique(60), MINIMA, cancel=cancel)
    assert len(calls) == 1


def kernels():
    """Return the compiled functions that Python code of this package calls by name."""
    found = {}
    for module in pkgutil.iter_modules(airprox.__path__):
        if not module.name.startswith("__"):
            for value in vars(importlib.import_module(f"airprox.{module.name}")).values():
                kernel = getattr(value, "_kernel", value)
                if hasattr(kernel, "py_func"):
                    found[f"{kernel.__module__}.{kernel.__name__}"] = kernel.py_func
    return found


def test_no_kernel_makes_a_named_tuple_for_python():
    """Numba would run Python code for it, where Ctrl-C strikes and the process ends: see `_jit`."""
    kinds = {name: typing.get_type_hints(f).get("return") for name, f in kernels().items()}
    assert len(kinds) > 25
    assert not {name for name, kind in kinds.items() if hasattr(kind, "_fields")}
