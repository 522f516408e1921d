"""What must be the same for a scan to go on: the files, the arguments, and airprox itself."""

import hashlib
import json
from typing import Any

from airprox_kernel.job import Window

from ._arrow import to_ipc
from ._journal import Journal
from ._levels import Levels
from ._minima_message import as_data
from ._reading import Reading
from ._stored import Stored
from .errors import ScanError
from .rules import Rules

VERSION = 1
"""Of what the folder of a scan holds."""


def fingerprint(
    stored: Stored, reading: Reading, levels: Levels, rules: Rules | None, window: Window
) -> dict[str, Any]:
    """Return the marks of a scan, as its messages carry them."""
    from . import __version__

    asked = [
        reading.as_json(),
        as_data(levels),
        None if rules is None else _told(rules),
        [str(end) for end in window],
    ]
    marks = {
        "version of airprox": [VERSION, __version__],
        "files": stored.fingerprint(),
        "arguments": hashlib.sha256(json.dumps(asked).encode()).hexdigest(),
    }
    return {"fingerprint": marks}


def _told(rules: Rules) -> list[Any]:
    exempt = None if rules.exempt is None else hashlib.sha256(to_ipc(rules.exempt)).hexdigest()
    sides = sorted((str(pair), flag) for pair, flag in rules.sides.items())
    return [sides, rules.other_sides, rules.group, exempt, rules.flight]


def check_same(found: dict[str, Any], wanted: dict[str, Any], journal: Journal) -> None:
    """Raise `ScanError` if the folder is of another scan."""
    differ = [name for name, mark in wanted["fingerprint"].items() if found.get(name) != mark]
    if differ:
        raise ScanError(
            f"{journal.folder} must be of the same scan to go on, but it was begun with other "
            f"{' and '.join(differ)}; give an empty folder"
        )
