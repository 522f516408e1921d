"""BlueSky with airprox for its conflict detection: headless, beside the simulator's own methods."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

if os.environ.get("AIRPROX_REQUIRE_INTEGRATIONS"):
    import bluesky
else:
    bluesky = pytest.importorskip("bluesky", reason="bluesky-simulator is not installed")
# What the simulator itself warns of is its own.
pytestmark = [
    pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning:bluesky"),
]

NM, FT, KT = 1852.0, 0.3048, 1852.0 / 3600.0
ZONE, HEIGHT, AHEAD = 5 * NM, 900 * FT, 300.0
"""Levels are 1000 ft apart, where BlueSky's own methods see conflicts of zones that only touch."""


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    """BlueSky in this process, with the plugin in its folder of plugins and Python's geometry.

    The compiled geometry of 1.1.1 is wrong, which is why its own settings are changed.
    """
    folder = tmp_path_factory.mktemp("bluesky")
    (folder / "plugins").mkdir()
    usual = Path(bluesky.__file__).parent / "resources" / "default.cfg"
    (folder / "settings.cfg").write_text(usual.read_text() + "\nprefer_compiled = False\n")
    bluesky.init(mode="sim", detached=True, workdir=folder, configfile=str(folder / "settings.cfg"))
    from bluesky.core.plugin import Plugin

    from airprox.integrations.bluesky import write_plugin

    write_plugin(folder / "plugins")
    Plugin.find_plugins("sim")
    command("PLUGIN LOAD AIRPROX")
    command("OP")
    return bluesky


@pytest.fixture(autouse=True)
def fresh(simulator):
    assert simulator is bluesky
    command("RESET")
    command("OP")


def command(text):
    bluesky.stack.stack(text)
    bluesky.stack.process()


def detector(name):
    from bluesky.traffic.asas import ConflictDetection

    command(f"CDMETHOD {name}")
    assert ConflictDetection.selected().__name__.upper() == name
    return ConflictDetection.instance()


def detected(name, zone=ZONE, height=HEIGHT, ahead=AHEAD, traffic=None):
    traffic = bluesky.traf if traffic is None else traffic
    every = np.ones(traffic.ntraf)
    found = detector(name).detect(traffic, traffic, zone * every, height * every, ahead * every)
    names = ("conflicts", "losses", "inconf", "tcpamax", "qdr", "dist", "dcpa", "tcpa", "tlos")
    return SimpleNamespace(**dict(zip(names, found, strict=True)))


