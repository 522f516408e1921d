"""The example that deconflicts departures by delays does what it says."""

import runpy
from pathlib import Path

import airprox

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "deconflict_by_delays.py"


def test_delays_alone_deconflict_a_wave_of_departures(capsys):
    names = runpy.run_path(str(EXAMPLE))
    names["main"]()
    first, _, last = capsys.readouterr().out.splitlines()
    assert first == "60 flights, 65 encounters as planned"
    assert last == "0 encounters then"


def test_departures_are_in_order_and_nobody_leaves_early():
    names = runpy.run_path(str(EXAMPLE))
    fleet = names["wave"](12)
    assert sorted(names["departures"](fleet)) == sorted(fleet.ids.to_pylist())
    delays = names["deconflict"](fleet)
    assert min(delays.values()) == 0.0
    minima = names["MINIMA"]
    assert airprox.screen(fleet.shifted(delays), minima).encounters.num_rows == 0
