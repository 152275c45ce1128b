"""Properties of every built-in tool."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq.sandbox import _resources
from proteiniq.sandbox.tools import BUILT_IN, available, load
from proteiniq.sandbox.tools.base import OutputFile, Setting, Tool

from ...structures import entry
from ..clients import Api, body
from .running import NUCLEOTIDES, PROTEINS, arguments, fasta, problems, run

EXAMPLES = {
    "protein-parameters": {"protein": fasta(*PROTEINS)},
    "isoelectric-point-calculator": {"protein": fasta(*PROTEINS)},
    "pairwise-alignment": {"query": fasta("P69905"), "target": fasta("P68871")},
    "sequence-search": {"query": fasta("P69905"), "targets": fasta(*PROTEINS)},
    "translate": {"nucleotide": fasta(*NUCLEOTIDES)},
    "peptide-digest": {"protein": fasta(*PROTEINS)},
    "structure-analysis": {"structure": entry("1ubq.pdb")},
    "superpose": {"mobile": entry("1ubq.pdb"), "fixed": entry("1ubq.pdb")},
    "peptide-builder": {"peptide": ">a\nACDEFGHIKLMNPQRSTVWY\n"},
    "propka": {"structures": entry("1ubq.pdb")},
}
TOOLS = [pytest.param(load(reference), id=reference.partition(":")[2]) for reference in BUILT_IN]


def outside(setting: Setting) -> list[Any]:
    edges = [setting.minimum, setting.maximum]
    numbers = [edge for edge in edges if edge is not None]
    return [int(number) if setting.type == "integer" else number for number in numbers]


def test_the_tools_have_the_ids_of_the_examples() -> None:
    assert set(available()) == set(EXAMPLES)


def test_importing_the_tools_does_not_import_scientific_packages() -> None:
    code = (
        "import sys; from proteiniq.sandbox.tools import available; available(); "
        "print([name for name in ('Bio', 'biotite', 'propka', 'pyhmmer', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("tool", TOOLS)
def test_writes_exactly_the_files_of_its_contract(tool: Tool, tmp_path: Path) -> None:
    run(tool, EXAMPLES[tool.contract.id], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {output.name for output in tool.contract.outputs}


@pytest.mark.parametrize("tool", TOOLS)
def test_documents_every_key_of_its_results(tool: Tool) -> None:
    results = run(tool, EXAMPLES[tool.contract.id])
    documented = {key for key in tool.contract.results if "[]" not in key}
    assert set(results) == documented
    for name in ("rows", "orfs", "breaks"):
        keys = {key.removeprefix(f"{name}[].") for key in tool.contract.results if f"{name}[]." in key}
        assert all(set(row) == keys for row in results.get(name, []))


@pytest.mark.parametrize("tool", TOOLS)
def test_gives_the_same_results_and_files_twice(tool: Tool, tmp_path: Path) -> None:
    outs = [tmp_path / "first", tmp_path / "second"]
    results = []
    for out in outs:
        out.mkdir()
        results.append(run(tool, EXAMPLES[tool.contract.id], out))
    assert results[0] == results[1]
    first, second = ({path.name: path.read_bytes() for path in out.iterdir()} for out in outs)
    assert first == second


@pytest.mark.parametrize("tool", TOOLS)
def test_runs_with_every_setting_at_its_limits_and_options(tool: Tool) -> None:
    for setting in tool.contract.settings:
        for value in setting.options or outside(setting):
            chosen: dict[str, Any] = {setting.id: value}
            if not problems(tool, EXAMPLES[tool.contract.id], **chosen):
                run(tool, EXAMPLES[tool.contract.id], None, **chosen)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("content", ["", "MKV1"])
def test_reports_a_problem_for_every_slot_with_broken_content(tool: Tool, content: str) -> None:
    slots = [slot.id for slot in tool.contract.slots]
    found = problems(tool, dict.fromkeys(slots, content))
    assert {problem.slot for problem in found} == set(slots)
    assert all(problem.entry == 0 and problem.line is not None for problem in found)


def test_defaults_are_within_their_limits() -> None:
    for setting in (setting for _, tool in available().values() for setting in tool.contract.settings):
        assert setting.options is None or setting.default in setting.options
        if not isinstance(setting.default, bool | str):
            assert setting.minimum is None or setting.default >= setting.minimum
            assert setting.maximum is None or setting.default <= setting.maximum


def test_types_and_units_of_results_are_served(structure_tools: Api) -> None:
    output = body(structure_tools.get("tools/structure-analysis"))["output"]
    assert (output["results"]["sasa"]["type"], output["results"]["sasa"]["unit"]) == ("number", "Å²")
    assert {key for file in output["files"] for key in file} == {"name", "content_type", "description"}


def test_what_the_b_factors_of_a_file_are_is_served_where_it_is_known() -> None:
    contract = attrs.evolve(
        available()["superpose"][1].contract,
        outputs=(OutputFile("model.pdb", "chemical/x-pdb", "A model.", b_factor="plddt"),),
    )
    assert _resources.tool(contract)["output"]["files"][0]["b_factor"] == "plddt"


@pytest.mark.case
def test_the_description_of_a_slot_has_its_limit_of_bytes() -> None:
    for slot in (slot for _, tool in available().values() for slot in tool.contract.slots):
        if slot.max_records != 1:
            assert f"at most {slot.max_bytes:,} bytes" in slot.description


@pytest.mark.parametrize(
    ("tool_id", "credits_"),
    [
        ("protein-parameters", 0),
        ("isoelectric-point-calculator", 0),
        ("pairwise-alignment", 1),
        ("sequence-search", 2),
        ("translate", 2),
        ("peptide-digest", 10),
        ("structure-analysis", 2),
        ("superpose", 2),
        ("peptide-builder", 0),
        ("propka", 1),
    ],
)
def test_prices_a_submission_by_its_units(tool_id: str, credits_: int) -> None:
    tool = available()[tool_id][1]
    units = tool.units(*arguments(tool, EXAMPLES[tool_id], {}))
    assert tool.contract.credit_model.credits(units) == credits_


@pytest.mark.case
@pytest.mark.parametrize(
    ("references", "problem"),
    [
        ("a:B", "tools must be a list, got 'a:B'"),
        ([Tool], "must be given as the text 'module:class', got <class"),
        (["nowhere:A"], "cannot load the tool 'nowhere:A', which must be module:class"),
        (["os:path"], "is not a class that extends Tool"),
        ([BUILT_IN[0], BUILT_IN[0]], "have one id, 'protein-parameters'"),
    ],
)
def test_unusable_references_to_tools_are_named(references: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        available(references)


@pytest.mark.parametrize("amount", [-1, float("nan"), float("inf")])
def test_an_amount_of_a_resource_that_no_worker_can_have_is_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="the amount of the resource GPU must be at least 0"):
        attrs.evolve(load(BUILT_IN[0]).contract, resources={"GPU": amount})
