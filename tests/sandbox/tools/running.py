"""Call tools as the sandbox does, and provide the reference values they are tested against."""

import csv
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proteiniq.sandbox.tools.base import Entry, Problem, Tool

REFERENCE = Path(__file__).parents[2] / "reference"


def read_fasta(text: str) -> dict[str, str]:
    """Name → residues."""
    records = (record.partition("\n") for record in text.split(">")[1:])
    return {(header.split() or [""])[0]: "".join(lines.split()) for header, _, lines in records}


PROTEINS = read_fasta((REFERENCE / "sequences.fasta").read_text(encoding="utf-8"))
NUCLEOTIDES = read_fasta((REFERENCE / "nucleotides.fasta").read_text(encoding="utf-8"))
EMBOSS: dict[str, Any] = json.loads((REFERENCE / "emboss.json").read_text(encoding="utf-8"))


def fasta(*names: str) -> str:
    """Reference sequences as FASTA."""
    sequences = PROTEINS | NUCLEOTIDES
    return "".join(f">{name}\n{sequences[name]}\n" for name in names)


def arguments(
    tool: Tool, inputs: Mapping[str, str], settings: Mapping[str, Any]
) -> tuple[dict[str, list[Entry]], dict[str, Any]]:
    """Inputs and settings as the sandbox passes them to a tool, with defaults."""
    slots = {slot.id: slot for slot in tool.contract.slots}
    entries = {
        id_: [Entry(id_, slots[id_].kind, slots[id_].formats[0], text)] for id_, text in inputs.items()
    }
    return entries, {setting.id: setting.default for setting in tool.contract.settings} | dict(settings)


def problems(tool: Tool, inputs: Mapping[str, str], **settings: Any) -> list[Problem]:
    return tool.check(*arguments(tool, inputs, settings))


def run(tool: Tool, inputs: Mapping[str, str], out: Path | None = None, **settings: Any) -> dict[str, Any]:
    """The result document of a submission that must pass `check`, read back from JSON."""
    entries, values = arguments(tool, inputs, settings)
    assert tool.check(entries, values) == []
    progress: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        results = tool.run(entries, values, out or Path(folder), progress.append)
    assert progress == sorted(progress)
    assert progress[-1] == 100
    document: dict[str, Any] = json.loads(json.dumps(results, allow_nan=False))
    return document


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
