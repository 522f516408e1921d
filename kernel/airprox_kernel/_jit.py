"""The one place for compile flags: how every compiled function of this package is made.

``nogil`` lets our own threads run kernels side by side. ``error_model="numpy"`` leaves out the test
for zero that Python's division makes, which costs a factor of three in a vectorised loop; kernels
guard their divisions themselves. There is no ``fastmath`` and no contraction: results are the same
bit for bit however the work is cut, and with ``NUMBA_DISABLE_JIT=1``, where `jit` returns the plain
function.

Compiled code is kept for later processes in a private folder of the user (see `_cache`): that of
functions called from Python, which holds all that they call. Decorating does no input or output.
``AIRPROX_CACHE_DIR`` names another folder.

Kernels borrow their arrays: without Numba's reference counting (``_nrt=False``). Every call that
passes tuples of arrays on would count each of them up and down, atomically, so that threads wait
for each other; one elementary interval cost about 150 such operations, half of the narrow phase's
time. A function that makes arrays of its own is `jit_allocating`, and hot loops stay out of it.

What Python calls returns numbers or plain tuples, which the caller may name (``Found(*...)``). To
make a named tuple, Numba runs Python code and does not look whether that failed. A Ctrl-C that came
during the call strikes just there: it ended the process, in any screening, with a segmentation
fault (Numba 0.61 to 0.68).
"""

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from ._cache import CacheWarning, KernelCache

__all__ = ["CacheWarning", "jit", "jit_allocating", "jit_inner", "zero"]

Function = TypeVar("Function", bound=Callable[..., Any])


def jit(function: Function) -> Function:
    """Compile `function`, which makes no arrays, when first called with arguments of new types.

    For static checkers the result has the signature of `function`; at run time it is Numba's
    dispatcher (``.signatures``, ``.stats``, ``.py_func``), or `function` itself where the compiler
    is switched off.
    """
    return _compiled(function)


def jit_inner(function: Function) -> Function:
    """Compile `function` into its callers: as `jit` does, but for calls from other kernels only.

    A call that is not inlined passes each array as seven words; with tuples of arrays that was more
    than the work itself. There is no wrapper for Python, and a call from Python would end the
    process, so nothing public is made this way.
    """
    return _inlined(function, _nrt=False, forceinline=True)


def jit_allocating(function: Function) -> Function:
    """Compile `function` as `jit` does; it may make arrays."""
    return _compiled(function, nrt=True)


def _compiled(function: Function, nrt: bool = False) -> Function:
    """Return the dispatcher for calls from Python, which other kernels' calls pass by."""
    options = {} if nrt else {"_nrt": False}
    compiled = _dispatcher(function, no_cfunc_wrapper=True, **options)
    if hasattr(compiled, "_cache"):
        compiled._cache = KernelCache(function)
    if hasattr(compiled, "get_call_template"):
        _let_kernels_call(compiled, cache(lambda: _inlined(function, **options)))
    return compiled


def _let_kernels_call(compiled: Any, inlined: Callable[[], Any]) -> None:
    """Give the calls of other kernels to another dispatcher, made when one is compiled first."""

    def template(args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        return inlined().get_call_template(args, kws)

    def overload(signature: Any) -> Any:
        return inlined().get_overload(signature)

    compiled.get_call_template = template
    compiled.get_overload = overload


def _inlined(function: Callable[..., Any], **options: bool) -> Any:
    """Return the dispatcher for calls from other kernels alone (see `_inlined.py`)."""
    compiler = importlib.import_module(f"{__package__}._inlined").TranslatingCompiler
    wrappers = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    inlined = _dispatcher(function, pipeline_class=compiler, **wrappers, **options)
    if hasattr(inlined, "get_call_template"):
        _take_literals_as_numbers(inlined)
    return inlined


def _dispatcher(function: Callable[..., Any], **options: Any) -> Any:
    # Here, not above: `_cache` notes when this package's sources were read, and Numba takes long.
    import numba

    decorate: Any = numba.njit
    return decorate(nogil=True, error_model="numpy", **options)(function)


def _take_literals_as_numbers(dispatcher: Any) -> None:
    """Let a call with a constant use the code for any number.

    While Numba infers the types of a caller, ``count = 0`` has a type of its own
    (``Literal[int](0)``) until the loop is seen in which it grows. A callee is compiled for both,
    and the first is never called: 8 of 104 functions that a first screening compiled, the longest
    among them.
    """
    template = dispatcher.get_call_template
    plain: Any = importlib.import_module("numba.core.types").unliteral

    def plain_template(args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        return template(tuple([plain(kind) for kind in args]), {k: plain(kws[k]) for k in kws})

    dispatcher.get_call_template = plain_template


@jit_inner
def zero() -> int:
    """Return 0, to begin a count with.

    A number like any other; a literal 0 is of a type of its own while types are inferred.
    """
    return 0
