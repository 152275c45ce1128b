"""Digest proteins with a protease or reagent, and compute the masses of the peptides as ExPASy PeptideMass does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import attrs

from ..._message_text import number_text
from . import _fasta, _mass, _table
from ._enzymes import ENZYMES
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
    _fasta.STANDARD_UO,
    "the 20 standard amino acids, U and O",
    max_records=100,
    max_length=100_000,
    unique_ids=True,
)

_BYTES = 1_000_000

MOST_PEPTIDES = 100_000
"""Maximum number of peptides of a job, before the limits of length and mass are applied."""

# Carbamidomethyl is C2H3NO on cysteine; homoserine lactone is a final methionine without CH4S (Unimod 4, 10).
_CARBAMIDOMETHYL = {True: 57.021464, False: 57.0513}
_HOMOSERINE_LACTONE = {True: -48.003371, False: -48.1075}

_COLUMNS = (
    "id",
    "start",
    "end",
    "length",
    "sequence",
    "previous",
    "next",
    "missed_cleavages",
    "mass_monoisotopic",
    "mass_average",
    "mh_monoisotopic",
    "mh_average",
    "mz",
    "c_terminus",
)


class PeptideDigest(Tool):
    """Computes the peptides of each record, with up to the chosen number of missed cleavages."""

    requires = ("Bio",)
    contract: ClassVar[ToolContract] = ToolContract(
        id="peptide-digest",
        name="Peptide digest",
        description="Digest of proteins with an enzyme or reagent, with the masses of the peptides.",
        category="analysis",
        subcategory="mass spectrometry",
        tags=("protein", "peptide", "mass", "digest"),
        version="1.0.0",
        slots=(
            Slot(
                "protein",
                "Proteins",
                "Up to 100 sequences of the 20 standard amino acids, U and O, with unique names, "
                f"each at most 100,000 long, in at most {_BYTES:,} bytes of text.",
                kind="protein",
                formats=("fasta",),
                max_records=_RULES.max_records,
                max_bytes=_BYTES,
            ),
        ),
        settings=(
            Setting(
                "enzyme",
                "Enzyme",
                "Where the chain is cut. "
                + "; ".join(f"{id_}: {enzyme.rule}" for id_, enzyme in ENZYMES.items()),
                "string",
                "trypsin",
                options=tuple(ENZYMES),
            ),
            Setting(
                "missed_cleavages",
                "Missed cleavages",
                "Maximum number of missed cuts within a peptide.",
                "integer",
                0,
                minimum=0,
                maximum=5,
            ),
            Setting(
                "min_length",
                "Shortest peptide",
                "Shorter peptides are left out.",
                "integer",
                1,
                minimum=1,
                maximum=100_000,
                unit="residues",
            ),
            Setting(
                "max_length",
                "Longest peptide",
                "Longer peptides are left out.",
                "integer",
                100_000,
                minimum=1,
                maximum=100_000,
                unit="residues",
            ),
            Setting(
                "min_mass",
                "Lowest mass",
                "Peptides with a lower monoisotopic mass are left out.",
                "number",
                0.0,
                minimum=0,
                maximum=100_000_000,
                unit="Da",
            ),
            Setting(
                "max_mass",
                "Highest mass",
                "Peptides with a higher monoisotopic mass are left out.",
                "number",
                100_000_000.0,
                minimum=0,
                maximum=100_000_000,
                unit="Da",
            ),
            Setting(
                "cysteines",
                "Cysteines",
                "State of all cysteines.",
                "string",
                "reduced",
                options=("reduced", "carbamidomethyl"),
            ),
            Setting(
                "charge",
                "Charge",
                "Protons of the ion whose m/z is given.",
                "integer",
                1,
                minimum=1,
                maximum=10,
            ),
        ),
        outputs=(OutputFile("peptides.csv", "text/csv", "One row per peptide."),),
        results={
            "rows": "One object per peptide, by record, start and end; its keys follow.",
            "rows[].id": "Name of the record.",
            "rows[].start": "First residue (1-based).",
            "rows[].end": "Last residue.",
            "rows[].length": "Residues.",
            "rows[].sequence": "Residues.",
            "rows[].previous": "Residue before the peptide, null at the start of the chain.",
            "rows[].next": "Residue after the peptide, null at the end of the chain.",
            "rows[].missed_cleavages": "Missed cuts within the peptide.",
            "rows[].mass_monoisotopic": "Monoisotopic mass of the neutral peptide in Da.",
            "rows[].mass_average": "Average mass of the neutral peptide in Da.",
            "rows[].mh_monoisotopic": "Monoisotopic mass of [M+H]⁺ in Da.",
            "rows[].mh_average": "Average mass of [M+H]⁺ in Da.",
            "rows[].mz": "Monoisotopic m/z of the ion with the chosen charge.",
            "rows[].c_terminus": (
                "`free acid`, or `homoserine lactone` after a cut by cyanogen bromide (included in the masses)."
            ),
            "proteins": (
                "One object per record: `id`, `length`, `sites` (i is a cut after residue i), "
                "`peptides`, their number in `rows`, and `coverage`, the fraction of residues in them."
            ),
            "enzyme": "Name and rule of the enzyme.",
        },
        credit_model=CreditModel(base_credits=1, credits_per_unit=1, unit="record"),
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        records, problems = _fasta.check_entry(inputs, "protein", _RULES)
        for what in ("length", "mass"):
            low, high = settings[f"min_{what}"], settings[f"max_{what}"]
            if low > high:
                problems.append(
                    Problem(
                        f"min_{what} must be at most max_{what}, got {number_text(low)} and {number_text(high)}.",
                        setting=f"min_{what}",
                    )
                )
        enzyme = ENZYMES[settings["enzyme"]]
        missed = settings["missed_cleavages"]
        number = sum(_number(len(enzyme.sites(r.sequence)), missed) for r in records)
        if number > MOST_PEPTIDES:
            problems.append(
                Problem(
                    f"The digest must have at most {MOST_PEPTIDES} peptides, got {number}. "
                    "Allow fewer missed cleavages or use fewer proteins.",
                    setting="missed_cleavages",
                )
            )
        return problems

    def units(self, inputs: Inputs, settings: Settings) -> int:
        return len(_fasta.records_of(inputs, "protein", _RULES))

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        records = _fasta.records_of(inputs, "protein", _RULES)
        enzyme = ENZYMES[settings["enzyme"]]
        weigh = _Balance.of(settings)
        rows: list[dict[str, Any]] = []
        proteins = []
        for number, record in enumerate(records, start=1):
            sites = enzyme.sites(record.sequence)
            own = [
                row
                for start, end, missed in spans(len(record.sequence), sites, settings["missed_cleavages"])
                if settings["min_length"] <= end - start <= settings["max_length"]
                for row in [_row(record, start, end, missed, weigh)]
                if settings["min_mass"] <= row["mass_monoisotopic"] <= settings["max_mass"]
            ]
            rows += own
            proteins.append(
                {
                    "id": record.id,
                    "length": len(record.sequence),
                    "sites": sites,
                    "peptides": len(own),
                    "coverage": _coverage(own, len(record.sequence)),
                }
            )
            progress(100 * number / len(records))
        _table.write(out / "peptides.csv", _COLUMNS, rows)
        return {
            "rows": rows,
            "proteins": proteins,
            "enzyme": {"id": settings["enzyme"], "name": enzyme.name, "rule": enzyme.rule},
        }


def spans(length: int, sites: Sequence[int], missed: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, missed cleavages) of each peptide, as a half-open range of 0-based residues."""
    ends = [0, *sites, length]
    for first in range(len(ends) - 1):
        for last in range(first + 1, min(first + 2 + missed, len(ends))):
            yield ends[first], ends[last], last - first - 1


