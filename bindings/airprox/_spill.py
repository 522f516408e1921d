"""Records by slab and trajectory, more of them than memory may hold: the older ones are on disk."""

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST = 1_000_000
"""Records that are kept in memory: 24 MB, and as much again to put them in order."""


class Records(NamedTuple):
    """Two instants by trajectory, (records,) each; every trajectory once, ascending."""

    row: NDArray[np.int64]
    low: NDArray[Any]
    high: NDArray[Any]


class Spill:
    """Records of (slab, trajectory): the least of the low instants, the greatest of the high ones.

    What is beyond `most` records is sorted and written to a temporary file, run after run.
    """

    def __init__(
        self, slabs: int, time: np.dtype[Any], folder: Path | None = None, most: int = MOST
    ) -> None:
        self._slabs = slabs
        self._folder = folder
        self._most = most
        self._record = np.dtype(
            [("slab", np.int32), ("row", np.int32), ("low", time), ("high", time)]
        )
        self._pending: list[NDArray[np.void]] = []
        self._size = 0
        self._file: Any = None
        self._runs: list[NDArray[np.int64]] = []
        """Of each run in the file: where its records of each slab begin."""
        self._in_order = True

    def add(
        self, slab: NDArray[Any] | int, row: NDArray[Any], low: NDArray[Any], high: NDArray[Any]
    ) -> None:
        """Take records in."""
        records = np.empty(len(row), self._record)
        records["slab"], records["row"], records["low"], records["high"] = slab, row, low, high
        self._pending.append(records)
        self._size += len(records)
        self._in_order = False
        if self._size > self._most:
            self._settle()
            # What was mostly repeats stays, so that it is not sorted again and again for nothing.
            if self._size > self._most // 2:
                self._write()

    def of_slabs(self, first: int, last: int) -> Records:
        """Return the records of the slabs ``first : last``, taken for one."""
        self._settle()
        found = [self._part(run, first, last) for run in self._runs]
        for pending in self._pending:
            begin, end = np.searchsorted(pending["slab"], [first, last])
            found.append(pending[begin:end].copy())
        records = np.concatenate([np.empty(0, self._record), *found])
        records["slab"] = 0
        merged = _merged(records)
        return Records(merged["row"].astype(np.int64), merged["low"].copy(), merged["high"].copy())

    def close(self) -> None:
        """Give the disk back."""
        if self._file is not None:
            self._file.close()

    def _settle(self) -> None:
        """Put what is in memory in order, each record once."""
        if not self._in_order:
            self._pending = [_merged(np.concatenate(self._pending))]
            self._size = len(self._pending[0])
            self._in_order = True

    def _write(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (see `close`)
        (records,) = self._pending
        self._file.seek(0, 2)
        begin = self._file.tell() // self._record.itemsize
        records.tofile(self._file)
        starts = np.searchsorted(records["slab"], np.arange(self._slabs + 1))
        self._runs.append(begin + starts)
        self._pending, self._size = [], 0

    def _part(self, run: NDArray[np.int64], first: int, last: int) -> NDArray[np.void]:
        begin, end = int(run[first]), int(run[last])
        self._file.seek(begin * self._record.itemsize)
        return np.fromfile(self._file, self._record, end - begin)


def _merged(records: NDArray[np.void]) -> NDArray[np.void]:
    """Return the records in order of slab and trajectory, those of one joined."""
    if not len(records):
        return records
    key = records["slab"].astype(np.int64) << 32 | records["row"]
    if (key[1:] > key[:-1]).all():
        return records
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    merged = records[order[starts]]
    merged["low"] = np.minimum.reduceat(records["low"][order], starts)
    merged["high"] = np.maximum.reduceat(records["high"][order], starts)
    return merged
