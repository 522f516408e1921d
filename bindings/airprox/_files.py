"""Tables in and out of files for the command line: read by content, written whole or not at all."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import AirproxError

_PARQUET, _ARROW_FILE, _ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"


class FileError(AirproxError):
    """A file cannot be read or written; the message is one sentence."""


def read_table(path: str) -> pa.Table:
    """Read the table in a Parquet file or an Arrow IPC (Feather) file or stream.

    The first bytes decide, never the name. Raises `FileError` if the file is missing, is none of
    these, or is damaged.
    """
    try:
        with pa.OSFile(path) as source:
            start = source.read(6)
            source.seek(0)
            if start.startswith(_PARQUET):
                return pq.ParquetFile(source).read()
            if start.startswith(_ARROW_FILE):
                return pa.ipc.open_file(source).read_all()
            if start.startswith(_ARROW_STREAM):
                return pa.ipc.open_stream(source).read_all()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise FileError(f"{path} cannot be read: {_reason(error)}") from error
    raise FileError(f"{path} must be a Parquet or an Arrow IPC file; it begins with {start!r}")


def check_output(path: str, inputs: list[str]) -> None:
    """Raise `FileError`, before any work is done, if `path` cannot become the output."""
    output = Path(path)
    if output.suffix.lower() != ".parquet":
        raise FileError(f"the output is a Parquet file, so its name must end in .parquet: {path}")
    if output.is_dir() or not os.access(output.parent, os.W_OK | os.X_OK):
        raise FileError(f"{path} cannot be written: {output.parent} must be a writable folder")
    if output.exists() and any(Path(name).exists() and output.samefile(name) for name in inputs):
        raise FileError(f"the output must not replace an input: {path}")


def write_parquet(table: pa.Table, path: str) -> None:
    """Write `table` under another name and then rename it, so that `path` is never half written."""
    temporary = Path(path).with_name(f".{Path(path).name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as sink:
            pq.write_table(table, sink)
        temporary.replace(path)
    except (OSError, pa.ArrowException) as error:
        raise FileError(f"{path} cannot be written: {_reason(error)}") from error
    finally:
        # Nothing is left where the rename succeeded; an interrupt or a full disk leaves a part.
        temporary.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    """The first line of what went wrong, without Python's own number for it."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
