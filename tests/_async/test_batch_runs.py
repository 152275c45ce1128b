"""A batch over HTTP against the sandbox: what it submits, what it does about failures, and how it goes on."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq import AsyncProteinIQ
from proteiniq._async import batch_prices, batch_results, batch_run, batch_search
from proteiniq._async.jobs import AsyncJobs
from proteiniq._async.reads import AsyncStatusReader
from proteiniq._async.submission import AsyncSubmitter
from proteiniq._async.wait_one import AsyncWatcher
from proteiniq._policy import following, schedule
from proteiniq._responses.messages import job_failed
from proteiniq._responses.page import Page
from proteiniq._wire.clock import AsyncMachineClock
from proteiniq.batch import AsyncBatch, BatchStatus, ItemSummary, OnFailure
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
        self.client = AsyncProteinIQ(
            key, sandbox.url, rate_limit=100_000, max_retries=0, hooks=[self._note], **options
        )

    def _note(self, attempt: AttemptDetails) -> None:
        self.asked.append(attempt.operation)

    def batch(self, *texts: str, tool: str = "picky", **options: Any) -> AsyncBatch:
        items = [(f"item {place}", text) for place, text in enumerate(texts)]
        return self.client.batch(tool, items, self.folder, **options)

    async def run(self, *texts: str, **options: Any) -> dict[str, ItemSummary]:
        return {outcome.id: outcome async for outcome in self.batch(*texts, **options)}

    async def jobs(self) -> int:
        return len([job async for job in self.client.jobs.list()])

    @property
    def status(self) -> BatchStatus:
        return AsyncBatch.open(self.folder).status()

    @property
    def journal(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "journal.jsonl").read_bytes().splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.journal if event["event"] == name]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses: the sandbox is near."""
    for name, seconds in {
        "SEARCH_AFTER": 0.05,
        "LONGEST_BACKOFF": 0.05,
    }.items():
        monkeypatch.setattr(schedule, name, seconds)
    monkeypatch.setattr(following, "EARLIEST_LOOK", 0.1)
    monkeypatch.setattr(following, "LONGEST_GAP", 0.5)


@pytest.fixture
async def service(sandbox: Sandbox, key: str, tmp_path: Path) -> AsyncIterator[Service]:
    made = Service(sandbox, key, tmp_path / "batch")
    async with made.client:
        yield made
    sandbox.faults.clear()


# ---- outcomes


@pytest.mark.anyio
async def test_outcomes_come_again_in_a_second_run_without_requests_for_them(service: Service) -> None:
    first = await service.run("one", "two")
    assert {outcome.status for outcome in first.values()} == {"done"}
    service.asked.clear()
    assert await service.run("one", "two") == first
    assert set(service.asked) <= {"get_tool"}


@pytest.mark.anyio
@pytest.mark.once
async def test_more_items_extend_a_batch(service: Service) -> None:
    await service.run("one")
    assert len(await service.run("one", "two")) == 2
    assert await service.jobs() == 2


@pytest.mark.anyio
@pytest.mark.once
async def test_other_items_than_before_are_refused_by_name(service: Service) -> None:
    await service.run("one", "two")
    with pytest.raises(BatchError, match=r"item 'item 1' .* has other inputs now"):
        await service.run("one", "three")
    assert await service.jobs() == 2


@pytest.mark.anyio
async def test_equal_items_run_once(service: Service) -> None:
    outcomes = await service.run("one", "two", "one")
    assert await service.jobs() == 2
    assert outcomes["item 2"].same_as == "item 0"
    assert outcomes["item 2"].folder == outcomes["item 0"].folder
    assert sum(outcome.credits or 0.0 for outcome in outcomes.values()) == 14
    assert service.status.done == 3


@pytest.mark.anyio
@pytest.mark.once
async def test_an_item_that_equals_a_failed_one_fails_with_it(service: Service) -> None:
    outcomes = await service.run("fail", "fail")
    assert [outcome.status for outcome in outcomes.values()] == ["failed", "failed"]
    assert await service.jobs() == 1
    service.asked.clear()
    assert [outcome.status for outcome in (await service.run("fail", "fail")).values()] == [
        "failed",
        "failed",
    ]
    assert "submit_job" not in service.asked


