"""Guess a text's format, and explain why a text is not in an expected format.

These are not parsers: they catch the wrong file in a slot and name the line. Five families are known: `fasta`, `pdb`,
`cif`, `sdf` and `smiles`. Other formats, and which letters a tool takes, are left to the service to judge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import PurePath

from .._text import fasta, recognise

Problem = tuple[int | None, str]
"""A line, counted from 1, or None for the whole text, and what is wrong with it."""

EXTENSIONS = {
    ".fasta": "fasta",
    ".fa": "fasta",
    ".faa": "fasta",
    ".fna": "fasta",
    ".fas": "fasta",
    ".fsa": "fasta",
    ".ffn": "fasta",
    ".frn": "fasta",
    ".mpfa": "fasta",
    ".pep": "fasta",
    ".pdb": "pdb",
    ".ent": "pdb",
    ".cif": "cif",
    ".mmcif": "cif",
    ".sdf": "sdf",
    ".mol": "sdf",
    ".smi": "smiles",
    ".smiles": "smiles",
}

_OTHER_EXTENSION = re.compile(
    r"\.(txt|text|seq|aln|a3m|sto|stk|phy|nex|gb|gbk|genbank|embl|fastq|fq|mol2|pdbqt|csv|tsv|json|xml|html|md"
    r"|zip|gz|bz2|xz|tar|tgz|docx?|xlsx?|pdf|rtf)"
)
"""Extensions of other files that users have sequences and structures in."""

_PDB = re.compile(
    r"(?:HEADER|COMPND|SOURCE|KEYWDS|EXPDTA|AUTHOR) {3,}\S|TITLE {4,}\S|CRYST1 +\d|MODEL +\d|(?:REMARK|SEQRES|ATOM) +\d"
    r"|HETATM *\d"
)
_ATOM = re.compile(r"^(?:ATOM  |HETATM)[ \d]{5}[ \S]{5}.*\d\.\d", re.MULTILINE)
_CIF = re.compile(r"(?:\s*#[^\n]*\n)*\s*data_\S", re.IGNORECASE)
_SDF = re.compile(r"^(M  END|\$\$\$\$)", re.MULTILINE)

_RESIDUES = re.compile(r"[A-Za-z*\-.]+")
"""What a sequence looks like, though a tool may take more: chains joined by ':', or modified residues."""

_COORDINATE = re.compile(r" *-?\d+\.\d{3}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

# Bracket atoms, other atoms (aromatic ones in lower case), then ring bonds, branches and bonds, of which RDKit and
# others also have dative ones.
_SMILES = re.compile(
    r"(?P<bracket>\[[^\[\]\s'\"]+\])|(?P<atom>Cl|Br|[BCNOPSFIbcnops*])|(?P<ring>%\(\d+\)|%\d\d|\d)"
    r"|(?P<open>\()|(?P<close>\))|(?P<bond>->|<-|[-=#$:/\\~.>])"
)
_ONLY_SMILES = re.compile(r"[=#(\[@]|[A-Za-z]\d")
_STARTS_SMILES = re.compile(r"[\[A-Za-z*]")


def family(name: str) -> str | None:
    """Return the family of a format, however its name is spelled; None for an unknown one."""
    name = name.strip().lower()
    return name if name in _PROBLEMS else EXTENSIONS.get(f".{name}")


def extension(filename: str | PurePath) -> str:
    """Return the extension of a file name in lower case, below `.gz` if that is its last one."""
    path = PurePath(filename)
    return PurePath(path.stem if path.suffix.lower() == ".gz" else path).suffix.lower()


def by_name(filename: str) -> str | None:
    """Return the format of a file name's extension."""
    return EXTENSIONS.get(extension(filename))


def is_file_name(line: str) -> bool:
    """Whether a line looks like the name of a file, by its extension."""
    suffix = PurePath(line).suffix.lower()
    return by_name(line) is not None or _OTHER_EXTENSION.fullmatch(suffix) is not None


