"""Where a download goes: into memory, or to a temporary file that becomes the target when it is whole."""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import ContractError, ProteinIQError, TransportError
from .checksums import Checksum

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

OnProgress = Callable[[int, int | None], object]
"""Is called with the bytes that are there so far, and all that there will be, None where that is not known."""

BLOCK = 1 << 20
"""What is written at once in a thread, bytes: it costs less the more it is."""

QUICK = 0.05
"""A write that takes longer is no copy into the system's memory but waits for a disk, s. Our choice."""

_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?", re.IGNORECASE)
_WHOLE = (200, 203)
"""Statuses of an answer that is the file; others of success, such as 202 and 204, are of none (RFC 9110)."""
_RANGE = re.compile(r"bytes (\d{1,18})-\d*/(\d{1,18}|\*)", re.ASCII)
_LONGEST_NAME = 200


class _Sink(Protocol):
    def write(self, data: bytes | memoryview, /) -> int: ...
    def seek(self, offset: int, /) -> int: ...
    def truncate(self) -> int: ...
    def fileno(self) -> int: ...


class Saving:
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
    def in_memory(cls) -> Iterator[tuple[Saving, io.BytesIO]]:
        """Save into the buffer that comes with it."""
        buffer = io.BytesIO()
        yield cls(buffer), buffer

    @classmethod
    @contextmanager
    def at(cls, target: Path, on_progress: OnProgress | None = None) -> Iterator[Saving]:
        """Save at `target`. Without `finish` nothing is left behind, and what was there stays.

        Raises OSError, naming the target, when it can't be written.
        """
        if target.exists() and not (target.is_file() or target.is_dir()):
            # The file would take its place: as root, that of /dev/null.
            raise FileExistsError(errno.EEXIST, "A device, pipe or socket is there, and no file", str(target))
        saving = None
        temporary = target.with_name(f".{target.name[:50]}.{secrets.token_hex(4)}.part")
        try:
            # Nothing is written but large blocks, and a full disk shows where they are written, not at the end.
            with temporary.open("xb", buffering=0) as file:
                saving = cls(file, temporary, target, on_progress)
                yield saving
        except OSError as error:
            if saving is not None and error is saving._not_ours:
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
        self.tell()

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

    def tell(self) -> None:
        """Tell whoever wants to know how far it is."""
        if self._on_progress is not None:
            try:
                self._on_progress(self.size, self.expected)
            except OSError as error:
                self._not_ours = error
                raise

    def wrong(self) -> str | None:
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


class AsyncWriter:
    """Writes what comes, as it comes, and from the first write that was not quick on in a thread of its own.

    A disk may be slow, and the event loop must not wait; where it isn't, a thread costs more than the write. There,
    one block is written while the next one comes. Leaving it on a cut writes what came; on any other error not.
    """

    def __init__(self, saving: Saving) -> None:
        self._saving = saving
        self._is_quick = True
        self._next: list[bytes] = []
        self._size = 0
        self._thread: Executor | None = None
        self._written: Future[None] | None = None

    async def __aenter__(self) -> AsyncWriter:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None or issubclass(kind, ProteinIQError):
                if self._next:
                    await self._begin_block()
                await self._settle()
        finally:
            if self._thread is not None:
                self._thread.shutdown()

    async def write(self, chunk: bytes) -> None:
        if self._is_quick:
            started = time.monotonic()
            self._saving.write(chunk)
            self._is_quick = time.monotonic() - started < QUICK
            self._saving.tell()
            return
        self._next.append(chunk)
        self._size += len(chunk)
        if self._size >= BLOCK:
            await self._begin_block()

    async def _begin_block(self) -> None:
        await self._settle()
        if self._thread is None:
            from concurrent.futures import ThreadPoolExecutor

            self._thread = ThreadPoolExecutor(1, "proteiniq-download")
        block, self._next, self._size = self._next, [], 0
        self._written = self._thread.submit(self._saving.write, *block)

    async def _settle(self) -> None:
        """Wait for the block that is being written."""
        written, self._written = self._written, None
        if written is None:
            return
        if not written.done():
            from anyio.to_thread import run_sync

            await run_sync(written.exception)
        written.result()
        self._saving.tell()

    async def finish(self) -> None:
        """Put the file in its place; a disk may take long to take all of it."""
        from anyio.to_thread import run_sync

        await run_sync(self._saving.finish)


class Writer:
    """Writes what comes, as it comes."""

    def __init__(self, saving: Saving) -> None:
        self._saving = saving

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def write(self, chunk: bytes) -> None:
        self._saving.write(chunk)
        self._saving.tell()

    def finish(self) -> None:
        self._saving.finish()


class Together:
    """The progress of several files as one."""

    def __init__(self, on_progress: OnProgress, files: int) -> None:
        self._on_progress = on_progress
        self._left = files
        self._before = self._now = 0

    def __call__(self, received: int, total: int | None) -> None:
        self._now = received
        is_last = self._left == 1
        self._on_progress(
            self._before + received, self._before + total if is_last and total is not None else None
        )

    def next_file(self) -> None:
        self._before, self._now = self._before + self._now, 0
        self._left -= 1


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
        while _seen(safe) in taken:
            safe = f"{path.stem}-{number}{path.suffix}"
            number += 1
        taken.add(_seen(safe))
        made.append(safe)
    return made


def _seen(name: str) -> str:
    """What names have in common that some file system takes for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _safe(name: str) -> str:
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    # What isn't printable is invisible, turns the writing direction or is half a character.
    cleaned = "".join("_" if c in '<>:"|?*' or not c.isprintable() else c for c in last).strip(" .")
    if not cleaned:
        return "file"
    if _DEVICES.fullmatch(cleaned):
        cleaned = "_" + cleaned
    while len(cleaned.encode()) > _LONGEST_NAME:
        stem, dot, suffix = cleaned.rpartition(".")
        cleaned = f"{stem[:-1]}{dot}{suffix}" if len(stem) > 1 else cleaned[:-1]
    return cleaned