@pytest.mark.anyio
@pytest.mark.once
async def test_only_the_data_are_kept_if_told_so(service: Service) -> None:
    await service.run("one", keep="data")
    (outcome,) = AsyncBatch.open(service.folder).items()
    assert outcome.folder is not None
    saved = service.folder / outcome.folder
    assert [path.name for path in saved.iterdir()] == ["result.json"]
    assert AsyncBatch.open(service.folder).result(outcome) == {"length": 3}


@pytest.mark.anyio
@pytest.mark.once
async def test_all_of_a_result_is_on_the_disk_before_it_is_recorded(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    ((_, outcome),) = (await service.run("one")).items()
    assert outcome.folder is not None
    saved = service.folder / outcome.folder
    assert disk.names[saved.parent] == {saved.name}
    assert disk.names[saved] == {"result.json", "files"}
    assert disk.names[saved / "files"] == {path.name for path in (saved / "files").iterdir()}


@pytest.mark.anyio
@pytest.mark.once
async def test_the_folder_tells_how_far_a_batch_is_while_it_runs(service: Service) -> None:
    done = [service.status.done async for _ in service.batch("one", "two", "three")]
    assert sorted(done) == done
    assert done[-1] == 3


@pytest.mark.anyio
@pytest.mark.once
async def test_the_name_of_a_job_shows_its_item_in_one_short_line(service: Service) -> None:
    items = {f"a\n{'b' * 300}": "one"}
    async for _ in service.client.batch("picky", items, service.folder, name="screen"):
        pass
    (job,) = [job async for job in service.client.jobs.list()]
    assert str(job.name).startswith("screen a bbb")
    assert len(str(job.name)) < 100


@pytest.mark.anyio
@pytest.mark.once
async def test_run_returns_the_totals_and_results_are_reused(service: Service, tmp_path: Path) -> None:
    status = await service.batch("one").run()
    assert (status.done, status.finished) == (1, True)
    service.folder = tmp_path / "other"
    assert (await service.batch("one", "two", reuse=tmp_path / "batch").run()).done == 2
    assert await service.jobs() == 2


@pytest.mark.anyio
@pytest.mark.once
async def test_a_batch_that_was_opened_to_look_at_it_is_not_run(service: Service) -> None:
    await service.run("one")
    with pytest.raises(ConfigurationError, match=r"call client\.batch with its folder"):
        await AsyncBatch.open(service.folder).run()


# ---- failures


@pytest.mark.anyio
@pytest.mark.once
async def test_an_item_that_the_service_refuses_fails_alone(service: Service) -> None:
    service.faults.add(*JOBS, status=400, code="validation_error", message="Too odd.")
    outcomes = await service.run("one", "two", "three")
    failed = [outcome for outcome in outcomes.values() if outcome.status == "failed"]
    assert [(each.code, each.message) for each in failed] == [
        ("validation_error", "Too odd (validation_error, POST /api/v1/jobs)")
    ]
    assert await service.jobs() == 2


@pytest.mark.anyio
@pytest.mark.once
async def test_an_item_whose_job_fails_fails_alone(service: Service) -> None:
    outcomes = await service.run("one", "fail", "three")
    assert [outcome.status for _, outcome in sorted(outcomes.items())] == ["done", "failed", "done"]
    assert "told to fail" in str(outcomes["item 1"].message)


@pytest.mark.anyio
@pytest.mark.once
async def test_a_failure_stops_the_batch_if_told_so(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "MOST_REQUESTS", 1)
    service.faults.add(*JOBS, status=400, code="validation_error")
    with pytest.raises(BatchPaused, match="an item failed") as caught:
        await service.run("one", "two", on_failure="stop")
    assert caught.value.reason == "failures"
    assert "an item failed" in str(service.status.paused)
    assert (await service.run("one", "two"))["item 1"].status == "done"
    assert service.status.paused is None


@pytest.mark.anyio
@pytest.mark.once
async def test_failed_jobs_are_submitted_again_as_new_ones_that_cost_again(service: Service) -> None:
    outcome = (await service.run("fail", on_failure=OnFailure(retries=1)))["item 0"]
    assert (outcome.attempts, outcome.status) == (2, "failed")
    assert outcome.credits == service.status.credits_used
    assert await service.jobs() == 2


@pytest.mark.anyio
@pytest.mark.once
async def test_too_many_failures_in_a_row_pause_the_batch(service: Service) -> None:
    with pytest.raises(BatchPaused, match="2 items failed in a row"):
        await service.run("fail", "fail 2", on_failure=OnFailure(in_a_row=2))


@pytest.mark.anyio
@pytest.mark.once
async def test_failed_items_are_tried_again_only_if_told_so(service: Service) -> None:
    await service.run("fail", "one")
    await service.run("fail", "one")
    assert await service.jobs() == 2
    outcomes = await service.run("fail", "one", retry_failed=True)
    assert [outcomes[name].attempts for name in ("item 0", "item 1")] == [2, 1]
    assert await service.jobs() == 3


@pytest.mark.once
@pytest.mark.parametrize(
    ("failed", "ended", "verdict"), [(11, 20, "11 of 20 items failed"), (10, 20, None), (19, 19, None)]
)
def test_a_share_of_failures_pauses_the_batch(failed: int, ended: int, verdict: str | None) -> None:
    assert OnFailure().verdict(in_a_row=1, failed=failed, ended=ended) == verdict


@pytest.mark.anyio
@pytest.mark.once
async def test_a_submit_that_the_service_puts_off_is_repeated(service: Service) -> None:
    service.faults.add(*JOBS, status=429, code="rate_limited", retry_after=0)
    service.faults.add(*JOBS, status=402, code="concurrent_job_limit_exceeded", retry_after=0)
    await service.run("one", "two")
    assert service.status.done == await service.jobs() == 2
    assert len(service.events("unsent")) == 2


@pytest.mark.anyio
@pytest.mark.once
async def test_jobs_of_others_may_take_the_slots(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gate: Path
) -> None:
    monkeypatch.setattr(schedule, "ACCOUNT_INTERVAL", 0.0)
    monkeypatch.setattr(schedule, "ACCOUNT_JOBS", 0.0)
    with Sandbox(max_concurrent_jobs=1, job_read_interval=0.05, tools=ALL) as sandbox:
        service = Service(sandbox, sandbox.api_key, tmp_path / "batch")
        async with service.client:
            await service.client.jobs.submit("gate", {"text": "other"}, {"gate": str(gate)})
            looks = sandbox.faults.add("GET", "/account", delay=0.01, times=2)
            sandbox.faults.add("GET", "/account", status=500, code="internal_error")

            def let_go(status: BatchStatus) -> None:
                if looks.count > 1:
                    gate.touch()

            await service.run("one", on_progress=let_go)
            assert service.status.done == 1


@pytest.mark.anyio
@pytest.mark.once
async def test_an_item_whose_job_is_gone_fails_alone(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def missing(reader: Any, job_id: str, *, exists: bool) -> Any:
        raise NotFound("no such job", code="not_found")

    monkeypatch.setattr(batch_run, "MOST_STREAMS", 0)
    monkeypatch.setattr(AsyncStatusReader, "read", missing)
    service.faults.add("GET", "/jobs", times=None, status=404, code="not_found")
    outcome = (await service.run("one"))["item 0"]
    assert (outcome.status, outcome.code) == ("failed", "not_found")
    assert str(outcome.job_id) in str(outcome.message)


@pytest.mark.anyio
@pytest.mark.once
async def test_without_streams_and_a_list_each_job_is_read(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_run, "MOST_STREAMS", 0)
    service.faults.add("GET", "/jobs", times=None, status=404, code="not_found")
    service.faults.add("GET", "/jobs/*/status", status=500, code="internal_error")
    assert (await service.run("one"))["item 0"].status == "done"


@pytest.mark.anyio
@pytest.mark.once
async def test_an_item_whose_job_left_no_result_fails_alone(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def missing(jobs: Any, job: Any, **_: Any) -> Any:
        raise job_failed(job)

    monkeypatch.setattr(AsyncJobs, "result", missing)
    outcome = (await service.run("one"))["item 0"]
    assert (outcome.status, outcome.code, outcome.credits) == ("failed", "no_result", 7)


@pytest.mark.anyio
@pytest.mark.once
@pytest.mark.parametrize(
    ("where", "name"),
    [(AsyncJobs, "result"), (AsyncSubmitter, "submit"), (AsyncWatcher, "listen"), (batch_run, "read_page")],
    ids=["result", "submit", "listen", "read_page"],
)
async def test_an_error_that_is_not_of_the_service_is_raised_and_leaves_a_batch_that_goes_on(
    service: Service, monkeypatch: pytest.MonkeyPatch, where: Any, name: str
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a fault of this client")

    with monkeypatch.context() as patch:
        if name == "read_page":
            patch.setattr(batch_run, "MOST_STREAMS", 0)
        patch.setattr(where, name, broken)
        with pytest.raises(RuntimeError, match="a fault of this client"):
            await service.run("one")
    await service.run("one")
    assert service.status.done == await service.jobs() == 1


@pytest.mark.anyio
@pytest.mark.once
async def test_an_interrupt_before_a_failed_job_is_counted_loses_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, "failed", "before")
    with pytest.raises(Interrupt):
        await service.run("fail")
    assert (await service.run("fail"))["item 0"].status == "failed"
    assert await service.jobs() == 1


# ---- money


@pytest.mark.anyio
@pytest.mark.once
async def test_max_credits_stops_before_it_is_exceeded_and_is_kept(service: Service) -> None:
    for limit in (20, None):
        with pytest.raises(BatchPaused, match="max_credits=20") as caught:
            await service.run("one", "two", "three", max_credits=limit)
        assert caught.value.reason == "max_credits"
        assert (service.status.credits_used, service.status.waiting, await service.jobs()) == (14, 1, 2)
    await service.run("one", "two", "three", max_credits=21)
    assert service.status.done == 3


@pytest.mark.anyio
@pytest.mark.once
async def test_items_above_max_credits_each_are_skipped(service: Service) -> None:
    outcome = (await service.run("one", max_credits_each=6))["item 0"]
    assert outcome.status == "skipped"
    assert "7 credits" in str(outcome.message)
    assert await service.jobs() == 0


@pytest.mark.anyio
@pytest.mark.case
async def test_the_estimate_is_told_and_on_the_disk_before_the_first_submit(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[BatchStatus] = []

    def told(status: BatchStatus) -> None:
        if not seen:
            assert "submit_job" not in service.asked
            assert service.status.estimated_credits == 21
        seen.append(status)

    with caplog.at_level(logging.INFO, "proteiniq"):
        await service.run("one", "two", "six", "one", on_progress=told)
    assert service.asked.count("quote_job") == 1
    assert (seen[0].waiting, seen[0].estimated_credits, seen[0].unquoted_items) == (4, 21, 0)
    assert "is expected to cost about 21 credits in all" in caplog.text
    assert AsyncBatch.open(service.folder).report().estimated_credits == 21


@pytest.mark.anyio
@pytest.mark.once
async def test_the_estimate_of_a_batch_that_is_extended_is_for_all_items(service: Service) -> None:
    await service.run("one")
    await service.run("one", "two", "six")
    await service.run("one", "two", "six")
    assert service.status.estimated_credits == 21
    assert len(service.events("forecast")) == 2


@pytest.mark.anyio
@pytest.mark.once
async def test_an_estimate_leaves_out_items_without_a_quote_and_says_so(service: Service) -> None:
    service.faults.add("POST", "/jobs/quote", status=400, code="validation_error")
    await service.run("one", "two", "sixteen")
    assert (service.status.estimated_credits, service.status.unquoted_items) == (7, 2)


@pytest.mark.anyio
@pytest.mark.once
async def test_an_estimate_above_the_limit_is_a_warning(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(BatchPaused, match="max_credits=8"):
        await service.run("one", "two", max_credits=8)
    (said,) = [each for each in caplog.records if "expected to cost" in each.message]
    assert said.levelno == logging.WARNING
    assert said.message.endswith("about 14 credits in all; it stops before it exceeds max_credits=8")


@pytest.mark.anyio
@pytest.mark.once
@pytest.mark.parametrize(
    ("most", "asked", "estimate"), [(10, ["one", "sixteen"], (21, 0)), (0, ["one", "three"], (14, 1))]
)
async def test_a_price_that_is_not_known_is_asked_for_once_for_the_largest_item_that_is_counted(
    service: Service, monkeypatch: pytest.MonkeyPatch, most: int, asked: list[str], estimate: tuple[int, int]
) -> None:
    monkeypatch.setattr(batch_prices, "MOST_QUOTES", 0)
    monkeypatch.setattr(batch_prices, "MOST_CLASSES", most)
    quoted: list[Any] = []
    quote = AsyncJobs.quote

    async def noted(jobs: AsyncJobs, tool: str, inputs: Any, *rest: Any, **options: Any) -> Any:
        quoted.append(inputs[0]["content"])
        return await quote(jobs, tool, inputs, *rest, **options)

    monkeypatch.setattr(AsyncJobs, "quote", noted)
    await service.run("one", "three", "sixteen", max_credits=100)
    assert quoted == asked
    assert (service.status.estimated_credits, service.status.unquoted_items) == estimate


@pytest.mark.anyio
@pytest.mark.once
async def test_a_quote_that_cannot_be_a_price_is_no_estimate(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = AsyncJobs.quote

    async def negative(*given: Any, **options: Any) -> Any:
        return attrs.evolve(await quote(*given, **options), estimated_credits=-5.0)

    monkeypatch.setattr(AsyncJobs, "quote", negative)
    with pytest.raises(ContractError, match="can't be its price"):
        await service.run("one", max_credits=100)
    assert await service.jobs() == 0
    service.folder = service.folder.with_name("without a limit")
    await service.run("one")
    assert service.status.estimated_credits is None


@pytest.mark.anyio
@pytest.mark.once
async def test_an_item_that_cannot_be_quoted_fails_alone(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.faults.add("POST", "/jobs/quote", times=2, status=400, code="validation_error")
    service.faults.add("POST", "/jobs/quote", status=429, code="rate_limited", retry_after=0)
    await service.run("one", "two", max_credits=100)
    assert (service.status.failed, service.status.done) == (1, 1)
    assert await service.jobs() == 1


@pytest.mark.anyio
@pytest.mark.once
async def test_too_few_credits_pause_the_batch(tmp_path: Path) -> None:
    with Sandbox(credits=10, job_read_interval=0.05, tools=ALL) as sandbox:
        service = Service(sandbox, sandbox.api_key, tmp_path / "batch")
        async with service.client:
            for _ in range(2):
                with pytest.raises(BatchPaused) as caught:
                    await service.run("one", "two", "six", "ten")
                assert caught.value.reason == "insufficient_credits"
                assert service.status.failed == 0
                assert service.status.paused
            assert (service.status.done, service.status.waiting) == (1, 3)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "route", [JOBS, ("GET", "/results/**"), ("GET", "/jobs"), ("GET", "/jobs/*/status")], ids="{}".format
)
async def test_a_key_that_becomes_invalid_pauses_the_batch(
    service: Service, monkeypatch: pytest.MonkeyPatch, route: tuple[str, str]
) -> None:
    monkeypatch.setattr(batch_run, "MOST_STREAMS", 0)
    service.faults.add(*route, times=None, status=401, code="unauthorized")
    if route == ("GET", "/jobs"):
        service.faults.add("GET", "/jobs/*/status", times=None, status=401, code="unauthorized")
    if route == ("GET", "/jobs/*/status"):
        service.faults.add("GET", "/jobs", times=None, status=404, code="not_found")
    with pytest.raises(BatchPaused, match="No item has failed by it") as caught:
        await service.run("one")
    assert caught.value.reason == "unauthorized"
    assert service.status.failed == 0
    service.faults.clear()
    assert (await service.run("one"))["item 0"].status == "done"
    assert await service.jobs() == 1


@pytest.mark.anyio
@pytest.mark.once
async def test_the_daily_limit_is_waited_for(service: Service) -> None:
    service.faults.add(*JOBS, status=402, code="daily_limit_exceeded", retry_after=1)
    assert (await service.run("one"))["item 0"].status == "done"
    (paused,) = service.events("paused")
    assert paused["until"] - paused["at"] == pytest.approx(1.0, abs=0.1)


# ---- submits without a response


@pytest.mark.anyio
async def test_a_submit_whose_response_is_lost_is_found_in_the_list(service: Service) -> None:
    service.faults.add(*JOBS, cut="after")
    await service.run("one", "two")
    assert await service.jobs() == 2
    assert [event["item"] for event in service.events("submitted") if event.get("found")] == [0]


@pytest.mark.anyio
async def test_a_submit_that_is_not_in_the_list_is_repeated_with_its_key(service: Service) -> None:
    service.faults.add(*JOBS, cut="before")
    await service.run("one")
    assert await service.jobs() == 1
    assert [event["attempt"] for event in service.events("submit")] == [0, 0]


@pytest.mark.anyio
@pytest.mark.once
async def test_a_submit_whose_key_may_be_too_old_is_repeated_only_if_told_so(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.faults.add(*JOBS, cut="before")
    await service.run("one", "two", resend_within=0)
    assert (service.status.in_doubt, service.status.done) == (1, 1)
    assert "resend_in_doubt=True" in caplog.text
    await service.run("one", "two")
    assert service.status.in_doubt == 1
    await service.run("one", "two", resend_in_doubt=True)
    assert service.status.done == await service.jobs() == 2


@pytest.mark.anyio
@pytest.mark.once
async def test_a_submit_before_the_wall_clock_was_set_back_may_be_too_old(
    sandbox: Sandbox, key: str, tmp_path: Path
) -> None:
    lost = sandbox.faults.add(*JOBS, cut="before")

    class Back(AsyncMachineClock):
        def utcnow(self) -> datetime:
            return super().utcnow() - timedelta(hours=lost.count)

    service = Service(sandbox, key, tmp_path / "batch", clock=Back())
    async with service.client:
        await service.run("one")
    assert service.status.in_doubt == 1


@pytest.mark.anyio
@pytest.mark.once
@pytest.mark.parametrize(("conflicts", "state"), [(1, "done"), (2, "in_doubt")])
async def test_a_conflict_means_that_there_may_be_a_job(service: Service, conflicts: int, state: str) -> None:
    service.faults.add(*JOBS, times=conflicts, status=409, code="conflict")
    await service.run("one")
    assert getattr(service.status, state) == 1
    assert service.status.failed == 0


@pytest.mark.anyio
@pytest.mark.once
async def test_a_list_that_cannot_be_read_pauses_the_search(service: Service) -> None:
    service.faults.add(*JOBS, cut="after")
    service.faults.add("GET", "/jobs", times=None, status=403, code="forbidden")
    with pytest.raises(BatchPaused) as caught:
        await service.run("one")
    assert caught.value.reason == "forbidden"
    service.faults.clear()
    await service.run("one")
    assert service.status.done == await service.jobs() == 1


@pytest.mark.anyio
@pytest.mark.once
async def test_a_list_that_ends_early_is_not_taken_for_the_whole(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut(*_: Any) -> Page[JobState]:
        return Page((), None, ContractError("there are more pages", operation="list_jobs"))

    service.faults.add(*JOBS, cut="after")
    with monkeypatch.context() as patch:
        patch.setattr(batch_search, "request_page", cut)
        with pytest.raises(BatchPaused, match="there are more pages"):
            await service.run("one")
    await service.run("one")
    assert service.status.done == await service.jobs() == 1


# ---- results


@pytest.mark.anyio
@pytest.mark.once
async def test_a_result_that_cannot_be_read_is_left_for_the_next_run(service: Service) -> None:
    service.faults.add("GET", "/results/**", status=410, code="gone")
    with pytest.raises(BatchPaused, match="can't be read") as caught:
        await service.run("one", "two")
    assert caught.value.reason == "results"
    assert (service.status.running, service.status.done) == (1, 1)
    outcomes = await service.run("one", "two")
    assert [outcome.credits for outcome in outcomes.values()] == [7, 7]
    assert await service.jobs() == 2


@pytest.mark.anyio
@pytest.mark.once
async def test_a_result_whose_reading_fails_again_and_again_is_left(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Any] = []

    async def unreadable(jobs: Any, job: Any, **_: Any) -> Any:
        reads.append(job)
        raise TransportError("cut short", retryable=True)

    monkeypatch.setattr(AsyncJobs, "result", unreadable)
    with pytest.raises(BatchPaused, match="can't be read"):
        await service.run("one")
    assert len(reads) == batch_results.MOST_READS


@pytest.mark.anyio
async def test_a_result_that_cannot_be_saved_pauses_the_batch(service: Service) -> None:
    await service.run("one")
    results = service.folder / "results"
    results.rename(service.folder / "moved")
    results.touch()
    with pytest.raises(BatchPaused, match="start the batch again"):
        await service.run("one", "two")
    results.unlink()
    (service.folder / "moved").rename(results)
    await service.run("one", "two")
    assert service.status.done == await service.jobs() == 2


# ---- interrupts


@pytest.mark.anyio
async def test_breaking_out_of_the_loop_leaves_a_batch_that_goes_on(service: Service) -> None:
    async with aclosing(service.batch("one", "two", "three").__aiter__()) as outcomes:
        async for _ in outcomes:
            break
    assert service.status.done < 3
    assert len(await service.run("one", "two", "three")) == 3
    assert await service.jobs() == 3


@pytest.mark.anyio
async def test_progress_is_told_and_its_errors_leave_a_batch_that_goes_on(service: Service) -> None:
    seen: list[BatchStatus] = []

    def tell(status: BatchStatus) -> None:
        raise RuntimeError("of the caller")

    with pytest.raises(RuntimeError, match="of the caller"):
        await service.run("one", "two", on_progress=tell)
    await service.run("one", "two", on_progress=seen.append)
    assert (seen[0].waiting, seen[-1].done) == (2, 2)
    assert await service.jobs() == 2


@pytest.mark.anyio
@pytest.mark.once
async def test_the_progress_is_shown_if_told_so(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    await service.run("one", progress=True)
    assert "1 of 1 done" in capsys.readouterr().err


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["submit", "submitted", "ended", "saved"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_interrupt_between_two_steps_loses_nothing(
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    moment: str,
) -> None:
    interrupt(monkeypatch, name, moment)
    with pytest.raises(Interrupt) as caught:
        await service.run("one", "two")
    assert any("the same call goes on with it" in note for note in caught.value.__notes__)
    assert [each.levelno for each in caplog.records if "while it stops" in each.message] == []
    assert not unanswered(service.journal)
    await service.run("one", "two")
    assert service.status.done == await service.jobs() == 2


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


@pytest.mark.anyio
async def test_what_fails_while_a_batch_stops_is_logged_and_left_for_the_next_run(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    record: Callable[..., None] = BatchFolder.record

    def full(folder: BatchFolder, now: float, event: Any) -> None:
        if event.name == "submitted":
            raise BatchError("no room")
        record(folder, now, event)

    monkeypatch.setattr(BatchFolder, "record", full)
    with caplog.at_level(logging.WARNING), pytest.raises(BatchError, match="no room"):
        await service.run("one", "two")
    assert "while it stops: no room" in caplog.text
    monkeypatch.setattr(BatchFolder, "record", record)
    await service.run("one", "two")
    assert service.status.done == await service.jobs() == 2


@pytest.mark.anyio
@pytest.mark.once
async def test_a_list_that_fails_is_not_waited_for_without_a_word(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(batch_run, "MOST_STREAMS", 0)
    service.faults.add("GET", "/jobs", times=2, status=503)
    assert (await service.run("one"))["item 0"].status == "done"
    said = [record.message for record in caplog.records if "tries again (list_jobs)" in record.message]
    assert len(said) == 1
