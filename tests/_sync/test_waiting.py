# Made from tests/_async/test_waiting.py by scripts/unasync.py: edit that file instead.

"""Waiting: events as the fast hint, the status as the truth, and a wait that ends without the job."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proteiniq import (
    Conflict,
    ContractError,
    InvalidInput,
    Job,
    JobFailed,
    JobNotCompleted,
    JobState,
    JobStatus,
    NotFound,
    ProteinIQ,
    Unauthorized,
    WaitTimeout,
)
from proteiniq.contract import Shape
from proteiniq.sandbox import Sandbox

from ..support import (
    ENTRY,
    EVENTS,
    LYSOZYME,
    RESULT,
    STATUS,
    SUBMIT,
    Routes,
    StillClock,
    Stub,
    answer,
    change_operation,
    documented,
    events,
    job,
    refusal,
)
from ..tools import ALL
from .clients import connect, over

TEXT = {"text": "anything"}


@pytest.fixture
def single() -> Iterator[ProteinIQ]:
    """A client of a sandbox that runs one job at a time, the others queue."""
    with Sandbox(workers=1, job_read_interval=0.05, max_concurrent_jobs=10, tools=ALL) as sandbox:
        with connect(sandbox) as client:
            yield client


@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
def test_a_wait_returns_the_job_that_has_ended(client: ProteinIQ, streams: bool) -> None:
    made = client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    ended = client.jobs.wait(made, streams=streams)
    assert (ended.id, ended.status, ended.is_terminal) == (made.id, "COMPLETED", True)
    assert ended.completed_at is not None


@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
def test_updates_tell_every_state_once(client: ProteinIQ, gate: Path, streams: bool) -> None:
    seen: list[Job] = []

    def update(job: Job) -> None:
        seen.append(job)
        if job.progress == 50:
            gate.touch()

    made = client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    ended = client.jobs.wait(made, on_update=update, streams=streams)
    assert seen[-1] == ended
    assert any(job.status == "PROCESSING" and job.progress == 50 for job in seen)
    assert all(one != other for one, other in itertools.pairwise(seen))


def test_events_are_iterated_until_the_job_has_ended(client: ProteinIQ) -> None:
    made = client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    states = [state.status for state in made.events()]
    assert states[-1] == "COMPLETED"


def test_a_job_that_has_ended_is_waited_for_without_a_request() -> None:
    service = Stub(answer(job("COMPLETED"), 201))
    with over(service) as client:
        made = client.jobs.submit("protein-parameters", [ENTRY])
        assert made.wait() is made
    assert len(service.requests) == 1


@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
def test_a_wait_that_times_out_leaves_the_job_running_and_names_it(
    client: ProteinIQ, gate: Path, streams: bool
) -> None:
    made = client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    with pytest.raises(WaitTimeout, match="the wait ended after 20 s") as caught:
        client.jobs.wait(made, timeout=20, streams=streams)
    assert caught.value.job_id == caught.value.job.id == made.id
    assert not caught.value.job.is_terminal
    assert f"client.jobs.wait({made.id!r})" in str(caught.value)
    gate.touch()
    assert (client.jobs.wait(made.id)).status == "COMPLETED"


def test_run_submits_waits_and_gets_the_result(client: ProteinIQ) -> None:
    seen: list[str] = []
    result = client.run(
        "protein-parameters",
        {"protein": LYSOZYME},
        name="mine",
        on_update=lambda job: seen.append(job.status),
        timeout=10_000,
    )
    assert result.status == seen[-1] == "COMPLETED"
    assert (client.jobs.get(result.job_id)).name == "mine"


def test_a_run_that_fails_says_why(client: ProteinIQ) -> None:
    with pytest.raises(JobFailed, match="no convergence after 12 steps") as caught:
        client.run("broken", TEXT)
    assert caught.value.job.status == "FAILED"
    assert caught.value.job_id == caught.value.job.id


def test_a_failed_job_with_output_has_a_result(client: ProteinIQ) -> None:
    result = client.run("broken", TEXT, {"partial": True})
    assert result.status == "FAILED"
    assert result.files["copy.txt"].text() == "half"


def test_a_queued_job_is_cancelled(single: ProteinIQ, gate: Path) -> None:
    single.jobs.submit("gate", TEXT, {"gate": str(gate)})
    queued = single.jobs.submit("gate", TEXT, {"gate": str(gate)})
    cancelled = queued.cancel()
    assert cancelled.status == "CANCELLED"
    with pytest.raises(JobFailed, match="ended CANCELLED without a result"):
        cancelled.result()


def test_a_running_job_can_not_be_cancelled(client: ProteinIQ, gate: Path) -> None:
    made = client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    for state in made.events():
        if state.progress == 50 and not gate.exists():
            with pytest.raises(Conflict) as caught:
                client.jobs.cancel(made.id)
            assert "Only queued jobs can be cancelled" in "".join(caught.value.__notes__)
            gate.touch()
    assert (made.wait()).status == "COMPLETED"


CANCEL = "POST /api/v1/jobs/job_1/cancel"
JOB = "GET /api/v1/jobs/job_1"
"""The whole job, where the contract has a route for it besides the status."""


ACCEPTED = {
    "202": httpx.Response(202),
    "204": httpx.Response(204),
    "HTML": httpx.Response(200, html="<h1>Done</h1>"),
    "text": httpx.Response(200, text="OK"),
    "a list": answer([]),
    "a job without a status": answer({"id": "job_1"}),
    "a status that is no text": answer(job(7)),  # type: ignore[arg-type]
}
"""Successes that don't say what became of the job."""


