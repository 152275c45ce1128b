"""Parse FASTA text into records, and report every problem with its record and line.

The parser is strict on purpose: a skipped letter would silently change a mass or a frame.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from .base import Entry, Inputs, Problem

STANDARD = "ACDEFGHIKLMNPQRSTVWY"
"""The twenty amino acids of the standard genetic code."""

STANDARD_UO = STANDARD + "UO"
"""The twenty standard amino acids, selenocysteine and pyrrolysine."""

AMINO = STANDARD_UO + "BJXZ"
"""The amino-acid letters of IUPAC-IUB 1983 with U, O and J: the twenty-two and the ambiguity codes."""

NUCLEOTIDE = "ACGTURYSWKMBDHVN"
"""The nucleotide letters of NC-IUB 1984."""

MOST_PROBLEMS = 20
"""Maximum number of problems reported for one entry. More rarely help with a broken file."""

_WIDTH = 60

_BARE = str.maketrans(string.ascii_lowercase, string.ascii_uppercase, string.whitespace)


@attrs.frozen
class Record:
    """One sequence of a FASTA text, in upper case, without white space or a final `*`.

    `line` is the 1-based line of the header, or of the first residue if there is no header.
    """

    id: str
    description: str
    sequence: str
    line: int


@attrs.frozen
class Rules:
    """What a tool accepts: the letters, and the number and length of records.

    `letters_are` describes the letters (`standard amino acids`); `stop` lets a record end in `*`.
    """

    letters: str
    letters_are: str
    max_records: int
    max_length: int
    unique_ids: bool = False
    stop: bool = True


@attrs.define
class _Draft:
    id: str
    description: str
    line: int
    parts: list[tuple[int, str]] = attrs.Factory(list)


def read(content: str, rules: Rules) -> tuple[list[Record], list[Problem]]:
    """Parse `content` into records, and return them with all problems.

    Text without a header is one record named `sequence`. A wrong letter is reported once per record, at its
    first occurrence. The records are valid only if there are no problems. The problems lack a slot, which
    `check_entry` adds.
    """
    if problem := _unreadable(content):
        return [], [problem]
    drafts, problems = _drafts(content)
    records = []
    for draft in drafts:
        sequence, faults = _sequence(draft, rules)
        problems += faults
        records.append(Record(draft.id, draft.description, sequence, draft.line))
    if not drafts and not problems:
        problems.append(Problem("The FASTA text is empty. Give at least one sequence.", line=1))
    problems += _counts(records, rules)
    if len(problems) > MOST_PROBLEMS:
        rest = len(problems) - MOST_PROBLEMS
        problems = [*problems[:MOST_PROBLEMS], Problem(f"… and {rest} more problems like these.")]
    return records, problems


def check_entry(inputs: Inputs, slot: str, rules: Rules) -> tuple[list[Record], list[Problem]]:
    """The records of the first entry in `slot`, and its problems with their slot."""
    records, problems = read(_entry(inputs, slot).content, rules)
    return records, [attrs.evolve(problem, slot=slot, entry=0) for problem in problems]


def records_of(inputs: Inputs, slot: str, rules: Rules) -> list[Record]:
    """The records of the first entry in `slot`. Raises ValueError for content that `check` refuses."""
    records, problems = read(_entry(inputs, slot).content, rules)
    if problems:
        raise ValueError(problems[0].message)
    return records


def write(path: Path, sequences: Iterable[tuple[str, str]]) -> None:
    """Write (header, residues) pairs as FASTA with 60 residues per line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for header, residues in sequences:
            file.write(f">{header}\n")
            for start in range(0, len(residues), _WIDTH):
                file.write(residues[start : start + _WIDTH] + "\n")


def _entry(inputs: Inputs, slot: str) -> Entry:
    return inputs[slot][0]


def _unreadable(content: str) -> Problem | None:
    try:
        content.encode()
    except UnicodeEncodeError as error:
        line = content.count("\n", 0, error.start) + 1
        return Problem("The text contains an unpaired surrogate. Send it as valid UTF-8.", line=line)
    return None


