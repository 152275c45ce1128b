"""What format a file of a result has: by its content types, its name, and its content."""

from __future__ import annotations

import re

from .._inputs import formats

STRUCTURES = ("pdb", "pdbqt", "cif", "sdf", "mol2", "xyz")
"""The formats of structures."""

_CONTENT_TYPES = {
    "chemical/x-pdb": "pdb",
    "chemical/pdb": "pdb",
    "chemical/x-cif": "cif",
    "chemical/x-mmcif": "cif",
    "chemical/x-mdl-sdfile": "sdf",
    "chemical/x-mdl-molfile": "sdf",
    "chemical/x-mol2": "mol2",
    "chemical/x-xyz": "xyz",
    "chemical/x-fasta": "fasta",
    "text/x-fasta": "fasta",
    "application/x-fasta": "fasta",
    "application/json": "json",
    "text/json": "json",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/svg+xml": "svg",
}
"""Media types and formats. The types of molecules are those of Rzepa et al. 1998, J. Chem. Inf. Comput. Sci. 38:976."""

_EXTENSIONS = {
    **{suffix: name for suffix, name in formats.EXTENSIONS.items() if name != "smiles"},
    ".pdbqt": "pdbqt",
    ".mol2": "mol2",
    ".xyz": "xyz",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".svg": "svg",
    ".aln": "alignment",
    ".clustal": "alignment",
    ".sto": "alignment",
    ".stk": "alignment",
    ".a3m": "fasta",
    ".afa": "fasta",
}


_ALIGNMENT = re.compile(
    r"CLUSTAL|MUSCLE|# ?STOCKHOLM \d|(?:#[#=]*\n)*# (?:Program: +\w|Aligned_sequences: \d|1: \S)",
    re.IGNORECASE,
)
"""How alignments of Clustal, MUSCLE and EMBOSS start, and of Pfam and HMMER (Stockholm)."""

_XYZ = re.compile(r"\s*\d+[ \t]*\n[^\n]*\n[ \t]*(?:[A-Z][a-z]?|\d+)(?:[ \t]+-?\d+\.\d+){3}")
"""The number of atoms, a comment, and an atom."""


_SNIFFED = {
    "MOL2": "mol2",
    "JSON": "json",
    "CSV": "csv",
    "Clustal": "alignment",
    "Stockholm": "alignment",
    "MUSCLE": "alignment",
}


def stated(name: str, *content_types: str | None) -> list[str]:
    """Return the formats that a file is said to have: those of its content types, then that of its name."""
    found = [_CONTENT_TYPES.get((each or "").partition(";")[0].strip().lower()) for each in content_types]
    found.append(_EXTENSIONS.get(formats.extension(name)))
    return [each for each in dict.fromkeys(found) if each is not None]


def sniff(text: str) -> str | None:
    """Return the format that a text looks like, None if it is unknown."""
    found = formats.sniff(text)
    if found is None:
        return "alignment" if is_alignment(text) else None
    return _SNIFFED.get(found, found)


def is_alignment(text: str) -> bool:
    return _ALIGNMENT.match(text.replace("\r\n", "\n")) is not None


def is_structure(format: str, text: str) -> bool:
    """Whether a text has atoms in this format."""
    match format:
        case "mol2":
            return "@<TRIPOS>ATOM" in text
        case "xyz":
            return _XYZ.match(text.replace("\r\n", "\n")) is not None
        case "cif":
            return "_atom_site." in text and not formats.problems("cif", text)
        case "pdbqt":
            return not formats.problems("pdb", text)
    return not formats.problems(format, text)
