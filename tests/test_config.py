from __future__ import annotations

from typing import Any

import pytest

from proteiniq import ConfigurationError, ProteinIQ
from proteiniq._wire.config import check_base_url, read_key, resolve

from .support import KEY, SECRET


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://proteiniq.io", "https://proteiniq.io"),
        ("https://proteiniq.io/", "https://proteiniq.io"),
        (" https://PROTEINIQ.io ", "https://proteiniq.io"),
        ("https://münchen.test", "https://münchen.test"),
        ("https://proteiniq.io:8443", "https://proteiniq.io:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://127.8.9.1:80", "http://127.8.9.1:80"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_a_base_url_is_an_origin(given: str, origin: str) -> None:
    assert check_base_url(given) == origin


@pytest.mark.parametrize(
    "given",
    [
        "http://proteiniq.io",
        "http://10.0.0.1",
        "http://localhost.evil.test",
        "http://127.0.0.1.evil.test",
        "http://2130706433",
        "http://[2001:db8::1]",
        "HTTP://proteiniq.io",
    ],
)
def test_plain_http_is_only_allowed_to_localhost(given: str) -> None:
    with pytest.raises(ConfigurationError, match="would send the key unencrypted"):
        check_base_url(given)


def test_plain_http_is_allowed_for_a_named_host() -> None:
    client = ProteinIQ(KEY, "http://Sandbox:8080", allow_http=["sandbox", "fd00::7", "10.0.0.1"])
    assert repr(client).endswith(" at http://sandbox:8080>")
    assert check_base_url("http://[fd00::7]", {"fd00::7"}) == "http://[fd00::7]"
    with pytest.raises(ConfigurationError, match=r"got 'http://box\.test'.* that allow_http names"):
        ProteinIQ(KEY, "http://box.test", allow_http=("sandbox", "test"))


@pytest.mark.parametrize(
    "hosts",
    [
        "sandbox",
        8080,
        ["http://sandbox"],
        ["sandbox:8080"],
        ["*"],
        [""],
        [7],
        ["a..b"],
    ],
)
def test_hosts_for_plain_http_are_a_list_of_names(hosts: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"allow_http must (have hosts|be a list)"):
        ProteinIQ(KEY, "https://proteiniq.io", allow_http=hosts)


@pytest.mark.parametrize("host", ["proteiniq.io", "ProteinIQ.io", "proteiniq.io.", "api.proteiniq.io"])
def test_plain_http_is_never_allowed_for_the_service(host: str) -> None:
    with pytest.raises(ConfigurationError, match=f"must not have {host}"):
        ProteinIQ(KEY, f"http://{host}", allow_http=[host])


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "must have the form https://host"),
        ("proteiniq.io", "must have the form https://host"),
        ("ftp://proteiniq.io", "must have the form https://host"),
        ("https://", "must have the form https://host"),
        ("https://proteiniq.io/api/v1", r"must be the host only \(/api/v1 is added\)"),
        ("https://proteiniq.io?x=1", "must be the host only"),
        ("https://proteiniq.io#x", "must be the host only"),
        ("https://proteiniq.io:port", "is not valid"),
        ("https://[::1", "is not valid"),
        ("https://a..test", "must have the form https://host"),
        (f"https://{'a' * 64}.test", "must have the form https://host"),
        (f"https://{'ü' * 64}.test", "must have the form https://host"),
        ("https://a\x01b.test", "must have the form https://host"),
    ],
)
def test_an_invalid_base_url(given: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        check_base_url(given)


def test_a_password_in_the_base_url_is_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="must not contain a user name") as caught:
        check_base_url("https://me:hunter2@proteiniq.io")
    assert "hunter2" not in str(caught.value)


def test_the_argument_precedes_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROTEINIQ_API_KEY", "pq_live_environment_x")
    assert repr(read_key(KEY)) == "pq_live_tests_…"
    assert repr(read_key(None)) == "pq_live_environment_…"


def test_without_a_key_the_message_explains_how_to_get_one() -> None:
    with pytest.raises(ConfigurationError, match=r"set PROTEINIQ_API_KEY .*python -m proteiniq\.sandbox"):
        ProteinIQ()


