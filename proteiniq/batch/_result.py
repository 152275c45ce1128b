"""The result of an item in its folder: `result.json`, the tool's result document, and the files beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .._message_text import why
from .._transfer.durable import replace
from ..errors import BatchError
from ._events import Reused, Saved, SavedFile
from ._summary import ItemSummary

NAME = "result.json"


def document(result: Any) -> dict[str, Any]:
    """Return the document of a result, of either client."""
    return {
        "job_id": result.job_id,
        "tool": result.tool,
        "status": str(result.status),
        "results": result.data,
    }


def write(folder: Path, result: Any) -> None:
    """Write the document of a result in its folder, after all its files. Raises OSError."""
    content = json.dumps(document(result), ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
    replace(folder / NAME, content)


def read(batch: Path, item: ItemSummary) -> Mapping[str, Any]:
    """Return the document of an item that has a result. Raises BatchError if it is missing or damaged."""
    assert item.folder is not None
    path = batch / item.folder / NAME
    try:
        found = json.loads(path.read_bytes())
        if isinstance(found, Mapping):
            return found
        problem = "is not an object"
    except (OSError, ValueError, RecursionError) as error:
        problem = why(error)
    advice = (
        f", or get it with client.results.get({item.job_id!r})" if item.job_id else ""
    )  # not if it was reused
    raise BatchError(
        f"the result of item {item.id!r} can't be read: {path}: {problem}. Restore it from a backup{advice}"
    )


def described(folder: Path, names: Sequence[str], paths: Sequence[Path]) -> list[SavedFile]:
    """Return the files of a result as they are in its folder."""
    return [_described(folder, name, path) for name, path in zip(names, paths, strict=True)]


def _described(folder: Path, name: str, path: Path) -> SavedFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return SavedFile(name, path.relative_to(folder).as_posix(), path.stat().st_size, digest.hexdigest())


def changed(folder: Path, saved: Saved | Reused) -> str | None:
    """Return the first file in the folder of a result that is missing or is not as it was saved. Raises OSError."""
    for file in saved.files:
        path = folder / file.path
        if not path.is_file() or _described(folder, file.name, path) != file:
            return file.path
    return NAME if saved.data and not (folder / NAME).is_file() else None
