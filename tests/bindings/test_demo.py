import collections

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import airprox
from airprox import demo

_ROLES = ("own", "other")


@pytest.fixture(scope="module")
def tables() -> tuple[pa.Table, pa.Table]:
    return demo.tables()


@pytest.fixture(scope="module")
def everybody() -> airprox.Fleet:
    return demo.everybody()


@pytest.fixture(scope="module")
def screening(everybody) -> airprox.Screening:
    return airprox.screen(everybody, demo.minima(), rules=demo.rules())


def test_the_same_seed_gives_the_same_tables_and_another_does_not(tables):
    assert demo.tables()[0].equals(tables[0])
    assert demo.tables()[1].equals(tables[1])
    assert not demo.tables(1)[0].equals(tables[0])
    assert not demo.tables(1)[1].equals(tables[1])


def test_the_two_sides_are_of_different_size_and_kind(tables):
    civil, forces = tables
    assert len(civil["id"].unique()) == 360
    assert 100 <= len(forces["id"].unique()) <= 150
    assert set(civil["side"].unique().to_pylist()) == {"civil"}
    assert set(forces["side"].unique().to_pylist()) == {"blue", "red"}
    kinds = {"cargo", "fighter", "tanker", "drone"}
    for side in ("blue", "red"):
        own = forces.filter(pc.equal(forces["side"], side))
        assert set(own["category"].unique().to_pylist()) == kinds
    assert not set(civil["id"].to_pylist()) & set(forces["id"].to_pylist())


def test_fighters_fly_in_formations_of_four(tables):
    fighters = tables[1].filter(pc.equal(tables[1]["category"], "fighter"))
    rows = set(zip(fighters["group"].to_pylist(), fighters["id"].to_pylist(), strict=True))
    sizes = collections.Counter(group for group, _ in rows)
    assert len(sizes) == 12
    assert set(sizes.values()) == {4}


def test_the_exercise_is_where_and_when_it_says(tables):
    for table in tables:
        assert table.schema.field("time").type == pa.timestamp("ns", "UTC")
        first, last = pc.min_max(table["time"]).as_py().values()
        assert str(first) >= "2026-06-10 06:00:00"
        assert str(last) <= "2026-06-10 10:30:00"
        for name, low, high in (("lat", 50, 62), ("lon", -7, 13), ("alt", 0, 45_000)):
            assert pc.min(table[name]).as_py() >= low
            assert pc.max(table[name]).as_py() <= high


def test_everybody_is_both_sides(everybody):
    civil, forces = demo.fleets()
    assert everybody.ids.to_pylist() == [*civil.ids.to_pylist(), *forces.ids.to_pylist()]
    assert everybody.carried.num_rows == len(civil) + len(forces)


def test_there_is_something_to_find_and_not_too_much(screening):
    receipt = screening.receipt
    assert receipt.complete
    assert 200 <= receipt.encounters_by_level["conflict"] <= 500
    assert 1 <= receipt.encounters_by_level["near mid-air collision"] <= 5
    assert sum(receipt.encounters_by_level.values()) == screening.encounters.num_rows


def test_every_rule_of_the_example_leaves_something_out(screening):
    rules = screening.receipt.exempt_by_rule
    assert rules["explicit"] == 4
    assert min(rules["group"], rules["side"]) > 500


def test_the_rules_leave_out_what_they_say_and_nothing_else(screening, everybody):
    rules = demo.rules()
    assert rules.exempt is not None
    explicit = {frozenset(pair.values()) for pair in rules.exempt.to_pylist()}
    sides, groups = (everybody.carried[name].to_pylist() for name in ("side", "group"))
    found = airprox.screen(everybody, demo.minima()).encounters
    names = [*_ROLES, "own_row", "other_row"]
    kept = [
        frozenset((own, other)) not in explicit
        and groups[one] != groups[two]
        and rules.sides.get((sides[one], sides[two]), rules.other_sides)
        for own, other, one, two in zip(*(found[n].to_pylist() for n in names), strict=True)
    ]
    assert 200 < sum(kept) < len(kept) - 200
    assert found.filter(pa.array(kept)).equals(screening.encounters)
    assert found.filter(pc.equal(found["other"], "SABRE12")).num_rows > 0


def test_every_category_is_met_by_civil_traffic(screening, everybody):
    categories = everybody.carried["category"]
    met = set(
        zip(
            *(categories.take(screening.encounters[f"{r}_row"]).to_pylist() for r in _ROLES),
            strict=True,
        )
    )
    assert {("airliner", kind) for kind in ("cargo", "fighter", "tanker", "drone")} <= met


def test_the_screening_is_the_same_every_time(screening):
    again = airprox.screen(demo.everybody(), demo.minima(), rules=demo.rules(), threads=1)
    assert again.encounters.equals(screening.encounters)
