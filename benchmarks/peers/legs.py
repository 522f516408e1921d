"""Legs as arrays, and the closed form that exact peers put behind their own search."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from airprox import Minima


class Legs(NamedTuple):
    """Straight flight between two knots; one entry a leg, in the workload's order."""

    flight: np.ndarray
    start: np.ndarray
    end: np.ndarray
    position: np.ndarray
    """x, y, z at the start; shape (3, legs)."""
    velocity: np.ndarray
    """Shape (3, legs)."""

    @property
    def last(self) -> np.ndarray:
        """Positions at the end; shape (3, legs)."""
        return self.position + self.velocity * (self.end - self.start)


def legs_of(workload: Mapping[str, np.ndarray]) -> Legs:
    """Return the legs of a workload that is grouped by flight and sorted by time within it."""
    leg = np.flatnonzero(workload["id"][1:] == workload["id"][:-1])
    time = workload["time"]
    place = np.stack([workload[axis] for axis in ("x", "y", "z")])
    lasts = time[leg + 1] - time[leg]
    return Legs(
        workload["id"][leg],
        time[leg],
        time[leg + 1],
        np.ascontiguousarray(place[:, leg]),
        (place[:, leg + 1] - place[:, leg]) / lasts,
    )


def in_conflict(legs: Legs, a: np.ndarray, b: np.ndarray, minima: Minima) -> np.ndarray:
    """Return for pairs of legs whether both distances fall below their minima at one time."""
    start = np.maximum(legs.start[a], legs.start[b])
    lasts = np.minimum(legs.end[a], legs.end[b]) - start
    here = legs.position[:, a] + legs.velocity[:, a] * (start - legs.start[a])
    there = legs.position[:, b] + legs.velocity[:, b] * (start - legs.start[b])
    x, y, z = there - here
    u, v, w = legs.velocity[:, b] - legs.velocity[:, a]
    with np.errstate(divide="ignore", invalid="ignore"):
        square = u * u + v * v
        cross = x * v - y * u
        half = np.sqrt(minima.horizontal**2 * square - cross * cross)
        nearest = -(x * u + y * v)
        moving = square > 0.0
        near = np.hypot(x, y) < minima.horizontal
        first = np.where(moving, (nearest - half) / square, np.where(near, 0.0, np.inf))
        until = np.where(moving, (nearest + half) / square, np.where(near, lasts, -np.inf))
        edges = np.stack([(-minima.vertical - z) / w, (minima.vertical - z) / w])
        level = np.abs(z) < minima.vertical
        rises = np.where(w != 0.0, edges.min(axis=0), np.where(level, 0.0, np.inf))
        falls = np.where(w != 0.0, edges.max(axis=0), np.where(level, lasts, -np.inf))
    begin = np.maximum(np.maximum(first, rises), 0.0)
    return begin < np.minimum(np.minimum(until, falls), lasts)  # False for the NaN of no root


def boxes_meet(
    low: np.ndarray, high: np.ndarray, a: np.ndarray, b: np.ndarray, margin: float
) -> np.ndarray:
    """Return for pairs of legs whether their spans along one axis come within a margin."""
    return (low[a] - margin < high[b]) & (low[b] - margin < high[a])
