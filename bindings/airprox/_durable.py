"""Files that are there whole or not at all, whatever stops the process or the machine."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .errors import ScanError

_UNFINISHED = ".new"


def before(operation: str, path: Path) -> None:
    """Do nothing, before every operation on a file that changes it: tests put faults here."""


def write_whole(path: Path, data: bytes | memoryview, *, named: bool = True) -> None:
    """Write a file in place of what was there.

    Its content lasts once this returns; its name, without `named`, once that of a later file of
    the same folder does.
    """
    unfinished = path.with_name(path.name + _UNFINISHED)
    before("open", unfinished)
    with unfinished.open("wb", buffering=0) as file:
        rest = memoryview(data).cast("B")
        while len(rest):
            before("write", unfinished)
            rest = rest[file.write(rest) :]
        before("flush", unfinished)
        os.fsync(file.fileno())
    before("rename", path)
    unfinished.replace(path)
    if named:
        _settle(path.parent)


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    before("remove", path)
    path.unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, unless it is there."""
    before("make", path)
    path.mkdir(parents=True, exist_ok=True)


def _settle(folder: Path) -> None:
    """Have the names in a folder last, where the system lets a folder be opened."""
    before("settle", folder)
    with contextlib.suppress(PermissionError, IsADirectoryError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file's lock, which ends with the process; raises `ScanError` if another one has it."""
    with path.open("ab") as file:
        if not _lock(file):
            raise ScanError(f"only one scan at a time may write to {path.parent.parent}")
        yield


def _lock(file: IO[bytes]) -> bool:
    """Return whether nobody else had the lock."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
