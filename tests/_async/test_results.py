"""Results and their files: read, saved, resumed, renewed, and never outside the folder."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import httpx
import pytest

from proteiniq import APIError, AsyncProteinIQ, ConfigurationError, ContractError, NotFound, TransportError
from proteiniq.sandbox import Sandbox

from ..storage import CONTENT, FILE, STORAGE, cut, result, storage
from ..support import RESULT, UBIQUITIN, Routes, Stub, answer, documented, job
from ..tools import ALL, Large
from .clients import connect, fetched, over

# ---- with real results


@pytest.mark.once
@pytest.mark.anyio
async def test_fields_of_a_result(client: AsyncProteinIQ) -> None:
    made = await client.run("protein-parameters", {"protein": UBIQUITIN})
    assert made.tool == "protein-parameters"
    assert made.status == "COMPLETED"
    assert made.completed_at is not None
    assert made.completed_at.tzinfo is not None
    assert made.files.names == ("parameters.csv", "parameters.json")
    assert len(made.files) == 2
    assert made.files[0].name == "parameters.csv"
    assert "parameters.csv" in made.files
    assert [file.content_type for file in made.files] == ["text/csv", "application/json"]


@pytest.mark.once
@pytest.mark.anyio
async def test_all_files_of_a_result_without_files_are_an_empty_folder(tmp_path: Path) -> None:
    made = await fetched(Routes({RESULT: answer({**result(), "files": []})}))
    assert await made.save_all(tmp_path / "none", progress=True) == []
    assert list((tmp_path / "none").iterdir()) == []


@pytest.mark.once
@pytest.mark.anyio
async def test_a_result_has_the_contract_that_the_client_has_read() -> None:
    fetched = Routes({RESULT: answer(result()), "GET /api/v1/tools/esmfold": answer(documented("get_tool"))})
    async with over(fetched) as client:
        before = await client.results.get("job_1")
        known = await client.tools.get("esmfold")
        after = await client.results.get("job_1")
    assert (before._contract, after._contract) == (None, known)
    assert before == after


@pytest.mark.once
@pytest.mark.anyio
async def test_a_result_as_objects_of_other_libraries() -> None:
    for package in ("pandas", "polars", "pyarrow", "biotite", "rdkit"):
        pytest.importorskip(package)
    atom = "ATOM      1  N   MET A   1      27.340  24.430   2.614  1.00  9.67           N  \n"
    document = {**result("a.pdb"), "results": {"rows": [{"n": 1}, {"n": None}]}}
    made = await fetched(Routes({RESULT: answer(document), FILE: lambda _: httpx.Response(200, text=atom)}))
    assert made.to_pandas()["rows.n"].isna().tolist() == [False, True]
    assert made.to_polars(table="rows")["rows.n"].to_list() == [1, None]
    assert made.to_arrow().to_pylist() == [{"rows.n": 1}, {"rows.n": None}]
    file = made.files["a.pdb"]
    position = pytest.approx([27.34, 24.43, 2.614])
    (read,) = (await file.to_biopython()).get_atoms()
    assert list(read.coord) == position
    assert (await file.to_biotite()).coord[0].tolist() == position
    assert list((await file.to_rdkit()).GetConformer().GetAtomPosition(0)) == position


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_file_is_read(client: AsyncProteinIQ) -> None:
    made = await client.run("protein-parameters", {"protein": UBIQUITIN})
    text = await made.files["parameters.csv"].text()
    assert text.encode() == await made.files["parameters.csv"].read()
    assert text.startswith("id,")


@pytest.mark.once
@pytest.mark.anyio
async def test_a_missing_file_names_the_existing_ones(client: AsyncProteinIQ) -> None:
    made = await client.run("protein-parameters", {"protein": UBIQUITIN})
    with pytest.raises(KeyError, match=r"no file 'x.pdb'.*parameters.csv, parameters.json"):
        made.files["x.pdb"]
    with pytest.raises(IndexError, match=r"files\[9\]: the result has 2 files"):
        made.files[9]


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_large_file_is_saved_completely(client: AsyncProteinIQ, tmp_path: Path) -> None:
    made = await client.run("large", {"text": "any"})
    saved = await made.files["big.bin"].save(tmp_path / "mine.bin")
    assert saved == tmp_path / "mine.bin"
    assert saved.read_bytes() == Large.CONTENT
    assert list(tmp_path.iterdir()) == [saved]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_file_is_saved_into_a_folder_under_its_own_name(
    client: AsyncProteinIQ, tmp_path: Path
) -> None:
    made = await client.run("protein-parameters", {"protein": UBIQUITIN})
    assert await made.files["parameters.csv"].save(tmp_path) == tmp_path / "parameters.csv"


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_all_files_are_saved_in_a_folder_that_is_made(client: AsyncProteinIQ, tmp_path: Path) -> None:
    made = await client.run("protein-parameters", {"protein": UBIQUITIN})
    saved = await made.save_all(tmp_path / "new" / "folder")
    assert [path.name for path in saved] == ["parameters.csv", "parameters.json"]
    assert all(path.stat().st_size for path in saved)


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_expired_url_is_renewed() -> None:
    now = [1_800_000_000.0]
    with Sandbox(url_lifetime=60, job_read_interval=0.05, tools=ALL, clock=lambda: now[0]) as sandbox:
        async with connect(sandbox) as client:
            made = await client.run("large", {"text": "any"})
            now[0] += 61
            assert await made.files["big.bin"].read() == Large.CONTENT


@pytest.mark.once
@pytest.mark.anyio
async def test_two_results_of_the_same_response_are_equal(client: AsyncProteinIQ) -> None:
    made = await client.run("protein-parameters", {"protein": UBIQUITIN})
    again = await client.results.get(made.job_id)
    assert again.data == made.data
    assert again.files.names == made.files.names


@pytest.mark.once
@pytest.mark.anyio
async def test_a_download_carries_no_key() -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: storage})
    assert await (await fetched(service)).files["a.txt"].read() == CONTENT
    got, downloaded = service.requests
    assert "authorization" in got.headers
    assert "authorization" not in downloaded.headers
    assert downloaded.url == STORAGE


@pytest.mark.anyio
async def test_a_download_follows_redirects_without_the_key() -> None:
    moved = httpx.Response(302, headers={"location": "https://service.test/elsewhere"})
    service = Routes({RESULT: answer(result("a.txt")), FILE: moved, "GET /elsewhere": storage})
    assert await (await fetched(service)).files["a.txt"].read() == CONTENT
    assert ["authorization" in request.headers for request in service.requests] == [True, False, False]


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_interrupted_download_resumes(tmp_path: Path) -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), cut(1000, 500), storage]})
    saved = await (await fetched(service)).files["a.txt"].save(tmp_path)
    assert saved.read_bytes() == CONTENT
    assert [request.headers.get("range") for request in service.requests[1:]] == [
        None,
        "bytes=1000-",
        "bytes=1500-",
    ]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_storage_without_ranges_is_read_from_the_start(tmp_path: Path) -> None:
    whole = httpx.Response(200, content=CONTENT)
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), whole]})
    saved = await (await fetched(service)).files["a.txt"].save(tmp_path)
    assert saved.read_bytes() == CONTENT


@pytest.mark.once
@pytest.mark.anyio
async def test_a_part_of_another_version_is_refused(tmp_path: Path) -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), cut(1000, 500, etag='"two"')]})
    made = await fetched(service)
    with pytest.raises(ContractError, match="download the file again"):
        await made.files["a.txt"].save(tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "part",
    [
        cut(1000, 500, etag='"two"'),
        cut(500, 500),
        httpx.Response(206, content=CONTENT[1000:]),
        httpx.Response(206, content=b"", headers={"content-range": "bytes 1000-1999/2000"}),
        httpx.Response(
            206, content=b"", headers={"content-range": "bytes 1000-10239/10240", "content-encoding": "br"}
        ),
    ],
    ids=["another version", "another part", "unknown part", "another length", "encoded"],
)
async def test_a_part_with_a_wrong_range_restarts_the_download(part: Any, tmp_path: Path) -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), part, storage]})
    saved = await (await fetched(service)).files["a.txt"].save(tmp_path)
    assert saved.read_bytes() == CONTENT
    assert [request.headers.get("range") for request in service.requests[1:]] == [None, "bytes=1000-", None]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_partial_response_with_the_whole_file_is_accepted(tmp_path: Path) -> None:
    headers = {"content-range": f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"}
    whole = httpx.Response(206, content=CONTENT, headers=headers)
    service = Routes({RESULT: answer(result("a.txt")), FILE: whole})
    assert (await (await fetched(service)).files["a.txt"].save(tmp_path)).read_bytes() == CONTENT


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("status", [202, 204])
async def test_a_success_without_a_file_is_not_an_empty_file(status: int, tmp_path: Path) -> None:
    made = await fetched(Routes({RESULT: answer(result("a.txt")), FILE: httpx.Response(status)}))
    with pytest.raises(ContractError, match=f"responded with {status} and no file"):
        await made.files["a.txt"].save(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_download_that_is_always_interrupted_fails_without_a_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("what was there")
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), cut(1000, 0)]})
    made = await fetched(service, max_retries=2)
    with pytest.raises(TransportError, match=r"1000 of 10240 bytes") as caught:
        await made.files["a.txt"].save(target, overwrite=True)
    assert caught.value.job_id == "job_1"
    assert caught.value.retryable
    assert target.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("status", [400, 403, 410])
async def test_a_url_that_storage_refuses_is_renewed_once(status: int) -> None:
    fresh = result("a.txt", url="https://storage.test/fresh")
    service = Routes(
        {
            RESULT: [answer(result("a.txt")), answer(fresh)],
            FILE: httpx.Response(status, text="<Error><Code>AccessDenied</Code></Error>"),
            "GET /fresh": storage,
        }
    )
    assert await (await fetched(service)).files["a.txt"].read() == CONTENT
    assert service.routes == [RESULT, FILE, RESULT, "GET /fresh"]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_url_that_is_refused_after_its_renewal() -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: httpx.Response(403)})
    made = await fetched(service)
    with pytest.raises(APIError) as caught:
        await made.files["a.txt"].read()
    assert caught.value.status == 403
    assert "scope" not in str(caught.value)  # of a key, which storage knows nothing of
    assert service.routes == [RESULT, FILE, RESULT, FILE]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_file_that_is_missing_when_its_url_is_renewed() -> None:
    service = Routes({RESULT: [answer(result("a.txt")), answer(result("b.txt"))], FILE: httpx.Response(403)})
    made = await fetched(service)
    with pytest.raises(NotFound, match=r"no longer has a file 'a\.txt'"):
        await made.files["a.txt"].read()


@pytest.mark.anyio
async def test_a_fault_of_the_storage_is_retried() -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: [httpx.Response(503), storage]})
    assert await (await fetched(service)).files["a.txt"].read() == CONTENT


@pytest.mark.case
@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_existing_file_with_its_checksum_is_kept_without_a_download(
    tmp_path: Path,
) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(CONTENT)
    written = target.stat().st_mtime_ns
    told: list[tuple[int, int | None]] = []
    checked = httpx.Response(200, content=CONTENT, headers={"etag": f'"{hashlib.md5(CONTENT).hexdigest()}"'})
    made = await fetched(Routes({RESULT: answer(result("a.txt")), FILE: checked}))
    await made.save_all(tmp_path, on_progress=lambda done, total: told.append((done, total)))
    assert (target.read_bytes(), target.stat().st_mtime_ns) == (CONTENT, written)
    assert told == [(len(CONTENT), len(CONTENT))]
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.case
@pytest.mark.anyio
async def test_a_result_survives_pickling_and_explains_how_to_attach_a_client() -> None:
    made = await fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    restored = pickle.loads(pickle.dumps(made))
    assert (restored, restored.files["a.txt"].info) == (made, made.files["a.txt"].info)
    with pytest.raises(ConfigurationError, match=r"client\.results\.get\('job_1'\)"):
        await restored.files["a.txt"].read()


@pytest.mark.anyio
async def test_a_copy_of_a_result_keeps_its_client() -> None:
    made = await fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    assert await copy.deepcopy(made).files["a.txt"].read() == await copy.copy(made.files[0]).read() == CONTENT


@pytest.mark.anyio
@pytest.mark.once
async def test_a_copy_of_a_job_keeps_its_client() -> None:
    async with over(Stub(answer(job("COMPLETED")))) as client:
        made = await client.jobs.get("job_1")
        assert await copy.deepcopy(made).refresh() == await copy.copy(made).refresh() == made


@pytest.mark.once
@pytest.mark.case
@pytest.mark.anyio
async def test_files_of_one_name_are_chosen_by_place() -> None:
    twins = result("model.pdb", "model.pdb")
    twins["files"][1]["key"] = "second"
    made = await fetched(Routes({RESULT: answer(twins), FILE: storage}))
    with pytest.raises(KeyError, match=r"2 files 'model.pdb'.*files\[0\] or files\[1\]"):
        made.files["model.pdb"]
    assert json.loads(json.dumps(made.to_dict()))["files"][1]["key"] == "second"
