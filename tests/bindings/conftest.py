"""Recorded traffic for tests: the real thing, or a skip that says why."""

import os
from collections.abc import Callable

import pyarrow as pa
import pytest

from airprox import samples

_loaded: dict[str, pa.Table] = {}


@pytest.fixture(scope="session")
def sample() -> Callable[[str], pa.Table]:
    """Load a recorded sample by its name, once a session.

    Where it cannot be fetched the test is skipped, but fails under ``AIRPROX_REQUIRE_SAMPLES=1``.
    """

    def load(name: str) -> pa.Table:
        if name not in _loaded:
            try:
                _loaded[name] = samples.load(name)
            except samples.SampleError as error:
                if os.environ.get("AIRPROX_REQUIRE_SAMPLES") == "1":
                    raise
                pytest.skip(str(error))
        return _loaded[name]

    return load
