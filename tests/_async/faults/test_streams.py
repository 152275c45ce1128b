"""Event streams that end early, break, are wrong or are missing: the wait continues and returns the right job."""

from __future__ import annotations

from itertools import pairwise

import pytest

from proteiniq import AsyncProteinIQ
from proteiniq.errors import NotFound, ServerError, Unauthorized, WaitTimeout

from ...faults.server import (
    CUT,
    HANG,
    RESET,
    Answer,
    Pause,
    Piece,
    Server,
    chunked,
    event,
    page,
    refuse,
    reply,
    stream,
    whole,
)
from ...support import job

EVENTS = ("GET", "/api/v1/jobs/job_1/events")
STATUS = ("GET", "/api/v1/jobs/job_1/status")

RUNNING = job("PROCESSING", progress=10, completed_at=None)
DONE = job("COMPLETED", progress=100, name="Förster π")
"""A name with characters of two bytes, to cut one of them."""

SLACK = 1000.0
"""What a loaded machine may take on top, in seconds of the tests' clocks, which are a hundred times as fast."""


async def waited(client: AsyncProteinIQ, timeout: float = 600.0) -> list[str]:
    """The states that a wait reports. The last one is that of the returned job."""
    told: list[str] = []
    ended = await client.jobs.wait(
        "job_1", timeout=timeout, on_update=lambda each: told.append(str(each.status))
    )
    assert ended.id == "job_1"
    assert ended.status == told[-1]
    return told


# ---- streams that are good (test_sse.py holds how they may be spelled)

done = event(DONE)
cut = done.index("ö".encode()) + 1

GOOD: dict[str, Answer] = {
    "plain": stream(event(RUNNING), done),
    "named events": stream(event(RUNNING, name="status"), event(DONE, name="completed")),
    "chunked": chunked(event(RUNNING), done),
    "events with little in them": stream(event({"status": "PROCESSING"}), event({"status": "COMPLETED"})),
    "a state that nobody knows": stream(event({**RUNNING, "status": "SIMMERING"}), done),
    "half a megabyte in one event": stream(event({**RUNNING, "log": "x" * 500_000}), done),
    "more after the end": stream(event(RUNNING), done, event(RUNNING), HANG),
}


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("answer", GOOD.values(), ids=GOOD.keys())
async def test_a_stream_in_any_spelling_ends_the_wait_without_a_status_read(
    client: AsyncProteinIQ, server: Server, answer: Answer
) -> None:
    server.on(*EVENTS, answer)
    server.on(*STATUS, refuse(500))
    assert (await waited(client))[-1] == "COMPLETED"
    assert server.count(*EVENTS) == 1
    assert server.count(*STATUS) == 0


# ---- streams that break: what they didn't say, the status or the next stream does

JUNK = b"\x00\xff<html>" * (1 << 17)
"""A little less than 1 MiB, with no line end."""

HEARTBEATS: list[Piece] = [b":\n\n", Pause(20)] * 8

