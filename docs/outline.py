"""Make `bindings/airprox/_report/outline.bin` of Natural Earth's countries.

``python docs/outline.py countries-50m.json bindings/airprox/_report/outline.bin``, with the file of
the npm package world-atlas 2.0.2. Arcs that one country has are coasts, those that two have are
borders. Needs shapely.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import shapely

from airprox._report.packing import packed

TOLERANCE, STEP = 0.02, 0.01
"""Degrees: of the thinning, and of the grid."""


def arcs_of(value):
    """The numbers of all arcs in nested lists; one that is walked backwards is ~number."""
    if isinstance(value, int):
        return [value if value >= 0 else ~value]
    return [number for item in value for number in arcs_of(item)]


def main(source, target):
    """Read the TopoJSON file `source` and write `target`."""
    topology = json.loads(Path(source).read_text())
    scale, origin = (np.array(topology["transform"][name]) for name in ("scale", "translate"))
    countries = topology["objects"]["countries"]["geometries"]
    used = Counter(number for each in countries for number in {*arcs_of(each["arcs"])})
    kind, count, places = [], [], []
    for number, arc in enumerate(topology["arcs"]):
        points = np.cumsum(np.array(arc), axis=0) * scale + origin
        line = shapely.simplify(shapely.LineString(points), TOLERANCE)
        points = shapely.get_coordinates(line)
        edge = (np.abs(points[:, 0]) > 179.99) | (points[:, 1] < -89.9)
        seam = np.flatnonzero(edge[:-1] & edge[1:])
        for piece in np.split(np.arange(len(points)), seam + 1):
            grid = np.round(points[piece] / STEP).astype(np.int64)
            if len(grid) > 1:
                kind.append(used[number] > 1)
                count.append(len(grid))
                places.append(grid)
    grid = np.concatenate(places)
    columns = [np.array(kind, np.int64), np.array(count), grid[:, 0], grid[:, 1]]
    data = packed(columns)
    Path(target).write_bytes(data)
    print(f"{len(grid):,} points in {len(kind):,} lines, {len(data):,} bytes")


main(*sys.argv[1:])
