"""Errors that are not the service's last word: what may come from a proxy, or too early."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from proteiniq import (
    APIError,
    ContractError,
    JobFailed,
    NotFound,
    ProteinIQError,
    TransportError,
    WaitTimeout,
)
from proteiniq._policy.retry import UNCONFIRMED_PATIENCE, VISIBLE_WITHIN, patience
from proteiniq._policy.tolerance import Recent, Tolerance
from proteiniq.errors import Conflict, ServerError

from ._sync.clients import over
from .storage import result
from .support import ENTRY, RESULT, STATUS, SUBMIT, Routes, StillClock, answer, job, refusal

PAGE = httpx.Response(404, html="default backend - 404")
"""What a load balancer sends when it knows of no server."""
WALL = httpx.Response(403, html="<title>Just a moment...</title>")
"""What a firewall sends to what it takes for a robot."""


def coded(request: httpx.Request) -> httpx.Response:
    """What a proxy sends that changes the coding."""
    return httpx.Response(200, headers={"content-encoding": "br"}, stream=httpx.ByteStream(b"?"))


NOT_FOUND = refusal(404, "not_found", "There is no such job.")

LIST = "GET /api/v1/jobs"
DONE = answer(job("COMPLETED"))


def notes(error: BaseException) -> str:
    return "".join(getattr(error, "__notes__", ()))


# ---- the policy


@pytest.mark.parametrize(
    ("error", "exists", "seconds"),
    [
        (ServerError("busy", status=503, retryable=True), False, float("inf")),
        (APIError("a page", status=404), False, UNCONFIRMED_PATIENCE),
        (NotFound("No.", status=404), False, UNCONFIRMED_PATIENCE),
        (ContractError("a page", operation="get_job"), False, UNCONFIRMED_PATIENCE),
        (TransportError("undecodable", failure="body"), False, UNCONFIRMED_PATIENCE),
        (TransportError("certificate", failure="tls"), True, 0.0),
        (NotFound("No.", status=404, code="not_found"), True, VISIBLE_WITHIN),
        (NotFound("No.", status=404, code="not_found"), False, 0.0),
        (Conflict("No.", status=409, code="conflict"), True, 0.0),
        (ProteinIQError("closed"), True, 0.0),
    ],
)
def test_how_long_a_wait_passes_over_an_error(error: ProteinIQError, exists: bool, seconds: float) -> None:
    assert patience(error, exists=exists) == seconds


def test_errors_are_passed_over_from_the_first_of_them_in_a_row() -> None:
    page, busy = APIError("a page", status=404), ServerError("busy", status=503, retryable=True)
    tolerance = Tolerance()
    assert tolerance.passes_over(busy, 0.0, exists=True)
    assert tolerance.passes_over(page, 1000.0, exists=True)
    assert tolerance.passes_over(page, 1000.0 + UNCONFIRMED_PATIENCE - 1, exists=True)
    assert not tolerance.passes_over(page, 1000.0 + UNCONFIRMED_PATIENCE, exists=True)
    assert tolerance.passes_over(busy, 2000.0, exists=True)
    assert tolerance.passes_over(page, 2010.0, exists=True)


def test_two_errors_are_passed_over_however_far_apart() -> None:
    page, gone = APIError("a page", status=404), NotFound("No.", status=404, code="not_found")
    tolerance = Tolerance()
    assert [tolerance.passes_over(page, now, exists=True) for now in (0.0, 1000.0, 2000.0)] == [
        True,
        True,
        False,
    ]
    assert not Tolerance().passes_over(gone, 0.0, exists=False)


def test_what_was_made_long_ago_is_forgotten() -> None:
    recent = Recent()
    for number in range(10):
        recent.add(f"job_{number}", number * VISIBLE_WITHIN)
    assert recent.is_recent("job_9", 9 * VISIBLE_WITHIN)
    assert len(recent._made) <= 2


def test_what_was_made_in_the_last_minute_is_remembered() -> None:
    recent = Recent()
    recent.add("job_1", 0.0)
    recent.add("job_2", VISIBLE_WITHIN)
    assert [recent.is_recent(made, VISIBLE_WITHIN) for made in ("job_1", "job_2")] == [True, True]


# ---- the status of a job


@pytest.mark.case
@pytest.mark.parametrize("page", [PAGE, WALL, coded], ids=["balancer", "firewall", "coding"])
def test_a_page_of_something_before_the_service_ends_no_wait(page: Any) -> None:
    service = Routes({STATUS: [answer(job("PROCESSING")), page, page, DONE]})
    with over(service) as client:
        assert client.jobs.wait("job_1", streams=False).status == "COMPLETED"


@pytest.mark.case
def test_pages_that_stay_end_a_wait_without_saying_that_the_job_is_gone() -> None:
    clock = StillClock()
    service = Routes({STATUS: [answer(job("PROCESSING")), PAGE]})
    with over(service, clock=clock) as client, pytest.raises(APIError, match="default backend") as caught:
        client.jobs.wait("job_1", streams=False)
    assert not isinstance(caught.value, NotFound)
    assert "Job job_1 continues" in notes(caught.value)
    assert UNCONFIRMED_PATIENCE <= clock.now - 1000 <= 2 * UNCONFIRMED_PATIENCE


@pytest.mark.case
@pytest.mark.parametrize("by_id", [False, True], ids=["job", "id"])
def test_a_job_that_was_just_made_may_not_be_visible_yet(by_id: bool) -> None:
    service = Routes({SUBMIT: answer(job(), 201), STATUS: [NOT_FOUND, NOT_FOUND, DONE]})
    with over(service) as client:
        made = client.jobs.submit("protein-parameters", [ENTRY])
        same = client.with_options(timeout=60)
        assert same.jobs.wait(made.id if by_id else made, streams=False).status == "COMPLETED"


def test_a_job_that_was_just_made_is_read_until_it_is_visible() -> None:
    service = Routes({SUBMIT: answer(job(), 201), STATUS: [NOT_FOUND, NOT_FOUND, DONE, NOT_FOUND]})
    with over(service) as client:
        made = client.jobs.submit("protein-parameters", [ENTRY])
        assert client.jobs.get(made.id).status == "COMPLETED"
        with pytest.raises(NotFound):
            client.jobs.get(made.id)
    assert service.routes.count(STATUS) <= 3 + VISIBLE_WITHIN / 5


def test_a_job_that_stays_away_for_a_minute_is_not_found() -> None:
    clock = StillClock()
    service = Routes({STATUS: [answer(job("PROCESSING")), NOT_FOUND]})
    with over(service, clock=clock) as client, pytest.raises(NotFound):
        client.jobs.wait("job_1", streams=False)
    assert VISIBLE_WITHIN <= clock.now - 1000 <= 2.5 * VISIBLE_WITHIN


def test_a_job_that_was_never_heard_of_is_not_found_at_once() -> None:
    service = Routes({STATUS: NOT_FOUND})
    with over(service) as client, pytest.raises(NotFound) as caught:
        client.jobs.wait("job_1", streams=False)
    assert service.routes == [STATUS]
    assert "continues" not in notes(caught.value)


@pytest.mark.case
def test_an_unknown_status_with_a_time_of_completion_is_the_end() -> None:
    archived = job("ARCHIVED", completed_at="2026-06-12T08:05:00Z")
    service = Routes({STATUS: [answer(job("ARCHIVING")), answer(archived)], RESULT: answer(result("a.txt"))})
    with over(service) as client:
        ended = client.jobs.wait("job_1", streams=False)
        assert (ended.status, ended.is_terminal) == ("ARCHIVED", True)
        assert client.jobs.result(ended).files.names == ("a.txt",)


# ---- the result of a job


@pytest.mark.case
@pytest.mark.parametrize("late", [NOT_FOUND, PAGE], ids=["not found", "page"])
def test_a_result_that_is_not_there_yet_is_waited_for(late: httpx.Response) -> None:
    service = Routes({STATUS: DONE, RESULT: [late, late, answer(result("a.txt"))]})
    with over(service) as client:
        ended = client.jobs.wait("job_1", streams=False)
        assert client.jobs.result(ended).files.names == ("a.txt",)


def test_a_completed_job_whose_result_never_comes_has_none() -> None:
    clock = StillClock()
    service = Routes({STATUS: DONE, RESULT: NOT_FOUND})
    with over(service, clock=clock) as client:
        ended = client.jobs.wait("job_1", streams=False)
        with pytest.raises(JobFailed, match="ended as COMPLETED without a result"):
            client.jobs.result(ended)
        assert VISIBLE_WITHIN <= clock.now - 1000 <= 2.5 * VISIBLE_WITHIN
        with pytest.raises(WaitTimeout, match="its result is not available yet"):
            client.jobs.result(ended, timeout=20)


def test_pages_in_place_of_a_result_do_not_say_that_the_job_failed() -> None:
    service = Routes({STATUS: DONE, RESULT: PAGE})
    with over(service) as client:
        ended = client.jobs.wait("job_1", streams=False)
        with pytest.raises(APIError, match="default backend") as caught:
            client.jobs.result(ended)
    assert "Job job_1 has ended and its result is kept" in notes(caught.value)


def test_a_failed_job_without_a_result_is_not_waited_for() -> None:
    service = Routes({STATUS: answer(job("FAILED")), RESULT: NOT_FOUND})
    with over(service) as client:
        ended = client.jobs.wait("job_1", streams=False)
        with pytest.raises(JobFailed):
            client.jobs.result(ended, partial=True)
    assert service.routes == [STATUS, RESULT]


# ---- many jobs


def status_of(job_id: str) -> str:
    return f"GET /api/v1/jobs/{job_id}/status"


def page_of(*jobs: dict[str, Any], more: str | None = None) -> httpx.Response:
    return answer({"object": "list", "data": jobs, "has_more": more is not None, "next_cursor": more})


JOBS = ["job_1", "job_2", "job_3"]


@pytest.mark.case
def test_a_page_whose_cursor_is_stale_ends_no_wait_for_many() -> None:
    def jobs(request: httpx.Request) -> httpx.Response:
        if "starting_after" in request.url.params:
            return refusal(400, "validation_error", "starting_after: no such job")
        return page_of(job(id="job_9"), more="job_9")

    done = {status_of(each): answer(job("COMPLETED", id=each)) for each in JOBS}
    service = Routes({LIST: jobs, **done})
    with over(service) as client:
        assert sorted(each.id for each in client.jobs.wait_all(JOBS)) == JOBS


@pytest.mark.case
@pytest.mark.parametrize("refused", [refusal(403, "forbidden"), refusal(400, "validation_error"), PAGE])
def test_without_a_list_the_statuses_are_read(refused: httpx.Response) -> None:
    done = {status_of(each): answer(job("COMPLETED", id=each)) for each in JOBS}
    service = Routes({LIST: refused, **done})
    with over(service) as client:
        assert sorted(each.id for each in client.jobs.wait_all(JOBS)) == JOBS
    assert service.routes.count(LIST) == 1


@pytest.mark.case
def test_a_missing_job_is_not_reported_as_running() -> None:
    queued = {status_of(each): answer(job(id=each)) for each in JOBS[1:]}
    silent = {f"GET /api/v1/jobs/{each}/events": httpx.Response(404) for each in JOBS}
    service = Routes({LIST: page_of(), status_of("job_1"): NOT_FOUND, **queued, **silent})
    with over(service) as client, pytest.raises(NotFound) as caught:
        list(client.jobs.wait_all(JOBS, timeout=60))
    assert "2 jobs continue and their results are kept: job_2, job_3." in notes(caught.value)


# ---- a submit that is sent twice


@pytest.mark.case
@pytest.mark.parametrize(
    "busy",
    [
        refusal(409, "conflict", "A request with this key is in progress."),
        refusal(409, "idempotency_key_in_use"),
        refusal(409, "conflict", "The first request is still processing.", Retry_After="7"),
    ],
    ids=["text", "code", "Retry-After"],
)
def test_a_submit_that_is_still_being_processed_is_sent_again(busy: httpx.Response) -> None:
    clock = StillClock()
    service = Routes({SUBMIT: [httpx.ReadError("cut"), busy, answer(job(), 201)]})
    with over(service, clock=clock) as client:
        assert client.jobs.submit("protein-parameters", [ENTRY]).id == "job_1"
    assert len({request.headers["Idempotency-Key"] for request in service.requests}) == 1
    assert "Retry-After" not in busy.headers or clock.now - 1000 >= 7


def test_a_submit_that_is_processed_for_too_long_may_have_made_a_job() -> None:
    busy = refusal(409, "conflict", "A request with this key is in progress.")
    with over(Routes({SUBMIT: busy}), max_retries=2) as client, pytest.raises(Conflict) as caught:
        client.jobs.submit("protein-parameters", [ENTRY], idempotency_key="mine")
    assert caught.value.attempts == 3
    assert caught.value.in_doubt
    assert "may have created the job" in notes(caught.value)
    assert "idempotency_key='mine'" in notes(caught.value)


def test_a_key_that_was_used_for_another_job_is_refused_at_once() -> None:
    service = Routes({SUBMIT: refusal(409, "conflict", "The key was used with another body.")})
    with over(service) as client, pytest.raises(Conflict) as caught:
        client.jobs.submit("protein-parameters", [ENTRY])
    assert service.routes == [SUBMIT]
    assert "Nothing was submitted by this call" in notes(caught.value)


@pytest.mark.case
def test_a_failure_between_two_attempts_of_a_submit_names_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = StillClock()
    with over(Routes({SUBMIT: httpx.ReadError("cut")}), clock=clock) as client:
        monkeypatch.setattr(clock, "sleep", lambda seconds: client.close())
        with pytest.raises(ProteinIQError, match="this client is closed") as caught:
            client.jobs.submit("protein-parameters", [ENTRY], idempotency_key="mine")
    assert caught.value.in_doubt
    assert "idempotency_key='mine'" in notes(caught.value)
