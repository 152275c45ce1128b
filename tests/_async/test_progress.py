"""`progress=True`: what is shown on stderr, which is not a terminal here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proteiniq import InvalidInput
from proteiniq.batch import BatchStatus
from proteiniq.sandbox import Sandbox

from ..storage import result
from ..support import ENTRY, EVENTS, RESULT, STATUS, SUBMIT, Routes, Stub, answer, documented, job, refusal
from .clients import connect, over

STATES = [answer(job("QUEUED")), answer(job("PROCESSING")), answer(job("COMPLETED"))]
FOLLOWED: dict[str, Any] = {
    STATUS: STATES,
    EVENTS: refusal(404, "not_found"),
    RESULT: answer(result("a.txt", "b.txt")),
}


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The status, or the first words, of each line on stderr."""
    return [line.partition(" after ")[0] for line in capsys.readouterr().err.splitlines()]


LINES = ["job_1 QUEUED", "job_1 PROCESSING", "job_1 COMPLETED"]


@pytest.mark.anyio
async def test_a_wait_shows_each_status(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []
    async with over(Routes(FOLLOWED)) as client:
        await client.jobs.wait("job_1", progress=True, on_update=lambda state: seen.append(state.status))
        assert [line.partition(",")[0] for line in shown(capsys)] == LINES
        await client.jobs.wait("job_1")
    assert seen == ["QUEUED", "PROCESSING", "COMPLETED"]
    assert shown(capsys) == []


@pytest.mark.anyio
async def test_run_and_result_show_the_job(capsys: pytest.CaptureFixture[str]) -> None:
    routes = {**FOLLOWED, SUBMIT: answer(job("QUEUED"), 201)}
    async with over(Routes(routes)) as client:
        await client.run("x", [ENTRY], progress=True)
    assert [line.partition(",")[0] for line in shown(capsys)] == LINES
    async with over(Routes(FOLLOWED)) as client:
        queued = await client.jobs.get("job_1")
        await queued.result(progress=True)
    assert [line.partition(",")[0] for line in shown(capsys)] == LINES


@pytest.mark.anyio
async def test_a_wait_for_many_jobs_shows_how_many_have_ended(capsys: pytest.CaptureFixture[str]) -> None:
    listed = answer({**documented("list_jobs"), "data": [job("COMPLETED"), job("FAILED", id="job_2")]})
    async with over(Routes({"GET /api/v1/jobs": listed})) as client:
        ended = [each async for each in client.jobs.wait_all(["job_1", "job_2"], progress=True)]
    assert len(ended) == 2
    assert shown(capsys) == ["0 of 2 jobs ended", "1 of 2 jobs ended", "2 of 2 jobs ended"]


@pytest.mark.anyio
async def test_an_upload_shows_its_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    async with over(Stub(answer(documented("get_file"), 201))) as client:
        await client.files.upload(b"x" * 3000, filename="a.pdb", progress=True)
    assert shown(capsys)[-1] == "uploading a.pdb: 3.0 kB of 3.0 kB"


@pytest.mark.anyio
async def test_a_flag_for_progress_is_a_boolean() -> None:
    wrong: Any = "yes"
    async with over(Routes({})) as client:
        with pytest.raises(InvalidInput, match="progress must be True or False"):
            await client.jobs.wait("job_1", progress=wrong)
        with pytest.raises(InvalidInput, match="progress must be True or False"):
            await client.files.upload(b"x", filename="a", progress=wrong)


@pytest.mark.anyio
async def test_downloads_and_batches_show_their_progress(
    sandbox: Sandbox, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with connect(sandbox, key) as client:
        found = await client.run("protein-parameters", {"protein": "MKTAYIAK"})
        await found.files[0].save(tmp_path / "one.csv", progress=True)
        assert shown(capsys)[-1].startswith("downloading parameters.csv: ")
        await found.save_all(tmp_path / "all", progress=True)
        assert shown(capsys)[-1].startswith("downloading 2 files of job ")
        batch = client.batch("protein-parameters", {"a": {"protein": "MK"}}, tmp_path / "b", progress=True)
        assert isinstance(await batch.run(), BatchStatus)
    assert shown(capsys)[-1].startswith("1 of 1 done")
