"""Minima and rules from TOML files: what a file says, and the sentence when it says it wrongly."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import airprox
from airprox import FT, NM, Band, Minima, MinimaTable, Rules
from airprox._toml import read_minima, read_rules

WIDE, NEAR = Minima(5 * NM, 1000 * FT), Minima(1 * NM, 500 * FT)
PLAIN = 'horizontal = "5nm"\nvertical = "1000ft"\n'
EXAMPLES = Path(airprox.__file__).parent / "examples"
INFINITY = float("inf")


@pytest.fixture
def write(tmp_path):
    def write(text: str, name: str = "file.toml") -> str:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return str(path)

    return write


def _refused(read, path, *words):
    with pytest.raises(airprox.AirproxError) as error:
        read(path)
    sentence = str(error.value)
    assert sentence.startswith(path)
    assert "\n" not in sentence
    for word in words:
        assert word in sentence


def test_plain_minima(write):
    assert read_minima(write(PLAIN)) == WIDE
    assert read_minima(write('horizontal = "9.26km"\nvertical = "inf"')) == Minima(9_260, INFINITY)


def test_bands_have_their_edges_where_it_says_so(write):
    path = write(
        PLAIN
        + """
        [[bands]]
        above = "FL290"
        up_to = "FL410"
        vertical = "2000ft"
        [[bands]]
        above = "41000ft"
        vertical = "3000ft"
        [[bands]]
        up_to = "-10m"
        vertical = "500ft"
        """
    )
    bands = (
        Band(-INFINITY, -10, 500 * FT),
        Band(29_000 * FT, 41_000 * FT, 2000 * FT),
        Band(41_000 * FT, INFINITY, 3000 * FT),
    )
    assert read_minima(path) == Minima(5 * NM, 1000 * FT, bands)


def test_a_table_by_pairs(write):
    path = write(
        """
        column = "kind"
        [default]
        horizontal = "5nm"
        vertical = "1000ft"
        [[pairs]]
        between = ["drone", "drone"]
        horizontal = "1nm"
        vertical = "500ft"
        [[pairs]]
        between = ["drone", "fighter"]
        horizontal = "1nm"
        vertical = "500ft"
        bands = [{ above = "FL100", vertical = "1000ft" }]
        """
    )
    banded = Minima(1 * NM, 500 * FT, (Band(10_000 * FT, INFINITY, 1000 * FT),))
    entries = {("drone", "drone"): NEAR, ("fighter", "drone"): banded}
    assert read_minima(path) == MinimaTable(entries, default=WIDE, column="kind")


def test_a_table_without_a_default_and_one_of_a_default_alone(write):
    pair = '[[pairs]]\nbetween = ["a", "a"]\n' + PLAIN
    assert read_minima(write(pair)) == MinimaTable({("a", "a"): WIDE})
    assert read_minima(write("[default]\n" + PLAIN)) == MinimaTable({}, default=WIDE)


def test_a_table_from_one_value_a_category(write):
    path = write(
        """
        combine = "max"
        categories.airliner = { horizontal = "5nm", vertical = "1000ft" }
        [categories."small drone"]
        horizontal = "1nm"
        vertical = "500ft"
        """
    )
    expected = MinimaTable({"airliner": WIDE, "small drone": NEAR}, combine="max")
    assert read_minima(path) == expected


def test_the_rvsm_preset(write):
    path = write('[rvsm]\napproved = ["airliner", "cargo"]\nhorizontal = "10nm"')
    assert read_minima(path) == airprox.rvsm(["airliner", "cargo"], horizontal=10 * NM)
    assert read_minima(write("rvsm = { approved = true }")) == airprox.rvsm(True)
    assert read_minima(write("rvsm.approved = false")) == airprox.rvsm(False)


def test_levels_are_any_of_these_in_their_order(write):
    path = write(
        """
        [levels."near mid-air collision"]
        horizontal = "500ft"
        vertical = "100ft"
        [levels.conflict.rvsm]
        approved = ["airliner"]
        [levels.advisory]
        combine = "max"
        categories.drone = { horizontal = "1nm", vertical = "500ft" }
        """
    )
    levels = read_minima(path)
    assert [*levels] == ["near mid-air collision", "conflict", "advisory"]
    assert levels == {
        "near mid-air collision": Minima(500 * FT, 100 * FT),
        "conflict": airprox.rvsm(["airliner"]),
        "advisory": MinimaTable({"drone": NEAR}, combine="max"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["horizontal must be given"]),
        ('horizontal = "5nm"', ["vertical must be given"]),
        (PLAIN + "vertcal = 5", ["vertcal is not known here", "horizontal, vertical, bands"]),
        (PLAIN + '"a b" = 5', ["'a b' is not known"]),
        ('horizontal = 5\nvertical = "1000ft"', ["horizontal", "in quotes", "found 5"]),
        ('horizontal = "5"\nvertical = "1000ft"', ["horizontal must carry its unit"]),
        ('horizontal = "FL50"\nvertical = "1000ft"', ["horizontal", "'FL50'"]),
        ('horizontal = "5nm"\nvertical = "0ft"', ["the vertical minimum", "0.0"]),
        ('horizontal = "-5nm"\nvertical = "100ft"', ["the horizontal minimum", "-9260.0"]),
        (PLAIN + "bands = 5", ["bands must be an array"]),
        (PLAIN + "bands = [5]", ["bands", "[[bands]]"]),
        (PLAIN + "bands = [{}]", ["bands[0].vertical must be given"]),
        (PLAIN + 'bands = [{ vertical = "5m", over = "FL1" }]', ["bands[0].over is not known"]),
        (PLAIN + 'bands = [{ vertical = "5m", above = 290 }]', ["bands[0].above", "FL410"]),
        (PLAIN + 'bands = [{ vertical = "5m", above = "FL4x" }]', ["bands[0].above", "'FL4x'"]),
        (PLAIN + 'bands = [{ vertical = "9m", above = "2m", up_to = "1m" }]', ["(2, 1] m"]),
        (PLAIN + "[default]", ["horizontal is not known here", "pairs, default, column"]),
        ("[default]", ["default.horizontal must be given"]),
        ("default = 5", ["default must be a section"]),
        ("pairs = [{}]", ["pairs[0].between must be given"]),
        ('pairs = [{ between = ["a"] }]', ["pairs[0].between", "two categories"]),
        ('pairs = [{ between = ["a", 1.5] }]', ["pairs[0].between", "1.5"]),
        ('pairs = [{ between = "ab" }]', ["pairs[0].between", "an array"]),
        ('pairs = [{ between = ["a", "b"] }]', ["pairs[0].horizontal must be given"]),
        ('[[pairs]]\nbetween = ["a", "b"]\n' + PLAIN, ["('a', 'a') is missing"]),
        (
            f'[[pairs]]\nbetween = ["a", "b"]\n{PLAIN}[[pairs]]\nbetween = ["b", "a"]\n{PLAIN}',
            ["pairs[1].between", "not named before"],
        ),
        ("pairs = []", ["name a category or have a default"]),
        ("column = 5\npairs = []", ["column must be a string"]),
        ('combine = "min"\n[categories.a]\n' + PLAIN, ["'min'"]),
        ('combine = "max"', ["categories must be given"]),
        ("[categories.a]\n" + PLAIN, ["combine must be given"]),
        ('combine = "max"\ncategories = 5', ["categories must be a section"]),
        ('combine = "max"\ncategories.a = 5', ["categories.a must be a section"]),
        ('combine = "max"\n[categories.a]\nhorizontal = "5nm"', ["categories.a.vertical"]),
        ('combine = "max"\npairs = []', ["pairs is not known here"]),
        ("[rvsm]", ["rvsm.approved must be given"]),
        ('rvsm.approved = "airliner"', ["rvsm.approved must be an array or true or false"]),
        ("rvsm.approved = [1.5]", ["rvsm.approved", "categories"]),
        ('rvsm = { approved = true, vertical = "5m" }', ["rvsm.vertical is not known"]),
        (PLAIN + "[rvsm]\napproved = true", ["horizontal is not known here"]),
        ("[levels]", ["levels must have a level"]),
        ("levels = 5", ["levels must be a section"]),
        ("levels.conflict = 5", ["levels.conflict must be a section"]),
        (PLAIN + "[levels.conflict]", ["horizontal is not known here", "levels"]),
        ('[levels.conflict]\nhorizontal = "5nm"', ["levels.conflict.vertical must be given"]),
        ("[levels.conflict.levels.more]", ["levels.conflict.levels is not known"]),
        ('[levels."a b"]\nhorizontal = 5', ["levels.'a b'.horizontal"]),
        ("horizontal = \n", ["must be a TOML file", "line 1"]),
        ("a = 1\na = 2", ["must be a TOML file"]),
    ],
)
def test_minima_that_a_file_says_wrongly(text, words, write):
    _refused(read_minima, write(text), *words)


@pytest.mark.parametrize("read", [read_minima, read_rules])
def test_a_file_that_is_none(read, tmp_path):
    _refused(read, str(tmp_path / "absent.toml"), "No such file")
    _refused(read, str(tmp_path), "cannot be read")
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    _refused(read, str(path), "must be a TOML file")


# Rules.


def test_rules_say_what_they_say(write):
    path = write(
        """
        group = true
        flight = "number"
        exempt = [["a", "b"], ["c", "d"]]
        [sides]
        screened = [["civil", "blue"], ["civil", "red"]]
        exempt = [["blue", "blue"]]
        others = "exempt"
        """
    )
    assert read_rules(path) == Rules(
        sides={("civil", "blue"): True, ("civil", "red"): True, ("blue", "blue"): False},
        other_sides=False,
        group=True,
        exempt={"own": ["a", "c"], "other": ["b", "d"]},
        flight="number",
    )


def test_rules_that_say_little(write):
    assert read_rules(write("")) == Rules()
    assert read_rules(write("exempt = []\ngroup = false\n[sides]")) == Rules()
    assert read_rules(write('group = "formation"')) == Rules(group="formation")
    assert read_rules(write("exempt = [[1, 2]]")) == Rules(exempt={"own": [1], "other": [2]})
    sides = '[sides]\nexempt = [["a", "b"], ["b", "a"]]\nothers = "screened"'
    assert read_rules(write(sides)) == Rules(sides={("a", "b"): False})


def test_exempt_pairs_may_stand_in_a_file_beside_the_rules(write, tmp_path, monkeypatch):
    (tmp_path / "tables").mkdir()
    table = pa.table({"own": ["a"], "other": ["b"], "why": ["a formation flight"]})
    pq.write_table(table, tmp_path / "tables" / "pairs.parquet")
    path = write('exempt = "tables/pairs.parquet"')
    monkeypatch.chdir(tmp_path / "tables")
    assert read_rules(path) == Rules(exempt={"own": ["a"], "other": ["b"]})
    monkeypatch.chdir(tmp_path)
    assert read_rules("file.toml") == Rules(exempt={"own": ["a"], "other": ["b"]})


def test_a_file_of_pairs_that_is_none_is_named(write, tmp_path):
    path = write('exempt = "pairs.parquet"')
    with pytest.raises(airprox.AirproxError, match=r"pairs\.parquet.*No such file"):
        read_rules(path)
    pq.write_table(pa.table({"own": ["a"], "others": ["b"]}), tmp_path / "pairs.parquet")
    with pytest.raises(airprox.AirproxError, match=r"pairs\.parquet.*'other'"):
        read_rules(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("grup = true", ["grup is not known here", "sides, group, exempt, flight"]),
        ("group = 5", ["group must be true or false or a string", "5"]),
        ('group = ""', ["group must be True or the name"]),
        ("flight = true", ["flight must be a string"]),
        ("exempt = 5", ["exempt must be an array or a string"]),
        ('exempt = ["a", "b"]', ["exempt", "pairs"]),
        ('exempt = [["a", "b", "c"]]', ["exempt", "pairs"]),
        ('exempt = [["a", 1]]', ["exempt", "one type"]),
        ("sides = 5", ["sides must be a section"]),
        ("[sides]\nall = true", ["sides.all is not known", "screened, exempt, others"]),
        ("[sides]\nothers = true", ["sides.others must be a string"]),
        ('[sides]\nothers = "none"', ["sides.others", '"screened" or "exempt"', "'none'"]),
        ('[sides]\nscreened = ["a", "b"]', ["sides.screened", "pairs"]),
        (
            '[sides]\nscreened = [["a", "b"]]\nexempt = [["b", "a"]]',
            ["sides", "['b', 'a'] as both"],
        ),
    ],
)
def test_rules_that_a_file_says_wrongly(text, words, write):
    _refused(read_rules, write(text), *words)


# The example.


def test_the_example_s_minima_are_what_its_comments_say():
    levels = read_minima(str(EXAMPLES / "two_sides_minima.toml"))
    assert isinstance(levels, dict)
    assert [*levels] == ["conflict", "near mid-air collision"]
    table, collision = levels.values()
    assert collision == Minima(500 * FT, 100 * FT)
    assert isinstance(table, MinimaTable)
    preset = airprox.rvsm(["airliner", "cargo"])
    for pair in (
        ("airliner", "airliner"),
        ("airliner", "cargo"),
        ("cargo", "cargo"),
        ("airliner", "fighter"),
        ("tanker", "cargo"),
        ("drone", "airliner"),
        (None, "fighter"),
    ):
        assert table.minima_of(*pair) == preset.minima_of(*pair)
    assert table.minima_of("fighter", "fighter") == Minima(3 * NM, 1000 * FT)
    assert table.minima_of("drone", "drone") == NEAR


def test_the_example_s_rules_are_what_its_comments_say():
    rules = read_rules(str(EXAMPLES / "two_sides_rules.toml"))
    assert rules.group == "group"
    assert not rules.other_sides
    for side in ("blue", "red"):
        assert rules.sides["civil", side]
        assert rules.sides[side, side]
    assert ("blue", "red") not in rules.sides
    assert ("civil", "civil") not in rules.sides
    assert rules.exempt is not None
    assert rules.exempt.num_rows == 4
