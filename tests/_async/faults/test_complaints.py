"""Common complaints about such clients, each as a test. The list is the project's, in the order of its numbers.

6 is tests/test_secrecy.py, 11 benchmarks/transfer.py, 12 tests/test_imports.py and tests/test_start.py.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from proteiniq import AsyncProteinIQ
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
CANCEL = ("POST", "/api/v1/jobs/job_1/cancel")
SUBMIT = ("POST", "/api/v1/jobs")
QUOTE = ("POST", "/api/v1/jobs/quote")

RUNNING = job("PROCESSING", completed_at=None)
DONE = job("COMPLETED")


# ---- 1: a wait that hangs for ever, or takes a terminal state that it doesn't know for a running job


@pytest.mark.anyio
async def test_a_silent_service_does_not_make_a_wait_hang(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*EVENTS, [HANG])
    server.on(*STATUS, [HANG])
    clock = client._pipeline.clock
    started = clock.monotonic()
    with pytest.raises(WaitTimeout):
        await client.jobs.wait("job_1", timeout=40)
    assert clock.monotonic() - started < 40 + 1000


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("status", ["COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "BUDGET_EXCEEDED"])
@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
async def test_every_terminal_state_ends_a_wait(
    client: AsyncProteinIQ, server: Server, status: str, streams: bool
) -> None:
    server.on(*EVENTS, stream(event(job(status)), HANG))
    server.on(*STATUS, reply(job(status)))
    assert (await client.jobs.wait("job_1", streams=streams)).status == status


@pytest.mark.once
@pytest.mark.anyio
async def test_an_unknown_status_is_in_the_error_of_a_timed_out_wait(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*EVENTS, refuse(501, "not_implemented"))
    server.on(*STATUS, reply(job("ARCHIVED")))
    with pytest.raises(WaitTimeout, match="the job was ARCHIVED"):
        await client.jobs.wait("job_1", timeout=240)


# ---- 2: a client timeout shorter than the work: the paid job ran, the client threw


@pytest.mark.anyio
async def test_the_timeout_of_a_request_does_not_end_a_longer_job(server: Server) -> None:
    beats: list[Piece] = [b": still here\n\n", Pause(10)] * 9
    server.on(*EVENTS, stream(event(RUNNING), *beats, event(DONE)))
    async with reach(server.url, timeout=60) as client:
        clock = client._pipeline.clock
        started = clock.monotonic()
        assert (await client.jobs.wait("job_1")).status == "COMPLETED"
        assert clock.monotonic() - started >= 90
    assert server.count(*EVENTS) == 1


# ---- 3: one transient error while polling kills the whole wait


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("fault", [refuse(503), [CUT]], ids=["503", "cut"])
async def test_one_transient_error_while_polling_does_not_end_the_wait(
    server: Server, fault: list[Piece]
) -> None:
    server.on(*STATUS, reply(RUNNING), fault, reply(RUNNING), fault, reply(DONE))
    async with reach(server.url, max_retries=0) as client:
        assert (await client.jobs.wait("job_1", streams=False)).status == "COMPLETED"
    assert server.count(*STATUS) == 5


# ---- 4: a stream cut in the middle escapes as a transport error, although the job succeeded


@pytest.mark.anyio
async def test_an_interrupted_stream_does_not_raise(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*EVENTS, stream(event(RUNNING), event(DONE)[:30], RESET))
    server.on(*STATUS, reply(DONE))
    assert (await client.jobs.wait("job_1")).status == "COMPLETED"
    assert [str(each.status) async for each in client.jobs.events("job_1")][-1] == "COMPLETED"


# ---- 5: the end of a stream taken for the end of the job, or a reconnect with no pause


@pytest.mark.once
@pytest.mark.anyio
async def test_the_end_of_a_stream_is_not_the_end_of_the_job(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*EVENTS, stream(event(RUNNING)), stream(), stream(event(DONE)))
    server.on(*STATUS, reply(RUNNING))
    told = [str(each.status) async for each in client.jobs.events("job_1")]
    assert told == ["PROCESSING", "COMPLETED"]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_stream_that_ends_at_once_is_not_opened_again_without_a_pause(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*EVENTS, stream(event(RUNNING)))
    server.on(*STATUS, reply(RUNNING))
    with pytest.raises(WaitTimeout):
        await client.jobs.wait("job_1", timeout=60)
    asked = [request.path.rpartition("/")[2] for request in server.asked]
    assert all(earlier != later for earlier, later in pairwise(asked))  # a status between any two streams
    assert len(asked) <= 2 * (60 / 5 + 1)


# ---- 7: a new value or field breaks old clients


@pytest.mark.once
@pytest.mark.anyio
async def test_a_new_value_or_field_does_not_break_the_client(client: AsyncProteinIQ, server: Server) -> None:
    new = {"status": "WARMING_UP", "gpu": {"kind": "H100"}, "object": "job.v2"}
    server.on(*EVENTS, stream(event({**RUNNING, **new}), event({**DONE, "gpu": None}, name="job.done")))
    told = [each async for each in client.jobs.events("job_1")]
    assert [str(each.status) for each in told] == ["WARMING_UP", "COMPLETED"]
    assert told[0].extra["gpu"] == {"kind": "H100"}
    server.on(*SUBMIT, reply({**RUNNING, **new}, 201))
    assert (await client.jobs.submit("t", [ENTRY])).status == "WARMING_UP"
    server.on("GET", "/api/v1/account", reply({**documented("get_account"), "mood": "sunny"}))
    assert (await client.account.get()).extra["mood"] == "sunny"


# ---- 8: a POST that is sent again without an idempotency key is paid twice


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("fault", [[CUT], [HANG]], ids=str)
async def test_a_submit_is_only_retried_with_its_key(server: Server, fault: list[Piece]) -> None:
    server.on(*SUBMIT, fault, fault, reply(RUNNING, 201))
    async with reach(server.url, timeout=60) as client:
        await client.jobs.submit("t", [ENTRY])
    first, *others = server.asked
    assert len(others) == 2
    assert first.headers["idempotency-key"]
    assert {(asked.headers["idempotency-key"], asked.body) for asked in others} == {
        (first.headers["idempotency-key"], first.body)
    }


@pytest.mark.once
@pytest.mark.anyio
async def test_a_post_without_a_key_is_not_retried(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*CANCEL, [CUT])
    with pytest.raises(TransportError):
        await client.jobs.cancel("job_1")
    assert server.count(*CANCEL) == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_a_quote_has_no_effect_and_is_requested_again(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*QUOTE, [CUT], reply(documented("quote_job")))
    assert (await client.jobs.quote("t", [ENTRY])).estimated_credits > 0
    assert server.count(*QUOTE) == 2


# ---- 9: the bearer header sent along to a signed storage URL, which then refuses it


@pytest.mark.anyio
async def test_the_key_is_only_sent_to_the_service(
    client: AsyncProteinIQ, server: Server, tmp_path: Path
) -> None:
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
        saved = await (await client.results.get("job_1")).files["a.pdb"].save(tmp_path)
        assert saved.read_bytes() == b"ATOM"
        assert [asked.headers["authorization"] for asked in server.asked] == [
            f"Bearer pq_live_tests_{SECRET}"
        ]
        for asked in [*storage.asked, *mirror.asked]:
            assert SECRET not in str(asked)
        assert (len(storage.asked), len(mirror.asked)) == (1, 1)
