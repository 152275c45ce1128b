"""Ids and timeouts of waits, checked before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq import (
    InvalidInput,
    NotFound,
)

from ._sync.clients import over
from .support import (
    EVENTS,
    Routes,
    Stub,
    answer,
    events,
    job,
    refusal,
)


def test_an_unknown_status_keeps_its_name() -> None:
    with over(Stub(answer(job("RECALIBRATING")))) as client:
        found = client.jobs.get("job_1")
    assert found.status == "RECALIBRATING"
    assert not found.status.is_known
    assert not found.is_terminal


@pytest.mark.parametrize("timeout", [-1, float("nan"), "60"])
def test_a_timeout_that_is_not_a_number(timeout: Any) -> None:
    with over(Stub(answer(job()))) as client, pytest.raises(InvalidInput, match="timeout"):
        client.jobs.wait("job_1", timeout=timeout)


@pytest.mark.parametrize("job_id", ["", "  ", "..", ".", "\ud800", None, 5])
def test_a_value_that_is_not_a_job_id_is_refused(job_id: Any) -> None:
    service = Stub(answer(job()))
    with over(service) as client:
        for call in (client.jobs.get, client.jobs.cancel, client.jobs.wait, client.results.get):
            with pytest.raises(InvalidInput, match="is not a job id"):
                call(job_id)
    assert service.requests == []


def test_an_id_is_one_segment_of_the_path() -> None:
    service = Stub(answer(job()))
    with over(service) as client:
        client.jobs.get("../account?x=1#y")
    assert service.requests[0].url.raw_path == b"/api/v1/jobs/..%2Faccount%3Fx%3D1%23y/status"


@pytest.mark.case
def test_a_mapping_of_jobs_is_refused() -> None:
    jobs: Any = {"a": "job_1"}
    with over(Stub()) as client, pytest.raises(InvalidInput, match=r"got a mapping: pass its values\(\)"):
        client.jobs.wait_all(jobs)


@pytest.mark.case
def test_a_job_that_is_not_found_ends_a_wait_after_the_others() -> None:
    gone = refusal(404, "not_found")
    service = Routes(
        {
            "GET /api/v1/jobs": answer({"object": "list", "data": [], "has_more": False}),
            "GET /api/v1/jobs/job_1/status": gone,
            "GET /api/v1/jobs/job_2/status": gone,
            "GET /api/v1/jobs/job_3/status": answer(job("COMPLETED", id="job_3")),
        }
    )
    with over(service) as client:
        waited = client.jobs.wait_all(["job_1", "job_2", "job_3"])
        assert next(waited).id == "job_3"
        with pytest.raises(NotFound) as caught:
            next(waited)
    assert caught.value.job_id == "job_1"
    assert caught.value.__notes__ == ["Not found: job_2."]


@pytest.mark.case
@pytest.mark.parametrize(("status", "where"), [("COMPLETED", "has ended"), ("PROCESSING", "continues")])
def test_a_callback_that_fails_in_a_wait_leaves_where_the_job_is(status: str, where: str) -> None:
    def fail(job: object) -> None:
        raise ZeroDivisionError

    service = Routes({EVENTS: events(job(status))})
    with over(service) as client, pytest.raises(ZeroDivisionError) as caught:
        client.jobs.wait("job_1", on_update=fail)
    assert where in caught.value.__notes__[0]
