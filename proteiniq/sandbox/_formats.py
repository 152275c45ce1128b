"""Guess the format of a file from its name and its first bytes."""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePosixPath

MIME_TYPES = {
    "FASTA": "text/x-fasta",
    "GENBANK": "text/x-genbank",
    "PDB": "chemical/x-pdb",
    "CIF": "chemical/x-cif",
    "SDF": "chemical/x-mdl-sdfile",
    "MOL2": "chemical/x-mol2",
    "SMILES": "chemical/x-daylight-smiles",
    "CSV": "text/csv",
    "TSV": "text/tab-separated-values",
    "JSON": "application/json",
    "TXT": "text/plain",
    "OTHER": "application/octet-stream",
}
"""Format, under the library's name for it → media type."""

_EXTENSIONS = {
    **dict.fromkeys(("fasta", "fa", "faa", "fna", "ffn", "fas", "fsa"), "FASTA"),
    **dict.fromkeys(("gb", "gbk", "genbank"), "GENBANK"),
    **dict.fromkeys(("pdb", "ent"), "PDB"),
    **dict.fromkeys(("cif", "mmcif"), "CIF"),
    **dict.fromkeys(("sdf", "mol"), "SDF"),
    "mol2": "MOL2",
    **dict.fromkeys(("smi", "smiles"), "SMILES"),
    "csv": "CSV",
    "tsv": "TSV",
    "json": "JSON",
}

_CONTENTS = (
    (re.compile(rb"\s*>\S"), "FASTA"),
    (re.compile(rb"LOCUS {2,}\S"), "GENBANK"),
    (re.compile(rb"(HEADER|TITLE |REMARK|CRYST1|MODEL |ATOM  |HETATM)"), "PDB"),
    (re.compile(rb"\s*data_\S*\s"), "CIF"),
    (re.compile(rb"(?:[^\n]*\n){3}[^\n]{33,}V[23]000"), "SDF"),
    (re.compile(rb"@<TRIPOS>", re.MULTILINE), "MOL2"),
)


def guess(filename: str, head: bytes) -> str:
    """The format in upper case; `TXT` or `OTHER` if neither the extension nor the content reveals it."""
    extension = PurePosixPath(filename).suffix.lstrip(".").lower()
    if extension in _EXTENSIONS:
        return _EXTENSIONS[extension]
    for pattern, format in _CONTENTS:
        if pattern.match(head):
            return format
    return "OTHER" if b"\0" in head else "TXT"


def mime_type(filename: str, format: str) -> str:
    """The media type of a file with this name and format."""
    if format in ("TXT", "OTHER"):
        return mimetypes.guess_type(filename)[0] or MIME_TYPES[format]
    return MIME_TYPES[format]
