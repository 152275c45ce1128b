from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq.batch import _summary
from proteiniq.batch._events import Doubt, Failed, Refused, Retry, Reused, Skipped, Submit, Submitted, Unsent
from proteiniq.batch._folder import BatchFolder
from proteiniq.batch._summary import summaries, write_summary

from .results import batch, record, run, save

FAILURE = {"code": "tool_error", "message": "It failed."}


def lines(folder: BatchFolder) -> list[dict[str, str]]:
    with write_summary(folder).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of(folder: BatchFolder, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(each, name) for name in names) for each in summaries(folder)]


def test_the_line_of_an_item_with_a_result(tmp_path: Path) -> None:
    with batch(tmp_path, "x, y") as folder:
        run(folder, 0)
        save(folder, 0, {"a": 1}, files=2)
        assert lines(folder) == [
            {
                "id": "x, y",
                "status": "done",
                "job_id": "job_0_0",
                "credits": "2.0",
                "attempts": "1",
                "code": "",
                "message": "",
                "folder": folder.plan.item(0).results,
                "files": "2",
                "same_as": "",
            }
        ]
        assert b"\r\n" in (tmp_path / "summary.csv").read_bytes()
        assert not list(tmp_path.glob(".*"))


def test_each_state(tmp_path: Path) -> None:
    with batch(tmp_path, *"abcdefg") as folder:
        record(folder, Submit(1, 0))
        record(folder, Submit(2, 0), Submitted(2, 0, "job_2"))
        run(folder, 3, error=FAILURE)
        record(folder, Submit(4, 0), Doubt(4, 0, "The connection was lost."))
        record(folder, Submit(5, 0), Refused(5, 0, "validation_error", "No."))
        record(folder, Skipped(6, "By hand."))
        assert of(folder, "id", "status", "job_id", "attempts", "code", "message", "folder") == [
            ("a", "pending", None, 0, None, None, None),
            ("b", "sending", None, 1, None, None, None),
            ("c", "running", "job_2", 1, None, None, None),
            ("d", "ended", "job_3_0", 1, "tool_error", "It failed.", None),
            ("e", "doubt", None, 1, None, "The connection was lost.", None),
            ("f", "failed", None, 1, "validation_error", "No.", None),
            ("g", "skipped", None, 0, None, "By hand.", None),
        ]


def test_credits_are_those_of_all_attempts(tmp_path: Path) -> None:
    with batch(tmp_path, *"abc") as folder:
        run(folder, 0, credits=3.0, error=FAILURE)
        record(folder, Retry(0, 1))
        run(folder, 0, credits=None, attempt=1)  # what was reserved counts
        record(folder, Submit(1, 0, 5.0), Submitted(1, 0, "job", credits=4.0))
        assert of(folder, "credits", "attempts", "message") == [
            (8.0, 2, None),
            (None, 1, None),
            (None, 0, None),
        ]


def test_the_reason_of_a_failure_is_that_of_its_job(tmp_path: Path) -> None:
    with batch(tmp_path, "a", "b") as folder:
        run(folder, 0, error=FAILURE)
        record(folder, Failed(0))
        run(folder, 1, error=FAILURE)
        record(folder, Failed(1, "Its result is lost."))
        assert of(folder, "code", "message") == [
            ("tool_error", "It failed."),
            ("tool_error", "Its result is lost."),
        ]


def test_a_submit_clears_what_an_earlier_one_was_refused_for(tmp_path: Path) -> None:
    with batch(tmp_path, "a") as folder:
        record(folder, Submit(0, 0), Unsent(0, 0, "rate_limited", "Too many."))
        assert of(folder, "status", "code") == [("pending", "rate_limited")]
        run(folder, 0, error=None)
        assert of(folder, "status", "code", "job_status") == [("ended", None, "COMPLETED")]


def test_an_item_with_the_result_of_an_equal_one(tmp_path: Path) -> None:
    with batch(tmp_path, "a", "b", same={"b": "a"}) as folder:
        assert of(folder, "id", "status", "same_as") == [("a", "pending", None), ("b", "pending", "a")]
        run(folder, 0)
        save(folder, 0, {}, files=1)
        first, second = summaries(folder)
        assert second == attrs.evolve(first, id="b", credits=None, same_as="a")


def test_a_result_of_another_batch(tmp_path: Path) -> None:
    with batch(tmp_path, "a") as folder:
        record(folder, Reused(0, "/other", "z", (), data=True))
        assert of(folder, "status", "credits", "folder", "has_data") == [("done", None, "results/a", True)]


def test_a_summary_in_several_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with batch(tmp_path, *"abcdef", same={"e": "a"}) as folder:
        for place in (0, 3, 5):
            run(folder, place)
            save(folder, place)
        whole = list(summaries(folder))
        monkeypatch.setattr(_summary, "AT_ONCE", 2)
        assert list(summaries(folder)) == whole


def test_a_reader_sees_the_events_of_its_state_only(tmp_path: Path) -> None:
    with batch(tmp_path, "a") as folder, BatchFolder.read(tmp_path) as reader:
        run(folder, 0)
        assert of(reader, "status", "job_id") == [("pending", None)]
