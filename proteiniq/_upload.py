"""What is uploaded: a name, a stream of bytes, and a media type."""

from __future__ import annotations

import io
import mimetypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import IO

from .errors import InvalidInput

MEDIA_TYPES = {
    ".fasta": "text/x-fasta",
    ".fa": "text/x-fasta",
    ".faa": "text/x-fasta",
    ".fna": "text/x-fasta",
    ".pdb": "chemical/x-pdb",
    ".cif": "chemical/x-mmcif",
    ".sdf": "chemical/x-mdl-sdfile",
    ".mol": "chemical/x-mdl-molfile",
}
"""Media types of the field, which the standard library doesn't know or has otherwise."""


@contextmanager
def opened(
    source: str | os.PathLike[str] | bytes | IO[bytes], filename: str | None
) -> Iterator[tuple[str, IO[bytes], str]]:
    """The name, stream and media type of `source`; what was opened here is closed here.

    Raises InvalidInput when it can't be read, saying what to pass instead.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        try:
            stream = path.open("rb")
        except (OSError, ValueError) as error:
            hint = " To upload text, pass its bytes." if isinstance(source, str) else ""
            why = getattr(error, "strerror", None) or error
            raise InvalidInput(
                f"nothing was uploaded: {str(source)[:200]!r} can't be read: {why}.{hint}"
            ) from None
        with stream:
            yield _named(filename or path.name), stream, media_type(filename or path.name)
        return
    if isinstance(source, (bytes, bytearray, memoryview)):
        if not filename:
            raise InvalidInput("nothing was uploaded: bytes have no name, pass filename=…")
        yield _named(filename), io.BytesIO(source), media_type(filename)
        return
    if isinstance(source, io.TextIOBase):
        raise InvalidInput("nothing was uploaded: the file is open as text, open it with mode 'rb'")
    if not hasattr(source, "read"):
        raise InvalidInput(f"nothing was uploaded: {type(source).__name__} is no path, bytes or open file")
    name = filename or PurePath(str(getattr(source, "name", ""))).name
    if not name:
        raise InvalidInput("nothing was uploaded: the open file has no name, pass filename=…")
    yield _named(name), source, media_type(name)


def media_type(filename: str) -> str:
    known = MEDIA_TYPES.get(PurePath(filename).suffix.lower())
    return known or mimetypes.guess_type(filename)[0] or "application/octet-stream"


def _named(filename: str) -> str:
    if not filename.isprintable() or "/" in filename or "\\" in filename:
        raise InvalidInput(f"nothing was uploaded: {filename!r} is no file name")
    return filename
