"""Types shared by the kernels: names for static checkers, the compiler infers its own."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

BoolArray: TypeAlias = NDArray[np.bool_]
FloatArray: TypeAlias = NDArray[np.float64]
Float32Array: TypeAlias = NDArray[np.float32]
IndexArray: TypeAlias = NDArray[np.int64]
IntArray: TypeAlias = NDArray[np.int32]
TimeArray: TypeAlias = NDArray[np.int64 | np.float64]
Time: TypeAlias = int | float
"""An instant: whole nanoseconds since 1970, or seconds, as the fleet counts them."""
