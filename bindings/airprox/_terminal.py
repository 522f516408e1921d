"""Progress on stderr, only where a person is looking at it: by rich if that is installed."""

import contextlib
import sys
import threading
import time
from importlib import import_module
from typing import Any, Protocol, Self

_PATIENCE = 2.0
"""Seconds of silence after which a stage is explained; loading compiled code takes about one."""
_LOADING = "loading and compiling (only the first run compiles, for up to a minute)"


class _Display(Protocol):
    def show(self, text: str, share: float | None = None) -> None: ...
    def clear(self) -> None: ...


class Status:
    """A context that keeps one line on stderr up to date, and clears it at its end.

    At anything but a terminal it does nothing. It is callable as `progress(done, total)`.
    """

    def __init__(self) -> None:
        self._display: _Display | None = _display() if sys.stderr.isatty() else None
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._shown_at = 0.0
        self._stage = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def stage(self, text: str, *, explained: bool = True) -> None:
        """Show `text`, and after two seconds of silence, unless they explain themselves, why."""
        self._cancel()
        self._stage = text
        self._show(text)
        if self._display is not None and explained:
            self._timer = threading.Timer(_PATIENCE, self._show, [f"{text}: {_LOADING}"])
            self._timer.daemon = True
            self._timer.start()

    def __call__(self, done: int, total: int) -> None:
        """Show the share of the stage that is done, ten times a second at most."""
        now = time.monotonic()
        if self._display is not None and total > 0 and now - self._shown_at >= 0.1:
            self._cancel()
            self._shown_at = now
            self._show(self._stage, done / total)

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        self._cancel()
        if self._display is not None:
            with self._lock:
                self._display.clear()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _show(self, text: str, share: float | None = None) -> None:
        if self._display is not None:
            with self._lock:
                self._display.show(text, share)


def _display() -> _Display:
    with contextlib.suppress(ImportError):
        return _Bar()
    return _Line()


class _Line:
    """A line that is written over."""

    def __init__(self) -> None:
        self._width = 0

    def show(self, text: str, share: float | None = None) -> None:
        if share is not None:
            text = f"{text} {100 * share:.0f} %"
        # The spaces wipe what is left of a longer line; the second return takes them back.
        sys.stderr.write(f"\r{text.ljust(self._width)}\r{text}")
        sys.stderr.flush()
        self._width = len(text)

    def clear(self) -> None:
        self.show("")


class _Bar:
    """A spinner, what is being done, and a bar; raises `ImportError` without rich."""

    def __init__(self) -> None:
        # By name, since rich need not be there for the types to be checked.
        rich: Any = import_module("rich.progress")
        console: Any = import_module("rich.console")
        self._progress: Any = rich.Progress(
            rich.SpinnerColumn(),
            rich.TextColumn("{task.description}", markup=False),
            rich.BarColumn(),
            rich.TimeElapsedColumn(),
            console=console.Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("", total=None)
        self._started = False

    def show(self, text: str, share: float | None = None) -> None:
        if not self._started:
            self._progress.start()
            self._started = True
        total = None if share is None else 1.0
        self._progress.update(self._task, description=text, completed=share or 0.0, total=total)

    def clear(self) -> None:
        if self._started:
            self._progress.stop()
            self._started = False
