# Generated from tests/_async/test_slots.py by scripts/unasync.py. Edit that file instead.

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
    Routes,
    StillClock,
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
def test_a_run_waits_for_a_slot_and_repeats_its_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "proteiniq")
    full, clock = service(FULL, FULL, MADE), StillClock()
    with over(full, clock=clock) as client:
        assert (client.run("esmfold", [ENTRY])).job_id == "job_1"
    assert full.routes[:3] == [SUBMIT] * 3
    assert len(keys(full)) == 1
    assert 3 < sum(clock.sleeps) < 5
    waits = [each for each in caplog.records if "no job slot is free" in each.getMessage()]
    assert [each.levelname for each in waits] == ["WARNING"]


def test_a_wait_for_a_slot_ends_at_its_timeout() -> None:
    clock = StillClock()
    with over(service(FULL), clock=clock) as client:
        with pytest.raises(ConcurrentJobLimitExceeded) as caught:
            client.jobs.submit("esmfold", [ENTRY], wait_for_slot=True, timeout=60)
    assert 58 < clock.now - 1000 <= 60
    assert "No job slot became free within 60 s. Nothing was submitted" in caught.value.__notes__[-1]
    assert "wait_for_slot=True" not in str(caught.value)


def test_a_lost_response_before_the_wait_is_not_forgotten_at_its_end() -> None:
    full = service(httpx.ReadError("reset"), FULL, FULL)
    with over(full) as client:
        with pytest.raises(ConcurrentJobLimitExceeded) as caught:
            client.jobs.submit("esmfold", [ENTRY], wait_for_slot=True, timeout=5)
    (key,) = keys(full)
    assert caught.value.in_doubt
    notes = "".join(caught.value.__notes__)
    assert f"idempotency_key={key!r}" in notes
    assert "Nothing was submitted" not in notes