def sniff(text: str) -> str | None:
    """Return the format of `text`, None if it is ambiguous: `CCO` is both a molecule and a peptide.

    It is a family, or the name of another common format, which no family can be.
    """
    head = fasta.without_mark(text[:20_000]).lstrip("\ufeff \t\r\n")
    if head.startswith(">"):
        return "fasta"
    if _SDF.search(text[:200_000]):
        return "sdf"
    if _CIF.match(head):
        return "cif"
    if _PDB.match(head) or _ATOM.search(text[:200_000]):
        return "pdb"
    if _is_smiles(head.split("\n", 1)[0]):
        return "smiles"
    return recognise.foreign(text)


def problems(format: str, text: str) -> list[Problem]:
    """Return why `text` is not in `format`, at most 20 problems; none for an unknown format."""
    check = _PROBLEMS.get(format)
    return check(text)[:20] if check else []


def fits(format: str, text: str) -> bool:
    """Whether a text without a look of its own may be in `format`: residues in FASTA, a molecule in SMILES."""
    if format == "fasta":
        return all(_RESIDUES.fullmatch(record.letters) for record in fasta.records(text))
    return not problems(format, text)


def records(format: str, text: str) -> list[int]:
    """Return the lines at which the records of `text` start; none for a format without records."""
    lines = fasta.lines(text)
    if format == "fasta":
        return [record.line for record in fasta.records(text)] or [1]
    if format == "smiles":
        return [number for number, line in enumerate(lines, start=1) if line.strip()]
    if format == "sdf":
        return [start for start, _ in molecules(lines)]
    return []


def _fasta_problems(text: str) -> list[Problem]:
    found = fasta.records(text)
    if not found:
        return [(None, "contains no sequence")]
    empty = [record for record in found if not record.parts]
    return [
        *((fault.line, fault.message) for fault in fasta.faults(text, found)),
        *((each.line, f"{each} {each.why_empty}") for each in empty),
    ]


def _pdb_problems(text: str) -> list[Problem]:
    problems: list[Problem] = []
    atoms = 0
    for number, line in enumerate(fasta.lines(text), start=1):
        if line.startswith(("ATOM", "HETATM")):
            atoms += 1
            columns = [line[30:38], line[38:46], line[46:54]]
            # Many programs ignore the columns, and many readers accept that. A line with one coordinate in its column
            # must have all three.
            aligned = any(_COORDINATE.fullmatch(column) for column in columns)
            if not all(map(_is_number, columns)) and (aligned or not _has_position(line[6:].split())):
                problems.append((number, "expected an atom's x, y and z in columns 31 to 54"))
    if not atoms:
        problems.append((None, "is not a PDB file: contains no ATOM or HETATM line"))
    return problems


