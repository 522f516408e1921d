"""Screenings that are planned here, done in parts anywhere, and merged into the same result."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from airprox._merging import merge
    from airprox._parts import Part, read_part

    from ._plan import Plan, plan
    from ._work import run_partition

_HOMES = {
    "Part": "airprox._parts",
    "Plan": "airprox.distributed._plan",
    "merge": "airprox._merging",
    "plan": "airprox.distributed._plan",
    "read_part": "airprox._parts",
    "run_partition": "airprox.distributed._work",
}

__all__ = ["Part", "Plan", "merge", "plan", "read_part", "run_partition"]


def __getattr__(name: str) -> "Any":
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
