"""Bytes to text: encodings, gzip, and a clear error for what is not text."""

from __future__ import annotations

import codecs
import io
import re
import zlib

from .fasta import without_mark

UNPACKED_BYTES = 1_000_000_000
"""The most bytes that gzip data may unpack to where the slot states no limit; a choice of this client."""

GZIP = b"\x1f\x8b"

_PIECE = 1 << 16
"""How much is unpacked at once, in bytes. What follows a member is copied, so it must not be all the rest."""

_UNICODE = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks and their encodings. UTF-32's little-endian mark starts like UTF-16's."""

_BINARY = (
    (b"PK\x03\x04", "a zip archive, or a Word or Excel file"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"%PDF", "a PDF file"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x9d", "compress (.Z) data"),
    (b"\x04\x22\x4d\x18", "lz4 data"),
    (b"]\x00\x00", "lzma data"),
    (b"GIF8", "a GIF image"),
    (b"\x93NUMPY", "a NumPy array file"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"bplist00", "a binary property list"),
    (b"BAM\x01", "a BAM file"),
    (b"ABIF", "an ABI trace file"),
    (b".scf", "an SCF trace file"),
    (b"\t\x00\x00\x00\x0eSnapGene", "a SnapGene file"),
)

_HALF = re.compile("[\ud800-\udfff]")

_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x7f-\x9f]")
"""Characters that no text has, though a file may end with Control-Z."""


_END_OF_FILE = "\x1a"
"""Control-Z, with which text files of DOS end."""

_MOST_STRANGE = 0.3
"""The share of characters beyond ASCII above which bytes are not taken for text."""


class NotText(ValueError):
    """The bytes are not text. The message says what they are, and what to do."""


def decoded(data: bytes, limit: int | None = None) -> tuple[str, str | None]:
    """Return the text of `data`, and a warning if its encoding had to be guessed. Raises NotText.

    UTF-8, UTF-16 and UTF-32 are decoded, and gzip is unpacked up to `limit` bytes. Other bytes are read as
    Windows-1252, which differs from Latin-1 in quotation marks and dashes only.
    """
    if data.startswith(GZIP):
        data = _unpacked(data, UNPACKED_BYTES if limit is None else limit)
    text, warning = _text(data, encoding(data))
    return checked(without_mark(text).rstrip(_END_OF_FILE)), warning


def encoding(head: bytes) -> str:
    """Return the Unicode encoding of data that starts with `head`, 1000 bytes of unpacked data. Raises NotText."""
    if head.startswith(GZIP):
        raise NotText("is gzip data within gzip data: unpack it once")
    if head[257:262] == b"ustar":
        raise NotText("is a tar archive: unpack it and pass the file")
    for start, what in _BINARY:
        if head.startswith(start):
            raise NotText(f"is {what}, not text: {_advice(what)}")
    return next((name for mark, name in _UNICODE if head.startswith(mark)), None) or _wide(head) or "utf-8"


def described(data: bytes) -> str | None:
    """Return what bytes are that are not UTF-8, for a message; None if it is unknown."""
    if data.startswith(GZIP):
        return "it is gzip data, unpack it"
    for start, what in _BINARY:
        if data.startswith(start):
            return f"it is {what}"
    wide = any(data.startswith(mark) for mark, _ in _UNICODE) or _wide(data)
    return "it is UTF-16 or UTF-32, save it as UTF-8" if wide else None


def checked(text: str) -> str:
    """Return the text. Raises NotText if it has a NUL or half of a character, which no text has."""
    at = text.find("\0")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise NotText(
            f"is not text: line {line} contains a NUL character; pass the data as text or UTF-8 bytes"
        )
    if _HALF.search(text):
        raise NotText("contains a lone surrogate: decode the data as UTF-8")
    return text


def _text(data: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        return data.decode(encoding), None
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise NotText(f"is not valid {encoding.upper()} (byte {error.start}): save it as UTF-8") from None
        at = error.start
    text = western(data)
    strange = sum(1 for character in text if not character.isascii())
    if is_binary(text) or strange > _MOST_STRANGE * len(text):
        raise NotText(f"is not text: byte {at} is not valid UTF-8; save the data as UTF-8 text")
    line = data.count(b"\n", 0, at) + 1
    return (
        text,
        f"line {line} is not valid UTF-8, so the data was read as Windows-1252 (Latin-1): save it as UTF-8",
    )


def western(data: bytes) -> str:
    """Return bytes as Windows-1252, or as Latin-1 if they can't be that."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def is_binary(text: str) -> bool:
    """Whether the text has control characters."""
    return _CONTROL.search(text) is not None


def _wide(data: bytes) -> str | None:
    """Return the encoding of UTF-16 without a mark, in which every other byte of English text is zero."""
    head = data[:1000]
    half = len(head) // 2
    if half and head[1::2].count(0) > 0.9 * half and head[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half and head[::2].count(0) > 0.9 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _unpacked(data: bytes, limit: int) -> bytes:
    """Return the content of all members of gzip data."""
    made = io.BytesIO()
    at = 0
    while data.startswith(GZIP, at):
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        while not member.eof:
            piece = data[at : at + _PIECE]
            if not piece:
                raise NotText("is incomplete gzip data: copy the file again")
            try:
                made.write(member.decompress(piece, limit + 1 - made.tell()))
            except zlib.error as error:
                raise NotText(f"is damaged gzip data ({error})") from None
            if made.tell() > limit:
                raise NotText(f"must unpack to at most {limit:,} bytes: split the input")
            at += len(piece) - len(member.unused_data)
    rest = data[at:]
    if rest.strip(b"\0"):  # padding, as tapes and some copies have, is harmless
        raise NotText(f"is damaged gzip data: {len(rest):,} other bytes follow it, which would be lost")
    return made.getvalue()


def _advice(what: str) -> str:
    if "archive" in what or "data" in what:
        return "unpack it, and pass the file in it as text"
    return "save the sequences or structures in it as plain text"
