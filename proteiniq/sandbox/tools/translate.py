"""Translation of nucleotide sequences in up to six frames, and their open reading frames."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ..._message_text import short_repr
from . import _fasta
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

_RULES = _fasta.Rules(
    _fasta.NUCLEOTIDE,
    "nucleotide letters of IUPAC",
    max_records=1000,
    max_length=1_000_000,
    unique_ids=True,
    stop=False,
)

_BYTES = 1_000_000

TABLES = (*range(1, 7), *range(9, 17), *range(21, 34))
"""NCBI genetic codes in Biopython 1.85 and later."""

FRAMES: Mapping[str, tuple[int, ...]] = {
    "all": (1, 2, 3, -1, -2, -3),
    "forward": (1, 2, 3),
    "reverse": (-1, -2, -3),
    **{str(frame): (frame,) for frame in (1, 2, 3, -1, -2, -3)},
}


class Translate(Tool):
    """Translates the chosen frames of each record."""

    requires = ("Bio",)
    contract: ClassVar[ToolContract] = ToolContract(
        id="translate",
        name="Translate",
        description=(
            "Translation of DNA or RNA in chosen reading frames with an NCBI genetic code, and the "
            "open reading frames in them."
        ),
        category="analysis",
        subcategory="sequence",
        tags=("nucleotide", "translation", "open reading frame"),
        version="1.0.0",
        slots=(
            Slot(
                "nucleotide",
                "Nucleotides",
                "Up to 1000 DNA or RNA sequences with unique names, in at most "
                f"{_BYTES:,} bytes of text; IUPAC ambiguity codes are allowed.",
                kind="nucleotide",
                formats=("fasta",),
                max_records=_RULES.max_records,
                max_bytes=_BYTES,
            ),
        ),
        settings=(
            Setting(
                "frames",
                "Frames",
                "Frames to translate. −1 starts at the last base and reads the reverse complement.",
                "string",
                "1",
                options=tuple(FRAMES),
            ),
            Setting(
                "table",
                "Genetic code",
                "Number of the NCBI genetic code. Codons that are both a stop and a residue "
                "(27, 28, 31) are read as the residue.",
                "integer",
                1,
                options=TABLES,
            ),
            Setting(
                "orf_start",
                "Start of reading frames",
                "`atg`: at the first ATG after a stop; `code`: at the first start codon of the "
                "genetic code, read as M; `stop`: right after a stop.",
                "string",
                "atg",
                options=("atg", "code", "stop"),
            ),
            Setting(
                "min_orf_length",
                "Shortest reading frame",
                "Open reading frames with fewer residues are left out.",
                "integer",
                30,
                minimum=10,
                maximum=100_000,
                unit="residues",
            ),
        ),
        outputs=(
            OutputFile("proteins.fasta", "text/x-fasta", "All translated frames; * is a stop."),
            OutputFile("orfs.fasta", "text/x-fasta", "All open reading frames."),
        ),
        results={
            "rows": (
                "One object per record and frame; frames without a whole codon are left out. One or two bases after "
                "the last whole codon are not translated."
            ),
            "rows[].id": "Name of the record.",
            "rows[].frame": "1, 2, 3, −1, −2 or −3.",
            "rows[].start": "First nucleotide read (1-based, on the strand given).",
            "rows[].end": "Last nucleotide read; below `start` in the reverse frames.",
            "rows[].length": "Codons read, stops included.",
            "rows[].stops": "Stop codons.",
            "rows[].sequence": "Residues; * is a stop, X an ambiguous codon.",
            "orfs": "One object per open reading frame, by record, frame and position.",
            "orfs[].id": "Name of the record.",
            "orfs[].frame": "As above.",
            "orfs[].start": "First nucleotide of the first codon (1-based, on the strand given).",
            "orfs[].end": "Last nucleotide of the last codon before the stop.",
            "orfs[].length": "Residues.",
            "orfs[].has_stop": "False if it runs off the end of the sequence.",
            "orfs[].sequence": "Residues.",
            "table": "Number of the genetic code.",
        },
        credit_model=CreditModel(credits_per_unit=1, unit="record"),
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        records, problems = _fasta.check_entry(inputs, "nucleotide", _RULES)
        needed = 2 + max(abs(frame) for frame in FRAMES[settings["frames"]][:1])
        problems += [
            Problem(
                f"Record {short_repr(record.id)} must have at least {needed} nucleotides, one codon in the first "
                f"chosen frame, got {len(record.sequence)}. Remove it.",
                slot="nucleotide",
                entry=0,
                line=record.line,
            )
            for record in records
            if 0 < len(record.sequence) < needed
        ]
        return problems

    def units(self, inputs: Inputs, settings: Settings) -> int:
        return len(_fasta.records_of(inputs, "nucleotide", _RULES))

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        records = _fasta.records_of(inputs, "nucleotide", _RULES)
        rows: list[dict[str, Any]] = []
        orfs: list[dict[str, Any]] = []
        for number, record in enumerate(records, start=1):
            for frame in FRAMES[settings["frames"]]:
                bases = read_frame(record.sequence, frame)
                if not bases:
                    continue
                protein = translate(bases, settings["table"])
                rows.append(_row(record, frame, protein))
                orfs += _orfs(record, frame, bases, protein, settings)
            progress(100 * number / len(records))
        _fasta.write(
            out / "proteins.fasta",
            ((f"{row['id']}_frame{row['frame']}", row["sequence"]) for row in rows),
        )
        _fasta.write(
            out / "orfs.fasta",
            (
                (f"{orf['id']}_orf{number} [{orf['start']} - {orf['end']}]", orf["sequence"])
                for number, orf in enumerate(orfs, start=1)
            ),
        )
        return {"rows": rows, "orfs": orfs, "table": settings["table"]}


def read_frame(sequence: str, frame: int) -> str:
    """The whole codons of a frame, as DNA. One or two remaining bases, a partial codon, are dropped.

    EMBOSS's transeq writes X for them, or the residue that two bases determine.
    """
    import Bio.Seq

    biopython: Any = Bio.Seq
    bases = sequence.replace("U", "T")
    if frame < 0:
        bases = str(biopython.reverse_complement(bases))
    bases = bases[abs(frame) - 1 :]
    return bases[: len(bases) - len(bases) % 3]


def translate(bases: str, table: int) -> str:
    """Translate whole codons.

    An ambiguous codon gives a residue, or B, J or Z, if all its codons agree on that, and X otherwise.
    """
    import Bio.Seq
    from Bio import BiopythonWarning

    biopython: Any = Bio.Seq
    with warnings.catch_warnings():
        # Biopython warns about codons that are both a stop and a residue; the contract documents their translation.
        warnings.simplefilter("ignore", BiopythonWarning)
        return str(biopython.translate(bases, table=table))


def _nucleotides(length: int, frame: int, first: int, count: int) -> tuple[int, int]:
    """Positions on the given strand of `count` codons of a frame, starting at the 0-based codon `first`."""
    start = abs(frame) + 3 * first
    end = start + 3 * count - 1
    return (start, end) if frame > 0 else (length + 1 - start, length + 1 - end)


def _row(record: _fasta.Record, frame: int, protein: str) -> dict[str, Any]:
    start, end = _nucleotides(len(record.sequence), frame, 0, len(protein))
    return {
        "id": record.id,
        "frame": frame,
        "start": start,
        "end": end,
        "length": len(protein),
        "stops": protein.count("*"),
        "sequence": protein,
    }


def _orfs(
    record: _fasta.Record, frame: int, bases: str, protein: str, settings: Settings
) -> Iterator[dict[str, Any]]:
    starts = _start_codons(settings)
    begin = 0
    for segment in protein.split("*"):
        stop = begin + len(segment)
        first = begin
        if starts is not None:
            while first < stop and bases[3 * first : 3 * first + 3] not in starts:
                first += 1
        if stop - first >= settings["min_orf_length"]:
            residues = protein[first:stop]
            start, end = _nucleotides(len(record.sequence), frame, first, len(residues))
            yield {
                "id": record.id,
                "frame": frame,
                "start": start,
                "end": end,
                "length": len(residues),
                "has_stop": stop < len(protein),
                "sequence": residues if starts is None else "M" + residues[1:],
            }
        begin = stop + 1


def _start_codons(settings: Settings) -> frozenset[str] | None:
    """The codons that a reading frame may start with; None for any."""
    if settings["orf_start"] == "stop":
        return None
    if settings["orf_start"] == "atg":
        return frozenset({"ATG"})
    from Bio.Data import CodonTable

    tables: Any = CodonTable.unambiguous_dna_by_id
    return frozenset(tables[settings["table"]].start_codons)
