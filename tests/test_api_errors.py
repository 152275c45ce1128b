from __future__ import annotations

import json
from typing import Any

import pytest

from proteiniq import errors
from proteiniq._policy.retry import Attempt, GiveUp
from proteiniq._responses.api_errors import (
    MOST_BODY,
    MOST_DETAILS,
    ErrorBody,
    api_error,
    read_body,
    redirected,
)
from proteiniq._responses.unsent import gave_up
from proteiniq.errors import BY_CODE, BY_STATUS, Request

REQUEST = Request("GET", "/api/v1/tools")


def made(status: int, code: str | None = None, message: str | None = None, **known: Any) -> errors.APIError:
    return api_error(status, ErrorBody(code, message, None), request=REQUEST, **known)


def test_the_class_of_a_code() -> None:
    assert {code: type(made(400, code)) for code in BY_CODE} == BY_CODE


def test_the_class_of_a_status() -> None:
    assert {status: type(made(status)) for status in BY_STATUS} == BY_STATUS
    assert {status: type(made(status, "of_tomorrow")) for status in BY_STATUS} == BY_STATUS


@pytest.mark.parametrize("status", [500, 503, 599])
def test_the_class_of_a_fault(status: int) -> None:
    assert type(made(status)) is errors.ServerError


def test_an_unknown_status_is_a_plain_error_that_is_not_retried() -> None:
    error = made(418, "teapot", "Short and stout.")
    assert type(error) is errors.APIError
    assert not error.retryable


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (408, None, True),
        (501, None, False),
        (400, "validation_error", False),
        (402, "insufficient_credits", False),
        (429, "rate_limited", True),
        (500, "internal_error", True),
        (503, "unheard_of", True),
        (409, "job_not_completed", True),
        (409, "conflict", False),
    ],
)
def test_an_error_is_retryable_if_its_cause_may_pass(status: int, code: str | None, retryable: bool) -> None:
    assert made(status, code).retryable is retryable


def test_an_error_says_what_to_do() -> None:
    advice = {code: kind.advice for code, kind in BY_CODE.items() if kind.advice}
    assert advice
    assert all(f"What to do: {what}." in str(made(400, code)) for code, what in advice.items())


def test_half_a_surrogate_pair_is_escaped() -> None:
    content = rb'{"error": {"code": "a\ud800", "message": "b\udfff", "details": {"issues": [{"message": "c\ud800"}]}}}'
    body = read_body(content)
    assert (body.code, body.message) == (r"a\ud800", r"b\udfff")
    assert r"?: c\ud800" in str(api_error(400, body, request=REQUEST))


def test_an_envelope() -> None:
    body = {"error": {"code": "conflict", "message": "Taken.", "details": {"a": 1}}}
    assert read_body(json.dumps(body).encode()) == ErrorBody("conflict", "Taken.", {"a": 1})


@pytest.mark.parametrize(
    ("body", "code", "message", "details"),
    [
        ({"detail": "Not authenticated"}, None, "Not authenticated", None),
        ({"detail": [{"loc": ["body"], "msg": "no"}]}, None, None, [{"loc": ["body"], "msg": "no"}]),
        ({"detail": {"a": 1}}, None, None, {"a": 1}),
        ({"message": "No.", "code": "of_its_own"}, "of_its_own", "No.", None),
        ({"error": "No.", "details": ["a"]}, None, "No.", ["a"]),
        ({"error": "No.", "detail": "why"}, None, "No.", "why"),
        ({"error": {"code": "a", "detail": "why"}}, "a", "why", None),
        ({"error": {"message": "No.", "details": "why"}}, None, "No.", "why"),
        ({"error": None, "detail": "why"}, None, "why", None),
        ({"error": {"code": 5, "message": []}}, None, '{"error": {"code": 5, "message": []}}', None),
        ({"reason": "blocked"}, None, '{"reason": "blocked"}', None),
        (["detail"], None, '["detail"]', None),
        ("detail", None, "detail", None),
    ],
    ids=str,
)
def test_a_body_of_another_framework(body: Any, code: str | None, message: str | None, details: Any) -> None:
    assert read_body(json.dumps(body).encode()) == ErrorBody(code, message, details)


@pytest.mark.case
@pytest.mark.parametrize("content", ["Größe: 4711".encode("latin-1"), "Größe: 4711 Größ€".encode()[:-2]])
def test_text_that_is_latin_1_or_cut_is_read(content: bytes) -> None:
    assert str(read_body(content).message).startswith("Größe: 4711")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><style>h1 { color: red }</style><!-- none --></html>",
        b"null",
        b"{}",
        b"\xff\xfe",
    ],
    ids=lambda content: content[:20].decode("ascii", "replace") or "empty",
)
def test_a_body_without_an_error(content: bytes) -> None:
    body = read_body(content)
    assert body == ErrorBody(None, None, None)
    error = api_error(502, body, request=REQUEST)
    assert str(error).startswith("the service responded with 502 and no message (502, GET /api/v1/tools)")


