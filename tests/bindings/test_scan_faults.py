"""Scans that are stopped in any way go on, with nothing lost and nothing there twice."""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import airprox
import scan_killed
from airprox import _durable
from airprox._journal import Journal
from airprox._message import read_message
from airprox._parts import opened
from scan_killed import MINIMA, scan


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a dataset of 12 trajectories in two files, which meet in every slab."""
    chance = random.Random(1)
    rows = [
        (f"T{number}", 40.0 * step, chance.uniform(0, 9e3), chance.uniform(0, 9e3), 1000.0)
        for step in range(11)
        for number in range(12)
    ]
    columns = dict(
        zip(("id", "time", "x", "y", "z"), map(list, zip(*rows, strict=True)), strict=True)
    )
    table = pa.table(columns)
    (tmp_path / "in").mkdir()
    pq.write_table(table[:70], tmp_path / "in" / "a.parquet", row_group_size=20)
    pq.write_table(table[70:], tmp_path / "in" / "b.parquet", row_group_size=20)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    return tmp_path


def ran(place: Path, way: str) -> int:
    done = subprocess.run(
        [sys.executable, scan_killed.__file__, str(place), way],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills children, which takes fork")
def test_a_scan_killed_before_any_operation_on_files_goes_on(place: Path) -> None:
    assert ran(place, "operations") > 40


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits children, which takes fork")
def test_a_full_disk_is_one_error_and_the_scan_goes_on(place: Path) -> None:
    assert ran(place, "full") > 2


def told_by(path: Path) -> object:
    """Return what a file of a scan says, but for how long that took."""
    if path.suffix == ".parquet":
        return path.read_bytes()
    header, value, columns = read_message(opened(path.read_bytes()))
    assert header["counts"].pop("seconds")
    return header, value, columns


@pytest.mark.parametrize("name", ["part-0000001.parquet", "_airprox/slab-0000001.done"])
@pytest.mark.parametrize("harm", ["torn", "altered", "gone"])
def test_damage_is_noticed_and_mended(place: Path, name: str, harm: str) -> None:
    whole = scan(place).encounters
    path = place / "out" / name
    data, told = path.read_bytes(), told_by(path)
    if harm == "gone":
        path.unlink()
    else:
        middle = len(data) // 2
        path.write_bytes(
            data[:middle]
            if harm == "torn"
            else data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        )
    if name.startswith("_"):
        (place / "out" / "_airprox" / "finished").unlink()
    assert scan(place).encounters.equals(whole)
    assert told_by(path) == told


@pytest.mark.parametrize("name", ["plan", "roster", "slab-0000002.work"])
def test_what_cannot_be_mended_is_named(place: Path, name: str) -> None:
    event = threading.Event()
    with pytest.raises(airprox.Cancelled):
        cancelled(place, event, after=200)
    path = place / "out" / "_airprox" / name
    path.write_bytes(path.read_bytes()[:-1])
    if name == "plan":  # made anew, with all that depends on it
        assert scan(place).encounters.equals(scan(place, "whole").encounters)
    else:
        with pytest.raises(airprox.ScanError, match=f"{name} is gone or damaged"):
            scan(place)


def cancelled(place: Path, event: threading.Event, after: int) -> airprox.StoredScreening:
    def watch(done: int, _total: int) -> None:
        if done >= after:
            event.set()

    division = scan_killed.Division(1000, scan_killed.EDGES)
    return airprox.scan(
        place / "in", MINIMA, out=place / "out", progress=watch, cancel=event, _division=division
    )


@pytest.mark.parametrize("after", [0, 132, 200])
def test_a_cancelled_scan_tells_what_is_done_and_goes_on(place: Path, after: int) -> None:
    with pytest.raises(airprox.Cancelled, match="the same scan goes on") as caught:
        cancelled(place, threading.Event(), after)
    receipt = caught.value.receipt
    assert (receipt is None) == (after == 0)
    assert receipt is None or not receipt.complete
    assert scan(place).encounters.equals(scan(place, "whole").encounters)


def test_progress_counts_rows_read_up_to_the_end(place: Path) -> None:
    calls: list[tuple[int, int]] = []
    airprox.scan(place / "in", MINIMA, out=place / "out", progress=lambda *call: calls.append(call))
    done = [call[0] for call in calls]
    assert done == sorted(done)
    assert calls[-1] == (264, 264)


def test_files_that_changed_are_refused(place: Path) -> None:
    scan(place)
    path = place / "in" / "b.parquet"
    os.utime(path, (1, 1))
    with pytest.raises(airprox.ScanError, match="begun with other files; give an empty folder"):
        scan(place)


def test_files_that_change_meanwhile_are_refused(place: Path) -> None:
    def change(done: int, _total: int) -> None:
        os.utime(place / "in" / "b.parquet", (done, done))

    with pytest.raises(airprox.SchemaError, match="must not change while it is read"):
        airprox.scan(place / "in", MINIMA, out=place / "out", progress=change)


@pytest.mark.parametrize("other", [{"max_gap": 60.0}, {"window": (0.0, 9.0)}, {"carry": ()}])
def test_other_arguments_are_refused(place: Path, other: dict[str, object]) -> None:
    scan(place)
    with pytest.raises(airprox.ScanError, match="begun with other arguments"):
        airprox.scan(place / "in", MINIMA, out=place / "out", **other)


def test_a_second_scan_at_once_is_refused(place: Path) -> None:
    with (
        Journal(place / "out").held(),
        pytest.raises(airprox.ScanError, match="only one scan at a time may write to .*out$"),
    ):
        scan(place)
    assert len(scan(place)) > 0


def test_a_folder_of_something_else_is_refused(place: Path) -> None:
    (place / "out").mkdir()
    (place / "out" / "precious.parquet").write_text("")
    with pytest.raises(airprox.ScanError, match="must be empty, or of an earlier scan"):
        scan(place)


def test_a_folder_that_cannot_be_written_is_one_error(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(what: str, _path: Path) -> None:
        if what == "rename":
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(_durable, "before", before)
        with pytest.raises(airprox.ScanError, match="cannot be written: No space left on device"):
            scan(place)
    assert len(scan(place)) > 0
