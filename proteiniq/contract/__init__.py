"""The contract that this package was made from, as it ships with it, and how one is normalised.

`openapi.json` is the normalised document that the generated client is made from, that the sandbox serves and
that answers are checked against; `upstream.json` is the document it was normalised from; `bindings.toml`
says which of our names stands for what, and what the facade needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._endpoints import Endpoint
from ._packaged import document, operation, path, upstream

if TYPE_CHECKING:
    from ._bindings import Bindings, BindingsError
    from ._check import bindings, check, dump
    from ._compare import Change
    from ._normalise import NeedsNotMet, Problem, normalise
    from ._promised import promised
    from ._reading import NotAContract
    from ._report import Report, report
    from ._source import CannotFetch, Fetched, default_source, fetch

__all__ = [
    "Bindings",
    "BindingsError",
    "CannotFetch",
    "Change",
    "Endpoint",
    "Fetched",
    "NeedsNotMet",
    "NotAContract",
    "Problem",
    "Report",
    "bindings",
    "check",
    "default_source",
    "document",
    "dump",
    "fetch",
    "normalise",
    "operation",
    "path",
    "promised",
    "report",
    "upstream",
]

# A client needs the documents only; what compares contracts is loaded by whoever does.
_LATER = {
    "_bindings": ["Bindings", "BindingsError"],
    "_check": ["bindings", "check", "dump"],
    "_compare": ["Change"],
    "_normalise": ["NeedsNotMet", "Problem", "normalise"],
    "_promised": ["promised"],
    "_reading": ["NotAContract"],
    "_report": ["Report", "report"],
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
