"""`verify=True` passes every right answer, whatever was asked, and no search that loses a pair."""

import threading

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import airprox
import strategies
import strategies_conditions as drawn
from airprox import _search, _verification
from airprox_kernel.broad import Found
from airprox_kernel.narrow import Narrowed
from conditions_built import (
    fleet_of,
    geodetic_fleet_of,
    is_near,
    minima_of,
    minima_table_of,
    window_of,
)
from strategies_conditions import PairMinima

MINIMA = airprox.Minima(1_000.0, 300.0)


def pairs_of(own, other=None):
    """How many pairs there are to verify."""
    return len(own) * (len(own) - 1) // 2 if other is None else len(own) * len(other)


@st.composite
def variants(draw):
    """A fleet, perhaps against another, and everything that can be asked of a screening."""
    separation = draw(strategies.minima())
    ours, theirs = draw(strategies.fleet_pairs(separation, tracks=(1, 4)))
    own, other = (draw(drawn.carrying(plan, "category", "group")) for plan in (ours, theirs))
    if draw(st.booleans()):
        own, other = (
            draw(drawn.uncertain(plan, separation))._replace(carried=side.carried)
            for plan, side in ((ours, own), (theirs, other))
        )
    plain = minima_of(PairMinima(*separation))
    banded = minima_of(draw(drawn.bands_around(ours, separation)))
    table = minima_table_of(draw(drawn.tables(drawn.minima_near(separation))))
    minima = draw(st.sampled_from((plain, banded, table, {"far": plain, "near": table})))
    frames = [fleet_of] + [geodetic_fleet_of] * (is_near(ours) and is_near(theirs))
    build = draw(st.sampled_from(frames))
    options = {
        "window": window_of(ours, draw(drawn.windows(ours))),
        "skip_diverging": draw(st.booleans()),
        "rules": draw(st.sampled_from((None, airprox.Rules(group=True)))),
        "_slab": draw(st.sampled_from((None, 7.0, 1e4))),
    }
    fleet, against = build(own), build(other) if draw(st.booleans()) else None
    certain = all(side is None or side._radii is None for side in (fleet, against))
    options["exact_edges"] = minima is plain and build is fleet_of and certain
    return fleet, against, minima, options


@given(variants())
@drawn.FEWER
def test_whatever_is_asked_the_right_answer_is_verified(case):
    fleet, against, minima, options = case
    once = airprox.screen(fleet, minima, against=against, **options)
    again = airprox.screen(fleet, minima, against=against, verify=True, **options)
    assert again.encounters.equals(once.encounters)
    assert once.receipt.pairs_verified is None
    assert again.receipt.pairs_verified == pairs_of(fleet, against)
    assert again.receipt.complete


def crowd(rows=40, stamps=False):
    """Flights that cross a square in all directions, most of which meet."""
    generator = np.random.default_rng(7)
    ends = generator.uniform(-5e3, 5e3, (2, rows, 2))
    start = generator.uniform(0.0, 50.0, rows)
    time = np.stack([start, start + 100.0], 1).ravel()
    if stamps:
        time = pa.array((time * 1e9).astype(np.int64)).cast(pa.timestamp("ns", "UTC"))
    return airprox.Fleet.from_arrow(
        {
            "id": np.repeat([f"F{n:02}" for n in range(rows)], 2),
            "time": time,
            "x": ends[:, :, 0].T.ravel(),
            "y": ends[:, :, 1].T.ravel(),
            "z": np.zeros(2 * rows),
        }
    )


class Broken:
    """A kernel, as the search calls it, with something done to what it gives."""

    def __init__(self, kernel, spoil):
        self._kernel = kernel
        self._spoil = spoil

    def of(self, *kind):
        kernel = self._kernel.of(*kind)
        return lambda *arguments: self._spoil(kernel(*arguments), *arguments)


def losing(pair):
    """What drops the candidates of one pair, as a broken filter would."""

    def broken(found, job, _, places, *arguments):
        found = Found(*found)
        out = arguments[-1]
        own, other = (places.part[column[: found.pairs]] for column in (out.own, out.other))
        rows = np.sort([job.own.part_row[own], job.other.part_row[other]], axis=0)
        kept = np.flatnonzero((rows != np.array(pair)[:, None]).any(axis=0))
        for column in out:
            column[: kept.size] = column[kept]
        return found._replace(pairs=kept.size)

    return broken


@pytest.fixture(params=["all", "sampled"])
def _mode(request, monkeypatch):
    """All pairs, or a thousand of them and the neighbours, as of larger fleets."""
    if request.param == "sampled":
        monkeypatch.setattr(_verification, "FEW", 10)
        monkeypatch.setattr(_verification, "RANDOM_PAIRS", 1_000)


