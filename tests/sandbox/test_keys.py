"""Keys, scopes, workspaces and plans."""

from __future__ import annotations

import re

import httpx
import pytest

from proteiniq import contract
from proteiniq.sandbox import Sandbox

from .clients import Api, body, code, error, file_entry, generous, job

SCOPES = {"jobs:read", "jobs:write", "files:read", "files:write"}
SCOPED = [
    (operation["x-scope"], method, path)
    for path, item in contract.document()["paths"].items()
    for method, operation in item.items()
    if operation.get("x-scope")
]


def test_a_key_has_the_documented_shape(api: Api) -> None:
    account = body(api.get("account"))
    shape = re.fullmatch(r"(pq_live_([A-Za-z0-9]+))_[A-Za-z0-9]+", api.key)
    assert shape
    assert account["api_key"]["prefix"] == shape[1]
    assert account["api_key"]["id"] == f"key_{shape[2]}"
    assert set(account["api_key"]["scopes"]) == SCOPES


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer nonsense",
        "Basic dXNlcjpwYXNz",
        "Bearer pq_live_000000000000_" + "0" * 48,
        "Bearer pq_live_é_x".encode("latin-1"),
    ],
)
def test_an_invalid_key_is_unauthorized(sandbox: Sandbox, header: str | bytes | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = httpx.get(f"{sandbox.url}/api/v1/account", headers=headers)  # type: ignore[arg-type]
    assert code(response) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "X-RateLimit-Limit" not in response.headers


def test_a_key_with_another_secret_is_unauthorized(api: Api) -> None:
    forged = api.key[:-1] + ("0" if api.key[-1] != "0" else "1")
    response = api.get("account", headers={"Authorization": f"Bearer {forged}"})
    assert code(response) == (401, "unauthorized")


@pytest.mark.parametrize(("scope", "method", "path"), SCOPED)
def test_a_key_without_the_scope_is_forbidden(
    sandbox: Sandbox, workspace: str, scope: str, method: str, path: str
) -> None:
    with Api(sandbox, sandbox.create_key(SCOPES - {scope}, workspace)) as api:
        response = api.request(method, f"{sandbox.url}{path}")
    assert code(response) == (403, "forbidden")
    assert scope in error(response)["message"]
    assert "X-RateLimit-Limit" in response.headers


def test_a_saved_file_as_input_requires_the_scope_to_read_files(
    sandbox: Sandbox, workspace: str, api: Api
) -> None:
    uploaded = api.upload()
    with Api(sandbox, sandbox.create_key(SCOPES - {"files:read"}, workspace)) as other:
        response = other.post("jobs", json=job(inputs=[file_entry(uploaded["id"])]))
    assert code(response) == (403, "forbidden")
    assert "files:read" in error(response)["message"]


def test_resources_of_another_workspace_are_not_found(sandbox: Sandbox, api: Api) -> None:
    done, uploaded = api.run()["id"], api.upload()["id"]
    with Api(sandbox) as other:
        assert code(other.get(f"jobs/{done}/status")) == (404, "not_found")
        assert code(other.get(f"jobs/{done}/events")) == (404, "not_found")
        assert code(other.get(f"results/{done}")) == (404, "not_found")
        assert code(other.post(f"jobs/{done}/cancel")) == (404, "not_found")
        assert code(other.get(f"files/{uploaded}")) == (404, "not_found")
        assert code(other.delete(f"files/{uploaded}")) == (404, "not_found")
        used = other.post("jobs", json=job(inputs=[file_entry(uploaded)]))
        assert code(used) == (400, "validation_error")
        assert done not in {found["id"] for found in body(other.get("jobs?limit=100"))["data"]}
    assert body(api.get(f"files/{uploaded}"))["id"] == uploaded


def test_a_workspace_without_a_paid_plan_may_run_nothing(sandbox: Sandbox) -> None:
    with Api(sandbox, sandbox.create_key(workspace="team_free", paid=False)) as api:
        assert code(api.get("account")) == (402, "paid_plan_required")
        assert code(api.post("jobs", json=job())) == (402, "paid_plan_required")


def test_a_removed_workspace_is_not_found() -> None:
    with generous() as sandbox, Api(sandbox, sandbox.create_key(workspace="team_gone")) as api:
        sandbox.remove_workspace("team_gone")
        assert code(api.get("account")) == (404, "team_not_found")
        assert code(api.get("jobs")) == (401, "unauthorized")


def test_a_key_cannot_have_an_unknown_scope(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="jobs:burn"):
        sandbox.create_key(["jobs:burn"])


def test_the_secret_is_not_in_the_database(sandbox: Sandbox) -> None:
    secret = sandbox.api_key.rsplit("_", 1)[1].encode()
    for path in sandbox.data.glob("sandbox.sqlite3*"):
        assert secret not in path.read_bytes()
    assert (sandbox.data / "api_key").stat().st_mode & 0o777 == 0o600
