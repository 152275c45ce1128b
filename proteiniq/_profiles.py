"""Profiles: named keys in files of the user, which `proteiniq login` writes and both clients read.

`config.toml` belongs to the user and is only read. `credentials.toml` has a key and its service for each profile; it is
written whole, for nobody else to read. A profile with `store = "keyring"` has its key in the system's keyring instead,
and only then the package keyring is imported. A stored key is sent to no other service than the one that it was stored
for. The names of files and fields are choices of this client.

Errors are returned instead of raised where a key is among the locals, so that no traceback shows it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from ._message_text import short_repr, why
from ._wire.key import FORM, ApiKey
from .errors import ConfigurationError

PROFILE_VARIABLE: Final = "PROTEINIQ_PROFILE"
DEFAULT_PROFILE: Final = "default"
STORES: Final = ("file", "keyring")

_SERVICE = "proteiniq"
"""Under which name the keyring has the keys."""

_FIELDS: Final = ("base_url", "store", "api_key")
"""What is stored of a profile."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Stored(NamedTuple):
    """What is stored for a profile. `key` has an error in place of a key that can't be used."""

    profile: str
    base_url: str
    store: str
    key: ApiKey | ConfigurationError


class Profile(NamedTuple):
    """A profile as a list shows it, without its key. `is_stored` is false if it is in config.toml only."""

    name: str
    base_url: str | None
    store: str
    is_default: bool
    is_stored: bool

    def to_dict(self) -> dict[str, Any]:
        return self._asdict()


def folder(kind: str = "config") -> Path:
    """Return the user's folder for configuration, or for `cache`, of this program on this platform.

    Raises ConfigurationError if the user has no home, as some accounts of containers.
    """
    variable, windows, mac, other = {
        "config": ("XDG_CONFIG_HOME", "APPDATA", "Library/Application Support", ".config"),
        "cache": ("XDG_CACHE_HOME", "LOCALAPPDATA", "Library/Caches", ".cache"),
    }[kind]
    if given := os.environ.get(variable) or (os.environ.get(windows) if sys.platform == "win32" else None):
        return Path(given) / "proteiniq"
    try:
        home = Path.home()
    except RuntimeError:
        raise ConfigurationError(f"this user has no home folder: set HOME, or {variable}") from None
    return home / (mac if sys.platform == "darwin" else other) / "proteiniq"


def chosen(profile: str | None) -> str:
    """Return the name of the profile: the argument, PROTEINIQ_PROFILE, `profile` in config.toml, or `default`.

    Raises ConfigurationError.
    """
    if profile is not None:
        return _checked("profile", profile)
    if given := os.environ.get(PROFILE_VARIABLE):
        return _checked(PROFILE_VARIABLE, given)
    path = folder() / "config.toml"
    return _checked(f"{path}: profile", _table(path).get("profile", DEFAULT_PROFILE))


def stored(profile: str | None) -> Stored | ConfigurationError | None:
    """Return what is stored for a profile; None if nothing is and no profile was named."""
    is_named = profile is not None or bool(os.environ.get(PROFILE_VARIABLE))
    try:
        credentials = folder() / "credentials.toml"
    except ConfigurationError as error:
        return error.with_traceback(None) if is_named else None
    try:
        name = chosen(profile)
        known = listed()
        entry = _entries(credentials).get(name)
    except ConfigurationError as error:
        return error.with_traceback(None)
    if entry is None:
        if not is_named:
            return None
        names = ", ".join(each.name for each in known if each.is_stored) or "none"
        return ConfigurationError(
            f"profile {name} has no key (profiles with one: {names}): run `proteiniq login --profile {name}`"
        )
    base_url, store = str(entry.get("base_url", "")), str(entry.get("store", "file"))
    text = _from_keyring(name) if store == "keyring" else entry.get("api_key")
    if isinstance(text, ConfigurationError):
        return Stored(name, base_url, store, text)
    key = ApiKey.parse(text) if isinstance(text, str) else None
    return Stored(
        name,
        base_url,
        store,
        key
        or ConfigurationError(
            f"the key of profile {name} must have the form {FORM}: run `proteiniq login --profile {name}` again"
        ),
    )


def listed() -> list[Profile]:
    """Return all profiles by name, without their keys. Raises ConfigurationError."""
    configured = _entries(folder() / "config.toml")
    written = _entries(folder() / "credentials.toml")
    default = chosen(None)
    return [
        Profile(
            name,
            written.get(name, configured.get(name, {})).get("base_url"),
            str(written.get(name, configured.get(name, {})).get("store", "file")),
            name == default,
            name in written,
        )
        for name in sorted({*configured, *written})
    ]


