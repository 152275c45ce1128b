"""Content codings: the body of a response without its Content-Encoding.

Everything here is about one body at a time, and hands it over in pieces of bounded size.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from .failures import WireFailure

_NONE = ("", "identity", "none", "aws-chunked", "binary", "7bit", "8bit", "utf-8", "utf8")
"""What is put into the header for a body without a coding. S3 keeps `aws-chunked` of an upload. An uploader may
have taken the header for the one of a character encoding, or for the Content-Transfer-Encoding of email."""

_KNOWN = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
"""RFC 9110, 8.4.1."""

_MOST_CODINGS = 4

PIECE = 1 << 18
"""The most that is decoded at once, in bytes."""

FREE = 32 << 20
MOST_RATIO = 300
"""A body that is more than this many times as large as what was received, and larger than `FREE` bytes, is refused.

Text that repeats itself rarely reaches 100, and gzip can't exceed 1,032. Both are choices of this client.
"""


class CannotDecode(WireFailure):
    """A body can't be decoded, or is larger than it may be."""


def codings(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the content codings of a body, in the order in which they were applied."""
    names = (name.strip().lower() for name in headers.get("content-encoding", "").split(","))
    return tuple(_KNOWN.get(name, name) for name in names if name not in _NONE)


class Decoder:
    """Removes content codings. Raises CannotDecode, whose kind is `body` if another attempt can't help."""

    def __init__(self, names: tuple[str, ...]) -> None:
        unknown = [name for name in names if name not in _KNOWN]
        if unknown or len(names) > _MOST_CODINGS:
            raise CannotDecode(
                "body",
                f"the response has the Content-Encoding {', '.join(names)[:100]!r}, and only gzip and deflate can be "
                "decoded, which is what Accept-Encoding says. Check whether a proxy on the way changes one of the two "
                "headers",
                sent=True,
            )
        self._layers = [_Inflater(name) for name in reversed(names)]
        self._received = 0
        self._made = [0 for _ in names]

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk of the body decodes to, in pieces."""
        self._received += len(chunk)
        return self._decoded(chunk, 0)

    def _decoded(self, data: bytes, depth: int) -> Iterator[bytes]:
        if depth == len(self._layers):
            yield data
            return
        for piece in self._layers[depth].decode(data):
            self._made[depth] += len(piece)
            if self._made[depth] > max(FREE, MOST_RATIO * self._received):
                raise CannotDecode(
                    "body",
                    f"the compressed response expands to more than {MOST_RATIO} times its size: {self._received:,} "
                    f"bytes became {self._made[depth]:,}. It was not read further",
                    sent=True,
                )
            yield from self._decoded(piece, depth + 1)

    def end(self) -> None:
        """Check that the body is complete."""
        if not self.is_complete:
            raise CannotDecode("protocol", "the compressed response ends too early", sent=True)

    @property
    def is_complete(self) -> bool:
        """Whether the compressed data has come to its end. A body without a byte has nothing compressed."""
        return not self._received or all(layer.is_complete for layer in self._layers)


class _Inflater:
    """Decodes gzip, all members of it, or deflate, with or without the wrapper that it should have."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._head = b""
        self._zlib: Any = None
        self.is_complete = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        data, self._head = self._head + data, b""
        holds_more = False  # zlib may have more than it was allowed to hand over
        try:
            while data or holds_more:
                if self._zlib is None:
                    data = self._begin(data)
                    if self._zlib is None:
                        return
                piece: bytes = self._zlib.decompress(data, PIECE)
                if piece:
                    yield piece
                if self._zlib.eof:
                    data, holds_more = self._zlib.unused_data, False
                    self._zlib, self.is_complete = None, True
                else:
                    data, holds_more = self._zlib.unconsumed_tail, len(piece) == PIECE
        except zlib.error as error:
            why = f"the response is not valid {self._name} data: {error}"
        else:
            return
        raise CannotDecode("protocol", why, sent=True)

    def _begin(self, data: bytes) -> bytes:
        """Begin with a member, and return its data. Another one, or padding, may follow one (RFC 1952, 2.2)."""
        if self.is_complete:
            data = data.lstrip(b"\0")
            if data and self._name != "gzip":
                raise zlib.error("more follows after its end")
        if self._name == "gzip" and data:
            self._zlib = zlib.decompressobj(zlib.MAX_WBITS | 16)
        elif len(data) >= 2:
            # The first two bytes show whether deflate has its wrapper (RFC 1950, 2.2).
            is_wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._zlib = zlib.decompressobj(zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS)
        else:
            self._head = data
        self.is_complete = self.is_complete and not data
        return data
