"""The committed results: a few numbers a benchmark, distilled from pytest-benchmark's JSON."""

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .yardsticks import VARIABLE, without_avx512

ROOT = Path(__file__).parent.parent
FILE = Path(__file__).parent / "results.json"
PACKAGES = ("numpy", "numba", "pyarrow")
FEATURES = ("avx2", "fma", "avx512f")
"""Of a processor; ratios to NumPy's sorts depend on them."""
COMMAND = "python -m benchmarks"


def load() -> dict[str, Any]:
    return json.loads(FILE.read_text()) if FILE.exists() else {"benchmarks": {}, "growth": []}


def save(results: dict[str, Any]) -> None:
    FILE.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


def measure() -> dict[str, Any]:
    """Run every benchmark and return what was measured; raises if one fails.

    NumPy is kept to AVX2, as `yardsticks` explains.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "benchmarks.json"
        command = [sys.executable, "-m", "pytest", "benchmarks", "--benchmark-enable", "-q"]
        command += ["--benchmark-disable-gc", f"--benchmark-json={path}"]
        subprocess.run(command, cwd=ROOT, env=os.environ | without_avx512(), check=True)
        return distilled(json.loads(path.read_text()))


def distilled(report: dict[str, Any]) -> dict[str, Any]:
    """Return the medians (s), rounds and extra figures of a pytest-benchmark report."""
    benchmarks = {
        _short(entry["fullname"]): {
            "median": _rounded(entry["stats"]["median"]),
            "rounds": entry["stats"]["rounds"],
            **{name: _rounded(value) for name, value in entry["extra_info"].items()},
        }
        for entry in report["benchmarks"]
    }
    return {"environment": report["machine_info"]["airprox"], "benchmarks": benchmarks}


def environment() -> dict[str, Any]:
    """Return what a figure depends on besides the code: versions and the processor."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {
        "python": platform.python_version(),
        **versions,
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0,
        "numpy_without": os.environ.get(VARIABLE, ""),
        **processor(),
    }


def processor() -> dict[str, Any]:
    """Return the processor's name and which of `FEATURES` it has, as far as the system tells."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return {"processor": platform.processor() or platform.machine(), "features": []}
    rows = dict(row.split(":", 1) for row in text.splitlines() if ":" in row)
    fields = {name.strip(): value.strip() for name, value in rows.items()}
    flags = fields.get("flags", "").split()
    return {
        "processor": fields.get("model name", platform.machine()),
        "features": [name for name in FEATURES if name in flags],
    }


def _short(name: str) -> str:
    """`benchmarks/bench_x.py::test_y[z]` as `x::y[z]`."""
    return name.rpartition("/")[2].replace("bench_", "", 1).replace(".py::test_", "::", 1)


def _rounded(value: Any) -> Any:
    return float(f"{value:.5g}") if isinstance(value, float) else value
