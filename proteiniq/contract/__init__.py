"""The contract that this package was made from, as it ships with it, and how one is normalised.

`openapi.json` is the normalised document that the generated client is made from, that the sandbox serves and
that answers are checked against; `upstream.json` is the document it was normalised from; `bindings.toml`
says which of our names stands for what, and what the facade needs.
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

from ._bindings import Bindings, BindingsError, parse
from ._compare import Change
from ._endpoints import Endpoint, endpoint
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

_PACKAGED = Path(__file__).resolve().parent.parent / "_contract_data"
_CHECKOUT = Path(__file__).resolve().parent.parent.parent / "openapi"


def path(name: str) -> Path:
    """Where a file of the contract stands: `openapi.json`, `upstream.json` or `bindings.toml`.

    Raises FileNotFoundError when this installation has none.
    """
    for folder in (_PACKAGED, _CHECKOUT):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"{name} is missing from this installation of proteiniq: reinstall it")


@functools.cache
def document() -> dict[str, Any]:
    """The normalised OpenAPI document. It is shared: don't change it."""
    return _load("openapi.json")


@functools.cache
def upstream() -> dict[str, Any]:
    """The service's own document that the normalised one was made from. It is shared: don't change it."""
    return _load("upstream.json")


@functools.cache
def operation(name: str) -> Endpoint:
    """How the operation called `name` (`upload_file`, `stream_job_events`, …) is asked for.

    >>> operation("get_file").path
    '/api/v1/files/{file_id}'

    Raises KeyError when the contract has none.
    """
    return endpoint(document(), name)


def bindings(file: Path | None = None) -> Bindings:
    """The bindings of this package, or those that `file` says.

    Raises ValueError when one names a role that there is none of.
    """
    return parse((file or path("bindings.toml")).read_text(encoding="utf-8"))


def check(source: str | os.PathLike[str] | None = None, *, timeout: float = 30.0) -> Report:
    """Whether the contract at a URL or in a file still fits this package; by default the service's own.

    Raises CannotFetch when there is no answer within `timeout` seconds, and NotAContract when it is no readable
    OpenAPI document.
    """
    fetched = fetch(source or default_source(), timeout=timeout)
    assert fetched is not None  # Only an entity tag that is still right gives nothing.
    return report(fetched.source, fetched.document, document(), bindings())


def dump(contract: dict[str, Any]) -> str:
    """A contract as the text that is stored: keys sorted, so that equal contracts are equal files."""
    return json.dumps(contract, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path(name).read_text(encoding="utf-8"))
    return loaded