@pytest.mark.parametrize("given", ["", "  "])
def test_an_empty_argument_is_not_a_key(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROTEINIQ_API_KEY", KEY)
    with pytest.raises(ConfigurationError, match="no API key"):
        ProteinIQ(given)


def test_an_invalid_key_is_not_repeated_in_the_message() -> None:
    with pytest.raises(
        ConfigurationError, match=r"api_key must be an API key of the form pq_live_<keyId>_<secret>"
    ) as caught:
        ProteinIQ(f"sk-{SECRET}")
    assert SECRET not in str(caught.value)


def test_the_message_names_the_invalid_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROTEINIQ_API_KEY", "nonsense")
    with pytest.raises(ConfigurationError, match="PROTEINIQ_API_KEY must be an API key"):
        ProteinIQ()


def test_the_service_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    with ProteinIQ(KEY) as client:
        assert repr(client) == "<ProteinIQ pq_live_tests_… at https://proteiniq.io>"
    monkeypatch.setenv("PROTEINIQ_BASE_URL", "http://localhost:1")
    with ProteinIQ(KEY) as client:
        assert repr(client).endswith("at http://localhost:1>")


def test_a_base_url_that_is_not_text() -> None:
    with pytest.raises(ConfigurationError, match=r"^base_url must be a string such as .*, got bytes"):
        ProteinIQ(KEY, b"https://proteiniq.io")  # type: ignore[arg-type]  # what a type checker refuses too


@pytest.mark.case
@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_base_url_is_not_the_default(blank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=r"^base_url must be a URL .* pass None"):
        ProteinIQ(KEY, blank)
    monkeypatch.setenv("PROTEINIQ_BASE_URL", blank)
    with pytest.raises(ConfigurationError, match=r"^PROTEINIQ_BASE_URL must be a URL .* unset it"):
        ProteinIQ(KEY)


@pytest.mark.parametrize("timeout", [0, float("nan"), "30", None, True])
def test_an_invalid_timeout_option(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout"):
        ProteinIQ(KEY, timeout=timeout)


@pytest.mark.parametrize("max_retries", [-1, 1.5, True])
def test_an_invalid_number_of_retries(max_retries: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_retries"):
        ProteinIQ(KEY, max_retries=max_retries)


@pytest.mark.parametrize("deadline", [0, float("inf"), "60", pytest.param(10**5000, id="huge")])
def test_invalid_deadlines(deadline: Any) -> None:
    with pytest.raises(ConfigurationError, match="deadline"):
        ProteinIQ(KEY, deadline=deadline)


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("rate_limit", 0),
        ("rate_limit", 1.5),
        ("rate_window", -5),
        ("rate_window", float("nan")),
        ("job_read_interval", -1),
        ("job_read_interval", "5"),
        ("pace_file", " "),
        ("pace_file", b"pace"),
    ],
)
def test_a_pace_that_cannot_be_kept_to_is_refused(figure: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{figure} must be"):
        ProteinIQ(KEY, **{figure: value})


def test_different_limits_of_a_second_client_are_not_ignored(
    caplog: pytest.LogCaptureFixture,
) -> None:
    key = "pq_live_twopaces_secret"
    with ProteinIQ(key, rate_limit=10), ProteinIQ(key, rate_limit=20):
        assert "rate_limit, rate_window and job_read_interval stay 10, 60, 5" in caplog.text


@pytest.mark.parametrize("hooks", [print, ["print"]])
def test_invalid_hooks(hooks: Any) -> None:
    with pytest.raises(ConfigurationError, match="must be a list of functions"):
        ProteinIQ(KEY, hooks=hooks)


def test_options_are_changed_in_a_copy() -> None:
    config = resolve(read_key(KEY), "https://a.test", timeout=30.0, max_retries=4)
    changed = config.with_options(timeout=5.0)
    assert (config.timeout, changed.timeout) == (30.0, 5.0)
    assert changed.retry == config.retry
    assert config.with_options(max_retries=0).retry.max_retries == 0
    limited = config.with_options(deadline=60.0)
    assert (config.deadline, limited.deadline) == (None, 60.0)
    assert limited.with_options(deadline=None).deadline is None
    with pytest.raises(ConfigurationError):
        config.with_options(timeout=0)