@pytest.mark.parametrize("accepted", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_the_job_is_read_once_when_the_success_of_its_cancel_does_not_tell_it(
    accepted: httpx.Response,
) -> None:
    service = Routes({CANCEL: accepted, STATUS: answer(job("CANCELLED", name="mine"))})
    with over(service) as client:
        cancelled = client.jobs.cancel("job_1")
    assert (cancelled.id, cancelled.status, cancelled.name) == ("job_1", "CANCELLED", "mine")
    assert service.routes == [CANCEL, STATUS]


def test_the_whole_job_is_read_after_a_cancel_where_there_is_a_route_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "get_job", absent=False)
    service = Routes({CANCEL: httpx.Response(202), JOB: answer(job("CANCELLED"))})
    with over(service) as client:
        assert (client.jobs.cancel("job_1")).status == "CANCELLED"
    assert service.routes == [CANCEL, JOB]


def test_a_cancel_that_tells_the_whole_job_reads_nothing_more() -> None:
    service = Routes({CANCEL: answer(job("CANCELLED"))})
    with over(service) as client:
        assert (client.jobs.cancel("job_1")).status == "CANCELLED"
    assert service.routes == [CANCEL]


def test_a_job_that_is_cancelled_in_the_background_comes_as_it_is() -> None:
    service = Routes({CANCEL: answer(job("QUEUED"), 202), STATUS: answer(job("QUEUED"))})
    with over(service) as client:
        assert (client.jobs.cancel("job_1")).status == "QUEUED"
    assert service.routes == [CANCEL, STATUS]


def test_what_a_cancel_told_and_the_job_are_put_together() -> None:
    told = {"status": "CANCELLED", "completed_at": "2026-06-12T08:05:00Z"}
    service = Routes({CANCEL: answer(told), STATUS: answer(job("QUEUED", name="mine", completed_at=None))})
    with over(service) as client:
        cancelled = client.jobs.cancel("job_1")
    assert (cancelled.status, cancelled.name) == ("CANCELLED", "mine")
    assert cancelled.completed_at is not None