def create(count):
    random = np.random.default_rng(7)
    for number in range(count):
        level = (290 + 10 * int(random.integers(0, 12))) * 100 * FT
        lat, lon = 46.0 + 6.0 * random.random(), 3.0 + 9.0 * random.random()
        track = int(random.integers(0, 360))
        bluesky.traf.cre(f"F{number:04d}", "B744", lat, lon, track, level, 250 * KT)
    bluesky.traf.vs[: count // 4] = 8.0 * random.standard_normal(count // 4)


def test_conflicts_are_those_of_the_simulators_own_methods():
    create(1000)
    own = detected("AIRPROX")
    # BlueSky is flat and spherical, a percent of a zone over 150 km: what it finds lies between.
    narrow = detected("AIRPROX", 0.985 * ZONE, 0.99 * HEIGHT, AHEAD - 6)
    wide = detected("AIRPROX", 1.015 * ZONE, 1.01 * HEIGHT, AHEAD + 6)
    assert len(own.conflicts) > 300
    for name in ("STATEBASED", "CSTATEBASED"):
        theirs = detected(name)
        assert set(narrow.conflicts) <= set(theirs.conflicts) <= set(wide.conflicts), name
        assert set(narrow.losses) <= set(theirs.losses) <= set(wide.losses), name
        differ = set(theirs.conflicts) ^ set(own.conflicts)
        assert len(differ) < 0.03 * len(own.conflicts), name


def test_figures_of_a_conflict_are_those_of_the_simulators_own_method():
    create(400)
    own, theirs = detected("AIRPROX"), detected("STATEBASED")
    place = {pair: k for k, pair in enumerate(theirs.conflicts)}
    both = [(k, place[pair]) for k, pair in enumerate(own.conflicts) if pair in place]
    assert len(both) > 50
    ours, others = (np.array(places) for places in zip(*both, strict=True))
    turn = (own.qdr[ours] - theirs.qdr[others] + 180.0) % 360.0 - 180.0
    # BlueSky's bearing is that of a chart at the middle latitude, which is 1 degree off at 150 km.
    assert np.abs(turn).max() < 1.5
    assert np.allclose(own.dist[ours], theirs.dist[others], rtol=5e-3)
    assert np.allclose(own.dcpa[ours], theirs.dcpa[others], atol=0.03 * ZONE, rtol=0.02)
    assert np.allclose(own.tcpa[ours], theirs.tcpa[others], atol=2.0, rtol=0.02)
    assert np.median(np.abs(own.tlos[ours] - theirs.tlos[others])) < 1.0
    # Inside a zone already: the time since, as resolvers expect it.
    inside = [k for k, pair in enumerate(own.conflicts) if pair in set(own.losses)]
    assert inside
    assert (own.tlos[inside] < 0.0).all()
    rows = {name: row for row, name in enumerate(bluesky.traf.id)}
    latest = np.zeros(bluesky.traf.ntraf)
    for (name, _), value in zip(own.conflicts, own.tcpa, strict=True):
        latest[rows[name]] = max(latest[rows[name]], value)
    assert np.array_equal(own.tcpamax, latest)
    assert {bluesky.traf.id[k] for k in np.flatnonzero(own.inconf)} == {p[0] for p in own.conflicts}


def test_levels_a_minimum_apart_are_no_conflict():
    for number, level in enumerate((300, 310)):
        bluesky.traf.cre(f"L{number}", "B744", 50.0, 5.0, 90, level * 100 * FT, 250 * KT)
    assert detected("AIRPROX", height=1000 * FT).conflicts == []
    assert len(detected("AIRPROX", height=1001 * FT).conflicts) == 2


def test_each_aircraft_has_its_own_zone_and_look_ahead():
    bluesky.traf.cre("A", "B744", 50.0, 5.0, 90, 9000.0, 250 * KT)
    bluesky.traf.cre("B", "B744", 50.2, 5.0, 90, 9000.0, 250 * KT)
    bluesky.traf.cre("C", "B744", 50.0, 6.0, 270, 9000.0, 250 * KT)
    method, traffic = detector("AIRPROX"), bluesky.traf
    zone, height = np.array([15 * NM, ZONE, ZONE]), np.full(3, HEIGHT)
    pairs, losses, *_ = method.detect(traffic, traffic, zone, height, np.array([300.0, 10.0, 10.0]))
    # A and B are 12 NM apart, in A's zone; C meets A in 2 minutes, which only A looks ahead.
    assert pairs == [("A", "B"), ("A", "C"), ("B", "A")]
    assert losses == [("A", "B"), ("B", "A")]


def test_it_runs_in_the_loop_with_a_resolver():
    command("ASAS AIRPROX")
    command("RESO MVP")
    bluesky.traf.cre("A", "B744", 50.0, 5.0, 90, 9000.0, 250 * KT)
    bluesky.traf.cre("B", "B744", 50.0, 6.0, 270, 9000.0, 250 * KT)
    least = np.inf
    while bluesky.sim.simt < 400.0:
        bluesky.sim.step()
        east = np.cos(np.radians(50.0)) * np.diff(bluesky.traf.lon)[0]
        least = min(least, 60 * NM * np.hypot(np.diff(bluesky.traf.lat)[0], east))
    assert least > 0.9 * ZONE
    assert bluesky.traf.cd.confpairs_all
    assert not bluesky.traf.cd.lospairs_all


def test_flight_plans_see_what_lies_behind_a_turn():
    bluesky.traf.cre("A", "B744", 50.0, 5.0, 90, 9000.0, 250 * KT)
    bluesky.traf.cre("B", "B744", 50.2, 5.3, 90, 9000.0, 250 * KT)
    for text in (
        "A ADDWPT 50.0 5.4",
        "A ADDWPT 50.0 7.0",
        "B ADDWPT 50.2 5.5",
        "B ADDWPT 49.5 5.5",
    ):
        command(text)
    for text in ("LNAV A ON", "LNAV B ON"):
        command(text)
    for _ in range(5):
        bluesky.sim.step()
    assert detected("AIRPROX", ahead=600.0).conflicts == []
    plans = detected("AIRPROXPLANS", ahead=600.0)
    assert sorted(plans.conflicts) == [("A", "B"), ("B", "A")]
    predicted = bluesky.sim.simt + plans.tlos[0]
    lost = None
    while lost is None and bluesky.sim.simt < 900.0:
        bluesky.sim.step()
        if detected("AIRPROX").losses:
            lost = bluesky.sim.simt
    # Turns of the simulator cut corners, and its speed settles: seconds of minutes.
    assert lost is not None
    assert abs(lost - predicted) < 0.1 * predicted


def test_flight_plans_level_off_at_the_selected_altitude():
    bluesky.traf.cre("A", "B744", 50.0, 5.0, 90, 8000.0, 250 * KT)
    bluesky.traf.cre("B", "B744", 50.0, 5.1, 90, 9000.0, 250 * KT)
    bluesky.traf.vs[0] = 5.0
    bluesky.traf.selalt[:] = [8500.0, 9000.0]
    assert len(detected("AIRPROX").conflicts) == 2
    assert detected("AIRPROXPLANS").conflicts == []
    bluesky.traf.selalt[0] = 8800.0
    assert len(detected("AIRPROXPLANS").conflicts) == 2


def test_without_aircraft_there_is_nothing():
    assert detected("AIRPROX").conflicts == []
    bluesky.traf.cre("A", "B744", 50.0, 5.0, 90, 8000.0, 250 * KT)
    assert detected("AIRPROX").conflicts == []
    assert detected("AIRPROXPLANS").conflicts == []
