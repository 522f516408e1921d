"""`distributed.screen`: the table of `screen`, whoever does the work, and its account of faults."""

import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

import airprox
from airprox import Fleet, Minima, distributed
from airprox.distributed import _engine
from airprox.errors import (
    Cancelled,
    InvalidParts,
    PartitionFailed,
    SchemaError,
    SchemaTypeError,
)
from benchmarks import scenarios

MINIMA = Minima(horizontal=9260.0, vertical=304.8)


@pytest.fixture(scope="module")
def fleet():
    return Fleet.from_arrow(scenarios.enroute(600))


@pytest.fixture(scope="module")
def plan(fleet):
    return distributed.plan(fleet, MINIMA, partitions=5)


@pytest.fixture(scope="module")
def expected(fleet):
    table = airprox.screen(fleet, MINIMA).encounters
    assert table.num_rows > 20
    return table


def test_own_processes_give_the_table_of_one_machine(plan, expected, fleet):
    result = distributed.screen(plan)
    assert result.encounters == expected
    assert result.encounters.schema.equals(expected.schema, check_metadata=True)
    receipt = result.receipt
    assert receipt.complete
    assert receipt.attempts["made"] == receipt.attempts["partitions"] == len(plan.descriptors)
    assert receipt.attempts["workers"] >= 1
    assert "distributed   6 partitions by" in str(receipt)
    alone = airprox.screen(fleet, MINIMA).receipt
    for name in ("trajectories", "pairs_common", "pairs_in_conflict", "encounters", "minima"):
        assert getattr(receipt, name) == getattr(alone, name)


def test_progress_goes_up_to_the_end(plan, expected):
    seen = []
    with ThreadPoolExecutor(2) as pool:
        result = distributed.screen(plan, pool, progress=lambda *at: seen.append(at))
    assert result.encounters == expected
    assert seen == [(done, 6) for done in range(1, 7)]


def test_an_error_in_progress_is_the_callers(plan):
    with ProcessPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError):
        distributed.screen(plan, pool, progress=lambda done, _: done // 0)


def test_cancelled_with_an_account(plan):
    cancel = threading.Event()
    with ThreadPoolExecutor(1) as pool, pytest.raises(Cancelled, match="after 2 of 6") as it:
        distributed.screen(
            plan, pool, cancel=cancel, progress=lambda done, _: done == 2 and cancel.set()
        )
    receipt = it.value.receipt
    assert not receipt.complete
    assert receipt.trajectories.given == 600
    assert receipt.attempts["partitions"] == 6


def faulty_run_partition(descriptor, *, threads=1):
    """Die at the second partition; at its first attempt only, if that is all that is asked for."""
    mark = Path(os.environ["AIRPROX_TEST_FOLDER"]) / "died"
    header = distributed.read_part(distributed.run_partition(descriptor))
    if header.number == 1 and not (mark.exists() and mark.read_text() == "once"):
        mark.write_text(os.environ["AIRPROX_TEST_DEATHS"])
        os.kill(os.getpid(), signal.SIGKILL)
    return distributed.run_partition(descriptor, threads=threads)


@pytest.mark.parametrize("deaths", ["once", "always"])
def test_dying_workers(deaths, plan, expected, tmp_path, monkeypatch):
    monkeypatch.setenv("AIRPROX_TEST_FOLDER", str(tmp_path))
    monkeypatch.setenv("AIRPROX_TEST_DEATHS", deaths)
    monkeypatch.setattr(_engine, "run_partition", faulty_run_partition)

    def pool():
        return ProcessPoolExecutor(2)

    if deaths == "once":
        result = distributed.screen(plan, pool)
        assert result.encounters == expected
        assert result.receipt.complete
        assert result.receipt.attempts["failed"] >= 1
        return
    with pytest.raises(PartitionFailed, match=r"1 of 6 partitions are missing \(1\)") as it:
        distributed.screen(plan, pool)
    assert it.value.missing == (1,)
    assert not it.value.receipt.complete
    assert 0 < it.value.receipt.encounters < expected.num_rows


def test_a_failure_without_any_part_has_an_account_too(plan):
    with ThreadPoolExecutor(1) as pool:
        pool.shutdown()
        with pytest.raises(PartitionFailed, match="takes no tasks") as it:
            distributed.screen(plan, pool)
    assert it.value.missing == tuple(range(6))
    assert it.value.receipt.trajectories.given == 600


def test_parts_of_another_partition_or_plan_are_not_taken(plan, fleet):
    reader = _engine._Reader()
    parts = [distributed.run_partition(each) for each in plan.descriptors[:2]]
    assert reader(0, parts[0]).number == 0
    with pytest.raises(InvalidParts, match="found that of 0 of"):
        reader(1, parts[0])
    another = distributed.plan(fleet, MINIMA, partitions=5)
    with pytest.raises(InvalidParts, match="partition 1 of plan .*, found that of 1 of"):
        reader(1, distributed.run_partition(another.descriptors[1]))
    assert reader(1, parts[1]).number == 1


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ({"retries": -1}, SchemaTypeError),
        ({"retries": True}, SchemaTypeError),
        ({"in_flight": 0}, SchemaTypeError),
        ({"threads": 0}, SchemaTypeError),
        ({"patience": 0.5}, SchemaError),
        ({"patience": float("nan")}, SchemaError),
        ({"executor": "threads"}, SchemaTypeError),
    ],
)
def test_arguments_are_checked(argument, error, plan):
    with pytest.raises(error, match=next(iter(argument))):
        distributed.screen(plan, **argument)
