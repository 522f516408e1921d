"""Mutilated files of minima and rules: one sentence, or minima that can be told again.

The examples are taken apart, changed at random places and written down again, or changed as text.
"""

import json
import math
import pickle
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import airprox
from airprox import Minima, MinimaTable
from airprox._toml import read_minima, read_rules

EXAMPLES = Path(airprox.__file__).parent / "examples"
BANDS = '[{ up_to = "FL100", vertical = "500ft" }, { above = "FL290", vertical = "2000ft" }]'
PLAIN = f'horizontal = "5nm"\nvertical = "1000ft"\nbands = {BANDS}\n'
MINIMA = [
    (EXAMPLES / "two_sides_minima.toml").read_text("utf-8"),
    PLAIN,
    f'combine = "max"\ncolumn = "kind"\n[default]\n{PLAIN}[categories.drone]\n{PLAIN}',
    f'[[pairs]]\nbetween = ["a", 5]\n{PLAIN}[default]\n{PLAIN}',
    '[rvsm]\napproved = ["airliner"]\nhorizontal = "5nm"',
]
RULES = [
    (EXAMPLES / "two_sides_rules.toml").read_text("utf-8"),
    'flight = "number"\nexempt = [["a", "b"], [1, 2]]\n[sides]\nscreened = [["civil", "blue"]]',
]
HUGE = 16**5000
"""More digits than Python turns into decimals."""

SPELT = (
    "|5|nm|nannm|infm|-infft|inf|-0m|1e400km|1e-400km|5 nm|FL|FL-5|FL1e9|FLinf|1_0m|٥nm|max|a|"
    "drone|a\nb|\x00|~/x|."
)
texts = st.one_of(st.sampled_from(SPELT.split("|")), st.text(max_size=6))
numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([16**500, 2**63, 1e308, -0.0]))
junk = st.recursive(
    st.one_of(texts, numbers, st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every container in the tree with each of its keys."""
    keys = (
        [*tree] if isinstance(tree, dict) else [*range(len(tree))] if isinstance(tree, list) else []
    )
    return [(tree, key) for key in keys] + [place for key in keys for place in places(tree[key])]


@st.composite
def changed(draw: st.DrawFn, originals: list[str]) -> str:
    """A file with one to three parts replaced, removed, renamed, repeated or moved elsewhere."""
    tree = tomllib.loads(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 3))):
        found = places(tree)
        if not found:
            break
        container, key = draw(st.sampled_from(found))
        other, place = draw(st.sampled_from(found))
        way = draw(st.sampled_from(["replace", "remove", "add", "repeat", "copy"]))
        value = container[key]
        if way == "remove":
            del container[key]
        elif way == "repeat":
            container[key] = [value, value]
        elif way == "copy":
            other[place] = json.loads(json.dumps(value, default=str))
        elif way == "add" and isinstance(container, dict):
            names = st.one_of(texts, st.sampled_from(["vertical", "default", "rvsm", "levels"]))
            container[draw(names)] = draw(junk)
        else:
            container[key] = draw(junk)
    return "\n".join(f"{json.dumps(key)} = {written(value)}" for key, value in tree.items())


def written(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, dict):
        items = (f"{json.dumps(key)} = {written(item)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 2**64:
        return hex(value)
    return str(value).lower()


@st.composite
def damaged(draw: st.DrawFn, originals: list[str]) -> str:
    """A file with a piece of its text replaced by another, or by anything."""
    text = draw(st.sampled_from(originals))
    begin, length = draw(st.integers(0, len(text))), draw(st.integers(0, 20))
    piece = draw(st.one_of(st.just(text[begin // 2 :][:length]), texts, st.text('[]{}"=,.#\n')))
    return text[:begin] + piece + text[begin + length :]


def answer(read: Any, path: Path, text: str) -> Any:
    """What the file says; None after an error of one sentence that names it, or a file it names."""
    path.write_text(text, "utf-8", errors="surrogatepass")
    try:
        return read(str(path))
    except airprox.AirproxError as error:
        sentence = str(error)
        exempt = "exempt" in text and " cannot be read: " in sentence
        assert sentence.startswith(str(path)) or exempt
        assert "\n" not in sentence
        assert len(sentence) < 2_000
        return None


def told_again(minima: Minima | MinimaTable) -> dict[str, Any]:
    """What stands in a file for these minima."""
    if isinstance(minima, Minima):
        bands = [
            {"above": f"{floor!r}m", "up_to": f"{ceiling!r}m", "vertical": _metres(vertical)}
            for floor, ceiling, vertical in minima.bands
        ]
        bands = [
            {key: edge for key, edge in band.items() if "inf" not in edge or key == "vertical"}
            for band in bands
        ]
        return {
            "horizontal": _metres(minima.horizontal),
            "vertical": _metres(minima.vertical),
            "bands": bands,
        }
    names = minima.categories
    pairs = [
        {"between": [one, other], **told_again(minima.minima_of(one, other))}
        for place, one in enumerate(names)
        for other in names[place:]
    ]
    default = {"default": told_again(minima.default)} if minima.default else {}
    return {"column": minima.column, "pairs": pairs, **default}


def _metres(length: float) -> str:
    return "inf" if math.isinf(length) else f"{length!r}m"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("toml") / "file.toml"


@settings(max_examples=250)
@given(text=st.one_of(changed(MINIMA), changed(MINIMA), damaged(MINIMA), st.text(max_size=40)))
def test_minima_of_a_mutilated_file(path, text):
    found = answer(read_minima, path, text)
    for minima in found.values() if isinstance(found, dict) else [found] if found else []:
        assert pickle.loads(pickle.dumps(minima)) == minima
        again = answer(read_minima, path, _file(told_again(minima)))
        if isinstance(minima, Minima):
            assert again == minima
        else:
            names = minima.categories
            assert all(
                again.minima_of(one, other) == minima.minima_of(one, other)
                for one in names
                for other in names
            )


def _file(tree: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {written(value)}" for key, value in tree.items())


@settings(max_examples=150)
@given(text=st.one_of(changed(RULES), damaged(RULES), st.text(max_size=40)))
def test_rules_of_a_mutilated_file(path, text):
    rules = answer(read_rules, path, text)
    assert rules is None or pickle.loads(pickle.dumps(rules)) == rules


@pytest.mark.parametrize("read", [read_minima, read_rules])
@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a." * 2_000 + "b = 1",
        "horizontal." + "a." * 2_000 + "b = 1",
        f"horizontal = {HUGE:#x}",
        f"exempt = [[{HUGE:#x}, 1]]",
        "horizontal = " + "9" * 5_000,
        f"group = [{'9, ' * 10_000}]",
        f"horizontal = '{'9' * 100_000}m'\nvertical = '1m'",
    ],
    ids=["array", "keys", "section", "hexadecimal", "names", "decimal", "list", "text"],
)
def test_what_no_reader_of_toml_holds(read, text, path):
    assert answer(read, path, text) is None
