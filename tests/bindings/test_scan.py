"""What `airprox.scan` reads, how, and what it refuses."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import airprox
from airprox import _stored, distributed
from airprox._division import Division
from airprox._spill import Spill
from airprox.cli import main

MINIMA = airprox.Minima(horizontal=5_000.0, vertical=300.0)


def traffic(steps: int = 100) -> pa.Table:
    """Four trajectories in one place, in order of time."""
    time = np.repeat(np.arange(steps) * 10.0, 4)
    number = np.tile(np.arange(4), steps)
    return pa.table(
        {
            "id": pa.array([f"T{n}" for n in number]),
            "time": time,
            "x": 3000.0 * np.sin(time / 50.0 + number),
            "y": 3000.0 * np.cos(time / 70.0 - number),
            "z": np.full(len(time), 1000.0),
            "side": pa.array(["ab"[n % 2] for n in number]),
        }
    )


def test_each_row_group_is_read_twice_in_all_though_slabs_lie_across(tmp_path, monkeypatch):
    pq.write_table(traffic(), tmp_path / "in.parquet", row_group_size=10)
    read: list[tuple[int, ...]] = []
    usual = _stored.Files.read

    def counted(files: _stored.Files, chunk: _stored.Chunk, columns: Any) -> pa.Table:
        read.append(chunk.groups)
        return usual(files, chunk, columns)

    monkeypatch.setattr(_stored.Files, "read", counted)
    found = airprox.scan(
        tmp_path / "in.parquet", MINIMA, out=tmp_path / "out", _division=Division(150)
    )
    groups = [group for chunk in read for group in chunk]
    assert len(found) > 0
    # For the survey, and then for the three slabs.
    assert sorted(groups) == sorted([*range(40)] * 2)
    plan = distributed.plan(tmp_path / "in.parquet", MINIMA, partitions=4)
    for descriptor in plan.descriptors[:-1]:
        read.clear()
        distributed.run_partition(descriptor)
        # A quarter, and at either edge the row group with the ends of legs that lie across.
        assert 10 <= sum(map(len, read)) <= 14


def test_folders_lists_and_datasets_are_read_as_one(tmp_path):
    table = traffic()
    ds.write_dataset(
        table, tmp_path / "in", format="parquet", partitioning=["side"], partitioning_flavor="hive"
    )
    whole = pa.concat_tables([table.filter(pa.compute.field("side") == side) for side in "ab"])
    rules = airprox.Rules(sides={("a", "b"): False})
    wanted = airprox.screen(airprox.Fleet.from_arrow(whole), MINIMA, rules=rules).encounters
    hive = ds.dataset(tmp_path / "in", partitioning="hive")
    for number, source in enumerate([tmp_path / "in", str(tmp_path / "in"), hive, hive.files]):
        out = tmp_path / str(number)
        found = airprox.scan(source, MINIMA, out=out, rules=rules, _division=Division(100))
        assert found.encounters.equals(wanted)
    plan = distributed.plan(hive, MINIMA, rules=rules, partitions=3)
    parts = [distributed.run_partition(descriptor) for descriptor in plan.descriptors]
    merged = distributed.merge(parts)
    assert merged.encounters.equals(wanted)
    assert merged.receipt.complete
    assert len(plan) > 3


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns", "unix", "naive"])
def test_times_of_any_kind(tmp_path, unit):
    table = traffic()
    seconds = table["time"].cast(pa.int64())
    names = {"id": "icao24", "x": "lat", "y": "lon", "z": "geoaltitude"}
    reading: dict[str, Any] = {}
    if unit == "unix":
        reading["columns"] = "opensky"
        table = table.drop_columns("time").rename_columns(
            [names.get(name, name) for name in table.drop_columns("time").column_names]
        )
        for axis in ("lat", "lon"):
            place = table.schema.get_field_index(axis)
            table = table.set_column(place, axis, pa.compute.divide(table[axis], 1e5))
        table = table.append_column("time", pa.compute.add(seconds, 1_700_000_000))
        table = table.append_column("callsign", pa.array(["X"] * len(table)))
        table = table.append_column("baroaltitude", table["geoaltitude"])
    else:
        naive = unit == "naive"
        kind = pa.timestamp("us") if naive else pa.timestamp(unit, "Europe/Zurich")
        reading["naive_time"] = "utc" if naive else "raise"
        stamps = seconds.cast(pa.timestamp("s")).cast(pa.timestamp(kind.unit)).cast(pa.int64())
        table = table.set_column(1, "time", stamps.combine_chunks().view(kind))
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=30)
    found = airprox.scan(
        tmp_path / "in.parquet", MINIMA, out=tmp_path / "out", _division=Division(100), **reading
    )
    whole = airprox.screen(airprox.Fleet.from_arrow(table, **reading), MINIMA)
    assert found.encounters.equals(whole.encounters)
    assert found.receipt.trajectories.screened == 4


@pytest.mark.parametrize("column", ["id", "time", "x", "side"])
def test_a_fault_is_told_with_its_row_in_the_dataset(tmp_path, column):
    table = traffic()
    values = table[column].to_pylist()
    values[333] = "c" if column == "side" else None
    place = table.schema.get_field_index(column)
    table = table.set_column(place, column, pa.array(values, table.schema.field(column).type))
    pq.write_table(table[:150], tmp_path / "a.parquet", row_group_size=30)
    pq.write_table(table[150:], tmp_path / "b.parquet", row_group_size=30)
    source = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    division = Division(100)
    with pytest.raises(airprox.InvalidTrajectories, match="at row 333 of trajectory"):
        airprox.scan(source, MINIMA, out=tmp_path / "out", _division=division)
    found = airprox.scan(
        source, MINIMA, out=tmp_path / "other", invalid="reject", _division=division
    )
    fleet = airprox.Fleet.from_arrow(table, invalid="reject")
    assert found.encounters.equals(airprox.screen(fleet, MINIMA).encounters)
    assert found.rejected.column_names == ["row", "reason"]
    assert found.rejected["row"].to_pylist() == fleet.rejected["row"].to_pylist() == [333]
    assert not found.receipt.complete


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"horizontal_radius": 5.0}, "must not have radii, found 'horizontal_radius'"),
        ({"time": None}, "column 'time' must exist"),
    ],
)
def test_what_cannot_be_read_in_slabs_is_refused(tmp_path, change, text):
    table = traffic(3)
    for name, value in change.items():
        if value is None:
            table = table.drop_columns(name)
        else:
            table = table.append_column(name, pa.array([value] * len(table)))
    pq.write_table(table, tmp_path / "in.parquet")
    with pytest.raises(airprox.SchemaError, match=text):
        airprox.scan(tmp_path / "in.parquet", MINIMA, out=tmp_path / "out")


def test_other_sources_are_refused(tmp_path):
    (tmp_path / "in.parquet").write_text("no Parquet")
    for source, text in (
        (traffic(), "must be a path to Parquet files"),
        (tmp_path / "in.parquet", "must be Parquet files"),
        (tmp_path / "nothing", "must be Parquet files"),
        (ds.dataset(traffic()), "must consist of Parquet files"),
    ):
        with pytest.raises(airprox.SchemaError, match=text):
            airprox.scan(source, MINIMA, out=tmp_path / "out")
    with pytest.raises(airprox.SchemaError, match="memory_limit must be a whole number of bytes"):
        airprox.scan(tmp_path / "in.parquet", MINIMA, out=tmp_path / "out", memory_limit=0)


def test_a_dataset_of_nothing_has_no_encounters(tmp_path):
    pq.write_table(traffic(0), tmp_path / "in.parquet")
    found = airprox.scan(tmp_path / "in.parquet", MINIMA, out=tmp_path / "out")
    assert found.encounters.equals(
        airprox.screen(airprox.Fleet.from_arrow(traffic(0)), MINIMA).encounters
    )
    assert (len(found), found.receipt.complete, repr(found)[:26]) == (
        0,
        True,
        "<airprox.StoredScreening: ",
    )


def test_records_beyond_memory_are_the_same_from_disk(tmp_path):
    chance = np.random.Generator(np.random.PCG64(0))
    small, large = (Spill(9, np.dtype(np.int64), tmp_path, most) for most in (50, 10**6))
    for _ in range(40):
        slab, row = chance.integers(0, 9, 20), chance.integers(0, 30, 20)
        low, high = chance.integers(-99, 99, (2, 20))
        for spill in (small, large):
            spill.add(slab, row, low, high)
    for first, last in pairwise([0, 1, 4, 9]):
        for one, two in zip(small.of_slabs(first, last), large.of_slabs(first, last), strict=True):
            assert np.array_equal(one, two)
    small.close()
    assert not list(Path(tmp_path).iterdir())


def test_the_command_scans_into_a_folder(tmp_path, capsys):
    pq.write_table(traffic(), tmp_path / "in.parquet")
    chosen = ["--horizontal", "5000m", "--vertical", "300m", "--memory", "0.5", "--threads", "1"]
    command = ["scan", str(tmp_path / "in.parquet"), "--out", str(tmp_path / "out"), *chosen]
    for _ in range(2):
        assert main(command) == 0
        assert f"The encounters are in {tmp_path / 'out'}" in capsys.readouterr().out
    wanted = airprox.screen(airprox.Fleet.from_arrow(traffic()), MINIMA)
    assert ds.dataset(tmp_path / "out", format="parquet").count_rows() == len(wanted)
    assert main([*command, "--memory", "-1"]) == 2
    assert "--memory must be above 0 GB" in capsys.readouterr().err
