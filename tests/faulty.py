"""Work whose faults are written in its descriptors: a worker process does as it is told."""

import json
import math
import os
import signal
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

from airprox.distributed._crew import hire
from airprox.distributed._dispatch import Dispatch
from airprox.distributed._terms import Terms
from airprox.errors import InvalidParts, InvalidTrajectories


def order(folder, number, *faults, **more):
    """Return the descriptor of a task; its first attempt has the first fault, and so on."""
    order = {"folder": str(folder), "number": number, "faults": faults, **more}
    return json.dumps(order).encode()


def attempts(folder, number):
    """Return how many attempts at a task have begun."""
    return len(list(Path(folder).glob(f"{number}-*")))


def work(descriptor):
    """Answer with the number, unless this attempt is to have a fault."""
    order = json.loads(descriptor)
    folder = Path(order["folder"])
    attempt = attempts(folder, order["number"])
    mark = folder / f"{order['number']}-{os.getpid()}-{time.monotonic_ns()}"
    mark.write_text(str(os.getpid()))
    faults = order["faults"]
    fault = faults[min(attempt, len(faults) - 1)] if faults else ""
    suffer(fault, folder)
    (folder / f"done-{mark.name}").touch()
    return b"part of" if fault == "tear" else b"part %d" % order["number"]


def suffer(fault, folder):
    """Have a fault; the empty one is none."""
    if fault == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif fault == "fail":
        raise ValueError("a disk is full")
    elif fault == "refuse":
        raise InvalidTrajectories("time must increase, but that of row 7 does not")
    elif fault == "odd":
        raise Unsendable("one", "two")
    elif fault == "slow":
        time.sleep(0.3)
    elif fault == "brief":
        time.sleep(0.1)
    elif fault == "hang":
        while not (folder / "released").exists():
            time.sleep(0.02)


class Unsendable(Exception):
    """Its pickle cannot be read."""

    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def dispatched(descriptors, executor, cancel=None, work=work, **terms):
    """Return the dispatcher of tasks; on a machine that is busy, none is called a straggler."""
    terms = {"retries": 2, "in_flight": None, "patience": math.inf, **terms}
    cancel = cancel or threading.Event()
    functions = {"work": work, "read": read, "agree": bytes.__eq__}
    terms = Terms(is_cancelled=cancel.is_set, **functions, **terms)
    return Dispatch(descriptors, hire(executor), terms)


@contextmanager
def killed_from_outside(folder, number):
    """Kill the process that makes the first attempt at a task, while this lasts."""

    def kill():
        while not (begun := list(folder.glob(f"{number}-*"))) or not begun[0].read_text():
            time.sleep(0.01)
        os.kill(int(begun[0].read_text()), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    yield
    killer.join()


def read(_, part):
    """Return what a part says; one is torn."""
    if part == b"part of":
        raise InvalidParts("a part must be whole")
    return part


def counted(job):
    """Return how many attempts were made, failed, and were duplicates."""
    return tuple(job.attempts[name] for name in ("made", "failed", "duplicate"))


def parts(dispatch):
    """Return the parts of all tasks in their order."""
    with closing(dispatch.parts()) as found:
        return sorted(found, key=lambda part: int(part.split()[1]))


def expected(count):
    """Return the parts of so many tasks."""
    return [b"part %d" % number for number in range(count)]
