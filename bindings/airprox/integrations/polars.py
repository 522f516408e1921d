"""airprox on polars frames: importing this module registers the namespace ``airprox``.

>>> import polars as pl
>>> import airprox
>>> import airprox.integrations.polars
>>> frame = pl.DataFrame({
...     "id": ["A", "A", "B", "B"], "time": [0.0, 100.0, 0.0, 100.0],
...     "x": [0.0, 20e3, 20e3, 0.0], "y": [0.0] * 4, "z": [9e3] * 4})
>>> minima = airprox.Minima(horizontal=5 * airprox.NM, vertical=1000 * airprox.FT)
>>> frame.airprox.screen(minima).select("own", "other").rows()
[('A', 'B')]
"""

from inspect import signature
from typing import Any

import polars as pl

from airprox import Fleet, closest_approach, screen
from airprox._levels import AnyMinima

_READING = tuple(signature(Fleet.from_arrow).parameters)[1:]


@pl.api.register_lazyframe_namespace("airprox")
@pl.api.register_dataframe_namespace("airprox")
class AirproxFrame:
    """A frame of trajectories, long or nested, eager or lazy; see `airprox.Fleet.from_arrow`.

    Methods take the keyword arguments of the function that they are named after, and those of
    `Fleet.from_arrow` (``columns``, ``altitude_unit``, …) for this frame.
    """

    def __init__(self, frame: pl.DataFrame | pl.LazyFrame) -> None:
        self._frame = frame

    def fleet(self, **options: Any) -> Fleet:
        """Return the trajectories, read once, for several questions."""
        return Fleet.from_arrow(self._frame, **options)

    def screen(self, minima: AnyMinima, **options: Any) -> pl.DataFrame:
        """Return the encounters of `airprox.screen`."""
        fleet, rest = self._read(options)
        return pl.DataFrame(screen(fleet, minima, **rest).encounters)

    def closest_approach(self, **options: Any) -> pl.DataFrame:
        """Return the pairs of `airprox.closest_approach`."""
        fleet, rest = self._read(options)
        return pl.DataFrame(closest_approach(fleet, **rest).pairs)

    def _read(self, options: dict[str, Any]) -> tuple[Fleet, dict[str, Any]]:
        reading = {name: value for name, value in options.items() if name in _READING}
        rest = {name: value for name, value in options.items() if name not in _READING}
        return self.fleet(**reading), rest
