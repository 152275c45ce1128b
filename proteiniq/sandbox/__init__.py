"""A local service that implements ProteinIQ's HTTP contract with real computations. It needs no account.

    from proteiniq.sandbox import Sandbox

    with Sandbox() as sandbox:
        print(sandbox.url, sandbox.api_key)

Importing this package is cheap: the server's dependencies are loaded when `Sandbox` is first accessed.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ._errors import SandboxError

if TYPE_CHECKING:
    from ._sandbox import Sandbox

__all__ = ["Sandbox", "SandboxError"]


def __getattr__(name: str) -> Any:
    if name != "Sandbox":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if os.name != "posix":
        raise ImportError(
            "the sandbox needs POSIX (process groups, file locks): on Windows, run it in WSL or in a container"
        )
    try:
        from ._sandbox import Sandbox
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package == "proteiniq":
            raise
        message = (
            f"the sandbox needs {package}, which the extra `sandbox` of proteiniq installs: "
            "pip install '.[sandbox]' in a checkout of proteiniq"
        )
        raise ImportError(message, name=error.name) from error
    return Sandbox
