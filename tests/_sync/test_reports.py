# Generated from tests/_async/test_reports.py by scripts/unasync.py. Edit that file instead.

"""Reports of results: what is requested for them, and what is not."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from proteiniq import APIError, ConfigurationError, InvalidInput, ProteinIQ, TransportError

from ..storage import CONTENT, FILE, result, storage
from ..support import RESULT, STATUS, UBIQUITIN, Routes, answer, documented, job, refusal
from .clients import fetched, over


def test_a_job_that_ran_here_is_reported_with_its_inputs(client: ProteinIQ, tmp_path: Path) -> None:
    made = client.run("protein-parameters", {"protein": UBIQUITIN}, {"ph": 5}, name="Ubiquitin")
    path = made.report(tmp_path / "report.html")
    page = path.read_text("utf-8")
    assert path == tmp_path / "report.html"
    assert "<h1>Ubiquitin</h1>" in page
    assert "<dt>ph</dt><dd>5</dd>" in page
    assert 'data-name="parameters.csv"' in page
    assert made.files[0].info.url is not None
    assert made.files[0].info.url not in page
