"""What a client remembers of the jobs that it submitted."""

from __future__ import annotations

from hashlib import sha256

from proteiniq._inputs.sent import MOST_JOBS, Sent, remember, sent

from .support import ENTRY


def test_an_entry_is_remembered_with_its_hash_and_the_lengths_of_its_sequences() -> None:
    (made,) = sent([{**ENTRY, "content": ">a\nMK\n>b\nMKV\n"}], {}).inputs
    assert (made.slot, made.size, made.lengths) == ("protein", 13, (2, 3))
    assert made.sha256 == sha256(b">a\nMK\n>b\nMKV\n").hexdigest()


def test_of_a_long_text_only_hash_and_size_are_remembered() -> None:
    (made,) = sent([{**ENTRY, "content": "é" * 10_001}], {}).inputs
    assert (made.content, made.size, made.lengths) == (None, 20_002, ())


def test_a_saved_file_is_remembered_by_its_id() -> None:
    (made,) = sent([{"slotId": "protein", "source": {"type": "file", "file_id": "file_1"}}], {}).inputs
    assert (made.file_id, made.sha256) == ("file_1", None)


def test_entries_of_any_shape_are_survived() -> None:
    made = sent(
        [{}, {"slotId": 1, "content": 2, "source": 3}, {"content": "\ud800", "format": "pdb"}], {"a": 1}
    )
    assert [each.slot for each in made.inputs] == [None, None, None]
    assert made.settings == {"a": 1}


def test_the_oldest_jobs_are_forgotten() -> None:
    known: dict[str, Sent] = {}
    for number in range(MOST_JOBS + 2):
        remember(known, f"job_{number}", Sent((), {}))
    assert len(known) == MOST_JOBS
    assert "job_1" not in known
