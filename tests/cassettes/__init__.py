"""Recorded responses of the sandbox. `python -m tests.cassettes.record` records them again, from a new one.

The sandbox serves at a fixed port while it is recorded, so that addresses stay the same. Nothing is stored that lets
anyone in: no Authorization header, no key, no signature of a URL, in headers and bodies alike.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import vcr  # type: ignore[import-untyped]
from vcr.errors import (  # type: ignore[import-untyped]
    CannotOverwriteExistingCassetteException as NotRecorded,
)

__all__ = ["FOLDER", "KEY", "PORT", "URL", "NotRecorded", "recorder", "scrub"]

FOLDER = Path(__file__).parent
PORT = 47_811
URL = f"http://127.0.0.1:{PORT}"
KEY = "pq_live_cassette_replayed"

_SCRUBBED = [
    (re.compile(rb"pq_live_[A-Za-z0-9]+(_[\x21\x23-\x7e]+)?"), b"pq_live_cassette"),
    (re.compile(rb"(signature|token|sig)=[\w.~%-]+"), rb"\1=scrubbed"),
]


def scrub(content: bytes) -> bytes:
    for pattern, replacement in _SCRUBBED:
        content = pattern.sub(replacement, content)
    return content


def recorder(mode: str) -> vcr.VCR:
    """A recorder that stores nothing secret; mode `none` only replays, `all` only records."""
    return vcr.VCR(
        cassette_library_dir=str(FOLDER),
        path_transformer=vcr.VCR.ensure_suffix(".yaml"),
        record_mode=vcr.mode(mode),
        match_on=["method", "scheme", "host", "port", "path", "query"],
        filter_headers=["authorization", "idempotency-key"],
        before_record_request=_scrub_request,
        before_record_response=_scrub_response,
        decode_compressed_response=True,
    )


def _scrub_request(request: Any) -> Any:
    request.uri = scrub(request.uri.encode()).decode()
    if isinstance(request.body, bytes):
        request.body = scrub(request.body)
    return request


def _scrub_response(response: Any) -> Any:
    body = response["body"]
    for part in ("string", "content"):
        if isinstance(body.get(part), bytes):
            body[part] = scrub(body[part])
    length = len(body.get("string") or b"")
    for name, values in response["headers"].items():
        if name.lower() == "content-length":
            response["headers"][name] = [str(length)]
        else:
            response["headers"][name] = [scrub(value.encode()).decode() for value in values]
    return response
