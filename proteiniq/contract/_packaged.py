"""The contract that ships with this package.

The generated client contains the hash of the contract that it was generated from, and is used only with that contract.
With another one, it could send wrong requests without an error.
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
DIGEST = "_contract.py"
"""The module in it with the hash of its contract. A data file would be missing from an archive of modules."""

_PACKAGED = Path(__file__).parent.parent / "_contract_data"
_CHECKOUT = Path(__file__).resolve().parent.parent.parent / "openapi"


def digest(content: bytes) -> str:
    """The hash that identifies a contract."""
    return hashlib.sha256(content).hexdigest()


def digest_module(contract: str) -> str:
    """The source of the module with the hash of a contract."""
    return (
        '"""The contract that this package was generated from."""\n\n'
        f'SHA256 = "{digest(contract.encode())}"\n'
    )


def dump(contract: dict[str, Any]) -> str:
    """A contract as the text of its file. Keys are sorted, so equal contracts have equal files."""
    return json.dumps(contract, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def path(name: str) -> Path:
    """The path of a file of the contract: `openapi.json`, `upstream.json`, `bindings.toml`, …

    Raises FileNotFoundError if this installation has no such file, or is an archive, and RuntimeError if the client was
    generated from another `openapi.json`.
    """
    found, _ = _found(name)
    if not found.is_file():
        raise FileNotFoundError(f"{name} is in an archive, {found}: install proteiniq, or unpack the archive")
    return found


def _found(name: str) -> tuple[Path, bytes]:
    """A file of the contract and its content, also in an archive. Raises like `path`."""
    there = _contents(_PACKAGED / name, _CHECKOUT / name)
    if name != "openapi.json" and there:
        return there[0]
    package = _generated()
    if package is not None:
        # A client made with `regenerate --out` has its contract beside it.
        there = [*_contents(package.parent / name), *there]
        made_from = (_content(package / DIGEST) or b"").decode()
        for file, content in there:
            if f'"{digest(content)}"' in made_from:
                return file, content
    if not there:
        raise FileNotFoundError(f"{name} is missing from this installation of proteiniq: reinstall it")
    raise RuntimeError(
        f"the generated client in {package} was not generated from {there[-1][0]}: run `nox -s regenerate`, or "
        "reinstall proteiniq"
    )


def _contents(*files: Path) -> list[tuple[Path, bytes]]:
    """The existing files with their content."""
    return [(file, content) for file in files if (content := _content(file)) is not None]


def _content(file: Path) -> bytes | None:
    """The content of a file, or None. The package may have been imported from an archive."""
    if file.is_file():
        return file.read_bytes()
    for module in (__name__, GENERATED):
        spec = importlib.util.find_spec(module)
        try:
            content: bytes = spec.loader.get_data(str(file))  # type: ignore[union-attr]  # any loader of files has it
        except (AttributeError, OSError):
            continue
        return content
    return None


@functools.cache
def _generated() -> Path | None:
    found = importlib.util.find_spec(GENERATED)
    return Path(found.origin).parent if found is not None and found.origin else None


@functools.cache
def document() -> dict[str, Any]:
    """The normalised OpenAPI document. It is shared, so don't modify it."""
    loaded: dict[str, Any] = json.loads(_found("openapi.json")[1])
    return loaded


@functools.cache
def upstream() -> dict[str, Any]:
    """The service's own document, before normalising. It is shared, so don't modify it."""
    loaded: dict[str, Any] = json.loads(_found("upstream.json")[1])
    return loaded


@functools.cache
def operation(name: str) -> Endpoint:
    """How the operation called `name` (`upload_file`, `stream_job_events`, …) is requested.

    >>> operation("get_file").path
    '/api/v1/files/{file_id}'

    Raises KeyError for an unknown name.
    """
    return endpoint(document(), name)
