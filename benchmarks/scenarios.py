"""Seeded en-route traffic of any size: the workload on which every published figure is measured.

Flights of 40 to 120 minutes at 200 to 250 m/s and FL200 to FL410, 40 % of which change their level
on the way, with a knot about every 60 s (81 a flight). All flights lie inside one square; over
4 hours in 1,500 km (24 hours in 2,500 km for the European day) this gives about as many conflicts
as a busy upper airspace that nobody controls.

A workload is a dict of NumPy arrays, one entry a knot, grouped by flight and sorted by time within
it: `id` (int64), `time` (float64 seconds), `x`, `y`, `z` (float64 metres), or `lat`, `lon`
(degrees) and `alt` (metres) once it is placed on the Earth. The same arguments give the same bytes.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Workload = dict[str, npt.NDArray[np.generic]]

MINUTE = 60.0
HOUR = 3600.0
FLIGHT_LEVEL = 30.48
"""Metres in 100 ft."""
EARTH_RADIUS = 6_371_000.0
"""Metres; the placements below are exact on a sphere, which is near enough for a workload."""
CLIMB_RATE = 8.0
"""Metres a second, about 1,600 ft/min."""
EPOCH = np.datetime64("2024-06-01T00:00:00", "ns")
EUROPE = (50.0, 10.0)
"""Latitude and longitude (degrees) of the middle of the geodetic variants."""
DAY_FLIGHTS = 33_000


def enroute(
    flights: int,
    *,
    hours: float = 4.0,
    side: float = 1_500_000.0,
    spacing: float = MINUTE,
    seed: int = 0,
) -> Workload:
    """`flights` straight flights inside a square of `side` metres, departing within `hours`.

    A knot comes about every `spacing` seconds.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    duration = _uniform(random, 40 * MINUTE, 120 * MINUTE, flights)
    length = duration * _uniform(random, 200.0, 250.0, flights)
    departure = _uniform(random, 0.0, hours * HOUR, flights)
    east, north = _displacements(random, length, side)
    west_most = np.maximum(0.0, -east) + random.random(flights) * (side - np.abs(east))
    south_most = np.maximum(0.0, -north) + random.random(flights) * (side - np.abs(north))

    flight, elapsed = _knots(random, duration, spacing)
    fraction = elapsed / duration[flight]
    return {
        "id": flight,
        "time": np.round(departure[flight] + elapsed, 3),
        "x": np.round(west_most[flight] + fraction * east[flight], 3),
        "y": np.round(south_most[flight] + fraction * north[flight], 3),
        "z": _altitudes(random, duration, flight, elapsed),
    }


def european_day(flights: int = DAY_FLIGHTS, *, seed: int = 0) -> Workload:
    """A day of 33,000 flights and 2.64 million legs in 2,500 km.

    With fewer flights the square and the hours stay as they are: thinner, but otherwise alike.
    """
    return enroute(flights, hours=24.0, side=2_500_000.0, seed=seed)


def world_day(flights: int = 120_000, *, seed: int = 0) -> Workload:
    """A day of flights along great circles that start anywhere between 60°S and 60°N; geodetic."""
    random = np.random.Generator(np.random.PCG64(seed))
    duration = _uniform(random, 40 * MINUTE, 120 * MINUTE, flights)
    speed = _uniform(random, 200.0, 250.0, flights)
    departure = _uniform(random, 0.0, 24 * HOUR, flights)
    bound = np.sin(np.radians(60.0))
    start_lat = np.degrees(np.arcsin(_uniform(random, -bound, bound, flights)))
    start_lon = _uniform(random, -180.0, 180.0, flights)
    heading = _uniform(random, 0.0, 2 * np.pi, flights)

    flight, elapsed = _knots(random, duration, MINUTE)
    lat, lon = _destination(
        start_lat[flight], start_lon[flight], heading[flight], speed[flight] * elapsed
    )
    return {
        "id": flight,
        "time": np.round(departure[flight] + elapsed, 3),
        "lat": lat,
        "lon": lon,
        "alt": _altitudes(random, duration, flight, elapsed),
    }


def few(flights: int, knots: int, *, seed: int = 0) -> Workload:
    """A few of the usual flights with at most `knots` knots each, spread over the whole flight."""
    workload = enroute(flights, seed=seed)
    starts = np.flatnonzero(np.diff(workload["id"], prepend=-1, append=-1))
    ends = zip(starts[:-1], starts[1:] - 1, strict=True)
    rows = np.concatenate(
        [np.unique(np.linspace(first, last, knots).astype(np.int64)) for first, last in ends]
    )
    return {name: column[rows] for name, column in workload.items()}


