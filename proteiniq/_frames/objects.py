"""Files of results as objects of Biopython, biotite and RDKit, made by the readers of these libraries."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any

import attrs

from .._inputs import formats
from .._libraries import package
from .._message_text import why
from .._text import encodings, fasta
from ..errors import ConfigurationError
from .file_formats import STRUCTURES, is_alignment, is_structure, sniff, stated


@attrs.frozen
class Converter:
    """Makes objects of a library from the content of a file. `formats` are those that it reads."""

    made: Callable[[str, str, str], Any]
    what: str
    formats: tuple[str, ...]

    def __call__(self, name: str, content_type: str | None, content: bytes) -> Any:
        """Return the object. Raises ValueError if the content is in no format that the library reads here."""
        text, _ = encodings.decoded(content)
        found = _formats(name, content_type, text)
        format = next((each for each in found if each in self.formats), None)
        if format is None:
            known = ", ".join(self.formats)
            raise ValueError(
                f"{self.what} reads {known}, and {name} is {found[0] if found else 'none of these'}"
            )
        try:
            return self.made(name, text, format)
        except ConfigurationError:
            raise
        except Exception as error:  # of the library's reader
            raise ValueError(f"{self.what} can't read {name} as {format}: {why(error)}") from error


def biopython() -> Converter:
    """Return what `to_biopython()` uses. Raises ConfigurationError without the package."""
    package("Bio", "to_biopython()", "bio")
    return Converter(_biopython, "to_biopython()", ("pdb", "cif", "fasta", "alignment", *_SEQUENCES))


def biotite() -> Converter:
    """Return what `to_biotite()` uses. Raises ConfigurationError without the package."""
    package("biotite", "to_biotite()", "bio")
    return Converter(_biotite, "to_biotite()", ("pdb", "cif", "sdf"))


def rdkit() -> Converter:
    """Return what `to_rdkit()` uses. Raises ConfigurationError without the package."""
    package("rdkit", "to_rdkit()", "rdkit")
    return Converter(_rdkit, "to_rdkit()", ("sdf", "mol2", "pdb"))


def _formats(name: str, content_type: str | None, text: str) -> list[str]:
    """Return the formats that a file is said to have, or looks like, and that its content bears out."""
    looks = sniff(text)
    found = dict.fromkeys([*stated(name, content_type), *([looks] if looks else [])])
    return [each for each in found if _is_in(each, text)]


def _is_in(format: str, text: str) -> bool:
    if format in STRUCTURES:
        return is_structure(format, text)
    if format == "alignment":
        return is_alignment(text)
    return format != "fasta" or fasta.is_header(text.lstrip()[:1])


_SEQUENCES = {"GenBank": "genbank", "EMBL": "embl", "UniProt text": "swiss", "FASTQ": "fastq"}
"""Formats of sequences, and what Biopython calls them."""


def _biopython(name: str, text: str, format: str) -> Any:
    file = io.StringIO(text)
    if format in ("pdb", "cif"):
        pdb = package("Bio.PDB", "to_biopython()", "bio")
        parser = pdb.PDBParser() if format == "pdb" else pdb.MMCIFParser()
        return parser.get_structure(PurePath(name).stem, file)
    if format == "alignment":
        align = package("Bio.Align", "to_biopython()", "bio")
        return align.read(file, _alignment_format(text))
    reader = package("Bio.SeqIO", "to_biopython()", "bio")
    return list(reader.parse(file, _SEQUENCES.get(format, format)))


def _alignment_format(text: str) -> str:
    """Return what Biopython calls the format of an alignment."""
    start = text.lstrip("#\r\n ").upper()
    if start.startswith("STOCKHOLM"):
        return "stockholm"
    return "clustal" if start.startswith(("CLUSTAL", "MUSCLE")) else "emboss"


_FIELDS = ["atom_id", "b_factor", "occupancy", "charge"]
"""What biotite reads only on request."""


def _biotite(name: str, text: str, format: str) -> Any:
    if format == "sdf":
        sdf = package("biotite.structure.io.mol", "to_biotite()", "bio")
        # One at a time, since biotite keeps one record of each name, and poses often have the same.
        records = ["\n".join([*lines, "$$$$\n"]) for _, lines in formats.molecules(fasta.lines(text))]
        return _one_or_all([sdf.get_structure(sdf.SDFile.read(io.StringIO(each))) for each in records])
    library = package(f"biotite.structure.io.{'pdb' if format == 'pdb' else 'pdbx'}", "to_biotite()", "bio")
    read = library.PDBFile.read if format == "pdb" else library.CIFFile.read
    file = read(io.StringIO(text))
    model = 1 if library.get_model_count(file) == 1 else None
    return library.get_structure(file, model=model, extra_fields=_FIELDS)


def _rdkit(name: str, text: str, format: str) -> Any:
    chem = package("rdkit.Chem", "to_rdkit()", "rdkit")
    if format == "sdf":
        supplier = chem.SDMolSupplier()
        supplier.SetData(text, removeHs=False)
        found = list(supplier)
    elif format == "mol2":
        start = "@<TRIPOS>MOLECULE"
        blocks = text.split(start)[1:]
        found = [chem.MolFromMol2Block(f"{start}{block}", removeHs=False) for block in blocks]
    else:
        found = [chem.MolFromPDBBlock(text, removeHs=False)]
        if found == [None]:
            _check_bonds(chem, text)
    for number, molecule in enumerate(found, start=1):
        if molecule is None:
            raise ValueError(f"molecule {number}; the log of RDKit says why")
    return _one_or_all(found)


def _check_bonds(chem: Any, text: str) -> None:
    """Raise ValueError if an atom of a PDB file has too many bonds, which RDKit finds by distances."""
    molecule = chem.MolFromPDBBlock(text, removeHs=False, sanitize=False)
    problems = [] if molecule is None else chem.DetectChemistryProblems(molecule)
    places = [each.GetAtomIdx() for each in problems if each.GetType() == "AtomValenceException"]
    if places:
        place = molecule.GetAtomWithIdx(places[0]).GetPDBResidueInfo()
        raise ValueError(
            f"atom {place.GetName().strip()} of {place.GetResidueName()} {place.GetResidueNumber()} in chain "
            f"{place.GetChainId()} has too many bonds. RDKit takes atoms near each other for bonded, and some here "
            "overlap: use to_biopython() or to_biotite()"
        )


def _one_or_all(found: Sequence[Any]) -> Any:
    return found[0] if len(found) == 1 else list(found)
