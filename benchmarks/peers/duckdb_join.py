"""A self-join in DuckDB's SQL on minutes and stripes of 50 km, with the closed form; exact."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from airprox import Minima

from . import Pairs, Peer, as_pairs
from .legs import legs_of

JOIN = """
WITH entered AS (
    SELECT *, unnest(range(floor(t0 / 60)::BIGINT, floor(t1 / 60)::BIGINT + 1)) AS minute
    FROM legs
), placed AS (
    SELECT *, unnest(range(floor((x_low - $wide / 2) / 50000)::BIGINT,
                           floor((x_high + $wide / 2) / 50000)::BIGINT + 1)) AS stripe
    FROM entered
), near AS (
    SELECT a.flight AS own, b.flight AS other,
           least(a.t1, b.t1) - greatest(a.t0, b.t0) AS lasts,
           b.x + b.vx * (greatest(a.t0, b.t0) - b.t0) - a.x - a.vx * (greatest(a.t0, b.t0) - a.t0)
               AS x,
           b.y + b.vy * (greatest(a.t0, b.t0) - b.t0) - a.y - a.vy * (greatest(a.t0, b.t0) - a.t0)
               AS y,
           b.z + b.vz * (greatest(a.t0, b.t0) - b.t0) - a.z - a.vz * (greatest(a.t0, b.t0) - a.t0)
               AS z,
           b.vx - a.vx AS u, b.vy - a.vy AS v, b.vz - a.vz AS w
    FROM placed a JOIN placed b ON a.minute = b.minute AND a.stripe = b.stripe
     AND a.flight < b.flight AND a.t0 < b.t1 AND b.t0 < a.t1
     AND a.z_low - $high < b.z_high AND b.z_low - $high < a.z_high
     AND a.y_low - $wide < b.y_high AND b.y_low - $wide < a.y_high
     AND a.x_low - $wide < b.x_high AND b.x_low - $wide < a.x_high
), roots AS (
    SELECT own, other, lasts,
           CASE WHEN u * u + v * v > 0
                THEN (-(x * u + y * v) - sqrt(greatest($wide * $wide * (u * u + v * v)
                      - (x * v - y * u) * (x * v - y * u), 0))) / (u * u + v * v)
                ELSE 0 END AS h0,
           CASE WHEN u * u + v * v > 0
                THEN (-(x * u + y * v) + sqrt(greatest($wide * $wide * (u * u + v * v)
                      - (x * v - y * u) * (x * v - y * u), 0))) / (u * u + v * v)
                WHEN x * x + y * y < $wide * $wide THEN lasts ELSE -1 END AS h1,
           CASE WHEN w <> 0 THEN least((-$high - z) / w, ($high - z) / w) ELSE 0 END AS v0,
           CASE WHEN w <> 0 THEN greatest((-$high - z) / w, ($high - z) / w)
                WHEN abs(z) < $high THEN lasts ELSE -1 END AS v1
    FROM near
)
SELECT DISTINCT own, other FROM roots
WHERE greatest(h0, v0, 0) < least(h1, v1, lasts)
"""


def prepare(workload: Mapping[str, np.ndarray]) -> Any:
    import duckdb

    legs = legs_of(workload)
    low, high = np.minimum(legs.position, legs.last), np.maximum(legs.position, legs.last)
    columns = {"flight": legs.flight, "t0": legs.start, "t1": legs.end}
    for axis, name in enumerate("xyz"):
        columns |= {name: legs.position[axis], f"v{name}": legs.velocity[axis]}
        columns |= {f"{name}_low": low[axis], f"{name}_high": high[axis]}
    source = pa.table(columns)
    connection = duckdb.connect(config={"threads": 2})
    connection.register("source", source)
    connection.execute("CREATE TABLE legs AS SELECT * FROM source")
    return connection


def pairs(connection: Any, minima: Minima) -> Pairs:
    given = {"wide": minima.horizontal, "high": minima.vertical}
    found = connection.execute(JOIN, given).fetchnumpy()
    return as_pairs(np.asarray(found["own"]), np.asarray(found["other"]))


PEER = Peer("DuckDB SQL, 2 threads", "duckdb", ("duckdb",), True, prepare, pairs)
