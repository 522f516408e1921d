"""A line of progress on stderr, only where a person is looking at it."""

import sys
import threading
import time
from typing import Self

_PATIENCE = 2.0
"""Seconds of silence after which a stage is explained; loading compiled code takes about one."""


class Status:
    """A context that keeps one line on stderr up to date, and clears it at its end.

    At anything but a terminal it does nothing. It is callable as `progress(done, total)`.
    """

    def __init__(self) -> None:
        self._seen = sys.stderr.isatty()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._shown_at = 0.0
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._cancel()
        self._show("")

    def stage(self, text: str, if_slow: str = "") -> None:
        """Show `text`, and `if_slow` instead if nothing follows within two seconds."""
        self._cancel()
        self._show(text)
        if self._seen and if_slow:
            self._timer = threading.Timer(_PATIENCE, self._show, [if_slow])
            self._timer.daemon = True
            self._timer.start()

    def __call__(self, done: int, total: int) -> None:
        """Show the share that is done, ten times a second at most."""
        now = time.monotonic()
        if self._seen and total > 0 and now - self._shown_at >= 0.1:
            self._cancel()
            self._shown_at = now
            self._show(f"screening {100 * done // total} %")

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _show(self, text: str) -> None:
        if not self._seen:
            return
        with self._lock:
            # The spaces wipe what is left of a longer line; the second return takes them back.
            sys.stderr.write(f"\r{text.ljust(self._width)}\r{text}")
            sys.stderr.flush()
            self._width = len(text)