@pytest.mark.parametrize(
    "status",
    [httpx.ConnectError("refused"), refusal(404, "not_found"), refusal(500, "internal_error"), answer({})],
    ids=["refused", "404", "500", "{}"],
)
@pytest.mark.parametrize(
    ("accepted", "known"),
    [(httpx.Response(202), "UNKNOWN"), (answer({"status": "CANCELLED"}), "CANCELLED")],
    ids=["202", "slim"],
)
def test_a_cancel_that_was_accepted_is_no_failure_though_the_job_can_not_be_read(
    caplog: pytest.LogCaptureFixture, accepted: httpx.Response, known: str, status: Any
) -> None:
    with over(Routes({CANCEL: accepted, STATUS: status})) as client:
        cancelled = client.jobs.cancel("job_1")
    assert (cancelled.id, cancelled.status) == ("job_1", known)
    (warning,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "job job_1: the service accepted the cancel, and its state can't be read" in warning.message


def test_a_cancel_that_the_contract_lacks_is_said_when_a_wait_runs_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "cancel_job", absent=True)
    service = Routes({EVENTS: httpx.Response(404), STATUS: answer(job("QUEUED"))})
    with over(service) as client:
        with pytest.raises(WaitTimeout, match=r"could not be cancelled.*no way to cancel job") as caught:
            client.jobs.wait("job_1", timeout=10, cancel_on_timeout=True)
    assert caught.value.cancelled is None
    assert CANCEL not in service.routes


def test_a_job_that_an_earlier_attempt_cancelled_is_cancelled() -> None:
    repeated: list[Any] = [refusal(429, "rate_limited", Retry_After="1"), refusal(409, "conflict")]
    service = Routes({CANCEL: repeated, STATUS: answer(job("CANCELLED"))})
    with over(service) as client:
        assert (client.jobs.cancel("job_1")).status == "CANCELLED"


@pytest.mark.parametrize("status", [answer(job("PROCESSING")), refusal(404, "not_found")])
def test_a_job_that_no_attempt_cancelled_is_a_conflict(status: httpx.Response) -> None:
    repeated: list[Any] = [refusal(429, "rate_limited", Retry_After="1"), refusal(409, "conflict")]
    with over(Routes({CANCEL: repeated, STATUS: status})) as client:
        with pytest.raises(Conflict) as caught:
            client.jobs.cancel("job_1")
    assert "Only queued jobs can be cancelled" in "".join(caught.value.__notes__)


def test_there_is_no_result_before_the_end(client: ProteinIQ, gate: Path) -> None:
    made = client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    with pytest.raises(JobNotCompleted) as caught:
        client.results.get(made.id)
    assert caught.value.retry_after == 0.05
    assert caught.value.details["current_status"] in ("QUEUED", "PENDING", "PROCESSING")
    assert caught.value.job_id == made.id
    gate.touch()
    assert (made.result()).data == {"length": 8}


def test_refresh_reads_the_status_again(client: ProteinIQ) -> None:
    made = client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    made.wait()
    assert (made.refresh()).status == "COMPLETED"


@pytest.mark.parametrize("wait", [False, True], ids=["get", "wait"])
def test_a_job_that_there_is_not(client: ProteinIQ, wait: bool) -> None:
    call: Callable[[str], Any] = client.jobs.wait if wait else client.jobs.get
    with pytest.raises(NotFound) as caught:
        call("job_nobody")
    assert caught.value.job_id == "job_nobody"
    assert "goes on" not in "".join(getattr(caught.value, "__notes__", []))


# ---- against a service that misbehaves, in time that only sleeps move


def test_an_unknown_status_is_not_the_end() -> None:
    service = Routes({EVENTS: events(job("RECALIBRATING"), job("COMPLETED"))})
    seen: list[str] = []
    with over(service) as client:
        ended = client.jobs.wait("job_1", on_update=lambda job: seen.append(job.status))
    assert seen == ["RECALIBRATING", "COMPLETED"]
    assert ended.status.is_known


def test_an_unknown_status_keeps_its_name() -> None:
    with over(Stub(answer(job("RECALIBRATING")))) as client:
        found = client.jobs.get("job_1")
    assert found.status == "RECALIBRATING"
    assert not found.status.is_known
    assert not found.is_terminal


