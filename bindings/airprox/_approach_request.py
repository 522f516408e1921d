"""What a search for closest approaches is asked, and whether it fits together."""

import threading
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from airprox_kernel.approach import HORIZONTAL, RATIO, SLANT

from ._levels import AnyMinima
from ._parallel import Progress
from .errors import InvalidMinima, SchemaError, SchemaTypeError
from .fleet import Fleet

METRICS = {"horizontal": HORIZONTAL, "slant": SLANT, "ratio": RATIO}


class Request(NamedTuple):
    """The arguments of `closest_approach`, as documented there."""

    fleet: Fleet
    against: Fleet | None
    same_id: str
    pairs: object
    metric: str
    minima: AnyMinima | None
    within: float | None
    nearest: int | None
    window: tuple[Any, Any] | None
    threads: int | None
    progress: Progress | None
    cancel: threading.Event | None


def check(request: Request) -> Request:
    """Return the request; raise `SchemaError` or `InvalidMinima` where arguments do not fit."""
    if request.metric not in METRICS:
        raise SchemaError(
            f'metric must be "horizontal", "slant" or "ratio", not {request.metric!r}'
        )
    if request.metric == "ratio" and request.minima is None:
        raise InvalidMinima('metric="ratio" must come with minima, and none were given')
    if isinstance(request.minima, Mapping):
        raise InvalidMinima("minima must be an airprox.Minima or a MinimaTable, not levels of them")
    within, nearest = request.within, request.nearest
    if within is not None and not (_is_number(within) and float(within) > 0.0):
        raise SchemaTypeError(f"within must be a number above 0, not {within!r}")
    if nearest is not None and not (_is_whole(nearest) and nearest > 0):
        raise SchemaTypeError(f"nearest must be a whole number of at least 1, not {nearest!r}")
    if nearest is not None and request.pairs is not None:
        raise SchemaError("nearest looks for partners among all: it does not go with pairs")
    return request


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
