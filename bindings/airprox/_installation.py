"""What an installation consists of, and whether it works: for `airprox doctor`."""

import os
import platform
import time
from collections.abc import Callable
from importlib import metadata
from typing import NamedTuple

from airprox_kernel._cache import KernelCache
from airprox_kernel._folder import cache_folder, private_folder

from . import __version__
from ._parallel import processors

_NEEDED = ("numpy", "numba", "llvmlite", "pyarrow")
_OPTIONAL = ("rich", "matplotlib", "polars", "pandas", "duckdb", "bluesky-simulator")
_FEATURES = ("sse4.2", "avx", "avx2", "fma", "avx512f", "neon", "sve")
_EXPECTED = (26.85000000025, 73.14999999975)
"""Start and end (s) of the encounter of the self-test: 9260 m less the touch tolerance, over the
closure speed of 400 m/s, before and after 50 s."""


class Finding(NamedTuple):
    """One line of a report."""

    name: str
    text: str
    fault: str = ""
    """What is wrong and what to do about it; empty if nothing is."""


def versions() -> list[Finding]:
    """Return the versions of airprox, of what it needs, and of what it can work with."""
    found = [Finding("airprox", __version__), Finding("python", platform.python_version())]
    for name in (*_NEEDED, *_OPTIONAL):
        try:
            found.append(Finding(name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            fault = f"pip install {name}" if name in _NEEDED else ""
            found.append(Finding(name, "not installed", fault))
    return found


def machine() -> list[Finding]:
    """Return the system, the processor and how many threads are used by default."""
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features()
    known = [name for name in _FEATURES if features.get(name)]
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    return [
        Finding("system", system),
        Finding("processor", f"{llvm.get_host_cpu_name()}: {', '.join(known) or 'no extensions'}"),
        Finding("threads", f"{processors()} by default, of {os.cpu_count()} processors"),
    ]


def cache() -> list[Finding]:
    """Return where compiled code is kept, how much there is, and whether that can be trusted."""
    advice = "every start compiles anew; let AIRPROX_CACHE_DIR name a folder of your own"
    kept = KernelCache(cache).cache_path
    if kept is None:
        return [Finding("folder", "none", advice)]
    root, name = os.path.split(kept)
    found = [Finding("folder", root)]
    try:
        with (
            private_folder(cache_folder(), name, create=False) as folder,
            os.scandir(folder) as files,
        ):
            sizes = [file.stat().st_size for file in files]
    except FileNotFoundError:
        text = "none yet of this version: the first run compiles, or airprox warmup ahead"
        return [*found, Finding("functions", text)]
    except OSError as error:
        return [*found, Finding("functions", "cannot be kept", f"{error}; {advice}")]
    return [*found, Finding("functions", f"{len(sizes)}, {sum(sizes) / 1e6:.1f} MB")]


def self_test() -> list[Finding]:
    """Screen two aircraft that meet head on, and compare with the answer by hand."""
    from .fleet import Fleet
    from .minima import Minima
    from .screening import screen

    fleet = Fleet.from_arrow(
        {
            "id": ["A", "A", "B", "B"],
            "time": [0.0, 100.0, 0.0, 100.0],
            "x": [0.0, 20e3, 20e3, 0.0],
            "y": [0.0] * 4,
            "z": [9e3] * 4,
        }
    )
    minima = Minima(9260.0, 304.8)
    begun = time.perf_counter()
    rows = screen(fleet, minima).encounters.to_pylist()
    loaded = time.perf_counter()
    screen(fleet, minima)
    again = time.perf_counter() - loaded
    found = [(row["start"], row["end"]) for row in rows]
    right = len(found) == 1 and all(
        abs(value - expected) < 1e-9 for value, expected in zip(found[0], _EXPECTED, strict=True)
    )
    fault = "" if right else f"found {found}, expected {_EXPECTED}: results here cannot be trusted"
    return [
        Finding("screening", "right" if right else "WRONG", fault),
        Finding("first", f"{loaded - begun:.2f} s, with loading or compiling the code"),
        Finding("after that", f"{again * 1e3:.2f} ms"),
    ]


LOOKS: dict[str, Callable[[], list[Finding]]] = {
    "Versions": versions,
    "Machine": machine,
    "Compiled code": cache,
    "Self-test": self_test,
}
