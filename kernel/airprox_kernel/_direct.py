"""Calls past the dispatcher, for kernels whose work is a matter of microseconds.

At every call Numba's dispatcher finds out the types of all arguments. For the 40 arrays that
`probing.find_meetings` takes in tuples this was 7.8 of 8.8 µs; the call itself takes 1.0 µs. Most
of these arrays are used again and again, so their types need to be found out only once: as the
*kind* of what they are part of, at 0.1 µs an array.

Machine code does not look at what it is given: called with arrays of another type it would read and
write at random. So kinds are what choose it, and arguments of a new kind go to the dispatcher.
"""

import functools
import importlib
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

__all__ = ["Direct", "kind_of"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

UNKNOWN = b""


def kind_of(*values: object) -> bytes:
    """Return a fingerprint of the types of values, which are equal iff those are.

    Of an array it has the type of the elements, the number of dimensions, the layout, and whether
    it may be written to. Empty for values that Numba has no fingerprint of.
    """
    try:
        return _fingerprint()(values)
    except NotImplementedError:
        return UNKNOWN


class Direct(Generic[Arguments, Result]):
    """A kernel that is dispatched once for each kind of arguments, and then called directly.

    Whoever calls it vouches that the kinds given to `of` tell the types of all arguments: what is
    in none of them must be of one type always, such as arrays that the caller makes for the call.
    Where the compiler is switched off, the kernel is called as it is.
    """

    def __init__(self, kernel: Callable[Arguments, Result]) -> None:
        self._kernel = kernel
        self._entries: dict[tuple[bytes, ...], Callable[..., Result]] = {}

    def of(self, *kinds: bytes) -> Callable[Arguments, Result]:
        """Return the kernel for arguments of these kinds."""
        return self._entries.get(kinds) or self._first(kinds)

    def _first(self, kinds: tuple[bytes, ...]) -> Callable[Arguments, Result]:
        if UNKNOWN in kinds:
            return self._kernel

        def call(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
            result = self._kernel(*arguments, **named)
            self._entries[kinds] = _entry(self._kernel, arguments)
            return result

        return call


@functools.cache
def _fingerprint() -> Callable[[object], bytes]:
    """Return the function by which Numba's dispatcher knows types again."""
    try:
        return importlib.import_module("numba._dispatcher").compute_fingerprint
    except (ImportError, AttributeError):
        # A Numba without it: then nothing has a kind, and every call is dispatched.
        return lambda _: UNKNOWN


def _entry(kernel: Any, arguments: tuple[Any, ...]) -> Callable[..., Any]:
    """Return the machine code that has just been called with these arguments."""
    overloads = getattr(kernel, "overloads", None)
    if overloads is None:
        return kernel
    import numba

    library: Any = numba
    return overloads[tuple(library.typeof(argument) for argument in arguments)].entry_point
