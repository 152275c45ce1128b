from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import proteiniq
from proteiniq import errors
from proteiniq.errors import BY_CODE, BY_STATUS, Issue, ProteinIQError, Request
from proteiniq.models import JobState, JobStatus

STATE = JobState(
    id="job_1",
    status=JobStatus("FAILED"),
    tool="esmfold",
    name="mine",
    progress=50.0,
    created_at=None,
    started_at=None,
    completed_at=None,
    credits_used=None,
    error=None,
)


def every_class(kind: type[ProteinIQError] = ProteinIQError) -> list[type[ProteinIQError]]:
    return [kind, *(each for sub in kind.__subclasses__() for each in every_class(sub))]


def made(kind: type[ProteinIQError]) -> ProteinIQError:
    special: dict[type[ProteinIQError], dict[str, Any]] = {
        errors.InvalidInput: {"issues": [Issue("it is empty", slot="protein", line=3)]},
        errors.SpendLimitExceeded: {"estimated_credits": 51, "max_credits": 50},
        errors.ContractError: {"operation": "get_tool", "path": "$.id"},
        errors.WaitTimeout: {"job": STATE},
        errors.JobFailed: {"job": STATE},
    }
    if kind is errors.UnsupportedOperation:
        return errors.UnsupportedOperation("cancel_job", "what went wrong")
    if kind in special:
        return kind("what went wrong", **special[kind])
    known: dict[str, Any] = {
        "code": "a_code",
        "status": 418,
        "request": Request("GET", "/x"),
        "job_id": "job_1",
    }
    if issubclass(kind, errors.APIError):
        known |= {"details": {"issues": []}, "retry_after": 5.0}
    return kind("what went wrong", request_id="req_1", attempts=3, retryable=True, **known)


@pytest.mark.parametrize("kind", every_class(), ids=lambda kind: kind.__name__)
def test_an_error_goes_through_a_pickle_whole(kind: type[ProteinIQError]) -> None:
    error = made(kind)
    error.add_note("a note")
    restored = pickle.loads(pickle.dumps(error))
    assert type(restored) is kind
    assert str(restored) == str(error) == "what went wrong"
    assert vars(restored) == vars(error)
    assert copy.copy(error).__dict__ == error.__dict__


@pytest.mark.parametrize("kind", every_class(), ids=lambda kind: kind.__name__)
def test_an_error_is_public_and_documented(kind: type[ProteinIQError]) -> None:
    assert getattr(proteiniq, kind.__name__) is kind
    assert kind.__name__ in proteiniq.__all__
    assert kind.__doc__
    assert kind.__name__ in str(errors.__doc__)


def test_the_tree_in_the_documentation_is_the_tree() -> None:
    levels: list[str] = []
    drawn: dict[str, str] = {}
    for line in str(errors.__doc__).splitlines():
        name = line.lstrip("│├└─ ").split(" ")[0]
        if line.startswith(("│", "├", "└", "ProteinIQError")):
            depth = (len(line) - len(line.lstrip("│├└─ "))) // 4
            levels[depth:] = [name]
            drawn[name] = levels[depth - 1] if depth else "Exception"
    real = {kind.__name__: kind.__mro__[1].__name__ for kind in every_class()}
    assert drawn == real


def test_there_is_a_class_for_every_public_code_and_no_two_share_one() -> None:
    assert len(BY_CODE) == 18
    assert len(set(BY_CODE.values())) == 18
    assert all(issubclass(kind, errors.APIError) for kind in BY_CODE.values())
    assert set(BY_STATUS) == {400, 401, 402, 403, 404, 405, 409, 413, 415, 429}


def test_an_operation_that_there_is_not_is_named_in_plain_words() -> None:
    error = errors.UnsupportedOperation("cancel_job")
    assert str(error) == "the service's contract has no way to cancel job: nothing was sent"
    assert error.operation == "cancel_job"


def test_the_base_class_catches_everything() -> None:
    assert all(
        issubclass(getattr(errors, name), ProteinIQError) for name in ("APIError", "WaitTimeout", "JobFailed")
    )
    assert not issubclass(errors.WaitTimeout, errors.APIError)


def test_an_issue_says_where() -> None:
    assert str(Issue("it is empty", slot="a")) == "slot 'a': it is empty"
    assert str(Issue("no residue", slot="a", line=3)) == "slot 'a', line 3: no residue"
    assert str(Issue("out of range", setting="ph")) == "setting 'ph': out of range"
    assert str(Issue("odd")) == "odd"
