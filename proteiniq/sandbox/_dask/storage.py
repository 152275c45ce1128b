"""Files of jobs in a storage that workers and the sandbox reach: a shared folder, or any URL that fsspec opens.

Each execution has a folder of its own there, below one of the sandbox, so nothing is ever written twice.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import fsspec

PIECE_BYTES = 4 << 20


def put(url: str, target: str, folder: Path, files: Iterable[Mapping[str, Any]]) -> None:
    """Copy files of a job's folder to a folder of the storage."""
    there, _ = fsspec.core.url_to_fs(url)
    for file in files:
        path = f"{target}/{file['name']}"
        there.makedirs(path.rpartition("/")[0], exist_ok=True)
        with (folder / file["name"]).open("rb") as source, there.open(path, "wb") as copy:
            shutil.copyfileobj(source, copy, PIECE_BYTES)


def get(url: str, source: str, folder: Path, file: Mapping[str, Any]) -> None:
    """Copy one file of a job to its folder here. Raises ValueError if it is not what the worker has put there."""
    there, _ = fsspec.core.url_to_fs(url)
    digest = hashlib.sha256()
    # The own file first: nobody waits for this if the run is given up, and a later one has a folder of the same name.
    with (folder / file["name"]).open("wb") as copy, there.open(f"{source}/{file['name']}", "rb") as stored:
        while data := stored.read(PIECE_BYTES):
            digest.update(data)
            copy.write(data)
    if digest.hexdigest() != file["sha256"]:
        raise ValueError(f"{file['name']} is not what the worker has stored")


def name_of(server: str, attempt: str, execution: str) -> str:
    """The folder of an execution. Every start of a sandbox uses the same one above it."""
    return f"{server.partition('.')[0]}/{attempt}.{execution}"


def prepare(url: str, name: str) -> None:
    """Remove the folder `name`, and see whether files can be written there. Raises any error of the file system."""
    there, _ = fsspec.core.url_to_fs(url)
    path = path_of(url, name)
    remove(url, path)
    there.makedirs(path, exist_ok=True)
    with there.open(f"{path}/try", "wb") as file:
        file.write(b"1")
    remove(url, path)


def remove(url: str, path: str) -> None:
    """Remove the folder of an execution, or of a sandbox. One that isn't there is removed."""
    there, _ = fsspec.core.url_to_fs(url)
    with suppress(FileNotFoundError):
        there.rm(path, recursive=True)


def path_of(url: str, name: str) -> str:
    """The path of the folder `name`."""
    return f"{fsspec.core.url_to_fs(url)[1].rstrip('/')}/{name}"