def _drafts(content: str) -> tuple[list[_Draft], list[Problem]]:
    """Split the text into headers and the lines below them."""
    drafts: list[_Draft] = []
    problems: list[Problem] = []
    # str.splitlines also breaks at form feeds and Unicode separators, which would shift line numbers.
    lines = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, text in enumerate(lines, start=1):
        if text.startswith(">"):
            id_, description = (*re.split(r"[ \t]+", text[1:].strip(), maxsplit=1), "")[:2]
            if not id_:
                problems.append(
                    Problem(f"The header on line {number} has no name. Write one after '>'.", line=number)
                )
            elif any(unicodedata.category(character) == "Cc" for character in text.replace("\t", " ")):
                problems.append(
                    Problem(
                        f"The header on line {number} contains a control character. Remove it.", line=number
                    )
                )
            drafts.append(_Draft(id_, description, number))
        elif text.strip():
            if not drafts:
                drafts.append(_Draft("sequence", "", number))
            drafts[-1].parts.append((number, text))
    return drafts, problems


def _sequence(draft: _Draft, rules: Rules) -> tuple[str, list[Problem]]:
    # Only ASCII is upper-cased: Python turns a dotless i into I, and a sharp s into two letters.
    text = "".join(text for _, text in draft.parts).translate(_BARE)
    letters = text.removesuffix("*") if rules.stop else text
    problems = _wrong_letters(draft, rules) if set(letters) - set(rules.letters) else []
    if not letters:
        problems.append(
            Problem(
                f"Record '{draft.id}' (line {draft.line}) has no sequence. "
                "Put its residues below the header, or remove the header.",
                line=draft.line,
            )
        )
    return letters, problems


def _wrong_letters(draft: _Draft, rules: Rules) -> list[Problem]:
    """A problem for the first occurrence of each letter that `rules` do not allow."""
    refused: dict[str, tuple[int, str]] = {}
    end = _stop(draft) if rules.stop else None
    position = 0
    for number, text in draft.parts:
        for column, character in enumerate(text):
            letter = character.translate(_BARE)
            if not letter or (number, column) == end:
                continue
            position += 1
            if letter not in rules.letters and character not in refused:
                place = f"line {number}, column {column + 1}, position {position}"
                refused[character] = (number, place)
    return [
        Problem(f"Record '{draft.id}', {place}: {_refusal(character, rules)}", line=number)
        for character, (number, place) in refused.items()
    ]


def _stop(draft: _Draft) -> tuple[int, int] | None:
    """Line and column of a `*` at the end of the record."""
    if not draft.parts:
        return None
    number, text = draft.parts[-1]
    stripped = text.rstrip()
    return (number, len(stripped) - 1) if stripped.endswith("*") else None


def _refusal(character: str, rules: Rules) -> str:
    """Why the character is refused, and what to do."""
    if character.isdigit():
        return f"the digit {character!r} is not a residue. Remove the numbering."
    if character in "-.~":
        return f"{character!r} is a gap. Give the sequence without its alignment."
    if character == "*":
        return "'*' is a stop. Only a protein may have one, at its end."
    if character.upper() in AMINO and character.isascii():
        return (
            f"{character!r} is not accepted here, only {rules.letters_are} ({rules.letters}). "
            "Replace the letter with a definite one."
        )
    return f"{character!r} is not a residue. Use {rules.letters_are} ({rules.letters})."


def _counts(records: Sequence[Record], rules: Rules) -> list[Problem]:
    problems = []
    if len(records) > rules.max_records:
        extra = records[rules.max_records]
        problems.append(
            Problem(
                f"At most {rules.max_records} records are allowed, got {len(records)}. "
                f"Remove '{extra.id}' and everything after it.",
                line=extra.line,
            )
        )
    problems += [
        Problem(
            f"Record '{record.id}' must have at most {rules.max_length} residues, got {len(record.sequence)}. "
            "Split it.",
            line=record.line,
        )
        for record in records
        if len(record.sequence) > rules.max_length
    ]
    if rules.unique_ids:
        names = Counter(record.id for record in records)
        seen: set[str] = set()
        for record in records:
            if names[record.id] > 1 and record.id in seen and record.id:
                problems.append(
                    Problem(
                        f"The name '{record.id}' on line {record.line} was used before. "
                        "Give every record a unique name.",
                        line=record.line,
                    )
                )
            seen.add(record.id)
    return problems
