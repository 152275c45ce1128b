"""ESMFold, with a model of the real architecture that is tiny and has random weights.

What it predicts means nothing. It is compared with Transformers' own program with the same weights, with Biopython's
reader of PDB files, and with the published formulas of pTM and PAE.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proteiniq.sandbox import Sandbox
from proteiniq.sandbox._watch import WatchedRun
from proteiniq.sandbox.tools import ESMFOLD, load
from proteiniq.sandbox.tools.base import Entry

from ..clients import Api, body, entry, generous
from ..commands import wait_until_gone
from .running import run

pytestmark = [
    pytest.mark.esmfold,
    pytest.mark.filterwarnings("default"),  # those of torch and Transformers are theirs
]

SEQUENCE = "MKVLAAGIVGLCWYDEFHNPQRST"


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    """More threads than free cores make a tiny model slower, not faster."""
    import torch

    torch.set_num_threads(1)


def tiny(**changes: Any) -> Any:
    """A tiny model with the layers of ESMFold."""
    import torch
    from transformers import EsmConfig, EsmForProteinFolding

    structure = {
        "sequence_dim": 32,
        "pairwise_dim": 16,
        "ipa_dim": 8,
        "resnet_dim": 16,
        "num_heads_ipa": 2,
        "num_qk_points": 2,
        "num_v_points": 2,
        "num_blocks": 2,
    }
    trunk = {
        "num_blocks": 2,
        "sequence_state_dim": 32,
        "pairwise_state_dim": 16,
        "sequence_head_width": 8,
        "pairwise_head_width": 8,
        "position_bins": 4,
        "structure_module": structure,
    }
    model = EsmForProteinFolding(
        EsmConfig(
            vocab_size=33,
            mask_token_id=32,
            pad_token_id=1,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            position_embedding_type="rotary",
            token_dropout=True,
            emb_layer_norm_before=False,
            is_folding_model=True,
            esmfold_config={"lddt_head_hid_dim": 16, "trunk": trunk, "fp16_esm": False, **changes},
        )
    )
    # As they are made, many weights are zero: no layer of the trunk would change anything.
    random = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weights in model.parameters():
            weights.copy_(0.3 * torch.randn(weights.shape, generator=random))
    return model.eval()


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    tiny().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def reference(weights: Path) -> Any:
    """The model as Transformers loads it."""
    from transformers import EsmForProteinFolding

    return EsmForProteinFolding.from_pretrained(weights)


@pytest.fixture(scope="module")
def output(reference: Any) -> Any:
    """What Transformers predicts."""
    return reference.infer(SEQUENCE)


@pytest.fixture(scope="module")
def folded(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """The result document of the tool, and the folder of its files."""
    out = tmp_path_factory.mktemp("out")
    return run(load(ESMFOLD, weights), {"protein": f">tiny\n{SEQUENCE}\n"}, out), out


def fold(weights: Path, out: Path, **settings: Any) -> dict[str, Any]:
    return run(load(ESMFOLD, weights), {"protein": SEQUENCE}, out, **settings)


def atoms(pdb: str) -> list[str]:
    return [line for line in pdb.splitlines() if line.startswith("ATOM")]


def coordinates(pdb: str) -> list[float]:
    return [float(line[start : start + 8]) for line in atoms(pdb) for start in (30, 38, 46)]


def test_the_structure_is_the_one_that_transformers_writes(folded: Any, reference: Any) -> None:
    ours = (folded[1] / "prediction.pdb").read_text().splitlines()
    theirs = reference.infer_pdb(SEQUENCE).splitlines()
    assert [line[:60] + line[66:] for line in ours] == [line[:60] + line[66:] for line in theirs]
    assert len(set(coordinates("\n".join(ours)))) > 100


def test_the_b_factor_is_a_hundred_times_what_transformers_predicts(folded: Any, output: Any) -> None:
    pdb = (folded[1] / "prediction.pdb").read_text()
    exists = output["atom37_atom_exists"][0].bool()
    expected = [f"{100 * value:.2f}" for value in output["plddt"][0][exists].tolist()]
    assert [line[60:66].strip() for line in atoms(pdb)] == expected
    assert len(set(expected)) > 50


def test_biopython_reads_the_same_residues_and_plddt(folded: Any) -> None:
    from Bio import SeqUtils
    from Bio.PDB.PDBParser import PDBParser

    results, out = folded
    reader: Any = PDBParser
    one_letter: Any = SeqUtils.seq1
    (chain,) = reader(QUIET=True).get_structure("a", out / "prediction.pdb").get_chains()
    read = [(each.id[1], one_letter(each.resname), each["CA"].bfactor) for each in chain]
    assert read == [(row["index"], row["residue"], row["plddt"]) for row in results["rows"]]
    assert "".join(residue for _, residue, _ in read) == SEQUENCE
    plddt = [atom.bfactor for atom in chain.get_atoms()]
    assert results["mean_plddt"] == pytest.approx(sum(plddt) / len(plddt), abs=0.01)


def test_ptm_and_pae_follow_the_published_formulas(folded: Any, output: Any) -> None:
    # Jumper et al. 2021, supplementary methods 1.9.7: 64 bins of 0.5 Å, of which the last has no upper end.
    import numpy

    results, out = folded
    (pae,) = json.loads((out / "pae.json").read_text())
    logits = output["ptm_logits"][0].double().numpy()
    centres = numpy.arange(64) * 0.5 + 0.25
    p = numpy.exp(logits - logits.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    d0 = 1.24 * (len(SEQUENCE) - 15) ** (1 / 3) - 1.8
    by_alignment = (p / (1 + (centres / d0) ** 2)).sum(axis=-1).mean(axis=-1)
    assert results["ptm"] == pytest.approx(by_alignment.max(), abs=1e-4)
    expected = (p * centres).sum(axis=-1)
    assert numpy.abs(numpy.array(pae["predicted_aligned_error"]) - expected).max() < 0.006
    assert pae["max_predicted_aligned_error"] == centres[-1] == 31.75
    assert not numpy.allclose(expected, expected.T, atol=0.1)  # or rows and columns could not be told apart


def test_documents_every_key_of_its_results(folded: Any) -> None:
    results, out = folded
    contract = load(ESMFOLD).contract
    assert set(results) | {f"rows[].{key}" for key in results["rows"][0]} == set(contract.results)
    assert {path.name for path in out.iterdir()} == {file.name for file in contract.outputs}
    assert (results["id"], results["length"]) == ("tiny", len(SEQUENCE))


def test_recycles_are_counted_as_transformers_counts_them(
    weights: Path, reference: Any, tmp_path: Path
) -> None:
    import torch

    fold(weights, tmp_path, num_recycles=1)
    pdb = (tmp_path / "prediction.pdb").read_text()
    aatype = reference.infer(SEQUENCE)["aatype"]
    with torch.no_grad():
        once = reference.output_to_pdb(reference(aatype, num_recycles=1))[0]
    assert coordinates(pdb) == coordinates(once)
    assert coordinates(pdb) != coordinates(reference.infer_pdb(SEQUENCE))


def test_the_chunk_size_changes_no_more_than_rounding(weights: Path, folded: Any, tmp_path: Path) -> None:
    fold(weights, tmp_path, chunk_size=1)
    whole, pieces = (coordinates((path / "prediction.pdb").read_text()) for path in (folded[1], tmp_path))
    assert pieces == pytest.approx(whole, abs=0.002)


def test_gives_the_same_files_twice(weights: Path, folded: Any, tmp_path: Path) -> None:
    fold(weights, tmp_path)
    for path in folded[1].iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_reports_progress_after_each_block_of_each_pass(weights: Path, tmp_path: Path) -> None:
    tool = load(ESMFOLD, weights)
    seen: list[float] = []
    settings = {setting.id: setting.default for setting in tool.contract.settings}
    tool.run({"protein": [Entry("protein", "protein", "fasta", SEQUENCE)]}, settings, tmp_path, seen.append)
    assert seen == sorted(seen)
    assert len(seen) == 1 + 2 * 4 + 1  # loaded, two blocks in four passes, written


def test_makes_no_connection(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: tried.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: tried.append(address))
    fold(weights, tmp_path, num_recycles=0)
    assert tried == []


def test_a_language_model_of_half_precision_stays_one(tmp_path: Path, folded: Any) -> None:
    half = tmp_path / "half"
    tiny(fp16_esm=True).save_pretrained(half)
    fold(half, tmp_path)
    whole, ours = (coordinates((path / "prediction.pdb").read_text()) for path in (folded[1], tmp_path))
    assert ours != whole
    assert ours == pytest.approx(whole, abs=1)


class TestWeights:
    def test_the_layout_of_the_released_file_is_read(
        self, weights: Path, folded: Any, tmp_path: Path
    ) -> None:
        """A pickled file, with a table of positions in each layer, and without the head for contacts."""
        import torch
        from safetensors.torch import load_file

        old = {k: v for k, v in load_file(weights / "model.safetensors").items() if "contact_head" not in k}
        table = old.pop(next(name for name in old if name.endswith("inv_freq")))
        for layer in range(2):
            old[f"esm.encoder.layer.{layer}.attention.self.rotary_embeddings.inv_freq"] = table
        old["esm.embeddings.position_ids"] = torch.arange(1026)[None]
        old["esm.embeddings.position_embeddings.weight"] = torch.zeros(1026, 32)
        released = tmp_path / "released"
        released.mkdir()
        torch.save(old, released / "pytorch_model.bin")
        (released / "config.json").write_bytes((weights / "config.json").read_bytes())
        fold(released, tmp_path)
        assert (tmp_path / "prediction.pdb").read_bytes() == (folded[1] / "prediction.pdb").read_bytes()

    def test_a_pickled_file_runs_no_code(self, weights: Path, tmp_path: Path) -> None:
        folder, trace = tmp_path / "weights", tmp_path / "trace"

        class Harmful:
            def __reduce__(self) -> Any:
                return Path.touch, (trace,)

        folder.mkdir()
        (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Harmful(), protocol=2))  # torch's protocol
        (folder / "config.json").write_bytes((weights / "config.json").read_bytes())
        with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
            fold(folder, tmp_path)
        assert not trace.exists()

    @pytest.mark.parametrize(
        "lost", ["trunk.blocks.1.", "esm_s_combine", "esm.encoder.layer.0.output.dense.weight"]
    )
    def test_missing_weights_are_not_made_up(self, weights: Path, tmp_path: Path, lost: str) -> None:
        folder = self._changed(
            weights, tmp_path, lambda name, value: None if name.startswith(lost) else value
        )
        with pytest.raises(
            ValueError, match=rf"lacks \d+ weights of ESMFold, the first is {lost}.*: fetch it again"
        ):
            fold(folder, tmp_path)

    def test_a_prediction_that_is_not_finite_is_an_error(self, weights: Path, tmp_path: Path) -> None:
        folder = self._changed(
            weights, tmp_path, lambda name, value: value * float("nan") if "lddt" in name else value
        )
        with pytest.raises(ArithmeticError, match="not finite"):
            fold(folder, tmp_path)

    @staticmethod
    def _changed(weights: Path, tmp_path: Path, change: Any) -> Path:
        """The weights with each changed; one that becomes None is left out."""
        from safetensors.torch import load_file, save_file

        made = {name: change(name, value) for name, value in load_file(weights / "model.safetensors").items()}
        folder = tmp_path / "changed"
        folder.mkdir()
        save_file(
            {k: v for k, v in made.items() if v is not None}, folder / "model.safetensors", {"format": "pt"}
        )
        (folder / "config.json").write_bytes((weights / "config.json").read_bytes())
        return folder


@pytest.fixture(scope="module")
def sandbox(weights: Path) -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")  # as here: sums of other threads round differently
        with generous(tools=(), esmfold=weights) as running:
            yield running


def test_a_job_folds_in_its_own_process(sandbox: Sandbox, folded: Any) -> None:
    with Api(sandbox) as api:
        ended = api.run("esmfold", inputs=[entry(f">tiny\n{SEQUENCE}\n", slotId="protein")])
        assert (ended["status"], ended["progress"], ended["credits_used"]) == ("COMPLETED", 100, 50), ended[
            "error"
        ]
        result = body(api.get(f"results/{ended['id']}"))
        files = {file["name"]: httpx.get(file["url"]).content for file in result["files"]}
    assert result["results"] == folded[0]
    assert files == {path.name: path.read_bytes() for path in folded[1].iterdir()}


@pytest.fixture
def folding(sandbox: Sandbox) -> Iterator[tuple[Api, str, int]]:
    """The API, a job that folds, and its process."""
    settings = {"num_recycles": 32}
    with Api(sandbox) as api:
        job_id = api.submit("esmfold", inputs=[entry("M" * 200, slotId="protein")], settings=settings)["id"]
        next(job for job in api.events(job_id) if (job["progress"] or 0) > 10)  # 10 is before the first block
        run = sandbox._running.service.supervisor._running[job_id]
        assert isinstance(run, WatchedRun)
        yield api, job_id, run._run.pid


def test_a_job_that_folds_is_killed_with_the_jobs_of_the_sandbox(
    sandbox: Sandbox, folding: tuple[Api, str, int]
) -> None:
    api, job_id, pid = folding
    sandbox.reset()
    wait_until_gone(pid)
    assert api.get(f"jobs/{job_id}/status").status_code == 404


def test_a_process_that_the_system_ends_says_that_memory_may_be_short(folding: tuple[Api, str, int]) -> None:
    api, job_id, pid = folding
    os.kill(pid, signal.SIGKILL)
    error = api.ended(job_id)["error"]
    assert error["code"] == "crashed"
    assert (
        "Folding 200 residues. If the process ends here, memory was probably short: take a smaller"
        in error["message"]
    )


def test_a_gpu_without_enough_memory_is_an_error_that_says_what_to_do(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import EsmForProteinFolding

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(EsmForProteinFolding, "infer", full)
    with pytest.raises(MemoryError, match="too little memory for 24 residues: take a chunk_size below 64"):
        fold(weights, tmp_path)
