# Generated from tests/_async/faults/test_complaints.py by scripts/unasync.py. Edit that file instead.

"""Common complaints about such clients, each as a test. The list is the project's, in the order of its numbers.

6 is tests/test_secrecy.py, 11 benchmarks/transfer.py, 12 tests/test_imports.py and tests/test_start.py.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from proteiniq import ProteinIQ
from proteiniq.errors import TransportError, WaitTimeout

from ...faults.server import (
    CUT,
    HANG,
    RESET,
    Asked,
    Pause,
    Piece,
    Server,
    event,
    refuse,
    reply,
    stream,
    whole,
)
from ...support import ENTRY, SECRET, documented, job
from ..clients import reach

EVENTS = ("GET", "/api/v1/jobs/job_1/events")
STATUS = ("GET", "/api/v1/jobs/job_1/status")
RESULT = ("GET", "/api/v1/results/job_1")

RUNNING = job("PROCESSING", completed_at=None)
DONE = job("COMPLETED")


# ---- 1: a wait that hangs for ever, or takes a terminal state that it doesn't know for a running job


def test_a_silent_service_does_not_make_a_wait_hang(client: ProteinIQ, server: Server) -> None:
    server.on(*EVENTS, [HANG])
    server.on(*STATUS, [HANG])
    clock = client._pipeline.clock
    started = clock.monotonic()
    with pytest.raises(WaitTimeout):
        client.jobs.wait("job_1", timeout=40)
    assert clock.monotonic() - started < 40 + 1000


# ---- 2: a client timeout shorter than the work: the paid job ran, the client threw


def test_the_timeout_of_a_request_does_not_end_a_longer_job(server: Server) -> None:
    beats: list[Piece] = [b": still here\n\n", Pause(10)] * 9
    server.on(*EVENTS, stream(event(RUNNING), *beats, event(DONE)))
    with reach(server.url, timeout=60) as client:
        clock = client._pipeline.clock
        started = clock.monotonic()
        assert (client.jobs.wait("job_1")).status == "COMPLETED"
        assert clock.monotonic() - started >= 90
    assert server.count(*EVENTS) == 1


# ---- 4: a stream cut in the middle escapes as a transport error, although the job succeeded


def test_an_interrupted_stream_does_not_raise(client: ProteinIQ, server: Server) -> None:
    server.on(*EVENTS, stream(event(RUNNING), event(DONE)[:30], RESET))
    server.on(*STATUS, reply(DONE))
    assert (client.jobs.wait("job_1")).status == "COMPLETED"
    assert [str(each.status) for each in client.jobs.events("job_1")][-1] == "COMPLETED"


# ---- 9: the bearer header sent along to a signed storage URL, which then refuses it


def test_the_key_is_only_sent_to_the_service(client: ProteinIQ, server: Server, tmp_path: Path) -> None:
    with Server() as storage, Server() as mirror:
        signed = "/outputs/prediction.pdb"

        def only_unsigned(asked: Asked) -> list[Piece]:
            return whole(b"ATOM") if "authorization" not in asked.headers else refuse(400, "two_signatures")

        mirror.on("GET", signed, only_unsigned)
        storage.on("GET", signed, whole(b"", 302, location=mirror.url + signed))
        result = {**documented("get_result"), "job_id": "job_1"}
        result["files"] = [
            {"name": "a.pdb", "content_type": "x", "url": f"{storage.url}{signed}?sig=1", "key": "k"}
        ]
        server.on(*RESULT, reply(result))
        saved = (client.results.get("job_1")).files["a.pdb"].save(tmp_path)
        assert saved.read_bytes() == b"ATOM"
        assert [asked.headers["authorization"] for asked in server.asked] == [
            f"Bearer pq_live_tests_{SECRET}"
        ]
        for asked in [*storage.asked, *mirror.asked]:
            assert SECRET not in str(asked)
        assert (len(storage.asked), len(mirror.asked)) == (1, 1)
