"""The law of an airspace: whatever was done to it, it holds what a screening of its fleet finds.

A machine takes flights in, replaces and removes them, probes candidates and keeps snapshots, with
tiers so small that all of them come into play; a plain dictionary is the model.
"""

from collections import Counter
from typing import Any, NamedTuple

import numba
import pyarrow as pa
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import airprox
import strategies
import strategies_conditions as drawn
from airprox import _changing, _index, _ledger, _probe, _tiers
from airprox_kernel._direct import Direct
from conditions_built import degrees, is_near, minima_of, minima_table_of
from conditions_checked import bits, plain
from promise import rows as rows_of
from strategies_conditions import PairMinima

NAMES = tuple("ABCDEFG")
COLUMNS = {
    "category": ("a", "b", None),
    "side": ("red", "blue", None),
    "group": ("g", "h", None, None),
    "flight": ("1", "2", None, None),
}


class Entry(NamedTuple):
    """One trajectory as drawn."""

    knots: list[Any]
    carried: dict[str, str | None]
    radii: tuple[float, float] | None


class World(NamedTuple):
    """What all fleets of a run have in common."""

    plan: strategies.Plan
    geodetic: bool


def build(world: World, flights: list[tuple[str, Entry]], *, radii: bool, **more: Any) -> Any:
    """The fleet of some flights; `more` are columns with a value for each."""
    rows = [(place, *knot) for place, (_, entry) in enumerate(flights) for knot in entry.knots]
    kind = pa.timestamp("ns", "UTC") if world.plan.timestamps else pa.float64()
    x, y, z = ([row[2 + axis] for row in rows] for axis in range(3))
    position = {"x": x, "y": y, "z": z}
    if world.geodetic:
        places = [degrees(*place) for place in zip(x, y, strict=True)]
        position = {"lat": [p[1] for p in places], "lon": [p[0] for p in places], "alt": z}
    columns = {
        "id": pa.array([flights[row[0]][0] for row in rows], pa.string()),
        "time": pa.array([row[1] for row in rows], kind),
        **{name: pa.array(values, pa.float64()) for name, values in position.items()},
    }
    for name in COLUMNS:
        values = [flights[row[0]][1].carried[name] for row in rows]
        columns[name] = pa.array(values, pa.string())
    for name, given in more.items():
        columns[name] = pa.array([given[row[0]] for row in rows], pa.string())
    if radii:
        for axis, name in enumerate(("horizontal_radius", "vertical_radius")):
            values = [(flights[row[0]][1].radii or (0.0, 0.0))[axis] for row in rows]
            columns[name] = pa.array(values, pa.float64())
    return airprox.Fleet.from_arrow(
        columns,
        max_gap=world.plan.max_gap,
        carry=[*COLUMNS, *more],
        altitude_unit="m" if world.geodetic else None,
    )


@st.composite
def minima(draw: st.DrawFn, separation: strategies.Minima, plan: strategies.Plan) -> Any:
    plainly = st.just(PairMinima(*separation))
    one = draw(plainly | drawn.bands_around(plan, separation)) if plan.tracks else draw(plainly)
    kind = draw(st.sampled_from(("one", "one", "table", "levels")))
    if kind == "one":
        return minima_of(one)
    table = minima_table_of(draw(drawn.tables(drawn.minima_near(separation) | st.just(one))))
    return table if kind == "table" else {"near": table, "far": minima_of(one)}


@st.composite
def rules(draw: st.DrawFn) -> airprox.Rules | None:
    if draw(st.booleans()):
        return None
    some = st.sampled_from([*NAMES, "unknown"])
    pairs = draw(st.lists(st.tuples(some, some), max_size=3))
    both = [*pairs, *(pair[::-1] for pair in pairs)]
    exempt = {"own": [own for own, _ in both], "other": [other for _, other in both]}
    return airprox.Rules(
        sides=draw(st.sampled_from(({}, {("red", "red"): False}, {("blue", None): True}))),
        other_sides=draw(st.booleans()),
        group=draw(st.booleans()),
        exempt=exempt if both else None,
        flight="flight" if draw(st.booleans()) else None,
    )


def values(table: pa.Table) -> Counter[Any]:
    """Rows by ids and values, without the row columns."""
    names = [name for name in table.column_names if not name.endswith("_row")]
    return Counter(plain(row) for row in rows_of(table.select(names)))


def check_rows(table: pa.Table, fleet: airprox.Fleet, *sides: str) -> None:
    for side in sides:
        assert fleet.ids.take(table[f"{side}_row"].combine_chunks()).equals(
            table[side].combine_chunks()
        )


