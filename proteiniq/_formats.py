"""What format a text is in, by its look: enough to catch the wrong file in a slot, no parser."""

from __future__ import annotations

import re
from pathlib import PurePath

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

_PDB = re.compile(r"^(HEADER|TITLE |COMPND|SOURCE|REMARK|CRYST1|MODEL |ATOM  |HETATM|SEQRES)", re.MULTILINE)
_CIF = re.compile(r"^data_\S*", re.MULTILINE)
_SDF = re.compile(r"^(M  END|\$\$\$\$)", re.MULTILINE)


def by_name(filename: str) -> str | None:
    """The format that a file name's ending stands for."""
    return EXTENSIONS.get(PurePath(filename).suffix.lower())


def sniff(text: str) -> str | None:
    """The format that `text` certainly has: `fasta`, `pdb`, `cif` or `sdf`; None when it could be several."""
    head = text[:20_000].lstrip("\ufeff \t\r\n")
    if head.startswith(">"):
        return "fasta"
    if _SDF.search(text[:200_000]):
        return "sdf"
    if _CIF.match(head):
        return "cif"
    if _PDB.match(head):
        return "pdb"
    return None


def fasta_problems(text: str) -> list[tuple[int | None, str]]:
    """What keeps `text` from being FASTA: (1-based line, what). Which letters are residues is the tool's to say.

    Residues without a header are one record.
    """
    problems: list[tuple[int | None, str]] = []
    header: tuple[int, str] | None = None
    residues = records = 0

    def close() -> None:
        if header is not None and residues == 0:
            problems.append((header[0], f"the record {header[1]!r} has no sequence"))

    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith(">"):
            close()
            header, residues, records = (number, stripped[1:].strip()), 0, records + 1
        elif stripped and not stripped.startswith(";"):
            residues += len(stripped)
            found = re.search(r"[^A-Za-z*\-. \t]", stripped)
            if found:
                problems.append((number, f"{found[0]!r} is no letter of a sequence"))
    close()
    if records == 0 and residues == 0:
        problems.append((None, "there is no sequence in it"))
    return problems
