"""What the options of the commands say, as arguments of the library."""

import argparse
import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

from ._parsing import OPEN_END
from ._units import parse_altitude, parse_length
from .errors import SchemaError

if TYPE_CHECKING:
    from ._levels import AnyMinima
    from .minima import Band, Minima
    from .minima_table import MinimaTable

Window = tuple[dt.datetime | float | None, dt.datetime | float | None]


def parse_columns(text: str | None) -> str | dict[str, str | tuple[str, ...]] | None:
    """Parse a preset's name as it is, or `id=icao24+callsign,time=ts` as a mapping.

    Raises `SchemaError` if a pair is not NAME=COLUMN or names a column twice.
    """
    if text is None or "=" not in text:
        return text
    mapping: dict[str, str | tuple[str, ...]] = {}
    for pair in text.split(","):
        name, _, column = (part.strip() for part in pair.partition("="))
        if not name or not column or name in mapping:
            raise SchemaError(
                "--columns must be a preset or pairs such as id=icao24,time=ts, each name once; "
                f"found {pair!r} in {text!r}"
            )
        several = tuple(part.strip() for part in column.split("+"))
        mapping[name] = several if len(several) > 1 else column
    return mapping


def parse_instant(text: str) -> dt.datetime | float | None:
    """Parse seconds, an ISO 8601 instant with its zone, or `..` for an open end (None).

    Raises `SchemaError` for anything else, a time without a zone included.
    """
    if text.strip() == OPEN_END:
        return None
    with contextlib.suppress(ValueError):
        return float(text)
    try:
        instant = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise SchemaError(
            "--window must be seconds, times with a zone such as 2024-06-01T10:00:00Z, or .. for "
            f"an open end; found {text!r}"
        )
    return instant


def window_of(chosen: argparse.Namespace) -> Window:
    """The span of time of --window, open at both ends by default."""
    start, end = chosen.window or (OPEN_END, OPEN_END)
    return parse_instant(start), parse_instant(end)


def within_of(chosen: argparse.Namespace) -> float | None:
    """The bound of --within: a number for a ratio, else a length in metres."""
    if chosen.within is None or chosen.metric != "ratio":
        return None if chosen.within is None else parse_length(chosen.within, "--within")
    try:
        return float(chosen.within)
    except ValueError:
        raise SchemaError(
            f"--within must be a number with --metric ratio, such as 1.5; found {chosen.within!r}"
        ) from None


def has_minima(chosen: argparse.Namespace) -> bool:
    """Whether any option speaks of minima."""
    return any((chosen.horizontal, chosen.vertical, chosen.band, chosen.minima))


def minima_of(chosen: argparse.Namespace) -> "AnyMinima":
    """The minima in the file of --minima, or those of --horizontal, --vertical and --band."""
    lengths = [chosen.horizontal, chosen.vertical]
    if (chosen.minima is None) == (lengths == [None, None]) or lengths.count(None) == 1:
        raise SchemaError(
            "minima must be given either by --horizontal and --vertical, both of them (such as "
            "--horizontal 5nm --vertical 1000ft), or by --minima FILE.toml"
        )
    if chosen.minima:
        if chosen.band:
            raise SchemaError("--band goes with --vertical; a file of --minima has its own bands")
        from ._toml import read_minima

        return read_minima(chosen.minima)
    from .minima import Minima

    return Minima(
        horizontal=parse_length(chosen.horizontal, "--horizontal"),
        vertical=parse_length(chosen.vertical, "--vertical"),
        bands=tuple(_band(*band) for band in chosen.band or ()),
    )


def _band(above: str, up_to: str, vertical: str) -> "Band":
    from .minima import Band

    ends: dict[str, Any] = {
        "above": "-inf" if above == OPEN_END else above,
        "up_to": "inf" if up_to == OPEN_END else up_to,
    }
    for name, text in ends.items():
        open_end = text in ("inf", "-inf")
        ends[name] = float(text) if open_end else parse_altitude(text, "an end of --band")
    return Band(ends["above"], ends["up_to"], parse_length(vertical, "the minimum of --band"))


def one_level(minima: "AnyMinima") -> "Minima | MinimaTable":
    """The minima themselves; raises `SchemaError` for levels by name, of which screen takes any."""
    if isinstance(minima, dict):
        raise SchemaError(
            f"--minima must hold one level here, found {len(minima)}: "
            f"{', '.join(map(repr, minima))} (only screen and probe take several)"
        )
    return minima  # pyright: ignore[reportReturnType]
