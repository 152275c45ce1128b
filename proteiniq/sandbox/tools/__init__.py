"""The sandbox's tools, and which of them can run here."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..._message_text import short_repr
from .base import Tool

BUILT_IN = (
    "proteiniq.sandbox.tools.protein_parameters:ProteinParameters",
    "proteiniq.sandbox.tools.isoelectric_point:IsoelectricPointCalculator",
    "proteiniq.sandbox.tools.pairwise_alignment:PairwiseAlignment",
    "proteiniq.sandbox.tools.sequence_search:SequenceSearch",
    "proteiniq.sandbox.tools.translate:Translate",
    "proteiniq.sandbox.tools.peptide_digest:PeptideDigest",
    "proteiniq.sandbox.tools.structure_analysis:StructureAnalysis",
    "proteiniq.sandbox.tools.superpose:Superpose",
    "proteiniq.sandbox.tools.peptide_builder:PeptideBuilder",
    "proteiniq.sandbox.tools.propka:Propka",
)
"""The tools in this package that need nothing but their packages, as `module:class`."""

ESMFOLD = "proteiniq.sandbox.tools.esmfold:ESMFold"
"""The tool of this package that needs weights too."""


def load(reference: str, weights: Path | None = None) -> Tool:
    """Load the tool `module:class`, with the folder of its weights if it has a model.

    Raises ValueError if it can't be loaded, is not a tool, or can't use these weights.
    """
    if not isinstance(reference, str):
        raise ValueError(f"a tool must be given as the text 'module:class', got {short_repr(reference)}")
    module, _, name = reference.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        message = f"cannot load the tool {reference!r}, which must be module:class: {error}"
        raise ValueError(message) from error
    if not (isinstance(found, type) and issubclass(found, Tool)):
        raise ValueError(f"{reference!r} is not a class that extends Tool")
    tool = found()
    if weights is not None:
        tool.use_weights(weights)
    return tool


def available(
    references: Iterable[str] = BUILT_IN, weights: Mapping[str, Path] | None = None
) -> dict[str, tuple[str, Tool]]:
    """Tool id → its reference and the tool, for tools whose packages are installed.

    `weights` is the folder of a reference's weights. A tool that has one was asked for, so its packages have to be
    there. Raises ValueError.
    """
    weights = weights or {}
    if isinstance(references, str):
        raise ValueError(f"tools must be a list, got {references!r}")
    tools: dict[str, tuple[str, Tool]] = {}
    for reference in references:
        tool = load(reference, weights.get(reference))
        if tool.contract.id in tools:
            raise ValueError(
                f"{tools[tool.contract.id][0]} and {reference} have one id, {tool.contract.id!r}"
            )
        if tool.needs_weights and tool.weights is None:
            raise ValueError(
                f"the tool {tool.contract.id} needs weights: name their folder with {tool.contract.id}="
            )
        missing = [name for name in tool.requires if importlib.util.find_spec(name) is None]
        if not missing:
            tools[tool.contract.id] = (reference, tool)
        elif reference in weights:
            raise ValueError(
                f"the tool {tool.contract.id} needs {' and '.join(missing)}, which the extra "
                f"`{tool.contract.id}` of proteiniq installs"
            )
    return tools
