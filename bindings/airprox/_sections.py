"""TOML files read key by key: every error is one sentence that names the file and the key."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from ._files import FileError
from ._units import parse_altitude, parse_length
from .errors import SchemaError

_KINDS = {str: "a string in quotes", bool: "true or false", list: "an array", dict: "a section"}
_SHOWN = 300
"""Characters of a wrong value that a message shows."""


class Section:
    """A part of a TOML file, with its place in the file for messages."""

    def __init__(self, file: str, place: str, content: dict[str, Any]) -> None:
        self.file = file
        self._place = place
        self._content = content

    @classmethod
    def of_file(cls, path: str) -> Self:
        """The whole file; raises `FileError` if it cannot be read or is no TOML."""
        try:
            content = tomllib.loads(Path(path).read_text("utf-8"))
            repr(content)  # what has no repr, for its depth or its digits, no message could show
        except OSError as error:
            raise FileError(f"{path} cannot be read: {error.strerror or error}") from error
        except RecursionError as error:
            raise FileError(f"{path} must be nested less deeply") from error
        except ValueError as error:
            raise FileError(f"{path} must be a TOML file, found: {error}") from error
        return cls(path, "", content)

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def where(self, key: str = "") -> str:
        """The file and the key from its top, as in ``two.toml: levels.conflict.vertical``."""
        name = key if key.replace("_", "").replace("-", "").isalnum() else repr(key)
        place = ".".join(part for part in (self._place, name if key else "") if part)
        return f"{self.file}: {place}" if place else self.file

    def only(self, *keys: str) -> None:
        """Raise `SchemaError` if there is a key that is none of these."""
        for key in self:
            if key not in keys:
                raise SchemaError(
                    f"{self.where(key)} is not known here, where the keys are {', '.join(keys)}"
                )

    def value(self, key: str, *kinds: type) -> Any:
        """The value of a key that must be there and of one of these types."""
        if key not in self:
            raise SchemaError(f"{self.where(key)} must be given")
        value = self._content[key]
        if type(value) not in kinds:
            self.refuse(key, " or ".join(_KINDS[kind] for kind in kinds))
        return value

    def refuse(self, key: str, what: str) -> None:
        """Raise `SchemaError`: the key must be something else."""
        found = repr(self._content[key])
        if len(found) > _SHOWN:
            found = f"{found[:_SHOWN]} and so on"
        raise SchemaError(f"{self.where(key)} must be {what}, found {found}")

    def length(self, key: str) -> float:
        """A length in metres, spelt with its unit as in ``"5nm"``."""
        return parse_length(self._spelt(key, "5nm"), self.where(key))

    def altitude(self, key: str) -> float:
        """An altitude in metres, spelt as in ``"FL410"`` or ``"41000ft"``."""
        return parse_altitude(self._spelt(key, "FL410"), self.where(key))

    def _spelt(self, key: str, example: str) -> str:
        if key in self and not isinstance(self._content[key], str):
            self.refuse(key, f'a length in quotes such as "{example}"')
        return self.value(key, str)

    def section(self, key: str) -> "Section":
        """The section of this name, which must be there."""
        return Section(self.file, self._inside(key), self.value(key, dict))

    def sections(self, key: str) -> list["Section"]:
        """The array of sections of this name; empty if it is not there."""
        items = self.value(key, list) if key in self else []
        if not all(isinstance(item, dict) for item in items):
            self.refuse(key, f"an array of sections, as [[{key}]] begins one")
        return [
            Section(self.file, f"{self._inside(key)}[{place}]", item)
            for place, item in enumerate(items)
        ]

    def pairs(self, key: str) -> list[tuple[str | int, str | int]]:
        """An array of pairs of names, strings or integers; empty if it is not there."""
        items = self.value(key, list) if key in self else []
        if not all(map(is_pair, items)):
            self.refuse(key, 'an array of pairs such as [["a", "b"]]')
        return [(one, other) for one, other in items]

    def _inside(self, key: str) -> str:
        return self.where(key).removeprefix(f"{self.file}: ")


def is_pair(value: Any) -> bool:
    """Whether this is an array of two names."""
    return isinstance(value, list) and len(value) == 2 and all(map(is_name, value))


def is_name(value: Any) -> bool:
    """Whether this can be the name of a category, a side or a trajectory: text, or 64 bits."""
    return type(value) is str or (type(value) is int and -(2**63) <= value < 2**64)