@pytest.mark.parametrize(
    "refused",
    [
        refusal(404, "not_found"),
        refusal(405, "method_not_allowed"),
        httpx.Response(501),
        httpx.Response(200, html="<h1>Welcome</h1>"),
        answer(job("PROCESSING")),
    ],
    ids=["404", "405", "501", "html", "json"],
)
def test_without_an_event_stream_the_status_is_polled(refused: httpx.Response) -> None:
    service = Routes({EVENTS: refused, STATUS: [answer(job("PROCESSING")), answer(job("COMPLETED"))]})
    with over(service) as client:
        assert (client.jobs.wait("job_1")).status == "COMPLETED"
    assert service.routes == [EVENTS, STATUS, STATUS]


def test_polling_asks_for_no_event_stream() -> None:
    service = Routes({STATUS: [answer(job()), answer(job("PROCESSING")), answer(job("COMPLETED"))]})
    clock = StillClock()
    with over(service, clock=clock) as client:
        client.jobs.wait("job_1", streams=False)
    assert service.routes == [STATUS] * 3
    assert sum(clock.sleeps) >= 10


def test_a_stream_that_ends_early_is_no_end_of_the_job() -> None:
    service = Routes(
        {
            EVENTS: [events(job("QUEUED")), events(job("PROCESSING")), events(job("COMPLETED"))],
            STATUS: answer(job("PROCESSING")),
        }
    )
    with over(service) as client:
        assert (client.jobs.wait("job_1")).status == "COMPLETED"


def test_the_end_may_come_between_stream_and_status() -> None:
    service = Routes({EVENTS: events(job("PROCESSING")), STATUS: answer(job("COMPLETED"))})
    with over(service) as client:
        assert (client.jobs.wait("job_1")).status == "COMPLETED"
    assert service.routes == [EVENTS, STATUS]


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        refusal(500, "internal_error"),
        refusal(429, "rate_limited", Retry_After="30"),
        httpx.Response(502, html="<h1>Bad gateway</h1>"),
    ],
    ids=["connect", "timeout", "500", "429", "502"],
)
def test_faults_that_pass_do_not_end_a_wait(fault: Any) -> None:
    service = Routes(
        {
            EVENTS: [fault, fault, fault, events(job("COMPLETED"))],
            STATUS: [fault] * 12 + [answer(job("PROCESSING"))],
        }
    )
    with over(service) as client:
        assert (client.jobs.wait("job_1")).status == "COMPLETED"


def test_a_key_that_was_revoked_ends_a_wait() -> None:
    service = Routes({EVENTS: refusal(401, "unauthorized"), STATUS: refusal(401, "unauthorized")})
    with over(service) as client:
        with pytest.raises(Unauthorized) as caught:
            client.jobs.wait("job_1")
    assert "Job job_1 goes on" in "".join(caught.value.__notes__)


def test_events_about_something_else_are_passed_over() -> None:
    strangers = [
        "not json",
        [1, 2],
        {"id": "job_2", "status": "COMPLETED"},
        {"id": "job_1"},
        {"id": "job_1", "status": 7},
        {"heartbeat": True},
    ]
    service = Routes({EVENTS: events(*strangers, job("COMPLETED", name="mine"))})
    with over(service) as client:
        assert (client.jobs.wait("job_1")).name == "mine"


