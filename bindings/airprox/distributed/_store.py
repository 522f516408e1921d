"""Partitions as files, of which descriptors hold the path and a digest."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pyarrow as pa

from airprox._files import written
from airprox._message import write_message
from airprox.errors import InvalidParts, SchemaError


def store(folder: Path, label: dict[str, Any], message: bytes) -> bytes:
    """Write a descriptor to a file that is whole or not there, and return one that names it."""
    path = folder / f"{label['fingerprint']}-{label['number']:05}.arrow"
    try:
        with written(path) as sink:
            sink.write(message)
            sink.flush()
            os.fsync(sink.fileno())
    except OSError as error:
        raise SchemaError(
            f"directory must be a folder that can be written to, found {folder}: {error.strerror}"
        ) from error
    return write_message({**label, "path": str(path), "digest": _digest(message)}, None, {})


def fetch(header: dict[str, Any]) -> memoryview:
    """Return the descriptor that `store` wrote; raises `InvalidParts` if it is not what it was."""
    path = header["path"]
    try:
        data = memoryview(pa.memory_map(path).read_buffer())
    except OSError as error:
        raise InvalidParts(
            f"the file of partition {header['number']} must be where the plan put it, but {path} "
            f"cannot be read: {error}"
        ) from error
    if _digest(data) != header["digest"]:
        raise InvalidParts(
            f"the file of partition {header['number']} must be as the plan wrote it, but {path} "
            "has other contents"
        )
    return data


def _digest(data: bytes | memoryview) -> str:
    """SHA-256, since processors have instructions for it: 1.7 GB/s, BLAKE2 0.8."""
    return hashlib.sha256(data).hexdigest()
