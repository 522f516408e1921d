"""Progress on a terminal where rich is installed."""

import io
import os
import sys

import pytest

from airprox import _terminal

if not os.environ.get("AIRPROX_REQUIRE_INTEGRATIONS"):
    pytest.importorskip("rich")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_stages_and_shares_are_shown_and_taken_away(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with _terminal.Status() as status:
        assert isinstance(status._display, _terminal._Bar)
        status.stage("reading [one]")  # no markup
        status.stage("screening")
        status(1, 2)
        status.clear()
        before_output = terminal.getvalue()
        status(2, 2)
    assert "screening" in before_output
    # The line is erased, and the cursor shown again.
    assert before_output.endswith("\x1b[2K")
    assert "\x1b[?25h" in before_output
