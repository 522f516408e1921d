"""Reading slab after slab: what the next one needs too is not read again."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from ._slab_work import SlabWork
from ._stored import Chunk, Files

_Key = tuple[str, tuple[int, ...]]


class Keeping:
    """Reads the chunks of slabs, and keeps up to `most` rows of those that the next slab needs.

    Where rows are in order of time, each is so read once, though row groups lie across edges.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows = 0
        self._kept: dict[_Key, pa.Table] = {}
        self._opened: dict[str, Any] = {}

    def reader(
        self, work: SlabWork, following: SlabWork | None
    ) -> Callable[[Chunk, Sequence[str]], pa.Table]:
        """Return what reads the chunks of a slab, each once."""
        files = Files(work.stored, self._opened)
        later = set[_Key]()
        if following is not None:
            later = {_key(following, chunk) for chunk in following.slab.chunks}

        def read(chunk: Chunk, columns: Sequence[str]) -> pa.Table:
            key = _key(work, chunk)
            table = self._kept.pop(key, None)
            if table is None:
                table = files.read(chunk, columns)
            else:
                self._rows -= chunk.rows
            if key in later and self._rows + chunk.rows <= self._most:
                self._kept[key] = table
                self._rows += chunk.rows
            return table

        return read


def _key(work: SlabWork, chunk: Chunk) -> _Key:
    return work.stored.files[chunk.file].path, chunk.groups
