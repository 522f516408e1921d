"""Dask: an executor over a client of `dask.distributed` (the extra ``dask``)."""

import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from functools import partial
from importlib import import_module
from typing import Any

SCATTERED = 1 << 18
"""Bytes from which an argument goes to a worker directly, and not through the scheduler: 30 MiB
took 0.25 s instead of 1.6 s."""


class DaskExecutor(Executor):
    """Tasks for the workers of a Dask cluster, as `airprox.distributed.screen` makes of a client.

    Each task has a key of its own, so that Dask hashes no argument (it hashes slices of Arrow
    tables wrongly) and takes no two attempts for one. Large bytes are scattered; they are lost with
    the worker that holds them, and then the task is cancelled.
    """

    def __init__(self, client: Any, addresses: list[str] | None = None) -> None:
        self._client = client
        self._addresses = addresses

    @property
    def workers(self) -> int:
        """How many tasks the cluster executes at a time."""
        return sum(self._client.nthreads().values())

    @staticmethod
    def whereabouts() -> str:
        """Return the address of the worker that calls this."""
        return import_module("distributed").get_worker().address

    def avoiding(self, addresses: Iterable[str]) -> "DaskExecutor":
        """Return an executor on the other workers of the cluster, or on all where there are none.

        A worker that fails fast would be free for, and so be given, all that it has failed at.
        """
        avoided = set(addresses)
        others = [each for each in self._client.nthreads() if each not in avoided]
        return DaskExecutor(self._client, others) if avoided and others else self

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Return the future of a task, which is cancelled with it."""
        task = self._client.submit(
            fn,
            *(self._sent(argument) for argument in args),
            key=f"airprox-{uuid.uuid4()}",
            pure=False,
            workers=self._addresses,
            allow_other_workers=self._addresses is not None,
            **kwargs,
        )
        future: Future[Any] = Future()
        # This also keeps the task: Dask forgets one that nobody holds any more.
        future.add_done_callback(partial(_cancel_with, task))
        task.add_done_callback(partial(_pass_on, future))
        return future

    def _sent(self, argument: Any) -> Any:
        if isinstance(argument, bytes) and len(argument) >= SCATTERED:
            return self._client.scatter([argument], hash=False, workers=self._addresses)[0]
        return argument


def _cancel_with(task: Any, future: "Future[Any]") -> None:
    if future.cancelled() and not task.cancelled():
        task.cancel()


def _pass_on(future: "Future[Any]", task: Any) -> None:
    """Give a future what its task has come to; Dask calls this in a thread of its own."""
    if task.cancelled():
        future.cancel()
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = task.result()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