def checked(of: Any) -> Any:
    """`Direct.of`, but calls make sure that their machine code is for the types they give it."""

    def checked_of(direct: Any, *kinds: bytes) -> Any:
        call = of(direct, *kinds)

        def check(*arguments: Any) -> Any:
            entry = direct._entries.get(kinds)
            overloads = getattr(direct._kernel, "overloads", None)
            if entry is not None and overloads is not None:
                types = tuple(numba.typeof(argument) for argument in arguments)
                assert overloads[types].entry_point == entry
            return call(*arguments)

        return check

    return checked_of


class Airspace(RuleBasedStateMachine):
    """The machine; `flights` is the model, in order of first insertion."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.patch.setattr(Direct, "of", checked(Direct.of))
        small = data.draw(st.booleans(), "small tiers")
        if small:
            for module, name, value in (
                (_tiers, "YOUNG", 2),
                (_tiers, "MIDDLE", 3),
                (_changing, "BULK", 1),
                (_ledger, "MOST_CHUNKS", 3),
                (_probe, "TASK_PARTS", 2),
                (_index, "FEW", 0),
            ):
                self.patch.setattr(module, name, value)
        separation = data.draw(strategies.minima())
        geodetic = data.draw(st.sampled_from((False, False, True)))
        fleets = strategies.fleets(separation, tracks=(4, 9), far=not geodetic)
        if geodetic:
            fleets = fleets.filter(is_near)
        plan = data.draw(fleets)
        self.world = World(plan, geodetic)
        self.minima = data.draw(minima(separation, plan))
        self.rules = data.draw(rules())
        self.radii = tuple(s if s < 1e9 else 300.0 for s in separation)
        self.uncertain = False
        self.airspace = airprox.Airspace(self.minima, self.rules, threads=2)
        self.flights: dict[str, Entry] = {}
        self.kept: list[tuple[Any, Any, Any, Any]] = []
        self.started = False

    def teardown(self) -> None:
        for snapshot, table, candidates, found in getattr(self, "kept", ()):
            assert snapshot.encounters is table
            assert bits(snapshot.probe(candidates).encounters) == found
        self.patch.undo()

    def entry(self, data: st.DataObject, uncertain: bool) -> Entry:
        _, knots = data.draw(st.sampled_from(self.world.plan.tracks), "track")
        carried = {name: data.draw(st.sampled_from(vs), name) for name, vs in COLUMNS.items()}
        shares = st.sampled_from((0.0, 0.1, 0.5))
        radii = tuple(data.draw(shares) * size for size in self.radii) if uncertain else None
        return Entry(knots, carried, radii)

    def screened(self, fleet: airprox.Fleet, **more: Any) -> pa.Table:
        return airprox.screen(fleet, self.minima, rules=self.rules, **more).encounters

    def check_delta(self, before: pa.Table, old: Any, delta: airprox.Delta) -> None:
        after, fleet = self.airspace.encounters, self.airspace.snapshot().fleet
        if before.schema == after.schema:
            there = values(before)
            assert values(delta.cleared) <= there
            assert there - values(delta.cleared) + values(delta.new) == values(after)
            assert not values(delta.cleared) & values(delta.new)
        assert delta.new.schema.equals(after.schema, check_metadata=True)
        check_rows(delta.new, fleet, "own", "other")
        check_rows(delta.cleared, old, "own", "other")
        keys = ["own", "other", *(["level"] if "level" in after.column_names else [])]
        new, cleared, changed = (
            Counter(tuple(row.values()) for row in table.select(keys).to_pylist())
            for table in delta
        )
        assert set(changed) == set(new) & set(cleared)
        for row in rows_of(delta.changed):
            key = tuple(row[name] for name in keys)
            assert (row["encounters_before"], row["encounters_after"]) == (cleared[key], new[key])
        check_rows(delta.changed, fleet, "own", "other")

    @rule(data=st.data())
    def upsert(self, data: st.DataObject) -> None:
        names = data.draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4), "ids")
        uncertain = data.draw(st.integers(0, 7), "uncertain") == 0
        flights = [(name, self.entry(data, uncertain)) for name in names]
        fleet = build(self.world, flights, radii=uncertain)
        before, old = self.airspace.encounters, self.airspace.snapshot().fleet
        delta = self.airspace.upsert(fleet)
        self.flights |= dict(flights)
        self.uncertain |= uncertain
        self.started = True
        self.check_delta(before, old, delta)

    @precondition(lambda self: self.flights)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        some = st.lists(st.sampled_from(sorted(self.flights)), unique=True, max_size=4)
        names = data.draw(some, "ids")
        as_arrow = data.draw(st.booleans(), "as Arrow")
        before, old = self.airspace.encounters, self.airspace.snapshot().fleet
        delta = self.airspace.remove(pa.array(names, pa.string()) if as_arrow else names)
        for name in names:
            del self.flights[name]
        self.check_delta(before, old, delta)
        assert delta.new.num_rows == delta.changed.num_rows == 0

    @precondition(lambda self: self.started)
    @rule(data=st.data())
    def probe(self, data: st.DataObject) -> None:
        labels = data.draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4), "ids")
        uncertain = data.draw(st.integers(0, 5), "uncertain") == 0
        candidates = [(label, self.entry(data, uncertain)) for label in labels]
        whom = st.none() | st.sampled_from(sorted(self.flights)) if self.flights else st.none()
        stands = [data.draw(whom, "replaces") for _ in labels]
        column = data.draw(st.sampled_from((None, "instead_of")), "column")
        fleet = build(self.world, candidates, radii=uncertain, instead_of=stands)
        snapshot = self.airspace.snapshot()
        result = snapshot.probe(fleet, replaces=column)
        found = result.encounters
        check_rows(found, fleet, "own")
        check_rows(found, snapshot.fleet, "other")
        known = [
            stand if column and stand is not None else label
            for label, stand in zip(labels, stands, strict=True)
        ]
        expected = []
        for row, name in enumerate(known):
            others = [other for other in self.flights if other != name]
            alone = build(self.world, [(name, candidates[row][1])], radii=uncertain)
            screened = self.screened(alone, against=snapshot.fleet.select(others))
            for line in rows_of(screened):
                rows = {"own": labels[row], "own_row": row, "other_row": None}
                expected.append(plain(line | rows))
        assert [plain(line | {"other_row": None}) for line in rows_of(found)] == expected
        self.check_receipt(result, known, fleet)
        check_summary(snapshot, fleet, column, found)
        if data.draw(st.integers(0, 3), "keep") == 0:
            again = bits(snapshot.probe(fleet).encounters)
            self.kept.append((snapshot, snapshot.encounters, fleet, again))

    def check_receipt(self, result: Any, known: list[str], fleet: airprox.Fleet) -> None:
        receipt = result.receipt
        assert receipt.complete
        assert receipt.encounters == len(result)
        assert receipt.pairs_exempt == sum(receipt.exempt_by_rule.values())
        assert receipt.pairs_exempt <= receipt.pairs_common
        others = self.airspace.snapshot().fleet
        if self.rules is None:
            common = airprox.screen(fleet, self.minima, against=others, same_id="screen").receipt
            assert receipt.pairs_common == common.pairs_common
            assert receipt.pairs_exempt <= sum(name in self.flights for name in known)

    @invariant()
    def encounters_are_those_of_the_fleet(self) -> None:
        if not getattr(self, "started", False):
            return
        fleet = self.airspace.snapshot().fleet
        model = build(self.world, [*self.flights.items()], radii=self.uncertain)
        assert len(self.airspace) == len(self.flights) == len(fleet)
        assert fleet.ids.to_pylist() == [*self.flights]
        knots = ["id", "time", *(["lat", "lon", "alt"] if self.world.geodetic else "xyz")]
        assert fleet.to_arrow().select(knots).equals(model.to_arrow().select(knots))
        found = self.airspace.encounters
        assert found.equals(self.screened(fleet), check_metadata=True)
        if self.flights:
            assert bits(found) == bits(self.screened(model))


def check_summary(
    snapshot: airprox.Snapshot, fleet: airprox.Fleet, column: str | None, found: pa.Table
) -> None:
    summary = snapshot.probe(fleet, replaces=column, summary=True)
    lines: list[list[dict[str, Any]]] = [[] for _ in range(len(fleet))]
    for line in rows_of(found):
        lines[line["own_row"]].append(line)
    for row, line in enumerate(rows_of(summary)):
        mine = lines[row]
        assert line["id"] == fleet.ids[row].as_py()
        assert line["encounters"] == len(mine)
        worst = min(mine, key=lambda e: e["critical_ratio"], default=None)
        assert line["worst_ratio"] == (worst and worst["critical_ratio"])
        assert line["partner"] == (worst and worst["other"])
        assert line["first_time"] == min((e["start"] for e in mine), default=None)
    if len(fleet):

        def merit(row: int) -> tuple[int, float, int]:
            ratios = [e["critical_ratio"] for e in lines[row]]
            return len(ratios), -min(ratios, default=0.0), row

        assert snapshot.best(fleet, replaces=column).row == min(range(len(fleet)), key=merit)


def test_an_airspace_holds_what_a_screening_of_its_fleet_finds() -> None:
    few = settings(max_examples=max(1, settings().max_examples // 3), stateful_step_count=15)
    run_state_machine_as_test(Airspace, settings=few)
