"""Keys: where they are found, and where they are stored."""

from __future__ import annotations

import stat
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from proteiniq import AsyncProteinIQ, ConfigurationError, ProteinIQ, _profiles
from proteiniq._cli.session import Session
from proteiniq.sandbox import Sandbox

from ..support import KEY, SECRET, URL
from .output import Made
from .program import Program

OTHER = "pq_live_other_Zq7Secret0fAnother"


@pytest.fixture
def alone(program: Program) -> Program:
    """The program of somebody who has no key in the environment."""
    del program.environment["PROTEINIQ_API_KEY"]
    return program


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "proteiniq"


# ---- the files


def test_a_stored_key_is_for_nobody_else_to_read(folder: Path) -> None:
    path = _profiles.save("default", KEY, URL, "file")
    assert path == folder / "credentials.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [each.name for each in folder.iterdir()] == ["credentials.toml"]


def test_what_others_have_written_leaves_a_valid_file(folder: Path) -> None:
    folder.mkdir(parents=True)
    name = "l\U0001f9ea b\x7f"
    (folder / "credentials.toml").write_text(
        '[profiles."l\U0001f9ea b\\u007f"]\nbase_url = "https://\U0001f9ea.test"\nsince = 2026-06-12\n',
        encoding="utf-8",
    )
    _profiles.save("lab", KEY, URL, "file")
    found = {each.name: each.base_url for each in _profiles.listed()}
    assert found == {name: "https://\U0001f9ea.test", "lab": URL}


def test_a_file_that_is_a_link_stays_one(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    (tmp_path / "elsewhere.toml").touch()
    (folder / "credentials.toml").symlink_to(tmp_path / "elsewhere.toml")
    _profiles.save("default", KEY, URL, "file")
    assert (folder / "credentials.toml").is_symlink()
    assert KEY in (tmp_path / "elsewhere.toml").read_text()


@pytest.mark.parametrize("kind", [ProteinIQ, AsyncProteinIQ])
def test_both_clients_take_the_key_and_the_service_of_a_profile(kind: Any, folder: Path) -> None:
    _profiles.save("default", KEY, URL, "file")
    _profiles.save("lab", OTHER, "https://lab.test", "file")
    assert repr(kind()) == repr(kind(KEY, URL))
    assert repr(kind(profile="lab")) == repr(kind(OTHER, "https://lab.test"))


def test_the_profile_is_that_of_the_argument_the_environment_or_the_configuration(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _profiles.chosen(None) == "default"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('profile = "configured"')
    assert _profiles.chosen(None) == "configured"
    monkeypatch.setenv("PROTEINIQ_PROFILE", "named")
    assert _profiles.chosen(None) == "named"
    assert _profiles.chosen("given") == "given"


def test_a_profile_that_is_named_comes_before_the_environment_and_a_default_one_after_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _profiles.save("default", KEY, URL, "file")
    monkeypatch.setenv("PROTEINIQ_API_KEY", OTHER)
    assert "pq_live_tests" in repr(ProteinIQ(profile="default"))
    assert "pq_live_other" in repr(ProteinIQ())
    assert "pq_live_tests" in repr(ProteinIQ(KEY, profile="nobody"))


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_stored_key_is_sent_to_no_other_service(
    how: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _profiles.save("default", KEY, URL, "file")
    ProteinIQ(base_url=URL)
    if how == "environment":
        monkeypatch.setenv("PROTEINIQ_BASE_URL", "https://other.test")
    with pytest.raises(ConfigurationError, match=r"is for https://service\.test, and is sent to no other"):
        ProteinIQ(base_url="https://other.test" if how == "argument" else None)


def test_an_address_that_is_not_one_is_refused_for_a_profile_too(folder: Path) -> None:
    _profiles.save("default", KEY, URL, "file")
    with pytest.raises(ConfigurationError, match="base URL must have the form"):
        ProteinIQ(base_url="other.test")
    _profiles.save("default", KEY, "ftp://x", "file")
    with pytest.raises(ConfigurationError, match="profile default: base URL must have the form"):
        ProteinIQ()


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("credentials.toml", "profiles = 1", "profiles must be tables"),
        ("credentials.toml", f"api_key = '{KEY}", r"not valid TOML \((line|end|at)"),
        ("credentials.toml", f'[profiles.lab]\napi_key = "x{KEY}"', "must have the form pq_live_"),
        ("credentials.toml", "[profiles.lab]\napi_key = 7", "must have the form pq_live_"),
        ("config.toml", "profile = 7", "must be a name of up to 64"),
        ("config.toml", "\xff", r"not valid TOML \(not UTF-8\)"),
    ],
)
def test_a_damaged_file_is_named_and_no_key_is_shown(
    file: str, text: str, message: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(parents=True)
    (folder / file).write_bytes(text.encode("latin-1"))
    if file == "credentials.toml":
        monkeypatch.setenv("PROTEINIQ_PROFILE", "lab")
    with pytest.raises(ConfigurationError, match=message) as caught:
        ProteinIQ()
    assert SECRET not in str(caught.value)
    if "not valid" not in message or file == "credentials.toml":
        assert caught.value.__cause__ is None


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "credentials.toml").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"credentials\.toml can't be read: Is a directory"):
        ProteinIQ()


