"""Weights of models: the folder that is checked at the start, and how a tool gets them. No model is loaded here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proteiniq.sandbox import Sandbox, tools
from proteiniq.sandbox.tools import BUILT_IN, ESMFOLD, available, load
from proteiniq.sandbox.tools.esmfold import MAX_LENGTH, ESMFold

from ..clients import Api, body, entry, generous, job
from ..commands import refusal
from .running import problems

CONFIG = {"model_type": "esm", "is_folding_model": True}


def safetensors(length: int = 4) -> bytes:
    """A file with one tensor of so many bytes."""
    header = json.dumps({"a": {"dtype": "U8", "shape": [length], "data_offsets": [0, length]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(length)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like the weights of ESMFold."""
    made = tmp_path / "weights"
    made.mkdir()
    (made / "config.json").write_text(json.dumps(CONFIG))
    (made / "model.safetensors").write_bytes(safetensors())
    return made


@pytest.fixture
def without_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool as if its packages were there: nothing here runs it."""
    monkeypatch.setattr(ESMFold, "requires", ())


def write(name: str, content: bytes | str) -> Callable[[Path], object]:
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(data)


def index(*names: str) -> str:
    return json.dumps({"weight_map": {f"weight.{number}": name for number, name in enumerate(names)}})


def instead(name: str, content: bytes | str) -> Callable[[Path], object]:
    """Replace the file of weights by another one."""

    def change(folder: Path) -> None:
        (folder / "model.safetensors").unlink()
        write(name, content)(folder)

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda folder: (folder / "config.json").unlink(),
            r"has no config\.json: it must have config\.json and",
        ),
        (write("config.json", "{"), r"config\.json is not a JSON object: fetch it again"),
        (write("config.json", '{"model_type": "esm"}'), "has another model than ESMFold"),
        (
            write("config.json", '{"model_type": "bert", "is_folding_model": true}'),
            "has another model than ESMFold",
        ),
        (
            lambda folder: (folder / "model.safetensors").unlink(),
            r"has no weights: it must have .* of ESMFold",
        ),
        (write("model.safetensors", "version https://git-lfs.github.com/spec/v1\n"), "run `git lfs pull`"),
        (write("model.safetensors", ""), r"model\.safetensors is empty"),
        (write("model.safetensors", b"abc"), "damaged or was not fetched to its end"),
        (write("model.safetensors", safetensors()[:30]), "damaged or was not fetched to its end"),
        (write("model.safetensors", b"\2\0\0\0\0\0\0\0[]"), "damaged or was not fetched to its end"),
        (write("model.safetensors", safetensors()[:-1]), r"must have \d+ bytes by its header, but has \d+"),
        (instead("pytorch_model.bin", "version https://git-lfs.github.com/spec/v1\n"), "run `git lfs pull`"),
        (instead("model.safetensors.index.json", index("a.safetensors")), r"lacks a\.safetensors, which"),
        (instead("model.safetensors.index.json", "{}"), "is not an index of weights"),
        (instead("pytorch_model.bin.index.json", '{"weight_map": {"a": 1}}'), "is not an index of weights"),
    ],
)
def test_an_unusable_folder_is_refused_with_what_is_wrong(
    folder: Path, change: Callable[[Path], object], problem: str
) -> None:
    change(folder)
    with pytest.raises(ValueError, match=problem):
        load(ESMFOLD, folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="nowhere with the weights of ESMFold does not exist"):
        load(ESMFOLD, tmp_path / "nowhere")
    with pytest.raises(ValueError, match="file with the weights of ESMFold is not a folder"):
        load(ESMFOLD, tmp_path / "file")


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: None,
        instead("pytorch_model.bin", b"PK"),
        lambda folder: (
            instead("model.safetensors.index.json", index("a.safetensors", "b.safetensors"))(folder),
            write("a.safetensors", safetensors())(folder),
            write("b.safetensors", safetensors(9))(folder),
        ),
    ],
    ids=["one file", "pickled", "split"],
)
def test_a_folder_as_transformers_saves_it_is_taken(folder: Path, change: Callable[[Path], object]) -> None:
    change(folder)
    assert load(ESMFOLD, folder).weights == folder


def test_a_tool_without_a_model_takes_no_weights(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the tool protein-parameters takes no weights"):
        load(BUILT_IN[0], tmp_path)


@pytest.mark.usefixtures("without_packages")
def test_esmfold_is_listed_only_with_weights(folder: Path) -> None:
    def listed(**options: Any) -> list[str]:
        with Sandbox(**options) as sandbox, Api(sandbox) as api:
            return [tool["id"] for tool in body(api.get("tools"))["data"]]

    assert "esmfold" not in listed()
    assert "esmfold" in listed(esmfold=folder)
    assert listed(esmfold=str(folder), tools=()) == ["esmfold"]


@pytest.mark.usefixtures("without_packages")
def test_esmfold_has_what_the_documentation_states(folder: Path) -> None:
    with generous(tools=(), esmfold=folder) as sandbox, Api(sandbox) as api:
        tool = body(api.get("tools/esmfold"))
        quote = body(api.post("jobs/quote", json=job("esmfold", name=None, inputs=[entry(slotId="protein")])))
    assert (tool["name"], tool["category"], tool["tags"]) == ("ESMFold", "folding", ["protein", "structure"])
    assert tool["credit_model"]["is_free"] is False
    assert [(slot["id"], slot["kind"]) for slot in tool["input"]["slots"]] == [("protein", "protein")]
    assert (tool["output"]["files"][0]["name"], tool["output"]["files"][0]["content_type"]) == (
        "prediction.pdb",
        "chemical/x-pdb",
    )
    assert quote["estimated_credits"] == 50


@pytest.mark.usefixtures("without_packages")
def test_only_a_structure_says_what_its_b_factors_are(folder: Path) -> None:
    with generous(tools=(), esmfold=folder) as sandbox, Api(sandbox) as api:
        files = body(api.get("tools/esmfold"))["output"]["files"]
    assert [file.get("b_factor", "nothing") for file in files] == ["plddt", "nothing"]


def test_missing_packages_are_named_with_the_extra(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ESMFold, "requires", ("json", "no_torch", "no_transformers"))
    with pytest.raises(ValueError, match="needs no_torch and no_transformers, which the extra `esmfold` of"):
        Sandbox(esmfold=folder)


def test_a_tool_that_needs_weights_is_refused_without() -> None:
    with pytest.raises(ValueError, match="the tool esmfold needs weights: name their folder with esmfold="):
        available([ESMFOLD])


def test_an_empty_path_of_weights_is_refused() -> None:
    with pytest.raises(ValueError, match="esmfold must be the path of a folder"):
        Sandbox(esmfold="")


@pytest.mark.parametrize(
    ("sequence", "problem"),
    [
        ("MKX", "'X' is not accepted here, only the 20 standard amino acids"),
        ("MKU", "'U' is selenocysteine"),
        ("MK:MK", "this tool takes single chains. Give each chain a job of its own."),
        (">b\nMK", "At most 1 records are allowed, got 2"),
        ("M" * (MAX_LENGTH + 1), f"must have at most {MAX_LENGTH} residues, got {MAX_LENGTH + 1}"),
    ],
)
def test_esmfold_folds_one_chain_of_standard_residues(sequence: str, problem: str) -> None:
    (found,) = problems(ESMFold(), {"protein": f">a\nMK\n{sequence}\n" if ">" in sequence else sequence})
    assert problem in found.message


def test_the_longest_sequence_is_accepted() -> None:
    assert problems(ESMFold(), {"protein": "M" * MAX_LENGTH}) == []


def test_a_job_uses_the_weights_that_the_sandbox_has_when_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "ESMFOLD", "tests.sandbox.fake_tools:Weighted")
    gate = tmp_path / "gate"
    with generous(tmp_path / "data", tools=(), esmfold=tmp_path / "old") as sandbox, Api(sandbox) as api:
        job_id = api.submit("weighted", settings={"gate": str(gate)})["id"]
        api.until(job_id, progress=50)
    gate.touch()
    with generous(tmp_path / "data", tools=(), esmfold=tmp_path / "new") as sandbox, Api(sandbox) as api:
        assert api.ended(job_id)["status"] == "COMPLETED"
        assert body(api.get(f"results/{job_id}"))["results"] == {"weights": str(tmp_path / "new")}


def test_the_command_takes_the_folder_from_its_option_or_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal("--esmfold", str(tmp_path / "a")) == (
        2,
        f"error: the folder {tmp_path / 'a'} with the weights of ESMFold does not exist\n",
    )
    monkeypatch.setenv("PROTEINIQ_ESMFOLD", str(tmp_path / "b"))
    assert str(tmp_path / "b") in refusal()[1]
    assert str(tmp_path / "a") in refusal("--esmfold", str(tmp_path / "a"))[1]
