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
@pytest.mark.anyio
async def test_a_job_or_its_result_is_accepted_as_its_id() -> None:
    async with over(service()) as client:
        found = await client.jobs.get(" job_1\n")
        for given in (found, await client.results.get(found)):
            assert (await client.jobs.get(given)).id == "job_1"
            assert (await client.jobs.wait(given)).id == "job_1"
            assert (await client.results.get(given)).job_id == "job_1"
            assert (await client.jobs.cancel(given)).id == "job_1"
            assert [each.id async for each in client.jobs.wait_all([given])] == ["job_1"]


@pytest.mark.case
@pytest.mark.anyio
async def test_a_file_or_a_tool_of_a_list_is_accepted_as_its_id() -> None:
    asked = service()
    async with over(asked) as client:
        file = await client.files.get("file_123")
        assert await client.files.get(file) == file
        assert (await client.files.delete(file)).id == "file_123"
        listed = await client.tools.list().first()
        assert listed is not None
        assert (await client.tools.get(await client.tools.get(listed))).id == "esmfold"
        assert (await client.jobs.submit(listed, [ENTRY])).id == "job_1"
        assert (await client.jobs.submit(listed, {"protein": "MK"})).id == "job_1"
    assert asked.routes.count(TOOL) == 2


@pytest.mark.once
@pytest.mark.anyio
async def test_another_kind_of_resource_is_refused() -> None:
    asked = service()
    async with over(asked) as client:
        tool: Any = await client.tools.get("esmfold")
        with pytest.raises(InvalidInput, match="expected a job or its id, got a tool"):
            await client.jobs.get(tool)
        with pytest.raises(InvalidInput, match="expected a file or its id, got a tool"):
            await client.files.delete(tool)
        with pytest.raises(InvalidInput, match="jobs must be a list"):
            client.jobs.wait_all(tool)
    assert asked.routes == [TOOL]


# ---- unknown tools


@pytest.mark.case
@pytest.mark.anyio
async def test_an_unknown_tool_names_a_similar_one_after_one_more_request() -> None:
    asked = service()
    async with over(asked) as client:
        for _ in range(2):
            with pytest.raises(NotFound, match=r"Did you mean 'esmfold'\?"):
                await client.jobs.submit("ESMfould", {"protein": "MK"})
    assert asked.routes == [UNKNOWN, TOOLS, UNKNOWN]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_list_that_was_read_before_needs_no_request_for_a_suggestion() -> None:
    asked = service()
    async with over(asked) as client:
        await client.tools.list().list()
        with pytest.raises(NotFound, match=r"Did you mean 'esmfold'\?"):
            await client.tools.get("ESMfould")
    assert asked.routes == [TOOLS, UNKNOWN]


@pytest.mark.once
@pytest.mark.parametrize(
    "listing",
    [httpx.ConnectError("refused"), refusal(500, "internal_error"), answer([]), answer({"data": []})],
)
@pytest.mark.anyio
async def test_a_suggestion_that_cannot_be_made_does_not_replace_the_error(listing: Any) -> None:
    asked = service(**{TOOLS: listing})
    async with over(asked) as client:
        for _ in range(2):
            with pytest.raises(NotFound) as caught:
                await client.tools.get("ESMfould")
    assert "Did you mean" not in str(caught.value)
    assert asked.routes.count(UNKNOWN) == 2


@pytest.mark.once
@pytest.mark.anyio
async def test_a_key_of_a_deleted_user_is_not_an_unknown_tool() -> None:
    asked = service(**{UNKNOWN: refusal(404, "user_not_found")})
    async with over(asked) as client:
        with pytest.raises(UserNotFound):
            await client.tools.get("ESMfould")
    assert asked.routes == [UNKNOWN]
