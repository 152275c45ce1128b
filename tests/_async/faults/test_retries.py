"""What is sent again, when, and what is not, by what the server gets."""

from __future__ import annotations

import pytest

from proteiniq import AsyncProteinIQ
from proteiniq._policy.retry import RetryBudget
from proteiniq.errors import APIError, ProteinIQError, RateLimited, ServerError, TransportError, WaitTimeout

from ...faults.server import CUT, HANG, RESET, Piece, Server, page, refuse, reply, whole
from ...support import ENTRY, AsyncFastClock, documented, job
from ..clients import reach

ACCOUNT = ("GET", "/api/v1/account")
UPLOAD = ("POST", "/api/v1/files")
DELETE = ("DELETE", "/api/v1/files/file_1")
SUBMIT = ("POST", "/api/v1/jobs")
RESULT = ("GET", "/api/v1/results/job_1")

GOOD = reply(documented("get_account"))

LOST: dict[str, list[Piece]] = {
    "cut": [CUT],
    "reset": [RESET],
    "silent": [HANG],
    "a body that is cut": [*GOOD[:1], b'{"object"', CUT],
    "a body that stops": [*GOOD[:1], b'{"object"', HANG],
    "502, a page": page(502),
    "503": refuse(503, "unavailable"),
}

NOW = {"date": "Fri, 12 Jun 2026 08:00:00 GMT"}


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("fault", [*LOST.values(), refuse(429, "rate_limited")], ids=[*LOST, "429"])
async def test_a_transient_failure_is_retried(server: Server, fault: list[Piece]) -> None:
    server.on(*ACCOUNT, fault, fault, GOOD)
    server.on(*DELETE, fault, fault, reply(documented("delete_file")))
    async with reach(server.url, timeout=60) as client:
        assert (await client.account.get()).workspace.id
        assert (await client.files.delete("file_1")).deleted
    assert (server.count(*ACCOUNT), server.count(*DELETE)) == (3, 3)


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "validation_error"),
        (402, "concurrent_job_limit_exceeded"),
        (409, "conflict"),
    ],
)
async def test_a_final_response_is_not_retried(
    client: AsyncProteinIQ, server: Server, status: int, code: str
) -> None:
    server.on(*ACCOUNT, refuse(status, code, retry_after="1"))
    server.on(*SUBMIT, refuse(status, code, retry_after="1"))
    with pytest.raises(APIError):
        await client.account.get()
    with pytest.raises(APIError):
        await client.jobs.submit("t", [ENTRY])
    assert (server.count(*ACCOUNT), server.count(*SUBMIT)) == (1, 1)


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
async def test_an_upload_that_may_have_arrived_is_not_retried(server: Server, fault: list[Piece]) -> None:
    server.on(*UPLOAD, fault)
    async with reach(server.url, timeout=60) as client:
        with pytest.raises(ProteinIQError) as caught:
            await client.files.upload(b"MK", filename="a.fasta")
    assert caught.value.in_doubt
    assert server.count(*UPLOAD) == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_an_unsent_upload_is_retried(client: AsyncProteinIQ, server: Server) -> None:
    class Starting(AsyncFastClock):
        async def sleep(self, seconds: float) -> None:  # type: ignore[override, unused-ignore]
            server.start()

    server.on(*UPLOAD, reply(documented("upload_file"), 201))
    server.stop()
    client._pipeline.clock = Starting()
    assert (await client.files.upload(b"MK", filename="a.fasta")).id
    assert server.count(*UPLOAD) == 1


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "20"},
        {"retry_after": "Fri, 12 Jun 2026 08:00:20 GMT", **NOW},
        {"x_ratelimit_reset": "2026-06-12T08:00:20.000Z", **NOW},
        {"x_ratelimit_reset": "2026-06-12T10:00:20.000+02:00", **NOW},
    ],
    ids=["seconds", "HTTP date", "reset", "reset with an offset"],
)
async def test_retry_after_is_honoured(
    client: AsyncProteinIQ, server: Server, headers: dict[str, str]
) -> None:
    server.on(*ACCOUNT, refuse(429, "rate_limited", **headers), GOOD)
    await client.account.get()
    first, second = server.asked
    assert second.at - first.at >= 20


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("status", [429, 503])
async def test_too_long_a_wait_is_not_started(client: AsyncProteinIQ, server: Server, status: int) -> None:
    server.on(*ACCOUNT, refuse(status, retry_after="3600"))
    with pytest.raises(APIError) as caught:
        await client.account.get()
    assert "asks to wait 3600 s" in "".join(caught.value.__notes__)
    assert server.count(*ACCOUNT) == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_after_a_long_retry_after_the_next_request_fails_at_once(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*ACCOUNT, refuse(429, "rate_limited", retry_after="3600"), GOOD)
    with pytest.raises(RateLimited):
        await client.account.get()
    with pytest.raises(RateLimited, match=r"nothing was sent .* asks to wait another 3\d{3} s") as caught:
        await client.account.get()
    assert (caught.value.attempts, caught.value.retryable, caught.value.in_doubt) == (0, True, False)
    assert 3000 < (caught.value.retry_after or 0) <= 3600
    with pytest.raises(WaitTimeout, match=r"asked to wait another 3\d{3} s"):
        await client.jobs.wait("job_1", timeout=1800)
    assert len(server.asked) == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_a_submit_delayed_after_a_lost_response_names_the_key_to_repeat(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*SUBMIT, [CUT], refuse(429, "rate_limited", retry_after="3600"))
    with pytest.raises(RateLimited) as caught:
        await client.jobs.submit("t", [ENTRY])
    assert caught.value.in_doubt
    key = server.asked[0].headers["idempotency-key"]
    assert f"idempotency_key={key!r}" in "".join(caught.value.__notes__)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_result_delayed_beyond_the_deadline_ends_the_wait_at_once(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*SUBMIT, reply(job("COMPLETED"), 201))
    server.on(*RESULT, refuse(503, "unavailable", retry_after="3600"))
    clock = client._pipeline.clock
    started = clock.monotonic()
    with pytest.raises(WaitTimeout, match=r"asked to wait another 3600 s.*client\.jobs\.result\('job_1'\)"):
        await client.run("t", [ENTRY], timeout=1800)
    assert clock.monotonic() - started < 1000
    assert server.count(*RESULT) == 1


@pytest.mark.anyio
async def test_the_budget_bounds_the_retries_of_all_requests(client: AsyncProteinIQ, server: Server) -> None:
    client._pipeline._budget = RetryBudget(capacity=5, refill=0)
    server.on(*ACCOUNT, refuse(503, "unavailable"))
    for _ in range(10):
        with pytest.raises(ServerError):
            await client.account.get()
    assert server.count(*ACCOUNT) == 10 + 5


@pytest.mark.anyio
async def test_the_timeout_is_that_of_one_request_and_max_retries_of_the_rest(server: Server) -> None:
    server.on(*ACCOUNT, [HANG])
    async with reach(server.url, timeout=20, max_retries=1) as client:
        clock = client._pipeline.clock
        started = clock.monotonic()
        with pytest.raises(TransportError) as caught:
            await client.account.get()
        assert 40 <= clock.monotonic() - started < 40 + 1000
    assert (caught.value.attempts, server.count(*ACCOUNT)) == (2, 2)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_response_that_is_not_the_services_is_not_retried(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*ACCOUNT, whole(b"<h1>Log in</h1>", content_type="text/html"))
    with pytest.raises(ProteinIQError, match="Log in"):
        await client.account.get()
    assert server.count(*ACCOUNT) == 1
