"""Arguments that are booleans: anything else is refused before anything happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

from proteiniq import InvalidInput, ProteinIQ
from proteiniq.sandbox import Sandbox
from proteiniq.testing import tool

from ._sync.clients import over
from .storage import result
from .support import ENTRY, RESULT, Routes, Stub, answer, documented

CALLS: dict[str, Callable[[ProteinIQ, Any], object]] = {
    "run: check": lambda client, flag: client.run("x", [ENTRY], check=flag),
    "run: partial": lambda client, flag: client.run("x", [ENTRY], partial=flag),
    "run: wait_for_slot": lambda client, flag: client.run("x", [ENTRY], wait_for_slot=flag),
    "run: cancel_on_timeout": lambda client, flag: client.run("x", [ENTRY], cancel_on_timeout=flag),
    "quote: check": lambda client, flag: client.jobs.quote("x", [ENTRY], check=flag),
    "submit: check": lambda client, flag: client.jobs.submit("x", [ENTRY], check=flag),
    "submit: wait_for_slot": lambda client, flag: client.jobs.submit("x", [ENTRY], wait_for_slot=flag),
    "events: streams": lambda client, flag: next(client.jobs.events("job_1", streams=flag)),
    "wait: streams": lambda client, flag: client.jobs.wait("job_1", streams=flag),
    "wait: cancel_on_timeout": lambda client, flag: client.jobs.wait("job_1", cancel_on_timeout=flag),
    "result: partial": lambda client, flag: client.jobs.result("job_1", partial=flag),
    "result: cancel_on_timeout": lambda client, flag: client.jobs.result("job_1", cancel_on_timeout=flag),
    "list: mine": lambda client, flag: client.files.list(mine=flag),
    "validate: check": lambda client, flag: tool().validate([ENTRY], check=flag),
}


@pytest.mark.case
@pytest.mark.parametrize("call", CALLS)
def test_anything_else_is_refused_before_a_request(call: str) -> None:
    service, name = Stub(), call.partition(": ")[2]
    with (
        over(service) as client,
        pytest.raises(InvalidInput, match=f"^{name} must be True or False, got 'no'"),
    ):
        CALLS[call](client, "no")
    assert service.requests == []


@pytest.mark.case
def test_nothing_is_saved_if_overwrite_is_not_a_boolean(tmp_path: Path) -> None:
    service = Routes({RESULT: answer(result("a.txt"))})
    wrong: Any = "no"
    with over(service) as client:
        made = client.results.get("job_1")
        for save in (made.save_all, made.files[0].save):
            with pytest.raises(InvalidInput, match="overwrite must be True or False, got 'no'"):
                save(tmp_path / "new", overwrite=wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_flag_of_numpy_is_sent_as_a_flag() -> None:
    service = Stub(answer(documented("list_files")))
    mine: Any = numpy.True_
    with over(service) as client:
        client.files.list(mine=mine).first()
    assert service.requests[0].url.params["mine"] == "true"


def test_a_sandbox_is_not_opened_to_the_network_by_a_word() -> None:
    wrong: Any = "no"
    with pytest.raises(ValueError, match="allow_remote must be True or False, got 'no'"):
        Sandbox(host="0.0.0.0", allow_remote=wrong)
