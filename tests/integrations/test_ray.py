"""A Ray cluster of worker processes: the table of one machine, whatever becomes of workers."""

import logging
import os
import sys
import threading
import time

import pytest

if not os.environ.get("AIRPROX_REQUIRE_INTEGRATIONS"):
    pytest.importorskip("ray", reason="ray is not installed")
import ray

import airprox
from airprox import Fleet, Minima, distributed
from airprox.distributed import _dispatch
from airprox.distributed._terms import GaveUp
from airprox.distributed.ray import RayExecutor
from airprox.errors import Cancelled, InvalidTrajectories
from benchmarks import scenarios
from faulty import counted, dispatched, expected, order, parts

pytestmark = [
    pytest.mark.filterwarnings("ignore::Warning:ray"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
MINIMA = Minima(horizontal=9260.0, vertical=304.8)


@pytest.fixture(scope="module")
def executor():
    # What workers are to do is in a module of these tests, which no installation has.
    known = {"env_vars": {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}}
    ray.init(
        num_cpus=3,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        runtime_env=known,
    )
    yield RayExecutor()
    ray.shutdown()


def test_the_table_is_that_of_one_machine(executor):
    fleet = Fleet.from_arrow(scenarios.enroute(2000))
    plan = distributed.plan(fleet, MINIMA, partitions=7)
    expected = airprox.screen(fleet, MINIMA).encounters
    distributed.run_partition(plan.descriptors[0])  # compiled here, and not by each worker at once
    seen = []
    result = distributed.screen(plan, executor, progress=lambda *at: seen.append(at))
    assert result.encounters == expected
    assert len(result) > 100
    assert result.receipt.complete
    assert result.receipt.attempts["workers"] > 1
    assert seen == [(done, len(seen)) for done in range(1, len(plan) + 1)]
    cancel = threading.Event()
    with pytest.raises(Cancelled) as it:
        distributed.screen(plan, executor, cancel=cancel, progress=lambda *_: cancel.set())
    assert not it.value.receipt.complete


def test_a_killed_worker(executor, tmp_path):
    job = dispatched([order(tmp_path, n, *["die", ""] * (n == 2)) for n in range(9)], executor)
    assert parts(job) == expected(9)
    assert counted(job) == (10, 1, 0)


def test_only_the_partition_that_kills_each_worker_is_blamed(executor, tmp_path):
    job = dispatched([order(tmp_path, n, *["die"] * (n == 1)) for n in range(6)], executor)
    with pytest.raises(GaveUp, match="at partition 1 failed, .* WorkerCrashed") as it:
        parts(job)
    assert it.value.missing == (1,)


def test_an_error_of_the_input(executor, tmp_path):
    with pytest.raises(InvalidTrajectories, match="row 7"):
        parts(dispatched([order(tmp_path, 0, "refuse")], executor))


def test_a_straggler_is_overtaken_and_ended(executor, tmp_path, monkeypatch):
    monkeypatch.setattr(_dispatch, "SHORTEST_WAIT", 0.3)
    descriptors = [order(tmp_path, n, *["hang", ""] * (n == 0)) for n in range(6)]
    job = dispatched(descriptors, executor, patience=2.0)
    assert parts(job) == expected(6)
    assert counted(job) == (7, 0, 1)
    stuck = int(min(tmp_path.glob("0-*"), key=lambda mark: mark.stat().st_mtime).read_text())
    deadline = time.monotonic() + 30
    while is_alive(stuck):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_tasks_of_several_processors(executor):
    assert executor.workers == 3
    assert RayExecutor(num_cpus=2).workers == 1
