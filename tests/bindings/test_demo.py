import collections

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import airprox
from airprox import demo


@pytest.fixture(scope="module")
def tables() -> tuple[pa.Table, pa.Table]:
    return demo.tables()


@pytest.fixture(scope="module")
def screening() -> airprox.Screening:
    civil, forces = demo.fleets()
    return airprox.screen(civil, demo.minima(), against=forces)


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


def test_there_is_something_to_find_and_not_too_much(screening):
    assert screening.receipt.complete
    assert 100 <= screening.encounters.num_rows <= 200
    _, forces = demo.fleets()
    category = forces.carried["category"].take(screening.encounters["other_row"])
    assert set(category.unique().to_pylist()) == {"cargo", "fighter", "tanker", "drone"}


def test_the_screening_is_the_same_every_time(screening):
    civil, forces = demo.fleets()
    again = airprox.screen(civil, demo.minima(), against=forces, threads=1)
    assert again.encounters.equals(screening.encounters)
