"""NumPy's sorts of the European day's time column, with and without its AVX-512 code.

    python -m benchmarks.yardsticks 33000

prints JSON: the median seconds of `np.argsort` and `np.sort` in this process. The published ratios
are to NumPy's AVX2 code: on some processors (AMD Zen 4) its AVX-512 sorts are 2.5 to 6 times slower
(argsort 242 ms, sort 169 ms, against 95 and 29), and such a yardstick would flatter.
"""

import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np

from . import scenarios

VARIABLE = "NPY_DISABLE_CPU_FEATURES"
ROUNDS = 7


def without_avx512() -> dict[str, str]:
    """Return the variable that keeps NumPy to AVX2 in a new process, if it could do more."""
    from numpy._core._multiarray_umath import __cpu_dispatch__ as targets

    named = [name for name in targets if name.startswith("AVX512") or name == "X86_V4"]
    return {VARIABLE: " ".join(named)} if named else {}


def native(flights: int = scenarios.DAY_FLIGHTS) -> dict[str, float]:
    """Return the times of the two sorts in a process in which NumPy may use all it has."""
    variables = {name: text for name, text in os.environ.items() if name != VARIABLE}
    variables["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.yardsticks", str(flights)],
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def sorts(flights: int) -> dict[str, float]:
    """Return the median times of the two sorts in this process."""
    column = np.ascontiguousarray(scenarios.european_day(flights)["time"])
    return {"argsort": _median(np.argsort, column), "sort": _median(np.sort, column)}


def _median(work, column: np.ndarray) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work(column)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


if __name__ == "__main__":
    print(json.dumps(sorts(int(sys.argv[1]))))
