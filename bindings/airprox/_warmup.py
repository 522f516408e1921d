"""Compiling ahead: what a first screening would wait for, done when nobody waits."""

import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .fleet import Fleet

FRAMES = ("planar", "geodetic")
TIMES = ("seconds", "timestamps")
FLIGHTS = 1100
"""Of fewer, the nearest are looked for one by one."""
CROWD = 20
"""Flights in one place: so many that an airspace sorts them into cells."""


class Warmed(NamedTuple):
    """What `warmup` did for one frame and one kind of time."""

    frame: str
    """``"planar"`` or ``"geodetic"``."""
    times: str
    """``"seconds"`` or ``"timestamps"``."""
    compiled: int
    """Functions that had to be compiled; they are kept for later processes."""
    loaded: int
    """Functions whose code had been kept by an earlier process."""
    seconds: float


def warmup(progress: Callable[[Warmed], object] | None = None) -> tuple[Warmed, ...]:
    """Compile whatever loading, screening and closest approach need, for this and later processes.

    Code is compiled for each frame (planar, geodetic) and each kind of time (seconds, timestamps);
    without this, the first call of each kind waits for it. Machine code is kept in the user's cache
    folder, so this is worth doing once after each installation; where everything is there already,
    it takes about a second. With ``NUMBA_DISABLE_JIT=1`` there is nothing to compile.

    `progress` is called with each of the results as it comes.

    Returns
    -------
    tuple[Warmed, ...]
        One row for each frame and kind of time: ``frame``, ``times``, how many functions were
        ``compiled`` and ``loaded``, and the ``seconds`` that this took.

    Examples
    --------
    >>> import airprox
    >>> [(done.frame, done.times) for done in airprox.warmup()]  # doctest: +NORMALIZE_WHITESPACE
    [('planar', 'seconds'), ('planar', 'timestamps'),
     ('geodetic', 'seconds'), ('geodetic', 'timestamps')]
    """
    results: list[Warmed] = []
    for frame in FRAMES:
        for times in TIMES:
            before, begun = _counts(), time.perf_counter()
            _exercise(frame, times)
            taken, after = time.perf_counter() - begun, _counts()
            done = Warmed(frame, times, after[0] - before[0], after[1] - before[1], taken)
            results.append(done)
            if progress is not None:
                progress(done)
    return tuple(results)


def _exercise(frame: str, times: str) -> None:
    """Do every kind of work once, on a few flights of which two meet."""
    import numpy as np

    from .airspace import Airspace
    from .closest import closest_approach
    from .delays import forbidden_delays
    from .minima import Minima
    from .screening import screen

    minima = Minima(horizontal=9260.0, vertical=304.8)
    fleet, mixed = _fleet(frame, times, "grouped"), _fleet(frame, times, "interleaved")
    screen(fleet, minima)
    screen(fleet, minima, against=mixed, same_id="screen")
    for metric in ("horizontal", "slant", "ratio"):
        closest_approach(fleet, metric=metric, minima=minima if metric == "ratio" else None)
    crowd, numbers = _crowd(frame, times), np.arange(200_000)
    closest_approach(crowd)
    closest_approach(crowd, nearest=1)
    closest_approach(crowd, within=5000.0)
    asked = {"own_row": numbers % FLIGHTS, "other_row": (numbers + 1) % FLIGHTS}
    closest_approach(crowd, pairs=asked)
    forbidden_delays(fleet, minima, horizon=60.0)
    airspace = Airspace(minima)
    airspace.upsert(_fleet(frame, times, "grouped", CROWD))
    airspace.probe(fleet)


def _crowd(frame: str, times: str) -> "Fleet":
    """Return flights enough for closest approaches to go the ways of large fleets."""
    import numpy as np

    from .fleet import Fleet

    flight, end = np.repeat(np.arange(FLIGHTS), 2), np.tile([0.0, 1.0], FLIGHTS)
    time = 10.0 * flight + 2000.0 * end
    columns: dict[str, Any] = {"id": flight, "time": time}
    if times == "timestamps":
        columns["time"] = (time * 1e9).astype("datetime64[ns]")
    across, up = flight * 37 % FLIGHTS + 50.0 * end, flight * 91 % FLIGHTS
    if frame == "planar":
        columns |= {"x": 1e3 * across, "y": 1e3 * up, "z": np.full(2 * FLIGHTS, 9e3)}
    else:
        columns |= {"lat": 40 + 0.01 * up, "lon": 0.01 * across, "alt": np.full(2 * FLIGHTS, 9e3)}
    unit = "m" if frame == "geodetic" else None
    return Fleet.from_arrow(columns, altitude_unit=unit, naive_time="utc")


def _fleet(frame: str, times: str, order: str, flights: int = 2) -> "Fleet":
    """Return flights of three knots, every other of which crosses, with legs of both kinds of cut.

    Legs over 54 km are cut along the ellipsoid's geodesic, those from 18 km on along a bent chord.
    """
    import numpy as np

    from .fleet import Fleet

    flight = np.repeat(np.arange(flights), 3)
    time = np.tile([0.0, 600.0, 1200.0], flights)
    along, across = np.tile([-1.0, 0.0, 0.3], flights), flight % 2 == 1
    first, second = np.where(across, 0.0, along), np.where(across, along, 0.0)
    rows = np.argsort(time if order == "interleaved" else flight, kind="stable")
    columns: dict[str, Any] = {"id": flight}
    if times == "timestamps":
        columns["time"] = (time * 1e9).astype("datetime64[ns]")
    else:
        columns["time"] = time
    if frame == "planar":
        columns |= {"x": 1e5 * first, "y": 1e5 * second, "z": np.full(flight.size, 9e3)}
    else:
        columns |= {"lat": 50.0 + first, "lon": 10.0 + second, "alt": np.full(flight.size, 9e3)}
    unit = "m" if frame == "geodetic" else None
    source = {name: values[rows] for name, values in columns.items()}
    return Fleet.from_arrow(source, altitude_unit=unit, naive_time="utc")


def _counts() -> tuple[int, int]:
    """Return how many functions of the kernel this process has compiled, and loaded."""
    compiled = loaded = 0
    for function in _functions():
        stats = function.stats
        compiled += sum(stats.cache_misses.values())
        loaded += sum(stats.cache_hits.values())
    return compiled, loaded


def _functions() -> Iterator[Any]:
    """Yield each compiled function of the kernel once; none where the compiler is off."""
    seen: set[int] = set()
    for name, module in list(sys.modules.items()):
        if name.startswith("airprox_kernel."):
            for value in list(vars(module).values()):
                if hasattr(value, "stats") and id(value) not in seen:
                    seen.add(id(value))
                    yield value