BROKEN: dict[str, Answer] = {
    "ends at once": stream(),
    "cut in the middle of an event": stream(event(RUNNING), done[: len(done) // 2]),
    "cut in the middle of a character": stream(event(RUNNING), done[:cut]),
    "reset in the middle of an event": stream(event(RUNNING), done[: len(done) // 2], Pause(2), RESET),
    "cut in the middle of a chunk": [*chunked(event(RUNNING), end=False)[:-1], b"400\r\ndata: {", CUT],
    "cut between two chunks": chunked(event(RUNNING), end=False),
    "chunks that are none": [*chunked(event(RUNNING), end=False)[:-1], b"zz\r\n", CUT],
    "cut before the headers end": [b"HTTP/1.1 200 OK\r\nContent-Ty", CUT],
    "no answer at all": [CUT],
    "reset at once": [RESET],
    "no HTTP": [b"SSH-2.0-OpenSSH_9.2\r\n", CUT],
    "silent for ever": stream(event(RUNNING), HANG),
    "silent from the start": stream(HANG),
    "no headers, for ever": [HANG],
    "1 MB of junk": stream(event(RUNNING), JUNK, b"\n\n", JUNK, JUNK),
    "junk in many lines": stream(event(RUNNING), b"data: junk\n\n" * 20_000),
    "only heartbeats": stream(event(RUNNING), *HEARTBEATS, HANG),
    "an event that says less than a state": stream(event({"progress": 50})),
    "503": refuse(503, "unavailable"),
    "502, a page": page(502),
    "429 with Retry-After": refuse(429, "rate_limited", retry_after="7"),
    "a body that says gzip and is none": stream(event(RUNNING), content_encoding="gzip"),
}


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
async def test_a_stream_that_breaks_does_not_end_the_wait(
    client: AsyncProteinIQ, server: Server, answer: Answer
) -> None:
    server.on(*EVENTS, answer, stream(event(DONE)))
    server.on(*STATUS, reply(RUNNING))
    assert (await waited(client))[-1] == "COMPLETED"
    assert server.count(*EVENTS) <= 2


@pytest.mark.anyio
@pytest.mark.parametrize(
    "name",
    [
        "ends at once",
        "cut in the middle of an event",
        "reset at once",
        "silent for ever",
        "1 MB of junk",
        "503",
    ],
)
async def test_a_stream_that_always_breaks_is_replaced_by_status_reads(
    client: AsyncProteinIQ, server: Server, name: str
) -> None:
    server.on(*EVENTS, BROKEN[name])
    server.on(*STATUS, reply(RUNNING), reply(RUNNING), reply(DONE))
    assert (await waited(client))[-1] == "COMPLETED"
    assert server.count(*STATUS) == 3
    assert server.count(*EVENTS) <= 3
    times = [asked.at for asked in server.asked if asked.path.endswith("/status")]
    assert all(later - earlier >= 4.9 for earlier, later in pairwise(times))


@pytest.mark.anyio
@pytest.mark.parametrize(
    "name", ["silent for ever", "no headers, for ever", "only heartbeats", "ends at once"]
)
async def test_a_stream_that_always_breaks_ends_at_the_deadline(
    client: AsyncProteinIQ, server: Server, name: str
) -> None:
    server.on(*EVENTS, BROKEN[name])
    server.on(*STATUS, reply(RUNNING))
    clock = client._pipeline.clock
    started = clock.monotonic()
    with pytest.raises(WaitTimeout) as caught:
        await client.jobs.wait("job_1", timeout=240)  # 2.4 s, in which a loaded machine reads a status
    assert clock.monotonic() - started < 240 + SLACK
    assert caught.value.job.status == "PROCESSING"
    assert caught.value.job_id == "job_1"
    assert server.count(*STATUS) <= 49


# ---- no stream at all

NONE: dict[str, Answer] = {
    "JSON": reply(RUNNING),
    "404": refuse(404, "not_found"),
    "405": refuse(405, "method_not_allowed"),
    "501": refuse(501, "not_implemented"),
    "a page": page(),
    "a redirect": whole(b"", 302, location="https://elsewhere.test/"),
    "no content": whole(b"", 204),
}


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("answer", NONE.values(), ids=NONE.keys())
async def test_without_a_stream_the_status_is_read(
    client: AsyncProteinIQ, server: Server, answer: Answer
) -> None:
    server.on(*EVENTS, answer)
    server.on(*STATUS, reply(RUNNING), reply(RUNNING), reply(DONE))
    assert await waited(client) == ["PROCESSING", "COMPLETED"]
    assert server.count(*EVENTS) == 1
    assert server.count(*STATUS) == 3


# ---- between stream and status


@pytest.mark.once
@pytest.mark.anyio
async def test_a_state_that_was_reached_between_stream_and_status_is_found(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*EVENTS, stream(event(RUNNING)))
    server.on(*STATUS, reply(DONE))
    assert await waited(client) == ["PROCESSING", "COMPLETED"]
    assert server.count(*EVENTS) == server.count(*STATUS) == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_a_retry_after_of_the_stream_applies_to_the_status_too(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*EVENTS, refuse(429, "rate_limited", retry_after="20"), stream(event(DONE)))
    server.on(*STATUS, reply(RUNNING))
    await waited(client)
    first, *others = server.asked
    assert others[0].at - first.at >= 20


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("said", "sent"),
    [
        (event(RUNNING, id="7"), "7"),
        (event(RUNNING, id="7") + event({**RUNNING, "progress": 20}), "7"),
        (event(RUNNING), None),
        (event(RUNNING, id="é"), None),
        (event(RUNNING, id="a\x01b"), None),
        (event(RUNNING, id="i" * 5000), None),
    ],
    ids=["an id", "an id before", "none", "not ASCII", "a control character", "a long one"],
)
async def test_a_reconnect_sends_the_id_of_the_last_event(
    client: AsyncProteinIQ, server: Server, said: bytes, sent: str | None
) -> None:
    server.on(*EVENTS, stream(said), stream(event(DONE)))
    server.on(*STATUS, reply(RUNNING))
    await waited(client)
    first, second = (asked.headers for asked in server.asked if asked.path.endswith("/events"))
    assert "last-event-id" not in first
    assert second.get("last-event-id") == sent


@pytest.mark.once
@pytest.mark.anyio
async def test_the_retry_field_of_a_stream_is_honoured(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*EVENTS, stream(b"retry: 20000\n\n" + event(RUNNING)), stream(event(DONE)))
    server.on(*STATUS, reply(RUNNING))
    await waited(client)
    first, second = (asked.at for asked in server.asked if asked.path.endswith("/events"))
    assert second - first >= 20


@pytest.mark.once
@pytest.mark.anyio
async def test_an_unknown_status_is_reported_and_not_terminal(client: AsyncProteinIQ, server: Server) -> None:
    odd = {**RUNNING, "status": "SIMMERING"}
    server.on(*EVENTS, refuse(404, "not_found"))
    server.on(*STATUS, reply(odd), reply(odd), reply(DONE))
    assert await waited(client) == ["SIMMERING", "COMPLETED"]


# ---- the status


@pytest.mark.anyio
async def test_a_server_that_restarts_does_not_end_the_wait(client: AsyncProteinIQ, server: Server) -> None:
    def restarted(_: object) -> list[Piece]:
        server.on(*EVENTS, stream(event(DONE)))
        return [*stream(event(RUNNING)), Pause(1), RESET]

    server.on(*EVENTS, restarted)
    server.on(*STATUS, [RESET], [CUT], page(502), page(503), refuse(503), refuse(500), reply(RUNNING))
    assert await waited(client) == ["PROCESSING", "COMPLETED"]


TRANSIENT: dict[str, Answer] = {
    "503": refuse(503, "unavailable"),
    "429": refuse(429, "rate_limited", retry_after="6"),
    "reset": [RESET],
    "cut": [CUT],
    "a body that is cut": [*reply(RUNNING)[:1], b'{"id"', CUT],
    "a page with 200": page(),
}


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("answer", TRANSIENT.values(), ids=TRANSIENT.keys())
async def test_a_fault_of_the_status_that_may_pass_does_not_end_the_wait(
    client: AsyncProteinIQ, server: Server, answer: Answer
) -> None:
    server.on(*EVENTS, refuse(501))
    server.on(*STATUS, reply(RUNNING), answer, answer, reply(DONE))
    assert await waited(client) == ["PROCESSING", "COMPLETED"]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_status_route_that_is_not_implemented_ends_the_wait(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*EVENTS, refuse(501))
    server.on(*STATUS, refuse(501, "not_implemented"))
    with pytest.raises(ServerError):
        await client.jobs.wait("job_1", timeout=600)
    assert sum(asked.path.endswith("/status") for asked in server.asked) == 1


@pytest.mark.anyio
async def test_an_unreachable_service_ends_the_wait_only_at_the_deadline(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*EVENTS, refuse(503))
    server.on(*STATUS, refuse(503))
    clock = client._pipeline.clock
    started = clock.monotonic()
    server.stop()
    with pytest.raises(WaitTimeout, match="the job's status could not be read"):
        await client.jobs.wait("job_1", timeout=60)
    assert 55 < clock.monotonic() - started < 60 + SLACK


@pytest.mark.once
@pytest.mark.anyio
async def test_a_key_that_is_revoked_ends_the_wait(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*EVENTS, stream(event(RUNNING)), refuse(401, "unauthorized"))
    server.on(*STATUS, refuse(401, "unauthorized"))
    with pytest.raises(Unauthorized) as caught:
        await client.jobs.wait("job_1", timeout=600)
    assert caught.value.job_id == "job_1"
    assert "client.jobs.wait('job_1')" in "".join(caught.value.__notes__)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_job_that_is_not_there_ends_the_wait(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*EVENTS, refuse(404, "not_found"))
    server.on(*STATUS, refuse(404, "not_found"))
    with pytest.raises(NotFound) as caught:
        await client.jobs.wait("job_1", timeout=600)
    assert caught.value.job_id == "job_1"
    assert server.count(*STATUS) == 1


@pytest.mark.anyio
async def test_a_read_without_a_response_ends_at_the_deadline(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*EVENTS, refuse(501))
    server.on(*STATUS, reply(RUNNING), [HANG])
    clock = client._pipeline.clock
    started = clock.monotonic()
    with pytest.raises(WaitTimeout):
        await client.jobs.wait("job_1", timeout=15)
    assert clock.monotonic() - started < 15 + SLACK


@pytest.mark.anyio
async def test_a_slow_response_ends_at_the_deadline(client: AsyncProteinIQ, server: Server) -> None:
    head, body = reply(RUNNING)
    assert isinstance(head, bytes)
    assert isinstance(body, bytes)
    drip: list[Piece] = [piece for at in range(len(body)) for piece in (body[at : at + 1], Pause(2))]
    server.on(*EVENTS, refuse(501))
    server.on(*STATUS, [head, *drip])
    clock = client._pipeline.clock
    started = clock.monotonic()
    with pytest.raises(WaitTimeout):
        await client.jobs.wait("job_1", timeout=30)
    assert clock.monotonic() - started < 30 + SLACK


@pytest.mark.anyio
async def test_slow_headers_end_at_the_deadline(client: AsyncProteinIQ, server: Server) -> None:
    lines: list[Piece] = [b"X: y\r\n", Pause(2)] * 1000
    drip = [b"HTTP/1.1 200 OK\r\n", *lines]
    server.on(*EVENTS, drip)
    server.on(*STATUS, reply(RUNNING), drip)
    clock = client._pipeline.clock
    started = clock.monotonic()
    with pytest.raises(WaitTimeout):
        await client.jobs.wait("job_1", timeout=30)
    assert clock.monotonic() - started < 30 + SLACK
