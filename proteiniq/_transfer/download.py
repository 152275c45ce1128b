"""Where a download goes: into memory, or to a temporary file that becomes the target when it is whole."""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from ..errors import ContractError, TransportError
from .checksums import Checksum
from .progress import OnProgress

_WHOLE = (200, 203)
"""Statuses of an answer that is the file; others of success, such as 202 and 204, are of none (RFC 9110)."""
_RANGE = re.compile(r"bytes (\d{1,18})-\d*/(\d{1,18}|\*)", re.ASCII)


class _Sink(Protocol):
    def write(self, data: bytes | memoryview, /) -> int: ...
    def seek(self, offset: int, /) -> int: ...
    def truncate(self) -> int: ...
    def fileno(self) -> int: ...


class Download:
    """One download, over as many attempts as it takes."""

    def __init__(
        self,
        sink: _Sink,
        temporary: Path | None = None,
        target: Path | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        self.size = 0
        """The bytes that are there."""
        self.expected: int | None = None
        """All that there will be, as far as the answers said."""
        self._sink = sink
        self._temporary = temporary
        self._target = target
        self._on_progress = on_progress
        self._validator: str | None = None
        self._checksum: Checksum | None = None
        self._not_ours: OSError | None = None

    @classmethod
    @contextmanager
    def in_memory(cls) -> Iterator[tuple[Download, io.BytesIO]]:
        """Save into the buffer that comes with it."""
        buffer = io.BytesIO()
        yield cls(buffer), buffer

    @classmethod
    @contextmanager
    def at(cls, target: Path, on_progress: OnProgress | None = None) -> Iterator[Download]:
        """Save at `target`. Without `finish` nothing is left behind, and what was there stays.

        Raises OSError, naming the target, when it can't be written.
        """
        if target.exists() and not (target.is_file() or target.is_dir()):
            # The file would take its place: as root, that of /dev/null.
            raise FileExistsError(errno.EEXIST, "A device, pipe or socket is there, and no file", str(target))
        download = None
        temporary = target.with_name(f".{target.name[:50]}.{secrets.token_hex(4)}.part")
        try:
            # Nothing is written but large blocks, and a full disk shows where they are written, not at the end.
            with temporary.open("xb", buffering=0) as file:
                download = cls(file, temporary, target, on_progress)
                yield download
        except OSError as error:
            if download is not None and error is download._not_ours:
                raise
            if error.errno is not None and error.filename in (None, str(temporary)):
                raise _of_target(error, target) from None
            raise
        finally:
            with suppress(OSError):
                temporary.unlink()

    @property
    def is_whole(self) -> bool:
        """Whether all is there, as far as the answers said how much it is."""
        return self.expected is None or self.size == self.expected

    def headers(self) -> dict[str, str]:
        """What to ask for: the rest, when some is there and the rest can be told from that of another version."""
        asked = {"Accept-Encoding": "identity"}
        if self.size and self._validator is not None:
            asked["Range"] = f"bytes={self.size}-"
            asked["If-Range"] = self._validator
        return asked

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Take an answer's head: go on where the last was cut, or from the start when it is another file.

        Raises ContractError when it is no file, or, retryable, a part that doesn't follow.
        """
        if status == 206:
            self._go_on(headers)
            return
        if status not in _WHOLE:
            raise ContractError(
                f"the storage answered {status} and no file: get the result again later",
                operation="download",
                status=status,
            )
        self.restart()
        if headers.get("content-encoding", "identity") != "identity":
            return  # length, ranges and checksums are those of the encoded bytes
        length = headers.get("content-length")
        self.expected = int(length) if length and length.isdecimal() and len(length) < 19 else None
        self._validator = _validator(headers)
        self._checksum = Checksum.promised(headers)
        self.report()

    def restart(self) -> None:
        """Forget what is there: it is not, or may not be, a part of what comes."""
        self._sink.seek(0)
        self._sink.truncate()
        self.size, self.expected, self._validator, self._checksum = 0, None, None, None

    def _go_on(self, headers: Mapping[str, str]) -> None:
        match = _RANGE.fullmatch(headers.get("content-range", ""))
        other = self._validator is not None and (_validator(headers) or self._validator) != self._validator
        total = None if match is None or match[2] == "*" else int(match[2])
        expected = total if self.expected is None else self.expected
        other = other or headers.get("content-encoding", "identity") != "identity"
        if match is None or int(match[1]) != self.size or other or total not in (None, expected):
            raise ContractError(
                "the storage answered with a part of the file that doesn't follow what is there: download it anew",
                operation="download",
                path="Content-Range",
                retryable=True,
            )
        self.expected = expected
        self._validator = self._validator or _validator(headers)

    def write(self, *chunks: bytes) -> None:
        for chunk in chunks:
            left = memoryview(chunk)
            while left:
                left = left[self._sink.write(left) :]
            if self._checksum is not None:
                self._checksum.update(chunk)
            self.size += len(chunk)

    def report(self) -> None:
        """Call `on_progress`."""
        if self._on_progress is not None:
            try:
                self._on_progress(self.size, self.expected)
            except OSError as error:
                self._not_ours = error
                raise

    def damage(self) -> str | None:
        """What is wrong with what is there, though it is as long as promised; None: nothing."""
        return self._checksum.mismatch() if self._checksum is not None else None

    def finish(self) -> None:
        """Put the file in its place, whole."""
        if self._temporary is not None and self._target is not None:
            os.fsync(self._sink.fileno())
            self._temporary.replace(self._target)

    def cut_short(self, name: str, job_id: str, why: str | None) -> TransportError:
        came = f"{self.size} of {self.expected} bytes came" if why is None else why
        return TransportError(
            f"{name!r} of job {job_id} was {'cut' if why is None else 'damaged'} again and again: {came}. "
            "The job's result stays: download it again later",
            retryable=True,
            job_id=job_id,
        )


def _validator(headers: Mapping[str, str]) -> str | None:
    """What tells one version of a file from another; a weak entity tag doesn't, byte by byte."""
    tag = headers.get("etag")
    return tag if tag and not tag.startswith("W/") else headers.get("last-modified")


def _of_target(error: OSError, target: Path) -> OSError:
    """The same error about the file that the caller knows of."""
    made: Any = type(error)(error.errno, error.strerror, str(target))
    made.add_note("Nothing was saved, and nothing is left of it.")
    about: OSError = made
    return about
