"""Optimal alignment of two sequences with affine gap costs (Gotoh 1982, J. Mol. Biol. 162:705).

The costs are those of EMBOSS needle and water: a gap of n residues costs open + (n − 1) · extend. If several
alignments have the best score, the result is the first that Biopython finds; EMBOSS may show another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import attrs

from ..._text.recognise import looks_like_nucleotides
from . import _fasta, _srspair
from .base import (
    CreditModel,
    Inputs,
    OutputFile,
    Problem,
    Progress,
    Setting,
    Settings,
    Slot,
    Tool,
    ToolContract,
)

_PROTEIN_MATRICES = (
    "BLOSUM45",
    "BLOSUM50",
    "BLOSUM62",
    "BLOSUM80",
    "BLOSUM90",
    "PAM30",
    "PAM70",
    "PAM250",
)
_NUCLEOTIDE_MATRICES = ("NUC.4.4", "BLASTN")

_PROTEIN = _fasta.Rules(_fasta.AMINO, "amino-acid letters of IUPAC", max_records=1, max_length=10_000)
_NUCLEOTIDE = _fasta.Rules(
    _fasta.NUCLEOTIDE, "nucleotide letters of IUPAC", max_records=1, max_length=10_000, stop=False
)

_STAND_INS = {"protein": str.maketrans("UOJ", "XXX"), "nucleotide": str.maketrans("U", "T")}
"""Letters missing from the matrices, and the letters they are scored as."""


@attrs.frozen
class Alignment:
    """Two gapped sequences of equal length, with the 1-based range of residues that each covers.

    If nothing aligns, the sequences are empty and the ranges None.
    """

    score: float
    query: str
    target: str
    query_range: tuple[int, int] | None
    target_range: tuple[int, int] | None


class PairwiseAlignment(Tool):
    """Aligns `query` with `target`, globally or locally."""

    requires = ("Bio",)
    contract: ClassVar[ToolContract] = ToolContract(
        id="pairwise-alignment",
        name="Pairwise alignment",
        description=(
            "Optimal global (Needleman-Wunsch) or local (Smith-Waterman) alignment of two protein "
            "or two nucleotide sequences, depending on the matrix."
        ),
        category="alignment",
        subcategory="sequence",
        tags=("protein", "nucleotide", "alignment"),
        version="1.0.0",
        slots=tuple(
            Slot(
                id_,
                name,
                "One sequence of at most 10,000 letters; IUPAC ambiguity codes are allowed.",
                kind="sequence",
                formats=("fasta",),
                max_records=1,
                max_bytes=100_000,
            )
            for id_, name in (("query", "Query"), ("target", "Target"))
        ),
        settings=(
            Setting(
                "mode",
                "Mode",
                "`global` aligns both sequences in full, `local` their best-scoring parts.",
                "string",
                "global",
                options=("global", "local"),
            ),
            Setting(
                "matrix",
                "Matrix",
                "Scores of pairs: NUC.4.4 (EMBOSS's EDNAFULL) and BLASTN are for nucleotides. "
                "U, O and J are scored as X in proteins, U as T in nucleotides.",
                "string",
                "BLOSUM62",
                options=_PROTEIN_MATRICES + _NUCLEOTIDE_MATRICES,
            ),
            Setting(
                "gap_open",
                "Gap open",
                "Cost of the first residue of a gap.",
                "number",
                10.0,
                minimum=1,
                maximum=100,
            ),
            Setting(
                "gap_extend",
                "Gap extend",
                "Cost of every further residue of a gap.",
                "number",
                0.5,
                minimum=0,
                maximum=10,
            ),
            Setting(
                "end_gaps",
                "End gaps",
                "Whether gaps at the ends of a global alignment are penalized.",
                "string",
                "free",
                options=("free", "penalized"),
            ),
        ),
        outputs=(
            OutputFile("alignment.txt", "text/plain", "The alignment in a layout like srspair."),
            OutputFile("alignment.fasta", "text/x-fasta", "Both sequences with gaps."),
        ),
        results={
            "score": "Score of the alignment, in the units of the matrix.",
            "length": "Columns of the alignment.",
            "identities": "Columns with equal letters; in nucleotides, U equals T.",
            "similarities": "Columns with equal letters or a positive score.",
            "gaps": "Columns with a gap.",
            "identity": "identities / length, 0 to 1; 0 if nothing aligns.",
            "similarity": "similarities / length, 0 to 1; 0 if nothing aligns.",
            "query": (
                "`id`, `length` in residues, `start` and `end` of the aligned part (1-based, "
                "inclusive; null if nothing aligns), `aligned` residues with `-` for gaps."
            ),
            "target": "The same for the target.",
            "markup": "One mark per column: | equal, : positive score, . other, blank gap.",
        },
        credit_model=CreditModel(base_credits=1),
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        rules = _rules(settings)
        read = [_fasta.check_entry(inputs, slot, rules) for slot in ("query", "target")]
        problems = [problem for _, found in read for problem in found]
        letters = [record.sequence for records, _ in read for record in records]
        if _molecule(settings) == "protein" and letters and all(map(looks_like_nucleotides, letters)):
            matrices = " or ".join(_NUCLEOTIDE_MATRICES)
            message = f"{settings['matrix']} scores residues, but the sequences look like nucleotides. Use {matrices}."
            problems.append(Problem(message, setting="matrix"))
        return problems

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        (query,) = _fasta.records_of(inputs, "query", _rules(settings))
        (target,) = _fasta.records_of(inputs, "target", _rules(settings))
        progress(10)
        alignment = align(query.sequence, target.sequence, settings)
        progress(90)
        score = _scorer(settings)
        # Uracil and thymine count as the same base, but U, O and J of a protein don't count as X.
        same = str.maketrans("U", "T") if _molecule(settings) == "nucleotide" else {}
        marks = _srspair.markup(alignment.query.translate(same), alignment.target.translate(same), score)
        counts = _srspair.Counts.of(marks)
        rows = [
            _srspair.Row(query.id, alignment.query, (alignment.query_range or (1, 0))[0]),
            _srspair.Row(target.id, alignment.target, (alignment.target_range or (1, 0))[0]),
        ]
        facts = _facts(settings, alignment, counts)
        (out / "alignment.txt").write_text(_srspair.text(rows[0], rows[1], marks, facts), encoding="utf-8")
        _fasta.write(out / "alignment.fasta", [(row.name, row.gapped) for row in rows])
        progress(100)
        return {
            "score": alignment.score,
            **attrs.asdict(counts),
            "identity": counts.identities / counts.length if counts.length else 0.0,
            "similarity": counts.similarities / counts.length if counts.length else 0.0,
            "query": _side(query, alignment.query, alignment.query_range),
            "target": _side(target, alignment.target, alignment.target_range),
            "markup": marks,
        }


def align(query: str, target: str, settings: Settings) -> Alignment:
    """The first best alignment of two upper-case sequences."""
    aligner = _aligner(settings)
    stand_ins = _STAND_INS[_molecule(settings)]
    found = aligner.align(query.translate(stand_ins), target.translate(stand_ins))
    best = next(iter(found), None)
    if best is None:
        return Alignment(0.0, "", "", None, None)
    upper, lower = best.coordinates.tolist()
    return Alignment(
        float(best.score),
        _gapped(query, upper, lower),
        _gapped(target, lower, upper),
        (upper[0] + 1, upper[-1]),
        (lower[0] + 1, lower[-1]),
    )


def _gapped(sequence: str, own: list[int], other: list[int]) -> str:
    """The covered part of `sequence`, with gaps where only the `other` coordinates advance."""
    parts = []
    for i in range(len(own) - 1):
        part = sequence[own[i] : own[i + 1]]
        parts.append(part or "-" * (other[i + 1] - other[i]))
    return "".join(parts)


def _aligner(settings: Settings) -> Any:
    import Bio.Align

    biopython: Any = Bio.Align
    aligner = biopython.PairwiseAligner(mode=settings["mode"])
    aligner.substitution_matrix = _matrix(settings)
    aligner.open_gap_score = -float(settings["gap_open"])
    aligner.extend_gap_score = -float(settings["gap_extend"])
    if settings["mode"] == "global" and settings["end_gaps"] == "free":
        aligner.end_gap_score = 0.0
    return aligner


def _matrix(settings: Settings) -> Any:
    from Bio.Align import substitution_matrices

    biopython: Any = substitution_matrices
    return biopython.load(settings["matrix"])


def _scorer(settings: Settings) -> Any:
    """A function that scores a pair of letters."""
    matrix = _matrix(settings)
    stand_ins = _STAND_INS[_molecule(settings)]

    def score(a: str, b: str) -> float:
        return float(matrix[a.translate(stand_ins), b.translate(stand_ins)])

    return score


def _molecule(settings: Settings) -> str:
    return "nucleotide" if settings["matrix"] in _NUCLEOTIDE_MATRICES else "protein"


def _rules(settings: Settings) -> _fasta.Rules:
    return _NUCLEOTIDE if _molecule(settings) == "nucleotide" else _PROTEIN


def _side(record: _fasta.Record, gapped: str, covered: tuple[int, int] | None) -> dict[str, str | int | None]:
    start, end = covered or (None, None)
    return {
        "id": record.id,
        "length": len(record.sequence),
        "start": start,
        "end": end,
        "aligned": gapped,
    }


def _facts(settings: Settings, alignment: Alignment, counts: _srspair.Counts) -> dict[str, str]:
    def share(number: int) -> str:
        percent = 100 * number / counts.length if counts.length else 0.0
        return f"{number}/{counts.length} ({percent:.1f}%)"

    return {
        "Mode": settings["mode"],
        "Matrix": settings["matrix"],
        "Gap_penalty": f"{float(settings['gap_open']):g}",
        "Extend_penalty": f"{float(settings['gap_extend']):g}",
        "End_gaps": settings["end_gaps"] if settings["mode"] == "global" else "none",
        "Length": str(counts.length),
        "Identity": share(counts.identities),
        "Similarity": share(counts.similarities),
        "Gaps": share(counts.gaps),
        "Score": f"{alignment.score:g}",
    }
