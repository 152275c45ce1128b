# Generated from tests/_async/test_batch.py by scripts/unasync.py. Edit that file instead.

"""Batches on each event loop, and in threads: stopping early, cancelling, and what is on its way meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from proteiniq import ProteinIQ
from proteiniq._policy import schedule
from proteiniq._wire.blocking import Blocking
from proteiniq._wire.crew import Crew
from proteiniq.batch import Batch
from proteiniq.errors import BatchLocked
from proteiniq.sandbox import Sandbox

TEXTS = [("a", "one"), ("b", "two"), ("c", "three")]


@pytest.fixture
def client(sandbox: Sandbox, key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProteinIQ]:
    """A client with the machine's clock, since a batch waits for its requests with that."""
    monkeypatch.setattr(schedule, "SEARCH_AFTER", 0.05)
    with ProteinIQ(key, sandbox.url, rate_limit=100_000, max_retries=0) as connected:
        yield connected


def run(batch: Batch) -> list[str]:
    return sorted([f"{outcome.id} {outcome.status}" for outcome in batch])


def jobs(client: ProteinIQ) -> int:
    return len([job for job in client.jobs.list()])


def journal(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().splitlines()]


def test_a_batch_runs_and_is_there_in_a_second_run(client: ProteinIQ, tmp_path: Path) -> None:
    for _ in range(2):
        assert run(client.batch("picky", TEXTS, tmp_path)) == ["a done", "b done", "c done"]
    assert jobs(client) == 3


def test_the_end_of_a_loop_writes_what_is_on_its_way_before_the_folder_is_free(
    client: ProteinIQ, tmp_path: Path
) -> None:
    with client.batch("picky", TEXTS, tmp_path) as batch:
        for _ in batch:
            with pytest.raises(BatchLocked):
                run(client.batch("picky", TEXTS, tmp_path))
            break
    events = [event["event"] for event in journal(tmp_path)]
    assert events.count("submit") == events.count("submitted")
    assert run(client.batch("picky", TEXTS, tmp_path)) == ["a done", "b done", "c done"]
    assert jobs(client) == 3


def test_a_second_loop_in_the_block_of_a_batch_goes_on_after_the_first(
    client: ProteinIQ, tmp_path: Path
) -> None:
    with client.batch("picky", TEXTS, tmp_path) as batch:
        for _ in batch:
            break
        assert run(batch) == ["a done", "b done", "c done"]
    assert run(batch) == ["a done", "b done", "c done"]
    with batch:
        pass
    assert jobs(client) == 3


# ---- the crew


def fail() -> None:
    raise LookupError("of a task")


def succeed() -> int:
    return 7


def test_an_outcome_stays_until_it_was_acted_on() -> None:
    crew: Crew[str] = Crew()
    crew.start("a", succeed)
    for _ in range(2):
        outcome = crew.next(None)
        assert outcome is not None
        assert (outcome.tag, outcome.value, crew.busy) == ("a", 7, True)
    crew.taken()
    assert not crew.busy
    assert crew.next(0.0) is None


def test_an_error_of_a_task_is_its_outcome() -> None:
    crew: Crew[str] = Crew()
    crew.start("a", fail)
    outcome = crew.next(None)
    assert outcome is not None
    assert repr(outcome.error) == "LookupError('of a task')"
