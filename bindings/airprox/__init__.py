"""Exact bulk screening of 4D trajectories for loss of separation, from Arrow to Arrow.

Distances are metres, times are Arrow timestamps or seconds. Public names are loaded when they are
first used, so that importing the package is cheap.
"""

# Not that of typing, which would be half of the time that `airprox --help` takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import distributed, plot, samples
    from ._margins import margins
    from ._report import report
    from ._rvsm import rvsm
    from ._units import FT, NM
    from ._warmup import warmup
    from .airspace import Airspace, Delta, Snapshot
    from .closest import (
        ApproachBatches,
        ClosestApproaches,
        closest_approach,
        closest_approach_batches,
    )
    from .delays import (
        ForbiddenDelays,
        FreeDelays,
        TimeMargins,
        forbidden_delays,
        free_delays,
        time_margin,
    )
    from .errors import (
        AirproxError,
        Cancelled,
        InvalidMinima,
        InvalidParts,
        InvalidTrajectories,
        SampleError,
        SchemaError,
        TooManyEncounters,
        TooManyPairs,
        UnitsError,
        VerificationFailed,
    )
    from .fleet import Fleet, concat
    from .gates import Gates
    from .geoarrow import to_geoarrow, to_geoparquet
    from .minima import Band, Minima
    from .minima_table import MinimaTable
    from .receipt import Receipt
    from .rules import Rules
    from .screening import EncounterBatches, Screening, screen, screen_batches
    from .views import annotate_encounters, count_encounters, filter_encounters

__version__ = "0.1.0"

_HOMES = {
    "FT": "_units",
    "NM": "_units",
    "AirproxError": "errors",
    "Airspace": "airspace",
    "ApproachBatches": "closest",
    "Band": "minima",
    "Cancelled": "errors",
    "ClosestApproaches": "closest",
    "Delta": "airspace",
    "EncounterBatches": "screening",
    "Fleet": "fleet",
    "ForbiddenDelays": "delays",
    "FreeDelays": "delays",
    "Gates": "gates",
    "InvalidMinima": "errors",
    "InvalidParts": "errors",
    "InvalidTrajectories": "errors",
    "Minima": "minima",
    "MinimaTable": "minima_table",
    "Receipt": "receipt",
    "Rules": "rules",
    "SampleError": "errors",
    "SchemaError": "errors",
    "Screening": "screening",
    "Snapshot": "airspace",
    "TimeMargins": "delays",
    "TooManyEncounters": "errors",
    "TooManyPairs": "errors",
    "UnitsError": "errors",
    "VerificationFailed": "errors",
    "annotate_encounters": "views",
    "closest_approach": "closest",
    "closest_approach_batches": "closest",
    "concat": "fleet",
    "count_encounters": "views",
    "filter_encounters": "views",
    "forbidden_delays": "delays",
    "free_delays": "delays",
    "margins": "_margins",
    "report": "_report",
    "rvsm": "_rvsm",
    "screen": "screening",
    "screen_batches": "screening",
    "time_margin": "delays",
    "to_geoarrow": "geoarrow",
    "to_geoparquet": "geoarrow",
    "warmup": "_warmup",
}

__all__ = [
    "FT",
    "NM",
    "AirproxError",
    "Airspace",
    "ApproachBatches",
    "Band",
    "Cancelled",
    "ClosestApproaches",
    "Delta",
    "EncounterBatches",
    "Fleet",
    "ForbiddenDelays",
    "FreeDelays",
    "Gates",
    "InvalidMinima",
    "InvalidParts",
    "InvalidTrajectories",
    "Minima",
    "MinimaTable",
    "Receipt",
    "Rules",
    "SampleError",
    "SchemaError",
    "Screening",
    "Snapshot",
    "TimeMargins",
    "TooManyEncounters",
    "TooManyPairs",
    "UnitsError",
    "VerificationFailed",
    "annotate_encounters",
    "closest_approach",
    "closest_approach_batches",
    "concat",
    "count_encounters",
    "distributed",
    "filter_encounters",
    "forbidden_delays",
    "free_delays",
    "margins",
    "plot",
    "report",
    "rvsm",
    "samples",
    "screen",
    "screen_batches",
    "time_margin",
    "to_geoarrow",
    "to_geoparquet",
    "warmup",
]


def __getattr__(name: str) -> "Any":
    from importlib import import_module

    if name in ("distributed", "plot", "samples"):
        return import_module(f".{name}", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
