"""What each call of the async client gives."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, assert_type

from proteiniq import (
    Account,
    AsyncJob,
    AsyncPager,
    AsyncProteinIQ,
    AsyncResult,
    AsyncResultFile,
    AsyncResultFiles,
    AsyncTransportRequest,
    AsyncTransportResponse,
    DeletedFile,
    File,
    JobFailure,
    JobState,
    JobStatus,
    Page,
    Quote,
    ResultFileInfo,
    Tool,
    ToolSummary,
)


async def client_and_account() -> None:
    async with AsyncProteinIQ("pq_live_a_b", timeout=10, max_retries=2, deadline=60.0) as client:
        assert_type(client, AsyncProteinIQ)
        assert_type(client.with_options(timeout=5.0), AsyncProteinIQ)
        assert_type(await client.account.get(), Account)
        assert_type((await client.account.get()).workspace.id, str)
        assert_type(await client.openapi(), dict[str, Any])
        assert_type(await client.run("esmfold", {"protein": ">a\nMK"}), AsyncResult)
        assert_type(
            await client.run("esmfold", {"protein": "MK"}, wait_for_slot=False, partial=True), AsyncResult
        )
        assert_type(await client.request("GET", "/api/v1/projects", params={"q": "x"}), Any)


async def tools(client: AsyncProteinIQ) -> None:
    assert_type(client.tools.list(q="fold"), AsyncPager[ToolSummary])
    assert_type(await client.tools.get("esmfold"), Tool)
    (await client.tools.get("esmfold")).validate({"protein": "MK"})


async def jobs(client: AsyncProteinIQ) -> None:
    assert_type(await client.jobs.quote("esmfold", {"protein": "MK"}), Quote)
    job = await client.jobs.submit("esmfold", {"protein": Path("a.fasta")}, {"steps": 3}, max_credits=5)
    assert_type(job, AsyncJob)
    assert_type(job.status, JobStatus)
    assert_type(job.created_at, datetime | None)
    assert_type(await job.wait(timeout=60), AsyncJob)
    assert_type(await job.result(), AsyncResult)
    assert_type(await job.cancel(), AsyncJob)
    assert_type(await client.jobs.get(job.id), AsyncJob)
    assert_type(await client.jobs.wait(job, on_update=lambda state: print(state.progress)), AsyncJob)  # noqa: T201
    assert_type(await client.jobs.result(job.id), AsyncResult)
    events: AsyncIterator[JobState] = client.jobs.events(job)
    async for state in events:
        assert_type(state.is_terminal, bool)
    async for ended in client.jobs.wait_all([job, "job_2"]):
        assert_type(ended, AsyncJob)


async def pages(client: AsyncProteinIQ) -> None:
    listed = client.jobs.list(status="COMPLETED", created_after=datetime(2026, 1, 1))
    assert_type(listed, AsyncPager[AsyncJob])
    assert_type(await listed.list(), list[AsyncJob])
    assert_type(await client.jobs.list(max_items=5, page_size=5, starting_after="x").first(), AsyncJob | None)
    async for page in listed.pages():
        assert_type(page, Page[AsyncJob])
        assert_type(page.items, tuple[AsyncJob, ...])
    assert_type([job.id async for job in listed], list[str])


async def files(client: AsyncProteinIQ) -> None:
    file = await client.files.upload(b"MK", filename="a.fasta", on_progress=lambda done, total: None)
    assert_type(file, File)
    assert_type(client.files.list(), AsyncPager[File])
    assert_type(await client.files.get("file_1"), File)
    assert_type(await client.files.delete("file_1"), DeletedFile)


async def results(client: AsyncProteinIQ) -> None:
    result = await client.results.get("job_1")
    assert_type(result, AsyncResult)
    assert_type(await client.results.get(result), AsyncResult)
    assert_type(result.files, AsyncResultFiles)
    assert_type(result.files[0].info, ResultFileInfo)
    assert_type(result.error, JobFailure | None)
    assert_type(result.to_dict(), dict[str, Any])
    assert_type(await result.save_all("folder", overwrite=True), list[Path])
    assert_type(result.files["a.pdb"], AsyncResultFile)
    assert_type(await result.files[0].read(), bytes)
    assert_type(await result.files[0].text(), str)
    assert_type(await result.files[0].save(Path("a.pdb")), Path)
    assert_type([file.name for file in result.files], list[str])


class InProcess:
    async def send(self, request: AsyncTransportRequest) -> AsyncTransportResponse:
        assert_type(request.headers, tuple[tuple[str, str], ...])
        return AsyncTransportResponse(status=200, headers=[("Content-Type", "text/plain")], body=self._body())

    async def _body(self) -> AsyncIterator[bytes]:
        yield b""


def connections() -> None:
    AsyncProteinIQ(proxy="http://proxy.test", verify=Path("ca.pem"), headers={"X-Team": "a"}, app=("a", "1"))
    AsyncProteinIQ(proxy=False, verify=ssl.create_default_context())
    AsyncProteinIQ(transport=InProcess())
