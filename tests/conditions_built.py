"""Drawn conditions (`strategies_conditions`) as the library's own objects."""

import math
from typing import Any

import pyarrow as pa

import airprox
import strategies
from exact import Window
from strategies import Plan
from strategies_conditions import PairMinima, Table, Traffic

METRES_PER_DEGREE = 111_195.0
"""On a great circle, roughly."""


def fleet_of(traffic: Traffic | Plan) -> airprox.Fleet:
    if isinstance(traffic, Plan):
        traffic = Traffic(traffic, {})
    return airprox.Fleet.from_arrow(
        table_of(traffic),
        max_gap=traffic.plan.max_gap,
        carry=[*traffic.carried],
        radius_growth=traffic.growth,
    )


def geodetic_fleet_of(traffic: Traffic) -> airprox.Fleet:
    """The same traffic around 45° N, 8° E: metres east and north as so many degrees."""
    table = table_of(traffic)
    places = [
        degrees(*place)
        for place in zip(table["x"].to_pylist(), table["y"].to_pylist(), strict=True)
    ]
    lon, lat = zip(*places, strict=True)
    columns = {"lat": lat, "lon": lon, "alt": table["z"].to_pylist()}
    table = table.drop_columns(["x", "y", "z"])
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values, pa.float64()))
    return airprox.Fleet.from_arrow(
        table,
        altitude_unit="m",
        max_gap=traffic.plan.max_gap,
        carry=[*traffic.carried],
        radius_growth=traffic.growth,
    )


def degrees(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude."""
    return 8.0 + east / (METRES_PER_DEGREE * math.sqrt(0.5)), 45.0 + north / METRES_PER_DEGREE


def table_of(traffic: Traffic) -> pa.Table:
    """The long form, with a column for each thing carried and for the radii."""
    table = strategies.table(traffic.plan)
    sizes = [len(knots) for _, knots in traffic.plan.tracks]
    for name, values in traffic.carried.items():
        spread = [value for value, size in zip(values, sizes, strict=True) for _ in range(size)]
        table = table.append_column(name, pa.array(spread, pa.string()))
    if traffic.radii is not None:
        for place, name in enumerate(("horizontal_radius", "vertical_radius")):
            flat = [pair[place] for track in traffic.radii for pair in track]
            table = table.append_column(name, pa.array(flat, pa.float64()))
    return table


def minima_of(rule: PairMinima) -> airprox.Minima:
    bands = tuple(airprox.Band(*band) for band in rule.bands)
    return airprox.Minima(rule.horizontal, rule.vertical, bands)


def minima_table_of(table: Table) -> airprox.MinimaTable:
    entries = {pair: minima_of(rule) for pair, rule in table.entries.items()}
    return airprox.MinimaTable(entries, default=minima_of(table.default))


def is_near(plan: Plan) -> bool:
    """Whether the plan stays near enough to the origin to be laid on the Earth."""
    return all(max(abs(k[1]), abs(k[2])) < 1e6 for _, knots in plan.tracks for k in knots)


def window_of(plan: Plan, window: Window) -> tuple[Any, Any]:
    """A window in the fleet's kind of time."""
    if not plan.timestamps:
        return window
    first, last = (
        None if end is None else pa.scalar(end, pa.timestamp("ns", "UTC")) for end in window
    )
    return first, last
