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

# A client needs the documents only; what compares contracts is loaded by whoever does.
_LATER = {
    "_normalise.bindings": ["Bindings", "BindingsError"],
    "_compare": ["Change"],
    "_normalise.findings": ["NeedsNotMet", "Problem"],
    "_normalise.normaliser": ["Normalised", "normalise"],
    "_normalise.access": ["NotAContract"],
    "_overlay": ["overlaid"],
    "_report": ["Report", "bindings", "check", "report"],
    "_strict": ["strict"],
    "_source": ["CannotFetch", "Fetched", "default_source", "fetch"],
}
_MODULES = {name: module for module, names in _LATER.items() for name in names}


if not TYPE_CHECKING:  # A type checker would take any name for one of ours.

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)
        globals()[name] = value
        return value
