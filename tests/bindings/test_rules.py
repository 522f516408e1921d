"""Rules as values: what is taken, how it is kept, what is refused."""

import pickle

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
from airprox import Rules

PAIRS = {"own": ["a", "b"], "other": ["c", "d"]}


def test_no_rules_screen_everything():
    rules = Rules()
    assert (rules.sides, rules.other_sides) == ({}, True)
    assert (rules.group, rules.exempt, rules.flight) == (None, None, None)
    assert repr(rules) == "Rules()"


names = st.sampled_from(["blue", "red", 1, None])


@given(st.dictionaries(st.tuples(names, names), st.booleans()))
def test_sides_are_symmetric_or_refused(sides):
    contradiction = next((p for p, flag in sides.items() if sides.get(p[::-1], flag) != flag), None)
    if contradiction:
        with pytest.raises(airprox.SchemaError, match="either order"):
            Rules(sides=sides)
        return
    rules = Rules(sides=sides)
    assert rules.sides == sides | {pair[::-1]: flag for pair, flag in sides.items()}
    assert Rules(sides={pair[::-1]: flag for pair, flag in sides.items()}) == rules
    assert eval(repr(rules), {"Rules": Rules}) == rules


def test_rules_are_values_that_nobody_changes():
    sides = {("blue", "red"): True}
    rules = Rules(sides=sides, other_sides=False, group=True, exempt=PAIRS, flight="number")
    sides[("red", "red")] = True
    assert rules.sides == {("blue", "red"): True, ("red", "blue"): True}
    assert pickle.loads(pickle.dumps(rules)) == rules
    assert rules != Rules(sides=rules.sides, other_sides=False, group=True, flight="number")
    assert rules != "rules"
    with pytest.raises(AttributeError, match="immutable"):
        rules.group = None  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(TypeError):
        rules.sides[("red", "red")] = True  # pyright: ignore[reportIndexIssue]
    with pytest.raises(TypeError, match="unhashable"):
        hash(rules)
    assert repr(rules) == (
        "Rules(sides={('blue', 'red'): True}, other_sides=False, group='group', exempt=<2 pairs>, "
        "flight='number')"
    )


@pytest.mark.parametrize(
    ("group", "expected"),
    [(True, "group"), ("flight", "flight"), (False, None), (None, None)],
)
def test_a_group_is_a_column(group, expected):
    assert Rules(group=group).group == expected


@pytest.mark.parametrize(
    "form",
    [
        lambda pairs: pairs,
        pa.table,
        pd.DataFrame,
        pl.DataFrame,
        lambda pairs: pa.table({"other": pairs["other"], "note": [1, 2], "own": pairs["own"]}),
        lambda pairs: pa.concat_tables([pa.table(pairs).slice(i, 1) for i in range(2)]),
        lambda pairs: pa.table({k: pa.array(v).dictionary_encode() for k, v in pairs.items()}),
        lambda pairs: pa.table({k: pa.array(v, pa.string_view()) for k, v in pairs.items()}),
    ],
    ids=["mapping", "pyarrow", "pandas", "polars", "columns", "chunks", "dictionary", "view"],
)
def test_exempt_pairs_come_from_any_arrow_table(form):
    table = Rules(exempt=form(PAIRS)).exempt
    assert table is not None
    assert table.column_names == ["own", "other"]
    assert table.to_pydict() == PAIRS
    assert all(column.num_chunks == 1 for column in table.columns)


def test_exempt_ids_may_be_numbers_and_none():
    table = Rules(exempt={"own": [1], "other": [2]}).exempt
    assert table is not None
    assert table.to_pydict() == {"own": [1], "other": [2]}
    assert Rules(exempt={"own": [], "other": []}).exempt is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sides": {("blue", "red"): 1}}, ["('blue', 'red')", "True", "1"]),
        ({"sides": {("blue", "red"): None}}, ["('blue', 'red')", "None"]),
        ({"sides": {"br": True}}, ["pairs", "'br'"]),
        ({"sides": {("blue",): True}}, ["('blue',)"]),
        ({"sides": {("blue", 1.5): True}}, ["1.5", "('blue', 1.5)"]),
        ({"sides": {("blue", True): True}}, ["a side must be"]),
        ({"sides": [("blue", "red")]}, ["sides", "list"]),
        (
            {"sides": {("a", "b"): True, ("b", "a"): False}},
            ["('b', 'a')", "True and False", "either order"],
        ),
        ({"other_sides": None}, ["other_sides", "None"]),
        ({"other_sides": "exempt"}, ["other_sides", "'exempt'"]),
        ({"group": 7}, ["group", "True or the name of a carried column", "7"]),
        ({"group": ""}, ["group", "''"]),
        ({"flight": True}, ["flight", "True"]),
        ({"flight": ""}, ["flight", "''"]),
        ({"exempt": {"own": ["a"]}}, ["'other'", "'own'"]),
        ({"exempt": {}}, ["no columns"]),
        ({"exempt": {"own": ["a", None], "other": ["b", "c"]}}, ["'own'", "row 1"]),
        ({"exempt": [("a", "b")]}, ["list"]),
        ({"exempt": {"own": ["a"], "other": ["b", "c"]}}, ["readable"]),
    ],
)
def test_what_cannot_be_a_rule_is_refused(arguments, words):
    with pytest.raises(airprox.SchemaError) as error:
        Rules(**arguments)
    for word in words:
        assert word in str(error.value)