@pytest.mark.case
@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"Access denied:\r\n  blocked", None, "Access denied: blocked"),
        (b'\xef\xbb\xbf{"message": "blocked"}', None, "blocked"),
        (
            b"<html><title>Just a moment</title><script>if (1 < 2) {}</script><p>R&amp;D</html>",
            None,
            "Just a moment R&D",
        ),
        (b"<p>Bad gateway</p><script>if (1", None, "Bad gateway"),
        (b"<p>Bad gateway<br", None, "Bad gateway"),
        (
            b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>It &lt;expired&gt;</Message></Error>',
            "AccessDenied",
            "It <expired>",
        ),
        (b'{"error": ' + b"[" * 100_000, None, '{"error": ' + "[" * (MOST_DETAILS - 10) + "…"),
    ],
    ids=[
        "text",
        "JSON with a BOM",
        "HTML",
        "HTML cut in a script",
        "HTML cut in a tag",
        "XML of storage",
        "nested too deeply",
    ],
)
def test_a_body_in_another_format_is_the_message(content: bytes, code: str | None, message: str) -> None:
    body = read_body(content)
    assert (body.code, body.message) == (code, message)
    assert not body.is_envelope


@pytest.mark.parametrize("beginning", ["<!--", "<script ", "<a", "<Code>", "https://"])
def test_a_body_of_beginnings_without_an_end_is_read_in_one_pass(beginning: str) -> None:
    body = read_body(beginning.encode() * 100_000)  # with a pass for each, this takes hours
    assert body.text is not None


@pytest.mark.case
def test_an_error_keeps_the_start_of_its_body() -> None:
    error = api_error(403, read_body(b"x" * 100_000), request=REQUEST)
    assert error.body == "x" * MOST_BODY
    assert len(str(error)) < MOST_DETAILS + 250
    assert api_error(403, read_body(b""), request=REQUEST).body is None


@pytest.mark.case
@pytest.mark.parametrize(
    "content",
    [
        b"see https://storage.test/a.pdb?X-Amz-Signature=5ecre7",
        json.dumps({"message": "https://storage.test/a.pdb?a=1&sig=5ecre7 is old"}).encode(),
        rb'{"error": {"message": "No.", "details": {"url": "https://storage.test/a?b=1\u0026sig=5ecre7"}}}',
        b"<Error><Code>Expired</Code><Message>https://storage.test/a?sig=5ecre7</Message></Error>",
    ],
    ids=["text", "JSON", "escaped", "XML"],
)
def test_a_signature_in_a_body_is_not_kept(content: bytes) -> None:
    error = api_error(403, read_body(content), request=REQUEST)
    assert "https://storage.test/a" in str(error)
    assert "5ecre7" not in f"{error} {error.body} {error.details}"


@pytest.mark.case
@pytest.mark.parametrize(
    ("status", "content"),
    [
        *((status, b"default backend") for status in (401, 402, 403, 404, 409)),
        *((404, content) for content in (b'{"message": "No."}', b'{"error": "No."}', b"")),
    ],
)
def test_what_only_the_service_knows_is_not_taken_from_another(status: int, content: bytes) -> None:
    error = api_error(status, read_body(content), request=REQUEST)
    assert type(error) is errors.APIError
    assert "may come from a proxy" in str(error)
    assert "What to do" not in str(error)


@pytest.mark.parametrize("content", [b'{"error": {"message": "Gone."}}', b'{"code": "not_found"}'])
def test_an_error_in_the_services_format_has_the_class_of_its_status(content: bytes) -> None:
    assert type(api_error(404, read_body(content), request=REQUEST)) is errors.NotFound


def test_a_proxy_that_requires_a_password_is_named() -> None:
    error = api_error(407, read_body(b""), request=REQUEST)
    assert str(error).startswith("a proxy responded with 407 and no message")
    assert "A proxy asks for a user name and a password" in str(error)
    assert not error.retryable


@pytest.mark.case
def test_an_error_of_storage_is_not_called_the_services() -> None:
    error = api_error(404, read_body(b""), request=REQUEST, is_service=False)
    assert str(error).startswith("storage responded with 404 and no message")


def refused(body: Any, status: int = 422) -> str:
    """The message of the error for a response with this body."""
    return str(api_error(status, read_body(json.dumps(body).encode()), request=REQUEST))


def test_each_detail_of_fastapi_is_a_line() -> None:
    detail = [
        {
            "type": "missing",
            "loc": ["body", "input", "inputs", 0, "kind"],
            "msg": "Field required",
            "input": {},
        },
        {"type": "int_type", "loc": ["query", "limit"], "msg": "Input should be a valid integer"},
    ]
    text = refused({"detail": detail})
    assert text.splitlines()[0] == "the service responded with 422 and no message (422, GET /api/v1/tools)"
    assert "\n  body.input.inputs.0.kind: Field required\n" in text
    assert text.endswith("\n  query.limit: Input should be a valid integer")