@pytest.mark.parametrize("operation", ["get_job_status", "submit_job"])
def test_events_are_read_as_the_contract_spells_a_status_or_a_job(
    monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    shape = Shape(
        at=("job",),
        moves=((("status",), ("state",)), (("id",), ("jobId",))),
        values={"status": {"COMPLETED": "done"}},
    )
    change_operation(monkeypatch, operation, answer=shape)
    other = {"job": {"jobId": "job_2", "state": "done"}}
    mine = {"job": {"jobId": "job_1", "state": "done", "name": "mine"}}
    with over(Routes({EVENTS: events(other, mine)})) as client:
        ended = client.jobs.wait("job_1")
    assert (ended.id, ended.status, ended.name) == ("job_1", "COMPLETED", "mine")
    assert ended.raw == mine["job"]


def test_an_event_that_says_only_the_status_keeps_what_was_known() -> None:
    service = Routes({SUBMIT: answer(job(name="mine"), 201), EVENTS: events({"status": "COMPLETED"})})
    with over(service) as client:
        made = client.jobs.submit("protein-parameters", [ENTRY])
        ended = made.wait()
    assert (ended.id, ended.name, ended.status) == ("job_1", "mine", "COMPLETED")


WHY = {"code": "out_of_memory", "message": "It needs 80 GB"}
FAILED = {"status": "FAILED"}
"""What an event may say of a job that failed: nothing of why."""


@pytest.mark.parametrize("whole", [False, True], ids=["status", "job"])
@pytest.mark.parametrize("status", ["FAILED", "CANCELLED", "TIMEOUT", "BUDGET_EXCEEDED"])
def test_an_event_that_does_not_say_why_a_job_ended_is_followed_by_one_read(
    monkeypatch: pytest.MonkeyPatch, status: str, whole: bool
) -> None:
    change_operation(monkeypatch, "get_job", absent=not whole)
    route = JOB if whole else STATUS
    service = Routes({EVENTS: events({"status": status}), route: answer(job(status, error=WHY))})
    seen: list[Job] = []
    with over(service) as client:
        ended = client.jobs.wait("job_1", on_update=seen.append)
    assert ended.error is not None
    assert (ended.status, ended.error.message) == (status, "It needs 80 GB")
    assert seen == [ended]
    assert service.routes == [EVENTS, route]


def test_updates_before_the_end_come_before_the_reason_is_read() -> None:
    service = Routes(
        {
            EVENTS: events({"status": "QUEUED"}, {"status": "PROCESSING"}, FAILED),
            STATUS: answer(job("FAILED", error=WHY)),
        }
    )
    with over(service) as client:
        seen = [(state.status, state.error is not None) for state in client.jobs.events("job_1")]
    assert seen == [("QUEUED", False), ("PROCESSING", False), ("FAILED", True)]


def test_the_reason_of_a_failure_is_in_the_error_of_its_result() -> None:
    gone = refusal(404, "not_found")
    service = Routes({EVENTS: events(FAILED), STATUS: answer(job("FAILED", error=WHY)), RESULT: gone})
    with over(service) as client:
        with pytest.raises(JobFailed, match=r"ended FAILED without a result: It needs 80 GB"):
            client.jobs.result("job_1")


@pytest.mark.parametrize(
    "told",
    [{"status": "COMPLETED"}, {**FAILED, "error": WHY}, job("FAILED", error=None)],
    ids=["a success", "a reason", "a whole job"],
)
def test_an_end_that_leaves_nothing_open_is_followed_by_no_read(told: dict[str, Any]) -> None:
    service = Routes({EVENTS: events(told)})
    with over(service) as client:
        assert (client.jobs.wait("job_1")).status == told["status"]
    assert service.routes == [EVENTS]


def test_a_status_that_does_not_say_why_a_job_failed_is_followed_by_one_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "get_job", absent=False)
    service = Routes({STATUS: answer(FAILED), JOB: answer(job("FAILED", error=WHY))})
    with over(service) as client:
        ended = client.jobs.wait("job_1", streams=False)
    assert ended.error is not None
    assert service.routes == [STATUS, JOB]


def test_a_status_is_not_read_twice_for_a_reason() -> None:
    service = Routes({STATUS: answer(FAILED)})
    with over(service) as client:
        assert (client.jobs.wait("job_1", streams=False)).error is None
    assert service.routes == [STATUS]


@pytest.mark.parametrize(
    "status",
    [httpx.ConnectError("refused"), refusal(404, "not_found"), answer(job("PROCESSING")), answer({})],
    ids=["refused", "404", "it lags", "{}"],
)
def test_a_reason_that_can_not_be_read_does_not_undo_the_end(status: Any) -> None:
    seen: list[str] = []
    service = Routes({EVENTS: events(FAILED), STATUS: status})
    with over(service) as client:
        ended = client.jobs.wait("job_1", on_update=lambda job: seen.append(job.status))
    assert (ended.id, ended.status, ended.error) == ("job_1", "FAILED", None)
    assert seen == ["FAILED"]


