"""The contract that this package was made from, as it ships with it.

`openapi.json` is the normalised document that the generated client is made from, that the sandbox serves and
that answers are checked against; `upstream.json` is the document it was normalised from.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

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
    loaded: dict[str, Any] = json.loads(path("openapi.json").read_text(encoding="utf-8"))
    return loaded
