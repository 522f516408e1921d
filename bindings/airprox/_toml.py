"""Minima and rules from TOML files, as `airprox screen --minima` and `--rules` take them.

Lengths are strings with their unit, such as ``"5nm"``, ``"1000ft"`` or ``"9.26km"``, and altitudes
may be flight levels, ``"FL410"``. `examples/two_sides_minima.toml` and `two_sides_rules.toml` show
most of what can be said.

A file of minima holds one of four forms. The same for every pair:

    horizontal = "5nm"
    vertical = "1000ft"
    bands = [{ above = "FL290", up_to = "FL410", vertical = "2000ft" }]

A table by pairs of categories; the default is for those that are not named:

    [default]
    horizontal = "5nm"
    vertical = "1000ft"

    [[pairs]]
    between = ["drone", "airliner"]
    horizontal = "3nm"
    vertical = "1000ft"

A table from one value a category, of which a pair takes the larger:

    combine = "max"

    [categories.drone]
    horizontal = "1nm"
    vertical = "500ft"

The preset `airprox.rvsm`; approved is true for all and false for none:

    [rvsm]
    approved = ["airliner"]
    horizontal = "5nm"

Tables may say ``column = "kind"`` where the categories are in another carried column. Or the file
holds levels, each of which is one of these forms:

    [levels.advisory]
    horizontal = "10nm"
    vertical = "1000ft"

    [levels.conflict.rvsm]
    approved = true

A file of rules; group may name a column, and exempt a file of pairs beside this one:

    group = true
    flight = "flight_id"
    exempt = [["KEG51", "NOQ11A"]]

    [sides]
    screened = [["civil", "blue"]]
    exempt = [["blue", "blue"]]
    others = "exempt"

Pairs of sides that are not named are screened unless `others` says "exempt".
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ._files import read_table
from ._rvsm import rvsm
from ._sections import Section, is_name, is_pair
from .errors import AirproxError, InvalidMinima, SchemaError
from .minima import Band, Minima
from .minima_table import MinimaTable
from .rules import Rules

_PLAIN = ("horizontal", "vertical", "bands")
_Made = TypeVar("_Made")


def read_minima(path: str) -> Minima | MinimaTable | dict[str, Minima | MinimaTable]:
    """The minima in a TOML file: `Minima`, a `MinimaTable`, or levels by name.

    Raises `SchemaError`, `UnitsError`, `InvalidMinima` or `FileError`, each with the file and key.
    """
    file = Section.of_file(path)
    if "levels" not in file:
        return _any_form(file)
    file.only("levels")
    levels = file.section("levels")
    if not [*levels]:
        raise SchemaError(f"{file.where('levels')} must have a level")
    return {name: _any_form(levels.section(name)) for name in levels}


def read_rules(path: str) -> Rules:
    """The rules in a TOML file; errors as `read_minima`."""
    file = Section.of_file(path)
    file.only("sides", "group", "exempt", "flight")
    group = file.value("group", bool, str) if "group" in file else None
    flight = file.value("flight", str) if "flight" in file else None
    sides, other_sides = _sides(file.section("sides")) if "sides" in file else ({}, True)
    exempt = _exempt(file) if "exempt" in file else None
    return _told(
        file.file,
        lambda: Rules(
            sides=sides, other_sides=other_sides, group=group, exempt=exempt, flight=flight
        ),
    )


def _any_form(section: Section) -> Minima | MinimaTable:
    if "rvsm" in section:
        return _rvsm(section)
    if any(key in section for key in ("default", "pairs", "categories", "combine", "column")):
        return _table(section)
    return _minima(section, *_PLAIN)


def _minima(section: Section, *keys: str) -> Minima:
    section.only(*keys)
    horizontal, vertical = section.length("horizontal"), section.length("vertical")
    bands = tuple(map(_band, section.sections("bands")))
    return _told(section.where(), lambda: Minima(horizontal, vertical, bands))


def _band(section: Section) -> Band:
    section.only("above", "up_to", "vertical")
    return Band(
        section.altitude("above") if "above" in section else -math.inf,
        section.altitude("up_to") if "up_to" in section else math.inf,
        section.length("vertical"),
    )


def _rvsm(section: Section) -> MinimaTable:
    section.only("rvsm")
    preset = section.section("rvsm")
    preset.only("approved", "horizontal")
    approved = preset.value("approved", list, bool)
    if isinstance(approved, list) and not all(map(is_name, approved)):
        preset.refuse("approved", 'true, false or categories such as ["airliner"]')
    options = {"horizontal": preset.length("horizontal")} if "horizontal" in preset else {}
    return _told(preset.where(), lambda: rvsm(approved, **options))


def _table(section: Section) -> MinimaTable:
    entries: dict[Any, Minima] = {}
    combine: str | None = None
    if "categories" in section or "combine" in section:
        section.only("combine", "categories", "default", "column")
        combine = section.value("combine", str)
        categories = section.section("categories")
        entries = {name: _minima(categories.section(name), *_PLAIN) for name in categories}
    else:
        section.only("pairs", "default", "column")
        for pair in section.sections("pairs"):
            between = tuple(pair.value("between", list))
            if not is_pair([*between]):
                pair.refuse("between", 'two categories such as ["drone", "airliner"]')
            if between in entries or between[::-1] in entries:
                pair.refuse("between", "a pair that is not named before")
            entries[between] = _minima(pair, "between", *_PLAIN)
    default = _minima(section.section("default"), *_PLAIN) if "default" in section else None
    column = section.value("column", str) if "column" in section else "category"
    return _told(
        section.where(),
        lambda: MinimaTable(entries, default=default, combine=combine, column=column),
    )


def _sides(section: Section) -> tuple[dict[Any, bool], bool]:
    section.only("screened", "exempt", "others")
    sides: dict[Any, bool] = {}
    for key, screened in (("screened", True), ("exempt", False)):
        for pair in section.pairs(key):
            for order in (pair, pair[::-1]):
                if sides.setdefault(order, screened) != screened:
                    raise SchemaError(
                        f"{section.where()} must name a pair as screened or exempt, "
                        f"found {[*pair]} as both"
                    )
    if "others" in section and section.value("others", str) not in ("screened", "exempt"):
        section.refuse("others", '"screened" or "exempt"')
    return sides, "others" not in section or section.value("others", str) == "screened"


def _exempt(file: Section) -> object:
    """The table of exempt pairs: written out, or in a file named relative to this one."""
    if isinstance(file.value("exempt", list, str), str):
        path = str(Path(file.file).parent / file.value("exempt", str))
        table = read_table(path)
        return _told(path, lambda: Rules(exempt=table)).exempt
    pairs = file.pairs("exempt")
    if len({type(name) for pair in pairs for name in pair}) > 1:
        file.refuse("exempt", "pairs of ids of one type")
    own, other = zip(*pairs, strict=True) if pairs else ((), ())
    return {"own": [*own], "other": [*other]}


def _told(where: str, make: Callable[[], _Made]) -> _Made:
    """What `make` gives; its errors are told where in which file they are."""
    try:
        return make()
    except (InvalidMinima, SchemaError) as error:
        kind: type[AirproxError] = type(error)
        raise kind(f"{where}: {error}") from error
