"""What a batch does about outcomes that hardly ever come together."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import numpy
import pytest

from proteiniq import AsyncProteinIQ, BatchPaused, ContractError, Forbidden, InvalidInput
from proteiniq._async import batch_submits
from proteiniq._async.batch_run import AsyncBatchRun, _duration
from proteiniq._responses.page import Page
from proteiniq._wire.crew import Outcome
from proteiniq.batch._events import Ended, Submit, Submitted
from proteiniq.batch._options import BatchOptions
from proteiniq.batch._state import ItemState

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
            await run._listed(Outcome(None, error=ZeroDivisionError()))

    with_run(tmp_path, step)


def test_a_search_goes_through_all_pages_and_stops_at_one_that_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def step(run: AsyncBatchRun) -> None:
        batch_id = run._folder.header.batch
        ours = attrs.evolve(STATE, id="job_2", name=f"fold a [{batch_id}-0.0]")
        pages = [
            Page((STATE,), "cursor"),
            Page((ours,), "more"),
            Page((), None, ContractError("damaged", operation="list_jobs")),
        ]

        async def request_page(*_: Any) -> Any:
            return pages.pop(0)

        monkeypatch.setattr(batch_submits, "request_page", request_page)
        await run._ledger.record(Submit(0, 0))
        await run._ledger.record(Submit(1, 0))
        wanted = {(place, 0): run._state.active[place] for place in (0, 1)}
        with pytest.raises(ContractError, match="damaged"):
            await run._submits._search(wanted)
        pages[:] = [Page((ours,), None)]
        assert list(await run._submits._search(wanted)) == [(0, 0)]

    with_run(tmp_path, step)


def test_the_wait_for_a_request_ends_at_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def step(run: AsyncBatchRun) -> None:
        waits: list[float] = []

        async def none_ends(seconds: float) -> None:  # a cancelled wait isn't traced on in Python 3.11
            waits.append(seconds)

        monkeypatch.setattr(run._crew, "next", none_ends)
        await run._next(run._clock.monotonic() + 60.0)
        assert 0.0 < waits[0] <= 60.0

    with_run(tmp_path, step)


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("created", "completed", "seconds"),
    [(None, NOON, None), (NOON, None, None), (NOON, NOON, None), (NOON, NOON + timedelta(minutes=1), 60.0)],
)
def test_the_duration_of_a_job_is_by_the_clock_of_the_service(
    created: datetime | None, completed: datetime | None, seconds: float | None
) -> None:
    assert _duration(attrs.evolve(STATE, created_at=created, completed_at=completed)) == seconds


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
