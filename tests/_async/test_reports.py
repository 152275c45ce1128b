"""Reports of results: what is requested for them, and what is not."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from proteiniq import APIError, AsyncProteinIQ, ConfigurationError, InvalidInput, TransportError

from ..storage import CONTENT, FILE, result, storage
from ..support import RESULT, STATUS, UBIQUITIN, Routes, answer, documented, job, refusal
from .clients import fetched, over

TOOLS = "GET /api/v1/tools"
TOOL = "GET /api/v1/tools/esmfold"


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_job_that_ran_here_is_reported_with_its_inputs(
    client: AsyncProteinIQ, tmp_path: Path
) -> None:
    made = await client.run("protein-parameters", {"protein": UBIQUITIN}, {"ph": 5}, name="Ubiquitin")
    path = await made.report(tmp_path / "report.html")
    page = path.read_text("utf-8")
    assert path == tmp_path / "report.html"
    assert "<h1>Ubiquitin</h1>" in page
    assert "<dt>ph</dt><dd>5</dd>" in page
    assert 'data-name="parameters.csv"' in page
    assert made.files[0].info.url is not None
    assert made.files[0].info.url not in page


@pytest.mark.once
@pytest.mark.anyio
async def test_the_job_and_the_contract_are_requested_if_they_are_not_known(tmp_path: Path) -> None:
    service = Routes(
        {
            RESULT: answer(result("a.txt")),
            STATUS: answer(job("COMPLETED", name="Mine", credits_used=3)),
            TOOL: answer(documented("get_tool")),
            FILE: storage,
        }
    )
    made = await fetched(service)
    page = (await made.report(tmp_path / "a.html")).read_text("utf-8")
    assert "<h1>Mine</h1>" in page
    assert "Not recorded" in page
    assert str(len(CONTENT)) in page


@pytest.mark.once
@pytest.mark.anyio
async def test_what_can_not_be_had_of_job_and_contract_is_left_out(tmp_path: Path) -> None:
    gone = refusal(404, "not_found")
    made = await fetched(Routes({RESULT: answer(result()), STATUS: gone, TOOL: gone, TOOLS: gone}))
    page = (await made.report(tmp_path / "a.html")).read_text("utf-8")
    assert "<h1>esmfold</h1>" in page
    assert await made.report(tmp_path) == tmp_path / "report.html"
    assert (await made.report(tmp_path / "a.html", overwrite=True)).exists()


@pytest.mark.once
@pytest.mark.anyio
async def test_a_pickled_result_without_files_is_reported(tmp_path: Path) -> None:
    made = pickle.loads(pickle.dumps(await fetched(Routes({RESULT: answer({**result(), "tool": None})}))))
    assert made._origin is None
    assert "<h1>job_1</h1>" in (await made.report(tmp_path / "a.html")).read_text("utf-8")


@pytest.mark.once
@pytest.mark.anyio
async def test_files_of_a_pickled_result_are_missed(tmp_path: Path) -> None:
    made = pickle.loads(pickle.dumps(await fetched(Routes({RESULT: answer(result("a.txt"))}))))
    with pytest.raises(ConfigurationError):
        await made.report(tmp_path / "a.html")


@pytest.mark.once
@pytest.mark.anyio
async def test_a_file_is_not_replaced_unasked_and_nothing_is_requested_for_it(tmp_path: Path) -> None:
    service = Routes({RESULT: answer(result("a.txt"))})
    async with over(service) as client:
        made = await client.results.get("job_1")
        (tmp_path / "a.html").touch()
        with pytest.raises(FileExistsError):
            await made.report(tmp_path / "a.html")
        with pytest.raises(InvalidInput):
            await made.report("")
        (tmp_path / "report.html").touch()
        with pytest.raises(FileExistsError, match=r"report.html"):
            await made.report(tmp_path)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_file_that_can_not_be_downloaded_ends_the_report(tmp_path: Path) -> None:
    made = await fetched(Routes({RESULT: answer(result("a.txt")), FILE: answer({}, 404)}), max_retries=0)
    with pytest.raises((TransportError, APIError)):
        await made.report(tmp_path / "a.html")
    assert not (tmp_path / "a.html").exists()
