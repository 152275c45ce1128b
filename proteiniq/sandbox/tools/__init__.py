"""The sandbox's tools, and which of them can run here."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable

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
"""The tools in this package, as `module:class`."""


def load(reference: str) -> Tool:
    """Load the tool `module:class`. Raises ValueError if it can't be loaded or is not a tool."""
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
    return found()


def available(references: Iterable[str] = BUILT_IN) -> dict[str, tuple[str, Tool]]:
    """Tool id → its reference and the tool, for tools whose packages are installed. Raises ValueError."""
    if isinstance(references, str):
        raise ValueError(f"tools must be a list, got {references!r}")
    tools: dict[str, tuple[str, Tool]] = {}
    for reference in references:
        tool = load(reference)
        if tool.contract.id in tools:
            raise ValueError(
                f"{tools[tool.contract.id][0]} and {reference} have one id, {tool.contract.id!r}"
            )
        if all(importlib.util.find_spec(name) is not None for name in tool.requires):
            tools[tool.contract.id] = (reference, tool)
    return tools
