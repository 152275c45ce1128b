from __future__ import annotations

import json
import select
from pathlib import Path

import pytest

from proteiniq.sandbox._runner import LocalRun
from proteiniq.sandbox._runs import Ended


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
