"""Exact bulk screening of 4D trajectories for loss of separation, from Arrow to Arrow.

Distances are metres, times are Arrow timestamps or seconds. Public names are loaded when they are
first used, so that importing the package is cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import samples
    from ._units import FT, NM
    from .closest import ClosestApproaches, closest_approach
    from .errors import (
        AirproxError,
        Cancelled,
        InvalidMinima,
        InvalidTrajectories,
        SampleError,
        SchemaError,
        TooManyEncounters,
        TooManyPairs,
        UnitsError,
    )
    from .fleet import Fleet, concat
    from .minima import Minima
    from .receipt import Receipt
    from .screening import EncounterBatches, Screening, screen, screen_batches

__version__ = "0.1.0"

_HOMES = {
    "FT": "_units",
    "NM": "_units",
    "AirproxError": "errors",
    "Cancelled": "errors",
    "ClosestApproaches": "closest",
    "EncounterBatches": "screening",
    "Fleet": "fleet",
    "InvalidMinima": "errors",
    "InvalidTrajectories": "errors",
    "Minima": "minima",
    "Receipt": "receipt",
    "SampleError": "errors",
    "SchemaError": "errors",
    "Screening": "screening",
    "TooManyEncounters": "errors",
    "TooManyPairs": "errors",
    "UnitsError": "errors",
    "closest_approach": "closest",
    "concat": "fleet",
    "screen": "screening",
    "screen_batches": "screening",
}

__all__ = [
    "FT",
    "NM",
    "AirproxError",
    "Cancelled",
    "ClosestApproaches",
    "EncounterBatches",
    "Fleet",
    "InvalidMinima",
    "InvalidTrajectories",
    "Minima",
    "Receipt",
    "SampleError",
    "SchemaError",
    "Screening",
    "TooManyEncounters",
    "TooManyPairs",
    "UnitsError",
    "closest_approach",
    "concat",
    "samples",
    "screen",
    "screen_batches",
]


def __getattr__(name: str) -> Any:
    if name == "samples":
        return import_module(".samples", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
