"""Scans that are killed, in processes of their own: `python tests/scan_killed.py FOLDER WAY`.

FOLDER holds `in`, a dataset. "operations" kills a scan before each of its operations on files and
has another one go on; "full" takes the room for files away. Prints how often that was done.
"""

import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import airprox
from airprox import _durable
from airprox._division import Division

MINIMA = airprox.Minima(horizontal=5_000.0, vertical=300.0)
EDGES = (150.0, 300.0)


def scan(folder: Path, out: str = "out") -> airprox.StoredScreening:
    division = Division(1000, EDGES)
    return airprox.scan(folder / "in", MINIMA, out=folder / out, threads=1, _division=division)


def in_child(work: Callable[[], object]) -> int:
    """Do something in a child, and return how it ended: minus the signal, or its status."""
    child = os.fork()
    if not child:
        status = 1
        try:
            work()
            status = 0
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_before(operation: int) -> Callable[[str, Path], None]:
    """Return what kills this process before its so-manieth operation."""
    left = [operation]

    def before(_what: str, _path: Path) -> None:
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    return before


def same(folder: Path, out: str) -> None:
    """Go on with a scan and hold it to the one that nothing stopped."""
    found, whole = scan(folder, out), scan(folder, "whole")
    assert found.encounters.equals(whole.encounters)
    assert len(found) == found.dataset.count_rows() == whole.encounters.num_rows > 0
    files = {path.name for path in (folder / out).glob("*")}
    assert files == {path.name for path in (folder / "whole").glob("*")}
    assert not list((folder / out).rglob("*.new"))


def kill_everywhere(folder: Path) -> int:
    operation = 0
    while True:
        shutil.rmtree(folder / "out", ignore_errors=True)

        def doomed(operation: int = operation) -> None:
            _durable.before = killed_before(operation)
            scan(folder)

        ended = in_child(doomed)
        if ended == 0:
            return operation
        assert ended == -signal.SIGKILL
        if operation % 4 == 0:  # what goes on is stopped as well
            _durable.before, usual = killed_before(3 + operation % 5), _durable.before
            assert in_child(lambda: scan(folder)) in (0, -signal.SIGKILL)
            _durable.before = usual
        assert in_child(lambda: same(folder, "out")) == 0
        operation += 1


def fill_disk(folder: Path) -> int:
    found: list[int] = []
    for room in range(100, 6000, 1400):
        shutil.rmtree(folder / "out", ignore_errors=True)

        def cramped(room: int = room) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
            try:
                scan(folder)
            except airprox.ScanError as error:
                text = str(error)
                assert "cannot be written: File too large; what is there stays" in text, text
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
                same(folder, "out")
                os._exit(7)

        found.append(in_child(cramped))
    assert set(found) <= {0, 7}
    return found.count(7)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    # Files need not outlast the machine here.
    os.fsync = lambda _: None
    # Loaded and compiled once, here; no thread is begun before the forks.
    assert airprox.scan
    few = {"id": ["a", "a", "b", "b"], "time": [0.0, 9.0] * 2, "x": [0.0] * 4, "y": [0.0] * 4}
    airprox.screen(airprox.Fleet.from_arrow({**few, "z": [0.0] * 4}), MINIMA, threads=1)
    assert in_child(lambda: scan(place, "whole")) == 0
    print({"operations": kill_everywhere, "full": fill_disk}[sys.argv[2]](place))
