"""Arguments that speak of trajectories: ids asked for, delays by row or by id."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._arrow import checked_column, first_line, joined, plain, plain_type
from ._codes import encode
from ._matching import id_kind
from ._times import SECONDS_LIMIT, TIMESTAMP_LIMIT, seconds_to_nanoseconds
from .errors import InvalidTrajectories, SchemaError, SchemaTypeError


def id_array(ids: Any, kind: pa.DataType) -> pa.Array:
    """Ids asked for as an Arrow array of the fleet's type; raises `SchemaTypeError` for others."""
    array = _arrow_ids(ids)
    if array is None:
        if isinstance(ids, (str, bytes)) or not isinstance(ids, Iterable):
            raise SchemaTypeError(f"ids must be a sequence of ids, found {ids!r}")
        return _listed([*ids], kind)
    wanted = plain_type(kind)
    if not len(array) or pa.types.is_null(array.type):
        return pa.nulls(len(array), wanted)
    if id_kind(array.type) != id_kind(wanted):
        raise SchemaTypeError(f"ids must be of type {kind}, found an array of {array.type}")
    try:
        return array.cast(wanted)
    except pa.ArrowException as error:
        raise SchemaTypeError(f"ids must be of type {kind}, found: {first_line(error)}") from error


def _arrow_ids(ids: Any) -> pa.Array | None:
    """Return ids that come as an array, in the plainest type; None for other sequences."""
    found: Any = ids
    try:
        if isinstance(ids, np.ndarray) and ids.dtype.kind != "O":
            found = pa.array(ids)
        elif hasattr(ids, "__arrow_c_stream__"):
            found = pa.chunked_array(ids)
    except Exception as error:  # a foreign producer may raise whatever it likes
        raise SchemaTypeError(
            f"ids must be readable as an Arrow array, found: {first_line(error)}"
        ) from error
    if not isinstance(found, (pa.Array, pa.ChunkedArray)):
        return None
    return joined(plain(checked_column(_chunked(found), "ids")))


def _chunked(array: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    return pa.chunked_array(chunks, array.type)


def _listed(ids: list[Any], kind: pa.DataType) -> pa.Array:
    """Python's own values as ids: each must equal what Arrow makes of it, or 1.5 would be 1."""
    with suppress(pa.ArrowException, TypeError, ValueError, OverflowError):
        array = pa.array(ids, kind)
        if isinstance(kind, pa.BaseExtensionType):
            return array.storage
        if array.to_pylist() == ids:
            return array
    wrong = next((value for value in ids if not _is_of(value, kind)), ids)
    raise SchemaTypeError(f"ids must be of type {kind}, found {wrong!r}")


def _is_of(value: Any, kind: pa.DataType) -> bool:
    try:
        return bool(pa.scalar(value, kind).as_py() == value)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return False


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
            delays = checked_column(_chunked(delays), "delays").cast(pa.float64()).to_numpy()
        array = np.asarray(delays)
        if array.dtype.kind not in "fiu" and array.size:
            raise TypeError(f"values of type {array.dtype}")
        return array.astype(np.float64)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise SchemaTypeError(f"delays must be numbers of seconds, found {error}") from error
