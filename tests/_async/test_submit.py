"""Submitting: one call makes one job, even if responses are lost."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from proteiniq import (
    APIError,
    AsyncProteinIQ,
    Conflict,
    DailyLimitExceeded,
    InsufficientCredits,
    InvalidInput,
    PaymentRequired,
    ProteinIQError,
    SpendLimitExceeded,
    TransportError,
    ValidationError,
)
from proteiniq._inputs import requests
from proteiniq.errors import Issue
from proteiniq.sandbox import Sandbox

from ..faults.lossy_proxy import LossyProxy
from ..support import (
    ENTRY,
    LYSOZYME,
    QUOTE,
    STATUS,
    SUBMIT,
    AsyncStillClock,
    Routes,
    Stub,
    answer,
    change_operation,
    documented,
    job,
    refusal,
)
from .clients import connect, over


def keys(service: Stub | Routes) -> list[str]:
    return [request.headers["idempotency-key"] for request in service.requests]


@pytest.mark.anyio
async def test_every_submit_has_its_own_key() -> None:
    service = Stub(answer(job(), 201))
    async with over(service) as client:
        await client.jobs.submit("protein-parameters", [ENTRY])
        await client.jobs.submit("protein-parameters", [ENTRY])
    first, second = keys(service)
    assert first != second


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        refusal(503, "unavailable"),
        refusal(429, "rate_limited", Retry_After="1"),
    ],
    ids=lambda failure: (
        type(failure).__name__ if isinstance(failure, Exception) else str(failure.status_code)
    ),
)
async def test_the_key_is_repeated_on_every_attempt(failure: Any) -> None:
    service = Stub(failure, failure, answer(job(), 201))
    async with over(service) as client:
        made = await client.jobs.submit("protein-parameters", [ENTRY])
    assert made.id == "job_1"
    assert len(service.requests) == 3
    assert len(set(keys(service))) == 1
    assert len({request.content for request in service.requests}) == 1


@pytest.mark.anyio
async def test_a_given_key_is_sent() -> None:
    service = Stub(answer(job(), 201))
    async with over(service) as client:
        await client.jobs.submit("protein-parameters", [ENTRY], idempotency_key="plate 7, well A1")
    assert keys(service) == ["plate 7, well A1"]


@pytest.mark.once
@pytest.mark.anyio
async def test_those_who_record_a_client_are_told_what_was_submitted() -> None:
    told: list[tuple[str, str]] = []
    async with over(Stub(answer(job(), 201))) as client:
        client._pipeline.on_submit.append(lambda order, made: told.append((order.tool, made.id)))
        made = await client.jobs.submit("protein-parameters", [ENTRY])
    assert told == [("protein-parameters", made.id)]


@pytest.mark.anyio
async def test_when_all_responses_are_lost_the_error_names_the_key_to_repeat() -> None:
    service = Stub(httpx.ReadError("reset"))
    async with over(service) as client:
        with pytest.raises(TransportError) as caught:
            await client.jobs.submit("protein-parameters", [ENTRY])
    (key,) = set(keys(service))
    assert f"idempotency_key={key!r}" in "".join(caught.value.__notes__)
    assert caught.value.attempts == 5
    assert caught.value.retryable
    assert caught.value.sent


@pytest.mark.once
@pytest.mark.anyio
async def test_an_unsent_submit_does_not_warn_about_a_job() -> None:
    async with over(Stub(httpx.ConnectError("refused"))) as client:
        with pytest.raises(TransportError) as caught:
            await client.jobs.submit("protein-parameters", [ENTRY])
    assert not caught.value.sent
    assert "may have been created" not in "".join(getattr(caught.value, "__notes__", []))


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "failures",
    [
        [refusal(502, "bad_gateway")],
        [refusal(500, "internal_error")],
        [httpx.ReadError("reset"), httpx.ConnectError("refused")],
        [httpx.ReadError("reset"), refusal(429, "rate_limited", Retry_After="1")],
        [httpx.ReadError("reset"), refusal(401, "unauthorized")],
        [httpx.ReadError("reset"), httpx.Response(302, headers={"Location": "https://login.test/"})],
        [httpx.Response(303, headers={"Location": "/api/v1/jobs/job_1"})],
        [httpx.Response(408)] * 5,
        [httpx.Response(201, html="<h1>Log in</h1>")],
        [answer({"object": "job"}, 201)],
    ],
    ids=[
        "502",
        "500",
        "lost, then down",
        "lost, then 429",
        "lost, then 401",
        "lost, then a redirect",
        "a redirect to what was made",
        "408",
        "a page",
        "a job without an id",
    ],
)
async def test_an_error_with_an_unknown_outcome_names_the_key_to_repeat(failures: list[Any]) -> None:
    service = Stub(*failures)
    async with over(service) as client:
        with pytest.raises(ProteinIQError) as caught:
            await client.jobs.submit("protein-parameters", [ENTRY])
    (key,) = set(keys(service))
    assert f"idempotency_key={key!r}" in "".join(caught.value.__notes__)


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "failure", [refusal(402, "insufficient_credits"), refusal(429, "rate_limited", Retry_After="1")]
)
async def test_an_error_with_a_known_outcome_does_not_warn_about_a_job(failure: Any) -> None:
    async with over(Stub(failure)) as client:
        with pytest.raises(APIError) as caught:
            await client.jobs.submit("protein-parameters", [ENTRY])
    assert not caught.value.in_doubt
    assert "may have been created" not in "".join(getattr(caught.value, "__notes__", []))


@pytest.mark.once
@pytest.mark.anyio
async def test_a_refused_connection_after_a_lost_response_still_warns_about_a_job() -> None:
    async with over(Stub(httpx.ReadError("reset"), httpx.ConnectError("refused"))) as client:
        with pytest.raises(TransportError) as caught:
            await client.jobs.submit("protein-parameters", [ENTRY])
    assert caught.value.sent
    assert "Nothing was sent" not in str(caught.value)


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_interrupted_submit_names_the_key_to_repeat() -> None:
    def interrupted(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    service = Stub(interrupted)
    async with over(service) as client:
        with pytest.raises(KeyboardInterrupt) as caught:
            await client.jobs.submit("protein-parameters", [ENTRY])
    (key,) = keys(service)
    assert f"idempotency_key={key!r}" in "".join(caught.value.__notes__)


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_lost_response_makes_one_job(sandbox: Sandbox, key: str) -> None:
    with LossyProxy(sandbox.url) as proxy:
        proxy.plan(["lose the answer"] * 2)
        async with connect(sandbox, key, base_url=proxy.url) as client:
            made = await client.jobs.submit("protein-parameters", [{**ENTRY, "content": LYSOZYME}])
            assert [each.id async for each in client.jobs.list()] == [made.id]
    assert proxy.lines.count("POST /api/v1/jobs") == 3


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_truncated_response_makes_one_job(sandbox: Sandbox, key: str) -> None:
    with LossyProxy(sandbox.url) as proxy:
        proxy.plan(["cut the answer"])
        async with connect(sandbox, key, base_url=proxy.url) as client:
            made = await client.jobs.submit("protein-parameters", [{**ENTRY, "content": LYSOZYME}])
            assert [each.id async for each in client.jobs.list()] == [made.id]


@pytest.mark.anyio
async def test_the_same_key_and_job_again_give_the_same_job(client: AsyncProteinIQ) -> None:
    first = await client.jobs.submit("protein-parameters", {"protein": LYSOZYME}, idempotency_key="one")
    second = await client.jobs.submit("protein-parameters", {"protein": LYSOZYME}, idempotency_key="one")
    assert first.id == second.id


@pytest.mark.once
@pytest.mark.anyio
async def test_the_same_key_for_another_job_is_explained(client: AsyncProteinIQ) -> None:
    await client.jobs.submit("protein-parameters", {"protein": LYSOZYME}, idempotency_key="one")
    with pytest.raises(Conflict) as caught:
        await client.jobs.submit("protein-parameters", {"protein": "MKV"}, idempotency_key="one")
    assert caught.value.attempts == 1
    assert "'one' was used before" in "".join(caught.value.__notes__)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_conflict_on_a_repeat_is_explained_and_not_repeated() -> None:
    service = Stub(httpx.ReadError("reset"), refusal(409, "conflict"))
    async with over(service) as client:
        with pytest.raises(Conflict) as caught:
            await client.jobs.submit("protein-parameters", [ENTRY])
    assert len(service.requests) == 2
    (key,) = set(keys(service))
    notes = "".join(caught.value.__notes__)
    assert "may have created the job" in notes
    assert f"idempotency_key={key!r}" in notes
    assert "Nothing was submitted" not in notes


@pytest.mark.anyio
async def test_a_quote_above_max_credits_submits_nothing() -> None:
    service = Routes({QUOTE: answer({**documented("quote_job"), "estimated_credits": 51})})
    async with over(service) as client:
        with pytest.raises(
            SpendLimitExceeded, match="would cost 51 credits, more than max_credits=50"
        ) as caught:
            await client.jobs.submit("esmfold", [ENTRY], max_credits=50)
    assert service.routes == [QUOTE]
    assert (caught.value.estimated_credits, caught.value.max_credits) == (51, 50)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_quote_of_max_credits_is_submitted() -> None:
    service = Routes(
        {QUOTE: answer({**documented("quote_job"), "estimated_credits": 50}), SUBMIT: answer(job(), 201)}
    )
    async with over(service) as client:
        await client.jobs.submit("esmfold", [ENTRY], max_credits=50)
    assert service.routes == [QUOTE, SUBMIT]


def quoted(*blocking: dict[str, str]) -> Routes:
    """A service whose quote has a blocking error."""
    quote = {**documented("quote_job"), "blocking_errors": list(blocking)}
    return Routes({QUOTE: answer(quote), SUBMIT: answer(job(), 201)})


@pytest.mark.once
@pytest.mark.anyio
async def test_a_blocking_error_raises_before_the_submit() -> None:
    low = {"code": "insufficient_credits", "message": "It costs 50 credits, and there are 3"}
    daily = {"code": "daily_limit_exceeded", "message": "100 of 100 jobs of today are used"}
    service = quoted(low, daily)
    async with over(service) as client:
        with pytest.raises(InsufficientCredits, match="nothing was submitted: esmfold") as caught:
            await client.jobs.submit("esmfold", [ENTRY], max_credits=50)
    assert service.routes == [QUOTE]
    assert "there are 3; 100 of 100 jobs" in str(caught.value)
    assert "add credits" in str(caught.value)
    assert caught.value.code == "insufficient_credits"
    assert caught.value.details == {"blocking_errors": [low, daily]}


@pytest.mark.once
@pytest.mark.anyio
async def test_an_unknown_blocking_error_raises_too() -> None:
    service = quoted({"code": "moon_phase", "message": "Not tonight"})
    async with over(service) as client:
        with pytest.raises(PaymentRequired, match="Not tonight"):
            await client.jobs.submit("esmfold", [ENTRY], max_credits=50)
    assert service.routes == [QUOTE]


@pytest.mark.once
@pytest.mark.anyio
async def test_without_an_idempotency_key_in_the_contract_a_lost_response_is_not_retried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "submit_job", headers={})
    service = Stub(httpx.ReadError("reset"), answer(job(), 201))
    async with over(service) as client:
        with pytest.raises(TransportError) as caught:
            await client.jobs.submit("esmfold", [ENTRY])
    assert caught.value.in_doubt
    assert len(service.requests) == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_a_retry_uses_the_contracts_spelling_of_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "submit_job", headers={"Idempotency-Key": "Request-Key"})
    service = Stub(httpx.ReadError("reset"), answer(job(), 201))
    async with over(service) as client:
        await client.jobs.submit("esmfold", [ENTRY], idempotency_key="one")
    assert [request.headers["request-key"] for request in service.requests] == ["one", "one"]


@pytest.mark.once
@pytest.mark.anyio
async def test_max_credits_of_zero_allows_a_free_job(client: AsyncProteinIQ) -> None:
    quote = await client.jobs.quote("protein-parameters", {"protein": LYSOZYME})
    made = await client.jobs.submit(
        "protein-parameters", {"protein": LYSOZYME}, max_credits=quote.estimated_credits
    )
    assert made.status in ("QUEUED", "PENDING", "PROCESSING", "COMPLETED")


@pytest.mark.once
@pytest.mark.anyio
async def test_max_reserved_credits_are_the_billing_of_the_request() -> None:
    service = Routes({SUBMIT: answer(job(), 201), QUOTE: answer(documented("quote_job"))})
    async with over(service) as client:
        for call in (client.jobs.quote, client.jobs.submit):
            await call("protein-parameters", [ENTRY], max_reserved_credits=7)
            await call("protein-parameters", [ENTRY])
    assert [json.loads(request.content).get("billing") for request in service.requests] == [
        {"max_reserved_credits": 7},
        None,
    ] * 2


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.once
async def test_a_limit_that_the_contract_does_not_have_is_refused_before_anything_is_spent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requests, "is_documented", lambda role, name: name != "max_reserved_credits")
    service = Stub(answer(job(), 201))
    async with over(service) as client:
        for call in (client.jobs.quote, client.jobs.submit):
            with pytest.raises(InvalidInput, match="no such limit, so it might be ignored"):
                await call("protein-parameters", [ENTRY], max_reserved_credits=7)
    assert service.requests == []


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.once
async def test_a_quote_that_the_service_refuses_names_the_slot() -> None:
    issue = {"path": "input.inputs[0].content", "message": "bad", "line": 5}
    service = Stub(refusal(422, "validation_error", details={"issues": [issue]}))
    async with over(service) as client:
        with pytest.raises(ValidationError) as caught:
            await client.jobs.quote("protein-parameters", [ENTRY])
    assert caught.value.issues == (Issue("bad", slot="protein", line=5),)


@pytest.mark.anyio
@pytest.mark.once
async def test_a_job_that_was_just_submitted_is_read_until_it_is_visible() -> None:
    service = Routes({SUBMIT: answer(job(), 201), STATUS: [refusal(404, "not_found"), answer(job("QUEUED"))]})
    clock = AsyncStillClock()
    async with over(service, clock=clock) as client:
        assert (await (await client.jobs.submit("protein-parameters", [ENTRY])).refresh()).status == "QUEUED"
    assert service.routes == [SUBMIT, STATUS, STATUS]
    assert sum(clock.sleeps) >= 5.0


@pytest.mark.anyio
async def test_a_final_refusal_is_not_retried() -> None:
    service = Stub(refusal(400, "validation_error"))
    async with over(service) as client:
        with pytest.raises(ValidationError):
            await client.jobs.submit("protein-parameters", [ENTRY])
    assert len(service.requests) == 1


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_submit_waits_for_retry_after() -> None:
    service = Stub(refusal(429, "rate_limited", Retry_After="40"), answer(job(), 201))
    clock = AsyncStillClock()
    async with over(service, clock=clock) as client:
        await client.jobs.submit("protein-parameters", [ENTRY])
    assert sum(clock.sleeps) >= 40


@pytest.mark.once
@pytest.mark.anyio
async def test_too_few_credits() -> None:
    with Sandbox(credits=0) as poor:
        async with connect(poor) as client:
            quote = await client.jobs.quote("pairwise-alignment", {"query": LYSOZYME, "target": LYSOZYME})
            assert [error.code for error in quote.blocking_errors] == ["insufficient_credits"]
            with pytest.raises(InsufficientCredits, match="add credits"):
                await client.jobs.submit("pairwise-alignment", {"query": LYSOZYME, "target": LYSOZYME})
            with pytest.raises(InsufficientCredits, match="nothing was submitted"):
                await client.jobs.submit(
                    "pairwise-alignment", {"query": LYSOZYME, "target": LYSOZYME}, max_credits=100
                )
            assert await client.jobs.list().list() == []


@pytest.mark.once
@pytest.mark.anyio
async def test_the_daily_limit() -> None:
    with Sandbox(daily_limit=1) as narrow:
        async with connect(narrow) as client:
            await client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
            with pytest.raises(DailyLimitExceeded, match="tomorrow") as caught:
                await client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
            assert caught.value.status == 402
            assert len(await client.jobs.list().list()) == 1
