"""A submit that waits for a job slot, and pays once."""

from __future__ import annotations

import logging
from typing import Any

import attrs
import httpx
import pytest

from proteiniq import ConcurrentJobLimitExceeded, InsufficientCredits, InvalidInput, SpendLimitExceeded
from proteiniq.hooks import AttemptDetails, PauseDetails

from ..storage import result
from ..support import (
    ENTRY,
    EVENTS,
    QUOTE,
    RESULT,
    SUBMIT,
    Answer,
    AsyncStillClock,
    Routes,
    answer,
    documented,
    events,
    job,
    refusal,
)
from .clients import over

FULL = refusal(402, "concurrent_job_limit_exceeded")
MADE = answer(job(), 201)


def service(*submits: Answer, **routes: Any) -> Routes:
    done = {EVENTS: events(job("COMPLETED")), RESULT: answer(result())}
    return Routes({SUBMIT: [*submits], **done, **routes})


def keys(service: Routes) -> set[str]:
    return {each.headers["idempotency-key"] for each in service.requests if each.url.path == "/api/v1/jobs"}


@pytest.mark.case
@pytest.mark.anyio
async def test_a_run_waits_for_a_slot_and_repeats_its_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "proteiniq")
    full, clock = service(FULL, FULL, MADE), AsyncStillClock()
    async with over(full, clock=clock) as client:
        assert (await client.run("esmfold", [ENTRY])).job_id == "job_1"
    assert full.routes[:3] == [SUBMIT] * 3
    assert len(keys(full)) == 1
    assert 3 < sum(clock.sleeps) < 5
    waits = [each for each in caplog.records if "no job slot is free" in each.getMessage()]
    assert [each.levelname for each in waits] == ["WARNING"]


@pytest.mark.once
@pytest.mark.anyio
async def test_hooks_get_a_long_wait_for_a_slot() -> None:
    class Hook:
        def __init__(self) -> None:
            self.pauses: list[PauseDetails] = []

        def __call__(self, details: AttemptDetails) -> None:
            pass

        def on_pause(self, details: PauseDetails) -> None:
            self.pauses.append(details)

    hook = Hook()
    async with over(service(*[FULL] * 6, MADE)) as client:
        client._pipeline.config = attrs.evolve(client._pipeline.config, hooks=(hook,))
        await client.jobs.submit("esmfold", [ENTRY], wait_for_slot=True)
    assert {each.reason for each in hook.pauses} == {"no job slot is free"}


@pytest.mark.once
@pytest.mark.parametrize(
    "submits",
    [lambda c: c.run("esmfold", [ENTRY], wait_for_slot=False), lambda c: c.jobs.submit("esmfold", [ENTRY])],
)
@pytest.mark.anyio
async def test_nothing_waits_for_a_slot_unasked(submits: Any) -> None:
    full = service(FULL)
    async with over(full) as client:
        with pytest.raises(ConcurrentJobLimitExceeded):
            await submits(client)
    assert full.routes == [SUBMIT]


@pytest.mark.anyio
async def test_a_wait_for_a_slot_ends_at_its_timeout() -> None:
    clock = AsyncStillClock()
    async with over(service(FULL), clock=clock) as client:
        with pytest.raises(ConcurrentJobLimitExceeded) as caught:
            await client.jobs.submit("esmfold", [ENTRY], wait_for_slot=True, timeout=60)
    assert 58 < clock.now - 1000 <= 60
    assert "No job slot became free within 60 s. Nothing was submitted" in caught.value.__notes__[-1]
    assert "wait_for_slot=True" not in str(caught.value)


@pytest.mark.once
@pytest.mark.anyio
async def test_the_timeout_of_a_run_is_that_of_both_waits() -> None:
    clock = AsyncStillClock()
    unending = service(
        FULL, FULL, MADE, **{EVENTS: httpx.Response(404), "GET /api/v1/jobs/job_1/status": answer(job())}
    )
    async with over(unending, clock=clock) as client:
        with pytest.raises(Exception, match="timed out after 30 s"):
            await client.run("esmfold", [ENTRY], timeout=30)
    assert 28 < clock.now - 1000 <= 30


