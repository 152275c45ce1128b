"""Functions that a caller passes: checked before anything is sent or paid for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proteiniq import ConfigurationError, InvalidInput, ProteinIQ
from proteiniq._inputs.callbacks import Callback
from proteiniq.hooks import AttemptDetails, PauseDetails

from ._sync.clients import fetched, over
from .storage import FILE, result, storage
from .support import ENTRY, EVENTS, KEY, RESULT, URL, Routes, Stub, answer, events, job


async def coroutine_function(*arguments: Any) -> None:
    raise AssertionError("no sync client can run this")


class Awaitable:
    async def __call__(self, *arguments: Any) -> None:
        raise AssertionError("no sync client can run this")


def generator_function(*arguments: Any) -> Any:
    yield arguments


class Generator:
    async def __call__(self, *arguments: Any) -> Any:
        yield arguments


UNUSABLE = [
    coroutine_function,
    functools.partial(coroutine_function, 1),
    Awaitable(),
    generator_function,
    Generator(),
    5,
]


@pytest.mark.case
@pytest.mark.parametrize("function", UNUSABLE)
def test_a_callback_that_cannot_be_called_is_refused_before_a_job_is_paid_for(function: Any) -> None:
    service = Stub(answer(job(), 201))
    with over(service) as client:
        calls: list[Callable[[], Any]] = [
            lambda: client.run("esmfold", [ENTRY], on_update=function),
            lambda: client.jobs.wait("job_1", on_update=function),
            lambda: client.jobs.result("job_1", on_update=function),
            lambda: client.jobs.wait_all(["job_1"], on_update=function),
            lambda: client.files.upload(b"MK", filename="a.fasta", on_progress=function),
        ]
        for call in calls:
            with pytest.raises(InvalidInput, match=r"on_(update|progress) must be a (plain )?function"):
                call()
    assert service.requests == []


@pytest.mark.case
@pytest.mark.parametrize("function", UNUSABLE)
def test_progress_of_a_download_that_cannot_be_called_is_refused_at_once(
    function: Any, tmp_path: Path
) -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: storage})
    made = fetched(service)
    for save in (made.save_all, made.files[0].save):
        with pytest.raises(InvalidInput, match="on_progress must be"):
            save(tmp_path / "new", on_progress=function)
    assert service.routes == [RESULT]
    assert list(tmp_path.iterdir()) == []


def test_a_function_that_turns_out_to_return_a_coroutine_is_refused_when_it_does() -> None:
    service = Routes({EVENTS: events(job("PROCESSING"))})
    with over(service) as client, pytest.raises(InvalidInput, match="use AsyncProteinIQ"):
        client.jobs.wait("job_1", on_update=lambda job: coroutine_function())


def test_without_a_callback_there_is_no_call() -> None:
    Callback("on_update", None)("anything")


@pytest.mark.case
def test_a_hook_is_a_plain_function() -> None:
    class Hook:
        def __call__(self, details: AttemptDetails) -> None:
            pass

        async def on_pause(self, details: PauseDetails) -> None:
            pass

    for hook in (coroutine_function, Hook()):
        with pytest.raises(ConfigurationError, match="no hook is awaited"):
            ProteinIQ(KEY, URL, hooks=[hook])
