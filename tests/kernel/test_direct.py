"""Calls past the dispatcher: each kind of arguments has machine code of its own."""

from typing import NamedTuple

import numpy as np
import pytest
from strategies_kernel import frozen

from airprox_kernel import _direct
from airprox_kernel._direct import Direct, kind_of
from airprox_kernel._jit import jit


class Pair(NamedTuple):
    one: np.ndarray
    two: np.ndarray


class Other(NamedTuple):
    one: np.ndarray
    two: np.ndarray


@jit
def total(pair: Pair) -> float:
    """Return the sum of both."""
    found = 0.0
    for value in pair.one:
        found += value
    for value in pair.two:
        found += value
    return found


ONES = frozen([1.0, 1.0, 1.0])
PAIR = Pair(ONES, ONES)
UNLIKE = (
    PAIR._replace(two=np.ones(3, np.int32)),
    PAIR._replace(two=np.ones(3, np.float32)),
    PAIR._replace(two=np.ones(3)),  # may be written to
    PAIR._replace(two=frozen(np.ones(6))[::2]),
    PAIR._replace(two=frozen(np.ones((1, 3)))),
    Other(ONES, ONES),
    (ONES, ONES),
)


def test_kinds_are_equal_iff_types_are():
    kinds = [kind_of(pair) for pair in (PAIR, *UNLIKE)]
    assert len({*kinds}) == len(kinds)
    assert kind_of(Pair(frozen([2.0]), frozen([]))) == kind_of(PAIR)
    assert kind_of(1) == kind_of(2) != kind_of(1.0)
    assert kind_of(PAIR, 1) != kind_of(1, PAIR)


def test_other_types_find_other_code():
    """Read as float64, three int32 would be a number and a half, and what lies behind them."""
    direct = Direct(total)
    for _ in range(3):
        for pair in (PAIR, *UNLIKE[:4], Other(ONES, ONES)):
            assert direct.of(kind_of(pair))(pair) == 6.0
    assert len({*direct._entries.values()}) == len(getattr(total, "overloads", [1]))


def test_a_kind_is_dispatched_once(monkeypatch):
    calls = []
    direct = Direct(total)
    monkeypatch.setattr(_direct, "_entry", lambda kernel, given: calls.append(given) or kernel)
    for _ in range(3):
        assert direct.of(kind_of(PAIR), b"more")(PAIR) == 6.0
    assert calls == [(PAIR,)]


@pytest.mark.parametrize("known", [True, False])
def test_without_a_fingerprint_every_call_is_dispatched(monkeypatch, known):
    if known:
        kind = kind_of(object())
    else:
        monkeypatch.setattr("importlib.import_module", lambda _: object())
        _direct._fingerprint.cache_clear()
        kind = kind_of(PAIR)
        _direct._fingerprint.cache_clear()
    direct = Direct(total)
    assert direct.of(kind) is total
    assert direct.of(kind, kind_of(PAIR)) is total
