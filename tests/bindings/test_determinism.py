"""The same bits however the work is cut, however often, and on another processor.

The golden file and what is asked for it are `golden_answers`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import airprox
from airprox import _plan
from benchmarks import scenarios
from golden_answers import CASES, FILE, questions, summary


@pytest.mark.parametrize("case", CASES)
def test_the_bits_are_those_of_the_golden_file(case):
    golden = json.loads(FILE.read_text())
    found = {question: summary(case, question) for question in questions(case)}
    assert found == golden["cases"][case], f"made on {golden['made on']}"


def test_the_bits_are_those_of_the_uncompiled_program():
    """The whole way from Arrow to Arrow; one frame and kind of time, the kernels' test has all."""
    case, asked = "geodetic timestamps", ("levels", "ratio")
    call = f"[g.summary({case!r}, question) for question in {asked!r}]"
    code = f"import json, golden_answers as g; print(json.dumps({call}))"
    here = Path(__file__)
    roots = [str(here.parents[1]), str(here.parents[2]), *sys.path]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(roots), NUMBA_DISABLE_JIT="1")
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    assert json.loads(run.stdout) == [summary(case, question) for question in asked]


def test_a_hundred_repeats_on_one_to_eight_threads_change_no_bit(monkeypatch):
    """Over slab lengths and sizes of tasks too; of so many knots several threads really share."""
    monkeypatch.setattr("airprox._plan.SMALL", 100)
    day = airprox.Fleet.from_arrow(scenarios.european_day(250), altitude_unit="m")
    minima = airprox.Minima(90_000.0, 600.0)
    whole = airprox.screen(day, minima, threads=1).encounters
    assert len(whole) >= 20
    tasks = set()
    for repeat in range(100):
        most = (262_144, 4_000, 1_000, 300)[repeat // 8 % 4]
        monkeypatch.setattr(_plan, "CHUNK_BOXES", most)
        monkeypatch.setattr(_plan, "LEAST_CHUNK", min(most, 8_192))
        options = {"threads": 1 + repeat % 8, "_slab": (None, 40.0, 900.0)[repeat % 3]}
        again = airprox.screen(day, minima, progress=lambda _, n: tasks.add(n), **options)
        assert again.encounters.equals(whole), options
    assert min(tasks) < 4
    assert max(tasks) > 40
