"""Tables of minima by category: from mappings, from Arrow, and what is refused with which names."""

import itertools
import pickle

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
from airprox import InvalidMinima, Minima, MinimaTable
from airprox.minima import larger_of

WIDE, NEAR, FLAT = Minima(9_260, 304.8), Minima(1_852, 152.4), Minima(5_000, 1_000)
BANDED = Minima(3_000, 300, (airprox.Band(9_000, float("inf"), 600),))
TWO = {("a", "a"): WIDE, ("a", "b"): NEAR, ("b", "b"): FLAT}


def _refused(make, *words, error=InvalidMinima):
    with pytest.raises(error) as raised:
        make()
    text = str(raised.value)
    for word in words:
        assert word in text
    assert "\n" not in text


def test_a_pair_has_its_minima_in_either_order():
    table = MinimaTable(TWO)
    assert table.categories == ("a", "b")
    assert table.default is None
    assert table.column == "category"
    assert table.minima_of("a", "a") == WIDE
    assert table.minima_of("a", "b") == table.minima_of("b", "a") == NEAR
    assert table.minima_of("b", "b") == FLAT
    assert set(table.different) == {WIDE, NEAR, FLAT}


def test_what_is_not_named_has_the_default():
    table = MinimaTable({("a", "b"): NEAR}, default=FLAT)
    assert table.minima_of("b", "a") == NEAR
    for pair in (("a", "a"), ("a", "c"), ("c", "b"), (None, "a"), ("a", None), (None, None)):
        assert table.minima_of(*pair) == FLAT
    assert MinimaTable({}, default=WIDE).minima_of("x", None) == WIDE
    assert MinimaTable({}, default=WIDE).categories == ()


@pytest.mark.parametrize("pair", [("a", "c"), ("c", "a"), ("c", "c")])
def test_without_a_default_an_unknown_category_is_refused_by_its_name(pair):
    _refused(lambda: MinimaTable(TWO).minima_of(*pair), "'c'", "'a', 'b'")


def test_without_a_default_no_category_is_refused():
    _refused(lambda: MinimaTable(TWO).minima_of("a", None), "None")


def test_the_larger_of_two_categories():
    table = MinimaTable({"a": WIDE, "b": FLAT, "c": BANDED}, combine="max")
    assert table.categories == ("a", "b", "c")
    assert table.minima_of("a", "a") == WIDE
    assert table.minima_of("a", "b") == table.minima_of("b", "a") == Minima(9_260, 1_000)
    assert table.minima_of("c", "a") == larger_of(WIDE, BANDED)
    assert table.minima_of("c", "a").steps == ((9_000.0, 304.8), (float("inf"), 600.0))
    _refused(lambda: table.minima_of("a", "d"), "'d'")


def test_combined_with_a_default_unnamed_categories_have_the_default_as_theirs():
    table = MinimaTable({"a": WIDE, "b": FLAT}, combine="max", default=NEAR)
    assert table.minima_of("a", None) == WIDE
    assert table.minima_of("x", "b") == FLAT
    assert table.minima_of("x", "y") == table.minima_of(None, None) == NEAR
    assert MinimaTable({("a", "a"): WIDE}, default=NEAR) != MinimaTable(
        {"a": WIDE}, default=NEAR, combine="max"
    )
    larger = MinimaTable({"a": NEAR}, combine="max", default=WIDE)
    assert larger.minima_of("a", "a") == NEAR
    assert larger.minima_of("a", "x") == WIDE


minima = st.sampled_from([WIDE, NEAR, FLAT, BANDED])


@given(st.dictionaries(st.sampled_from("abcd"), minima, min_size=1))
def test_combining_is_by_definition_the_larger(values):
    table = MinimaTable(values, combine="max")
    for one, other in itertools.product(values, repeat=2):
        assert table.minima_of(one, other) == larger_of(values[one], values[other])
    spelt = {
        (a, b): larger_of(values[a], values[b]) for a, b in itertools.product(values, repeat=2)
    }
    assert MinimaTable(spelt) == table


