"""Ids of one table among those of another."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def matching_rows(ids: pa.Array, wanted: pa.Array) -> NDArray[np.int64]:
    """Return for each wanted id its row among `ids`, or -1; ids of different kinds never match."""
    if _is_text(ids.type) and _is_text(wanted.type):
        ids, wanted = ids.cast(pa.large_string()), wanted.cast(pa.large_string())
    elif pa.types.is_integer(ids.type) and pa.types.is_integer(wanted.type):
        ids, wanted = ids.cast(pa.decimal128(20)), wanted.cast(pa.decimal128(20))
    elif ids.type != wanted.type:
        return np.full(len(wanted), -1, np.int64)
    options = pc.SetLookupOptions(value_set=ids)
    found = pc.call_function("index_in", [wanted], options).fill_null(-1)
    return found.to_numpy(zero_copy_only=False).astype(np.int64)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view()
