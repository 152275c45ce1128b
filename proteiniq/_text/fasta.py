"""Read FASTA text into records, and find what in it would be read as another sequence than meant.

Which letters are residues depends on the tool, so they are not checked here. Where FASTA has no standard, these are
choices of this project:

- A line whose first character is `>` is a header; blanks before it are ignored.
- Blanks are all white space of Unicode, and the characters of no width that programs leave in copied text.
- Lines that start with `;` are comments (Pearson's FASTA), as are lines that start with `#` before the first record.
- Text without a header is one record without a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import attrs

from .._message_text import short_repr
from . import recognise

_MARK = "\ufeff"
_MISREAD_MARK = "ï»¿"
"""What a byte order mark becomes when UTF-8 is read as Latin-1."""

_BLANK = re.compile(
    r"[\s\ufeff\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f]+"
)
"""White space of Unicode, and characters of no width: joiners, marks of direction, selectors of variants."""
_HEADER = re.compile(rf"(?:{_BLANK.pattern})?>")
_LINE_END = re.compile(r"(?<!\r)\r+\n|\r|\n")
"""A Windows line end converted twice has two carriage returns. Each run of them is looked through once."""

_PIR = re.compile(r"(P1|F1|DL|DC|RL|RC|N1|N3|XX);", re.IGNORECASE)
"""The codes of NBRF/PIR; the line below such a header is a title."""

_CAPITALISED = re.compile(r"[A-Z][a-z]{2,}")

_STARTS_SENTENCE = re.compile(r"[A-Z][a-z]")
_IN_CAPITALS = re.compile(r"[^a-z]*")
_COLUMN = re.compile(r"(?:sequences?|proteins?|peptides?|seqs?|(?-i:names?|ids?)):?", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?=.*[_|\d])(?=.*[A-Za-z])[\w|.,: -]+$")
"""The name of a sequence, such as `INS_HUMAN` or `sp|P01308`."""

_CONSERVATION = re.compile(r"[*:. ]+")
"""The line below the rows of an alignment."""

_LIKE_A_HEADER = re.compile(r"&gt;|[＞›»]")
"""What programs make of the `>` of a header."""

_TOKEN = re.compile(r"<[^<>]*>")
"""A token of a language model, such as `<mask>`, which stands between residues."""

_CUT = re.compile(r"[A-Za-z]\.\.\.(?![.-])|…")
"""What programs print for the rest of a long text."""

_USUAL_WIDTHS = (50, 60, 70, 72, 75, 80, 100, 120)
"""How many letters the lines of wrapped sequences usually have."""

_SHORTEST_LINE = 20
"""Wrapped sequences have no shorter lines, in letters, unless they are printed in groups; lists of peptides do."""

_GROUP = 10
"""How many residues printed sequences have in a group."""


@attrs.frozen
class Record:
    """A header and the lines below it.

    `header` is None for text without one. `line` is the 1-based line of the header, or else of the first residue, and
    `parts` are the numbers and texts of the lines below the header that are not blank.
    """

    header: str | None
    line: int
    parts: tuple[tuple[int, str], ...]

    @property
    def name(self) -> str:
        """The first word of the header."""
        return (*(self.header or "").split(maxsplit=1), "")[0]

    @property
    def description(self) -> str:
        """The header after the name."""
        return (*(self.header or "").split(maxsplit=1), "", "")[1]

    @property
    def letters(self) -> str:
        """The sequence without blanks."""
        return without_blanks("".join(text for _, text in self.parts))

    def __str__(self) -> str:
        return f"record {short_repr(self.name)}" if self.header is not None else "the sequence"

    @property
    def why_empty(self) -> str:
        """Why a record has no lines below its header, and what to do."""
        header = self.header or ""
        if "\\n" in header:
            return "has a backslash and an n in place of line ends: replace them with line ends"
        if len(header.splitlines()) > 1:
            return "has separators of lines that are not line ends: replace them with line ends"
        return "has no sequence: write it below the header, or remove the header"


@attrs.frozen
class Fault:
    """What is wrong with a text, and what to do. `line` is counted from 1."""

    line: int
    message: str


def without_mark(text: str) -> str:
    """Return the text without byte order marks, which joined files have within the text."""
    text = text.replace(_MARK, "").removeprefix(_MISREAD_MARK)
    return text.replace(f"\n{_MISREAD_MARK}>", "\n>")


def without_blanks(text: str) -> str:
    """Return the text without white space and characters of no width."""
    return _BLANK.sub("", text)


def lines(text: str) -> list[str]:
    """Return the lines as editors count them. `str.splitlines` also breaks at form feeds and Unicode separators."""
    text = without_mark(text)
    return _LINE_END.split(text) if "\r" in text else text.split("\n")


def is_header(line: str) -> bool:
    return ">" in line and _HEADER.match(line) is not None


def blocks(all_lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the first line, and the lines, of each record, and of what is before the first header.

    Only one record is in memory at a time.
    """
    first = 1
    block: list[str] = []
    for number, line in enumerate(all_lines, start=1):
        if block and is_header(line):
            yield first, block
            first, block = number, []
        block.append(line)
    if block:
        yield first, block


