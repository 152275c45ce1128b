"""The contract as it ships with this package."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from ._endpoints import Endpoint, endpoint

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


def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path(name).read_text(encoding="utf-8"))
    return loaded
