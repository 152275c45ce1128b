"""Check FASTA text against what a tool accepts, and report every problem with its record, line and column.

What a record, a header and a blank are is defined in `proteiniq/_text/fasta.py`, as for the client. The letters are
checked strictly: a skipped one would silently change a mass or a frame.
"""

from __future__ import annotations

import string
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from ..._message_text import short_repr
from ..._text import fasta, recognise
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

_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
"""Only ASCII is upper-cased: Python turns a dotless i into I, and a sharp s into two letters."""

_NAMES = {"U": "selenocysteine", "O": "pyrrolysine"}


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


def read(content: str, rules: Rules) -> tuple[list[Record], list[Problem]]:
    """Parse `content` into records, and return them with all problems.

    Text without a header is one record named `sequence`. A wrong letter is reported once per record, at its
    first occurrence. The records are valid only if there are no problems. The problems lack a slot, which
    `check_entry` adds.
    """
    if problem := _unreadable(content):
        return [], [problem]
    found = fasta.records(content)
    if not found:
        return [], [Problem("The FASTA text is empty. Give at least one sequence.", line=1)]
    if faults := fasta.faults(content, found):
        return [], _first([Problem(_sentence(fault.message), line=fault.line) for fault in faults])
    problems: list[Problem] = []
    records = []
    for each in found:
        problems += _header(each)
        sequence, wrong = _sequence(each, rules)
        problems += wrong
        name = each.name if each.header is not None else "sequence"
        records.append(Record(name, each.description, sequence, each.line))
    problems += _counts(records, rules)
    return records, _first(problems)


def _first(problems: list[Problem]) -> list[Problem]:
    """The first problems, and how many more there are."""
    rest = len(problems) - MOST_PROBLEMS
    more = [Problem(f"… and {rest} more problems like these.")] if rest > 0 else []
    return [*problems[:MOST_PROBLEMS], *more]


def _sentence(message: str) -> str:
    return f"{message[0].upper()}{message[1:]}."


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


def _header(record: fasta.Record) -> list[Problem]:
    header, line = record.header, record.line
    if header is None:
        return []
    if not record.name:
        return [Problem(f"The header on line {line} has no name. Write one after '>'.", line=line)]
    if any(unicodedata.category(character) == "Cc" for character in header.replace("\t", " ")):
        return [Problem(f"The header on line {line} contains a control character. Remove it.", line=line)]
    return []


def _sequence(record: fasta.Record, rules: Rules) -> tuple[str, list[Problem]]:
    text = record.letters.translate(_UPPER)
    letters = text.removesuffix("*") if rules.stop else text
    problems: list[Problem] = []
    if set(letters) - set(rules.letters) and recognise.is_accession(letters):
        message = f"{short_repr(letters)} is an accession, not a sequence. Give the sequence itself."
        problems = [Problem(message, line=record.line)]
    elif set(letters) - set(rules.letters):
        problems = _wrong_letters(record, letters, rules)
    elif _other_molecule(letters, rules) == "RNA":
        problems = [
            Problem(
                f"{_called(record)} looks like RNA, and this tool takes proteins. Translate it.",
                line=record.line,
            )
        ]
    if not letters:
        problems.append(
            Problem(
                f"{_called(record)} (line {record.line}) has no sequence. "
                "Put its residues below the header, or remove the header.",
                line=record.line,
            )
        )
    return letters, problems


def _called(record: fasta.Record) -> str:
    return f"Record {short_repr(record.name)}" if record.header is not None else "Record 'sequence'"


def _wrong_letters(record: fasta.Record, letters: str, rules: Rules) -> list[Problem]:
    """A problem for the first occurrence of each letter that `rules` do not allow."""
    refused: dict[str, tuple[int, str]] = {}
    position = 0
    for number, text in record.parts:
        for column, character in enumerate(text, start=1):
            if not fasta.without_blanks(character):
                continue
            position += 1
            letter = character.translate(_UPPER)
            if position <= len(letters) and letter not in rules.letters and character not in refused:
                place = f"line {number}, column {column}, position {position}"
                refused[character] = (number, place)
    molecule = _other_molecule(letters, rules)
    return [
        Problem(f"{_called(record)}, {place}: {_refusal(character, rules, molecule)}", line=number)
        for character, (number, place) in refused.items()
    ]


def _other_molecule(letters: str, rules: Rules) -> str | None:
    """What a sequence looks like, if it is another molecule than the tool takes."""
    if _is_protein(rules):
        return "RNA" if recognise.looks_like_rna(letters) else None
    return "a protein" if recognise.looks_like_a_protein(letters) else None


def _is_protein(rules: Rules) -> bool:
    return "E" in rules.letters


def _refusal(character: str, rules: Rules, molecule: str | None) -> str:
    """Why the character is refused, and what to do."""
    letter = character.translate(_UPPER)
    accepted = f"{rules.letters_are} ({rules.letters})"
    if character.isdigit():
        return f"the digit {character!r} is not a residue. Remove the numbering."
    if character in "-.~":
        return f"{character!r} is a gap. Give the sequence without its alignment."
    if character == "*":
        return "'*' is a stop. Only a protein may have one, at its end."
    if character in ":/":
        each = "record" if rules.max_records > 1 else "job"
        return f"{character!r} joins chains, and this tool takes single chains. Give each chain a {each} of its own."
    if molecule is not None:
        return f"{character!r} is not accepted here, only {accepted}. The sequence looks like {molecule}."
    if letter in _NAMES and _is_protein(rules):
        return f"{character!r} is {_NAMES[letter]}, for which this tool has no values, only for {accepted}."
    if letter in AMINO:
        return f"{character!r} is not accepted here, only {accepted}. Replace the letter with a definite one."
    # Letters of other alphabets look alike.
    name = "" if character.isascii() else f" ({unicodedata.name(character, 'unnamed')})"
    return f"{character!r}{name} is not a residue. Use {accepted}."


def _counts(records: Sequence[Record], rules: Rules) -> list[Problem]:
    problems = []
    if len(records) > rules.max_records:
        extra = records[rules.max_records]
        problems.append(
            Problem(
                f"At most {rules.max_records} records are allowed, got {len(records)}. "
                f"Remove {short_repr(extra.id)} and everything after it.",
                line=extra.line,
            )
        )
    problems += [
        Problem(
            f"Record {short_repr(record.id)} must have at most {rules.max_length} residues, "
            f"got {len(record.sequence)}. Split it.",
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
                        f"The name {short_repr(record.id)} on line {record.line} was used before. "
                        "Give every record a unique name.",
                        line=record.line,
                    )
                )
            seen.add(record.id)
    return problems
