"""A batch as its folder tells of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import attrs
import pytest

import proteiniq.batch
from proteiniq.batch import AsyncBatch, Batch
from proteiniq.batch._events import Failed, Paused, Problem
from proteiniq.errors import BatchError, ConfigurationError

from .results import batch, finished, record, run, save


def test_a_folder_without_a_batch(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match=r"has no batch: batch\.json is missing"):
        Batch.open(tmp_path)


def test_a_folder_in_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    finished(tmp_path / "batch", {"x": 1})
    assert Batch.open("~/batch").status().done == 1


def test_the_status_counts_equal_items_with_the_first_of_them(tmp_path: Path) -> None:
    with batch(tmp_path, "a", "b", "c", "d", "e", same={"b": "a", "d": "c"}) as folder:
        run(folder, 0)
        save(folder, 0, {"x": 1})
        run(folder, 2, error=Problem("bad", "no"))
        record(folder, Failed(2, "no"), Paused("too many failures"))
    status = Batch.open(tmp_path).status()
    assert (status.items, status.done, status.failed, status.waiting) == (5, 2, 2, 1)
    assert status.paused == "too many failures"
    assert not status.finished


def test_the_report_writes_the_summary(tmp_path: Path) -> None:
    finished(tmp_path, {"x": 1})
    assert Batch.open(tmp_path).report().done == 1
    assert (tmp_path / "summary.csv").read_text().splitlines()[1].startswith("a,done,")


def test_the_report_may_be_a_page(tmp_path: Path) -> None:
    with batch(tmp_path / "screen", "a", "b", "c", same={"c": "a"}) as folder:
        run(folder, 0)
        save(folder, 0, {"score": 1.5})
        run(folder, 1, error=Problem("bad", "no"))
    target = tmp_path / "screen.html"
    assert Batch.open(tmp_path / "screen").report(target).done == 2
    page = target.read_text("utf-8")
    assert '<td>a</td><td>done</td><td class="n">1.5</td>' in page
    assert '["screen/results/a","folder of the result"]' in page
    with pytest.raises(FileExistsError):
        Batch.open(tmp_path / "screen").report(target)
    assert Batch.open(tmp_path / "screen").report(target, overwrite=True).items == 3
    Batch.open(tmp_path / "screen").report(tmp_path)
    assert (tmp_path / "report.html").read_text("utf-8") == page


def test_the_result_of_an_item(tmp_path: Path) -> None:
    with batch(tmp_path, "a", "b") as folder:
        run(folder, 0)
        save(folder, 0, {"x": 1})
    view = Batch.open(tmp_path)
    done, waiting = view.items()
    assert view.result(done) == {"x": 1}
    with pytest.raises(BatchError, match=r"^item b is pending and has no result$"):
        view.result(waiting)


@pytest.mark.parametrize(
    ("job", "advice"), [("job_7", r", or get it with client\.results\.get\('job_7'\)$"), (None, "$")]
)
def test_a_damaged_result_is_an_error_that_says_what_to_do(
    tmp_path: Path, job: str | None, advice: str
) -> None:
    finished(tmp_path, {"x": 1})
    (tmp_path / "results/a/result.json").write_text('{"x')
    view = Batch.open(tmp_path)
    (item,) = view.items()
    with pytest.raises(
        BatchError, match=r"^the result of item 'a' can't be read: .*\. Restore it from a backup" + advice
    ):
        view.result(attrs.evolve(item, job_id=job))


def test_the_table_of_the_results(tmp_path: Path) -> None:
    finished(tmp_path, {"x": 1}, {"x": 2})
    assert [row["x"] for row in Batch.open(tmp_path).table] == [1, 2]


def test_a_batch_that_was_opened_to_look_at_it_does_not_run(tmp_path: Path) -> None:
    finished(tmp_path, {"x": 1})
    with pytest.raises(ConfigurationError, match=r"call client\.batch with its folder$"):
        iter(Batch.open(tmp_path))
    with pytest.raises(ConfigurationError, match=r"call client\.batch with its folder$"):
        asyncio.run(AsyncBatch.open(tmp_path).run())


def test_the_names_of_the_package() -> None:
    assert [
        getattr(proteiniq.batch, name).__name__ for name in dir(proteiniq.batch)
    ] == proteiniq.batch.__all__
    with pytest.raises(AttributeError, match=r"^module 'proteiniq\.batch' has no attribute 'Bach'$"):
        proteiniq.batch.Bach  # noqa: B018
