# Generated from tests/_async/test_submit.py by scripts/unasync.py. Edit that file instead.

"""Submitting: one call makes one job, even if responses are lost."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from proteiniq import (
    APIError,
    Conflict,
    DailyLimitExceeded,
    InsufficientCredits,
    InvalidInput,
    PaymentRequired,
    ProteinIQ,
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
    Routes,
    StillClock,
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


def test_every_submit_has_its_own_key() -> None:
    service = Stub(answer(job(), 201))
    with over(service) as client:
        client.jobs.submit("protein-parameters", [ENTRY])
        client.jobs.submit("protein-parameters", [ENTRY])
    first, second = keys(service)
    assert first != second


def test_a_given_key_is_sent() -> None:
    service = Stub(answer(job(), 201))
    with over(service) as client:
        client.jobs.submit("protein-parameters", [ENTRY], idempotency_key="plate 7, well A1")
    assert keys(service) == ["plate 7, well A1"]


def test_when_all_responses_are_lost_the_error_names_the_key_to_repeat() -> None:
    service = Stub(httpx.ReadError("reset"))
    with over(service) as client:
        with pytest.raises(TransportError) as caught:
            client.jobs.submit("protein-parameters", [ENTRY])
    (key,) = set(keys(service))
    assert f"idempotency_key={key!r}" in "".join(caught.value.__notes__)
    assert caught.value.attempts == 5
    assert caught.value.retryable
    assert caught.value.sent


def test_an_interrupted_submit_names_the_key_to_repeat() -> None:
    def interrupted(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    service = Stub(interrupted)
    with over(service) as client:
        with pytest.raises(KeyboardInterrupt) as caught:
            client.jobs.submit("protein-parameters", [ENTRY])
    (key,) = keys(service)
    assert f"idempotency_key={key!r}" in "".join(caught.value.__notes__)


def test_a_lost_response_makes_one_job(sandbox: Sandbox, key: str) -> None:
    with LossyProxy(sandbox.url) as proxy:
        proxy.plan(["lose the answer"] * 2)
        with connect(sandbox, key, base_url=proxy.url) as client:
            made = client.jobs.submit("protein-parameters", [{**ENTRY, "content": LYSOZYME}])
            assert [each.id for each in client.jobs.list()] == [made.id]
    assert proxy.lines.count("POST /api/v1/jobs") == 3


def test_a_truncated_response_makes_one_job(sandbox: Sandbox, key: str) -> None:
    with LossyProxy(sandbox.url) as proxy:
        proxy.plan(["cut the answer"])
        with connect(sandbox, key, base_url=proxy.url) as client:
            made = client.jobs.submit("protein-parameters", [{**ENTRY, "content": LYSOZYME}])
            assert [each.id for each in client.jobs.list()] == [made.id]


def test_the_same_key_and_job_again_give_the_same_job(client: ProteinIQ) -> None:
    first = client.jobs.submit("protein-parameters", {"protein": LYSOZYME}, idempotency_key="one")
    second = client.jobs.submit("protein-parameters", {"protein": LYSOZYME}, idempotency_key="one")
    assert first.id == second.id


def test_a_quote_above_max_credits_submits_nothing() -> None:
    service = Routes({QUOTE: answer({**documented("quote_job"), "estimated_credits": 51})})
    with over(service) as client:
        with pytest.raises(
            SpendLimitExceeded, match="would cost 51 credits, more than max_credits=50"
        ) as caught:
            client.jobs.submit("esmfold", [ENTRY], max_credits=50)
    assert service.routes == [QUOTE]
    assert (caught.value.estimated_credits, caught.value.max_credits) == (51, 50)


def test_a_final_refusal_is_not_retried() -> None:
    service = Stub(refusal(400, "validation_error"))
    with over(service) as client:
        with pytest.raises(ValidationError):
            client.jobs.submit("protein-parameters", [ENTRY])
    assert len(service.requests) == 1


def test_a_submit_waits_for_retry_after() -> None:
    service = Stub(refusal(429, "rate_limited", Retry_After="40"), answer(job(), 201))
    clock = StillClock()
    with over(service, clock=clock) as client:
        client.jobs.submit("protein-parameters", [ENTRY])
    assert sum(clock.sleeps) >= 40
