# Generated from tests/_async/test_callbacks.py by scripts/unasync.py. Edit that file instead.

"""Functions that a caller passes are called, and awaited if they are coroutine functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ..storage import CONTENT, FILE, result, storage
from ..support import EVENTS, RESULT, Routes, answer, documented, events, job
from .clients import fetched, over

CREATED = answer(documented("upload_file"), 201)


class Recorder:
    """Keeps what it is called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def record(self, *arguments: Any) -> None:
        self.calls.append(arguments)


@pytest.mark.case
def test_updates_of_a_wait() -> None:
    recorder = Recorder()
    service = Routes({EVENTS: events(job("PROCESSING"), job("COMPLETED"))})
    with over(service) as client:
        client.jobs.wait("job_1", on_update=recorder.record)
        assert [each.id for each in client.jobs.wait_all(["job_1"], on_update=recorder.record)] == ["job_1"]
    assert [job.status for (job,) in recorder.calls] == ["PROCESSING", "COMPLETED"] * 2


@pytest.mark.case
def test_progress_of_transfers(tmp_path: Path) -> None:
    recorder = Recorder()
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    made.save_all(tmp_path, on_progress=recorder.record)
    with over(Routes({"POST /api/v1/files": CREATED})) as client:
        client.files.upload(b"MKV", filename="a.fasta", on_progress=recorder.record)
    assert recorder.calls == [(0, len(CONTENT)), (len(CONTENT), len(CONTENT)), (0, 3), (3, 3)]
