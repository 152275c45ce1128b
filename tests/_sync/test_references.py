# Generated from tests/_async/test_references.py by scripts/unasync.py. Edit that file instead.

"""Resources as arguments: by id, or by an object that stands for one."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from proteiniq import InvalidInput, NotFound, UserNotFound

from ..storage import result
from ..support import ENTRY, EVENTS, RESULT, STATUS, SUBMIT, Routes, answer, documented, events, job, refusal
from .clients import over

TOOL = "GET /api/v1/tools/esmfold"
TOOLS = "GET /api/v1/tools"
UNKNOWN = "GET /api/v1/tools/ESMfould"
CANCEL = "POST /api/v1/jobs/job_1/cancel"
FILE = "GET /api/v1/files/file_123"


def service(**changes: Any) -> Routes:
    return Routes(
        {
            STATUS: answer(job("COMPLETED")),
            EVENTS: events(job("COMPLETED")),
            RESULT: answer(result("a.txt")),
            CANCEL: answer(job("CANCELLED")),
            SUBMIT: answer(job(), 201),
            TOOL: answer(documented("get_tool")),
            TOOLS: answer(documented("list_tools")),
            UNKNOWN: refusal(404, "not_found"),
            FILE: answer({**documented("get_file"), "id": "file_123"}),
            "DELETE /api/v1/files/file_123": answer({"id": "file_123", "deleted": True}),
            **changes,
        }
    )


@pytest.mark.case
def test_a_job_or_its_result_is_accepted_as_its_id() -> None:
    with over(service()) as client:
        found = client.jobs.get(" job_1\n")
        for given in (found, client.results.get(found)):
            assert (client.jobs.get(given)).id == "job_1"
            assert (client.jobs.wait(given)).id == "job_1"
            assert (client.results.get(given)).job_id == "job_1"
            assert (client.jobs.cancel(given)).id == "job_1"
            assert [each.id for each in client.jobs.wait_all([given])] == ["job_1"]


@pytest.mark.case
def test_a_file_or_a_tool_of_a_list_is_accepted_as_its_id() -> None:
    asked = service()
    with over(asked) as client:
        file = client.files.get("file_123")
        assert client.files.get(file) == file
        assert (client.files.delete(file)).id == "file_123"
        listed = client.tools.list().first()
        assert listed is not None
        assert (client.tools.get(client.tools.get(listed))).id == "esmfold"
        assert (client.jobs.submit(listed, [ENTRY])).id == "job_1"
        assert (client.jobs.submit(listed, {"protein": "MK"})).id == "job_1"
    assert asked.routes.count(TOOL) == 2


# ---- unknown tools


@pytest.mark.case
def test_an_unknown_tool_names_a_similar_one_after_one_more_request() -> None:
    asked = service()
    with over(asked) as client:
        for _ in range(2):
            with pytest.raises(NotFound, match=r"Did you mean 'esmfold'\?"):
                client.jobs.submit("ESMfould", {"protein": "MK"})
    assert asked.routes == [UNKNOWN, TOOLS, UNKNOWN]