def records(text: str) -> list[Record]:
    """Return the records of a FASTA text. Any text has records, unless it is blank or a comment."""
    return [record for first, block in blocks(lines(text)) if (record := record_of(first, block)) is not None]


def record_of(first: int, block: Sequence[str]) -> Record | None:
    """Return the record in one of the `blocks`; None if it is blank or a comment."""
    header, below = None, enumerate(block, start=first)
    if is_header(block[0]):
        header = block[0].partition(">")[2].strip()
        next(below)
    parts: list[tuple[int, str]] = []
    for number, line in below:
        is_comment = line.startswith(";") or (header is None and not parts and line.startswith("#"))
        if not is_comment and line and not _BLANK.fullmatch(line):
            parts.append((number, line))
    if header is not None:
        return Record(header, first, tuple(parts))
    return Record(None, parts[0][0], tuple(parts)) if parts else None


def faults(text: str, found: Sequence[Record]) -> list[Fault]:
    """Return where the text is certainly, or very likely, not what FASTA would read it as."""
    format = recognise.foreign(text)
    if format is not None:
        return [Fault(1, f"expected FASTA, but the text looks like {format}: convert it to FASTA")]
    if any(record.header is not None for record in found):
        return list(_faults_of_records(found))
    return list(_faults_of_bare_text(found[0], lines(text))) if found else []


def doubts(text: str, found: Sequence[Record]) -> list[Fault]:
    """Return where the text may mean something else than what it is read as, at most one place."""
    if not found:
        return []
    if doubt := next((doubt for record in found for doubt in (*_cuts(record), *_words(record))), None):
        return [doubt]
    if found[0].header is None:
        return _doubts_of_bare_text(found[0])
    all_lines = lines(text)
    gaps = ((record, _gap(record, all_lines)) for record in found)
    record, line = next(((record, gap) for record, gap in gaps if gap is not None), (found[0], None))
    if line is None:
        return []
    message = f"the text after an empty line is read as part of {record}"
    return [Fault(line, f"{message}: write a '>name' line before it if it is another sequence")]


def _cuts(record: Record) -> Iterator[Fault]:
    """Find dots that are not the gaps of an alignment."""
    text = "".join(text for _, text in record.parts)
    if len(_CUT.findall(text)) == 1 and not re.search(r"[.-]", _CUT.sub("", text)):
        line = next((number for number, text in record.parts if _CUT.search(text)), record.line)
        yield Fault(line, f"{record} may be cut where it has dots: check that it is complete")


def _words(record: Record) -> Iterator[Fault]:
    """Find words in place of residues, of which the last group is the shortest."""
    words = record.parts[0][1].split() if len(record.parts) == 1 else []
    if len(words) > 1 and len(words[-1]) > len(words[0]):
        message = f"{len(words)} words are read as one sequence of {len(record.letters)} letters"
        number = record.parts[0][0]
        yield Fault(number, f"{message}: write each on a line of its own, below a '>name' line")


def _doubts_of_bare_text(record: Record) -> list[Fault]:
    widths = [len(without_blanks(line)) for _, line in record.parts]
    wrapped = all(width == widths[0] for width in widths[:-1]) and widths[-1] <= widths[0]
    starts = widths[0] not in _USUAL_WIDTHS and all(
        line.lstrip()[:1] in ("M", "m") and len(line) > _GROUP for _, line in record.parts
    )
    short = widths[0] < _SHORTEST_LINE and all(len(line.split()) == 1 for _, line in record.parts)
    if len(widths) < 2 or (wrapped and not starts and not short):
        return []
    message = f"these {len(widths)} lines without a header are read as one sequence of {sum(widths)} letters"
    return [Fault(record.line, f"{message}: write a '>name' line before each sequence if they are several")]