@pytest.mark.once
@pytest.mark.anyio
async def test_a_retry_after_is_respected() -> None:
    clock = AsyncStillClock()
    asks = refusal(402, "concurrent_job_limit_exceeded", Retry_After="45")
    async with over(service(asks, MADE), clock=clock) as client:
        await client.jobs.submit("esmfold", [ENTRY], wait_for_slot=True)
    assert clock.sleeps == [45.0]


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("status", [409, 429])
async def test_the_code_counts_whatever_the_status(status: int) -> None:
    full = service(*[refusal(status, "concurrent_job_limit_exceeded")] * 6, MADE)
    async with over(full) as client:
        assert (await client.jobs.submit("esmfold", [ENTRY], wait_for_slot=True)).id == "job_1"
    assert len(keys(full)) == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_a_pause_of_a_day_is_not_waited_out_unasked() -> None:
    asks = refusal(402, "concurrent_job_limit_exceeded", Retry_After="86400")
    async with over(service(asks, MADE)) as client:
        with pytest.raises(ConcurrentJobLimitExceeded):
            await client.jobs.submit("esmfold", [ENTRY], wait_for_slot=True)


@pytest.mark.anyio
async def test_a_lost_response_before_the_wait_is_not_forgotten_at_its_end() -> None:
    full = service(httpx.ReadError("reset"), FULL, FULL)
    async with over(full) as client:
        with pytest.raises(ConcurrentJobLimitExceeded) as caught:
            await client.jobs.submit("esmfold", [ENTRY], wait_for_slot=True, timeout=5)
    (key,) = keys(full)
    assert caught.value.in_doubt
    notes = "".join(caught.value.__notes__)
    assert f"idempotency_key={key!r}" in notes
    assert "Nothing was submitted" not in notes


@pytest.mark.once
@pytest.mark.parametrize("in_doubt", [False, True])
@pytest.mark.anyio
async def test_an_interrupt_of_the_wait_names_the_key_only_if_a_job_may_exist(
    monkeypatch: pytest.MonkeyPatch, in_doubt: bool
) -> None:
    async def interrupted(seconds: float, reason: str, *waiting: Any) -> None:
        if "slot" in reason:
            raise KeyboardInterrupt

    full = service(httpx.ReadError("reset"), FULL) if in_doubt else service(FULL)
    async with over(full) as client:
        monkeypatch.setattr(client._pipeline, "pause", interrupted)
        with pytest.raises(KeyboardInterrupt) as caught:
            await client.jobs.submit("esmfold", [ENTRY], wait_for_slot=True)
    assert bool(getattr(caught.value, "__notes__", [])) == in_doubt


def quoted(*codes: str, credits: float = 5) -> httpx.Response:
    reasons = [{"code": code, "message": code} for code in codes]
    return answer({**documented("quote_job"), "estimated_credits": credits, "blocking_errors": reasons})


@pytest.mark.once
@pytest.mark.anyio
async def test_a_quote_that_only_lacks_a_slot_is_waited_for_and_its_price_checked_again() -> None:
    full = service(MADE, **{QUOTE: [quoted("concurrent_job_limit_exceeded"), quoted(credits=99)]})
    async with over(full) as client:
        with pytest.raises(SpendLimitExceeded):
            await client.jobs.submit("esmfold", [ENTRY], max_credits=50, wait_for_slot=True)
    assert full.routes == [QUOTE, QUOTE]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_quote_with_a_reason_that_does_not_pass_is_not_waited_for() -> None:
    full = service(MADE, **{QUOTE: quoted("concurrent_job_limit_exceeded", "insufficient_credits")})
    async with over(full) as client:
        with pytest.raises(InsufficientCredits):
            await client.jobs.submit("esmfold", [ENTRY], max_credits=50, wait_for_slot=True)
    assert full.routes == [QUOTE]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_timeout_without_a_wait_is_a_mistake() -> None:
    async with over(service(MADE)) as client:
        with pytest.raises(InvalidInput, match="wait_for_slot=True"):
            await client.jobs.submit("esmfold", [ENTRY], timeout=5)
