from __future__ import annotations

from typing import Any

import pytest

from proteiniq import ConfigurationError, InvalidInput, UnsupportedOperation, contract
from proteiniq._inputs.requests import endpoint, identity, is_supported, spelled
from proteiniq.contract import Endpoint, Shape

from .support import change_operation

LIST = Endpoint(
    method="GET",
    path="/x",
    query={"limit": "page_size", "status": "state"},
    headers={"Idempotency-Key": "X-Idempotency-Key"},
    values={"status": {"FAILED": "broken"}},
)
JOB = Endpoint(method="GET", path="/api/v1/jobs/{job_id}", identity={"id": "job_id"})


def test_an_operation_that_the_contract_has() -> None:
    assert endpoint("get_job_status").path == "/api/v1/jobs/{job_id}/status"
    assert is_supported("get_job_status")


def test_an_operation_that_the_contract_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "cancel_job", absent=True)
    assert not is_supported("cancel_job")
    with pytest.raises(UnsupportedOperation, match="no operation 'cancel_job': nothing was sent"):
        endpoint("cancel_job")


@pytest.mark.parametrize("fault", [RuntimeError, FileNotFoundError])
def test_a_contract_that_does_not_belong_to_the_client_is_a_fault_of_the_installation(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def broken(name: str) -> Endpoint:
        raise fault("make both anew")

    monkeypatch.setattr(contract, "operation", broken)
    with pytest.raises(ConfigurationError, match="make both anew"):
        endpoint("get_account")


def test_parameters_have_the_names_and_literals_of_the_contract() -> None:
    asked = spelled("list_jobs", LIST, {"params": {"limit": 5, "status": "FAILED"}})
    assert asked == {"params": {"page_size": 5, "state": "broken"}}


def test_a_literal_that_the_contract_does_not_rename_is_kept() -> None:
    assert spelled("list_jobs", LIST, {"params": {"status": "QUEUED"}}) == {"params": {"state": "QUEUED"}}


def test_headers_have_the_names_of_the_contract() -> None:
    asked = spelled("submit_job", LIST, {"headers": {"Idempotency-Key": "one", "X-Other": "two"}})
    assert asked == {"headers": {"X-Idempotency-Key": "one", "X-Other": "two"}, "idempotent": True}


def test_constant_query_parameters_are_sent() -> None:
    route = Endpoint(method="GET", path="/x", constant_query={"view": "full"})
    assert spelled("get_job_status", route, {}) == {"params": {"view": "full"}}


def test_a_paging_parameter_that_the_contract_lacks_is_left_out() -> None:
    assert spelled("list_jobs", Endpoint(method="GET", path="/x"), {"params": {"limit": 5}}) == {"params": {}}


def test_a_filter_that_the_contract_lacks_is_refused() -> None:
    with pytest.raises(InvalidInput, match="list_jobs: the service's contract has no parameter 'tool'"):
        spelled("list_jobs", LIST, {"params": {"tool": "esmfold"}})


def test_a_body_has_the_shape_of_the_contract() -> None:
    route = Endpoint(method="POST", path="/x", body=Shape(at=("job",), moves=((("tool",), ("toolId",)),)))
    asked: dict[str, Any] = {"json": {"tool": "esmfold"}}
    assert spelled("submit_job", route, asked) == {"json": {"job": {"toolId": "esmfold"}}}
    assert asked == {"json": {"tool": "esmfold"}}


def test_a_constant_body_is_sent_with_a_request_without_one() -> None:
    route = Endpoint(method="PATCH", path="/x", body=Shape(constants={"status": "CANCELLED"}))
    assert spelled("cancel_job", route, {}) == {"json": {"status": "CANCELLED"}}


@pytest.mark.parametrize("job_id", ["job_1", "a/b", "ä %2F?#"])
def test_the_requested_id_is_read_from_the_path(job_id: str) -> None:
    assert identity(JOB, JOB.url(job_id=job_id)) == {"id": job_id}


def test_a_path_without_an_id_gives_none() -> None:
    assert identity(LIST, "/x") == {}
    assert identity(JOB, "/elsewhere") == {}
