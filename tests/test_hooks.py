"""Reports of a client's attempts: log lines, hooks, spans."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import attrs
import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from proteiniq import ConfigurationError, NotFound, ProteinIQ, ProteinIQError, TransportError
from proteiniq._wire.clock import MachineClock
from proteiniq._wire.pacers import Ticket
from proteiniq.hooks import AttemptDetails, PauseDetails
from proteiniq.opentelemetry import span_of_attempt
from proteiniq.sandbox import Sandbox

from ._sync.clients import over
from .faults.server import CUT, Piece, Server, reply, whole
from .support import (
    EVENTS,
    KEY,
    STATUS,
    FastClock,
    Routes,
    StillClock,
    Stub,
    answer,
    documented,
    job,
    refusal,
)


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=100_000, job_read_interval=0.01) as running:
        yield running


class Leaping(MachineClock):
    """A clock that moves only when someone sleeps."""

    time = 0.0

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def seen_by(service: Sandbox) -> tuple[ProteinIQ, list[AttemptDetails]]:
    seen: list[AttemptDetails] = []
    return ProteinIQ(service.api_key, service.url, hooks=[seen.append]), seen


def test_a_hook_gets_an_attempt_with_a_response(service: Sandbox) -> None:
    client, seen = seen_by(service)
    with client:
        client.account.get()
    (details,) = seen
    assert (details.operation, details.method, details.path) == ("get_account", "GET", "/api/v1/account")
    assert (details.status, details.number, details.wait, details.failure) == (200, 1, None, None)
    assert details.duration > 0


def test_a_hook_gets_the_code_of_an_error(service: Sandbox) -> None:
    client, seen = seen_by(service)
    with client, pytest.raises(NotFound):
        client.jobs.get("job_a")
    assert (seen[0].status, seen[0].code, seen[0].job_id) == (404, "not_found", "job_a")


def test_a_hook_gets_each_attempt_and_the_pause_before_the_next(service: Sandbox) -> None:
    seen: list[AttemptDetails] = []
    closed = "http://127.0.0.1:9"
    with (
        ProteinIQ(service.api_key, closed, max_retries=2, hooks=[seen.append], clock=Leaping()) as client,
        pytest.raises(TransportError),
    ):
        client.account.get()
    assert [details.number for details in seen] == [1, 2, 3]
    assert [details.failure for details in seen] == ["connect"] * 3
    assert [details.wait is None for details in seen] == [False, False, True]


def test_hooks_get_event_streams_and_downloads_too(service: Sandbox) -> None:
    client, seen = seen_by(service)
    with client:
        client.run("translate", {"nucleotide": ">x\nATGGCC"}).files[0].read()
    assert {"submit_job", "stream_job_events", "get_result", "download"} <= {each.operation for each in seen}


def test_a_hook_gets_an_interrupted_download_once_and_with_the_pause() -> None:
    with Server() as server:
        files = [{"name": "a.txt", "key": None, "content_type": "text/plain", "url": f"{server.url}/file"}]
        server.on("GET", "/api/v1/results/job_1", reply({**documented("get_result"), "files": files}))
        broken: list[Piece] = [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234", CUT]
        server.on("GET", "/file", broken, whole(b"0123456789"))
        told: list[AttemptDetails] = []
        with ProteinIQ(KEY, server.url, hooks=[told.append], clock=FastClock()) as client:
            assert client.results.get("job_1").files[0].read() == b"0123456789"
    told = [each for each in told if each.operation == "download"]
    assert [(each.status, each.failure, each.number) for each in told] == [
        (None, "protocol", 1),
        (200, None, 2),
    ]
    assert told[0].wait is not None
    assert told[1].wait is None


def test_a_hook_that_raises_does_not_stop_the_request(
    service: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(details: AttemptDetails) -> None:
        raise ZeroDivisionError

    with ProteinIQ(service.api_key, service.url, hooks=[broken]) as client:
        assert client.account.get().workspace.id
    assert "the hook" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_details_can_not_be_changed(service: Sandbox) -> None:
    client, seen = seen_by(service)
    with client:
        client.account.get()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        seen[0].status = 500  # type: ignore[misc]


def test_every_attempt_is_one_log_line(service: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "proteiniq")
    with ProteinIQ(service.api_key, service.url) as client:
        client.account.get()
    lines = [record.getMessage() for record in caplog.records if record.name == "proteiniq"]
    assert len(lines) == 1
    assert lines[0].startswith("GET /api/v1/account: 200 in ")
    assert lines[0].endswith("attempt 1")


def test_nothing_is_printed_unless_the_application_configures_logging(
    service: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    with ProteinIQ(service.api_key, service.url) as client, pytest.raises(NotFound):
        client.jobs.get("job_b")
    assert capfd.readouterr() == ("", "")


def spans_of(service: Sandbox, job: str | None) -> tuple[ReadableSpan, ...]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with ProteinIQ(service.api_key, service.url, hooks=[span_of_attempt(provider)]) as client:
        if job is None:
            client.account.get()
        else:
            with pytest.raises(NotFound):
                client.jobs.get(job)
    return exporter.get_finished_spans()


def test_an_attempt_is_a_client_span(service: Sandbox) -> None:
    (span,) = spans_of(service, None)
    assert (span.name, span.kind) == ("proteiniq get_account", SpanKind.CLIENT)
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 200
    assert span.attributes["url.path"] == "/api/v1/account"
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.end_time > span.start_time


@pytest.mark.parametrize(
    ("host", "address", "port"),
    [
        ("a.test", "a.test", None),
        ("a.test:81", "a.test", 81),
        ("[::1]", "::1", None),
        ("[::1]:81", "::1", 81),
    ],
)
def test_a_span_names_host_and_port(host: str, address: str, port: int | None) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    known: dict[str, Any] = dict.fromkeys(field.name for field in attrs.fields(AttemptDetails))
    known |= {"operation": "download", "method": "GET", "path": "/", "number": 1, "duration": 1.0}
    known |= {"host": host, "started_at": datetime(2026, 6, 12, tzinfo=UTC)}
    span_of_attempt(provider)(AttemptDetails(**known))
    (span,) = exporter.get_finished_spans()
    assert span.attributes is not None
    assert (span.attributes["server.address"], span.attributes.get("server.port")) == (address, port)


def test_a_span_of_an_error_has_an_error_status(service: Sandbox) -> None:
    (span,) = spans_of(service, "job_c")
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert span.attributes["error.type"] == "not_found"
    assert span.attributes["proteiniq.job_id"] == "job_c"


def test_no_part_of_the_secret_is_in_a_span(service: Sandbox) -> None:
    secret = service.api_key.split("_")[-1]
    assert secret not in "".join(span.to_json() for span in spans_of(service, None))


def test_a_stream_that_is_closed_at_its_planned_end_is_not_a_failure() -> None:
    clock = StillClock()

    class Stalled(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b": heartbeat\n\n"
            clock.now += 5.0
            raise httpx.ReadTimeout("nothing came")

    def stalled(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Stalled(), headers={"content-type": "text/event-stream"})

    jobs = [job("QUEUED", id=name) for name in ("job_1", "job_2")]
    ended = [{**each, "status": "FAILED"} for each in jobs]
    listing = [answer({"data": jobs}), answer({"data": ended})]
    told: list[AttemptDetails] = []
    with over(Routes({"GET /api/v1/jobs": [*listing], EVENTS: stalled}), clock=clock) as client:
        client._pipeline.config = attrs.evolve(client._pipeline.config, hooks=(told.append,))
        assert len(list(client.jobs.wait_all(["job_1", "job_2"]))) == 2
    assert [(each.operation, each.status, each.failure) for each in told] == [
        ("list_jobs", 200, None),
        ("stream_job_events", 200, None),
        ("list_jobs", 200, None),
    ]
    assert clock.sleeps == []


class Watching:
    """A hook that is told of pauses, too."""

    def __init__(self) -> None:
        self.pauses: list[PauseDetails] = []

    def __call__(self, details: AttemptDetails) -> None:
        pass

    def on_pause(self, details: PauseDetails) -> None:
        self.pauses.append(details)


def watched(
    service: Any, call: Callable[[ProteinIQ], object], *, clock: StillClock | None = None
) -> Watching:
    hook = Watching()
    with over(service, clock=clock or StillClock()) as client:
        pipeline = client._pipeline
        pipeline.config = attrs.evolve(pipeline.config, hooks=(hook, lambda details: None))
        with suppress(ProteinIQError):
            call(client)
    return hook


@pytest.mark.parametrize(("asked", "told"), [("30", [30]), ("4", [])])
def test_a_long_pause_before_a_retry_is_reported(
    asked: str, told: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "proteiniq")
    service = Stub(refusal(503, "busy", Retry_After=asked), answer(documented("get_account")))
    hook = watched(service, lambda client: client.account.get())
    assert [int(pause.seconds) for pause in hook.pauses] == told
    assert [record.message for record in caplog.records if "waiting" in record.message] == [
        f"get_account: waiting {seconds} s (retry after 503 busy)" for seconds in told
    ]


def test_a_long_pause_for_the_rate_limit_is_reported_once() -> None:
    def many(client: ProteinIQ) -> None:
        for _ in range(121):
            client.account.get()

    (pause,) = watched(Stub(answer(documented("get_account"))), many).pauses
    assert (pause.operation, pause.reason, pause.seconds > 55) == ("get_account", "rate limit", True)


def test_many_short_pauses_for_the_rate_limit_are_one_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    delays = iter([2.0, 2.0, 2.0, 0.0])
    monkeypatch.setattr(Ticket, "claim", lambda ticket, now: next(delays))
    (pause,) = watched(Stub(answer(documented("get_account"))), lambda client: client.account.get()).pauses
    assert (pause.reason, pause.seconds) == ("rate limit", 6.0)


def test_a_method_for_pauses_that_would_have_to_be_awaited_is_refused() -> None:
    class Awaited(Watching):
        async def on_pause(self, details: PauseDetails) -> None:  # type: ignore[override]
            raise AssertionError

    with pytest.raises(ConfigurationError, match="no hook is awaited"):
        ProteinIQ(KEY, hooks=[Awaited()])


def test_long_pauses_of_a_wait_for_an_unreachable_service_are_reported() -> None:
    gone = Stub(httpx.ConnectError("refused"))
    hook = watched(gone, lambda client: client.jobs.wait("job_1", timeout=300, streams=False))
    waits = [pause for pause in hook.pauses if pause.operation == "wait"]
    assert waits
    assert {(pause.reason, pause.job_id) for pause in waits} == {("its status can't be read", "job_1")}
    many = watched(gone, lambda client: list(client.jobs.wait_all(["job_1", "job_2"], timeout=300)))
    assert "wait_all" in [pause.operation for pause in many.pauses]


def test_the_pauses_of_a_quiet_job_are_not_reported() -> None:
    service = Routes({STATUS: [*[answer(job("PROCESSING"))] * 9, answer(job("COMPLETED"))]})
    assert watched(service, lambda client: client.jobs.wait("job_1", streams=False)).pauses == []


def test_a_method_for_pauses_that_raises_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Watching):
        def on_pause(self, details: PauseDetails) -> None:
            raise RuntimeError("of the hook")

    service = Stub(refusal(503, "busy", Retry_After="30"), answer(documented("get_account")))
    with over(service) as client:
        client._pipeline.config = attrs.evolve(client._pipeline.config, hooks=(Broken(),))
        client.account.get()
    assert "of the hook" in caplog.text
