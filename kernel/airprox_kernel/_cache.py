"""Machine code kept between processes, for this user alone.

Numba's own cache is not used. It stamps only the file of the function that is called, so after an
upgrade in place it runs an old callee. It unpickles whatever lies in a folder that others may write
to. A torn index stops the program. And it chooses the name of a data file by counting, so two
processes that save two signatures of one function at once can leave an index that leads to the
wrong code.

Here the folder's name is a hash of every source of this package and of the versions that compiled
it; a file's name is a hash of the function and its signature, so that two processes can only write
the same thing; and its content carries its own hash. Whatever goes wrong, the function is compiled
as if there were no cache, and one `CacheWarning` a process says why.
"""

import contextlib
import functools
import hashlib
import importlib
import pickle
import shutil
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ._folder import cache_folder, private_folder, read_private, write_private

_IMPORTED = time.time()
_IMPORT_TIME = 0.5
"""Seconds before `_IMPORTED` in which the first modules of this package may have been read."""

_PACKAGE = Path(__file__).parent
_MAGIC = b"airprox kernel 1\n"
_DIGEST_SIZE = hashlib.sha256().digest_size
_FOLDERS_KEPT = 16
"""Versions whose code is kept; each holds a few megabytes."""

_CODE_SETTINGS = ("OPT", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "LOOP_VECTORIZE", "SLP_VECTORIZE")
"""Settings of Numba that change the code and are not in its description of the target."""

_warned = False


class CacheWarning(UserWarning):
    """Compiled code cannot be kept or read back; results are the same, the first calls slower."""


class _ChangedError(Exception):
    """The sources on disk may not be those that this process runs."""


class KernelCache:
    """What Numba's dispatcher asks for compiled code, one object per function.

    Making one does no input or output. No method raises.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._enabled = _is_cachable(function)

    @property
    def cache_path(self) -> str | None:
        """The folder that the code is kept in, None where there is none."""
        try:
            return str(cache_folder() / _folder_name())
        except Exception:
            return None

    def enable(self) -> None:
        """Use the cache from now on, if the function can be kept at all."""
        self._enabled = _is_cachable(self._function)

    def disable(self) -> None:
        """Neither read nor write from now on."""
        self._enabled = False

    def flush(self) -> None:
        """Do nothing: a change of the sources already leads to another folder."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled function for a signature, None if it has to be compiled."""
        if not self._enabled:
            return None
        try:
            # Whoever asks first in a process has to wake the target up before its name is known.
            target_context.refresh()
            name = self._file_name(sig, target_context.codegen())
            with private_folder(cache_folder(), _folder_name(), create=False) as folder:
                content = read_private(folder, name)
            return _unpacked(content, sig, target_context)
        except (FileNotFoundError, _ChangedError):
            return None
        except Exception as error:
            _warn_once(error)
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function for later processes."""
        if not self._enabled:
            return
        try:
            if data.lifted or data.library.has_dynamic_globals:
                return
            name = self._file_name(sig, data.codegen)
            with private_folder(cache_folder(), _folder_name(), create=True) as folder:
                write_private(folder, name, _packed(data))
            _remove_old_folders()
        except _ChangedError:
            return
        except Exception as error:
            _warn_once(error)

    def _file_name(self, sig: Any, codegen: Any) -> str:
        config = _internals("config")
        code = self._function.__code__
        identity = (
            self._function.__module__,
            self._function.__qualname__,
            code.co_firstlineno,
            hashlib.sha256(code.co_code).hexdigest(),
            str(sig),
            codegen.magic_tuple(),
            [getattr(config, setting, None) for setting in _CODE_SETTINGS],
        )
        digest = hashlib.sha256(repr(identity).encode()).hexdigest()
        return f"{self._function.__name__}-{digest[:40]}"


def _is_cachable(function: Callable[..., Any]) -> bool:
    """Return whether the hashed sources say all that there is to say about a function."""
    return function.__closure__ is None and Path(function.__code__.co_filename).is_relative_to(
        _PACKAGE
    )


def _internals(name: str) -> Any:
    """Return a module of Numba's inside, which has no types and makes no promise to stay."""
    return importlib.import_module(f"numba.core.{name}")


def _packed(compiled: Any) -> bytes:
    payload: bytes = _internals("serialize").dumps(compiled._reduce())
    return _MAGIC + hashlib.sha256(payload).digest() + payload


def _unpacked(content: bytes, sig: Any, target_context: Any) -> Any:
    """Return the compiled function of a file, None if the file is torn or of another signature."""
    head = len(_MAGIC) + _DIGEST_SIZE
    payload = content[head:]
    if content[:head] != _MAGIC + hashlib.sha256(payload).digest():
        return None
    parts = pickle.loads(payload)
    compiled = _internals("compiler").CompileResult._rebuild(target_context, *parts)
    wanted = tuple(getattr(sig, "args", sig))
    return compiled if tuple(compiled.signature.args) == wanted else None


@functools.cache
def _folder_name() -> str:
    """Return the name that stands for all sources of this package and what compiles them."""
    import numba
    import numpy as np

    versions = (
        sys.version,
        sys.implementation.cache_tag,
        numba.__version__,
        np.__version__,
        getattr(sys.modules.get("llvmlite"), "__version__", None),
    )
    digest = hashlib.sha256(repr(versions).encode())
    sources = sorted(_PACKAGE.rglob("*.py"))
    if not sources:
        raise FileNotFoundError(f"{str(_PACKAGE)!r} holds no source whose change could be seen")
    for source in sources:
        # An upgrade in place under a running process: what is in memory is not what is hashed.
        if source.stat().st_ctime > _IMPORTED - _IMPORT_TIME:
            raise _ChangedError(f"{source.name} may have changed since this process read it")
        content = source.read_bytes()
        digest.update(f"\n{source.relative_to(_PACKAGE)} {len(content)}\n".encode())
        digest.update(content)
    return f"kernels-{digest.hexdigest()[:40]}"


@functools.cache
def _remove_old_folders() -> None:
    """Drop all but the folders written to most recently, once a process and only after a save."""
    with contextlib.suppress(FileNotFoundError):  # another process may be at the same work
        folders = cache_folder().glob("kernels-*")
        newest_first = sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)
        for old in newest_first[_FOLDERS_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


def _warn_once(error: Exception) -> None:
    global _warned
    if _warned:
        return
    _warned = True
    # Where warnings are errors, this one still must not stop a compilation half-way.
    with contextlib.suppress(CacheWarning):
        warnings.warn(
            f"compiled code is not kept between processes: {type(error).__name__}: {error}",
            CacheWarning,
            stacklevel=2,
        )
