"""Candidates of crowds equal brute force: of those hard on one of the ways to keep boxes apart."""

import numpy as np
import pytest
from strategies_kernel import Part, all_candidates, make_job, make_knots

from airprox_kernel.boxes import Boxes, Places
from airprox_kernel.chunks import Chunk
from airprox_kernel.sweep import choose_axes

CELL = 10.0


def test_crowds_and_neighbours_that_share_a_bucket_are_paired_once():
    """A lattice of boxes, each touching its neighbours, on more cells than buckets."""
    side = 12
    corners = [(x * CELL, y * CELL) for x in range(-side, side) for y in range(-side, side)]
    bounds = np.zeros((len(corners), 8), np.float32)
    bounds[:, :2] = corners
    bounds[:, 4:6] = bounds[:, :2] + np.float32(CELL)
    count = len(corners)
    part = Part(
        Chunk(0, 1),
        Boxes(bounds, np.array([0, count]), np.array([count])),
        Places(np.arange(count, dtype=np.int32), np.zeros(count, np.int64)),
    )
    knots = make_knots([[[(0.0, 0.0, 0.0, 0.0)]]] * count)
    found = all_candidates(make_job(knots, None, (1.0, 1.0)), part, 2000)
    assert len(found) == len(set(found))
    # Every corner of the lattice is shared by four boxes: 2 straight and 2 slanted pairs each.
    width = 2 * side
    assert len(found) == 2 * width * (width - 1) + 2 * (width - 1) ** 2


KINDS = [
    *("uniform", "giants", "crossed", "dense", "dense giants", "clusters", "stack", "one place"),
    *("points", "endless", "endless stack", "lopsided"),
]


def crowd(kind, count):
    """Bounds of a crowd that is hard on one of the ways in which boxes are kept apart."""
    random = np.random.default_rng(len(kind))
    low = random.uniform(0.0, 1000.0, (count, 4)).astype(np.float32)
    size = random.uniform(0.0, 90.0, (count, 4)).astype(np.float32)
    if kind == "giants":
        size[::20, :2] = random.choice((3e3, 2e9), (len(size[::20]), 2))
    if kind == "crossed":  # long along x or along y
        size[::2, 0] = size[1::2, 1] = 800.0
    if kind.startswith(
        "dense"
    ):  # so many boxes that three strips are made, each box in 1.3 of them
        size[:] = random.uniform(90.0, 150.0, (count, 4))
    if kind == "dense giants":
        size[::300] = 1e4
    if kind == "clusters":  # a billion metres apart, so that all of one fall into few cells
        low[::2, 0] += 1e9
        low[::3, 1] -= 1e9
    if kind == "stack":
        low[:, :3] = 5.0
    if kind == "one place":
        low[:] = 7.0
    if kind == "points":
        size[:] = 0.0
        low = np.round(low / 100) * 100
    if kind == "endless stack":
        low[:, :3], size[:, :3] = 5.0, 1.0
    bounds = np.concatenate([low, low + size], axis=1)
    if kind.startswith("endless"):
        bounds[::2, 3], bounds[::2, 7] = -np.inf, np.inf
    return bounds


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_candidates_of_crowds_equal_brute_force(kind, single, deep):
    count = 900 if kind.startswith("dense") else 230
    bounds = crowd(kind, count)
    if not deep:
        bounds[:, 2] = bounds[:, 6] = 0.0
    middle = count if single else (3 if kind == "lopsided" else count // 2)
    part = Part(
        Chunk(0, 1),
        Boxes(bounds, np.array([0, count]), np.array([middle])),
        Places(np.arange(count, dtype=np.int32), np.zeros(count, np.int64)),
    )
    knots = make_knots([[[(0.0, 0.0, 0.0, 0.0)]]] * count, geodetic=deep)
    job = make_job(knots, None if single else knots, (1.0, 1.0))
    assert choose_axes(bounds, 0, count, deep).striped or not kind.startswith("dense")
    meet = np.all(bounds[:, None, :4] <= bounds[None, :, 4:], axis=2)
    meet &= meet.T
    own, other = np.nonzero(np.triu(meet, 1))
    asked = (own < middle) & ((other >= middle) | single)
    expected = [(0, a, b) for a, b in zip(own[asked].tolist(), other[asked].tolist(), strict=True)]
    assert sorted(all_candidates(job, part, 5 * count)) == expected
