"""Trajectories that break a rule: collected with row and reason, then raised or set aside."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .errors import InvalidTrajectories, SchemaError


class Faults:
    """The faults of a fleet being read: at most one, the first found, for each trajectory."""

    def __init__(self, ids: pa.Array, invalid: str) -> None:
        if invalid not in ("raise", "reject"):
            raise SchemaError(f"invalid must be 'raise' or 'reject', found {invalid!r}")
        self._ids = ids
        self._raises = invalid == "raise"
        self._found: dict[int, tuple[int, Callable[[int], str], int]] = {}

    def add(
        self,
        trajectories: Iterable[int],
        rows: Iterable[int],
        reason: Callable[[int], str],
        places: Iterable[int],
    ) -> None:
        """Record each trajectory's offending input row; `reason` makes a sentence of a place.

        Sentences are made when they are asked for: a million took 17 s, and to raise takes one.
        """
        for trajectory, row, place in zip(trajectories, rows, places, strict=True):
            if int(trajectory) not in self._found:
                self._found[int(trajectory)] = int(row), reason, int(place)

    def kept(self, count: int) -> NDArray[np.bool_]:
        """Which of `count` trajectories have no fault so far."""
        keep = np.ones(count, np.bool_)
        keep[[*self._found]] = False
        return keep

    def __len__(self) -> int:
        return len(self._found)

    def settle(self) -> pa.Table:
        """Raise `InvalidTrajectories` for the first offending row, or return the rejected."""
        found = sorted((self.source(row), number) for number, (row, _, _) in self._found.items())
        if found and self._raises:
            row, number = found[0]
            more = f"; {len(found):,} trajectories are invalid" if len(found) > 1 else ""
            raise InvalidTrajectories(
                f"{self._reason(number)}, at row {row} of trajectory {self.name(number)}{more}"
                " (invalid='reject' sets such trajectories aside)"
            )
        if not found:  # `pa.array` of a list would import pandas, as `_buffers` says
            none = {"row": pa.int64(), "id": self._ids.type, "reason": pa.string()}
            return pa.table({name: pa.nulls(0, kind) for name, kind in none.items()})
        rows, numbers = zip(*found, strict=True)
        reasons = [self._reason(number) for number in numbers]
        return rejected_table(rows, self._ids.take(pa.array(numbers, pa.int64())), reasons)

    def source(self, row: int) -> int:
        """The row as the user counts them."""
        return row

    def by_trajectory(self) -> dict[int, tuple[int, str]]:
        """The offending row of each trajectory with a fault, and the fault in words."""
        return {
            number: (self.source(row), self._reason(number))
            for number, (row, _, _) in self._found.items()
        }

    def _reason(self, number: int) -> str:
        _, reason, place = self._found[number]
        return reason(place)

    def name(self, number: int) -> str:
        """An id as a message shows it."""
        return repr(self._ids[number].as_py())


def rejected_table(rows: Any, ids: pa.Array, reasons: Any) -> pa.Table:
    """The table of trajectories that were set aside."""
    columns = {
        "row": pa.array(rows, pa.int64()),
        "id": ids,
        "reason": pa.array(reasons, pa.string()),
    }
    return pa.table(columns)
