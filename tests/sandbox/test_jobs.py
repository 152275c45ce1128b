"""The life of a job: its states, events, failures and cancellation."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from proteiniq.sandbox import Sandbox
from proteiniq.sandbox._worker import without_paths

from .clients import Api, body, code, error, file_entry, generous, gone


@pytest.fixture(scope="module")
def one_worker() -> Iterator[Sandbox]:
    """A sandbox that runs one job at a time."""
    with generous(workers=1) as running:
        yield running


@pytest.fixture
def queue(one_worker: Sandbox, workspace: str) -> Iterator[Api]:
    """The API of that sandbox, whose queue must be empty afterwards."""
    with Api(one_worker, one_worker.create_key(workspace=workspace)) as client:
        yield client
    one_worker.reset()


def test_a_job_goes_from_queued_to_completed(queue: Api, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    first = queue.submit("waits", settings={"gate": str(gate)})
    second = queue.submit("plain")
    assert (first["status"], first["progress"], first["started_at"]) == ("QUEUED", None, None)
    running = queue.until(first["id"], progress=50)
    assert running["status"] == "PROCESSING"
    assert running["started_at"] >= running["created_at"]
    waiting = body(queue.get(f"jobs/{second['id']}/status"))
    assert waiting["status"] == "QUEUED"
    gate.touch()
    done = queue.ended(first["id"])
    assert (done["status"], done["progress"], done["error"]) == ("COMPLETED", 100, None)
    assert done["completed_at"] >= done["started_at"]
    assert queue.ended(second["id"])["status"] == "COMPLETED"


def test_several_jobs_run_concurrently(api: Api, tmp_path: Path) -> None:
    gate = str(tmp_path / "gate")
    jobs = [api.submit("waits", settings={"gate": gate})["id"] for _ in range(2)]
    for job_id in jobs:
        api.until(job_id, progress=50)
    Path(gate).touch()
    assert {api.ended(job_id)["status"] for job_id in jobs} == {"COMPLETED"}


def test_events_report_each_change_once(queue: Api, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    blocker = queue.submit("waits", settings={"gate": str(gate)})
    events = queue.events(queue.submit("waits", settings={"gate": str(gate)})["id"])
    seen = [next(events)]
    queue.until(blocker["id"], progress=50)
    gate.touch()
    seen += events
    states = [(job["status"], job["progress"]) for job in seen]
    assert states[0] == ("QUEUED", None)
    assert states[-1] == ("COMPLETED", 100)
    assert len(set(states)) == len(states)
    assert [s for s, _ in states if s == "PROCESSING"]


def test_an_event_stream_is_as_documented(api: Api) -> None:
    with api.stream("GET", f"jobs/{api.submit()['id']}/events") as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["Cache-Control"] == "private, no-cache, no-transform"
        assert response.headers["X-Accel-Buffering"] == "no"
        assert "X-RateLimit-Remaining" in response.headers
        lines = list(response.iter_lines())
    ids = [line for line in lines if line.startswith("id:")]
    assert ids == [f"id: {n + 1}" for n in range(len(ids))]
    assert all(json.loads(line[5:])["object"] == "job" for line in lines if line[:5] == "data:")


def test_a_stream_of_an_ended_job_sends_the_job_and_ends(api: Api) -> None:
    done = api.run()
    assert list(api.events(done["id"])) == [done]


def test_a_silent_stream_sends_heartbeats() -> None:
    with generous(heartbeat=0.01) as sandbox, Api(sandbox) as api:
        job_id = api.submit("waits")["id"]
        with api.stream("GET", f"jobs/{job_id}/events") as response:
            assert ": heartbeat" in iter(response.iter_lines())


def test_many_streams_of_one_job_all_end(api: Api, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    job_id = api.submit("waits", settings={"gate": str(gate)})["id"]
    started = threading.Barrier(17)

    def follow() -> str:
        with Api(api.sandbox, api.key) as own:
            events = own.events(job_id)
            next(events)
            started.wait()
            return str([job["status"] for job in events][-1])

    with ThreadPoolExecutor(16) as pool:
        futures = [pool.submit(follow) for _ in range(16)]
        started.wait()
        gate.touch()
        assert {future.result() for future in futures} == {"COMPLETED"}


def test_a_client_that_leaves_its_stream_does_not_affect_others(api: Api, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    job_id = api.submit("waits", settings={"gate": str(gate)})["id"]
    with Api(api.sandbox, api.key) as other:
        next(other.events(job_id))
    gate.touch()
    assert api.ended(job_id)["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("how", "error_code", "message"),
    [
        ("raise", "tool_error", "ValueError: cannot read copy.txt"),
        ("signal", "crashed", "The tool's process ended with signal SIGSEGV."),
        (
            "exit",
            "crashed",
            "The tool's process ended with exit code 7. Last line of its log: no licence in licence.txt",
        ),
        ("real-time signal", "crashed", f"The tool's process ended with signal {signal.SIGRTMIN + 6}."),
        ("surrogate", "tool_error", r"ValueError: no \ud800"),
        ("input", "tool_error", "ValueError: read b''"),
        ("nothing", "output_missing", "The tool did not write copy.txt."),
        ("removed", "output_missing", "The tool did not write copy.txt."),
        ("partial", "tool_error", "RuntimeError: lost interest"),
        ("list", "tool_error", "The tool's result is not a JSON object."),
    ],
)
def test_a_failure_has_a_code_and_message(api: Api, how: str, error_code: str, message: str) -> None:
    failed = api.run("fails", settings={"how": how})
    assert failed["status"] == "FAILED"
    assert failed["error"] == {"code": error_code, "message": message}
    assert failed["credits_used"] == 0


@pytest.mark.parametrize("how", ["nan", "half a character"])
def test_a_result_that_is_not_json_fails(api: Api, how: str) -> None:
    failed = api.run("fails", settings={"how": how})
    assert failed["error"]["code"] == "tool_error"


def test_a_job_past_its_time_limit_is_killed_with_everything_it_started(api: Api, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    failed = api.run("endless", settings={"pid": str(pids)})
    assert failed["status"] == "TIMEOUT"
    assert failed["error"]["code"] == "timeout"
    assert "3 s" in failed["error"]["message"]
    assert all(gone(int(pid)) for pid in pids.read_text().split())
    assert code(api.get(f"results/{failed['id']}")) == (404, "not_found")


def test_a_queued_job_can_be_cancelled(queue: Api) -> None:
    blocker, waiting = queue.submit("waits"), queue.submit("waits")
    queue.until(blocker["id"], status="PROCESSING")
    cancelled = body(queue.post(f"jobs/{waiting['id']}/cancel"))
    assert (cancelled["status"], cancelled["credits_used"]) == ("CANCELLED", 0)
    assert list(queue.events(waiting["id"])) == [cancelled]
    assert code(queue.get(f"results/{waiting['id']}")) == (404, "not_found")
    again = queue.post(f"jobs/{waiting['id']}/cancel")
    assert code(again) == (409, "conflict")
    assert error(again)["details"] == {"current_status": "CANCELLED"}


def test_a_cancel_reaches_open_streams(queue: Api) -> None:
    blocker, waiting = queue.submit("waits"), queue.submit("waits")
    queue.until(blocker["id"], status="PROCESSING")
    events = queue.events(waiting["id"])
    assert next(events)["status"] == "QUEUED"
    with Api(queue.sandbox, queue.key) as other:
        other.post(f"jobs/{waiting['id']}/cancel")
    assert [job["status"] for job in events] == ["CANCELLED"]


def test_a_running_job_cannot_be_cancelled(queue: Api) -> None:
    job_id = queue.submit("waits")["id"]
    queue.until(job_id, status="PROCESSING")
    response = queue.post(f"jobs/{job_id}/cancel")
    assert code(response) == (409, "conflict")
    assert "PROCESSING" in error(response)["message"]


def test_a_job_is_either_cancelled_or_run(api: Api) -> None:
    def race(_: int) -> tuple[int, str]:
        with Api(api.sandbox, api.key) as own:
            job_id = own.submit("priced")["id"]
            return own.post(f"jobs/{job_id}/cancel").status_code, own.ended(job_id)["status"]

    before = api.credits()
    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(race, range(24)))
    assert set(ends) <= {(200, "CANCELLED"), (409, "COMPLETED")}
    completed = sum(status == "COMPLETED" for _, status in ends)
    assert before - api.credits() == completed * 20


def test_a_file_is_read_when_the_job_is_submitted(queue: Api, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    blocker = queue.submit("waits", settings={"gate": str(gate)})
    uploaded = queue.upload(content=b"\xef\xbb\xbf>a\nMKLV\n")["id"]
    job_id = queue.submit("plain", inputs=[file_entry(uploaded)])["id"]
    assert queue.delete(f"files/{uploaded}").status_code == 200
    gate.touch()
    queue.ended(blocker["id"])
    assert queue.ended(job_id)["status"] == "COMPLETED"
    assert body(queue.get(f"results/{job_id}"))["results"] == {"length": len(">a\nMKLV\n")}


def test_a_worker_sees_no_key_in_its_environment(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROTEINIQ_API_KEY", api.key)
    job_id = api.run("choosy")["id"]
    assert body(api.get(f"results/{job_id}"))["results"]["environment"] == []


def test_a_reset_deletes_everything_but_keys(tmp_path: Path) -> None:
    with generous() as sandbox, Api(sandbox) as api:
        pid = tmp_path / "pid"
        done = api.run("priced")["id"]
        api.upload()
        running = api.submit("waits", settings={"pid": str(pid)})["id"]
        api.until(running, progress=50)
        events = api.events(running)
        next(events)
        sandbox.reset()
        assert list(events) == []
        assert code(api.get(f"jobs/{done}/status")) == (404, "not_found")
        assert body(api.get("jobs"))["data"] == body(api.get("files"))["data"] == []
        assert api.credits() == 10_000
        assert api.run()["status"] == "COMPLETED"
        assert api.run()["status"] == "COMPLETED"
        assert gone(int(pid.read_text()))


def test_a_message_keeps_only_the_last_part_of_a_path() -> None:
    text = "cannot open '/home/a b/x.pdb' or /tmp/job/y: see https://example.org/docs/z, 1/2"
    assert "/home" not in without_paths(text)
    assert without_paths(text).endswith("or y: see https://example.org/docs/z, 1/2")


def test_a_completed_job_leaves_nothing_in_its_folder(queue: Api) -> None:
    first = queue.run()["id"]
    queue.run()  # The only worker cleans up before it takes the next job.
    assert not (queue.sandbox.data / "jobs" / first).exists()


def test_a_response_comes_without_delay(api: Api) -> None:
    # With Nagle's algorithm, each of these would take 40 ms.
    elapsed = [api.get("account").elapsed.total_seconds() for _ in range(20)]
    assert min(elapsed) < 0.03
