"""Whole numbers in few bytes: differences as variable-length integers, deflated.

The page unpacks the same in `page/data.js`. Tracks of 139,098 points thinned to 34,000 take 5 bytes
a point, where four float64 take 32.
"""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]


def packed(columns: Sequence[Whole]) -> bytes:
    """Columns, each as its length and the differences of its values, one after another."""
    parts = [(np.array([len(column)]), np.diff(column, prepend=0)) for column in columns]
    values = [part for pair in parts for part in pair]
    return zlib.compress(_bytes(np.concatenate(values)) if values else b"", 9)


def unpacked(data: bytes) -> list[Whole]:
    """The columns that `packed` was given."""
    values = _values(np.frombuffer(zlib.decompress(data), np.uint8))
    columns: list[Whole] = []
    while len(values):
        length = int(values[0])
        columns.append(np.cumsum(values[1 : 1 + length]))
        values = values[1 + length :]
    return columns


def _bytes(values: Whole) -> bytes:
    """Seven bits a byte, the lowest first, all but the last byte of a value with the high bit.

    The sign is the lowest bit, so that small values of either sign are short.
    """
    zigzag = ((values << 1) ^ (values >> 63)).view(np.uint64)
    limits = np.uint64(1) << np.arange(7, 64, 7, dtype=np.uint64)
    length = 1 + np.searchsorted(limits, zigzag, side="right")
    start = np.cumsum(length) - length
    out = np.empty(int(length.sum()), np.uint8)
    for place in range(int(length.max(initial=0))):
        reaching = length > place
        low = (zigzag[reaching] >> np.uint64(7 * place)).astype(np.uint8) & np.uint8(127)
        more = (length[reaching] > place + 1).astype(np.uint8) << np.uint8(7)
        out[start[reaching] + place] = low | more
    return out.tobytes()


def _values(data: NDArray[np.uint8]) -> Whole:
    """What `_bytes` was given."""
    last = np.flatnonzero(data < 128)
    start = np.concatenate(([0], last[:-1] + 1)) if len(last) else last
    shift = np.arange(len(data)) - np.repeat(start, last - start + 1)
    bits = (data & np.uint8(127)).astype(np.uint64) << (np.uint64(7) * shift.astype(np.uint64))
    zigzag = np.add.reduceat(bits, start) if len(start) else bits
    return (zigzag >> np.uint64(1)).view(np.int64) ^ -(zigzag & np.uint64(1)).view(np.int64)
