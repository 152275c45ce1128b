"""Verify the checksums that storage sends with a file."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .._wire.codings import codings

_ALGORITHMS = {"sha-512": ("sha512", 64), "sha-256": ("sha256", 32), "md5": ("md5", 16)}
"""The supported algorithms, strongest first, with their names in `hashlib` and lengths in bytes."""

_MD5_TAG = re.compile(r'"([0-9a-f]{32})"', re.ASCII)


class Checksum:
    """The expected checksum of a file, and the checksum of the bytes received so far."""

    def __init__(self, algorithm: str, promised: bytes) -> None:
        name, _ = _ALGORITHMS[algorithm]
        self._algorithm = algorithm
        self._promised = promised
        self._found: Any = hashlib.new(name, usedforsecurity=False)

    @classmethod
    def promised(cls, headers: Mapping[str, str]) -> Checksum | None:
        """Return the strongest checksum in the headers of a whole file; the headers' names are in lower case."""
        checksums = dict(_checksums(headers))
        strongest = next((algorithm for algorithm in _ALGORITHMS if algorithm in checksums), None)
        return None if strongest is None else cls(strongest, checksums[strongest])

    def update(self, data: bytes) -> None:
        self._found.update(data)

    def mismatch(self) -> str | None:
        """Return a message if the checksums differ, None if they are equal."""
        found = self._found.digest()
        if found == self._promised:
            return None
        return f"its {self._algorithm} is {found.hex()}, expected {self._promised.hex()}"


def has_checksum(headers: Mapping[str, str], path: Path) -> bool:
    """Whether a file has the checksum in the headers of a response.

    Without one, the entity tag of S3 and R2 will do: it may be the MD5 of the file, and if it is equal, it is.
    """
    found = Checksum.promised(headers)
    if found is None and (tag := _MD5_TAG.fullmatch(headers.get("etag", ""))):
        found = Checksum("md5", bytes.fromhex(tag[1]))
    if found is None:
        return False
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            found.update(piece)
    return found.mismatch() is None


def _checksums(headers: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield the supported algorithms that have a value of the right length."""
    # RFC 1864; RFC 3230 (`Digest: SHA-256=…`), RFC 9530 (`Repr-Digest: sha-256=:…:`); Amazon S3 and R2; Google.
    found = [("md5", headers.get("content-md5", ""))]
    if codings({"content-encoding": headers.get("x-goog-stored-content-encoding", "")}) in (
        (),
        codings(headers),
    ):
        found += _list(
            headers.get("x-goog-hash", "")
        )  # otherwise of a file that Google decompressed on the way
    for name in ("digest", "repr-digest"):
        found += _list(headers.get(name, ""))
    if (
        headers.get("x-amz-checksum-type", "").upper() != "COMPOSITE"
    ):  # a composite checksum is computed from the checksums of the parts
        found.append(("sha-256", headers.get("x-amz-checksum-sha256", "")))
    for algorithm, text in found:
        try:
            value = base64.b64decode(text.strip(":"), validate=True)
        except (binascii.Error, ValueError):
            continue
        if algorithm in _ALGORITHMS and len(value) == _ALGORITHMS[algorithm][1]:
            yield algorithm, value


def _list(header: str) -> Iterator[tuple[str, str]]:
    for part in header.split(","):
        algorithm, _, value = part.strip().partition("=")
        yield algorithm.lower(), value