@given(
    st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), minima),
    st.none() | minima,
    st.data(),
)
def test_a_table_is_symmetric_or_refused(entries, default, data):
    contradicts = any(entries.get(pair[::-1], value) != value for pair, value in entries.items())
    names = {name for pair in entries for name in pair}
    missing = [
        pair
        for pair in itertools.product(names, repeat=2)
        if pair not in entries and pair[::-1] not in entries
    ]
    if contradicts or (default is None and (missing or not entries)):
        _refused(lambda: MinimaTable(entries, default=default))
        return
    table = MinimaTable(entries, default=default)
    for one, other in itertools.product("abc", repeat=2):
        expected = entries.get((one, other), entries.get((other, one), default))
        if expected is not None:
            assert table.minima_of(one, other) == table.minima_of(other, one) == expected
    turned = {
        pair if data.draw(st.booleans()) else pair[::-1]: value for pair, value in entries.items()
    }
    again = MinimaTable(dict(data.draw(st.permutations([*turned.items()]))), default=default)
    assert again == table
    assert hash(again) == hash(table)


def test_tables_are_values():
    table = MinimaTable(TWO, default=BANDED)
    assert pickle.loads(pickle.dumps(table)) == table
    assert table != MinimaTable(TWO)
    assert table != MinimaTable(TWO, default=BANDED, column="kind")
    assert MinimaTable(TWO) != MinimaTable(TWO | {("a", "b"): WIDE})
    assert table != "a table"
    with pytest.raises(AttributeError, match="immutable"):
        table.default = None  # pyright: ignore[reportAttributeAccessIssue]
    assert repr(MinimaTable(TWO)) == "MinimaTable(categories=('a', 'b'))"
    assert repr(MinimaTable({}, default=NEAR, column="kind")) == (
        "MinimaTable(categories=(), default=Minima(horizontal=1852.0, vertical=152.4), "
        "column='kind')"
    )


def test_what_was_given_may_change_afterwards():
    entries = dict(TWO)
    table = MinimaTable(entries)
    entries[("a", "b")] = WIDE
    assert table.minima_of("a", "b") == NEAR


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({}, ["name a category or have a default"]),
        ({("a", "b"): NEAR}, ["('a', 'a') is missing"]),
        ({("a", "a"): NEAR, ("b", "b"): WIDE}, ["('a', 'b') is missing"]),
        (TWO | {("b", "a"): WIDE}, ["'a'", "'b'", "9260", "1852", "either order"]),
        ({("a", "a"): (9_260, 304.8)}, ["('a', 'a')", "airprox.Minima", "(9260, 304.8)"]),
        ({("a", "a"): None}, ["('a', 'a')", "None"]),
        ({"ab": NEAR}, ["'ab'", "combine='max'"]),
        ({("a", "b", "c"): NEAR}, ["('a', 'b', 'c')", "pair"]),
        ({("a", None): NEAR}, ["None", "('a', None)", "a string or an integer"]),
        ({("a", 1.5): NEAR}, ["1.5"]),
        ({("a", True): NEAR}, ["True"]),
    ],
)
def test_entries_that_cannot_be_are_refused_with_their_names(entries, words):
    _refused(lambda: MinimaTable(entries), *words)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({("a", "a"): NEAR}, ["one category", "('a', 'a')"]),
        ({"a": 5}, ["'a'", "airprox.Minima"]),
        ({None: NEAR}, ["None"]),
    ],
)
def test_combined_entries_that_cannot_be_are_refused(entries, words):
    _refused(lambda: MinimaTable(entries, combine="max"), *words)


def test_arguments_that_cannot_be_are_refused():
    _refused(lambda: MinimaTable([WIDE]), "mapping", "list", error=airprox.SchemaError)
    _refused(lambda: MinimaTable(TWO, combine="min"), "'min'", error=airprox.SchemaError)
    _refused(lambda: MinimaTable(TWO, column=""), "column", error=airprox.SchemaError)
    _refused(lambda: MinimaTable(TWO, column=None), "column", error=TypeError)
    _refused(lambda: MinimaTable(TWO, default=5), "the default", "5")


# From Arrow.

COLUMNS = {
    "own_category": ["a", "b", "a", None],
    "other_category": ["a", "a", "b", None],
    "horizontal": [9_260.0, 1_852, 1_852, 5_000],
    "vertical": [304.8, 152.4, 152.4, 1_000],
}
READ = MinimaTable({("a", "a"): WIDE, ("a", "b"): NEAR}, default=FLAT)


