"""NumPy arrays as Arrow arrays and back, over the same memory.

`pa.array` and `to_numpy` do the same, but wherever pandas is installed the first of them in a
process imports it, to ask whether what it was given is a Series: 0.12 s, a third of the time that
the first screening of a process took.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_KINDS = {np.dtype(code): pa.from_numpy_dtype(np.dtype(code)) for code in "?bhilqBHILQefd"}
"""Arrow's types of numbers in the byte order of the machine."""


def as_arrow(values: NDArray[Any], kind: pa.DataType | None = None) -> pa.Array:
    """Return the values of a one-dimensional array; the memory of numbers is shared.

    `kind` is the type of the result where it is another one of the same bits: a cast of int64 to
    timestamps costs 9 µs.
    """
    own_kind = _KINDS.get(values.dtype)
    if own_kind is None or values.ndim != 1:
        return pa.array(values, kind)
    if values.dtype == np.bool_:
        bits = pa.py_buffer(np.packbits(values, bitorder="little"))
        return pa.Array.from_buffers(own_kind, values.size, [None, bits])
    shared = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind or own_kind, values.size, [None, shared])


_FLOATS = {"halffloat": "float16", "float": "float32", "double": "float64"}
"""NumPy's names of Arrow's floating-point types; those of integers are the same."""


def as_numpy(array: pa.Array) -> NDArray[Any]:
    """Return a view of the values of an array of numbers without nulls, read-only."""
    # Arrow's own translation, `to_pandas_dtype`, needs pandas in pyarrow 18.
    name = str(array.type)
    kind = np.dtype(_FLOATS.get(name, name))
    data = array.buffers()[1]
    if data is None:
        return np.empty(0, kind)
    values = np.frombuffer(data, kind, array.offset + len(array))
    return values[array.offset :]
