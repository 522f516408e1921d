"""Known holes of installed packages: ``python advisories.py NAME…`` asks the package index.

For each package prints what the index's JSON interface knows of the installed version. Where it has
no page of that version the project's page will do, which speaks of the newest one. Fails if there
is an advisory, and if a version could not be looked up: no answer is not a good one.
"""

import json
import sys
import urllib.error
import urllib.request
from importlib.metadata import version
from typing import Any

INDEX = "https://pypi.org/pypi"


def page(address: str) -> dict[str, Any] | None:
    """What the index says at an address; None if it has no such page or cannot be reached."""
    try:
        with urllib.request.urlopen(f"{INDEX}/{address}/json", timeout=30) as answer:
            return json.load(answer)
    except (urllib.error.URLError, TimeoutError):
        return None


def verdict(name: str, installed: str) -> str:
    """The advisories of an installed version, "none known", or why there is no answer."""
    found = page(f"{name}/{installed}") or page(name)
    if found is None:
        return "could not be looked up"
    if found["info"]["version"] != installed:
        return f"could not be looked up, only its newest version {found['info']['version']}"
    holes = [hole["id"] for hole in found["vulnerabilities"] if not hole["withdrawn"]]
    return ", ".join(holes) or "none known"


if __name__ == "__main__":
    versions = {name: version(name) for name in sys.argv[1:]}
    verdicts = {name: verdict(name, installed) for name, installed in versions.items()}
    for name, said in verdicts.items():
        print(f"{name} {versions[name]}: {said}")
    sys.exit(any(said != "none known" for said in verdicts.values()))
