"""How long a test may take: seconds in the ordinary run, minutes under ``AIRPROX_LONG_RUNS=1``."""

import json
import os
import subprocess
import sys
from typing import TypeVar

Size = TypeVar("Size")

LONG = os.environ.get("AIRPROX_LONG_RUNS") == "1"


def usual_or_long(usual: Size, long: Size) -> Size:
    """Return the size of a test: the first in the ordinary run, the second in `.ci/nightly`."""
    return long if LONG else usual


def answer_of(program: str, *arguments: object, timeout: float = 120.0):
    """Return what a program, run in a process of its own, prints as JSON on its last line."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])
