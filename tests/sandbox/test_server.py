"""Addresses that the sandbox serves, and its errors for others."""

from __future__ import annotations

import os
import socket
import ssl
import sys
from pathlib import Path

import httpx
import pytest

from proteiniq import contract, sandbox as package
from proteiniq.sandbox import Sandbox, SandboxError

from ..certificates import Certificates
from .clients import Api, body, generous
from .commands import refusal, run_python


class TestHost:
    def test_a_host_that_others_reach_must_be_allowed(self) -> None:
        status, message = refusal("--host", "0.0.0.0")
        assert (status, message.count("\n")) == (2, 1)
        assert "loopback only" in message
        assert "--allow-remote" in message

    def test_an_allowed_host_is_served_at_every_address(self) -> None:
        with generous(host="0.0.0.0", allow_remote=True) as sandbox, Api(sandbox) as api:
            assert sandbox.url.startswith("http://127.0.0.1:")
            assert api.run()["status"] == "COMPLETED"

    def test_a_host_may_be_a_name(self) -> None:
        with generous(host="localhost", allow_remote=True) as sandbox, Api(sandbox) as api:
            assert body(api.get("account"))["object"] == "account"

    def test_an_address_of_version_6(self) -> None:
        if not socket.has_ipv6:
            pytest.skip("needs IPv6")
        try:
            with socket.create_server(("::1", 0), family=socket.AF_INET6):
                pass
        except OSError:
            pytest.skip("needs IPv6")
        with generous(host="::", allow_remote=True) as sandbox, Api(sandbox) as api:
            assert sandbox.url.startswith("http://[::1]:")
            assert body(api.get("account"))["object"] == "account"

    @pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid", "a" * 70 + ".invalid"])
    def test_a_host_that_is_not_of_this_machine_is_refused(self, host: str) -> None:
        with pytest.raises(SandboxError, match=f"cannot listen on {host}:0"):
            Sandbox(host=host, allow_remote=True).start()

    def test_signed_urls_name_the_host_that_the_client_used(self) -> None:
        with generous(host="0.0.0.0", allow_remote=True) as sandbox, Api(sandbox) as api:
            job_id = api.run()["id"]
            host = f"my_sandbox:{sandbox.url.rpartition(':')[2]}"
            found = body(api.get(f"results/{job_id}", headers={"Host": host}))
            assert found["files"][0]["url"].startswith(f"http://{host}/storage/")


class TestTLS:
    def test_requests_and_signed_urls_are_encrypted(self, certificates: Certificates) -> None:
        trusted = ssl.create_default_context(cafile=certificates.authority)
        with generous(certificate=certificates.server, private_key=certificates.key) as sandbox:
            assert sandbox.url.startswith("https://127.0.0.1:")
            headers = {"Authorization": f"Bearer {sandbox.api_key}"}
            with (
                Api(sandbox) as insecure,
                pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
            ):
                insecure.get("account")
            with httpx.Client(base_url=f"{sandbox.url}/api/v1/", headers=headers, verify=trusted) as client:
                assert client.get("account").status_code == 200

    def test_a_key_may_be_in_the_file_of_the_certificate(
        self, certificates: Certificates, tmp_path: Path
    ) -> None:
        both = tmp_path / "both.pem"
        both.write_bytes(certificates.server.read_bytes() + certificates.key.read_bytes())
        with generous(certificate=both) as sandbox:
            assert sandbox.url.startswith("https://")

    def test_files_that_cannot_be_used_are_named(self, tmp_path: Path) -> None:
        (tmp_path / "empty.pem").touch()
        status, message = refusal("--certificate", str(tmp_path / "empty.pem"))
        assert (status, message.count("\n")) == (2, 1)
        assert "empty.pem" in message
        with pytest.raises(SandboxError, match=r"missing\.pem and .*key\.pem .* No such file"):
            Sandbox(certificate=tmp_path / "missing.pem", private_key=tmp_path / "key.pem").start()

    def test_a_key_without_a_certificate_is_refused(self) -> None:
        status, message = refusal("--private-key", "key.pem")
        assert (status, message) == (2, "error: private_key requires certificate\n")


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "jsonschema_rs", "python_multipart"])
def test_the_error_for_a_missing_extra_names_the_installation(missing: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None
try:
    from proteiniq.sandbox import Sandbox
except ImportError as error:
    print(error)
"""
    said = run_python(code)
    assert said.startswith(f"the sandbox needs {missing}, ")
    assert "pip install '.[sandbox]' in a checkout" in said


def test_the_error_on_windows_names_posix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "name", "nt")
    with pytest.raises(ImportError, match=r"needs POSIX .* on Windows, run it in WSL"):
        _ = package.__getattr__("Sandbox")


@pytest.mark.case
def test_the_served_document_has_every_status_that_an_operation_may_give() -> None:
    with Sandbox() as sandbox:
        served = httpx.get(f"{sandbox.url}/api/v1/openapi.json").json()
    documented = {
        operation["summary"]: {int(status) for status in operation["responses"]}
        for item in served["paths"].values()
        for operation in item.values()
    }
    for item in contract.document()["paths"].values():
        for operation in item.values():
            if not operation.get("x-absent"):
                given = {operation["x-status"], *map(int, operation["x-errors"])}
                assert given <= documented[operation["summary"]], operation["operationId"]


def test_the_container_serves_what_this_version_understands() -> None:
    text = (Path(__file__).parent.parent.parent / "Containerfile").read_text()
    entry = next(line for line in text.splitlines() if line.startswith("ENTRYPOINT "))
    words = eval(entry.removeprefix("ENTRYPOINT "))
    from proteiniq.sandbox.__main__ import parser

    options = parser().parse_args(words[words.index("proteiniq.sandbox") + 1 :])
    assert (options.host, options.allow_remote, options.port, options.data) == (
        "0.0.0.0",
        True,
        8080,
        "/data",
    )
    assert sys.version_info >= (3, 11)
