"""What a worker does: one attempt at one partition, whose outcome is data whatever happens."""

import os
import pickle
import socket
import traceback
from collections.abc import Callable
from typing import NamedTuple

Work = Callable[[bytes], bytes]


class Outcome(NamedTuple):
    """What came of one attempt: a part, or the error instead of it."""

    worker: str
    part: bytes | None
    error: Exception | None


def process_name() -> str:
    """Return the name of this process among those of all machines."""
    return f"{socket.gethostname()}:{os.getpid()}"


def attempt(
    work: Work, descriptor: bytes, token: str, whereabouts: Callable[[], str] = process_name
) -> Outcome:
    """Do the work on a descriptor.

    `token` differs between any two attempts: an engine that knows a task by its arguments must not
    answer one attempt by the result of another. An error is returned rather than raised, since
    engines differ in what they make of one (and a pool of processes breaks where its pickle cannot
    be read).
    """
    del token
    try:
        return Outcome(whereabouts(), work(descriptor), None)
    except Exception as error:
        return Outcome(whereabouts(), None, _portable(error))


def _portable(error: Exception) -> Exception:
    """Return the error, or one in its place that survives being sent, with its traceback."""
    told = "".join(traceback.format_exception(error))
    error.add_note(f"The worker's traceback:\n{told}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
        error.add_note(f"The worker's traceback:\n{told}")
    return error
