"""The doctor, the sandbox and the check of a contract."""

from __future__ import annotations

import email.message
import json
import re
import signal
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import BadStatusLine
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import attrs
import pytest

from proteiniq import contract, testing
from proteiniq._cli import doctor
from proteiniq.contract import NotAContract
from proteiniq.models import Credits
from proteiniq.sandbox import Sandbox

from ..support import KEY
from .program import Program


def checks(program: Program, *arguments: str) -> tuple[int, dict[str, str]]:
    """The exit code of the doctor, and the states that it found."""
    ended = program("doctor", *arguments)
    return ended.code, {row["check"]: row["state"] for row in ended.rows}


def test_nothing_is_wrong(program: Program) -> None:
    code, found = checks(program)
    assert (code, set(found.values())) == (0, {"ok"})
    assert list(found) == [
        "versions",
        "profiles",
        "network",
        "clock",
        "key",
        "pace",
        "slots",
        "credits",
        "contract",
    ]
    assert program("doctor", "--json").json[0]["check"] == "versions"


def test_a_missing_and_a_wrong_key_are_found(program: Program) -> None:
    program.environment["PROTEINIQ_API_KEY"] = KEY
    code, found = checks(program)
    assert (code, found["key"], found["clock"]) == (3, "error", "ok")
    del program.environment["PROTEINIQ_API_KEY"]
    code, found = checks(program)
    assert (code, found["key"]) == (3, "error")


def test_an_address_that_is_not_one_is_found(program: Program) -> None:
    program.environment["PROTEINIQ_BASE_URL"] = "nonsense"
    ended = program("doctor")
    assert (ended.code, ended.rows[-1]["check"]) == (2, "configuration")


def test_a_service_that_cannot_be_reached_is_found(program: Program) -> None:
    program.environment["PROTEINIQ_BASE_URL"] = "http://127.0.0.1:9"
    code, found = checks(program)
    assert (code, found["clock"], found["network"]) == (6, "warning", "error")


def test_a_file_with_keys_that_others_may_read_is_found(
    program: Program, service: Sandbox, tmp_path: Path
) -> None:
    program("login", stdin=service.api_key)
    assert checks(program)[1]["profiles"] == "ok"
    (tmp_path / "config" / "proteiniq" / "credentials.toml").chmod(0o644)
    assert checks(program)[1]["profiles"] == "warning"
    assert "credentials.toml: chmod 600 " in program("doctor", terminal=("stdout",)).stderr


def test_a_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.test")
    found = doctor._proxies("https://service.test").finding
    assert "HTTPS_PROXY" in found
    assert "secret" not in found
    monkeypatch.delenv("ALL_PROXY", raising=False)
    monkeypatch.delenv("all_proxy", raising=False)
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    monkeypatch.delenv("http_proxy", raising=False)
    assert doctor._proxies("http://127.0.0.1").finding == "http://127.0.0.1, without a proxy"


class Dated:
    """A response with a date."""

    def __init__(self, date: str | None) -> None:
        self.headers = email.message.Message()
        if date is not None:
            self.headers["Date"] = date

    def __enter__(self) -> Dated:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("date", "finding"),
    [
        (1, r"3[56]\d\d s behind the service's"),
        (-1, r"3[56]\d\d s ahead of the service's"),
        (None, "the service states no date"),
        ("yesterday", "the service states no date"),
    ],
)
def test_a_clock_that_is_wrong_is_found(
    date: str | int | None, finding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(date, int):
        date = format_datetime(datetime.now(UTC) + timedelta(hours=date))
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: Dated(date))
    found = doctor._clock("https://service.test")
    assert (found.state, bool(re.search(finding, found.finding))) == ("warning", True)


def test_a_refusal_has_a_date_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any, **__: Any) -> None:
        raise HTTPError("https://x", 404, "no", Dated(format_datetime(datetime.now(UTC))).headers, None)

    monkeypatch.setattr("urllib.request.urlopen", refuses)
    assert doctor._clock("https://service.test").state == "ok"


def test_a_clock_cannot_be_asked_of_what_does_not_speak_http(monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(*_: Any, **__: Any) -> None:
        raise BadStatusLine("SSH-2.0")

    monkeypatch.setattr("urllib.request.urlopen", odd)
    assert "can't be asked: SSH-2.0" in doctor._clock("https://service.test").finding


def test_limits_that_are_reached_or_unknown() -> None:
    account = testing.account()
    none = attrs.evolve(
        account, limits=None, workspace=attrs.evolve(account.workspace, credits=Credits(available=0.0))
    )
    assert [(each.check, each.state) for each in doctor._limits(none)] == [("credits", "warning")]
    unknown = attrs.evolve(none, workspace=attrs.evolve(account.workspace, credits=None))
    assert list(doctor._limits(unknown)) == []
    assert account.limits is not None
    assert account.limits.concurrent_jobs is not None
    full = attrs.evolve(
        account,
        limits=attrs.evolve(
            account.limits,
            rate_limit=None,
            concurrent_jobs=attrs.evolve(account.limits.concurrent_jobs, remaining=0),
        ),
    )
    assert next(iter(doctor._limits(full))).advice == "new jobs wait until an active one has ended"


def changed(tmp_path: Path) -> str:
    """A contract without the route that submits a job."""
    document = json.loads(json.dumps(contract.upstream()))
    del document["paths"]["/api/v1/jobs"]
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(document))
    return str(path)


def test_a_contract_that_does_not_fit_is_found(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = changed(tmp_path), contract.check
    monkeypatch.setattr(contract, "check", lambda _: real(path), raising=False)
    assert doctor._contract("https://service.test").state == "error"

    def fails(_: str) -> None:
        raise NotAContract("it is a web page")

    monkeypatch.setattr(contract, "check", fails, raising=False)
    assert doctor._contract("https://service.test").state == "warning"


def test_a_contract_is_checked(program: Program, tmp_path: Path) -> None:
    assert program("contract", "check").code == 0
    assert program("contract", "check", "-q").stdout == "same\n"
    assert program("contract", "check", "--json").json["verdict"] == "same"
    ended = program("contract", "check", changed(tmp_path))
    assert (ended.code, "does not fit this client" in ended.stdout) == (1, True)
    assert program("contract", "check", "missing.json").code == 5
    unreachable = program("contract", "check", "http://127.0.0.1:1/openapi.json")
    assert unreachable.code == 6
    (tmp_path / "list.json").write_text("[]")
    assert program("contract", "check", "list.json").code == 1


def test_the_sandbox_serves_until_ctrl_c(program: Program) -> None:
    process = program.started("sandbox", "--json", "--", "--workers", "1")
    assert process.stdout is not None
    started = json.loads(process.stdout.readline())
    assert started["url"].startswith("http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "")


@pytest.mark.parametrize(
    ("options", "code"), [(["--help"], 0), (["--nonsense"], 2), (["--json", "--port", "-1"], 2)]
)
def test_the_options_of_the_sandbox_are_its_own(options: list[str], code: int, program: Program) -> None:
    assert program("sandbox", "--", *options).code == code


def test_the_sandbox_in_this_process_ends_by_a_signal(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proteiniq.sandbox.__main__.main", lambda options: 0 if options == ["--json"] else 2)
    assert program("sandbox", "--json").code == 0


def test_an_option_without_a_number_is_wrong_usage(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def exits(_: object) -> int:
        raise SystemExit("odd")

    monkeypatch.setattr("proteiniq.sandbox.__main__.main", exits)
    assert program("sandbox").code == 2
