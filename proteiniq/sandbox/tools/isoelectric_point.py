"""Isoelectric points on several pK scales, and the curve of net charge against pH."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from . import _charge, _fasta, _table
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

MOST_POINTS = 50_000
"""Maximum number of points in all curves of a job."""


class IsoelectricPointCalculator(Tool):
    """Computes the pI of each record on every scale, and its charge curve on the chosen one."""

    contract: ClassVar[ToolContract] = ToolContract(
        id="isoelectric-point-calculator",
        name="Isoelectric point calculator",
        description=(
            "Isoelectric points of proteins on published pK scales, and their net charge as a "
            "function of pH. Groups are independent; all cysteines are free thiols. No scale has "
            "selenocysteine (U), which counts as uncharged."
        ),
        category="analysis",
        subcategory="sequence",
        tags=("protein", "sequence", "charge", "isoelectric point"),
        version="1.0.0",
        slots=(
            Slot(
                "protein",
                "Proteins",
                "Up to 100 sequences of the 20 standard amino acids, U and O, with unique names, each at "
                f"most 100,000 long, in at most {_BYTES:,} bytes of text.",
                kind="protein",
                formats=("fasta",),
                max_records=_RULES.max_records,
                max_bytes=_BYTES,
            ),
        ),
        settings=(
            Setting(
                "pk_scale",
                "pK scale",
                "pK values for `isoelectric_point` and the curve.",
                "string",
                _charge.DEFAULT,
                options=_charge.NAMES,
            ),
            Setting("ph_min", "Lowest pH", "Start of the curve.", "number", 0.0, minimum=0, maximum=14),
            Setting("ph_max", "Highest pH", "End of the curve.", "number", 14.0, minimum=0, maximum=14),
            Setting(
                "ph_step",
                "Step",
                "Distance between the points of the curve; the last point is always `ph_max`.",
                "number",
                0.1,
                minimum=0.01,
                maximum=1,
            ),
        ),
        outputs=(
            OutputFile("isoelectric_points.csv", "text/csv", "One row per record and scale."),
            OutputFile("charge_curve.csv", "text/csv", "One row per record and pH."),
        ),
        results={
            "rows": "One object per record, in the order of the input; its keys follow.",
            "rows[].id": "Name of the record.",
            "rows[].description": "Text after the name in the header.",
            "rows[].length": "Number of residues.",
            "rows[].isoelectric_point": "pH of zero net charge on the chosen scale.",
            "rows[].isoelectric_points": "Scale → pH of zero net charge.",
            "rows[].charges": "Net charges at the values of `ph`, in elementary charges.",
            "ph": "pH values of the curves, ascending.",
            "pk_scale": "Name of the chosen scale.",
            "sources": "Scale → the publication of its pK values.",
        },
        credit_model=CreditModel(),
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        records, problems = _fasta.check_entry(inputs, "protein", _RULES)
        low, high, step = _range(settings)
        if low >= high:
            problems.append(
                Problem(
                    f"ph_min must be less than ph_max, got {low:g} and {high:g}.",
                    setting="ph_min",
                )
            )
        elif (points := len(grid(low, high, step)) * len(records)) > MOST_POINTS:
            problems.append(
                Problem(
                    f"The curves must have at most {MOST_POINTS} points, got {points}. "
                    "Use a larger ph_step or fewer records.",
                    setting="ph_step",
                )
            )
        return problems

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        records = _fasta.records_of(inputs, "protein", _RULES)
        chosen = settings["pk_scale"]
        ph = grid(*_range(settings))
        rows = []
        for number, record in enumerate(records, start=1):
            charges = {
                name: _charge.Charge.of(record.sequence, scale) for name, scale in _charge.SCALES.items()
            }
            points = {name: charge.isoelectric_point() for name, charge in charges.items()}
            rows.append(
                {
                    "id": record.id,
                    "description": record.description,
                    "length": len(record.sequence),
                    "isoelectric_point": points[chosen],
                    "isoelectric_points": points,
                    "charges": [charges[chosen].at(value) for value in ph],
                }
            )
            progress(100 * number / len(records))
        _write(out, rows, ph)
        return {
            "rows": rows,
            "ph": ph,
            "pk_scale": chosen,
            "sources": {name: scale.source for name, scale in _charge.SCALES.items()},
        }


def grid(low: float, high: float, step: float) -> list[float]:
    """pH values from `low` to `high`, both included; the last interval may be shorter than `step`."""
    # Rounding turns 3 * 0.1 into 0.3; no setting of the contract is that fine.
    values = [round(low + i * step, 9) for i in range(math.floor((high - low) / step + 1e-6) + 1)]
    return values if values[-1] >= high - 1e-9 else [*values, high]


def _range(settings: Settings) -> tuple[float, float, float]:
    return float(settings["ph_min"]), float(settings["ph_max"]), float(settings["ph_step"])


def _write(out: Path, rows: list[dict[str, Any]], ph: list[float]) -> None:
    _table.write(
        out / "isoelectric_points.csv",
        ("id", "pk_scale", "isoelectric_point"),
        (
            {"id": row["id"], "pk_scale": name, "isoelectric_point": point}
            for row in rows
            for name, point in row["isoelectric_points"].items()
        ),
    )
    _table.write(
        out / "charge_curve.csv",
        ("id", "ph", "charge"),
        (
            {"id": row["id"], "ph": value, "charge": charge}
            for row in rows
            for value, charge in zip(ph, row["charges"], strict=True)
        ),
    )
