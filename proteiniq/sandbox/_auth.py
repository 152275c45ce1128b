"""API keys: `pq_live_<keyId>_<secret>`, bound to one workspace, stored as a hash.

Source: https://proteiniq.io/docs/api, page "authentication".
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

import attrs

SCOPES = ("jobs:read", "jobs:write", "files:read", "files:write")
"""All scopes; a new key has all four."""

_KEY = re.compile(r"pq_live_([A-Za-z0-9]{6,32})_[A-Za-z0-9]{16,128}", re.ASCII)


@attrs.frozen
class Key:
    """What a key may do, and in which workspace. It does not contain the secret."""

    id: str
    workspace: str
    scopes: tuple[str, ...]
    paid: bool
    """Whether the workspace has a paid plan."""
    present: bool
    """Whether the workspace still exists."""

    @property
    def prefix(self) -> str:
        """The part of the key that may be shown."""
        return f"pq_live_{self.id}"


ANONYMOUS = Key("", "", (), paid=True, present=True)
"""Stands in for the key of a public operation."""


def new_key() -> str:
    """A new key, to be shown once."""
    return f"pq_live_{secrets.token_hex(6)}_{secrets.token_hex(24)}"


def key_id(key: str) -> str | None:
    """The id inside a key, or None if the text is not a key."""
    match = _KEY.fullmatch(key)
    return match[1] if match else None


def digest(key: str) -> str:
    """The stored form of a key. The secret has 192 random bits, so a slow hash isn't needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def matches(key: str, stored: str) -> bool:
    """Whether `stored` is the digest of the key. Runs in constant time."""
    return hmac.compare_digest(digest(key), stored)


def bearer(header: str | None) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
