"""Programs timed as whole processes, in turn, so that drift of the machine hits all alike."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TRIVIAL = """
import numba

@numba.njit(cache=True)
def increased(value):
    return value + 1.0
"""
TRIVIAL_CALL = "import trivial; trivial.increased(1.0)"
LOAD = """
import numpy as np
import airprox
fleet = airprox.Fleet.from_arrow({
    "id": np.repeat(np.arange(2), 2), "time": np.array([0.0, 600.0, 0.0, 600.0]),
    "x": np.array([0.0, 1e5, 1e5, 0.0]), "y": np.zeros(4), "z": np.full(4, 9e3)})
"""
SCREEN = LOAD + "airprox.screen(fleet, airprox.Minima(horizontal=9260.0, vertical=304.8))\n"
IMPORT_PYARROW = "import pyarrow, pyarrow.compute"


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a fresh user: caches of compiled code in `folder`.

    Byte code is kept there too, as it is for an installed package, whatever this process does.
    """
    (folder / "trivial.py").write_text(TRIVIAL)
    paths = os.pathsep.join([str(folder), *(path for path in sys.path if path)])
    given = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return given | {
        "PYTHONPATH": paths,
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "NUMBA_CACHE_DIR": str(folder / "numba"),
        "AIRPROX_CACHE_DIR": str(folder / "airprox"),
    }


def seconds(arguments: Sequence[str], variables: Mapping[str, str]) -> float:
    """Return the wall time of one process, from its start to its end."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], env=dict(variables), stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - begun


def medians(
    programs: Mapping[str, Sequence[str]], variables: Mapping[str, str], rounds: int
) -> dict[str, float]:
    """Return the median time of each program; the first round only fills the caches."""
    times: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(rounds + 1):
        for name, arguments in programs.items():
            taken = seconds(arguments, variables)
            if number > 0 or rounds == 0:
                times[name].append(taken)
    return {name: statistics.median(several) for name, several in times.items()}
