"""Times of any kind become int64 nanoseconds since 1970 or float64 seconds."""

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ._arrow import Numbers, dense, frozen, joined, numbers, plain
from .errors import SchemaError, SchemaTypeError

NANOSECONDS = 10**9
TIMESTAMP_LIMIT = 2**62 - 1
"""Timestamps lie within this many ns of 1970 (1823 to 2116), so that no difference overflows."""
SECONDS_LIMIT = 1e12
LONGEST_LEG = 2**53
"""Nanoseconds that float64 still counts one by one: 104 days."""

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_OFFSET = re.compile(r"[+-]([01]\d|2[0-3]):[0-5]\d")
"""Fixed offsets as Arrow writes them."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Times(NamedTuple):
    """A time column in the kernels' terms."""

    values: NDArray[Any]
    null: NDArray[np.bool_] | None
    time_type: pa.DataType


def times(column: pa.ChunkedArray, label: str, naive_time: str, unix_time: bool) -> Times:
    """Timestamps as ns since 1970, numbers as seconds; with `unix_time` numbers are timestamps.

    Raises `SchemaError` for naive timestamps unless `naive_time` is "utc", and for other types.
    """
    if naive_time not in ("raise", "utc"):
        raise SchemaError(f"naive_time must be 'raise' or 'utc', found {naive_time!r}")
    column = plain(column)
    kind = column.type
    if pa.types.is_timestamp(kind):
        if kind.tz is None and naive_time == "raise":
            raise SchemaError(
                f"column {label} must say its time zone, found naive {kind}; "
                "naive_time='utc' reads it as UTC"
            )
        check_zone(kind.tz, f"column {label}")
        raw = dense(joined(column), pa.int64())
        values = to_nanoseconds(raw.values, NANOSECONDS // _PER_SECOND[kind.unit])
        return Times(values, raw.null, pa.timestamp("ns", kind.tz or "UTC"))
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)):
        raise SchemaTypeError(
            f"column {label} must hold timestamps or numbers of seconds, found {kind}"
        )
    seconds = numbers(column, label)
    if unix_time:
        ns = Numbers(frozen(seconds_to_nanoseconds(seconds.values)), seconds.null)
        return Times(ns.values, ns.null, pa.timestamp("ns", "UTC"))
    return Times(seconds.values, seconds.null, pa.float64())


def check_zone(zone: str | None, what: str) -> None:
    """Raise `SchemaError` unless times can be told in a zone: results are given in it.

    Where a system has no database of zones, there is nothing to hold a name against.
    """
    if zone in (None, "UTC", "Etc/UTC") or _OFFSET.fullmatch(zone):
        return
    import zoneinfo  # 2.5 ms, which times in UTC need not pay

    try:
        zoneinfo.ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        if zoneinfo.available_timezones():
            raise SchemaError(
                f"{what} must have a known time zone, such as UTC, Europe/Paris or +02:00, "
                f"found {zone[:64]!r}"
            ) from error


def to_nanoseconds(values: NDArray[np.int64], factor: int) -> NDArray[np.int64]:
    """Whole units as ns; what would overflow becomes a value beyond `TIMESTAMP_LIMIT`."""
    if factor == 1 or not len(values):
        return values
    limit = TIMESTAMP_LIMIT // factor + 1
    return frozen(np.clip(values, -limit, limit) * factor)


def seconds_to_nanoseconds(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """The nearest whole ns; what is not finite or too large goes beyond `TIMESTAMP_LIMIT`."""
    limit = float(TIMESTAMP_LIMIT // NANOSECONDS + 1)
    bounded = np.clip(np.nan_to_num(seconds, nan=np.inf), -limit, limit)
    whole = np.floor(bounded)
    return whole.astype(np.int64) * NANOSECONDS + np.rint((bounded - whole) * 1e9).astype(np.int64)


def instant(value: Any, time_type: pa.DataType, argument: str) -> int | float:
    """A user's moment in the fleet's kind of time: int ns since 1970, or float seconds."""
    if isinstance(value, pa.Scalar):
        if pa.types.is_timestamp(value.type) and value.is_valid and value.type.tz is not None:
            check_zone(value.type.tz, argument)
            value = np.datetime64(value.cast(pa.timestamp("ns", value.type.tz)).value, "ns")
        else:
            value = value.as_py()
    if pa.types.is_timestamp(time_type):
        moment = _nanoseconds(value, argument)
        limit = TIMESTAMP_LIMIT
    else:
        if isinstance(value, (bool, np.bool_)) or not isinstance(
            value, (int, float, np.integer, np.floating)
        ):
            raise SchemaTypeError(
                f"{argument} must be a number of seconds like the fleet's times, found {value!r}"
            )
        moment = float(value)
        limit = SECONDS_LIMIT
    if not -limit <= moment <= limit:
        raise SchemaError(f"{argument} must be finite and in range, found {value!r}")
    return moment


def _nanoseconds(value: Any, argument: str) -> int:
    if isinstance(value, np.datetime64) and not np.isnat(value):
        # NumPy's own conversion wraps round silently, so count in Python's integers.
        unit, step = np.datetime_data(value.dtype)
        if unit in _PER_SECOND:
            return int(value.astype(np.int64)) * step * (NANOSECONDS // _PER_SECOND[unit])
        return int(value.astype("datetime64[s]").astype(np.int64)) * NANOSECONDS
    if isinstance(value, datetime) and value == value:
        if value.tzinfo is None:
            raise SchemaError(f"{argument} must carry a time zone, found naive {value!r}")
        past = value - _EPOCH
        micro = (past.days * 86_400 + past.seconds) * 10**6 + past.microseconds
        return micro * 1000 + int(getattr(value, "nanosecond", 0))
    raise SchemaTypeError(
        f"{argument} must be a datetime, np.datetime64 or Arrow timestamp like the fleet's times, "
        f"found {value!r}"
    )
