"""pip-audit, also where the index has pages of projects but none of their single versions.

Takes its arguments. The page of a project tells the advisories of its newest version, which is what
a fresh environment mostly has; a version that is neither looked up nor the newest stays unaudited.
"""

from typing import Any

from pip_audit._cli import audit
from pip_audit._service import pypi

plain_session = pypi.caching_session


def session(*arguments: Any, **options: Any) -> Any:
    """pip-audit's session; for a version that is not found it asks for the project."""
    made = plain_session(*arguments, **options)
    plain_get = made.get

    def get(url: str, **settings: Any) -> Any:
        found = plain_get(url, **settings)
        if found.status_code != 404:
            return found
        of_project, version = url.removesuffix("/json").rsplit("/", 1)
        newest = plain_get(f"{of_project}/json", **settings)
        return newest if newest.ok and newest.json()["info"]["version"] == version else found

    made.get = get
    return made


if __name__ == "__main__":
    pypi.caching_session = session
    audit()
