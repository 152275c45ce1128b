"""The output of the quickstart, and the files that it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import _environment
import pytest

from proteiniq.sandbox import Sandbox

TOUR = Path(_environment.__file__).parent / "_tour.py"


def start(folder: Path, *options: str, **environment: str) -> subprocess.Popen[str]:
    """Run the tour, with its results in `folder/out` and temporary files in `folder/tmp`."""
    (folder / "tmp").mkdir()
    (folder / "out").mkdir()
    command = [sys.executable, str(TOUR), "--out", str(folder / "out"), "--variants", "8", *options]
    own = {**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder / "tmp"), **environment}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=own
    )


def left(folder: Path) -> list[Path]:
    return list((folder / "tmp").iterdir())


@pytest.mark.parametrize("encoding", ["utf-8", "ascii:replace"])
def test_it_shows_real_values_on_any_terminal_and_saves_the_files(tmp_path: Path, encoding: str) -> None:
    with start(tmp_path, PYTHONIOENCODING=encoding) as tour:
        output, wrong = tour.communicate(timeout=120)
    assert tour.returncode == 0, wrong
    shown = (
        "14313.1",
        "37970",
        "score 290.5, 63 identical of 148 columns",
        "stopped after 2",
        "E7A     9.46",
    )
    for value in shown:
        assert value in output
    assert "8 of 8 done" in wrong.splitlines()[-1]
    saved = {
        (path.parent.name.partition("-job_")[0], path.name) for path in (tmp_path / "out").glob("*-job_*/*")
    }
    assert saved == {
        ("protein-parameters", "parameters.csv"),
        ("protein-parameters", "parameters.json"),
        ("pairwise-alignment", "alignment.txt"),
        ("pairwise-alignment", "alignment.fasta"),
    }
    (summary,) = (tmp_path / "out").glob("screen-*/summary.csv")
    assert len(summary.read_text(encoding="utf-8").splitlines()) == 9
    assert left(tmp_path) == []


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--max-credits", "49"), 1)])
def test_a_live_tour_uses_only_the_documented_tool(
    tmp_path: Path, options: tuple[str, ...], code: int
) -> None:
    with Sandbox(tools=["tests.tools:Esmfold"], job_read_interval=0.05) as service:
        address = {"PROTEINIQ_API_KEY": service.api_key, "PROTEINIQ_BASE_URL": service.url}
        with start(tmp_path, "--live", *options, **address) as tour:
            output, wrong = tour.communicate(timeout=120)
    assert tour.returncode == code, wrong
    assert ("prediction.pdb" in output) is (code == 0)
    assert ("SpendLimitExceeded" in wrong) is (code == 1)


def test_an_interrupted_tour_stops_its_service_and_prints_one_word(tmp_path: Path) -> None:
    with start(tmp_path) as tour:
        assert tour.stdout is not None
        next(line for line in tour.stdout if " QUEUED" in line or " PROCESSING" in line)
        tour.send_signal(signal.SIGINT)
        _, wrong = tour.communicate(timeout=60)
    assert tour.returncode == 130
    assert wrong.split() == ["interrupted"]
    assert left(tmp_path) == []
