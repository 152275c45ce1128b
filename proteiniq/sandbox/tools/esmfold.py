"""ESMFold: the structure of a protein from its sequence alone, with weights that the user of the sandbox names.

Lin et al. 2023, Science 379:1123. The computation is `EsmForProteinFolding` of Transformers, and so is the PDB file,
but for its B-factors: Transformers writes pLDDT from 0 to 1, and this tool from 0 to 100, as AlphaFold and ESM's own
program do.

The documentation of ProteinIQ's own `esmfold` states its id, name, category and tags, one slot `protein` for FASTA, the
file `prediction.pdb` with its media type, and an example with a price of 50 credits; these are the same here. It states
no settings, and its example of a result document is empty. So the settings, the result document, `pae.json` and the
limits are our own.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from . import _fasta, _weights
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

MAX_LENGTH = 1024
"""Residues. ESM-2 was trained on pieces of at most 1024."""

_RULES = _fasta.Rules(_fasta.STANDARD, "the 20 standard amino acids", max_records=1, max_length=MAX_LENGTH)

_NOT_USED = ("esm.contact_head.",)
"""Weights of Transformers' class that no step of folding reads. The released weights of ESMFold lack them."""

_COMPUTED = ("af2_to_esm", "esm.rotary_embeddings.inv_freq")
"""Tables that follow from the configuration, and are computed if the weights lack them."""

_LOADED, _FOLDED = 10.0, 95.0
"""Progress once the weights are loaded, and once the structure is predicted."""

_RESULTS = {
    "id": "Name of the record.",
    "length": "Number of residues.",
    "mean_plddt": "Mean pLDDT of all atoms, 0 to 100, as ESM's own program reports it.",
    "ptm": "Predicted TM-score of the whole prediction, 0 to 1.",
    "rows": "One object per residue, in the order of the sequence; its keys follow.",
    "rows[].index": "Number of the residue, from 1, as in `prediction.pdb`.",
    "rows[].residue": "The amino acid, as one letter.",
    "rows[].plddt": "pLDDT of its Cα, 0 to 100.",
    "num_recycles": "The setting.",
    "chunk_size": "The setting.",
    "weights": "Name of the folder with the weights.",
    "parameters": "Number of the model's parameters; those of the released ESMFold v1 are 3.5 billion.",
    "device": "What the prediction was computed on, `cpu` or `cuda`.",
}


class ESMFold(Tool):
    """Predicts the structure of one chain. It is served only with weights: `Sandbox(esmfold=FOLDER)`."""

    requires = ("torch", "transformers")
    needs_weights = True
    contract: ClassVar[ToolContract] = ToolContract(
        id="esmfold",
        name="ESMFold",
        description="Predict protein structure from sequence, with Transformers and weights on this machine",
        category="folding",
        tags=("protein", "structure"),
        version="1.0.0",
        slots=(
            Slot(
                "protein",
                "Protein",
                f"One sequence of the 20 standard amino acids, at most {MAX_LENGTH} long: a single chain.",
                kind="protein",
                formats=("fasta",),
                max_records=1,
                max_bytes=100_000,
            ),
        ),
        settings=(
            Setting(
                "num_recycles",
                "Recycles",
                "How many times the prediction is fed back after the first pass. 3, so four passes, is the default of "
                "ESM's own program too. The time is in proportion to the passes.",
                "integer",
                3,
                minimum=0,
                maximum=32,
            ),
            Setting(
                "chunk_size",
                "Chunk size",
                "Rows of the pair representation that attention takes at a time. Fewer need less memory; the "
                "prediction is the same up to rounding.",
                "integer",
                64,
                minimum=1,
                maximum=MAX_LENGTH,
            ),
        ),
        outputs=(
            OutputFile(
                "prediction.pdb",
                "chemical/x-pdb",
                "The predicted structure, chain A, with the pLDDT of each atom, 0 to 100, as its B-factor.",
                b_factor="plddt",
            ),
            OutputFile(
                "pae.json",
                "application/json",
                "Predicted aligned error in Å, in the format of the AlphaFold database: row i, column j is the "
                "expected error of residue j when the structures are aligned on residue i.",
            ),
        ),
        results=_RESULTS,
        credit_model=CreditModel(base_credits=50),
        time_limit_s=86_400.0,
    )

    def use_weights(self, folder: Path) -> None:
        _weights.check(folder, _is_esmfold, self.contract.name)
        self.weights = folder

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        return _fasta.check_entry(inputs, "protein", _RULES)[1]

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        (record,) = _fasta.records_of(inputs, "protein", _RULES)
        assert self.weights is not None  # or it would not have been served
        model = _load(self.weights)
        progress(_LOADED)
        output = _predict(model, record.sequence, settings, progress)
        # Transformers' own conversion writes pLDDT as it is; as in ESM's program, it goes from 0 to 100 here.
        output["plddt"] = 100 * output["plddt"]
        (out / "prediction.pdb").write_text(model.output_to_pdb(output)[0], encoding="ascii")
        _write_pae(output, out / "pae.json")
        plddt, exists = output["plddt"][0], output["atom37_atom_exists"][0]
        progress(100)
        return {
            "id": record.id,
            "length": len(record.sequence),
            "mean_plddt": round(((plddt * exists).sum() / exists.sum()).item(), 2),
            "ptm": round(output["ptm"].item(), 4),
            "rows": [
                {"index": index, "residue": residue, "plddt": round(value, 2)}
                for index, (residue, value) in enumerate(
                    zip(record.sequence, plddt[:, _CA].tolist(), strict=True), start=1
                )
            ],
            "num_recycles": settings["num_recycles"],
            "chunk_size": settings["chunk_size"],
            "weights": self.weights.name,
            "parameters": sum(each.numel() for each in model.parameters()),
            "device": model.device.type,
        }