def test_a_profile_without_a_key_names_those_with_one(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"profile lab has no key \(profiles with one: none\)"):
        ProteinIQ(profile="lab")
    _profiles.save("mine", KEY, URL, "file")
    with pytest.raises(ConfigurationError, match="with one: mine"):
        ProteinIQ(profile="lab")
    with pytest.raises(ConfigurationError, match="must be a name"):
        ProteinIQ(profile="../lab")


@pytest.mark.parametrize(
    ("platform", "variables", "config"),
    [
        ("linux", {}, "HOME/.config/proteiniq"),
        ("darwin", {}, "HOME/Library/Application Support/proteiniq"),
        ("win32", {"APPDATA": "/appdata"}, "/appdata/proteiniq"),
        ("linux", {"XDG_CONFIG_HOME": "/xdg"}, "/xdg/proteiniq"),
    ],
)
def test_the_folder_is_that_of_the_platform(
    platform: str, variables: dict[str, str], config: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert _profiles.folder() == Path(config.replace("HOME", str(tmp_path)))


def test_who_has_no_home_has_no_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(ConfigurationError, match="no API key"):
        ProteinIQ()
    with pytest.raises(ConfigurationError, match="set HOME, or XDG_CONFIG_HOME"):
        ProteinIQ(profile="lab")


# ---- the keyring


class Keyring(types.ModuleType):
    """A keyring in memory."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self.fails = False

    def _check(self) -> None:
        if self.fails:
            raise RuntimeError("no recommended backend was available")

    def get_password(self, service: str, name: str) -> str | None:
        self._check()
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self._check()
        self.kept[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        self._check()
        del self.kept[service, name]


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    made = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", made)
    return made


def test_a_keyring_has_the_key_of_a_profile_that_says_so(
    keyring: Keyring, alone: Program, service: Sandbox, tmp_path: Path
) -> None:
    folder = tmp_path / "config" / "proteiniq"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('[profiles.desk]\nstore = "keyring"\n')
    assert alone("login", "--profile", "desk", stdin=service.api_key).code == 0
    assert keyring.kept == {("proteiniq", "desk"): service.api_key}
    assert service.api_key not in (folder / "credentials.toml").read_text()
    assert alone("whoami", "--profile", "desk").fields["source"] == "profile desk"
    keyring.fails = True
    ended = alone("whoami", "--profile", "desk")
    assert (ended.code, "the keyring can't be used here" in ended.stderr) == (3, True)
    assert "--store file" in ended.stderr
    assert alone("logout", "--profile", "desk").code == 3
    keyring.fails = False
    assert alone("logout", "--profile", "desk").code == 0
    assert keyring.kept == {}


def test_without_the_package_the_keyring_says_what_to_install(
    alone: Program, service: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    ended = alone("login", "--store", "keyring", stdin=service.api_key)
    assert (ended.code, "pip install 'proteiniq[keyring]'" in ended.stderr) == (3, True)


def test_a_store_that_is_not_one_is_refused(alone: Program, tmp_path: Path) -> None:
    folder = tmp_path / "config" / "proteiniq"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('[profiles.default]\nstore = "paper"\n')
    ended = alone("login", stdin=KEY)
    assert (ended.code, "must be file or keyring, got 'paper'" in ended.stderr) == (2, True)


# ---- the commands


def test_login_checks_the_key_and_stores_it_with_its_service(alone: Program, service: Sandbox) -> None:
    ended = alone("login", "--json", stdin=f"{service.api_key}\n")
    assert (ended.code, ended.json["source"]) == (0, "profile default")
    del alone.environment["PROTEINIQ_BASE_URL"]
    assert alone("whoami").fields["base_url"] == service.url
    assert service.api_key not in ended.stdout + ended.stderr


def test_login_of_a_wrong_key_stores_nothing(alone: Program) -> None:
    ended = alone("login", stdin=KEY)
    assert (ended.code, SECRET in ended.stderr) == (3, False)
    assert alone("profiles").rows == []
    assert alone("login", stdin="nonsense").code == 3
    assert alone("login", stdin="").code == 3
    assert alone("login", "--base-url", "nonsense", stdin=KEY).code == 2


def test_login_asks_on_a_terminal_without_showing_the_key(alone: Program, service: Sandbox) -> None:
    code, text = alone.on_terminal("login", typed=("API key: ", f"{service.api_key}\n"))
    assert (code, "API key: " in text) == (0, True)
    assert service.api_key.rpartition("_")[2] not in text.partition("API key: ")[2]


def test_login_in_this_process_asks_where_somebody_is(
    alone: Program, service: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def prompt(text: str, **options: Any) -> str:
        asked.append(options)
        return service.api_key

    monkeypatch.setattr("click.prompt", prompt)
    assert alone("login", terminal=("stdin", "stderr")).code == 0
    assert asked == [{"hide_input": True, "err": True}]


def test_login_says_that_the_environment_comes_first(program: Program, service: Sandbox) -> None:
    ended = program("login", stdin=service.api_key)
    assert "PROTEINIQ_API_KEY is set, so its key is used" in ended.stderr
    assert program("whoami").fields["source"] == "environment (PROTEINIQ_API_KEY)"
    ended = program("whoami", "--profile", "default")
    assert "and not that of profile default" in ended.stderr
    assert ended.fields["source"] == "environment (PROTEINIQ_API_KEY)"


def test_a_key_in_a_file_comes_before_all(program: Program, service: Sandbox, tmp_path: Path) -> None:
    program.environment["PROTEINIQ_API_KEY"] = KEY
    (tmp_path / "key").write_text(service.api_key)
    assert program("whoami", "--api-key-file", "key").fields["source"] == "file key"
    assert program("whoami", "--api-key-file", "-", stdin=service.api_key).fields["source"] == "stdin"
    for name in ("missing", ".", "empty"):
        (tmp_path / "empty").touch()
        assert program("whoami", "--api-key-file", name).code == 3


def test_a_key_of_an_editor_with_a_byte_order_mark_is_read(
    program: Program, service: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "key").write_bytes(b"\xef\xbb\xbf" + service.api_key.encode() + b"\r\n")
    assert program("whoami", "--api-key-file", "key").code == 0
    assert program("whoami", "--api-key-file", "-", stdin=f"\ufeff{service.api_key}\r\n").code == 0


def test_profiles_are_listed_without_their_keys(alone: Program, service: Sandbox) -> None:
    alone("login", "--profile", "lab", stdin=service.api_key)
    ended = alone("profiles", "--json")
    assert ended.json == [
        {"name": "lab", "base_url": service.url, "store": "file", "is_default": False, "is_stored": True}
    ]
    assert alone("profiles", "-q").stdout == "lab\n"
    assert alone("profiles").rows[0]["name"] == "lab"


def test_the_contract_that_is_checked_is_that_of_the_profile(alone: Program, service: Sandbox) -> None:
    alone("login", stdin=service.api_key)
    del alone.environment["PROTEINIQ_BASE_URL"]
    assert service.url in alone("contract", "check").stdout
    assert alone("contract", "check", "--profile", "lab").code == 3


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("environment", [{}, {"PROTEINIQ_API_KEY": KEY}])
def test_without_a_profile_the_service_is_the_default(environment: dict[str, str]) -> None:
    assert Session(Made().output, (), environment).service is None


def test_logout_removes_the_key(alone: Program, service: Sandbox) -> None:
    alone("login", stdin=service.api_key)
    assert alone("logout").code == 0
    assert alone("logout").code == 4
    assert alone("whoami").code == 3


def test_without_a_key_it_says_where_one_comes_from(alone: Program) -> None:
    ended = alone("whoami", "--json")
    assert (ended.code, ended.stdout) == (3, "")
    assert "proteiniq login" in ended.error["message"]
    assert "proteiniq sandbox" in ended.error["message"]
    assert alone("whoami", "--profile", "lab").code == 3


def test_the_account(program: Program, service: Sandbox) -> None:
    assert program("account").fields["concurrent_jobs"] == "100"
    assert program("account", "--json").json["workspace"]["credits"]["available"] == 10_000
    assert program("account", "-q").stdout == "team_sandbox\n"


@pytest.mark.parametrize(
    "arguments", [["login", KEY], ["whoami", "--api-key-file", KEY], ["whoami", "--profile", KEY], [KEY]]
)
def test_a_key_that_is_an_argument_by_mistake_is_not_printed(arguments: list[str], alone: Program) -> None:
    for form in ([], ["--json"]):
        ended = alone(*arguments, *form)
        assert ended.code in (2, 3)
        assert SECRET not in ended.stdout + ended.stderr
    assert "pq_live_" in ended.error["message"]


@pytest.mark.parametrize("how", ["stored", "file"])
def test_the_key_is_in_no_output_however_it_fails(
    how: str, alone: Program, service: Sandbox, tmp_path: Path
) -> None:
    secret = service.api_key.rpartition("_")[2]
    (tmp_path / "key").write_text(service.api_key)
    if how == "stored":
        alone("login", "--api-key-file", "key")
    extra = [] if how == "stored" else ["--api-key-file", "key"]
    for arguments in (["whoami"], ["jobs", "show", "nothing"], ["quote", "nothing"]):
        ended = alone(*arguments, *extra, "--debug")
        assert secret not in ended.stdout + ended.stderr
