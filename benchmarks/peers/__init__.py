"""Other programs on the same work: one module each, every one optional.

A module holds one `Peer`, found by its module's name. What `prepare` does is not timed: it turns
the workload's arrays into the peer's own objects, as `Fleet.from_arrow` does for airprox. What
`pairs` does is: it returns the conflicting pairs of ids, the lesser id first. Sampling and building
an index are part of the answer, so they are timed.

Peers disagree about aircraft exactly 1000 ft apart, so conflicts are counted at 999.999 ft.
"""

import contextlib
import importlib
import importlib.metadata
import io
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from airprox import FT, NM, Minima

Pairs = set[tuple[int, int]]
MINIMA = Minima(horizontal=5 * NM, vertical=999.999 * FT)
NAMES = ("sampled_tree", "numpy_window", "shapely_tree", "duckdb_join", "meos", "traffic_cpa")
"""Modules that screen trajectories; `bluesky_states` screens state vectors."""


class Peer(NamedTuple):
    name: str
    """As the tables show it."""
    distribution: str
    """What is installed to have it."""
    imports: tuple[str, ...]
    exact: bool
    """Whether its answer is meant to be exact, so that it must agree with airprox."""
    prepare: Callable[[Mapping[str, np.ndarray]], Any]
    pairs: Callable[[Any, Minima], Pairs]


class Run(NamedTuple):
    pairs: Pairs
    seconds: float


def find(name: str) -> Peer:
    """Return the peer of a module; this imports nothing but that module."""
    return importlib.import_module(f"{__name__}.{name}").PEER


def available(peer: Peer) -> tuple[bool, str]:
    """Return whether the peer can run here, and why not."""
    try:
        # Some fail with errors of their own, some warn, some print what they found.
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for module in peer.imports:
                importlib.import_module(module)
    except Exception as error:
        return False, f"{peer.distribution}: {type(error).__name__}: {error}"
    return True, ""


def version(peer: Peer) -> str:
    return f"{peer.distribution} {importlib.metadata.version(peer.distribution)}"


def run(peer: Peer, workload: Mapping[str, np.ndarray], minima: Minima = MINIMA) -> Run:
    """Return the pairs that the peer finds, and the seconds that it took to find them."""
    prepared = peer.prepare(workload)
    begun = time.perf_counter()
    pairs = peer.pairs(prepared, minima)
    return Run(pairs, time.perf_counter() - begun)


def as_pairs(first: np.ndarray, second: np.ndarray) -> Pairs:
    """Return pairs of ids, the lesser first, each once."""
    pairs = np.stack([np.minimum(first, second), np.maximum(first, second)], axis=1)
    return {(int(a), int(b)) for a, b in np.unique(pairs, axis=0)}
