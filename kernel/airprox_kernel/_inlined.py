"""Functions as other kernels call them: what their code is made from, and no code of their own.

Numba makes machine code of every function by itself, with all that it calls inlined, and then once
more within each caller: of four that call each other in turn, the innermost was optimised four
times. Here a callee is only translated; it is optimised where it is inlined, once, and linked in
where it is not. The first screening ever then takes 9 s instead of 19 (compiled in one process,
others' work paused), and runs as fast.
"""

import importlib
from collections.abc import Callable
from typing import Any

# Numba's inside has no types.
_Compiler: Any = importlib.import_module("numba.core.compiler").Compiler
_Library: Any = importlib.import_module("numba.core.codegen").JITCodeLibrary


class TranslatingCompiler(_Compiler):
    """Numba's compiler, which leaves a function as LLVM's language has it.

    The result cannot be called from Python; callers are compiled with it linked in.
    """

    def compile_extra(self, func: Callable[..., Any]) -> Any:
        """Compile a function into a library without machine code."""
        self.state.library = _Translation(self.state.targetctx.codegen(), func.__qualname__)
        parent: Any = super()
        return parent.compile_extra(func)


class _Translation(_Library):
    """The code of a function and of what it calls, to be linked into that of its callers."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True

    def get_pointer_to_function(self, _name: str) -> int:
        """Return 0: there is no machine code."""
        return 0

    @property
    def codegen(self) -> Any:
        """What would tell the machine code where its Python environment is."""
        return _NO_CODE


class _NoCode:
    def set_env(self, env_name: str, env: Any) -> None:
        """Do nothing: kernels do not raise, and nothing else needs the environment."""


_NO_CODE = _NoCode()
