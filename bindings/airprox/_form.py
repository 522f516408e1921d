"""The form of an airspace: the frame, kinds of time and types that all its fleets share."""

from functools import cached_property
from typing import Any

import pyarrow as pa

from ._changes import selected
from ._delta import changes_schema
from ._encounters import encounters_schema
from ._grouping import NO_PLACES
from ._job import Sides, pair_up
from ._levels import Levels
from ._matching import id_kind
from ._roster import no_radii
from ._rows import empty_carried
from .errors import SchemaError, SchemaTypeError
from .fleet import Fleet


class Form:
    """What fleets must have in common, as an empty fleet, and the tables that follow from it.

    Tables without rows are kept: pyarrow takes 0.1 ms to make one.
    """

    def __init__(self, blank: Fleet, levels: Levels, *, settled: bool = True) -> None:
        self.blank = blank
        """No trajectories; radii if any fleet had them, and all columns that any carried."""
        self.levels = levels
        self.settled = settled
        """Whether a fleet has been taken in, so that others must be like it."""
        self._probes: dict[tuple[Any, ...], pa.Table] = {}

    @property
    def uncertain(self) -> bool:
        """Whether encounters have certain parts."""
        return self.blank._radii is not None

    @cached_property
    def no_encounters(self) -> pa.Table:
        """The table of encounters without rows."""
        sides = Sides(self.blank, self.blank)
        return encounters_schema(sides, self.levels, self.uncertain).empty_table()

    @cached_property
    def no_changes(self) -> pa.Table:
        """The table of changed pairs without rows."""
        return changes_schema(self.no_encounters.schema).empty_table()

    def no_meetings(self, candidates: Fleet) -> pa.Table:
        """Return the table of encounters of candidates with the picture, without rows."""
        other = self.blank if self.settled else candidates
        uncertain = self.uncertain or candidates._radii is not None
        key = (candidates.ids.type, candidates.time_type, candidates.frame, uncertain)
        found = self._probes.get(key)
        if found is None:
            schema = encounters_schema(Sides(candidates, other), self.levels, uncertain)
            found = self._probes[key] = schema.empty_table()
        return found

    def check(self, fleet: Fleet) -> None:
        """Raise `SchemaError` if a fleet cannot be compared with those of the airspace."""
        if self.settled or not isinstance(fleet, Fleet):
            pair_up(fleet, self.blank)

    def fitted(self, fleet: Fleet, columns: list[str]) -> Fleet:
        """Return a fleet to be taken in with the types and the zone of the airspace.

        `columns`, which minima and rules look at, are added as nulls if any fleet had them.
        """
        prepared = fleet._prepared
        kind = self.blank.ids.type
        if prepared.ids.type != kind:
            if id_kind(prepared.ids.type) != id_kind(kind):
                raise SchemaTypeError(
                    f"all ids of an airspace must be of one type, found {prepared.ids.type} "
                    f"after {kind}"
                )
            try:
                prepared = prepared._replace(ids=prepared.ids.cast(kind))
            except pa.ArrowException as error:
                raise SchemaTypeError(f"ids must be of type {kind}, found {error}") from error
        missing = [
            name
            for name in columns
            if name in self.blank.carried.column_names and name not in prepared.carried.column_names
        ]
        for name in missing:
            kind = self.blank.carried.schema.field(name).type
            carried = prepared.carried.append_column(name, pa.nulls(len(fleet), kind))
            prepared = prepared._replace(carried=carried)
        if prepared.time_type != self.blank.time_type:
            prepared = prepared._replace(time_type=self.blank.time_type)
        if self.uncertain and prepared.radii is None:
            prepared = prepared._replace(radii=no_radii(prepared))
        return fleet if prepared is fleet._prepared else Fleet._of(prepared)

    def widened(self, fleet: Fleet) -> "Form":
        """Return the form once a fleet has been taken in; raises `SchemaError` if it does not fit.

        It is this one unless the fleet adds radii, carried columns or an altitude reference.
        """
        self.check(fleet)
        if not self.settled:
            return Form(_blank(fleet), self.levels)
        blank = self.blank._prepared
        schema = blank.carried.schema
        if not fleet.carried.schema.equals(schema):
            try:
                schema = pa.unify_schemas(
                    [schema, fleet.carried.schema], promote_options="permissive"
                )
            except pa.ArrowException as error:
                raise SchemaError(
                    f"carried columns must have one type in all fleets, found: {error}"
                ) from error
        radii = blank.radii
        if radii is None and fleet._radii is not None:
            radii = no_radii(blank)
        reference = blank.altitude_reference or fleet.altitude_reference
        same_schema = schema.equals(blank.carried.schema)
        if same_schema and radii is blank.radii and reference == blank.altitude_reference:
            return self
        carried = blank.carried if same_schema else _no_rows(schema)
        changed = blank._replace(carried=carried, radii=radii, altitude_reference=reference)
        return Form(Fleet._of(changed), self.levels)


def _no_rows(schema: pa.Schema) -> pa.Table:
    return schema.empty_table() if schema.names else empty_carried(0)


def _blank(fleet: Fleet) -> Fleet:
    """Return a fleet like this one without its trajectories."""
    return Fleet._of(selected(fleet._prepared, NO_PLACES))


def open_form(levels: Levels) -> Form:
    """Return the form of an airspace that has taken nothing in yet."""
    nothing = {name: pa.array([], pa.float64()) for name in ("time", "x", "y", "z")}
    blank = Fleet.from_arrow({"id": pa.array([], pa.string()), **nothing})
    return Form(blank, levels, settled=False)