def test_a_detail_that_is_text_is_the_message() -> None:
    assert refused({"detail": "Not Found"}, 422) == "Not Found (422, GET /api/v1/tools)"


@pytest.mark.parametrize(
    ("details", "shown"),
    [
        ({"required": 50, "available": 3}, '{"required": 50, "available": 3}'),
        ("why", "why"),
        (7, "7"),
        (["a", "b"], "a\n  b"),
        ([{"field": "name", "message": "too long"}], "name: too long"),
        ([{"path": ["a", 0], "msg": "odd"}], "a.0: odd"),
        ([{"reason": "odd"}], '{"reason": "odd"}'),
        ({"issues": []}, '{"issues": []}'),
        ({"issues": "many"}, '{"issues": "many"}'),
        ({"ä": "ö"}, '{"ä": "ö"}'),
    ],
    ids=str,
)
def test_details_of_any_shape_are_in_the_message(details: Any, shown: str) -> None:
    text = refused({"error": {"code": "conflict", "message": "No.", "details": details}})
    assert text == f"No (conflict, GET /api/v1/tools)\n  {shown}"


@pytest.mark.parametrize("details", [None, {}, 0, {"current_status": "QUEUED"}], ids=str)
def test_redundant_details_are_not_shown(details: Any) -> None:
    text = refused({"error": {"code": "conflict", "message": "No.", "details": details}})
    assert text == "No (conflict, GET /api/v1/tools)"


def test_long_details_are_truncated() -> None:
    text = refused({"error": {"message": "No.", "details": {"log": "x" * 100_000}}})
    assert text.endswith("…")
    assert len(text) < MOST_DETAILS + 100


def test_each_of_many_places_is_truncated_and_the_rest_is_counted() -> None:
    detail = [{"loc": ["body", number], "msg": "x" * 10_000} for number in range(50)]
    text = refused({"detail": detail})
    assert len(text) < 21 * (MOST_DETAILS + 10)
    assert text.endswith("and 30 more")


def test_details_that_are_too_deep_to_be_shown_are_kept() -> None:
    details: Any = []
    for _ in range(10_000):
        details = [details]
    error = api_error(400, ErrorBody(None, "No.", {"deep": details}), request=REQUEST)
    assert "nested too deeply" in str(error)
    assert error.details["deep"] is details


@pytest.mark.parametrize(
    "details",
    ["a\nb\x1b[31m\u202e", {"a\x1b[31m": "\u202e"}, [{"loc": ["a\nb"], "msg": "\x1b[31m\u202e"}]],
    ids=["text", "object", "place"],
)
def test_control_characters_of_details_are_escaped(details: Any) -> None:
    first, *lines = refused({"error": {"message": "No.", "details": details}}).splitlines()
    assert len(lines) == 1
    assert (first + lines[0]).isprintable()


def test_every_place_is_listed_and_a_single_one_only_once() -> None:
    one, other = ({"path": f"settings.{name}", "message": "must be at most 1."} for name in "ab")
    said = "settings.a: must be at most 1."

    def text(message: str, *issues: dict[str, str]) -> str:
        return str(
            api_error(400, ErrorBody("validation_error", message, {"issues": list(issues)}), request=REQUEST)
        )

    assert text(said, one).count("settings.a") == 1
    assert text("It does not fit.", one).count(said) == 1
    assert text(said, one, other).count("\n  settings.") == 2


def test_an_error_has_all_known_fields() -> None:
    error = made(409, "conflict", "Taken.", retry_after=2.0, job_id="job_1", request_id="req_1")
    assert (error.code, error.status, error.retry_after) == ("conflict", 409, 2.0)
    assert (error.job_id, error.request_id, error.request) == ("job_1", "req_1", REQUEST)


def test_retry_after_is_in_the_message() -> None:
    assert "asks to wait 17 s" in str(made(429, "rate_limited", retry_after=17.0))


def test_a_redirect_names_the_target_without_its_query() -> None:
    error = redirected("get_tool", REQUEST, 302, {"location": "https://login.test/x?token=abc"})
    assert "a redirect to https://login.test;" in str(error)
    assert "abc" not in str(error)


def test_a_redirect_to_nowhere() -> None:
    assert "a redirect; the key" in str(redirected("get_tool", REQUEST, 304, {}))


@pytest.mark.parametrize(
    ("reason", "needed", "said"),
    [
        ("attempts", None, "It was tried 3 times"),
        ("unsafe", None, "may have acted on it"),
        ("deadline", 12.0, "in 12.0 s, would be past the deadline"),
        ("retry_after", 900.0, "asks to wait 900 s"),
        ("budget", 1.0, "too many requests of this client are failing"),
        ("final", None, None),
    ],
)
def test_why_there_was_no_other_attempt(reason: Any, needed: float | None, said: str | None) -> None:
    attempt = Attempt(method="GET", number=3, idempotent=True, status=503)
    note = gave_up(GiveUp(reason, needed), attempt)
    assert note is None if said is None else said in str(note)
