"""The folder of a scan: what has been found so far, and what it takes to go on from there.

Each slab leaves a Parquet file of its encounters, if it has any, and then a record: which file that
is, the pieces that may go on into the next slab, and counts. The record is what makes it done. Both
are whole or not there, so that a scan that was killed goes on with the first slab without a record.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from airprox_kernel.pieces import PieceArray, piece_type

from . import _durable as durable
from ._buffers import as_arrow
from ._message import read_message, write_message
from ._parts import opened, sealed
from .errors import InvalidParts, ScanError

STATE = "_airprox"
"""The folder inside for what is no result; readers of datasets pass names like it over."""


class Written(NamedTuple):
    """A file of encounters."""

    name: str
    size: int
    digest: str
    rows: int


class Done(NamedTuple):
    """What a slab has left behind."""

    file: Written | None
    """None where there was no encounter."""
    counts: dict[str, Any]
    open: PieceArray
    """Pieces of loss of separation that reach the end of the slab."""


class Journal:
    """The folder of one scan."""

    def __init__(self, out: str | PathLike[str]) -> None:
        self.folder = Path(out).absolute()
        self.state = self.folder / STATE

    @contextmanager
    def held(self) -> Iterator[None]:
        """Have the folder for oneself.

        Raises `ScanError` if another scan has it, if it is of something else, or cannot be written;
        what was done until then stays.
        """
        try:
            if self.folder.exists() and not self.state.exists() and any(self.folder.iterdir()):
                raise ScanError(f"{self.folder} must be empty, or of an earlier scan")
            durable.make_folder(self.state)
            with durable.locked(self.state / "lock"):
                yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise ScanError(
                f"{self.folder} cannot be written: {reason}; what is there stays, and the same "
                "scan goes on from it"
            ) from error

    def read(self, name: str) -> tuple[dict[str, Any], Any, dict[str, pa.Array]] | None:
        """Return a message of the scan; None where it is not there, or not whole."""
        try:
            return read_message(opened((self.state / name).read_bytes()))
        except (FileNotFoundError, InvalidParts):
            return None

    def needed(self, name: str) -> tuple[dict[str, Any], Any, dict[str, pa.Array]]:
        """Return a message that must be there; raises `ScanError` if it is not, or not whole."""
        message = self.read(name)
        if message is None:
            raise ScanError(
                f"{self.state} must be left as it is, but {name} is gone or damaged: remove "
                f"{self.folder} to begin anew"
            )
        return message

    def write(self, name: str, message: bytes, *, named: bool = True) -> None:
        """Keep a message of the scan; not `named`, it is of use only with one written later."""
        durable.write_whole(self.state / name, sealed(message), named=named)

    def commit(self, number: int, table: pa.Table, done: Done) -> Done:
        """Write what a slab has found; it is done once this returns."""
        file = self.write_encounters(f"part-{number:07}.parquet", table)
        done = done._replace(file=file)
        header = {
            "file": file,
            "counts": done.counts,
            "time": done.open.dtype["first"].str,
        }
        columns = {"open": as_arrow(done.open.view(np.uint8))}
        self.write(_record(number), write_message(header, None, columns))
        return done

    def write_encounters(self, name: str, table: pa.Table) -> Written | None:
        """Write a file of encounters, if there are any."""
        if not table.num_rows:
            return None
        sink = io.BytesIO()
        pq.write_table(table, sink)
        data = sink.getbuffer()
        durable.write_whole(self.folder / name, data)
        return Written(name, len(data), _digest(data), table.num_rows)

    def done(self, slabs: int) -> list[Done]:
        """Return what the first slabs have left, up to the first that is not whole."""
        found: list[Done] = []
        for number in range(slabs):
            message = self.read(_record(number))
            if message is None:
                break
            header, _, columns = message
            file = None if header["file"] is None else Written(*header["file"])
            if not self.is_whole(file):
                break
            kind = piece_type(np.dtype(header["time"]))
            pieces = columns["open"].to_numpy().view(kind)
            found.append(Done(file, header["counts"], pieces))
        return found

    def is_whole(self, file: Written | None) -> bool:
        """Return whether a file of encounters is as it was written."""
        if file is None:
            return True
        path = self.folder / file.name
        if not path.exists() or path.stat().st_size != file.size:
            return False
        with path.open("rb") as content:
            return hashlib.file_digest(content, _blake).hexdigest() == file.digest

    def forget(self, done: int) -> None:
        """Remove the records of slabs from number `done` on, and that of the end, from the last."""
        records = sorted(self.state.glob("slab-*.done"), reverse=True)
        later = [path for path in records if path.name >= _record(done)]
        for path in [self.state / "finished", *later]:
            if path.exists():
                durable.remove(path)

    def clear(self, files: list[Written]) -> None:
        """Remove files of encounters other than these, and what was not finished."""
        names = {file.name for file in files}
        for path in [*self.folder.glob("part-*.parquet*"), *self.state.glob("*.new")]:
            if path.name not in names:
                durable.remove(path)


def _record(number: int) -> str:
    return f"slab-{number:07}.done"


def work_name(number: int) -> str:
    """Return the name of the message that says what a slab has to read."""
    return f"slab-{number:07}.work"


def _blake() -> Any:
    return hashlib.blake2b(digest_size=16)


def _digest(data: memoryview) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
