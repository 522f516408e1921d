"""An upgrade in place of the whole package: two wheels that differ in a constant of the kernel."""

import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

import pytest

from long_runs import LONG

ROOT = Path(__file__).parent.parent
PROGRAM = """
import airprox

fleet = airprox.Fleet.from_arrow({
    "id": [0, 0, 1, 1], "time": [0.0, 100.0, 0.0, 100.0],
    "x": [0.0, 20e3, 20e3, 0.0], "y": [0.0] * 4, "z": [9e3] * 4})
minima = airprox.Minima(horizontal=9260.0, vertical=304.8)
print(airprox.__file__, *airprox.screen(fleet, minima).encounters["start"].to_pylist())
"""
TOUCH = "TOUCH_TOLERANCE = "


def wheel_of(copy: Path, out: Path) -> Path:
    options = ["--no-deps", "--quiet", "--wheel-dir", str(out)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(copy)], check=True)
    (wheel,) = out.glob("*.whl")
    return wheel


@pytest.mark.skipif(not LONG, reason="builds two wheels, compiles twice: for AIRPROX_LONG_RUNS=1")
def test_new_wheel_gives_the_new_answer(tmp_path, monkeypatch):
    """With the touch tolerance at 20 m, the loss of separation begins 0.05 s later at 400 m/s."""
    monkeypatch.setenv("AIRPROX_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("kernel", "bindings", "pyproject.toml", "README.md", "LICENSE"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
    old = wheel_of(copy, tmp_path / "old")
    limits = copy / "kernel" / "airprox_kernel" / "limits.py"
    text = limits.read_text()
    assert text.count(TOUCH + "1e-7\n") == 1
    limits.write_text(text.replace(TOUCH + "1e-7", TOUCH + "20.0"))
    new = wheel_of(copy, tmp_path / "new")

    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    (site,) = (tmp_path / "env" / "lib").glob("*/site-packages")
    # What airprox needs is there already; the environment's own airprox comes first.
    (site / "needs.pth").write_text(sysconfig.get_path("purelib"))
    starts = []
    for wheel in (old, old, new, new):
        options = ["--no-index", "--no-deps", "--upgrade", "--force-reinstall", "--quiet"]
        subprocess.run([python, "-m", "pip", "install", *options, wheel], check=True)
        time.sleep(1.0)
        done = subprocess.run([python, "-c", PROGRAM], check=True, capture_output=True, text=True)
        place, *found = done.stdout.split()
        assert Path(place).is_relative_to(site)
        starts += map(float, found)
    assert starts == pytest.approx([26.85, 26.85, 26.9, 26.9], abs=1e-6)
    assert starts[0] == starts[1]