def _with(**columns):
    return COLUMNS | columns


@pytest.mark.parametrize(
    "form",
    [
        lambda columns: columns,
        pa.table,
        pd.DataFrame,
        pl.DataFrame,
        lambda columns: pa.table(columns).to_batches()[0],
        lambda columns: pa.concat_tables([pa.table(columns).slice(i, 1) for i in range(4)]),
        lambda columns: pa.table(
            columns
            | {
                name: pa.array(columns[name]).dictionary_encode()
                for name in ("own_category", "other_category")
            }
        ),
        lambda columns: pa.table(
            columns
            | {
                "horizontal": pa.array([9_260, 1_852, 1_852, 5_000], pa.int32()),
                "own_category": pa.array(columns["own_category"], pa.large_string()),
                "note": [1, 2, 3, 4],
            }
        ),
    ],
    ids=["mapping", "pyarrow", "pandas", "polars", "batch", "chunks", "dictionary", "types"],
)
def test_any_arrow_table_is_read(form):
    assert MinimaTable.from_arrow(form(COLUMNS)) == READ


def test_a_default_may_be_given_outside_of_the_table():
    rows = {name: values[:3] for name, values in COLUMNS.items()}
    assert MinimaTable.from_arrow(rows, default=FLAT) == READ
    assert MinimaTable.from_arrow(rows, default=FLAT, column="kind").column == "kind"
    _refused(lambda: MinimaTable.from_arrow(rows), "('b', 'b') is missing")
    _refused(lambda: MinimaTable.from_arrow(COLUMNS, default=WIDE), "default", "row 3", "9260")
    assert MinimaTable.from_arrow(COLUMNS, default=FLAT) == READ


def test_categories_may_be_numbers():
    rows = {"own_category": [1], "other_category": [1], "horizontal": [9_260], "vertical": [304.8]}
    assert MinimaTable.from_arrow(rows).minima_of(1, 1) == WIDE


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"horizontal": [9_260, 1_852, 5_000, 5_000]}, ["either order", "('a', 'b')"]),
        ({"horizontal": [-1, 1, 1, 1]}, ["-1.0", "('a', 'a')", "row 0"]),
        ({"horizontal": [1, 0, 1, 1]}, ["horizontal", "('b', 'a')", "row 1"]),
        ({"vertical": [1, 2, float("nan"), 1]}, ["vertical", "nan", "('a', 'b')", "row 2"]),
        ({"horizontal": [1, 2, float("inf"), 1]}, ["finite", "('a', 'b')", "row 2"]),
        ({"vertical": [1, 2, None, 1]}, ["vertical", "null", "('a', 'b')", "row 2"]),
        ({"horizontal": [None, 2, 3, 1]}, ["horizontal", "null", "('a', 'a')", "row 0"]),
        ({"own_category": ["a", None, "a", None]}, ["both categories", "(None, 'a')", "row 1"]),
        ({"own_category": [None] * 4, "other_category": [None] * 4}, ["default", "row 1"]),
    ],
)
def test_rows_that_cannot_be_are_refused_with_their_names(changed, words):
    _refused(lambda: MinimaTable.from_arrow(_with(**changed)), *words)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({k: v for k, v in COLUMNS.items() if k != "vertical"}, ["'vertical'", "'horizontal'"]),
        ({}, ["'own_category'", "no columns"]),
        (_with(own_category=[1.5, 2, 3, 4]), ["'own_category'", "double"]),
        (_with(vertical=["high"] * 4), ["'vertical'", "string"]),
        (7, ["int"]),
    ],
)
def test_columns_that_cannot_be_are_refused(source, words):
    _refused(lambda: MinimaTable.from_arrow(source), *words, error=airprox.SchemaError)


def test_a_unit_in_the_metadata_may_only_agree():
    def said(unit):
        table = pa.table(COLUMNS)
        field = pa.field("vertical", pa.float64(), metadata={"unit": unit})
        return table.set_column(3, field, table["vertical"])

    assert MinimaTable.from_arrow(said("metres")) == READ
    _refused(
        lambda: MinimaTable.from_arrow(said("ft")), "'vertical'", "'ft'", error=airprox.UnitsError
    )
