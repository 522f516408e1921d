"""The dispatcher on real pools: each part once, bounded, whatever becomes of workers."""

import multiprocessing
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace

import pytest

from airprox._parallel import Stopped
from airprox.distributed import _dispatch
from airprox.distributed._crew import hire
from airprox.distributed._terms import GaveUp
from airprox.errors import InvalidTrajectories, SchemaTypeError, VerificationFailed
from faulty import attempts, counted, dispatched, expected, killed_from_outside, order, parts

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
FORK = multiprocessing.get_context("fork")  # quickest to start, and broken pools cost several


def pool(workers=2):
    return ProcessPoolExecutor(workers, mp_context=FORK)


def no_child_is_left():
    """Whether no process of the pools is alive any more."""
    return not multiprocessing.active_children()


@pytest.mark.parametrize("make", [None, pool, lambda: ThreadPoolExecutor(2)])
def test_every_part_comes_once_from_executors_made_for_it(make, tmp_path):
    job = dispatched([order(tmp_path, number) for number in range(9)], make)
    assert parts(job) == expected(9)
    assert counted(job) == (9, 0, 0)
    assert [attempts(tmp_path, number) for number in range(9)] == [1] * 9
    assert no_child_is_left()
    assert 1 <= len(job.workers) <= 2


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_an_executor_that_was_given_is_used_and_left_as_it_was(method, tmp_path):
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        for turn in range(2):
            folder = tmp_path / str(turn)
            folder.mkdir()
            assert parts(dispatched([order(folder, 0), order(folder, 1)], executor)) == expected(2)
        assert executor.submit(abs, -1).result(60) == 1


def test_an_empty_plan_starts_nothing():
    def never():
        raise AssertionError

    assert parts(dispatched([], never)) == []


def test_what_is_no_executor_is_refused():
    with pytest.raises(SchemaTypeError, match="executor must be an Executor, a function"):
        hire(3)


class Held(ThreadPoolExecutor):
    """An executor that notes how many tasks it has been given and not yet answered."""

    def __init__(self):
        super().__init__(3)
        self.held = self.most = 0
        self.cancelled = set()

    def submit(self, *arguments):
        self.held += 1
        self.most = max(self.most, self.held)
        future = super().submit(*arguments)
        future.add_done_callback(self._answered)
        return future

    def _answered(self, _):
        self.held -= 1


@pytest.mark.parametrize(("in_flight", "most"), [(None, 6), (1, 1), (4, 4)])
def test_tasks_in_flight_are_bounded(in_flight, most, tmp_path):
    with Held() as executor:
        job = dispatched([order(tmp_path, n) for n in range(40)], executor, in_flight=in_flight)
        assert parts(job) == expected(40)
        assert executor.most == most


def test_a_failed_attempt_is_made_again_and_counted(tmp_path):
    job = dispatched([order(tmp_path, 0, "fail", "fail", ""), order(tmp_path, 1)], pool)
    assert parts(job) == expected(2)
    assert counted(job) == (4, 2, 0)


def test_a_torn_part_is_computed_again(tmp_path):
    job = dispatched([order(tmp_path, 0, "tear", "")], pool)
    assert parts(job) == expected(1)
    assert counted(job) == (2, 1, 0)


def test_after_the_last_attempt_the_error_names_what_is_missing_and_why(tmp_path):
    job = dispatched([order(tmp_path, n, *["fail"] * (n in (1, 3))) for n in range(5)], pool)
    reason = r"2 of 5 .* \(1, 3\): 3 attempt\(s\) at partition [13] failed, .*ValueError: a disk"
    with pytest.raises(GaveUp, match=reason) as it:
        parts(job)
    assert it.value.missing == (1, 3)
    assert "faulty.py" in "".join(it.value.__cause__.__notes__)  # where it was, on the worker
    assert sorted(attempts(tmp_path, number) for number in range(5)) == [1, 1, 1, 3, 3]
    assert no_child_is_left()


def test_where_nothing_can_be_done_not_all_is_tried(tmp_path):
    job = dispatched([order(tmp_path, number, "fail") for number in range(50)], pool)
    with pytest.raises(GaveUp) as it:
        parts(job)
    assert len(it.value.missing) == 50
    assert counted(job) == (101, 101, 0)  # two rounds of all, and one that is the last
    assert "(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …)" in str(it.value)


def test_no_retries(tmp_path):
    job = dispatched([order(tmp_path, 0, "fail")], pool, retries=0)
    with pytest.raises(GaveUp, match=r"1 of 1 .* \(0\): 1 attempt\(s\) at"):
        parts(job)


def test_an_error_of_the_input_is_raised_at_once(tmp_path):
    job = dispatched([order(tmp_path, 0, "refuse")], pool)
    with pytest.raises(InvalidTrajectories, match="row 7"):
        parts(job)
    assert attempts(tmp_path, 0) == 1
    assert no_child_is_left()


def test_an_error_that_cannot_be_sent_is_told_in_words(tmp_path):
    job = dispatched([order(tmp_path, 0, "odd")], pool, retries=1)
    with pytest.raises(GaveUp, match="RuntimeError: Unsendable: one two"):
        parts(job)


def test_a_killed_worker_takes_nothing_with_it(tmp_path):
    job = dispatched([order(tmp_path, n, *["die", ""] * (n == 2)) for n in range(8)], pool)
    assert parts(job) == expected(8)
    assert job.attempts["failed"] >= 1
    assert no_child_is_left()


