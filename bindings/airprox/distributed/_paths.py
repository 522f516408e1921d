"""What a plan takes for a dataset on disk; told without loading what reads one."""

from os import PathLike


def is_dataset(source: object) -> bool:
    """Return whether something is a path, a list of paths, or a pyarrow dataset."""
    if isinstance(source, (list, tuple)):
        return True
    kind = type(source)
    return isinstance(source, (str, PathLike)) or (
        kind.__module__.startswith("pyarrow") and kind.__name__.endswith("Dataset")
    )
