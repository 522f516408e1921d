"""A Dask cluster of worker processes: the table of one machine, whatever becomes of workers."""

import os
import threading
import time

import pytest

if not os.environ.get("AIRPROX_REQUIRE_INTEGRATIONS"):
    pytest.importorskip("dask", reason="dask is not installed")
import dask
from distributed import Client, LocalCluster

import airprox
from airprox import Fleet, Minima, distributed
from airprox.distributed import _dispatch
from airprox.distributed._terms import GaveUp
from airprox.distributed.dask import SCATTERED, DaskExecutor
from airprox.errors import Cancelled, InvalidTrajectories
from benchmarks import scenarios
from faulty import attempts, counted, dispatched, expected, killed_from_outside, order, parts

MINIMA = Minima(horizontal=9260.0, vertical=304.8)
WORKERS = 3


@pytest.fixture(scope="module")
def client():
    # A worker's death is this library's to count; Dask would otherwise begin a task four times.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=60,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(autouse=True)
def all_workers(client):
    """Workers that a test has killed are started again by their nannies."""
    client.wait_for_workers(WORKERS, timeout=60)


@pytest.fixture(scope="module")
def fleet():
    return Fleet.from_arrow(scenarios.enroute(2000))


@pytest.fixture(scope="module")
def plan(fleet):
    return distributed.plan(fleet, MINIMA, partitions=7)


@pytest.mark.parametrize("way", ["client", "executor"])
def test_the_table_is_that_of_one_machine(way, client, fleet, plan):
    expected = airprox.screen(fleet, MINIMA).encounters
    distributed.run_partition(plan.descriptors[0])  # compiled here, and not by each worker at once
    executor = client if way == "client" else client.get_executor()
    seen = []
    result = distributed.screen(plan, executor, progress=lambda *at: seen.append(at))
    assert result.encounters == expected
    assert len(result) > 100
    assert result.receipt.complete
    assert result.receipt.attempts["workers"] > 1
    assert seen == [(done, len(seen)) for done in range(1, len(plan) + 1)]
    assert max(map(len, plan.descriptors)) > SCATTERED  # by both ways of sending


def test_a_killed_worker(client, tmp_path):
    job = dispatched([order(tmp_path, n, *["die", ""] * (n == 2)) for n in range(9)], client)
    assert parts(job) == expected(9)
    assert job.attempts["failed"] >= 1


def test_only_the_partition_that_kills_each_worker_is_blamed(client, tmp_path):
    job = dispatched([order(tmp_path, n, *["die"] * (n == 1)) for n in range(6)], client, retries=1)
    with pytest.raises(GaveUp, match="at partition 1 failed, .* KilledWorker") as it:
        parts(job)
    assert it.value.missing == (1,)


def test_data_lost_with_the_worker_that_held_them(client, tmp_path):
    """What is scattered cannot be computed again by Dask."""
    padding = "x" * SCATTERED
    job = dispatched([order(tmp_path, 0, "hang", "", padding=padding)], client)
    with killed_from_outside(tmp_path, 0):
        assert parts(job) == expected(1)
    assert counted(job) == (2, 1, 0)


def test_another_worker_is_asked(client, tmp_path):
    job = dispatched([order(tmp_path, 0, "fail", "fail", "")], client)
    assert parts(job) == expected(1)
    begun = {mark.name.split("-")[1] for mark in tmp_path.glob("0-*")}
    assert len(begun) == 3


def test_an_error_of_the_input(client, tmp_path):
    with pytest.raises(InvalidTrajectories, match="row 7"):
        parts(dispatched([order(tmp_path, 0, "refuse")], client))
    assert attempts(tmp_path, 0) == 1


def test_a_straggler_is_overtaken(client, tmp_path, monkeypatch):
    monkeypatch.setattr(_dispatch, "SHORTEST_WAIT", 0.3)
    descriptors = [order(tmp_path, n, *["hang", ""] * (n == 0)) for n in range(6)]
    try:
        job = dispatched(descriptors, client, patience=2.0)
        assert parts(job) == expected(6)
    finally:
        (tmp_path / "released").touch()
    assert job.attempts["failed"] == 0
    assert job.attempts["duplicate"] >= 1  # Dask may have given the stuck worker two tasks


def test_cancelled(client, plan):
    cancel = threading.Event()
    with pytest.raises(Cancelled) as it:
        distributed.screen(plan, client, cancel=cancel, progress=lambda *_: cancel.set())
    assert not it.value.receipt.complete
    deadline = time.monotonic() + 30
    while any(client.processing().values()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_avoiding_everybody_avoids_nobody(client):
    executor = DaskExecutor(client)
    assert executor.avoiding([]) is executor
    assert executor.avoiding(client.nthreads()) is executor
    one, *others = client.nthreads()
    found = {executor.avoiding([one]).submit(DaskExecutor.whereabouts).result(60) for _ in "abc"}
    assert found <= set(others)
