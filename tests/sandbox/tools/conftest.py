"""Property tests here have no deadline: they run whole computations, and the first one imports Biopython."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from proteiniq.sandbox import Sandbox

from ..clients import Api, generous

STRUCTURE_TOOLS = tuple(
    f"proteiniq.sandbox.tools.{name}"
    for name in (
        "structure_analysis:StructureAnalysis",
        "superpose:Superpose",
        "peptide_builder:PeptideBuilder",
        "propka:Propka",
    )
)

settings.register_profile("computation", deadline=None)
settings.load_profile("computation")


@pytest.fixture(scope="session")
def structure_sandbox() -> Iterator[Sandbox]:
    with generous(tools=STRUCTURE_TOOLS) as running:
        yield running


@pytest.fixture
def structure_tools(structure_sandbox: Sandbox, workspace: str) -> Iterator[Api]:
    """The API of a sandbox with the tools for structures."""
    with Api(structure_sandbox, structure_sandbox.create_key(workspace=workspace)) as client:
        yield client
