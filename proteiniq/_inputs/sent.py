"""What a job was submitted with, as a client remembers it for a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import attrs

from .._text import fasta

MOST_JOBS = 1_000
"""The jobs that a client remembers this of."""

LARGEST = 2_000_000
"""The bytes of a text that is remembered; of a larger one, the size and the hash are."""

MOST_BYTES = 16_000_000
"""The bytes of all texts that a client remembers. The oldest are forgotten first; their sizes and hashes are not."""

_LONGEST_READ = 10_000
"""The characters of a text in which sequences are looked for."""


@attrs.frozen(kw_only=True)
class SentInput:
    """An entry of a job's input. `size` is in bytes of UTF-8, and `lengths` are those of its sequences.

    `content` is None if it is large or was forgotten, and it has no size and no hash if it is a saved file.
    """

    slot: str | None
    format: str | None
    label: str | None
    size: int | None = None
    sha256: str | None = None
    content: str | None = attrs.field(default=None, repr=False)
    lengths: tuple[int, ...] = ()
    file_id: str | None = None


@attrs.frozen
class Sent:
    """The inputs and settings of a job."""

    inputs: tuple[SentInput, ...]
    settings: Mapping[str, Any]
    text_bytes: int = attrs.field(init=False, repr=False)
    """The size of its texts, in bytes. Each submit adds those of all jobs, so it is known beforehand."""

    @text_bytes.default
    def _sum(self) -> int:
        return sum(entry.size or 0 for entry in self.inputs if entry.content is not None)


def sent(entries: Sequence[Mapping[str, Any]], settings: Mapping[str, Any]) -> Sent:
    """Return what is remembered of a job's entries, which may be the user's own."""
    return Sent(tuple(map(_input, entries)), dict(settings))


def _input(entry: Mapping[str, Any]) -> SentInput:
    slot, format, label = (_text(entry.get(name)) for name in ("slotId", "format", "label"))
    source, content = entry.get("source"), entry.get("content")
    file_id = _text(source.get("file_id")) if isinstance(source, Mapping) else None
    if file_id is not None or not isinstance(content, str):
        return SentInput(slot=slot, format=format, label=label, file_id=file_id)
    encoded = content.encode("utf-8", "surrogatepass")
    is_read = len(content) <= _LONGEST_READ and format == "fasta"
    return SentInput(
        slot=slot,
        format=format,
        label=label,
        size=len(encoded),
        sha256=sha256(encoded).hexdigest(),
        content=content if len(encoded) <= LARGEST else None,
        lengths=_lengths(content) if is_read else (),
    )


def _lengths(content: str) -> tuple[int, ...]:
    return tuple(len(record.letters) for record in fasta.records(content))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def remember(known: dict[str, Sent], job_id: str, what: Sent) -> None:
    """Remember what a job was submitted with, and forget the oldest jobs and texts that are too many."""
    known[job_id] = what
    for old in list(known)[:-MOST_JOBS]:
        known.pop(old, None)
    left = MOST_BYTES
    for each_id, each in reversed(list(known.items())):
        left -= each.text_bytes
        if each.text_bytes and left < 0:
            known[each_id] = attrs.evolve(
                each, inputs=tuple(attrs.evolve(entry, content=None) for entry in each.inputs)
            )
