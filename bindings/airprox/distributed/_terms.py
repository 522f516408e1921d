"""What a dispatcher is asked for, and how it ends where that cannot be had."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ._attempt import Work


class Terms(NamedTuple):
    """How partitions are done."""

    work: Work
    read: Callable[[int, bytes], Any]
    """What the part of a partition says, by its number; raises `InvalidParts` if it is none."""
    agree: Callable[[Any, Any], bool]
    """Whether two parts of one partition say the same."""
    retries: int
    """Attempts at a partition after one that failed."""
    in_flight: int | None
    patience: float
    """A task is a straggler after so many times the longest that any has taken."""
    is_cancelled: Callable[[], bool]


class GaveUp(Exception):
    """Partitions are `missing`, since all attempts at them failed or no executor is left."""

    def __init__(self, message: str, missing: tuple[int, ...]) -> None:
        super().__init__(message)
        self.missing = missing
