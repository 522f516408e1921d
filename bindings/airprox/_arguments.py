"""Arguments that speak of trajectories: ids asked for, delays by row or by id."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._arrow import checked_column, joined, plain
from ._codes import encode
from ._times import SECONDS_LIMIT, TIMESTAMP_LIMIT, seconds_to_nanoseconds
from .errors import InvalidTrajectories, SchemaError, SchemaTypeError


def id_array(ids: Any, kind: pa.DataType) -> pa.Array:
    """Ids asked for as an Arrow array of the fleet's type."""
    if isinstance(ids, (str, bytes)):
        raise SchemaTypeError(f"ids must be a sequence of ids, found {ids!r}")
    try:
        if not isinstance(ids, (pa.Array, pa.ChunkedArray)):
            ids = (
                pa.chunked_array(ids) if hasattr(ids, "__arrow_c_stream__") else _listed(ids, kind)
            )
        chunks = ids.chunks if isinstance(ids, pa.ChunkedArray) else [ids]
        array = joined(plain(checked_column(pa.chunked_array(chunks, ids.type), "ids")))
        storage = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
        return array if array.type == storage else array.cast(storage)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise SchemaTypeError(f"ids must be of type {kind}, found {error}") from error


def _listed(ids: Any, kind: pa.DataType) -> pa.Array:
    values = ids if isinstance(ids, np.ndarray) else list(ids)
    return pa.array(values) if isinstance(values, np.ndarray) else pa.array(values, kind)


def rows_of(ids: pa.Array, asked: pa.Array) -> NDArray[np.int64]:
    """The row of each id asked for; raises `InvalidTrajectories` for an unknown or repeated one."""
    known = joined(plain(pa.chunked_array([ids])))
    # The known ids are unique and come first, so their codes are their rows.
    codes = encode(pa.chunked_array([pa.concat_arrays([known, asked])]), "'id'").codes[len(ids) :]
    unknown = np.flatnonzero(codes >= len(ids))
    if len(unknown):
        name = asked[int(unknown[0])].as_py()
        raise InvalidTrajectories(f"ids must be among the fleet's, found {name!r}")
    counts = np.bincount(codes, minlength=len(ids))
    repeated = np.flatnonzero(counts > 1)
    if len(repeated):
        name = ids[int(repeated[0])].as_py()
        raise InvalidTrajectories(f"ids must be asked for once, found {name!r} again")
    return codes.astype(np.int64)


def delays_by_row(delays: Any, ids: pa.Array, kind: np.dtype[Any]) -> NDArray[Any]:
    """Delays in seconds as one number a trajectory, in the unit of the times."""
    seconds = np.zeros(len(ids))
    if isinstance(delays, Mapping):
        seconds[rows_of(ids, id_array([*delays], ids.type))] = _seconds([*delays.values()])
    else:
        given = _seconds(delays)
        if given.ndim and given.shape != seconds.shape:
            raise SchemaError(
                f"delays must be one number or {len(ids)}, one a trajectory, found {given.size}"
            )
        seconds[:] = given
    limit = TIMESTAMP_LIMIT // 10**9 if kind == np.int64 else SECONDS_LIMIT
    bad = np.flatnonzero(~(np.abs(seconds) <= limit))
    if len(bad):
        name = ids[int(bad[0])].as_py()
        raise InvalidTrajectories(
            f"delays must be finite and within ±{limit:g} s, found {seconds[bad[0]]} for {name!r}"
        )
    return seconds_to_nanoseconds(seconds) if kind == np.int64 else seconds


def _seconds(delays: Any) -> NDArray[np.float64]:
    try:
        if isinstance(delays, (pa.Array, pa.ChunkedArray)):
            chunks = delays.chunks if isinstance(delays, pa.ChunkedArray) else [delays]
            column = checked_column(pa.chunked_array(chunks, delays.type), "delays")
            delays = column.cast(pa.float64()).to_numpy()
        array = np.asarray(delays)
        if array.dtype.kind not in "fiu" and array.size:
            raise TypeError(f"values of type {array.dtype}")
        return array.astype(np.float64)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise SchemaTypeError(f"delays must be numbers of seconds, found {error}") from error
