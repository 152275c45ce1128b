"""What a client remembers of the jobs that it submitted."""

from __future__ import annotations

from hashlib import sha256

from proteiniq._inputs.sent import LARGEST, MOST_BYTES, MOST_JOBS, Sent, remember, sent

from .support import ENTRY


def test_an_entry_is_remembered_with_its_hash_and_the_lengths_of_its_sequences() -> None:
    (made,) = sent([{**ENTRY, "content": ">a\nMK\n>b\nMKV\n"}], {}).inputs
    assert (made.slot, made.size, made.lengths) == ("protein", 13, (2, 3))
    assert made.sha256 == sha256(b">a\nMK\n>b\nMKV\n").hexdigest()


def test_sequences_are_not_looked_for_in_a_long_text() -> None:
    (made,) = sent([{**ENTRY, "content": ">a\n" + "M" * 10_000}], {}).inputs
    assert (made.size, made.lengths) == (10_003, ())
    assert made.content is not None


def test_of_a_large_text_only_hash_and_size_are_remembered() -> None:
    (made,) = sent([{**ENTRY, "content": "é" * (LARGEST // 2 + 1)}], {}).inputs
    assert (made.content, made.size, made.lengths) == (None, LARGEST + 2, ())
    assert made.sha256 == sha256("é".encode() * (LARGEST // 2 + 1)).hexdigest()


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


def test_the_oldest_texts_are_forgotten_but_not_their_hashes() -> None:
    known: dict[str, Sent] = {}
    large = sent([{**ENTRY, "content": "M" * LARGEST}], {"a": 1})
    small = sent([{**ENTRY, "content": ">a\nMK\n"}, {"source": {"file_id": "file_1"}}], {})
    remember(known, "small", small)
    count = MOST_BYTES // LARGEST
    for number in range(count):
        remember(known, f"job_{number}", large)
    assert [each for each in known if known[each].inputs[0].content is None] == ["small"]
    assert known["small"].inputs[0].sha256 == small.inputs[0].sha256
    remember(known, "last", small)
    assert [each for each in known if known[each].inputs[0].content is None] == ["small", "job_0"]
    assert known["job_0"].settings == {"a": 1}
