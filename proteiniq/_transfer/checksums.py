"""Checksums that a storage gives with a file, of the whole file as it is stored."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

_ALGORITHMS = {"sha-512": ("sha512", 64), "sha-256": ("sha256", 32), "md5": ("md5", 16)}
"""Those that are checked, the strongest first: the name in Python and the length, bytes."""


class Checksum:
    """A checksum that was promised, and that of what came so far."""

    def __init__(self, algorithm: str, promised: bytes) -> None:
        name, _ = _ALGORITHMS[algorithm]
        self._algorithm = algorithm
        self._promised = promised
        self._found: Any = hashlib.new(name, usedforsecurity=False)

    @classmethod
    def promised(cls, headers: Mapping[str, str]) -> Checksum | None:
        """The strongest one that the headers of a whole file give; names of headers are in lower case."""
        given = dict(_given(headers))
        strongest = next((algorithm for algorithm in _ALGORITHMS if algorithm in given), None)
        return None if strongest is None else cls(strongest, given[strongest])

    def update(self, data: bytes) -> None:
        self._found.update(data)

    def mismatch(self) -> str | None:
        """What differs; None when both are the same."""
        found = self._found.digest()
        if found == self._promised:
            return None
        return f"its {self._algorithm} is {found.hex()}, and the storage promised {self._promised.hex()}"


def _given(headers: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Those algorithms that are checked and have a value of the right length."""
    # RFC 1864; RFC 3230 (`Digest: SHA-256=…`), RFC 9530 (`Repr-Digest: sha-256=:…:`); Amazon S3 and R2; Google.
    found = [("md5", headers.get("content-md5", "")), *_list(headers.get("x-goog-hash", ""))]
    for name in ("digest", "repr-digest"):
        found += _list(headers.get(name, ""))
    if (
        headers.get("x-amz-checksum-type", "").upper() != "COMPOSITE"
    ):  # of the parts' checksums, not of the file
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
