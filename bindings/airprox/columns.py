"""What the columns of a table of trajectories mean: roles, presets and units.

A role is airprox's own name of a column (`id`, `time`, `lat`, …). A user's table has names of its
own; `find_layout` matches the two and so decides the frame (planar or geodetic) and the form (one
row a knot, or one row a trajectory with lists).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

import pyarrow as pa

from ._arrow import plain_type
from ._presets import PRESETS, Preset
from .errors import SchemaError, SchemaTypeError

Frame = Literal["planar", "geodetic"]
Form = Literal["long", "lists", "structs"]
Columns = str | Mapping[str, str | Iterable[str]] | None

POSITION: dict[Frame, tuple[str, str, str]] = {
    "planar": ("x", "y", "z"),
    "geodetic": ("lat", "lon", "alt"),
}
VELOCITY = ("vx", "vy", "vz", "track", "groundspeed", "vertical_rate")
RADII = ("horizontal_radius", "vertical_radius")
ROLES = {
    "id",
    "time",
    "trajectory",
    *POSITION["planar"],
    *POSITION["geodetic"],
    *VELOCITY,
    *RADII,
}
STATE_OPTIONS = ("time", *VELOCITY, *RADII)
"""What a table of state vectors may hold besides ids and positions."""
DEFAULT_CARRY = ("side", "category", "group")


class Layout(NamedTuple):
    """Where in a table the trajectories are."""

    form: Form
    frame: Frame
    names: Mapping[str, tuple[str, ...]]
    """The user's column names by role; only an id may have several."""
    fields: Mapping[str, pa.Field]
    """The field that holds a role, in the table or in the structs of its `trajectory` column."""
    carry: tuple[str, ...]
    preset: Preset | None
    constant: tuple[str, ...] = ()
    """Nested form: the radii that have one value a trajectory instead of one a knot."""

    @property
    def position(self) -> tuple[str, str, str]:
        """The three roles of a position in this frame."""
        return POSITION[self.frame]

    @property
    def knot_roles(self) -> tuple[str, ...]:
        """The roles with one value a knot: the time, the position, and radii that are there."""
        radii = [r for r in RADII if r in self.names and r not in self.constant]
        return ("time", *self.position, *radii)

    @property
    def table_columns(self) -> list[str]:
        """All columns of the table that are read, in no particular order and without repeats."""
        outer = ("id", _STRUCT, *self.constant)
        roles = [role for role in self.names if self.form != "structs" or role in outer]
        return list(dict.fromkeys([n for role in roles for n in self.names[role]] + [*self.carry]))

    def label(self, role: str) -> str:
        """The user's own name of the column for messages."""
        return " + ".join(repr(name) for name in self.names.get(role, (role,)))


_STRUCT = "trajectory"


def find_layout(
    schema: pa.Schema,
    columns: Columns,
    carry: Iterable[str] = DEFAULT_CARRY,
    *,
    required: tuple[str, ...] = ("id", "time"),
    optional: Iterable[str] = (),
) -> Layout:
    """Match roles with the columns of `schema`.

    Optional columns are read where they are there: airprox's own names, also with a preset, and
    those that `columns` gives, which must be. Raises `SchemaError` when a column is missing, twice
    there, or both frames (or none) are.
    """
    preset, names = _wanted(schema, columns)
    explicit = set() if columns is None or preset else set(columns)
    form = _form(schema, names, explicit)
    inner: Any = schema
    if form == "structs":
        inner = plain_type(plain_type(schema.field(names[_STRUCT][0]).type).value_type)
    fields: dict[str, pa.Field] = {field.name: field for field in inner}
    available = {role: name for role, name in names.items() if all(n in fields for n in name)}
    if form == "structs":
        available["id"] = names["id"]
        fields |= {n: schema.field(n) for n in names["id"] if n in schema.names}
        available = {role: name for role, name in available.items() if name[0] in fields}
    constant = _constant_radii(schema, form, names, fields, available)
    frame = _frame(available, explicit, names, [*fields])
    needed = [*required, *POSITION[frame]]
    missing = [role for role in needed if role not in available]
    missing += [role for role in explicit & {*optional} if role not in available]
    if missing:
        raise SchemaError(_missing_message(missing, names, [*fields]))
    roles = [*needed, *(role for role in optional if role in available)]
    kept = {role: available[role] for role in roles}
    if form == "structs":
        kept[_STRUCT] = names[_STRUCT]
    layout = Layout(
        form,
        frame,
        kept,
        {r: fields[available[r][0]] for r in roles},
        _carry(schema, carry),
        preset,
        tuple(role for role in constant if role in kept),
    )
    for name in layout.table_columns:
        if schema.names.count(name) > 1:
            raise SchemaError(f"column names must be unique, found {name!r} more than once")
    return layout