def states(count: int = 20_000, *, side: float = 1_500_000.0, seed: int = 0) -> Workload:
    """State vectors in a square of `side` metres: one row an aircraft, all at one time.

    `lat`, `lon`, `track` are degrees, `alt` metres, `groundspeed` and `vertical_rate` m/s. Levels
    are those of `enroute`; 40 % of the aircraft climb or descend.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    east = side * (random.random(count) - 0.5)
    north = side * (random.random(count) - 0.5)
    lat, lon = _destination(
        np.full(count, EUROPE[0]),
        np.full(count, EUROPE[1]),
        np.arctan2(east, north),
        np.sqrt(east * east + north * north),
    )
    level = 200.0 + 10.0 * np.floor(22 * random.random(count))
    chance = random.random(count)
    climbs = np.where(chance < 0.2, CLIMB_RATE, np.where(chance < 0.4, -CLIMB_RATE, 0.0))
    return {
        "id": np.arange(count),
        "lat": lat,
        "lon": lon,
        "alt": level * FLIGHT_LEVEL,
        "track": _uniform(random, 0.0, 360.0, count),
        "groundspeed": _uniform(random, 200.0, 250.0, count),
        "vertical_rate": climbs,
    }


def over_europe(workload: Workload) -> Workload:
    """The same flights on the Earth: the plane's middle goes to 50°N 10°E, azimuths and distances
    from there are kept (an azimuthal equidistant placement)."""
    x, y = workload["x"].astype(np.float64), workload["y"].astype(np.float64)
    east = x - (x.min() + x.max()) / 2 if len(x) else x
    north = y - (y.min() + y.max()) / 2 if len(y) else y
    distance = np.sqrt(east * east + north * north)
    lat, lon = _destination(
        np.full_like(x, EUROPE[0]), np.full_like(x, EUROPE[1]), np.arctan2(east, north), distance
    )
    return {
        "id": workload["id"],
        "time": workload["time"],
        "lat": lat,
        "lon": lon,
        "alt": workload["z"],
    }


def interleaved(workload: Workload) -> Workload:
    """The same knots in the order in which a recorder sees them: by time, flights mixed."""
    order = np.argsort(workload["time"], kind="stable")
    return {name: column[order] for name, column in workload.items()}


def with_timestamps(workload: Workload) -> Workload:
    """The same knots with `time` as datetime64[ns], whole milliseconds of 2024-06-01 and after."""
    milliseconds = np.round(workload["time"].astype(np.float64) * 1000.0).astype(np.int64)
    return workload | {"time": EPOCH + (milliseconds * 1_000_000).astype("timedelta64[ns]")}


def with_names(workload: Workload) -> Workload:
    """The same knots with text ids, as "F0001234"."""
    numbers = workload["id"].astype(np.int64)
    names = np.array([f"F{number:07d}" for number in range(int(numbers.max(initial=-1)) + 1)])
    return workload | {"id": names[numbers] if len(numbers) else names}


def _uniform(random: np.random.Generator, low: float, high: float, count: int) -> Array:
    """Only `random()` is drawn from: its stream is the same in every version of NumPy."""
    return low + (high - low) * random.random(count)


def _displacements(random: np.random.Generator, length: Array, side: float) -> tuple[Array, Array]:
    """East and north parts of flights of these lengths; the heading is drawn from those of the
    first octant that fit the square, then mirrored into one of the eight."""
    steepest = np.pi / 4
    flattest = np.arccos(np.minimum(1.0, 0.98 * side / length))
    if np.any(flattest > steepest):
        raise ValueError(f"a square of {side:g} m does not hold a flight of {length.max():g} m")
    heading = flattest + (steepest - flattest) * random.random(len(length))
    long_part, short_part = length * np.cos(heading), length * np.sin(heading)
    octant = (random.random(len(length)) * 8).astype(np.int64)
    swapped = octant >= 4
    east = np.where(swapped, short_part, long_part) * np.where(octant % 2 == 0, 1.0, -1.0)
    north = np.where(swapped, long_part, short_part) * np.where(octant // 2 % 2 == 0, 1.0, -1.0)
    return east, north


def _knots(
    random: np.random.Generator, duration: Array, spacing: float
) -> tuple[npt.NDArray[np.int64], Array]:
    """The flight of each knot, and its seconds since departure: 0, about every `spacing`, the end.

    Inner knots are moved by at most a fifth of the spacing, so they stay in order.
    """
    legs = np.round(duration / spacing).astype(np.int64)
    flight = np.repeat(np.arange(len(duration)), legs + 1)
    first = np.cumsum(legs + 1) - (legs + 1)
    number = np.arange(len(flight)) - first[flight]
    inner = (number > 0) & (number < legs[flight])
    jitter = np.where(inner, 0.4 * random.random(len(flight)) - 0.2, 0.0)
    return flight, (number + jitter) * (duration / legs)[flight]


def _altitudes(
    random: np.random.Generator,
    duration: Array,
    flight: npt.NDArray[np.int64],
    elapsed: Array,
) -> Array:
    """Metres at each knot: flight levels in thousands of feet, 40 % of the flights change once."""
    flights = len(duration)
    first = 200.0 + 10.0 * np.floor(22 * random.random(flights))
    second = 200.0 + 10.0 * np.floor(22 * random.random(flights))
    second = np.where(random.random(flights) < 0.4, second, first)
    begins = duration * _uniform(random, 0.1, 0.6, flights)
    # A change of zero levels takes one second instead of none, so that nothing divides by zero.
    lasts = np.maximum(np.abs(second - first) * FLIGHT_LEVEL / CLIMB_RATE, 1.0)
    progress = np.clip((elapsed - begins[flight]) / lasts[flight], 0.0, 1.0)
    return (first[flight] + progress * (second - first)[flight]) * FLIGHT_LEVEL


def _destination(lat: Array, lon: Array, heading: Array, distance: Array) -> tuple[Array, Array]:
    """Where a great circle leads; degrees, radians from north, metres; rounded to 1e-7 degrees."""
    angle = distance / EARTH_RADIUS
    phi = np.radians(lat)
    sine = np.sin(phi) * np.cos(angle) + np.cos(phi) * np.sin(angle) * np.cos(heading)
    turn = np.arctan2(
        np.sin(heading) * np.sin(angle) * np.cos(phi), np.cos(angle) - np.sin(phi) * sine
    )
    end_lat = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))
    end_lon = (lon + np.degrees(turn) + 180.0) % 360.0 - 180.0
    return np.round(end_lat, 7), np.round(end_lon, 7)
