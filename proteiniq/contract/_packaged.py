"""The contract as it ships with this package.

The generated client holds the digest of the contract that it was made from, and only that contract is used with it: a
client of one contract that sends requests of another would be wrong in silence.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

from ._endpoints import Endpoint, endpoint

GENERATED = "proteiniq_openapi"
"""The package of the generated client."""
DIGEST = "contract.sha256"
"""The file in it that says which contract it was made from."""

_PACKAGED = Path(__file__).resolve().parent.parent / "_contract_data"
_CHECKOUT = Path(__file__).resolve().parent.parent.parent / "openapi"


def digest(content: bytes) -> str:
    """The hash that identifies a contract."""
    return hashlib.sha256(content).hexdigest()


def dump(contract: dict[str, Any]) -> str:
    """A contract as the text that is stored: keys sorted, so that equal contracts are equal files."""
    return json.dumps(contract, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def path(name: str) -> Path:
    """Where a file of the contract is: `openapi.json`, `upstream.json`, `bindings.toml`, …

    Raises FileNotFoundError when this installation has none, and RuntimeError when its `openapi.json` is not the one
    that the generated client was made from.
    """
    there = [folder / name for folder in (_PACKAGED, _CHECKOUT) if (folder / name).is_file()]
    if name != "openapi.json" and there:
        return there[0]
    package = _generated()
    if package is not None:
        # A client made with `regenerate --out` has its contract beside it.
        there = [file for file in (package.parent / name, *there) if file.is_file()]
        wanted = package / DIGEST
        made_from = wanted.read_text(encoding="utf-8").strip() if wanted.is_file() else ""
        for file in there:
            if digest(file.read_bytes()) == made_from:
                return file
    if not there:
        raise FileNotFoundError(f"{name} is missing from this installation of proteiniq: reinstall it")
    raise RuntimeError(
        f"the generated client in {package} was made from another contract than {there[-1]}: make both anew with "
        "`nox -s regenerate`, or reinstall proteiniq"
    )


@functools.cache
def _generated() -> Path | None:
    found = importlib.util.find_spec(GENERATED)
    return Path(found.origin).parent if found is not None and found.origin else None


@functools.cache
def document() -> dict[str, Any]:
    """The normalised OpenAPI document. It is shared: don't change it."""
    loaded: dict[str, Any] = json.loads(path("openapi.json").read_bytes())
    return loaded


@functools.cache
def upstream() -> dict[str, Any]:
    """The service's own document that the normalised one was made from. It is shared: don't change it."""
    loaded: dict[str, Any] = json.loads(path("upstream.json").read_bytes())
    return loaded


@functools.cache
def operation(name: str) -> Endpoint:
    """How the operation called `name` (`upload_file`, `stream_job_events`, …) is requested.

    >>> operation("get_file").path
    '/api/v1/files/{file_id}'

    Raises KeyError for an unknown name.
    """
    return endpoint(document(), name)
