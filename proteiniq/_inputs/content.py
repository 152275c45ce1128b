"""Check the text of a slot: what certainly can't be data of the slot, and what may mean something else.

Letters and details are left to the service, because tools differ: some take chains joined by `:`, modified residues or
alignments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .._message_text import short_repr
from .._text import fasta, recognise
from ..errors import Issue
from ..models import Slot
from . import formats

AS_IT_IS = "pass check=False to send it as it is"

_LONGEST_NAME = 300
"""The longest text that is looked at as the name of something, in characters."""

_URL = re.compile(r"(?i)(https?|ftps?|sftp|s3|gs|file)://\S+")
_SAVED_FILE = re.compile(r"file[_-][0-9A-Za-z_-]+")
_JOB = re.compile(r"job[_-][0-9A-Za-z_-]+")
_OBJECT = re.compile(
    r"<[A-Za-z_][\w.]* .*(?:\bat 0x[0-9a-fA-F]+|name=.*)>|<class '.*'>|<(?:module|built-in) .*>"
    r"|(?:Mutable)?Seq(?:Record)?\(.*|(?:Posix|Windows)?Path\(.*"
    r"|(?:dict_(?:keys|values|items)|frozenset|bytearray|deque|array|Counter|OrderedDict|np\.\w+)\(.*\)"
    r"|[\[({]+(?:b?'|Seq).*[\])}]|b(?:'.*'|\".*\")|'[^']*'|Ellipsis|ID: .*\nName: .*"
    r"|.*\ndtype: \w+|.*\nName: [^\n]*, dtype: \w+",
    re.DOTALL,
)
"""What Python prints for objects that are not text: iterators, open files, sequences, paths, lists, bytes."""

_MISSING = re.compile(r"#?N/?A|<NA>|none|nan|null|undefined|[-?]+", re.IGNORECASE)
"""What programs write for a missing value."""

_PATH = re.compile(r"(?:~[\w.-]*|\.{1,2}|/\w+)/\S|[A-Za-z]:\\\w")
"""How a path starts; a SMILES may start with a bond, and an aligned sequence with `~`."""

_NUCLEOTIDE_KINDS = ("nucleotide", "dna", "rna")
"""Kinds of slots for nucleotides. The service documents only `protein`."""


def taken(slot: Slot, format: str) -> str | None:
    """Return the slot's spelling of a format, None if the slot doesn't accept it."""
    if not slot.formats:
        return format
    known = format.lower()
    return next((each for each in slot.formats if (formats.family(each) or each.lower()) == known), None)


def all_known(slot: Slot) -> bool:
    """Whether every format of the slot can be recognised here; other formats are left to the service."""
    return bool(slot.formats) and all(formats.family(each) for each in slot.formats)


def takes_records(slot: Slot) -> bool:
    """Whether the slot may take sequences as FASTA text."""
    known = [formats.family(each) for each in slot.formats]
    return not known or "fasta" in known or any(each.lower() == "a3m" for each in slot.formats)


def format_of(slot: Slot, text: str, filename: str | None) -> str | None:
    """Return the text's format, as the slot spells it.

    Where several formats are possible, it is that of the file name, or else the slot's first possible one.
    """
    named = formats.by_name(filename) if filename else None
    sniffed = formats.sniff(text)
    for guess in (sniffed, named):
        if guess and (spelling := taken(slot, guess)):
            return spelling
    if not slot.formats:
        return sniffed or named
    if sniffed is None:
        start = text if len(text) <= _ENOUGH else text[:_ENOUGH].rpartition("\n")[0] or text[:_ENOUGH]
        for each in slot.formats:
            kind = formats.family(each)
            if kind and formats.fits(kind, start):
                return each
    # A structure is always recognised, so other text is taken as a format without a fixed look.
    loose = [each for each in slot.formats if formats.family(each) in (None, "fasta", "smiles")]
    unknown = [each for each in loose if formats.family(each) is None]
    return (unknown or loose or slot.formats)[0]


_ENOUGH = 100_000
"""How many characters of a text are checked to determine its format."""


def issues(slot: Slot, text: str, format: str, *, given: bool) -> list[Issue]:
    """Return the problems of a text in a slot. `given` is true for text that may be the name of something."""
    if not fasta.without_blanks(text):
        return [Issue("is empty", slot=slot.id)]
    if given and (problem := _not_data(text, is_sure=all_known(slot))):
        return [Issue(problem, slot=slot.id)]
    sniffed = formats.sniff(text)
    if sniffed and all_known(slot) and taken(slot, sniffed) is None:
        expected = " or ".join(slot.formats)
        return [Issue(f"expected {expected}, but the data looks like {sniffed}", slot=slot.id)]
    family = formats.family(format) or ""
    found = [Issue(message, slot=slot.id, line=line) for line, message in formats.problems(family, text)]
    if (
        any(issue.line is None for issue in found)
        and len(slot.formats) > 1
        and all(map(_is_always_recognised, slot.formats))
    ):
        expected = " or ".join(slot.formats)
        return [Issue(f"expected {expected}, but the data looks like none of them", slot=slot.id)]
    if not found and family == "fasta":
        found = list(_wrong_molecules(slot, text))
    return found[:20]


def _is_always_recognised(format: str) -> bool:
    """Whether text of a format is always recognised."""
    return formats.family(format) in ("pdb", "cif", "sdf")


def warnings(slot: Slot, text: str, format: str) -> list[Issue]:
    """Return what in a text may mean something else than what it is read as."""
    if formats.family(format) != "fasta":
        return []
    return [
        Issue(fault.message, slot=slot.id, line=fault.line)
        for fault in fasta.doubts(text, fasta.records(text))
    ]


def _wrong_molecules(slot: Slot, text: str) -> Iterator[Issue]:
    kind = (slot.kind or "").lower()
    for record in fasta.records(text):
        letters = record.letters
        if kind == "protein" and recognise.looks_like_nucleotides(letters):
            problem = "looks like a nucleotide sequence, but the slot takes proteins: translate it"
        elif kind in _NUCLEOTIDE_KINDS and recognise.looks_like_a_protein(letters):
            problem = "looks like a protein, but the slot takes nucleotides: check it"
        else:
            continue
        line = record.parts[0][0] if record.parts else record.line
        yield Issue(f"{record} {problem}, or {AS_IT_IS}", slot=slot.id, line=line)


def _not_data(text: str, *, is_sure: bool) -> str | None:
    """Return why a short text is not data but the name of something. `is_sure` if the slot can't take such a name."""
    line = _without_header(text).strip()
    if _MISSING.fullmatch(line):
        return f"{short_repr(line)} stands for a missing value: leave it out, or {AS_IT_IS}"
    if _OBJECT.fullmatch(line):
        return f"{short_repr(line)} is what Python prints for an object: pass the object itself"
    if not line or len(line) > _LONGEST_NAME or "\n" in line:
        return None
    if is_sure and _URL.fullmatch(line):
        return "text is used as data, but this is a URL: download the file and pass its pathlib.Path"
    if is_sure and _SAVED_FILE.fullmatch(line):
        return f"this looks like the id of a saved file: pass the file, client.files.get({line!r})"
    if is_sure and _JOB.fullmatch(line):
        return "this looks like the id of a job: pass a file of its result"
    if _URL.fullmatch(line):
        return None
    is_path = _PATH.match(line) is not None and not formats.fits("smiles", line)
    if formats.is_file_name(line) or is_path or _exists(line):
        path = f"pathlib.Path({line!r})" + (".expanduser()" if line.startswith("~") else "")
        data = f", or {AS_IT_IS}" if line.isalnum() else ""
        return f"text is used as data, but this looks like a file name: to read the file, pass {path}{data}"
    return None


def _without_header(text: str) -> str:
    """Return what a record has in place of residues."""
    return text.partition("\n")[2] if text.startswith(">") else text


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False
