"""How fast traffic is, and how often its knots come: from a sample of legs."""

from typing import NamedTuple

import numpy as np

from airprox_kernel.knots import Knots

SAMPLE = 4096
"""Legs that are looked at."""


class Pace(NamedTuple):
    """The mean ground speed (m/s, by time) and the mean duration (s) of legs; 0 without legs."""

    speed: float
    leg: float


def pace_of(knots: Knots) -> Pace:
    """Return the pace of some traffic."""
    stride = max(1, knots.time.size // SAMPLE)
    leg = np.arange(0, max(knots.time.size - 1, 0), stride)
    part = np.searchsorted(knots.part_start, leg + 1)
    leg = leg[knots.part_start[part] != leg + 1]
    if leg.size == 0:
        return Pace(0.0, 0.0)
    square = np.zeros(leg.size)
    for axis in (knots.x, knots.y, knots.z)[: 3 if knots.geodetic else 2]:
        square += (axis[leg + 1] - axis[leg]) ** 2
    second = 1e9 if knots.time.dtype.kind == "i" else 1.0
    time = (knots.time[leg + 1] - knots.time[leg]).astype(np.float64) / second
    return Pace(float(np.sqrt(square).sum() / time.sum()), float(time.mean()))
