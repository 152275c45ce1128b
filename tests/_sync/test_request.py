# Generated from tests/_async/test_request.py by scripts/unasync.py. Edit that file instead.

"""Requests to routes that the client has no method for."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from proteiniq import APIError, ContractError, InvalidInput, TransportError

from ..support import STATUS, StillClock, Stub, answer, change_operation, job, refusal
from .clients import over


def test_a_post_is_retried_after_a_lost_response_only_with_a_key() -> None:
    service = Stub(httpx.ReadError("reset"), answer({}))
    with over(service) as client:
        with pytest.raises(TransportError) as caught:
            client.request("POST", "/api/v1/projects", json={"name": "x"})
        assert caught.value.in_doubt
    service = Stub(httpx.ReadError("reset"), answer({}, content_type="application/json"))
    with over(service) as client:
        assert client.request("POST", "/api/v1/projects", json={"name": "x"}, idempotency_key="one") == {}
    assert [request.headers["idempotency-key"] for request in service.requests] == ["one", "one"]
    assert json.loads(service.requests[1].content) == {"name": "x"}


def test_reads_of_a_job_keep_the_pace_of_its_status() -> None:
    clock = StillClock()
    with over(Stub(answer(job())), clock=clock) as client:
        client.jobs.get("job_1")
        client.request("GET", STATUS.removeprefix("GET "))
        client.request("DELETE", STATUS.removeprefix("GET "))
    assert sum(clock.sleeps) == pytest.approx(5.0, abs=0.1)
