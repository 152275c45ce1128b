"""Search a protein against others with phmmer of HMMER 3 (Eddy 2011, PLoS Comput. Biol. 7:e1002195)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from . import _fasta, _srspair, _table
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

_QUERY = _fasta.Rules(_fasta.AMINO, "amino-acid letters of IUPAC", max_records=1, max_length=5_000)
_TARGETS = _fasta.Rules(
    _fasta.AMINO,
    "amino-acid letters of IUPAC",
    max_records=20_000,
    max_length=40_000,
    unique_ids=True,
)

_BYTES = 10_000_000

_SEED = 42
"""Seed of the model's calibration and of the pipeline, as in HMMER's programs."""

_TARGETS_PER_UNIT = 1000

_MATRICES = (
    "BLOSUM45",
    "BLOSUM50",
    "BLOSUM62",
    "BLOSUM80",
    "BLOSUM90",
    "PAM30",
    "PAM70",
    "PAM120",
    "PAM240",
)

_COLUMNS = (
    "rank",
    "target",
    "description",
    "target_length",
    "e_value",
    "score",
    "bias",
    "domain",
    "c_evalue",
    "i_evalue",
    "domain_score",
    "domain_bias",
    "query_start",
    "query_end",
    "target_start",
    "target_end",
    "envelope_start",
    "envelope_end",
)


class SequenceSearch(Tool):
    """Finds homologues of `query` among `targets`, with their domains."""

    requires = ("pyhmmer",)
    contract: ClassVar[ToolContract] = ToolContract(
        id="sequence-search",
        name="Sequence search",
        description="Homologues of a protein among given sequences, found with phmmer (HMMER 3).",
        category="search",
        subcategory="sequence",
        tags=("protein", "homology", "hmmer"),
        version="1.0.0",
        slots=(
            Slot(
                "query",
                "Query",
                "One protein of at most 5,000 residues; IUPAC ambiguity codes are allowed.",
                kind="protein",
                formats=("fasta",),
                max_records=1,
                max_bytes=100_000,
            ),
            Slot(
                "targets",
                "Targets",
                "Up to 20,000 proteins with unique names, each of at most 40,000 residues, in at most "
                f"{_BYTES:,} bytes of text.",
                kind="protein",
                formats=("fasta",),
                max_records=_TARGETS.max_records,
                max_bytes=_BYTES,
            ),
        ),
        settings=(
            Setting(
                "e_value",
                "E-value",
                "Hits with a larger E-value are left out.",
                "number",
                10.0,
                minimum=0,
                maximum=1000,
            ),
            Setting(
                "domain_e_value",
                "Domain E-value",
                "Domains with a larger conditional E-value are left out.",
                "number",
                10.0,
                minimum=0,
                maximum=1000,
            ),
            Setting(
                "max_hits",
                "Most hits",
                "Maximum number of hits reported, best first.",
                "integer",
                500,
                minimum=1,
                maximum=20_000,
            ),
            Setting(
                "matrix",
                "Matrix",
                "Substitution scores that the query's model is built from.",
                "string",
                "BLOSUM62",
                options=_MATRICES,
            ),
            Setting(
                "gap_open_probability",
                "Gap open probability",
                "Probability that a gap starts.",
                "number",
                0.02,
                minimum=0,
                maximum=0.49,
            ),
            Setting(
                "gap_extend_probability",
                "Gap extend probability",
                "Probability that a gap continues.",
                "number",
                0.4,
                minimum=0,
                maximum=0.99,
            ),
            Setting(
                "database_size",
                "Database size",
                "Number of sequences that E-values refer to; 0 is the number of targets.",
                "integer",
                0,
                minimum=0,
                maximum=1_000_000_000,
            ),
            Setting(
                "max_sensitivity",
                "Highest sensitivity",
                "Turn off the speed filters (phmmer --max).",
                "boolean",
                False,
            ),
        ),
        outputs=(
            OutputFile("hits.csv", "text/csv", "One row per domain of each hit."),
            OutputFile("hits.tbl", "text/plain", "Hits in HMMER's --tblout format."),
            OutputFile("domains.tbl", "text/plain", "Domains in HMMER's --domtblout format."),
            OutputFile("alignments.txt", "text/plain", "Alignments of all domains with the query."),
        ),
        results={
            "rows": "One object per hit, best first; its keys follow.",
            "rows[].rank": "1 for the best hit.",
            "rows[].target": "Name of the target.",
            "rows[].description": "Text after the name in the header.",
            "rows[].target_length": "Residues of the target.",
            "rows[].e_value": "Expected number of hits this good by chance.",
            "rows[].score": "Score of the whole sequence in bits, bias subtracted.",
            "rows[].bias": "Correction for biased composition, in bits.",
            "rows[].domains": (
                "Domains in order of position: `domain` (1-based), `score` and `bias` in bits, "
                "`c_evalue` and `i_evalue` (conditional and independent E-value), `query_start`, "
                "`query_end`, `target_start`, `target_end`, `envelope_start`, `envelope_end` "
                "(1-based, inclusive)."
            ),
            "query": "Name of the query.",
            "hits": "Number of hits within `e_value`, reported or not.",
            "database_size": "Number of sequences that E-values refer to.",
        },
        credit_model=CreditModel(
            base_credits=1, credits_per_unit=1, unit="1,000 target sequences, rounded up"
        ),
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        return (
            _fasta.check_entry(inputs, "query", _QUERY)[1]
            + _fasta.check_entry(inputs, "targets", _TARGETS)[1]
        )

    def units(self, inputs: Inputs, settings: Settings) -> int:
        targets = _fasta.records_of(inputs, "targets", _TARGETS)
        return -(-len(targets) // _TARGETS_PER_UNIT)

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        (query,) = _fasta.records_of(inputs, "query", _QUERY)
        targets = _fasta.records_of(inputs, "targets", _TARGETS)
        progress(5)
        size = int(settings["database_size"]) or len(targets)
        found = _search(query, targets, size, settings)
        progress(80)
        hits = [hit for hit in found if hit.reported]
        for hit in hits[int(settings["max_hits"]) :]:
            # HMMER's own tables print the reported hits, and must agree with the rows.
            hit.reported = False
        rows = [_row(rank, hit) for rank, hit in enumerate(_reported(found), start=1)]
        _write(out, found, rows)
        progress(100)
        return {"rows": rows, "query": query.id, "hits": len(hits), "database_size": size}


def _search(query: _fasta.Record, targets: list[_fasta.Record], size: int, settings: Settings) -> Any:
    """The `TopHits` of the query, best first."""
    from pyhmmer.easel import Alphabet, DigitalSequenceBlock, TextSequence
    from pyhmmer.plan7 import Builder, Pipeline

    alphabet = Alphabet.amino()

    def digital(record: _fasta.Record) -> Any:
        return TextSequence(
            name=record.id, description=record.description, sequence=record.sequence
        ).digitize(alphabet)

    filters: dict[str, Any] = {}
    if settings["max_sensitivity"]:
        filters = {"bias_filter": False, "F1": 1.0, "F2": 1.0, "F3": 1.0}
    pipeline = Pipeline(
        alphabet,
        Z=size,
        seed=_SEED,
        E=float(settings["e_value"]),
        domE=float(settings["domain_e_value"]),
        **filters,
    )
    builder = Builder(
        alphabet,
        seed=_SEED,
        score_matrix=settings["matrix"],
        popen=float(settings["gap_open_probability"]),
        pextend=float(settings["gap_extend_probability"]),
    )
    block = DigitalSequenceBlock(alphabet, [digital(target) for target in targets])
    return pipeline.search_seq(digital(query), block, builder)


def _reported(found: Any) -> list[Any]:
    return [hit for hit in found if hit.reported]


def _row(rank: int, hit: Any) -> dict[str, Any]:
    return {
        "rank": rank,
        "target": hit.name,
        "description": hit.description or "",
        "target_length": hit.length,
        "e_value": hit.evalue,
        "score": hit.score,
        "bias": hit.bias,
        "domains": [_domain(number, domain) for number, domain in enumerate(hit.domains.reported, start=1)],
    }


def _domain(number: int, domain: Any) -> dict[str, Any]:
    alignment = domain.alignment
    return {
        "domain": number,
        "score": domain.score,
        "bias": domain.bias,
        "c_evalue": domain.c_evalue,
        "i_evalue": domain.i_evalue,
        "query_start": alignment.hmm_from,
        "query_end": alignment.hmm_to,
        "target_start": alignment.target_from,
        "target_end": alignment.target_to,
        "envelope_start": domain.env_from,
        "envelope_end": domain.env_to,
    }


def _write(out: Path, found: Any, rows: list[dict[str, Any]]) -> None:
    _table.write(
        out / "hits.csv",
        _COLUMNS,
        (
            row
            | domain
            | {"domain_score": domain["score"], "domain_bias": domain["bias"]}
            # Both the hit and its domain have a score and a bias; the plain names refer to the hit.
            | {"score": row["score"], "bias": row["bias"]}
            for row in rows
            for domain in row["domains"]
        ),
    )
    for name, format_ in (("hits.tbl", "targets"), ("domains.tbl", "domains")):
        with (out / name).open("wb") as file:
            found.write(file, format=format_)
    with (out / "alignments.txt").open("w", encoding="utf-8") as text:
        for hit, row in zip(_reported(found), rows, strict=True):
            text.write(f">> {hit.name} {row['description']}".rstrip() + "\n")
            for domain in hit.domains.reported:
                text.write(f"score {domain.score:.1f} bits, i-E-value {domain.i_evalue:.2g}\n")
                text.writelines(f"{line}\n" for line in _aligned(domain.alignment))


def _aligned(alignment: Any) -> Iterator[str]:
    """The lines of a domain's alignment. pyhmmer's own formatter fails on non-ASCII names."""
    return _srspair.blocks(
        _srspair.Row(
            alignment.hmm_name, alignment.hmm_sequence.upper().replace(".", "-"), alignment.hmm_from
        ),
        _srspair.Row(alignment.target_name, alignment.target_sequence.upper(), alignment.target_from),
        alignment.identity_sequence,
    )
