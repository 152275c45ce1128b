from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime

import attrs
import pytest

import proteiniq
from proteiniq import models
from proteiniq.models import JobState, JobStatus, Model

from ._sync.clients import over
from ._sync.methods import METHODS
from .support import Stub, answer, documented


def state(**changes: object) -> JobState:
    known: dict[str, object] = {field.name: None for field in attrs.fields(JobState)}
    known |= {"id": "job_1", "status": JobStatus("QUEUED"), "extra": {}, "raw": {}}
    return JobState(**{**known, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "BUDGET_EXCEEDED"])
def test_the_terminal_states_of_the_documentation(status: str) -> None:
    assert JobStatus(status).is_terminal
    assert JobStatus(status).is_known


@pytest.mark.parametrize("status", ["PENDING", "QUEUED", "PROCESSING", "RETRY"])
def test_states_that_are_not_the_end(status: str) -> None:
    assert not JobStatus(status).is_terminal


@pytest.mark.parametrize("status", ["", "complete", "ARCHIVED", "\ud800"])
def test_an_unknown_state(status: str) -> None:
    made = JobStatus(status)
    assert made == status
    assert str(made) == status
    assert not made.is_known
    assert not made.is_terminal
    assert made not in list(JobStatus)


def test_a_state_is_a_string() -> None:
    assert JobStatus.COMPLETED == "COMPLETED"
    assert f"{JobStatus('NEW')}" == "NEW"


@pytest.mark.parametrize("status", ["COMPLETED", "ARCHIVED"])
def test_a_state_survives_pickling(status: str) -> None:
    restored = pickle.loads(pickle.dumps(JobStatus(status)))
    assert restored == JobStatus(status)
    assert copy.deepcopy(JobStatus(status)) == status


def test_a_state_is_not_a_number() -> None:
    with pytest.raises(ValueError, match="5"):
        JobStatus(5)  # type: ignore[arg-type]


def test_fields_missing_in_a_newer_state_are_kept() -> None:
    then = datetime(2026, 6, 12, tzinfo=UTC)
    older = state(name="mine", created_at=then, progress=10.0)
    newer = state(status=JobStatus("PROCESSING"), progress=50.0).newer(older)
    assert (newer.status, newer.progress, newer.name, newer.created_at) == ("PROCESSING", 50.0, "mine", then)


def test_a_model_cannot_be_changed() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        state().id = "job_2"  # type: ignore[misc]


def test_a_model_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(state(extra={"a": 1}))) == state(extra={"a": 1})


def test_raw_does_not_count_for_equality_and_is_not_shown() -> None:
    assert state(raw={"a": 1}) == state(raw={"a": 2})
    assert "raw" not in repr(state(raw={"a": 1}))


def test_a_status_is_read_in_any_case() -> None:
    assert JobStatus("completed") is JobStatus.COMPLETED
    assert JobStatus("Timeout").is_terminal


def test_equal_models_have_equal_hashes() -> None:
    assert {state(extra={"a": [1]}), state(extra={"a": [1]}), state(id="job_2")} == {
        state(extra={"a": [1]}),
        state(id="job_2"),
    }


def test_every_model_is_public() -> None:
    for name, kind in vars(models).items():
        if isinstance(kind, type) and issubclass(kind, Model) and kind is not Model:
            assert getattr(proteiniq, name) is kind


# ---- plain data


@pytest.mark.case
@pytest.mark.parametrize(
    "operation",
    ["get_account", "list_tools", "get_tool", "quote_job", "get_job_status", "get_file", "get_result"],
)
def test_every_model_hashes_and_becomes_plain_data(operation: str) -> None:
    with over(Stub(answer({**documented(operation), "new": {"list": [1]}}))) as client:
        found = METHODS[operation](client)
    found = found[0] if isinstance(found, list) else found
    assert found in {found}
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain == found.to_dict()
    assert "raw" not in plain
    assert plain["extra"].get("new") == (None if operation == "list_tools" else {"list": [1]})


def test_plain_data_holds_times_and_states_as_text() -> None:
    then = datetime(2026, 6, 12, 8, 5, tzinfo=UTC)
    made = state(created_at=then, error=models.JobFailure(code="x", message=None)).to_dict()
    assert made["created_at"] == "2026-06-12T08:05:00+00:00"
    assert (type(made["status"]), made["error"]) == (str, {"code": "x", "message": None, "extra": {}})
