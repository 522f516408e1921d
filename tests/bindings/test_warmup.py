"""Compiling ahead, and what a first call loads."""

import os
import subprocess
import sys

import pytest

import airprox
from airprox import _warmup
from airprox.cli import main


def test_every_frame_and_kind_of_time_is_warmed_once():
    seen = []
    results = airprox.warmup(progress=seen.append)
    assert list(results) == seen
    assert [(row.frame, row.times) for row in results] == [
        (frame, times) for frame in _warmup.FRAMES for times in _warmup.TIMES
    ]
    assert all(row.compiled >= 0 and row.loaded >= 0 and row.seconds > 0.0 for row in results)


def test_nothing_is_left_to_compile_the_second_time():
    airprox.warmup()
    assert [row.compiled for row in airprox.warmup()] == [0, 0, 0, 0]


def test_command_says_what_it_did(capsys: pytest.CaptureFixture[str]):
    airprox.warmup()
    assert main(["warmup"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines[:4]] == ["planar"] * 2 + ["geodetic"] * 2
    assert lines[4] == "Everything had been compiled before."


@pytest.mark.parametrize("kind", ["seconds", "timestamps"])
def test_work_to_warm_up_with_has_an_encounter_and_legs_to_cut(kind: str):
    minima = airprox.Minima(horizontal=9260.0, vertical=304.8)
    fleet = _warmup._fleet("geodetic", kind, "grouped")
    mixed = _warmup._fleet("geodetic", kind, "interleaved")
    assert len(airprox.screen(fleet, minima)) == 1
    assert airprox.screen(mixed, minima).encounters.equals(airprox.screen(fleet, minima).encounters)
    assert len(fleet._knots.time) > 6


def test_screening_does_not_import_pandas():
    """Where it is installed, pyarrow imports it at the first `pa.array`: 0.12 s for nothing."""
    program = """
import sys
import numpy as np
import airprox
fleet = airprox.Fleet.from_arrow({
    "id": np.array([7, 7, 9, 9]), "time": np.array([0.0, 600.0, 0.0, 600.0]),
    "x": np.array([0.0, 1e5, 1e5, 0.0]), "y": np.zeros(4), "z": np.full(4, 9e3)})
result = airprox.screen(fleet, airprox.Minima(horizontal=9260.0, vertical=304.8))
print(len(result), "pandas" in sys.modules)
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert done.stdout.split() == ["1", "False"], done.stderr
