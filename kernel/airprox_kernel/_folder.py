"""The folder of this user's caches, and the proof that nobody else can write in it.

What is read back from the kernel cache is machine code in a pickle, so a file that another user can
plant is a command that this user runs. Folders and files are therefore opened first and judged by
their descriptor: no name is looked up a second time between the check and the use.
"""

import contextlib
import os
import secrets
import stat
import sys
from collections.abc import Callable, Generator
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder that holds every cache of airprox; it need not exist yet.

    This is ``$AIRPROX_CACHE_DIR`` if set, else ``airprox`` in the user's own cache folder:
    ``$XDG_CACHE_HOME`` or ``~/.cache``, on macOS ``~/Library/Caches``. Raises `OSError` or
    `RuntimeError` where the user has no home.
    """
    named = os.environ.get("AIRPROX_CACHE_DIR")
    if named:
        return Path(named).absolute()
    shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if sys.platform != "darwin" and shared.is_absolute():
        return shared / "airprox"
    home = Path.home()
    if not (home.is_absolute() and home.is_dir()):
        raise FileNotFoundError(f"the user's home {str(home)!r} does not exist")
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "airprox"


@contextlib.contextmanager
def private_folder(root: Path, name: str, *, create: bool) -> Generator[int]:
    """Open the folder `name` in the folder `root` and yield its descriptor.

    Both must be true directories, owned by this user and writable by nobody else, otherwise
    `PermissionError` is raised (an `OSError` of another kind for a symbolic link or a plain file).
    With `create`, missing ones are made, open to this user alone.
    """
    if not hasattr(os, "geteuid"):
        raise PermissionError("this system has no owners and modes that could be checked")
    if create:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    outer = _open_folder(str(root), None)
    try:
        if create:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, mode=0o700, dir_fd=outer)
        inner = _open_folder(name, outer)
    finally:
        os.close(outer)
    try:
        yield inner
    finally:
        os.close(inner)


def read_private(folder: int, name: str) -> bytes:
    """Return the content of a plain file of this user, writable by nobody else."""
    # O_NONBLOCK: opening a planted pipe would otherwise wait for a writer for ever.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as stream:
        _require_private(os.fstat(stream.fileno()), stat.S_ISREG, name)
        return stream.read()


def write_private(folder: int, name: str, content: bytes) -> None:
    """Put a file in place in one step: a reader sees the old content, the new, or none."""
    draft = f"{name}.{secrets.token_hex(8)}.draft"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(draft, flags, mode=0o600, dir_fd=folder), "wb") as stream:
            stream.write(content)
        os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft, dir_fd=folder)
        raise


def _open_folder(name: str, parent: int | None) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    folder = os.open(name, flags, dir_fd=parent)
    try:
        _require_private(os.fstat(folder), stat.S_ISDIR, name)
    except BaseException:
        os.close(folder)
        raise
    return folder


def _require_private(status: os.stat_result, is_kind: Callable[[int], bool], name: str) -> None:
    if not is_kind(status.st_mode):
        raise PermissionError(f"{name!r} is of the wrong kind")
    if status.st_uid != os.geteuid():
        raise PermissionError(f"{name!r} belongs to user {status.st_uid}, not to {os.geteuid()}")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(
            f"{name!r} must be writable by its owner only, but has mode "
            f"{stat.S_IMODE(status.st_mode):o}"
        )