def _faults_of_records(found: Sequence[Record]) -> Iterator[Fault]:
    for record in found:
        if fault := _misplaced_header(record):
            yield fault
        elif record.header is None:
            yield Fault(
                record.line,
                f"text before the first header ('>'), {short_repr(record.parts[0][1].strip())}: remove it, or write a "
                "'>name' line before it if it is a sequence",
            )
        elif _PIR.match(record.header):
            yield Fault(
                record.line,
                f"{short_repr(record.name)} is a header of the PIR format, and the line below it a title, which FASTA "
                "would read as residues: put the title into the header, or convert the file to FASTA",
            )
        elif fault := _three_letters(record) or _phrase(record):
            yield fault


def _faults_of_bare_text(record: Record, all_lines: Sequence[str]) -> Iterator[Fault]:
    texts = [text.strip() for _, text in record.parts]
    if fault := _misplaced_header(record) or _three_letters(record) or _phrase(record):
        yield fault
    elif _is_table(texts):
        yield Fault(
            record.line,
            "expected FASTA, but this looks like a table of names and sequences, and the names would be read as "
            "residues: write '>name' on a line, and the sequence on the next",
        )
    elif len(texts) > 1 and _is_title(*texts) and all(map(_IN_CAPITALS.fullmatch, texts[1:])):
        yield Fault(
            record.line,
            f"{short_repr(texts[0])} looks like a title, and would be read as residues: write '>' before it, or remove "
            "it",
        )
    elif gap := _gap(record, all_lines):
        yield Fault(
            gap,
            "text after an empty line, and no header: write a '>name' line before each sequence if they are several, "
            "or remove the empty line if it is one",
        )


def _misplaced_header(record: Record) -> Fault | None:
    """Find a header that is not at the start of a line, or whose `>` is another character."""
    for number, text in record.parts:
        if found := _LIKE_A_HEADER.match(text.strip()):
            return Fault(
                number, f"starts with {found[0]!r}, which is not the '>' of a header: write '>' instead"
            )
        if ">" in _TOKEN.sub("", text):
            return Fault(
                number, "has a '>' that is not at its start, but a header must be on a line of its own"
            )
    return None


def _gap(record: Record, all_lines: Sequence[str]) -> int | None:
    """Return the line of the first residues that follow an empty line."""
    numbers = [number for number, _ in record.parts]
    for before, after in pairwise(numbers):
        if any(not without_blanks(line) for line in all_lines[before : after - 1]):
            return after
    return None


def _is_title(line: str, *below: str) -> bool:
    """Whether a line has a capitalised word, is the name of a column, an identifier, or several words in lower case."""
    words = line.split()
    return (
        any(_CAPITALISED.fullmatch(word) for word in words)
        or (_IDENTIFIER.match(line) is not None and _are_residues(below))
        or _COLUMN.fullmatch(line) is not None
        or _are_words(words)
    )


def _are_residues(texts: Iterable[str]) -> bool:
    """Whether no line has a number, as printed sequences have."""
    return not any(map(str.isdigit, "".join(texts)))


def _are_words(words: Sequence[str]) -> bool:
    """Whether these are words in lower case, and not groups of residues."""
    return all(word.islower() for word in words) and len({len(word) for word in words[:-1]}) > 1


def _is_table(texts: Sequence[str]) -> bool:
    """Whether each line is a name and a sequence. Of a sequence printed in groups, the last is the shortest."""
    texts = [text for text in texts if not _CONSERVATION.fullmatch(text)]
    rows = [text.split("\t") if "\t" in text else text.split() for text in texts]
    return all(
        len(row) > 1 and ("\t" in text or (len(row) == 2 and _is_name_beside_sequence(*row)))
        for row, text in zip(rows, texts, strict=True)
    )


def _is_name_beside_sequence(first: str, second: str) -> bool:
    unlike = first.isupper() != second.isupper()
    return len(second) > max(len(first), _GROUP) or (unlike and len(first) > _GROUP)


def _phrase(record: Record) -> Fault | None:
    """Find a sentence in place of the residues, such as the "Not Found" of a server: its letters all are residues."""
    words = record.parts[0][1].split() if len(record.parts) == 1 else []
    capitalised = sum(_CAPITALISED.fullmatch(word) is not None for word in words)
    is_sentence = len(words) > 1 and _STARTS_SENTENCE.match(words[0]) is not None
    in_words = all(map(str.isalpha, words)) and (capitalised or is_sentence or _are_words(words))
    if capitalised > 1 or (len(words) > 1 and in_words):
        number, text = record.parts[0]
        return Fault(number, f"{short_repr(text.strip())} is a phrase, not a sequence")
    return None


def _three_letters(record: Record) -> Fault | None:
    if recognise.is_three_letter_code(" ".join(text.strip() for _, text in record.parts)):
        return Fault(
            record.parts[0][0],
            f"{record} is written in the three-letter code: write one letter for each residue",
        )
    return None
