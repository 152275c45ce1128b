# Generated from tests/_async/test_batch_runs.py by scripts/unasync.py. Edit that file instead.

"""A batch over HTTP against the sandbox: what it submits, what it does about failures, and how it goes on."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq import ProteinIQ
from proteiniq._policy import following, schedule
from proteiniq._responses.messages import job_failed
from proteiniq._responses.page import Page
from proteiniq._sync import batch_prices, batch_results, batch_run, batch_search
from proteiniq._sync.jobs import Jobs
from proteiniq._sync.reads import StatusReader
from proteiniq._sync.submission import Submitter
from proteiniq._sync.wait_one import Watcher
from proteiniq._wire.clock import MachineClock
from proteiniq.batch import Batch, BatchStatus, ItemSummary, OnFailure
from proteiniq.batch._folder import BatchFolder
from proteiniq.errors import (
    BatchError,
    BatchPaused,
    ConfigurationError,
    ContractError,
    NotFound,
    TransportError,
)
from proteiniq.hooks import AttemptDetails
from proteiniq.models import JobState
from proteiniq.sandbox import Sandbox

from ..batch.folders import Disk
from ..tools import ALL

JOBS = ("POST", "/jobs")


class Service:
    """A client of a workspace of its own, and what it requests."""

    def __init__(self, sandbox: Sandbox, key: str, folder: Path, **options: Any) -> None:
        self.faults = sandbox.faults
        self.folder = folder
        self.asked: list[str] = []
        self.client = ProteinIQ(
            key, sandbox.url, rate_limit=100_000, max_retries=0, hooks=[self._note], **options
        )

    def _note(self, attempt: AttemptDetails) -> None:
        self.asked.append(attempt.operation)

    def batch(self, *texts: str, tool: str = "picky", **options: Any) -> Batch:
        items = [(f"item {place}", text) for place, text in enumerate(texts)]
        return self.client.batch(tool, items, self.folder, **options)

    def run(self, *texts: str, **options: Any) -> dict[str, ItemSummary]:
        return {outcome.id: outcome for outcome in self.batch(*texts, **options)}

    def jobs(self) -> int:
        return len([job for job in self.client.jobs.list()])

    @property
    def status(self) -> BatchStatus:
        return Batch.open(self.folder).status()

    @property
    def journal(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "journal.jsonl").read_bytes().splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.journal if event["event"] == name]


@pytest.fixture
def service(sandbox: Sandbox, key: str, tmp_path: Path) -> Iterator[Service]:
    made = Service(sandbox, key, tmp_path / "batch")
    with made.client:
        yield made
    sandbox.faults.clear()


# ---- outcomes


def test_outcomes_come_again_in_a_second_run_without_requests_for_them(service: Service) -> None:
    first = service.run("one", "two")
    assert {outcome.status for outcome in first.values()} == {"done"}
    service.asked.clear()
    assert service.run("one", "two") == first
    assert set(service.asked) <= {"get_tool"}


def test_equal_items_run_once(service: Service) -> None:
    outcomes = service.run("one", "two", "one")
    assert service.jobs() == 2
    assert outcomes["item 2"].same_as == "item 0"
    assert outcomes["item 2"].folder == outcomes["item 0"].folder
    assert sum(outcome.credits or 0.0 for outcome in outcomes.values()) == 14
    assert service.status.done == 3


@pytest.mark.case
def test_the_estimate_is_told_and_on_the_disk_before_the_first_submit(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[BatchStatus] = []

    def told(status: BatchStatus) -> None:
        if not seen:
            assert "submit_job" not in service.asked
            assert service.status.estimated_credits == 21
        seen.append(status)

    with caplog.at_level(logging.INFO, "proteiniq"):
        service.run("one", "two", "six", "one", on_progress=told)
    assert service.asked.count("quote_job") == 1
    assert (seen[0].waiting, seen[0].estimated_credits, seen[0].unquoted_items) == (4, 21, 0)
    assert "is expected to cost about 21 credits in all" in caplog.text
    assert Batch.open(service.folder).report().estimated_credits == 21


@pytest.mark.parametrize(
    "route", [JOBS, ("GET", "/results/**"), ("GET", "/jobs"), ("GET", "/jobs/*/status")], ids="{}".format
)
def test_a_key_that_becomes_invalid_pauses_the_batch(
    service: Service, monkeypatch: pytest.MonkeyPatch, route: tuple[str, str]
) -> None:
    monkeypatch.setattr(batch_run, "MOST_STREAMS", 0)
    service.faults.add(*route, times=None, status=401, code="unauthorized")
    if route == ("GET", "/jobs"):
        service.faults.add("GET", "/jobs/*/status", times=None, status=401, code="unauthorized")
    if route == ("GET", "/jobs/*/status"):
        service.faults.add("GET", "/jobs", times=None, status=404, code="not_found")
    with pytest.raises(BatchPaused, match="No item has failed by it") as caught:
        service.run("one")
    assert caught.value.reason == "unauthorized"
    assert service.status.failed == 0
    service.faults.clear()
    assert (service.run("one"))["item 0"].status == "done"
    assert service.jobs() == 1


# ---- submits without a response


def test_a_submit_whose_response_is_lost_is_found_in_the_list(service: Service) -> None:
    service.faults.add(*JOBS, cut="after")
    service.run("one", "two")
    assert service.jobs() == 2
    assert [event["item"] for event in service.events("submitted") if event.get("found")] == [0]


def test_a_submit_that_is_not_in_the_list_is_repeated_with_its_key(service: Service) -> None:
    service.faults.add(*JOBS, cut="before")
    service.run("one")
    assert service.jobs() == 1
    assert [event["attempt"] for event in service.events("submit")] == [0, 0]


def test_a_result_that_cannot_be_saved_pauses_the_batch(service: Service) -> None:
    service.run("one")
    results = service.folder / "results"
    results.rename(service.folder / "moved")
    results.touch()
    with pytest.raises(BatchPaused, match="start the batch again"):
        service.run("one", "two")
    results.unlink()
    (service.folder / "moved").rename(results)
    service.run("one", "two")
    assert service.status.done == service.jobs() == 2


# ---- interrupts


def test_breaking_out_of_the_loop_leaves_a_batch_that_goes_on(service: Service) -> None:
    with closing(service.batch("one", "two", "three").__iter__()) as outcomes:
        for _ in outcomes:
            break
    assert service.status.done < 3
    assert len(service.run("one", "two", "three")) == 3
    assert service.jobs() == 3


def test_progress_is_told_and_its_errors_leave_a_batch_that_goes_on(service: Service) -> None:
    seen: list[BatchStatus] = []

    def tell(status: BatchStatus) -> None:
        raise RuntimeError("of the caller")

    with pytest.raises(RuntimeError, match="of the caller"):
        service.run("one", "two", on_progress=tell)
    service.run("one", "two", on_progress=seen.append)
    assert (seen[0].waiting, seen[-1].done) == (2, 2)
    assert service.jobs() == 2


@pytest.mark.parametrize("name", ["submit", "submitted", "ended", "saved"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_interrupt_between_two_steps_loses_nothing(
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    moment: str,
) -> None:
    interrupt(monkeypatch, name, moment)
    with pytest.raises(Interrupt) as caught:
        service.run("one", "two")
    assert any("the same call goes on with it" in note for note in caught.value.__notes__)
    assert [each.levelno for each in caplog.records if "while it stops" in each.message] == []
    assert not unanswered(service.journal)
    service.run("one", "two")
    assert service.status.done == service.jobs() == 2


class Interrupt(BaseException):
    """As Ctrl-C is, which no event loop survives within a step."""


def interrupt(monkeypatch: pytest.MonkeyPatch, name: str, moment: str) -> None:
    """Interrupt the batch once, before or after it writes an event."""
    record: Callable[..., None] = BatchFolder.record
    interrupts = iter([Interrupt])

    def interrupted(folder: BatchFolder, now: float, event: Any) -> None:
        error = next(interrupts, None) if event.name == name else None
        if error and moment == "before":
            raise error
        record(folder, now, event)
        if error:
            raise error

    monkeypatch.setattr(BatchFolder, "record", interrupted)


def unanswered(journal: list[dict[str, Any]]) -> set[int]:
    """The items whose submits have no response in the journal."""
    found: set[int] = set()
    for event in journal:
        (found.add if event["event"] == "submit" else found.discard)(event.get("item", -1))
    return found


def test_what_fails_while_a_batch_stops_is_logged_and_left_for_the_next_run(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    record: Callable[..., None] = BatchFolder.record

    def full(folder: BatchFolder, now: float, event: Any) -> None:
        if event.name == "submitted":
            raise BatchError("no room")
        record(folder, now, event)

    monkeypatch.setattr(BatchFolder, "record", full)
    with caplog.at_level(logging.WARNING), pytest.raises(BatchError, match="no room"):
        service.run("one", "two")
    assert "while it stops: no room" in caplog.text
    monkeypatch.setattr(BatchFolder, "record", record)
    service.run("one", "two")
    assert service.status.done == service.jobs() == 2
