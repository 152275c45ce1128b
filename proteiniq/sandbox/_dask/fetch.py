"""Bring the files of a job that has ended from its worker to the sandbox, in pieces, and compare their checksums."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .._space import check_room
from . import storage

PIECE_BYTES = 2 << 20
"""Only one piece of a file is in memory at a time, here and wherever it passes."""

_OUTPUT = re.compile(r"out/(?!\.{1,2}$)[^/\0]+")

Read = Callable[[str, int, int], Awaitable[bytes | None]]
"""Name, offset and size → a piece of a file, or None if the execution that had it is gone."""


class Damaged(Exception):
    """A file is not what the worker had."""


async def fetch(end: Mapping[str, Any], folder: Path, read: Read, url: str | None) -> bool:
    """Put all files into the job's folder. False if the execution that had them is gone.

    Raises OSError if the disk is full or the storage can't be read, and Damaged.
    """
    for file in end["files"]:
        if file["name"] != "results.json" and not _OUTPUT.fullmatch(file["name"]):
            raise Damaged(f"{file['name']!r} is not the name of an output")
        target = folder / file["name"]
        await asyncio.to_thread(check_room, folder, file["size"])
        if end["storage"] is not None and url is not None:
            try:
                await asyncio.to_thread(storage.get, url, end["storage"], folder, file)
            except ValueError as error:
                raise Damaged(str(error)) from error
        elif not await _copied(file, target, read):
            return False
    if end["storage"] is not None and url is not None:
        with suppress(OSError):  # The next start removes what is left.
            await asyncio.to_thread(storage.remove, url, end["storage"])
    return True


async def _copied(file: Mapping[str, Any], target: Path, read: Read) -> bool:
    digest = hashlib.sha256()
    left = file["size"]
    with target.open("wb") as copy:
        while left > 0:
            data = file["content"]
            if data is None:
                data = await read(file["name"], file["size"] - left, min(left, PIECE_BYTES))
            if data is None:
                return False
            if not data:
                break
            await asyncio.to_thread(copy.write, data)
            digest.update(data)
            left -= len(data)
    if left or digest.hexdigest() != file["sha256"]:
        raise Damaged(f"{file['name']} is not what the worker had")
    return True
