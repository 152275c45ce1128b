"""What takes bytes from outside, each as a function of bytes that fails when something gets through.

`test_targets` tries them with hypothesis, and `python -m tests.fuzz TARGET` with atheris, which is guided by the
code that they reach.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import httpx

from proteiniq._inputs.callbacks import Callback
from proteiniq._inputs.formats import problems, records, sniff
from proteiniq._policy.rate_headers import RateHeaders
from proteiniq._responses.sse import EventStream, EventTooLarge
from proteiniq._transfer.multipart import Content, Envelope
from proteiniq._transfer.upload import Source
from proteiniq.errors import InvalidInput, ProteinIQError

from .._sync.clients import over
from .._sync.methods import METHODS
from ..shapes import misfits
from ..support import EVENTS, STATUS, Routes, Stub, answer, documented, job

OPERATIONS = sorted(set(METHODS) - {"stream_job_events"})
STATUSES = (200, 201, 204, 302, 400, 401, 402, 404, 409, 413, 429, 500, 503, 520)
NOW = datetime(2026, 6, 12, 8, tzinfo=UTC)


def sse(data: bytes) -> None:
    """Whole or in two, an event stream gives the same events, and it never raises but for its limit."""
    cut = data[0] if data else 0
    body = data[1:]
    whole, parts = EventStream(max_event_bytes=4096), EventStream(max_event_bytes=4096)
    with suppress(EventTooLarge):
        told = whole.feed(body)
        assert [*parts.feed(body[:cut]), *parts.feed(body[cut:])] == told
        assert parts.close() == whole.close()


def events(data: bytes) -> None:
    """With any event stream, a wait ends with the job in a terminal state."""
    stream = httpx.Response(200, content=data, headers={"content-type": "text/event-stream"})
    service = Routes({EVENTS: [stream, httpx.Response(404)], STATUS: answer(job("COMPLETED"))})
    with over(service) as client:
        ended = client.jobs.wait("job_1", timeout=600)
    assert ended.is_terminal
    assert list(misfits(ended)) == []


def answers(data: bytes) -> None:
    """Any response gives a valid model or one of our errors. Two bytes choose the operation."""
    name = OPERATIONS[(data[0] if data else 0) % len(OPERATIONS)]
    status = STATUSES[(data[1] if len(data) > 1 else 0) % len(STATUSES)]
    with over(Stub(httpx.Response(status, content=data[2:])), max_retries=1) as client:
        try:
            found = METHODS[name](client)
        except ProteinIQError as error:
            str(error).encode()
        else:
            assert list(misfits(found)) == []


def headers(data: bytes) -> None:
    """With any headers, waits are finite."""
    names = ("retry-after", "x-ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-remaining", "date")
    values = data.decode("latin-1").split("\n")
    rate = RateHeaders.read(dict(zip(names, values, strict=False)), NOW)
    for wait in (rate.retry_after, rate.reset_after, rate.wait):
        assert wait is None or 0 <= wait < 1e9


def inputs(data: bytes) -> None:
    """Whatever a text is, it is looked into without an error."""
    text = data.decode("utf-8", "replace")
    sniff(text)
    for format in ("fasta", "pdb", "cif", "sdf", "smiles"):
        records(format, text)
        assert len(problems(format, text)) <= 20


def uploads(data: bytes) -> None:
    """Whatever a file holds and wherever it is cut, JSON gives it back, or it is refused for being no text."""
    cut = data[0] if data else 0
    content = data[1:]
    for encoding in ("base64", "text"):
        source = Source("a", "a/b", lambda: iter([content[:cut], content[cut:]]), None, repeatable=True)
        body = Content(
            source, Envelope("application/json", b'"', b'"', encoding), Callback("on_progress", None)
        )
        try:
            written = json.loads(b"".join(body))
        except InvalidInput:
            assert content.decode("utf-8", "replace").encode() != content
            continue
        assert content == (b64decode(written, validate=True) if encoding == "base64" else written.encode())


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (sse, events, answers, headers, inputs, uploads)
}


def seeds(name: str) -> list[bytes]:
    """Valid inputs of a target to start with."""
    if name == "answers":
        good = [json.dumps(documented(operation)).encode() for operation in OPERATIONS]
        refused = b'{"error": {"code": "rate_limited", "message": "No.", "details": {"issues": [{"message": "x"}]}}}'
        return [
            *(bytes([number, 0]) + body for number, body in enumerate(good)),
            *(bytes([number, 10]) + refused for number in range(len(good))),
        ]
    if name in ("sse", "events"):
        told = json.dumps(job("COMPLETED")).encode()
        return [
            b"data: " + told + b"\n\n",
            b"\xef\xbb\xbf: hi\r\nid: 7\r\nevent: e\r\nretry: 9\r\ndata: {}\r\n\r\n",
        ]
    if name == "headers":
        return [
            b"7\n2026-06-12T08:01:00.000Z\n120\n0\nFri, 12 Jun 2026 08:00:00 GMT",
            b"Fri, 12 Jun 2026 09:00:00 GMT",
        ]
    if name == "uploads":
        return [b"\x03" + 'Hühnerei π 🧬"\\\n'.encode(), b"\x01\xff\xfe\x00", b""]
    return [
        b">a\nMKV\n",
        b"CC(=O)Oc1ccccc1",
        b"data_x\n_a 1\n",
        b"ATOM      1  N   MET A   1      27.340  24.430",
    ]