def _number(sites: int, missed: int) -> int:
    """The number of spans."""
    return sum(max(sites + 1 - skipped, 0) for skipped in range(missed + 1))


@attrs.frozen
class _Balance:
    """Residue masses in the chosen state, keyed by whether they are monoisotopic."""

    masses: Mapping[bool, Mapping[str, float]]
    waters: Mapping[bool, float]
    cyanogen_bromide: bool
    charge: int

    @classmethod
    def of(cls, settings: Settings) -> _Balance:
        masses, waters = {}, {}
        for monoisotopic in (True, False):
            table, waters[monoisotopic] = _mass.residue_masses(monoisotopic)
            if settings["cysteines"] == "carbamidomethyl":
                table["C"] += _CARBAMIDOMETHYL[monoisotopic]
            masses[monoisotopic] = table
        return cls(masses, waters, settings["enzyme"] == "cnbr", settings["charge"])

    def mass(self, peptide: str, lactone: bool, monoisotopic: bool) -> float:
        """Mass of the neutral peptide in Da. With `lactone`, its final Met is a homoserine lactone."""
        table = self.masses[monoisotopic]
        mass = sum(table[residue] for residue in peptide) + self.waters[monoisotopic]
        return mass + _HOMOSERINE_LACTONE[monoisotopic] if lactone else mass


def _row(record: _fasta.Record, start: int, end: int, missed: int, balance: _Balance) -> dict[str, Any]:
    sequence = record.sequence
    peptide = sequence[start:end]
    lactone = balance.cyanogen_bromide and end < len(sequence)
    monoisotopic = balance.mass(peptide, lactone, monoisotopic=True)
    average = balance.mass(peptide, lactone, monoisotopic=False)
    return {
        "id": record.id,
        "start": start + 1,
        "end": end,
        "length": end - start,
        "sequence": peptide,
        "previous": sequence[start - 1] if start else None,
        "next": sequence[end] if end < len(sequence) else None,
        "missed_cleavages": missed,
        "mass_monoisotopic": monoisotopic,
        "mass_average": average,
        "mh_monoisotopic": _mass.mz(monoisotopic, 1),
        "mh_average": _mass.mz(average, 1),
        "mz": _mass.mz(monoisotopic, balance.charge),
        "c_terminus": "homoserine lactone" if lactone else "free acid",
    }


def _coverage(rows: Sequence[Mapping[str, Any]], length: int) -> float:
    covered, reached = 0, 0
    for row in rows:
        covered += max(0, row["end"] - max(reached, row["start"] - 1))
        reached = max(reached, row["end"])
    return covered / length
