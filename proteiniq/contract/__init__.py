"""The contract that ships with this package, and how to normalise and check another one.

`upstream.json` is the service's document, which the sandbox serves. `openapi.json` is the same contract under our names
and in our schema; the client is generated from it, and responses are checked against it. `bindings.toml` maps our names
to the service's, and lists what the client needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._endpoints import Endpoint, Upload
from ._packaged import document, dump, operation, path, upstream
from ._reshape import LARGEST, RAW, Shape, read, write

if TYPE_CHECKING:
    from ._compare import Change
    from ._normalise.access import NotAContract
    from ._normalise.bindings import Bindings, BindingsError
    from ._normalise.findings import NeedsNotMet, Problem
    from ._normalise.normaliser import Normalised, normalise
    from ._overlay import overlaid
    from ._report import Report, bindings, check, report
    from ._source import CannotFetch, Fetched, default_source, fetch
    from ._strict import strict

__all__ = [
    "LARGEST",
    "RAW",
    "Bindings",
    "BindingsError",
    "CannotFetch",
    "Change",
    "Endpoint",
    "Fetched",
    "NeedsNotMet",
    "Normalised",
    "NotAContract",
    "Problem",
    "Report",
    "Shape",
    "Upload",
    "bindings",
    "check",
    "default_source",
    "document",
    "dump",
    "fetch",
    "normalise",
    "operation",
    "overlaid",
    "path",
    "read",
    "report",
    "strict",
    "upstream",
    "write",
]

_HOMES = ("_strict", "_source", "_normalise.bindings", "_report")
"""Modules that have the other names, which a client doesn't load."""


if not TYPE_CHECKING:  # otherwise a type checker would accept any name

    def __getattr__(name: str) -> Any:
        for home in _HOMES if name in __all__ else ():
            module = importlib.import_module(f".{home}", __name__)
            if hasattr(module, name):
                globals()[name] = getattr(module, name)
                return globals()[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