def test_a_wait_ends_at_its_deadline_though_the_service_is_gone() -> None:
    clock = StillClock()
    with over(Stub(httpx.ConnectError("refused")), clock=clock) as client:
        with pytest.raises(WaitTimeout, match="its state could not be read") as caught:
            client.jobs.wait("job_1", timeout=300)
    assert clock.now <= 1000 + 300
    assert caught.value.job.status == "UNKNOWN"


def test_a_wait_of_no_time_at_all() -> None:
    service = Stub(httpx.ConnectError("refused"))
    with over(service) as client:
        with pytest.raises(WaitTimeout):
            client.jobs.wait("job_1", timeout=0)
    assert service.requests == []


@pytest.mark.parametrize("timeout", [-1, float("nan"), "60"])
def test_a_timeout_that_is_no_time(timeout: Any) -> None:
    with over(Stub(answer(job()))) as client:
        with pytest.raises(InvalidInput, match="timeout"):
            client.jobs.wait("job_1", timeout=timeout)


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, RuntimeError])
def test_what_interrupts_a_wait_says_that_the_job_goes_on(interrupt: type[BaseException]) -> None:
    def update(job: Job) -> None:
        raise interrupt

    with over(Routes({EVENTS: events(job("PROCESSING"))})) as client:
        with pytest.raises(interrupt) as caught:
            client.jobs.wait("job_1", on_update=update)
    assert any("client.jobs.wait('job_1')" in note for note in caught.value.__notes__)


def test_a_status_that_is_no_json_names_its_operation() -> None:
    service = Routes({EVENTS: httpx.Response(404), STATUS: httpx.Response(200, html="<h1>Log in</h1>")})
    with over(service) as client:
        with pytest.raises(ContractError, match="<h1>Log in</h1>") as caught:
            client.jobs.wait("job_1")
    assert caught.value.operation == "get_job_status"


def test_a_result_that_is_late_is_asked_for_again() -> None:
    late = refusal(409, "job_not_completed", Retry_After="5")
    service = Routes({RESULT: [late, late, answer({**documented("get_result"), "job_id": "job_1"})]})
    with over(service) as client:
        state = JobState(
            id="job_1",
            status=JobStatus.COMPLETED,
            tool=None,
            name=None,
            progress=None,
            created_at=None,
            started_at=None,
            completed_at=None,
            credits_used=None,
            error=None,
        )
        assert (client.jobs.result(state)).job_id == "job_1"
    assert service.routes == [RESULT] * 3


@pytest.mark.parametrize("status", ["CANCELLED", "TIMEOUT"])
def test_a_job_that_can_have_no_result_is_not_asked_for_one(status: str) -> None:
    why = {"code": "time_limit", "message": "It took too long"}
    service = Routes({EVENTS: events(job(status, error=why))})
    with over(service) as client:
        with pytest.raises(JobFailed, match=rf"ended {status} without a result: It took too long") as caught:
            client.jobs.result("job_1")
    assert caught.value.job.error is not None
    assert caught.value.job.error.code == "time_limit"


@pytest.mark.parametrize("job_id", ["", "  ", "..", ".", "\ud800", None, 5])
def test_an_id_that_can_be_none(job_id: Any) -> None:
    service = Stub(answer(job()))
    with over(service) as client:
        for call in (client.jobs.get, client.jobs.cancel, client.jobs.wait, client.results.get):
            with pytest.raises(InvalidInput, match="is no job id"):
                call(job_id)
    assert service.requests == []


def test_an_id_is_one_segment_of_the_path() -> None:
    service = Stub(answer(job()))
    with over(service) as client:
        client.jobs.get("../account?x=1#y")
    assert service.requests[0].url.raw_path == b"/api/v1/jobs/..%2Faccount%3Fx%3D1%23y/status"