@pytest.mark.usefixtures("_mode")
@pytest.mark.parametrize("stamps", [False, True])
def test_a_search_that_loses_one_pair_is_found_out(stamps, monkeypatch):
    fleet = crowd(stamps=stamps)
    rows = airprox.screen(fleet, MINIMA, verify=True).encounters
    row = rows.slice(len(rows) // 2, 1).to_pydict()
    pair = row["own_row"][0], row["other_row"][0]
    broken = Broken(_search._find_candidates, losing(pair))
    monkeypatch.setattr(_search, "_find_candidates", broken)
    lost = airprox.screen(fleet, MINIMA).encounters
    assert 0 < len(rows) - len(lost) < 3
    with pytest.raises(airprox.VerificationFailed) as failure:
        airprox.screen(fleet, MINIMA, verify=True)
    assert f"misses or alters the encounter of {row['own'][0]!r} (own row {pair[0]})" in str(
        failure.value
    )
    assert f"{row['other'][0]!r} (other row {pair[1]})" in str(failure.value)


@pytest.mark.usefixtures("_mode")
def test_a_search_that_alters_a_row_is_found_out(monkeypatch):
    def spoil(result, *arguments):
        arguments[-1]["cpa_vertical"][: Narrowed(*result).pieces] = np.nextafter(0.0, 1.0)
        return result

    monkeypatch.setattr(_search, "_find_pieces", Broken(_search._find_pieces, spoil))
    with pytest.raises(airprox.VerificationFailed, match="misses or alters the encounter of 'F0"):
        airprox.screen(crowd(), MINIMA, verify=True)


def test_neighbours_of_a_found_pair_are_all_verified(monkeypatch):
    """Found are 0-1, 0-2, 1-3 and, apart from these, 5-6: two in conflict with a third count."""
    own, other = np.array([0, 0, 1, 5]), np.array([1, 2, 3, 6])
    one, two = _verification._neighbours(own, other, 7, 7, True)
    found = {tuple(sorted(pair)) for pair in zip(one.tolist(), two.tolist(), strict=True)}
    mutual = {(0, 1), (0, 2), (1, 3), (5, 6), (1, 2), (0, 3), (2, 3)}
    assert {pair for pair in found if pair[0] != pair[1]} == mutual
    one, two = _verification._neighbours(own, other, 7, 7, False)
    across = {*zip(own.tolist(), other.tolist(), strict=True)}
    assert {*zip(one.tolist(), two.tolist(), strict=True)} == across
    one, two = _verification._neighbours(np.array([0, 0, 4]), np.array([1, 2, 2]), 7, 7, False)
    assert {*zip(one.tolist(), two.tolist(), strict=True)} == {(0, 1), (0, 2), (4, 2), (4, 1)}
    monkeypatch.setattr(_verification, "MOST_NEIGHBOURS", 3)
    one, _ = _verification._neighbours(own, other, 7, 7, True)
    assert one.size == 3


def test_a_table_too_large_for_one_call_of_the_kernel_is_verified(monkeypatch):
    monkeypatch.setattr(_verification, "ROOM", 1)
    monkeypatch.setattr(_verification, "PAIRS", 100)
    result = airprox.screen(crowd(), MINIMA, verify=True)
    assert len(result) > 100
    assert result.receipt.pairs_verified == pairs_of(crowd())


def test_a_verification_that_is_cancelled_is_not_complete(monkeypatch):
    cancel = threading.Event()
    monkeypatch.setattr(_verification, "PAIRS", 100)

    def progress(_, total):
        if total > 1:
            cancel.set()

    with pytest.raises(airprox.Cancelled) as stop:
        airprox.screen(crowd(), MINIMA, verify=True, progress=progress, cancel=cancel, threads=1)
    assert not stop.value.receipt.complete
    assert stop.value.receipt.pairs_verified is None


@pytest.mark.parametrize("name", ["verify", "exact_edges"])
def test_flags_are_true_or_false(name):
    with pytest.raises(airprox.SchemaError, match=f"{name} must be True or False, not 'yes'"):
        airprox.screen(crowd(), MINIMA, **{name: "yes"})


def test_exact_edges_are_refused_where_positions_are_not_rational():
    place = {"id": ["A"], "time": [0.0], "lat": [1.0], "lon": [1.0], "alt": [1.0]}
    fleet = airprox.Fleet.from_arrow(place, altitude_unit="m")
    with pytest.raises(airprox.SchemaError, match="but this screening is geodetic"):
        airprox.screen(fleet, MINIMA, exact_edges=True)
    band = airprox.Band(0.0, 100.0, 600.0)
    with pytest.raises(airprox.SchemaError, match="but this screening is with bands or radii"):
        airprox.screen(crowd(), airprox.Minima(1_000.0, 300.0, (band,)), exact_edges=True)
