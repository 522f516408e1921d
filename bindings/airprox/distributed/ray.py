"""Ray: an executor over remote functions (the extra ``ray``)."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from importlib import import_module
from typing import Any


class RayExecutor(Executor):
    """Tasks for the cluster that `ray.init` has connected to, or for one on this machine.

    `options` are those of `ray.remote`, such as ``num_cpus=2`` for tasks of two threads. Ray's own
    retries are off, since `airprox.distributed.screen` counts them. A task whose future is
    cancelled is killed with its worker.
    """

    def __init__(self, **options: Any) -> None:
        self._ray = import_module("ray")
        if not self._ray.is_initialized():
            self._ray.init()
        options = {"num_cpus": 1, "max_retries": 0, **options}
        self._processors = float(options["num_cpus"]) or 1.0
        self._call = self._ray.remote(**options)(_call)

    @property
    def workers(self) -> int:
        """How many tasks the cluster executes at a time."""
        return int(self._ray.cluster_resources().get("CPU", 1) / self._processors)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Return the future of a task."""
        task = self._call.remote(fn, *args, **kwargs)
        future = task.future()
        future.add_done_callback(partial(self._cancel_with, task))
        return future

    def _cancel_with(self, task: Any, future: "Future[Any]") -> None:
        if future.cancelled():
            self._ray.cancel(task, force=True)


def _call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)
