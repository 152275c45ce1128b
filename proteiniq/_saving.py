"""Where a download goes: into memory, or to a temporary file that becomes the target when it is whole."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO

from .errors import ContractError, TransportError

_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_RANGE = re.compile(r"bytes (\d{1,18})-\d*/(\d{1,18}|\*)", re.ASCII)
_LONGEST_NAME = 200


class Saving:
    """One download, over as many attempts as it takes."""

    def __init__(self, stream: IO[bytes], temporary: Path | None = None, target: Path | None = None) -> None:
        self._stream = stream
        self._temporary = temporary
        self._target = target
        self._expected: int | None = None
        self._validator: str | None = None

    @classmethod
    @contextmanager
    def in_memory(cls) -> Iterator[Saving]:
        yield cls(io.BytesIO())

    @classmethod
    @contextmanager
    def at(cls, target: Path) -> Iterator[Saving]:
        """Save at `target`. Without `finish` nothing is left behind, and what was there stays."""
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:50]}.", suffix=".part", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb+") as stream:
                yield cls(stream, temporary, target)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()

    @property
    def size(self) -> int:
        """The bytes that are there."""
        return self._stream.tell()

    @property
    def is_whole(self) -> bool:
        """Whether all is there, as far as the answers said how much it is."""
        return self._expected is None or self.size == self._expected

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Take an answer's head: go on where the last was cut, or from the start when it is another file.

        Raises ContractError when it is a part that doesn't follow.
        """
        length = headers.get("content-length")
        total = int(length) if length and length.isdecimal() and len(length) < 19 else None
        if headers.get("content-encoding", "identity") != "identity":
            total = None  # the length is that of the encoded bytes
        validator = headers.get("etag")
        if status == 206:
            match = _RANGE.fullmatch(headers.get("content-range", ""))
            if match is None or int(match[1]) != self.size or (validator != self._validator):
                raise ContractError(
                    "the storage answered with a part of the file that doesn't follow what is there: download it anew",
                    operation="download",
                    path="Content-Range",
                )
            self._expected = int(match[2]) if match[2] != "*" else self._expected
            return
        self._stream.seek(0)
        self._stream.truncate()
        self._expected = total
        self._validator = validator

    def write(self, chunk: bytes) -> None:
        self._stream.write(chunk)

    def value(self) -> bytes:
        self._stream.seek(0)
        return self._stream.read()

    def finish(self) -> None:
        """Put the file in its place, whole."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        if self._temporary is not None and self._target is not None:
            mask = os.umask(0)
            os.umask(mask)
            self._temporary.chmod(0o666 & ~mask)
            self._temporary.replace(self._target)

    def cut_short(self, name: str, job_id: str) -> TransportError:
        return TransportError(
            f"{name!r} of job {job_id} was cut again and again: {self.size} of {self._expected} bytes came. "
            "The job's result stays: download it again later",
            retryable=True,
            job_id=job_id,
        )


def local_names(names: Sequence[str]) -> list[str]:
    """A safe file name for each name from the service: within the folder, no device, none twice.

    >>> local_names(["a.pdb", "../a.pdb", "/etc/passwd", "CON.txt"])
    ['a.pdb', 'a-2.pdb', 'passwd', '_CON.txt']
    """
    made: list[str] = []
    taken: set[str] = set()
    for name in names:
        safe = _safe(name)
        path, number = PurePosixPath(safe), 2
        while safe.casefold() in taken:
            safe = f"{path.stem}-{number}{path.suffix}"
            number += 1
        taken.add(safe.casefold())
        made.append(safe)
    return made


def _safe(name: str) -> str:
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    cleaned = re.sub(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]', "_", last).strip(" .")
    if not cleaned:
        return "file"
    if _DEVICES.fullmatch(cleaned):
        cleaned = "_" + cleaned
    while len(cleaned.encode("utf-8", "replace")) > _LONGEST_NAME:
        stem, dot, suffix = cleaned.rpartition(".")
        cleaned = f"{stem[:-1]}{dot}{suffix}" if len(stem) > 1 else cleaned[:-1]
    return cleaned
