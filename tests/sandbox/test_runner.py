from __future__ import annotations

import json
import select
import signal
from pathlib import Path
from typing import Any

import pytest

from proteiniq.sandbox import _lease
from proteiniq.sandbox._runner import LocalRun
from proteiniq.sandbox._runs import Ended, Progress

from .commands import wait_until_gone


class Late:
    """A poller that finds the channel empty the first time, as it was when it looked."""

    def __init__(self, poller: select.poll) -> None:
        self._poller = poller
        self._looked = False

    def poll(self, milliseconds: float) -> list[tuple[int, int]]:
        if self._looked:
            return self._poller.poll(milliseconds)
        self._looked = True
        return []


def test_an_outcome_that_was_sent_just_before_the_end_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    entry = {"id": "1", "kind": "protein", "format": "fasta", "content": ">a\nMKV\n", "label": None}
    job = {"tool": "protein-parameters", "inputs": {"protein": [entry]}, "settings": {}}
    (tmp_path / "job.json").write_text(json.dumps(job), encoding="utf-8")
    run = LocalRun(tmp_path)
    run._process.wait(60)
    monkeypatch.setattr(run, "_poller", Late(run._poller))
    news = run.poll(60)
    while not isinstance(news, Ended):
        news = run.poll(60)
    assert news.exit_code == 0
    assert news.outcome is not None


def prepared(folder: Path, **settings: Any) -> Path:
    """A folder with a job that starts a child in another session, and waits."""
    (folder / "out").mkdir()
    given = {
        "gate": str(folder / "gate"),
        "pid": str(folder / "pid"),
        "child": str(folder / "child"),
        **settings,
    }
    entry = {"slot": "text", "kind": "protein", "format": "fasta", "content": ">a\nMKV\n", "label": None}
    job = {"tool": "tests.sandbox.fake_tools:Leaves", "inputs": {"text": [entry]}, "settings": given}
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    return folder


def test_a_job_ends_when_it_hears_of_no_later_time(tmp_path: Path) -> None:
    run = LocalRun(prepared(tmp_path))
    run.extend(_lease.clock() + 600)
    while not isinstance(run.poll(60), Progress):
        pass
    run.extend(_lease.clock() - 1)
    run._process.wait(60)  # nobody polls it, as if the sandbox were stopped
    wait_until_gone(int((tmp_path / "child").read_text()))
    ended = run.poll(60)
    assert isinstance(ended, Ended)
    assert (ended.outcome, ended.exit_code) == (None, -9)


def test_a_process_that_does_not_read_does_not_hold_up_the_sandbox(tmp_path: Path) -> None:
    run = LocalRun(prepared(tmp_path))
    run._process.send_signal(signal.SIGSTOP)
    for _ in range(10_000):
        run.extend(_lease.clock() + 600)
    run.end()
