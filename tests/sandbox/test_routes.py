"""Every route of the contract is served from the document, and every response fits it."""

from __future__ import annotations

import copy
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from proteiniq import contract
from proteiniq.sandbox import Sandbox

from .clients import Api, body, code, error, generous, job

UPSTREAM = json.loads(contract.path("upstream.json").read_text())

ROUTES = [
    (method, path)
    for path, item in contract.document()["paths"].items()
    for method, described in item.items()
    if method in ("get", "post", "delete") and not described.get("x-absent")
]


def responses(api: Api) -> Iterator[tuple[str, httpx.Response]]:
    """A response of every operation but the stream, with its operationId upstream."""
    yield "getAccount", api.get("account")
    yield "listTools", api.get("tools")
    yield "getTool", api.get("tools/choosy")
    yield "quoteJob", api.post("jobs/quote", json=job("priced", name=None))
    done = api.run("talkative")["id"]
    yield "submitJob", api.post("jobs", json=job())
    yield "listJobs", api.get("jobs")
    yield "getJobStatus", api.get(f"jobs/{done}/status")
    yield "getResult", api.get(f"results/{done}")
    yield "uploadFile", api.post("files", files={"file": ("a.fasta", b">a\nM\n")})
    yield "listFiles", api.get("files")
    file_id = api.upload()["id"]
    yield "getFile", api.get(f"files/{file_id}")
    yield "deleteFile", api.delete(f"files/{file_id}")
    yield "getOpenapi", api.get("openapi.json")


def upstream_schema(operation_id: str, status: int) -> dict[str, Any]:
    for item in UPSTREAM["paths"].values():
        for operation in item.values():
            if operation["operationId"] == operation_id:
                content = operation["responses"][str(status)]["content"]["application/json"]
                return {"allOf": [content["schema"]], "components": UPSTREAM["components"]}
    raise AssertionError(operation_id)


def test_every_response_fits_the_document_upstream(api: Api) -> None:
    for operation_id, response in responses(api):
        schema = upstream_schema(operation_id, response.status_code)
        jsonschema_rs.validate(schema, response.json(), validate_formats=True)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_of_the_document_is_served(api: Api, method: str, path: str) -> None:
    url = path.removeprefix("/api/v1/")
    for parameter in re.findall(r"\{\w+\}", url):
        url = url.replace(parameter, "nothing")
    response = api.request(method, url)
    assert response.status_code < 500
    if response.status_code == 404:
        assert "route" not in error(response)["message"]


def test_a_cancel_route_of_another_form_is_served() -> None:
    document = copy.deepcopy(contract.document())
    cancel = document["paths"].pop("/api/v1/jobs/{job_id}/cancel")["post"]
    document["paths"]["/api/v1/jobs/{jobId}"] = {"delete": cancel}
    with generous(document=document, workers=1) as sandbox, Api(sandbox) as api:
        first, second = api.submit("waits"), api.submit()
        api.until(first["id"], status="PROCESSING")
        assert body(api.delete(f"jobs/{second['id']}"))["status"] == "CANCELLED"
        assert code(api.post(f"jobs/{second['id']}/cancel")) == (404, "not_found")


def test_an_operation_that_the_sandbox_does_not_implement_is_not_served(
    caplog: pytest.LogCaptureFixture,
) -> None:
    document = copy.deepcopy(contract.document())
    known = document["paths"]["/api/v1/account"]["get"]
    document["paths"]["/api/v1/webhooks"] = {"get": {**known, "operationId": "list_webhooks"}}
    with generous(document=document) as sandbox, Api(sandbox) as api:
        assert code(api.get("webhooks")) == (404, "not_found")
    assert "list_webhooks" in caplog.text


def test_the_contract_is_public_and_served_unchanged(sandbox: Sandbox) -> None:
    response = httpx.get(f"{sandbox.url}/api/v1/openapi.json")
    assert response.json() == contract.upstream()


def test_another_contract_is_served_unchanged() -> None:
    document = copy.deepcopy(contract.document())
    document["info"]["version"] = "of tomorrow"
    with generous(document=document) as sandbox:
        assert httpx.get(f"{sandbox.url}/api/v1/openapi.json").json() == document


def test_an_unknown_route_is_not_found(api: Api) -> None:
    assert code(api.get("nothing")) == (404, "not_found")
    assert code(api.get(f"{api.sandbox.url}/")) == (404, "not_found")
    assert code(api.get("account/")) == (404, "not_found")


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE", "HEAD", "TRACE"])
def test_an_unsupported_method_is_refused_with_the_supported_ones(api: Api, method: str) -> None:
    response = api.request(method, "jobs")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, POST, OPTIONS"
    if method != "HEAD":
        assert code(response) == (405, "method_not_allowed")


def test_options_lists_the_methods(api: Api) -> None:
    response = api.options("account")
    assert (response.status_code, response.headers["Allow"]) == (204, "GET, OPTIONS")


@pytest.mark.parametrize(
    "item", ["job_0", "%00", "%2e%2e", "a" * 5000, "%F0%9F%A7%AC", "%ff", "a%0d%0ab", "'--"]
)
def test_an_odd_id_is_not_found(api: Api, item: str) -> None:
    routes = ("jobs/{}/status", "jobs/{}/events", "results/{}", "files/{}", "tools/{}")
    assert {route: code(api.get(route.format(item))) for route in routes} == dict.fromkeys(
        routes, (404, "not_found")
    )


def test_a_response_that_breaks_the_contract_is_never_sent(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    response = api.get("tools/unfit")
    assert code(response) == (500, "internal_error")
    assert "version" not in response.text
    record = next(r for r in caplog.records if r.levelno == logging.ERROR)
    assert record.exc_info
    assert "version: must be null or string" in str(record.exc_info[1])


def test_an_internal_error_has_no_traceback(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("proteiniq.sandbox._store.Store.jobs", fault)
    response = api.get("jobs")
    assert code(response) == (500, "internal_error")
    assert "secret" not in response.text
    assert "secret" in caplog.text
    assert api.key not in caplog.text


def test_a_tool_without_its_package_is_not_listed(api: Api) -> None:
    assert "missing" not in {tool["id"] for tool in body(api.get("tools?limit=100"))["data"]}
    assert code(api.get("tools/missing")) == (404, "not_found")


def test_only_loopback_is_served() -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.org"):
        with pytest.raises(Exception, match="loopback only"):
            Sandbox(host=host).start()


def test_ipv6_loopback_is_served() -> None:
    if not Path("/proc/net/if_inet6").exists():
        pytest.skip("no IPv6 here")
    with generous(host="::1") as sandbox, Api(sandbox) as api:
        assert sandbox.url.startswith("http://[::1]:")
        assert api.get("account").status_code == 200
