"""The pool of threads: all tasks once, results in order, and nothing running afterwards."""

import os
import threading
import time

import pytest

from airprox import _parallel
from airprox._parallel import LARGEST_POOL, Stopped, pause, processors, run, thread_count
from airprox.errors import SchemaError

THREADS = pytest.mark.parametrize("threads", [1, 2, 5])


@THREADS
@pytest.mark.parametrize("tasks", [0, 1, 2, 30])
def test_every_task_is_done_once_and_results_keep_their_order(threads, tasks):
    done = []
    results = run(lambda task: done.append(task) or task * task, range(tasks), threads)
    assert results == [task * task for task in range(tasks)]
    assert sorted(done) == list(range(tasks))


@THREADS
def test_tasks_run_on_as_many_threads_as_asked_for(threads):
    """Each task waits until all threads are at work: with fewer, this would never end."""
    barrier = threading.Barrier(threads)

    def work(_):
        barrier.wait(30)
        return threading.get_ident()

    names = run(work, range(threads), threads)
    assert len(set(names)) == threads
    assert threading.get_ident() in names


def test_one_thread_is_the_calling_one():
    assert set(run(lambda _: threading.get_ident(), range(9), 1)) == {threading.get_ident()}


@THREADS
def test_progress_is_called_in_the_calling_thread_up_to_the_total(threads):
    calls = []
    run(
        lambda task: task,
        range(12),
        threads,
        lambda done, total: calls.append((done, total, threading.get_ident())),
    )
    assert {(total, ident) for _, total, ident in calls} == {(12, threading.get_ident())}
    counts = [done for done, _, _ in calls]
    assert counts == sorted(counts)
    assert counts[-1] == 12
    assert counts[0] > 0


class Gauge:
    """Counts how many of its tasks are running."""

    def __init__(self, fail_at=None):
        self.lock = threading.Lock()
        self.running = self.started = 0
        self.fail_at = fail_at

    def __call__(self, task):
        with self.lock:
            self.running += 1
            self.started += 1
        try:
            if task == self.fail_at:
                raise KeyError(task)
            time.sleep(0.005)
            return task
        finally:
            with self.lock:
                self.running -= 1


@THREADS
@pytest.mark.parametrize("fail_at", [0, 3, 39])
def test_an_error_in_a_task_stops_the_rest_and_comes_out(threads, fail_at):
    work = Gauge(fail_at)
    with pytest.raises(KeyError, match=str(fail_at)):
        run(work, range(40), threads)
    assert work.running == 0
    assert work.started <= fail_at + threads + 1


@THREADS
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_error_in_progress_leaves_nothing_running(threads, error):
    work = Gauge()

    def progress(done, _):
        if done >= 2:
            raise error

    with pytest.raises(error):
        run(work, range(100), threads, progress)
    assert work.running == 0
    started = work.started
    assert started < 100
    time.sleep(0.02)
    assert work.started == started


@THREADS
def test_cancelling_stops_and_tells_how_much_was_done(threads):
    work, cancel = Gauge(), threading.Event()

    def progress(done, _):
        if done >= 3:
            cancel.set()

    with pytest.raises(Stopped) as stopped:
        run(work, range(100), threads, progress, cancel)
    assert work.running == 0
    assert 3 <= stopped.value.done == work.started < 100


@pytest.mark.parametrize("threads", [2, 5])
@pytest.mark.parametrize("how", ["error in progress", "error in a task", "cancel"])
def test_long_tasks_are_left_where_they_pause(threads, how):
    """Every task but one goes on for ever, as long as nothing stops the work."""
    caller, cancel, start = threading.get_ident(), threading.Event(), threading.Barrier(threads)
    limit = time.monotonic() + 30

    def work(_):
        is_callers = threading.get_ident() == caller
        start.wait(30)
        if is_callers and how == "error in progress":
            return
        if not is_callers and how == "error in a task":
            raise ZeroDivisionError
        if is_callers and how == "cancel":
            cancel.set()
        while time.monotonic() < limit:
            pause()
            time.sleep(0.001)
        raise AssertionError("nobody stopped the work")

    def progress(*_):
        raise ZeroDivisionError

    expected = Stopped if how == "cancel" else ZeroDivisionError
    with pytest.raises(expected):
        run(work, range(threads), threads, progress, cancel)


def test_a_pause_outside_of_any_work_does_nothing():
    run(lambda _: pause(), range(3), 2)
    pause()


@THREADS
def test_cancelled_beforehand_does_nothing(threads):
    cancel = threading.Event()
    cancel.set()
    work = Gauge()
    with pytest.raises(Stopped) as stopped:
        run(work, range(100), threads, cancel=cancel)
    assert stopped.value.done == work.started <= threads
    assert work.running == 0


def test_cancelled_after_the_last_task_is_done():
    cancel = threading.Event()
    assert (
        run(lambda task: cancel.set() if task == 4 else None, range(5), 1, cancel=cancel)
        == [None] * 5
    )


def test_several_callers_at_once_get_their_own_results():
    """More work than the pool has threads: callers never wait for each other for ever."""
    results = {}

    def call(caller):
        results[caller] = run(lambda task: (caller, task), range(40), 16)

    callers = [threading.Thread(target=call, args=(caller,)) for caller in range(12)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    assert results == {caller: [(caller, task) for task in range(40)] for caller in range(12)}


def test_a_task_may_run_tasks_of_its_own():
    inner = run(lambda task: sum(run(lambda k: k, range(task), 4)), range(20), 4)
    assert inner == [sum(range(task)) for task in range(20)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_makes_a_pool_of_its_own():
    """The parent's threads do not exist in the child, which would wait for them for ever."""
    run(lambda task: task, range(4), 4)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            barrier = threading.Barrier(3)
            run(lambda _: barrier.wait(20), range(3), 3)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.parametrize("threads", [0, -1, 1.0, "2", True])
def test_threads_must_be_a_whole_number_from_one(threads):
    with pytest.raises(SchemaError, match="threads must be a whole number of at least 1, not"):
        thread_count(threads)


def test_threads_by_default_are_the_processors_of_the_process(monkeypatch):
    assert thread_count(None) == processors() >= 1
    assert thread_count(3) == 3
    assert thread_count(10**6) == LARGEST_POOL
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert processors() == (os.cpu_count() or 1)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert _parallel.processors() == 1
