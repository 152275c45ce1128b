# Generated from tests/_async/test_results.py by scripts/unasync.py. Edit that file instead.

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

from proteiniq import APIError, ConfigurationError, ContractError, NotFound, ProteinIQ, TransportError
from proteiniq.sandbox import Sandbox

from ..storage import CONTENT, FILE, STORAGE, cut, result, storage
from ..support import RESULT, UBIQUITIN, Routes, Stub, answer, documented, job
from ..tools import ALL, Large
from .clients import connect, fetched, over


def test_a_file_is_read(client: ProteinIQ) -> None:
    made = client.run("protein-parameters", {"protein": UBIQUITIN})
    text = made.files["parameters.csv"].text()
    assert text.encode() == made.files["parameters.csv"].read()
    assert text.startswith("id,")


def test_a_large_file_is_saved_completely(client: ProteinIQ, tmp_path: Path) -> None:
    made = client.run("large", {"text": "any"})
    saved = made.files["big.bin"].save(tmp_path / "mine.bin")
    assert saved == tmp_path / "mine.bin"
    assert saved.read_bytes() == Large.CONTENT
    assert list(tmp_path.iterdir()) == [saved]


def test_all_files_are_saved_in_a_folder_that_is_made(client: ProteinIQ, tmp_path: Path) -> None:
    made = client.run("protein-parameters", {"protein": UBIQUITIN})
    saved = made.save_all(tmp_path / "new" / "folder")
    assert [path.name for path in saved] == ["parameters.csv", "parameters.json"]
    assert all(path.stat().st_size for path in saved)


def test_an_expired_url_is_renewed() -> None:
    now = [1_800_000_000.0]
    with Sandbox(url_lifetime=60, job_read_interval=0.05, tools=ALL, clock=lambda: now[0]) as sandbox:
        with connect(sandbox) as client:
            made = client.run("large", {"text": "any"})
            now[0] += 61
            assert made.files["big.bin"].read() == Large.CONTENT


def test_a_download_follows_redirects_without_the_key() -> None:
    moved = httpx.Response(302, headers={"location": "https://service.test/elsewhere"})
    service = Routes({RESULT: answer(result("a.txt")), FILE: moved, "GET /elsewhere": storage})
    assert (fetched(service)).files["a.txt"].read() == CONTENT
    assert ["authorization" in request.headers for request in service.requests] == [True, False, False]


def test_an_interrupted_download_resumes(tmp_path: Path) -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), cut(1000, 500), storage]})
    saved = (fetched(service)).files["a.txt"].save(tmp_path)
    assert saved.read_bytes() == CONTENT
    assert [request.headers.get("range") for request in service.requests[1:]] == [
        None,
        "bytes=1000-",
        "bytes=1500-",
    ]


def test_a_download_that_is_always_interrupted_fails_without_a_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("what was there")
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), cut(1000, 0)]})
    made = fetched(service, max_retries=2)
    with pytest.raises(TransportError, match=r"1000 of 10240 bytes") as caught:
        made.files["a.txt"].save(target, overwrite=True)
    assert caught.value.job_id == "job_1"
    assert caught.value.retryable
    assert target.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [target]


def test_a_fault_of_the_storage_is_retried() -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: [httpx.Response(503), storage]})
    assert (fetched(service)).files["a.txt"].read() == CONTENT


@pytest.mark.case
def test_an_existing_file_with_its_checksum_is_kept_without_a_download(
    tmp_path: Path,
) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(CONTENT)
    written = target.stat().st_mtime_ns
    told: list[tuple[int, int | None]] = []
    checked = httpx.Response(200, content=CONTENT, headers={"etag": f'"{hashlib.md5(CONTENT).hexdigest()}"'})
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: checked}))
    made.save_all(tmp_path, on_progress=lambda done, total: told.append((done, total)))
    assert (target.read_bytes(), target.stat().st_mtime_ns) == (CONTENT, written)
    assert told == [(len(CONTENT), len(CONTENT))]
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.case
def test_a_result_survives_pickling_and_explains_how_to_attach_a_client() -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    restored = pickle.loads(pickle.dumps(made))
    assert (restored, restored.files["a.txt"].info) == (made, made.files["a.txt"].info)
    with pytest.raises(ConfigurationError, match=r"client\.results\.get\('job_1'\)"):
        restored.files["a.txt"].read()


def test_a_copy_of_a_result_keeps_its_client() -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    assert copy.deepcopy(made).files["a.txt"].read() == copy.copy(made.files[0]).read() == CONTENT
