"""Recognise texts that are given for a sequence by mistake: other formats, three-letter code, the wrong molecule.

Every rule is for the obvious case only. A text that no rule recognises is left to the tool.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

_FOREIGN = (
    ("FASTQ", r"@\S.*\n[A-Za-z.*-]+\s*\n\+"),
    ("GenBank", r"LOCUS {2,}\S|ORIGIN[ \t]*\n *\d+ |/translation="),
    ("UniProt text", r"ID   \S.*\bAA\.\s*$|SQ   SEQUENCE .*\bAA;"),
    ("EMBL", r"ID {3}\S+.*;|SQ   SEQUENCE "),
    ("Clustal", r"CLUSTAL[ _]?(?:[WXO0-9(]|.*alignment)"),
    ("MUSCLE", r"MUSCLE \(\d"),
    ("Stockholm", r"# ?STOCKHOLM \d"),
    ("NEXUS", r"#NEXUS\b"),
    ("MEGA", r"#MEGA\b"),
    # But not the ruler above printed residues.
    ("PHYLIP", r"(?!10[ \t]+20\b)\d+[ \t]+\d+(?:[ \t]+[A-Z])*[ \t]*\n"),
    ("MSF", r"!!(?:AA|NA)_MULTIPLE_ALIGNMENT|PileUp\b|.*\bMSF: *\d+ +Type:"),
    ("GCG", r"!!(?:AA|NA)_SEQUENCE|.*\bLength: *\d+.*\bCheck: *\d+ *\.\."),
    ("GFF", r"##gff-version"),
    ("VCF", r"##fileformat=VCF"),
    ("SAM", r"@(?:HD|SQ|RG|PG)\t"),
    ("HMMER", r"HMMER\d/"),
    ("MOL2", r"(?:#.*\n|\s)*@<TRIPOS>"),
    ("JSON", r"""[\[{]\s*(?:["{\]}]|\[\s*[\[{"])|"[^"\n]*"\s*\Z"""),
    ("HTML", r"<!doctype html|<html|<head|<body|&gt;"),
    ("HTML or XML", r"<!--|<([A-Za-z][\w:.-]*)[^<>]*>(?s:.*)</\1>\s*\Z"),
    ("XML", r"<\?xml"),
    ("RTF", r"\{\\rtf"),
    ("PDF", r"%PDF-"),
    ("Markdown", r"```|\|.*\|[ \t]*\n\|[ \t:|-]+\|"),
    ("YAML", r"(?:---[ \t]*\n)?[A-Z_]\w*:(?:[ \t]*\n(?:[ \t]+\S|-)|[ \t]+\S.*\n[A-Z_]\w*:(?:\s|$))"),
    ("a BLAST report", r"T?BLAST[NPX] \d"),
    ("a Git LFS pointer", r"version https://git-lfs"),
)
_FORMATS = tuple((name, re.compile(pattern, re.MULTILINE | re.IGNORECASE)) for name, pattern in _FOREIGN)

_QUOTED = re.compile(r'"[^"]*"')

_START = 20_000
"""How many characters of a text are looked at to recognise its format."""

_TRIPLET = re.compile(
    "ALA|ARG|ASN|ASP|CYS|GLN|GLU|GLY|HIS|ILE|LEU|LYS|MET|PHE|PRO|SER|THR|TRP|TYR|VAL|SEC|PYL|ASX|GLX|XLE|XAA"
    "|MSE|SEP|TPO|PTR|HYP|TER"
)
_ENDS = re.compile(r"^(?:H|NH2|AC)-|-(?:OH|NH2|COOH)$")

NUCLEOTIDES = "ACGTUNXRYSWKMBDHVI"
"""Letters of nucleotides and of ambiguous ones (NC-IUB 1984), with X and inosine."""

_ACCESSION = re.compile(
    r"([OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9]([A-Z][A-Z0-9]{2}[0-9]){1,2}|[1-9][A-Z0-9]{3})"
)

_NO_NUCLEOTIDES = re.compile(r"[EFJLOPQZ]", re.IGNORECASE)

