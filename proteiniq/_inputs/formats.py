"""Guess a text's format, and explain why a text is not in an expected format.

These are not parsers: they catch the wrong file in a slot and name the line. Five families are known: `fasta`, `pdb`,
`cif`, `sdf` and `smiles`. Other formats are left to the service to check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePath

Problem = tuple[int | None, str]
"""A line, counted from 1, or None for the whole text, and what is wrong with it."""

EXTENSIONS = {
    ".fasta": "fasta",
    ".fa": "fasta",
    ".faa": "fasta",
    ".fna": "fasta",
    ".pdb": "pdb",
    ".ent": "pdb",
    ".cif": "cif",
    ".mmcif": "cif",
    ".sdf": "sdf",
    ".mol": "sdf",
    ".smi": "smiles",
    ".smiles": "smiles",
}

NUCLEOTIDES = "ACGTUNXRYSWKMBDHVI"
"""Letters of nucleotides and of ambiguous ones (IUPAC), with X and inosine."""

_PDB = re.compile(
    r"(HEADER|TITLE |COMPND|SOURCE|KEYWDS|EXPDTA|AUTHOR|REMARK|SEQRES|CRYST1|MODEL |ATOM  |HETATM)"
)
_CIF = re.compile(r"(?:\s*#[^\n]*\n)*\s*data_\S", re.IGNORECASE)
_SDF = re.compile(r"^(M  END|\$\$\$\$)", re.MULTILINE)

_COORDINATE = re.compile(r" *-?\d+\.\d{3}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

# Bracket atoms, other atoms (aromatic ones in lower case), then ring bonds, branches and bonds.
_SMILES = re.compile(
    r"(?P<bracket>\[[^\[\]\s]+\])|(?P<atom>Cl|Br|[BCNOPSFIbcnops*])|(?P<ring>%\(\d+\)|%\d\d|\d)"
    r"|(?P<open>\()|(?P<close>\))|(?P<bond>[-=#$:/\\~.])"
)
_ONLY_SMILES = re.compile(r"[=#(\[@]|[A-Za-z]\d")


def family(name: str) -> str | None:
    """Return the family of a format, however its name is spelled; None for an unknown one."""
    name = name.strip().lower()
    return name if name in _PROBLEMS else EXTENSIONS.get(f".{name}")


def by_name(filename: str) -> str | None:
    """Return the format of a file name's extension."""
    return EXTENSIONS.get(PurePath(filename).suffix.lower())


def sniff(text: str) -> str | None:
    """Return the format of `text`, None if it is ambiguous: `CCO` is both a molecule and a peptide."""
    head = text[:20_000].lstrip("\ufeff \t\r\n")
    if head.startswith(">"):
        return "fasta"
    if _SDF.search(text[:200_000]):
        return "sdf"
    if _CIF.match(head):
        return "cif"
    if _PDB.match(head):
        return "pdb"
    first = head.split("\n", 1)[0].split(maxsplit=1)
    if first and _ONLY_SMILES.search(first[0]) and _smiles_problem(first[0]) is None:
        return "smiles"
    return None


def problems(format: str, text: str, *, letters: str | None = None) -> list[Problem]:
    """Return why `text` is not in `format`, at most 20 problems; none for an unknown format.

    `letters` are those allowed in a sequence, all by default: which letters are residues depends on the tool.
    """
    if format == "fasta":
        return fasta_problems(text, letters=letters)[:20]
    check = _PROBLEMS.get(format)
    return check(text)[:20] if check else []


def records(format: str, text: str) -> list[int]:
    """Return the lines at which the records of `text` start; none for a format without records."""
    lines = _lines(text)
    if format == "fasta":
        starts = [number for number, line in enumerate(lines, start=1) if line.lstrip().startswith(">")]
        return starts or [1]
    if format == "smiles":
        return [number for number, line in enumerate(lines, start=1) if line.strip()]
    if format == "sdf":
        return [start for start, _ in _molecules(lines)]
    return []


def fasta_problems(text: str, *, letters: str | None = None) -> list[Problem]:
    """Return why `text` is not FASTA. Residues without a header are one record."""
    problems: list[Problem] = []
    header: tuple[int, str] | None = None
    residues = records = 0
    strange = re.compile(r"[^A-Za-z*\-. \t]" if letters is None else rf"(?i)[^{letters}*\-. \t]")

    def close() -> None:
        if header is not None and residues == 0:
            problems.append((header[0], f"the record {header[1]!r} has no sequence"))

    for number, line in enumerate(_lines(text), start=1):
        stripped = line.strip()
        if stripped.startswith(">"):
            close()
            header, residues, records = (number, stripped[1:].strip()), 0, records + 1
        elif stripped and not stripped.startswith(";"):
            residues += len(stripped)
            found = strange.search(stripped)
            if found:
                expected = "nucleotide" if found[0].isascii() and found[0].isalpha() else "sequence letter"
                problems.append((number, f"{found[0]!r} is not a {expected}"))
    close()
    if records == 0 and residues == 0:
        problems.append((None, "contains no sequence"))
    return problems


def _pdb_problems(text: str) -> list[Problem]:
    problems: list[Problem] = []
    atoms = 0
    for number, line in enumerate(_lines(text), start=1):
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
    for number, line in enumerate(_lines(text), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if not begun and not stripped.lower().startswith("data_"):
            return [(number, f"a CIF file must start with data_NAME, got {stripped[:20]!r}")]
        begun = True
        items = items or stripped.startswith("_")
    return [] if items else [(None, "is not a CIF file: contains no data item such as _atom_site.id")]


def _sdf_problems(text: str) -> list[Problem]:
    lines = _lines(text)
    problems: list[Problem] = []
    found = False
    for start, molecule in _molecules(lines):
        found = True
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
    return problems


def _smiles_problems(text: str) -> list[Problem]:
    problems: list[Problem] = []
    found = False
    for number, line in enumerate(_lines(text), start=1):
        if line.strip():
            found = True
            problem = _smiles_problem(line.split(maxsplit=1)[0])
            if problem is not None:
                problems.append((number, problem))
    if not found:
        problems.append((None, "contains no molecule"))
    return problems


def _smiles_problem(smiles: str) -> str | None:
    """Return why one word is not SMILES."""
    at = depth = 0
    rings: set[str] = set()
    while at < len(smiles):
        found = _SMILES.match(smiles, at)
        if found is None:
            return f"{smiles[at]!r} at character {at + 1} is not valid in SMILES"
        match found.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth -= 1
            case "ring":
                rings ^= {found[0].strip("%()").lstrip("0")}
        if depth < 0:
            return f"unmatched ')' at character {at + 1}"
        at = found.end()
    if depth:
        return "unclosed '('"
    if rings:
        return f"unclosed ring bond {min(rings)}"
    return None


def _molecules(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line's number and the lines of each molecule of an SDF file."""
    start = 0
    for number, line in enumerate([*lines, "$$$$"]):
        if line.startswith("$$$$"):
            if any(each.strip() for each in lines[start:number]):
                yield start + 1, lines[start:number]
            start = number + 1


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


def _lines(text: str) -> list[str]:
    # `splitlines` also splits at characters that editors don't, which would shift the line numbers.
    return re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))


_PROBLEMS: dict[str, Callable[[str], list[Problem]]] = {
    "fasta": fasta_problems,
    "pdb": _pdb_problems,
    "cif": _cif_problems,
    "sdf": _sdf_problems,
    "smiles": _smiles_problems,
}
