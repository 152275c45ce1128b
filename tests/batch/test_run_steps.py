"""What a batch does about outcomes that hardly ever come together."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import numpy
import pytest

from proteiniq import (
    AsyncProteinIQ,
    BatchPaused,
    ContractError,
    Forbidden,
    InvalidInput,
    NotFound,
    ServerError,
)
from proteiniq._async import batch_search
from proteiniq._async.batch_run import AsyncBatchRun
from proteiniq._async.batch_search import AsyncJobSearch
from proteiniq._async.wait_one import AsyncWatcher
from proteiniq._policy.moves import Submit as SubmitNext
from proteiniq._responses.page import Page
from proteiniq._wire.crew import TaskEnd
from proteiniq.batch._events import Ended, Submit, Submitted
from proteiniq.batch._options import BatchOptions
from proteiniq.batch._state import Active, ItemState
from proteiniq.models import JobState, JobStatus

from ..every_error import STATE
from ..support import KEY, URL
from .results import batch

OPTIONS = BatchOptions(
    settings=None,
    columns=None,
    inputs=None,
    name=None,
    max_credits=None,
    max_credits_each=None,
    on_failure="skip",
    keep="all",
    resend_within=60.0,
    resend_in_doubt=False,
    retry_failed=False,
    reuse=None,
    take_over=False,
    check=True,
)


def with_run(path: Path, step: Callable[[AsyncBatchRun], Coroutine[Any, Any, None]]) -> None:
    """Make a step with the run of a batch of two items that requests nothing."""

    async def main() -> None:
        client = AsyncProteinIQ(KEY, URL)
        with batch(path, "a", "b") as folder:
            await step(
                AsyncBatchRun(
                    client._pipeline,
                    client.jobs,
                    folder,
                    OPTIONS,
                    None,
                )
            )
        await client.close()

    asyncio.run(main())


async def listen(run: AsyncBatchRun) -> AsyncWatcher:
    """Let the job of the first item run, with an open stream of its events."""
    await run._ledger.record(Submit(0, 0))
    await run._submits._submitted(0, 0, attrs.evolve(STATE, status=JobStatus.PROCESSING), 0.0, found=True)
    watcher = run._watchers[STATE.id] = AsyncWatcher(run._pipeline, STATE.id)
    return watcher


def test_a_job_that_is_seen_to_have_ended_is_not_listened_to_any_more(tmp_path: Path) -> None:
    async def step(run: AsyncBatchRun) -> None:
        watcher = await listen(run)
        await run._seen(attrs.evolve(STATE, status=JobStatus.COMPLETED))
        assert (run._watchers, watcher._stopped) == ({}, True)
        assert run._state.status(0) == ItemState.ENDED

    with_run(tmp_path, step)


def test_a_stream_that_ends_without_an_event_leaves_its_job_running(tmp_path: Path) -> None:
    async def step(run: AsyncBatchRun) -> None:
        await listen(run)
        await run._heard(STATE.id, TaskEnd(None))
        assert run._watchers == {}
        assert run._state.status(0) == ItemState.RUNNING

    with_run(tmp_path, step)


def test_a_job_that_is_gone_after_its_end_is_no_failure(tmp_path: Path) -> None:
    async def step(run: AsyncBatchRun) -> None:
        for event in (Submit(0, 0), Submitted(0, 0, "job_1"), Ended(0, 0, "job_1", "COMPLETED")):
            await run._ledger.record(event)
        run._ledger.places["job_1"] = 0
        await run._vanished("job_1")
        await run._vanished("job_of_others")
        assert run._state.status(0) == ItemState.ENDED

    with_run(tmp_path, step)


def test_the_first_of_two_reasons_to_pause_counts(tmp_path: Path) -> None:
    async def step(run: AsyncBatchRun) -> None:
        await run._ledger.pause_for(Forbidden("no scope", code="forbidden"))
        await run._ledger.pause_for(OSError("no space"))
        assert isinstance(run._ledger.stop, BatchPaused)
        assert run._ledger.stop.reason == "forbidden"

    with_run(tmp_path, step)


def test_a_list_whose_reading_fails_in_an_unknown_way_ends_the_run(tmp_path: Path) -> None:
    async def step(run: AsyncBatchRun) -> None:
        with pytest.raises(ZeroDivisionError):
            await run._listed(TaskEnd(None, error=ZeroDivisionError()))

    with_run(tmp_path, step)


@pytest.mark.case
def test_the_jobs_that_a_run_takes_up_are_not_taken_for_those_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def step(run: AsyncBatchRun) -> None:
        async def account() -> Any:
            return SimpleNamespace(
                limits=SimpleNamespace(active_jobs=1, concurrent_jobs=SimpleNamespace(max=1), rate_limit=None)
            )

        async def no_quotes() -> None:
            pass

        for event in (Submit(0, 0), Submitted(0, 0, "job_1")):
            await run._ledger.record(event)
        monkeypatch.setattr(run, "_call_account", account)
        monkeypatch.setattr(run._submits, "quote_classes", no_quotes)
        await run._begin()
        now = run._clock.monotonic()
        run._schedule.ended("job_1", now, fetch=False)
        assert run._schedule.next_move(now) == SubmitNext()

    with_run(tmp_path, step)


class Pages:
    """The pages of a job list by their cursors, and which were requested. An error is raised once."""

    def __init__(self, pages: dict[str | None, Page[JobState]], **errors: Exception) -> None:
        self.pages = pages
        self.errors = errors
        self.asked: list[str | None] = []

    async def __call__(self, pipeline: Any, cursor: str | None) -> Page[JobState]:
        self.asked.append(cursor)
        if error := self.errors.pop(str(cursor), None):
            raise error
        return self.pages[cursor]


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Callable[[Pages], AsyncJobSearch]:
    """Makes searches for the jobs of the items 0 and 1, which are called by their places."""

    def made(pages: Pages) -> AsyncJobSearch:
        monkeypatch.setattr(batch_search, "request_page", pages)
        wanted = {(place, 0): Active(ItemState.SENDING, 0, 0.0) for place in (0, 1)}
        names = {"0": (0, 0), "1": (1, 0), "2": (2, 0)}
        return AsyncJobSearch(
            AsyncProteinIQ(KEY, URL)._pipeline, wanted, lambda job: names.get(str(job.name))
        )

    return made


def page(*names: str, after: str | None = None) -> Page[JobState]:
    return Page(tuple(attrs.evolve(STATE, id=f"job_{name}", name=name) for name in names), after)


Search = Callable[[Pages], AsyncJobSearch]


def test_a_search_reads_pages_until_all_jobs_are_found(search: Search) -> None:
    pages = Pages({None: page("other", "2", after="a"), "a": page("1", after="b"), "b": page("0", after="c")})
    this = search(pages)
    asyncio.run(this.go_on())
    assert pages.asked == [None, "a", "b"]
    assert {key: job.id for key, job in this.found.items()} == {(0, 0): "job_0", (1, 0): "job_1"}


@pytest.mark.case
def test_a_search_goes_on_from_the_page_that_failed(search: Search) -> None:
    busy = ServerError("busy", code="internal_error")
    pages = Pages({None: page("0", after="a"), "a": page(after="b"), "b": page("other")}, b=busy)
    this = search(pages)
    with pytest.raises(ServerError):
        asyncio.run(this.go_on())
    asyncio.run(this.go_on())
    assert pages.asked == [None, "a", "b", "b"]
    assert list(this.found) == [(0, 0)]


@pytest.mark.case
def test_a_search_whose_cursor_is_not_known_any_more_begins_again_and_keeps_what_it_found(
    search: Search,
) -> None:
    gone = NotFound("gone", code="not_found")
    pages = Pages({None: page("0", after="a"), "a": page("1", after="b")}, a=gone)
    this = search(pages)
    with pytest.raises(NotFound):
        asyncio.run(this.go_on())
    pages.pages[None] = page("other", after="a")
    this.begin_again()
    asyncio.run(this.go_on())
    assert pages.asked == [None, "a", None, "a"]
    assert len(this.found) == 2


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (Page((), None, ContractError("damaged", operation="list_jobs")), "damaged"),
        (page(after="a"), "the cursor 'a' twice"),
    ],
)
def test_a_list_that_has_no_end_is_not_taken_for_one_without_the_job(
    search: Search, last: Page[JobState], message: str
) -> None:
    this = search(Pages({None: page("0", after="a"), "a": last}))
    with pytest.raises(ContractError, match=message):
        asyncio.run(this.go_on())


def test_the_wait_for_a_request_ends_at_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def step(run: AsyncBatchRun) -> None:
        waits: list[float] = []

        async def none_ends(seconds: float) -> None:  # a cancelled wait isn't traced on in Python 3.11
            waits.append(seconds)

        monkeypatch.setattr(run._crew, "next", none_ends)
        await run._next(run._clock.monotonic() + 60.0)
        assert 0.0 < waits[0] <= 60.0

    with_run(tmp_path, step)


# ---- options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"keep": "nothing"}, "keep must be 'all' or 'data', got 'nothing'"),
        ({"name": 5}, "name must be text, got 5"),
        ({"resend_within": None}, "resend_within must be a non-negative number of seconds, got None"),
        ({"reuse": 5}, "reuse must be a path, got 5"),
        ({"folder": 5}, "the folder of a batch must be a path, got 5"),
        ({"folder": "a\0b"}, "'a\\x00b' is not a path: it contains a NUL character"),
    ],
)
def test_an_option_that_is_not_valid_is_refused_by_its_name(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        AsyncProteinIQ(KEY, URL).batch("t", [], **{"folder": "batch", **options})
    assert caught.value.message == message


def test_a_limit_of_numpy_is_kept_as_json() -> None:
    options = attrs.evolve(OPTIONS, max_credits=numpy.int64(5), max_credits_each=numpy.float32(0.5))
    assert json.dumps([options.max_credits, options.max_credits_each]) == "[5.0, 0.5]"
