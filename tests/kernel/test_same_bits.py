"""Compiled or not, kernels give the same bits: one seeded scenario a frame and kind of time."""

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from strategies_kernel import make_job, make_knots, make_reach, search

import airprox_kernel
from airprox_kernel.closest import Approaches, closest_approaches

CASES = [(geodetic, stamps) for geodetic in (False, True) for stamps in (False, True)]
MINIMA = (9260.0, 304.8)
TRACKS = 12


def make_tracks(geodetic, timestamps):
    """Twelve tracks that cross a common area, drawn from a seed."""
    generator = random.Random(20240607)
    tracks = []
    for _ in range(TRACKS):
        second = 10**9 if timestamps else 1
        start = (1_790_000_000 if timestamps else 0) + generator.randrange(300)
        here = [generator.uniform(-1e4, 1e4), generator.uniform(-1e4, 1e4)]
        height = generator.choice((9144.0, 9448.8, 9144.0 + 300.0))
        parts = [[]]
        time = start * second
        for _ in range(generator.randrange(3, 9)):
            x, y = here
            place = (47.0 + y / 111e3, 8.0 + x / 76e3) if geodetic else (x, y)
            parts[-1].append((time, *place, height))
            step = generator.randrange(20, 90)
            time += step * second + (generator.randrange(10**9) if timestamps else 0)
            here = [x + generator.uniform(-80, 80) * step, y + generator.uniform(-80, 80) * step]
            height += generator.choice((0.0, 0.0, 12.7))
            if generator.random() < 0.1:
                parts.append([])
        tracks.append([part for part in parts if part])
    return tracks


def scenario(geodetic, timestamps):
    """All bytes that the search, and closest approach in all metrics, give."""
    tracks = make_tracks(geodetic, timestamps)
    knots = make_knots(tracks, timestamps=timestamps, geodetic=geodetic)
    second = 1e9 if timestamps else 1.0
    found = [np.empty(0)]
    for cut in (TRACKS, TRACKS // 2):
        own = make_knots(tracks[:cut], timestamps=timestamps, geodetic=geodetic)
        theirs = make_knots(tracks[cut:], timestamps=timestamps, geodetic=geodetic)
        job = make_job(own, None if cut == TRACKS else theirs, MINIMA)
        pieces = search(job, make_reach(MINIMA, geodetic=geodetic), 60.0 * second)
        assert pieces.size > 5
        found += [np.ascontiguousarray(pieces[name]) for name in pieces.dtype.names]
    job = make_job(knots, None, MINIMA)
    own, other = np.triu_indices(TRACKS, 1)
    for metric in range(3):
        out = Approaches(
            np.zeros(own.size, knots.time.dtype), *(np.zeros(own.size) for _ in "12345")
        )
        closest_approaches(job, own.astype(np.int64), other.astype(np.int64), metric, out)
        found += list(out)
    return b"".join(array.tobytes() for array in found)


@pytest.mark.parametrize(("geodetic", "timestamps"), CASES)
def test_compiled_kernels_give_the_bits_of_plain_python(geodetic, timestamps, tmp_path):
    here = Path(__file__)
    roots = [Path(airprox_kernel.__file__).parents[1], here.parent, here.parents[1]]
    target = tmp_path / "bytes"
    code = (
        "import sys; from pathlib import Path; import test_same_bits as t\n"
        f"Path(sys.argv[1]).write_bytes(t.scenario({geodetic}, {timestamps}))"
    )
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(map(str, roots)))
    environment["NUMBA_DISABLE_JIT"] = "1"
    subprocess.run([sys.executable, "-c", code, str(target)], env=environment, check=True)
    assert target.read_bytes() == scenario(geodetic, timestamps)
