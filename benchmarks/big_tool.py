"""A tool of the sandbox whose result is a large file, for `transfer.py`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

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

MIB = bytes(range(256)) * 4096


class Big(Tool):
    """Writes a file of the requested size."""

    contract: ClassVar[ToolContract] = ToolContract(
        id="big",
        name="Big",
        description="Writes a large file.",
        category="testing",
        tags=(),
        version="1",
        slots=(Slot("text", "Text", "Any text.", "text", ("txt",)),),
        settings=(Setting("mebibytes", "Size", "The file's size.", "integer", 1, minimum=1),),
        outputs=(OutputFile("big.bin", "application/octet-stream", "Many bytes."),),
        results={},
        credit_model=CreditModel(),
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        with (out / "big.bin").open("wb") as file:
            for _ in range(settings["mebibytes"]):
                file.write(MIB)
        return {}
