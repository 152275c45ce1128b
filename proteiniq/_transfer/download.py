"""Store a download: in memory, or in a temporary file that is renamed to the target when it is complete."""

from __future__ import annotations

import errno
import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from filecmp import cmp
from pathlib import Path
from typing import Any, Protocol

from .._policy.retry import may_pass
from .._wire.codings import CannotDecode, Decoder, codings
from ..errors import ContractError, TransportError
from .checksums import Checksum, has_checksum
from .durable import draft_of, sync, sync_folder
from .pages import HEAD, is_called_page, starts_page

_WHOLE = (200, 203)
"""Statuses of a response that is the file; other successful ones, such as 202 and 204, are not (RFC 9110)."""
_RANGE = re.compile(r"bytes (\d{1,18})-\d*/(\d{1,18}|\*)", re.ASCII)


class _Sink(Protocol):
    def write(self, data: bytes | memoryview, /) -> int: ...
    def seek(self, offset: int, /) -> int: ...
    def truncate(self) -> int: ...
    def fileno(self) -> int: ...


class Download:
    """One download, over any number of attempts."""

    def __init__(
        self,
        sink: _Sink,
        temporary: Path | None = None,
        target: Path | None = None,
        *,
        overwrite: bool = False,
        may_be_page: bool = True,
    ) -> None:
        self.size = 0
        """Bytes received so far, which are encoded if the file comes in a content coding."""
        self.expected: int | None = None
        """Bytes to receive in all, if a response stated them."""
        self._sink = sink
        self._temporary = temporary
        self._target = target
        self._overwrite = overwrite
        self._is_kept = False
        self._validator: str | None = None
        self._codings: tuple[str, ...] = ()
        self._decoder: Decoder | None = None
        self._checksum: Checksum | None = None
        self._of_decoded: Checksum | None = None
        self._not_ours: OSError | None = None
        self._may_be_page = may_be_page
        self._head: bytes | None = None  # of what may be an HTML page in place of the file

    @classmethod
    @contextmanager
    def in_memory(cls, *, may_be_page: bool = True) -> Iterator[tuple[Download, io.BytesIO]]:
        """Save into the returned buffer."""
        buffer = io.BytesIO()
        yield cls(buffer, may_be_page=may_be_page), buffer

    @classmethod
    @contextmanager
    def at(cls, target: Path, *, overwrite: bool = False, may_be_page: bool = True) -> Iterator[Download]:
        """Save at `target`. Without `finish` nothing is left behind, and an existing file stays.

        Without `overwrite`, a file that is there already is kept, and FileExistsError raised if it is another one. Also
        raises OSError with the target's name if it can't be written.
        """
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        if os.path.lexists(target) and not target.is_file():
            # The file would replace it: as root, even /dev/null.
            raise FileExistsError(
                errno.EEXIST, "Is a device, pipe, socket or broken link, not a file", str(target)
            )
        download = None
        temporary = draft_of(target)
        try:
            # Only large blocks are written, and a full disk shows at a write, not at the end.
            with temporary.open("xb", buffering=0) as file:
                download = cls(file, temporary, target, overwrite=overwrite, may_be_page=may_be_page)
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
        """Whether the file is complete, as far as its length is known."""
        return self.expected is None or self.size == self.expected

    def headers(self) -> dict[str, str]:
        """Request headers: a range, if some bytes are there and a validator guards against another version."""
        asked = {"Accept-Encoding": "identity"}
        if self.size and self._validator is not None:
            asked["Range"] = f"bytes={self.size}-"
            asked["If-Range"] = self._validator
        return asked

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Start with a response: resume after an interruption, or restart if it is another version of the file.

        Raises ContractError if it is not the file, and a retryable one if it is a range that doesn't follow.
        """
        if status == 206:
            self._go_on(headers)
            return
        if status not in _WHOLE:
            raise ContractError(
                f"the storage responded with {status} and no file: fetch the result again later",
                operation="download",
                status=status,
            )
        self.restart()
        self._codings = codings(headers)
        self._checksum = Checksum.promised(headers)
        if self._codings:
            self._decoder = _decoder(self._codings)
            self._of_decoded = Checksum.promised(headers)
        length = headers.get("content-length")
        self.expected = int(length) if length and length.isdecimal() and len(length) < 19 else None
        self._validator = _validator(headers)
        self._head = b"" if not self._may_be_page and is_called_page(headers) else None
        if (
            self._rival is not None
            and self._head is None
            and not self._codings
            and self.expected not in (None, self._rival.stat().st_size)
        ):
            raise _exists(self._rival)

    @property
    def _rival(self) -> Path | None:
        """The file at the target, which must not be replaced, or None if there is none."""
        if self._overwrite or self._target is None or not self._target.is_file():
            return None
        return self._target

    @property
    def may_keep(self) -> bool:
        """Whether there is a file at the target that may be the same one."""
        return self._rival is not None

    def keeps(self, headers: Mapping[str, str]) -> bool:
        """Whether the file at the target is the same one according to the checksum in a response's headers.

        Then the download is complete without its body. This reads the file, which may take long.
        """
        if self._rival is None or self.expected is None or not has_checksum(headers, self._rival):
            return False
        self._is_kept, self._checksum, self.size = True, None, self.expected
        return True

    def restart(self) -> None:
        """Discard what was received: it is not, or may not be, part of the file."""
        self._sink.seek(0)
        self._sink.truncate()
        self.size, self.expected, self._validator = 0, None, None
        self._codings, self._decoder = (), None
        self._checksum = self._of_decoded = self._head = None

    def _go_on(self, headers: Mapping[str, str]) -> None:
        match = _RANGE.fullmatch(headers.get("content-range", ""))
        other = self._validator is not None and (_validator(headers) or self._validator) != self._validator
        total = None if match is None or match[2] == "*" else int(match[2])
        expected = total if self.expected is None else self.expected
        other = other or codings(headers) != self._codings
        if match is None or int(match[1]) != self.size or other or total not in (None, expected):
            raise ContractError(
                "the storage responded with a range that does not follow the received bytes: download the file again",
                operation="download",
                path="Content-Range",
                retryable=True,
            )
        self.expected = expected
        self._validator = self._validator or _validator(headers)

    def write(self, *chunks: bytes) -> None:
        """Store what was received. Raises ContractError if it can't be decoded."""
        for chunk in chunks:
            if self._checksum is not None:
                self._checksum.update(chunk)
            if self._decoder is None:
                self._store(chunk)
            else:
                self._decode(self._decoder, chunk)
            self.size += len(chunk)

    def _decode(self, decoder: Decoder, chunk: bytes) -> None:
        try:
            for piece in decoder.decode(chunk):
                if self._of_decoded is not None:
                    self._of_decoded.update(piece)
                self._store(piece)
        except CannotDecode as error:
            raise _undecodable(error) from None

    def _store(self, data: bytes) -> None:
        if self._head is not None and len(self._head) < HEAD:
            self._head += data[:HEAD]
        left = memoryview(data)
        while left:
            left = left[self._sink.write(left) :]

    def not_ours(self, error: OSError) -> None:
        """Record an error of the caller's own function, which says nothing about the file."""
        self._not_ours = error

    def damage(self) -> str | None:
        """Why a file of the right length is damaged, or None if it is not."""
        if self._head is not None and starts_page(self._head):
            return "an HTML page was received in its place, perhaps of a proxy or a login"
        if self._decoder is not None and not self._decoder.is_complete:
            return f"its {' and '.join(self._codings)} data ends too early"
        if self._checksum is None:
            return None
        mismatch = self._checksum.mismatch()
        # A checksum is of the encoded bytes (RFC 9530, 2), unless a proxy encoded what storage had sent.
        if self._of_decoded is not None and self._of_decoded.mismatch() is None:
            return None
        return mismatch

    def finish(self) -> None:
        """Move the complete file to its target. Raises FileExistsError if another file must not be replaced."""
        if self._is_kept or self._temporary is None or self._target is None:
            return
        if self._rival is not None:
            if not cmp(self._temporary, self._rival, shallow=False):
                raise _exists(self._rival)
            return
        sync(self._sink.fileno())
        self._temporary.replace(self._target)
        sync_folder(self._target.parent)

    def cut_short(self, name: str, job_id: str, why: str | None) -> TransportError:
        came = f"received {self.size} of {self.expected} bytes" if why is None else why
        return TransportError(
            f"{name!r} of job {job_id} was {'interrupted' if why is None else 'damaged'} repeatedly: {came}. "
            "The job's result is kept: download it again later",
            retryable=True,
            job_id=job_id,
        )


def _decoder(names: tuple[str, ...]) -> Decoder:
    try:
        return Decoder(names)
    except CannotDecode as error:
        raise _undecodable(error) from None


def _undecodable(error: CannotDecode) -> ContractError:
    return ContractError(
        f"a file can't be downloaded: {error.text}",
        operation="download",
        path="Content-Encoding",
        retryable=may_pass(failure=error.kind),
    )


def _validator(headers: Mapping[str, str]) -> str | None:
    """The validator of a version of a file. A weak entity tag doesn't identify its bytes."""
    tag = headers.get("etag")
    return tag if tag and not tag.startswith("W/") else headers.get("last-modified")


def _exists(target: Path) -> FileExistsError:
    why = "A file with other content exists: pass overwrite=True to replace it, or save to another place"
    return FileExistsError(errno.EEXIST, why, str(target))


def _of_target(error: OSError, target: Path) -> OSError:
    """The same error with the name of the file that the caller passed."""
    made: Any = type(error)(error.errno, error.strerror, str(target))
    made.add_note("Nothing was saved, and no partial file is left.")
    about: OSError = made
    return about
