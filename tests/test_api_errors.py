from __future__ import annotations

import json
from typing import Any

import pytest

from proteiniq import errors
from proteiniq._api_errors import ErrorBody, api_error, gave_up, read_body, redirected
from proteiniq._retry import Attempt, GiveUp, may_pass
from proteiniq.errors import BY_CODE, BY_STATUS, Request

REQUEST = Request("GET", "/api/v1/tools")


def made(status: int, code: str | None = None, message: str | None = None, **known: Any) -> errors.APIError:
    return api_error(status, ErrorBody(code, message, None), request=REQUEST, **known)


@pytest.mark.parametrize(("code", "kind"), BY_CODE.items())
def test_the_class_of_a_code(code: str, kind: type[errors.APIError]) -> None:
    assert type(made(400, code)) is kind


@pytest.mark.parametrize(("status", "kind"), BY_STATUS.items())
def test_the_class_of_a_status(status: int, kind: type[errors.APIError]) -> None:
    assert type(made(status)) is kind
    assert type(made(status, "of_tomorrow")) is kind


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 520, 599])
def test_the_class_of_a_fault(status: int) -> None:
    assert type(made(status)) is errors.ServerError


@pytest.mark.parametrize(
    ("status", "code"), [(400, None), (408, None), (429, None), (500, None), (501, None), (599, None)]
)
def test_an_error_is_retryable_when_the_retry_policy_says_so(status: int, code: str | None) -> None:
    assert made(status, code).retryable is may_pass(status, code)


@pytest.mark.parametrize("code", sorted(code for code, kind in BY_CODE.items() if kind.advice))
def test_advice_is_for_codes_that_there_are(code: str) -> None:
    assert f"What to do: {BY_CODE[code].advice}." in str(made(400, code))


def test_half_a_character_is_spelled_out() -> None:
    content = rb'{"error": {"code": "a\ud800", "message": "b\udfff", "details": {"issues": [{"message": "c\ud800"}]}}}'
    body = read_body(content)
    assert (body.code, body.message) == (r"a\ud800", r"b\udfff")
    assert r"?: c\ud800" in str(api_error(400, body, request=REQUEST))


def test_an_envelope() -> None:
    body = {"error": {"code": "conflict", "message": "Taken.", "details": {"a": 1}}}
    assert read_body(json.dumps(body).encode()) == ErrorBody("conflict", "Taken.", {"a": 1})


def test_every_place_is_listed_and_a_single_one_is_not_said_twice() -> None:
    one, other = ({"path": f"settings.{name}", "message": "must be at most 1."} for name in "ab")
    said = "settings.a: must be at most 1."

    def text(message: str, *issues: dict[str, str]) -> str:
        return str(
            api_error(400, ErrorBody("validation_error", message, {"issues": list(issues)}), request=REQUEST)
        )

    assert text(said, one).count("settings.a") == 1
    assert text("It does not fit.", one).count(said) == 1
    assert text(said, one, other).count("\n  settings.") == 2


def test_what_is_known_is_on_the_error() -> None:
    error = made(409, "conflict", "Taken.", retry_after=2.0, job_id="job_1", request_id="req_1")
    assert (error.code, error.status, error.retry_after) == ("conflict", 409, 2.0)
    assert (error.job_id, error.request_id, error.request) == ("job_1", "req_1", REQUEST)


def test_a_redirect_names_the_target_without_its_query() -> None:
    error = redirected("get_tool", REQUEST, 302, {"location": "https://login.test/x?token=abc"})
    assert "a redirect to https://login.test;" in str(error)
    assert "abc" not in str(error)


def test_a_redirect_to_nowhere() -> None:
    assert "a redirect; the key" in str(redirected("get_tool", REQUEST, 304, {}))


@pytest.mark.parametrize(
    ("reason", "needed", "said"),
    [
        ("attempts", None, "It was sent 3 times"),
        ("unsafe", None, "may have acted on it"),
        ("deadline", 12.0, "in 12.0 s, past the deadline"),
        ("retry_after", 900.0, "asks to wait 900 s"),
        ("budget", 1.0, "too many requests of this client fail"),
        ("final", None, None),
    ],
)
def test_why_there_was_no_other_attempt(reason: Any, needed: float | None, said: str | None) -> None:
    attempt = Attempt(method="GET", number=3, idempotent=True, status=503)
    note = gave_up(GiveUp(reason, needed), attempt)
    assert note is None if said is None else said in str(note)
