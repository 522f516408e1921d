"""Parts: what partitions come back as. One is written, read and checked here.

A part is an Arrow IPC stream and, after its end, a digest of all bytes before.
"""

import hashlib
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airprox_kernel.pieces import PieceArray, piece_type

from ._arrow import dense
from ._buffers import as_arrow
from ._message import read_message, write_message
from ._partition import Yield
from .errors import InvalidParts

LABEL = ("version", "number", "total", "fingerprint")
"""What descriptors and their parts are known by: the version of airprox, the partition's number
and how many there are, and the plan."""
DIGEST = 16
"""Bytes of the digest."""


class Named(NamedTuple):
    """Rows of one side of the whole, and their ids."""

    row: NDArray[np.int64]
    id: pa.Array


class Part(NamedTuple):
    """What one partition came back as; the last of a plan is the account of all fleets."""

    number: int
    total: int
    fingerprint: str
    """Of the plan."""
    counts: dict[str, Any]
    """Of work, as receipts name it; of the account, what receipts say of fleets and pairs."""
    pieces: PieceArray
    """Merged pieces of loss of separation, of rows in place of parts."""
    own: Named
    """The rows that occur."""
    other: Named
    schema: pa.Schema | None
    """Of the account: the schema of the table of encounters."""

    def says(self, other: "Part") -> bool:
        """Return whether another part says the same, as one of the same partition must."""
        sides = zip((self.own, self.other), (other.own, other.other), strict=True)
        return self.pieces.tobytes() == other.pieces.tobytes() and all(
            np.array_equal(one.row, two.row) and one.id.equals(two.id) for one, two in sides
        )


def write_part(label: dict[str, Any], found: Yield, own: Named, other: Named) -> bytes:
    """Return the part of a partition; of its rows, `own` and `other`, those that occur are kept."""
    columns = {"pieces": as_arrow(found.pieces.view(np.uint8))}
    for side, named in (("own", own), ("other", other)):
        rows = np.unique(found.pieces[side]).astype(np.int64)
        columns[f"{side}_row"] = as_arrow(rows)
        columns[f"{side}_id"] = named.id.take(as_arrow(np.searchsorted(named.row, rows)))
    header = {**label, "counts": found.counts, "time": found.pieces.dtype["first"].str}
    return sealed(write_message(header, None, columns))


def write_account(label: dict[str, Any], facts: dict[str, Any], schema: pa.Array) -> bytes:
    """Return the part that speaks of the whole."""
    return sealed(write_message({**label, "counts": facts}, None, {"schema": schema}))


def sealed(message: bytes) -> bytes:
    """Return a message with its digest."""
    return message + hashlib.blake2b(message, digest_size=DIGEST).digest()


def opened(data: bytes | bytearray | memoryview) -> memoryview:
    """Return the message that was sealed; raises `InvalidParts` if it is not whole."""
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise InvalidParts(f"a part must be bytes from run_partition, found {type(data).__name__}")
    whole = memoryview(data)
    body = whole[:-DIGEST]
    if hashlib.blake2b(body, digest_size=DIGEST).digest() != whole[-DIGEST:]:
        raise InvalidParts(
            f"a part must be bytes as run_partition returned them, found {len(whole):,} bytes that "
            "are torn, altered or something else"
        )
    return body


def read_part(data: bytes | bytearray | memoryview) -> Part:
    """Return what a part holds.

    Raises `InvalidParts` if it is none, or not whole.
    """
    header, _, columns = read_message(opened(data))
    missing = [name for name in (*LABEL, "counts") if name not in header]
    if missing:
        raise InvalidParts("a part must be bytes from run_partition, found another message")
    return _part(header, columns)


def _part(header: dict[str, Any], columns: dict[str, pa.Array]) -> Part:
    _, number, total, fingerprint = (header[name] for name in LABEL)
    counts = header["counts"]
    if "schema" in columns:
        nobody = Named(np.empty(0, np.int64), pa.nulls(0))
        schema = pa.ipc.read_schema(pa.py_buffer(_numbers(columns["schema"])))
        none = np.empty(0, piece_type(np.int64))
        return Part(number, total, fingerprint, counts, none, nobody, nobody, schema)
    pieces = _numbers(columns["pieces"]).view(piece_type(np.dtype(header["time"])))
    own, other = (
        Named(_numbers(columns[f"{side}_row"]), columns[f"{side}_id"]) for side in ("own", "other")
    )
    return Part(number, total, fingerprint, counts, pieces, own, other, None)


def _numbers(column: pa.Array) -> NDArray[Any]:
    return dense(column, column.type).values
