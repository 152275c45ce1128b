"""Tools of the tests' sandboxes: one that waits to be let go, one that fails, one that writes much."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import attrs

from proteiniq.sandbox.tools.base import (
    CreditModel,
    Inputs,
    OutputFile,
    Progress,
    Setting,
    Settings,
    Slot,
    Tool,
    ToolContract,
)

_TEXT = Slot("text", "Text", "Any text.", "text", ("fasta", "txt"), max_bytes=100_000)


class Gate(Tool):
    """Tells 50 %, then waits until the file `gate` is there."""

    contract: ClassVar[ToolContract] = ToolContract(
        id="gate",
        name="Gate",
        description="Waits for a file.",
        category="testing",
        tags=(),
        version="1",
        slots=(_TEXT,),
        settings=(Setting("gate", "Gate", "The file.", "string", ""),),
        outputs=(OutputFile("copy.txt", "text/plain", "The input."),),
        results={"length": "Characters."},
        credit_model=CreditModel(7),
        time_limit_s=30.0,
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        progress(50)
        while settings["gate"] and not Path(settings["gate"]).exists():
            time.sleep(0.005)
        text = inputs["text"][0].content
        (out / "copy.txt").write_text(text)
        return {"length": len(text)}


class Broken(Tool):
    """Fails; with `partial` it leaves a file first."""

    contract = attrs.evolve(
        Gate.contract,
        id="broken",
        settings=(Setting("partial", "Partial", "Whether.", "boolean", default=False),),
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        if settings["partial"]:
            (out / "copy.txt").write_text("half")
        raise RuntimeError("no convergence after 12 steps")


class Picky(Gate):
    """Fails if its input says so."""

    contract = attrs.evolve(Gate.contract, id="picky", settings=())

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        if "fail" in inputs["text"][0].content:
            raise RuntimeError("told to fail")
        return super().run(inputs, {"gate": ""}, out, progress)


class Large(Tool):
    """Writes a file of several reads."""

    contract = attrs.evolve(
        Gate.contract,
        id="large",
        settings=(),
        outputs=(OutputFile("big.bin", "application/octet-stream", "Many bytes."),),
    )
    CONTENT = bytes(range(256)) * 4096

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        (out / "big.bin").write_bytes(self.CONTENT)
        return {"length": len(self.CONTENT)}


class Esmfold(Gate):
    """Has the documented inputs and outputs of `esmfold`, and predicts nothing."""

    contract = attrs.evolve(
        Gate.contract,
        id="esmfold",
        slots=(Slot("protein", "Protein", "A sequence.", "protein", ("fasta",), max_bytes=100_000),),
        settings=(),
        outputs=(OutputFile("prediction.pdb", "chemical/x-pdb", "No structure."),),
        credit_model=CreditModel(50),
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        (out / "prediction.pdb").write_text(f"REMARK {len(inputs['protein'][0].content)}\nEND\n")
        return {}


ALL = tuple(f"{__name__}:{tool.__name__}" for tool in (Gate, Broken, Picky, Large))
