"""Pairs of rows by a sliding window, some at a time."""

from collections.abc import Iterator

import numpy as np

PAIRS_AT_ONCE = 1_000_000


def windows(until: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield every pair a < b < until[a], in arrays of about `PAIRS_AT_ONCE` of them."""
    rows = np.arange(len(until))
    many = np.maximum(until - rows - 1, 0)
    before = np.concatenate([[0], np.cumsum(many)])
    first = 0
    while first < len(rows):
        last = int(np.searchsorted(before, before[first] + PAIRS_AT_ONCE, "right")) - 1
        last = max(last, first + 1)
        a = np.repeat(rows[first:last], many[first:last])
        rank = np.arange(len(a)) - np.repeat(before[first:last] - before[first], many[first:last])
        yield a, a + 1 + rank
        first = last