_SHORTEST_RNA = 10
"""A sequence of A, C, G, U and N only that is as long, with U, is taken for RNA."""

_OTHER_THAN_LETTERS = re.compile("[^A-Za-z]+")
"""Numbers, gaps, stops and separators of chains."""

_LONG_FOR_CHANCE = 40
"""A peptide of A, C, G, T, U and N only is not expected to be longer, in letters."""


def foreign(text: str) -> str | None:
    """Return the name of the text's format if it certainly isn't FASTA, but a common other one."""
    head = text[:_START].lstrip("\ufeff \t\r\n").replace("\r\n", "\n").replace("\r", "\n")
    if head.startswith((">", ";")):
        return None
    for name, pattern in _FORMATS:
        if pattern.match(head):
            return name
    rows = [line for line in head.split("\n") if line.strip()]
    if len(text) > _START:
        rows = rows[:-1]
    return "CSV" if _is_csv(rows) else None


def _is_csv(rows: Sequence[str]) -> bool:
    """Whether each of several lines has several cells, or is a quoted cell. A title after a SMILES is not a cell."""
    if len(rows) < 2:
        return False
    if all(_QUOTED.fullmatch(row.strip()) for row in rows):
        return True
    return any(
        any(separator in row.split()[0] for row in rows)
        and all(len(cells) > 1 for cells in csv.reader(rows, delimiter=separator))
        for separator in (",", ";")
    )


def is_three_letter_code(text: str) -> bool:
    """Whether a text is two or more residues in the three-letter code, such as `Met-Lys`.

    Without separators and in one case, it takes four, because `METALA` is a peptide, too.
    """
    head = _ENDS.sub("", text[:_START].strip().upper())
    words = [word for word in re.split(r"[\s\-–.,\d]+", head) if word]
    is_cut = len(text) > _START
    if is_cut and len(words) > 1:
        words = words[:-1]
    if len(words) > 1 and all(map(_TRIPLET.fullmatch, words)):
        return True
    joined = "".join(words)
    triplets = [joined[at : at + 3] for at in range(0, len(joined), 3)]
    if is_cut:
        triplets = triplets[:-1]
    needed = 2 if re.match(r"(?:[A-Z][a-z]{2}){2}", text.strip()) else 4
    return len(triplets) >= needed and all(map(_TRIPLET.fullmatch, triplets))


def is_accession(word: str) -> bool:
    """Whether a word is an accession of UniProt (https://www.uniprot.org/help/accession_numbers) or the PDB."""
    return _ACCESSION.fullmatch(word.upper()) is not None


def looks_like_nucleotides(letters: str) -> bool:
    """Whether a sequence without blanks is so long, of three or more of A, C, G and T or U, that it isn't a protein."""
    letters = _OTHER_THAN_LETTERS.sub("", letters)
    return looks_like_rna(letters) or (len(letters) > _LONG_FOR_CHANCE and _is_mostly_definite(letters))


def looks_like_rna(letters: str) -> bool:
    """Whether a sequence is RNA and no protein with selenocysteine, which is rare and single."""
    return len(letters) >= _SHORTEST_RNA and "U" in letters.upper() and _has_only(letters, "ACGUN")


def _is_mostly_definite(letters: str) -> bool:
    """Whether a sequence is of A, C, G, T, U and N, and at most a tenth of other letters of nucleotides."""
    definite = [letter for letter in letters.upper() if letter in "ACGTUN"]
    return (
        10 * len(definite) >= 9 * len(letters)
        and set(letters.upper()) <= set(NUCLEOTIDES)
        and _has_only("".join(definite), "ACGTUN")
    )


def _has_only(letters: str, allowed: str) -> bool:
    kinds = set(letters.upper())
    return kinds <= set(allowed) and len({"T" if kind == "U" else kind for kind in kinds} & set("ACGT")) > 2


def looks_like_a_protein(letters: str) -> bool:
    """Whether a tenth of a sequence is letters that stand for residues only."""
    return letters.isalpha() and 10 * len(_NO_NUCLEOTIDES.findall(letters)) >= len(letters) > 0