def configured(profile: str) -> Mapping[str, Any]:
    """Return what config.toml has for a profile. Raises ConfigurationError."""
    path = folder() / "config.toml"
    entry = _entries(path).get(profile, {})
    if entry.get("store", "file") not in STORES:
        raise ConfigurationError(
            f"{path}: store of profile {profile} must be {' or '.join(STORES)}, got {short_repr(entry['store'])}"
        )
    return entry


def save(profile: str, api_key: str, base_url: str, store: str) -> Path:
    """Store a key, and return the file that names the profile. Raises ConfigurationError, OSError."""
    _checked("profile", profile)
    entry = {"base_url": base_url}
    if store == "keyring":
        entry["store"] = store
        problem = _to_keyring(profile, api_key)
        if problem is not None:
            raise problem
    else:
        entry["api_key"] = api_key
    path = folder() / "credentials.toml"
    return _write(path, {**_entries(path), profile: entry})


def remove(profile: str) -> bool:
    """Remove what is stored for a profile, and return whether there was something. Raises ConfigurationError."""
    path = folder() / "credentials.toml"
    entries = _entries(path)
    entry = entries.pop(profile, None)
    if entry is None:
        return False
    if entry.get("store") == "keyring":
        problem = _to_keyring(profile, None)
        if problem is not None:
            raise problem
    _write(path, entries)
    return True


def about_key(error: ConfigurationError) -> ConfigurationError:
    """Mark an error as one about a missing key, or one that can't be used."""
    error._is_about_key = True
    return error


def _checked(where: str, name: object) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{where} must be a name of up to 64 letters, digits, - and _, got {short_repr(name)}"
        )
    return name


def _entries(path: Path) -> dict[str, Mapping[str, Any]]:
    """Return the profiles in a file. Raises ConfigurationError."""
    profiles = _table(path).get("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(each, dict) for each in profiles.values()):
        raise ConfigurationError(f"{path}: profiles must be tables such as [profiles.{DEFAULT_PROFILE}]")
    return profiles


def _table(path: Path) -> dict[str, Any]:
    """Return a TOML file, empty if it is missing. Raises ConfigurationError."""
    import tomllib

    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        problem = why(error)
    except ValueError as error:
        # The message of a parser may quote the line, which may have a key.
        found = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(error))
        problem = f"it is not valid TOML ({found[1] if found else 'not UTF-8'})"
    raise ConfigurationError(f"{path} can't be read: {problem}")


def _write(path: Path, entries: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write the profiles whole, for nobody else to read. Raises OSError."""
    from ._transfer.durable import replace

    lines = ["# Written by `proteiniq login`. Each key is for the service of its base_url."]
    for name, entry in sorted(entries.items()):
        known = {key: entry[key] for key in _FIELDS if isinstance(entry.get(key), str)}
        fields = (f"{key} = {_quoted(value)}" for key, value in known.items())
        lines += ["", f"[profiles.{_quoted(name)}]", *fields]
    path = path.resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace(path, ("\n".join(lines) + "\n").encode(), mode=0o600)
    return path


def _quoted(text: str) -> str:
    """Return a string of TOML, which has the escapes of JSON except that of a surrogate, and wants one more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _from_keyring(profile: str) -> str | ConfigurationError | None:
    try:
        found: str | None = _keyring().get_password(_SERVICE, profile)
    except Exception as error:  # each backend has errors of its own
        return _unusable(profile, error)
    return found


def _to_keyring(profile: str, api_key: str | None) -> ConfigurationError | None:
    """Store a key in the keyring, or delete the one that is there."""
    try:
        if api_key is None:
            _keyring().delete_password(_SERVICE, profile)
        else:
            _keyring().set_password(_SERVICE, profile, api_key)
    except Exception as error:
        return _unusable(profile, error)
    return None


def _keyring() -> Any:
    import importlib

    return importlib.import_module("keyring")


def _unusable(profile: str, error: Exception) -> ConfigurationError:
    if isinstance(error, ModuleNotFoundError) and error.name == "keyring":
        what = "needs the package keyring: pip install 'proteiniq[keyring]'"
    else:
        what = f"can't be used here ({type(error).__name__}: {short_repr(str(error))})"
    return about_key(
        ConfigurationError(
            f"the keyring {what}. Without one, set PROTEINIQ_API_KEY, pass a file with the key, or store it in one: "
            f"`proteiniq login --profile {profile} --store file`"
        )
    )
