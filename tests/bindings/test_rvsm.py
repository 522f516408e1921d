"""The RVSM preset at the levels that the sources name."""

import itertools

import pytest

import airprox

FOOT = airprox.FT


def _feet(table, own, other, *levels):
    """The minimum in feet of two aircraft at two flight levels: the larger of theirs."""
    minima = table.minima_of(own, other)
    return max(
        round(next(v for ceiling, v in minima.steps if level * 100 * FOOT <= ceiling) / FOOT)
        for level in levels
    )


# Levels of the two aircraft, then feet between approved aircraft, and with one that is not.
CASES = [
    (280, 290, 1000, 1000),
    (290, 290, 1000, 1000),
    (100, 110, 1000, 1000),
    (290, 300, 1000, 2000),
    (300, 310, 1000, 2000),
    (400, 410, 1000, 2000),
    (410, 410, 1000, 2000),
    (410, 420, 2000, 2000),
    (410, 430, 2000, 2000),
    (430, 450, 2000, 2000),
]


@pytest.mark.parametrize(("one", "other", "approved", "unapproved"), CASES)
def test_what_the_sources_say(one, other, approved, unapproved):
    table = airprox.rvsm(["airliner", "cargo"])
    for pair in itertools.product(["airliner", "cargo"], repeat=2):
        assert _feet(table, *pair, one, other) == approved
    for pair in (("airliner", "fighter"), (None, "cargo"), ("fighter", "drone"), (None, None)):
        assert _feet(table, *pair, one, other) == unapproved
        assert _feet(table, *pair[::-1], one, other) == unapproved
    assert _feet(airprox.rvsm(True), "fighter", None, one, other) == approved
    assert _feet(airprox.rvsm(False), "airliner", "airliner", one, other) == unapproved
    assert airprox.rvsm([]) == airprox.rvsm(False)


def test_the_horizontal_minimum_is_the_caller_s():
    assert airprox.rvsm(["a"]).minima_of("a", "b").horizontal == 5 * airprox.NM
    table = airprox.rvsm(["a"], horizontal=18_520)
    assert {minima.horizontal for minima in table.different} == {18_520.0}
    with pytest.raises(airprox.InvalidMinima, match="horizontal"):
        airprox.rvsm(["a"], horizontal=0)


def test_any_iterable_of_categories_is_taken_once_each():
    assert airprox.rvsm(name for name in ("a", "b", "a")) == airprox.rvsm({"b": 1, "a": 2})
    assert airprox.rvsm(["b", "a"]).categories == ("b", "a")


@pytest.mark.parametrize("approved", ["airliner", b"airliner", 7, None])
def test_what_is_no_iterable_of_categories_is_refused(approved):
    with pytest.raises(airprox.SchemaError) as error:
        airprox.rvsm(approved)
    assert "['airliner']" in str(error.value)
    assert repr(approved) in str(error.value)


def test_what_is_no_category_is_refused():
    with pytest.raises(airprox.InvalidMinima, match="None"):
        airprox.rvsm(["a", None])
