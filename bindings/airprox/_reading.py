"""How the columns of a dataset are understood: the arguments of `Fleet.from_arrow`, checked."""

import dataclasses
from collections.abc import Iterable
from typing import Any, NamedTuple

import pyarrow as pa

from . import _stated as stated
from . import columns as schema
from .errors import SchemaError
from .fleet import Fleet
from .gates import Gates


class Reading(NamedTuple):
    """What `Fleet.from_arrow` takes, as it documents it."""

    columns: schema.Columns = None
    altitude_unit: str | None = None
    altitude_reference: str | None = None
    max_gap: float | None = None
    gates: Gates | None = None
    carry: tuple[str, ...] = schema.DEFAULT_CARRY
    invalid: str = "raise"
    naive_time: str = "raise"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        values = self._asdict()
        if isinstance(self.columns, dict):
            values["columns"] = {
                role: name if isinstance(name, str) else list(name)
                for role, name in self.columns.items()
            }
        values["gates"] = self.gates and dataclasses.asdict(self.gates)
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Reading":
        """Return what `as_json` was made of."""
        gates = values["gates"] and Gates(**values["gates"])
        return cls(**values | {"gates": gates, "carry": tuple(values["carry"])})

    def empty(self, fields: pa.Schema) -> Fleet:
        """Return the fleet of no rows, which raises what these arguments would raise of any."""
        return Fleet.from_arrow(fields.empty_table(), **self._asdict())

    def told(self, fields: pa.Schema) -> "Told":
        """Return what the arguments come to for these columns.

        Raises `SchemaError` where a dataset cannot be read in slabs: nested rows, and radii.
        """
        layout = schema.find_layout(fields, self.columns, self.carry, optional=schema.RADII)
        if layout.form != "long":
            raise SchemaError("a dataset must have one row a knot to be read in slabs of time")
        radii = [layout.label(role) for role in schema.RADII if role in layout.names]
        if radii:
            raise SchemaError(f"a dataset read in slabs must not have radii, found {radii[0]}")
        return Told(
            layout,
            stated.altitude_scale(layout, self.altitude_unit),
            stated.gap_limit(layout, self.max_gap),
            stated.gates_of(layout, self.gates),
            stated.reference(layout, self.altitude_reference),
            self.naive_time,
            self.invalid,
        )


class Told(NamedTuple):
    """What arguments and columns say together."""

    layout: schema.Layout
    scale: float
    """Metres in one unit of the altitude."""
    max_gap: float
    gates: Gates | None
    altitude_reference: str | None
    naive_time: str
    invalid: str

    @property
    def unix_time(self) -> bool:
        """Whether numbers are instants."""
        return self.layout.preset is not None and self.layout.preset.unix_time

    def columns(self, *roles: str) -> list[str]:
        """Return the names of the columns of roles, and of those that are carried."""
        names = [name for role in roles for name in self.layout.names[role]]
        return list(dict.fromkeys([*names, *self.layout.carry]))


def reading(columns: schema.Columns, carry: Iterable[str], **others: Any) -> Reading:
    """Return the arguments, with what may be taken from only once made whole."""
    names = carry if isinstance(carry, str) else tuple(carry)
    return Reading(columns=columns, carry=names, **others)  # pyright: ignore[reportArgumentType]