def _wanted(
    schema: pa.Schema, columns: Columns
) -> tuple[Preset | None, dict[str, tuple[str, ...]]]:
    """The names looked for by role: airprox's own, or those of the preset or the mapping."""
    own: dict[str, tuple[str, ...]] = {role: (role,) for role in ROLES}
    if columns is None:
        return None, own
    if isinstance(columns, str):
        if columns not in PRESETS:
            known = ", ".join(map(repr, PRESETS))
            raise SchemaError(f"a preset must be one of {known}, found {columns!r}")
        preset = PRESETS[columns]
        ids = [names for names in preset.ids if all(name in schema.names for name in names)]
        named = {role: (name,) for role, name in preset.columns.items()}
        named |= {role: (role,) for role in (_STRUCT, *RADII)}
        return preset, named | {"id": (ids or [preset.ids[-1]])[0]}
    if not isinstance(columns, Mapping):
        raise SchemaTypeError(
            f"columns must be a preset's name or a mapping, found {type(columns).__name__}"
        )
    unknown = sorted(map(repr, set(columns) - ROLES))
    if unknown:
        raise SchemaError(
            f"columns must map names out of {', '.join(sorted(ROLES))}, found {', '.join(unknown)}"
        )
    for role, name in columns.items():
        own[role] = (name,) if isinstance(name, str) else tuple(name)
        if not all(isinstance(part, str) for part in own[role]):
            raise SchemaTypeError(f"columns must map {role!r} to a name, found {name!r}")
        if len(own[role]) != 1 and (role != "id" or not own[role]):
            raise SchemaError(f"columns must map {role!r} to one name, found {own[role]!r}")
    return None, own


def _form(schema: pa.Schema, names: Mapping[str, tuple[str, ...]], explicit: set[str]) -> Form:
    struct, time = names[_STRUCT][0], names.get("time", ("time",))[0]
    if struct in schema.names:
        kind = plain_type(schema.field(struct).type)
        holds = is_list(kind) and pa.types.is_struct(plain_type(kind.value_type))
        if holds and time in schema.names and _STRUCT not in explicit:
            raise SchemaError(
                f"trajectories must come in one form, found both {struct!r} and {time!r}"
            )
        if holds:
            return "structs"
        if _STRUCT in explicit:
            raise SchemaTypeError(f"column {struct!r} must hold lists of structs, found {kind}")
    elif _STRUCT in explicit:
        raise SchemaError(_missing_message([_STRUCT], names, schema.names))
    nested = time in schema.names and is_list(plain_type(schema.field(time).type))
    return "lists" if nested else "long"


def _constant_radii(
    schema: pa.Schema,
    form: Form,
    names: Mapping[str, tuple[str, ...]],
    fields: dict[str, pa.Field],
    available: dict[str, tuple[str, ...]],
) -> list[str]:
    """The radii given once a trajectory; beside structs they are added to what is available."""
    if form == "long":
        return []
    if form == "lists":
        found = [role for role in RADII if role in available]
        return [r for r in found if not is_list(plain_type(fields[names[r][0]].type))]
    outer = [role for role in RADII if names[role][0] in schema.names]
    for role in outer:
        name = names[role][0]
        if role in available:
            raise SchemaError(
                f"column {name!r} must stand beside {names[_STRUCT][0]!r} or in it, found it twice"
            )
        fields[name], available[role] = schema.field(name), names[role]
    return outer


def is_list(kind: Any) -> bool:
    """Whether a column of this type holds a list in each row."""
    return (
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )


def _frame(
    available: Mapping[str, object],
    explicit: set[str],
    names: Mapping[str, tuple[str, ...]],
    found: list[str],
) -> Frame:
    """The frame whose columns are there; where both are, the one that `columns` speaks of."""
    frames: list[Frame] = ["planar", "geodetic"]
    complete: list[Frame] = [
        frame for frame in frames if all(role in available for role in POSITION[frame])
    ]
    named: list[Frame] = [frame for frame in frames if explicit & {*POSITION[frame]}]
    if len(named) == 1:
        return named[0]
    if len(complete) == 1:
        return complete[0]
    wanted = [
        ", ".join(repr(names[role][0]) for role in POSITION[frame] if role in names)
        for frame in frames
    ]
    either = " or ".join(text for text in wanted if text)
    if complete:
        raise SchemaError(
            f"positions must be planar ({wanted[0]}) or geodetic ({wanted[1]}), found the columns "
            "of both; name the right ones with columns={…}"
        )
    raise SchemaError(
        f"positions must stand in columns {either}, found {_listed(found)}; "
        "name them with columns={…}"
    )


def _carry(schema: pa.Schema, carry: Iterable[str]) -> tuple[str, ...]:
    """The carried columns: the three usual ones if they are there, any other must be."""
    if isinstance(carry, str):
        raise SchemaTypeError(f"carry must be a sequence of column names, found {carry!r}")
    names = tuple(dict.fromkeys(carry))
    for name in names:
        if name in ROLES:
            raise SchemaError(f"carry must not repeat a role, found {name!r}")
        if name not in schema.names and name not in DEFAULT_CARRY:
            raise SchemaError(_missing_message([name], {name: (name,)}, schema.names))
    return tuple(name for name in names if name in schema.names)


def _missing_message(
    roles: list[str], names: Mapping[str, tuple[str, ...]], found: list[str]
) -> str:
    texts = dict.fromkeys(repr(name) for role in roles for name in names.get(role, (role,)))
    noun = "column" if len(texts) == 1 else "columns"
    return f"{noun} {', '.join(texts)} must exist, found {_listed(found)}"


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names)) if names else "no columns"