def _cif_problems(text: str) -> list[Problem]:
    items = False
    begun = False
    for number, line in enumerate(fasta.lines(text), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if not begun and not stripped.lower().startswith("data_"):
            return [(number, f"a CIF file must start with data_NAME, got {stripped[:20]!r}")]
        begun = True
        items = items or stripped.startswith("_")
    return [] if items else [(None, "is not a CIF file: contains no data item such as _atom_site.id")]


def _sdf_problems(text: str) -> list[Problem]:
    lines = fasta.lines(text)
    problems: list[Problem] = []
    found = has_atoms = False
    for start, molecule in molecules(lines):
        found = True
        has_atoms = has_atoms or not _is_empty(molecule)
        counts = molecule[3] if len(molecule) > 3 else ""
        if not any(line.startswith("M  END") for line in molecule):
            problems.append((start, "the molecule that starts here has no 'M  END' line"))
        elif "V3000" in counts:
            continue
        elif not counts[:3].strip().isdecimal() or not counts[3:6].strip().isdecimal():
            problems.append((start + 3, "expected atom and bond counts on line 4 of the molecule"))
        else:
            for number, line in enumerate(molecule[4 : 4 + int(counts[:3])], start=start + 4):
                if not _is_atom(line):
                    problems.append(
                        (number, f"expected an atom (x, y, z, element), got {line.strip()[:20]!r}")
                    )
                    break
    if not found:
        problems.append((None, "contains no molecule"))
    elif not has_atoms and not problems:
        problems.append((None, "contains no atoms"))
    return problems


def _is_empty(molecule: list[str]) -> bool:
    """Whether a molecule of an SDF file states that it has no atoms."""
    counts = molecule[3] if len(molecule) > 3 else ""
    if "V3000" in counts:
        return any(re.match(r"M  V30 COUNTS 0 ", line) for line in molecule)
    return counts[:3].strip() == "0"


def _smiles_problems(text: str) -> list[Problem]:
    """Return unbalanced brackets and ring bonds. Other lines, such as a title, are wrong only if all lines are."""
    unbalanced: list[Problem] = []
    unknown: list[Problem] = []
    fine = False
    for number, line in enumerate(fasta.lines(text), start=1):
        if line.strip():
            problem, is_certain = _smiles_problem(line.split(maxsplit=1)[0])
            if problem is None:
                fine = True
            else:
                (unbalanced if is_certain else unknown).append((number, problem))
    if not fine and not unbalanced and not unknown:
        return [(None, "contains no molecule")]
    return unbalanced if fine else sorted([*unbalanced, *unknown])


def _is_smiles(line: str) -> bool:
    """Whether the first word of a line can only be SMILES."""
    word = (*line.split(maxsplit=1), "")[0]
    starts = _STARTS_SMILES.match(word) and _ONLY_SMILES.search(word)
    return starts is not None and _smiles_problem(word)[0] is None


def _smiles_problem(smiles: str) -> tuple[str | None, bool]:
    """Return why one word is not SMILES, and whether that is so whatever atoms and bonds a tool knows."""
    at = depth = 0
    has_atom = False
    rings: set[str] = set()
    while at < len(smiles):
        found = _SMILES.match(smiles, at)
        if found is None:
            return f"{smiles[at]!r} at character {at + 1} is not valid in SMILES", False
        match found.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth -= 1
            case "ring":
                rings ^= {found[0].strip("%()").lstrip("0") or "0"}
            case "atom" | "bracket":
                has_atom = True
        if depth < 0:
            return f"unmatched ')' at character {at + 1}", True
        at = found.end()
    if depth:
        return "unclosed '('", True
    if rings:
        return f"unclosed ring bond {min(rings)}", True
    return (None if has_atom else f"{smiles!r} has no atom"), False


def molecules(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line's number and the lines of each molecule of an SDF file, one at a time."""
    first = 1
    molecule: list[str] = []
    for number, line in enumerate(chain(lines, ["$$$$"]), start=1):
        if not line.startswith("$$$$"):
            molecule.append(line)
            continue
        if any(each.strip() for each in molecule):
            yield first, molecule
        first, molecule = number + 1, []


def _is_atom(line: str) -> bool:
    """Whether a line of an SDF file has a position and an element, in fixed columns or separated by blanks."""
    columns, words = [line[:10], line[10:20], line[20:30]], line.split()[:4]
    separated = len(words) == 4 and all(map(_is_number, words[:3])) and not _is_number(words[3])
    return separated or (all(map(_is_number, columns)) and bool(line[30:34].strip()))


def _has_position(words: list[str]) -> bool:
    """Whether there are three numbers in a row."""
    numbers = [_is_number(word) for word in words]
    return any(all(numbers[at : at + 3]) for at in range(len(words) - 2))


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip()) is not None


_PROBLEMS: dict[str, Callable[[str], list[Problem]]] = {
    "fasta": _fasta_problems,
    "pdb": _pdb_problems,
    "cif": _cif_problems,
    "sdf": _sdf_problems,
    "smiles": _smiles_problems,
}