_CA = 1
"""Place of Cα among the 37 atoms of AlphaFold's order."""


def _is_esmfold(config: Mapping[str, Any]) -> bool:
    return config.get("model_type") == "esm" and config.get("is_folding_model") is True


def _load(folder: Path) -> Any:
    """The model with the weights of a folder, on a GPU if there is one.

    Nothing is fetched and no code of the folder is run: a `pytorch_model.bin` is read as weights only, and
    `model.safetensors` comes first. Weights are float32, but for those of the language model if `fp16_esm` of the
    folder's `config.json` says so. Raises ValueError if weights are missing: Transformers would make them up.
    """
    _announce("Loading the weights", "see docs/sandbox.md for what they take")
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    import torch
    import transformers

    transformers.logging.disable_progress_bar()
    model, found = transformers.EsmForProteinFolding.from_pretrained(
        folder,
        local_files_only=True,
        trust_remote_code=False,
        weights_only=True,
        dtype=torch.float32,
        output_loading_info=True,
    )
    missing = sorted(name for name in found["missing_keys"] if not name.startswith((*_NOT_USED, *_COMPUTED)))
    if missing:
        raise ValueError(
            f"the folder {folder.name} lacks {len(missing)} weights of ESMFold, the first is {missing[0]}: "
            "fetch it again"
        )
    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")


def _predict(model: Any, sequence: str, settings: Settings, progress: Progress) -> Any:
    """The output of the model, an `EsmForProteinFoldingOutput` for a batch of one."""
    import torch

    passes = settings["num_recycles"] + 1
    model.trunk.config.max_recycles = passes
    model.trunk.set_chunk_size(settings["chunk_size"])
    _report(model.trunk.blocks, passes, progress)
    _announce(f"Folding {len(sequence)} residues", "take a smaller chunk_size, or a shorter sequence")
    try:
        output = model.infer(sequence)
    except torch.OutOfMemoryError as error:
        raise MemoryError(
            f"the GPU has too little memory for {len(sequence)} residues: take a chunk_size below "
            f"{settings['chunk_size']}, or a shorter sequence"
        ) from error
    if not all(
        output[name].isfinite().all() for name in ("positions", "plddt", "ptm", "predicted_aligned_error")
    ):
        raise ArithmeticError(
            "the prediction has values that are not finite: are these weights those of ESMFold?"
        )
    return output


def _announce(step: str, remedy: str) -> None:
    """Log a step, and what to do if the system ends the process in it for want of memory.

    The last line of the log becomes part of the job's error.
    """
    sys.stderr.write(f"{step}. If the process ends here, memory was probably short: {remedy}.\n")


def _report(blocks: Any, passes: int, progress: Progress) -> None:
    """Report progress after each block of the trunk, in each pass."""
    done, steps = count(1), passes * len(blocks)

    def after(*_: object) -> None:
        progress(_LOADED + (_FOLDED - _LOADED) * next(done) / steps)

    for block in blocks:
        block.register_forward_hook(after)


def _write_pae(output: Any, path: Path) -> None:
    pae = {
        "predicted_aligned_error": [
            [round(value, 2) for value in row] for row in output["predicted_aligned_error"][0].tolist()
        ],
        "max_predicted_aligned_error": round(output["max_predicted_aligned_error"].item(), 2),
    }
    with path.open("w", encoding="utf-8") as file:
        json.dump([pae], file, separators=(",", ":"))