def test_a_worker_killed_from_outside(tmp_path):
    """As by a system that is out of memory: whatever it was doing is done again."""
    job = dispatched([order(tmp_path, n, *["hang", ""] * (n == 0)) for n in range(6)], pool)
    with killed_from_outside(tmp_path, 0):
        assert parts(job) == expected(6)
    assert attempts(tmp_path, 0) == 2


def test_only_the_partition_that_kills_each_worker_is_blamed(tmp_path):
    """The others, which are under way whenever it does, would be taken for guilty as well."""
    job = dispatched([order(tmp_path, n, "die" if n == 1 else "brief") for n in range(4)], pool)
    with pytest.raises(GaveUp, match="at partition 1 failed, the last with BrokenPro") as it:
        parts(job)
    assert it.value.missing == (1,)
    assert attempts(tmp_path, 1) == 3
    assert no_child_is_left()


def test_a_broken_pool_that_was_given_cannot_be_mended(tmp_path):
    with pool() as executor:
        job = dispatched([order(tmp_path, 0, "die"), order(tmp_path, 1, "die")], executor)
        with pytest.raises(GaveUp, match="given a function that makes one instead") as it:
            parts(job)
    assert it.value.missing == (0, 1)
    assert it.value.__cause__ is not None


class Losing(ThreadPoolExecutor):
    """An executor that loses the first answers."""

    def __init__(self, losses):
        super().__init__(2)
        self.losses = losses

    def submit(self, *arguments):
        if self.losses:
            self.losses -= 1
            future = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future
        return super().submit(*arguments)


def test_lost_results_are_computed_again(tmp_path):
    with Losing(4) as executor:
        job = dispatched([order(tmp_path, n) for n in range(4)], executor)
        assert parts(job) == expected(4)
    assert counted(job) == (8, 4, 0)


def test_results_that_are_always_lost_end_in_an_error(tmp_path):
    with Losing(100) as executor:
        job = dispatched([order(tmp_path, 0)], executor)
        with pytest.raises(GaveUp, match="its result lost"):
            parts(job)


def test_a_straggler_is_overtaken_by_a_second_attempt(tmp_path, monkeypatch):
    monkeypatch.setattr(_dispatch, "SHORTEST_WAIT", 0.2)
    descriptors = [order(tmp_path, n, *["hang", ""] * (n == 0)) for n in range(4)]
    job = dispatched(descriptors, pool, patience=2.0)
    assert parts(job) == expected(4)
    assert counted(job) == (5, 0, 1)
    assert no_child_is_left()  # the straggler neither


def test_nobody_is_overtaken_while_there_is_other_work_or_no_patience_is_lost(tmp_path):
    job = dispatched([order(tmp_path, n, "slow") for n in range(6)], pool)
    assert parts(job) == expected(6)
    assert job.attempts["duplicate"] == 0


@pytest.mark.parametrize("answers", [(b"part 0", b"part 0"), (b"part 0", b"another")])
def test_two_answers_must_agree(answers, monkeypatch):
    monkeypatch.setattr(_dispatch, "SHORTEST_WAIT", 0.05)
    given = iter(answers)
    turn = threading.Barrier(2)
    released = threading.Event()

    def answer(descriptor):
        if descriptor == b"1":
            return b"part 1"
        if descriptor == b"2":  # ends only after both answers to 0
            released.wait(30)
            time.sleep(0.1)
            return b"part 2"
        turn.wait(30)  # both attempts are under way
        part = next(given)
        if part == answers[1]:
            released.set()
        return part

    with ThreadPoolExecutor(4) as executor:
        job = dispatched([b"0", b"1", b"2"], executor, work=answer, patience=2.0)
        if answers[0] == answers[1]:
            assert parts(job) == expected(3)
        else:
            with pytest.raises(VerificationFailed, match="partition 0"):
                parts(job)


@pytest.mark.parametrize("given", [True, False])
def test_cancelled_in_the_middle(given, tmp_path):
    some_are_done = SimpleNamespace(is_set=lambda: job.done >= 3)
    descriptors = [order(tmp_path, n, "slow") for n in range(50)]
    executor = pool() if given else None
    job = dispatched(descriptors, executor or pool, some_are_done, in_flight=40)
    with pytest.raises(Stopped) as stopped:
        parts(job)
    assert stopped.value.done == 3
    begun = len(list(tmp_path.glob("[0-9]*")))
    if executor:
        # What had begun was waited for, what had not never begins.
        assert begun < 20
        assert len(list(tmp_path.glob("done*"))) == begun
        assert executor.submit(abs, -1).result(60) == 1
        executor.shutdown()
    time.sleep(0.5)
    assert len(list(tmp_path.glob("[0-9]*"))) == begun
    assert no_child_is_left()


@pytest.mark.parametrize("error", [ArithmeticError, KeyboardInterrupt])
def test_an_error_of_the_caller_leaves_nothing_running(error, tmp_path):
    job = dispatched([order(tmp_path, n, "slow") for n in range(50)], pool)
    with pytest.raises(error), closing(job.parts()) as found:  # noqa: PT012
        for _ in found:
            raise error
    assert no_child_is_left()
    begun = len(list(tmp_path.glob("[0-9]*")))
    assert begun < 10
