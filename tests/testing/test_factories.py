"""Models that users make for their tests have what those of the service have."""

from __future__ import annotations

import doctest
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from proteiniq import APIError, Conflict, InsufficientCredits, JobFailed, JobStatus, NotFound, testing
from proteiniq.testing import _factories

from ..shapes import misfits


def test_the_examples_in_the_docstrings() -> None:
    tried = doctest.testmod(_factories)
    assert (tried.failed, tried.attempted) == (0, 7)


@pytest.mark.parametrize("status", [*JobStatus, "NEWLY_INVENTED"])
def test_a_job_of_every_status_is_complete(status: str) -> None:
    job = testing.job(status)
    assert list(misfits(job)) == []
    assert job.status == status
    assert (job.completed_at is not None) == job.is_terminal
    assert job.refresh() == job


def test_a_job_gives_its_result_if_it_completed() -> None:
    assert testing.job(id="job_7").result(timeout=5).job_id == "job_7"
    with pytest.raises(JobFailed, match="out of memory"):
        testing.job("FAILED", error={"code": "tool_error", "message": "out of memory"}).result(timeout=5)


def test_fields_replace_those_of_the_example() -> None:
    assert testing.account(workspace={"plan": {"paid": False}}).workspace.plan.paid is False  # type: ignore[union-attr]
    assert testing.account(workspace={"plan": {"paid": False}}).workspace.id == "team_123"
    assert testing.tool(id="fold").id == "fold"
    assert testing.tool(slots=[{"id": "a", "formats": ["pdb"]}]).slot("a").formats == ("pdb",)
    assert testing.quote(estimated_credits=7).estimated_credits == 7
    assert testing.file(tags=["x"]).tags == ("x",)
    created = testing.job(created_at="2026-01-02T03:04:05.000Z").created_at
    assert created is not None
    assert created.tzinfo == UTC


def test_an_unknown_field_is_an_error_unless_it_is_extra() -> None:
    with pytest.raises(TypeError, match=r"get_job_status has no stauts: choose from id, .*, or use extra"):
        testing.job(stauts="FAILED")
    with pytest.raises(TypeError, match=r"get_account\.workspace has no credit:"):
        testing.account(workspace={"credit": 1})
    assert testing.job(extra={"queue": "gpu"}).extra["queue"] == "gpu"


def test_the_files_of_a_result_can_be_saved(tmp_path: Path) -> None:
    result = testing.result(files={"a.pdb": "END\n", "b.bin": b"\x00\x01"}, results={"plddt": 91.5})
    assert result.data == {"plddt": 91.5}
    assert [path.read_bytes() for path in result.save_all(tmp_path)] == [b"END\n", b"\x00\x01"]
    assert list(testing.result(files={}).files) == []
    assert testing.result().files["prediction.pdb"].text() == "END\n"


def test_what_was_not_made_is_not_found() -> None:
    with pytest.raises(NotFound):
        testing.job("QUEUED").cancel()


def test_an_error_is_of_the_class_of_its_code() -> None:
    assert isinstance(testing.error(), InsufficientCredits)
    conflict = testing.error(409, "conflict", "Used.", details={"job_id": "job_7"})
    assert isinstance(conflict, Conflict)
    assert conflict.details == {"job_id": "job_7"}
    with pytest.raises(APIError, match="Used"):
        raise conflict
    with pytest.raises(ValueError, match="status must be an error's"):
        testing.error(200)


def test_a_contract_without_examples_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proteiniq.contract.upstream", lambda: {"paths": {}})
    with pytest.raises(LookupError, match="no example of get_account"):
        testing.account()


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'tools'"):
        _ = testing.tools
    assert all(hasattr(testing, name) for name in testing.__all__)


@pytest.mark.case
def test_arguments_of_another_type_are_named() -> None:
    names: Any = ["a.pdb"]
    code: Any = "rate_limited"
    with pytest.raises(TypeError, match="files must be a mapping of names to contents, got list"):
        testing.result(files=names)
    with pytest.raises(ValueError, match="status must be an error's"):
        testing.error(code)
