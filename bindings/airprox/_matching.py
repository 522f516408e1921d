"""Ids of one table among those of another."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_WIDEST = {"text": pa.large_string(), "integers": pa.decimal128(20)}
"""Types that hold all ids of a kind; no type of integers holds int64 and uint64."""


def id_kind(kind: pa.DataType) -> str:
    """Return what a type of ids can be compared with: text, integers, or only its own type."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        return "text"
    return "integers" if pa.types.is_integer(kind) else str(kind)


def matching_rows(ids: pa.Array, wanted: pa.Array) -> NDArray[np.int64]:
    """Return for each wanted id its row among `ids`, or -1; ids of different kinds never match."""
    kind = id_kind(ids.type)
    if kind != id_kind(wanted.type):
        return np.full(len(wanted), -1, np.int64)
    if kind in _WIDEST:
        ids, wanted = ids.cast(_WIDEST[kind]), wanted.cast(_WIDEST[kind])
    options = pc.SetLookupOptions(value_set=ids)
    found = pc.call_function("index_in", [wanted], options).fill_null(-1)
    return found.to_numpy(zero_copy_only=False).astype(np.int64)
